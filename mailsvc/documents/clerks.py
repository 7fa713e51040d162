"""Whose register a mailbox feeds, and who may keep it: the clerks (văn thư) of that organisation."""

from __future__ import annotations

from mailsvc.core.errors import Refused
from mailsvc.store import accounts, mailboxes, meta, units
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

DEPARTMENT = "phong"  # a unit without registers of its own: its documents pass through the organisation's clerks
CLERK_ROLES = frozenset({"van_thu", "van_thu_don_vi"})
_MAIN = "organisation"
READER_ROLES = frozenset(
    {"lanh_dao_so", "chanh_van_phong", "truong_phong", "pho_phong", "luu_tru", "thu_truong_don_vi"}
)


def main_organisation(tx: Tx) -> str:
    """The code of the organisation whose office this is, as the settings say."""
    return meta.get(tx, _MAIN)


def set_main_organisation(tx: Tx, code: str) -> None:
    """Make the setting known to the transactions."""
    meta.put(tx, _MAIN, code)


def organisation_of_unit(tx: Tx, unit_code: str) -> str:
    """The code of the organisation whose registers serve the unit: the unit itself or the nearest one above it that
    is no department. For an account outside all units the office's own."""
    known: dict[str, Unit] = {unit.code: unit for unit in units.listing(tx)}
    unit = known.get(unit_code)
    seen: set[str] = set()
    while unit is not None and unit.kind == DEPARTMENT and unit.code not in seen:
        seen.add(unit.code)
        unit = known.get(unit.parent_code)
    return unit.code if unit is not None else main_organisation(tx)


def organisation_of(tx: Tx, account_id: int) -> str:
    """The code of the organisation the account belongs to. Raises NotFound."""
    return organisation_of_unit(tx, accounts.get(tx, account_id).unit_code)


def organisation_of_mailbox(tx: Tx, mailbox_id: int) -> str:
    """The code of the organisation whose register is fed by an intake mailbox. Raises NotFound."""
    return organisation_of(tx, mailboxes.get(tx, mailbox_id).account_id)


def is_clerk(tx: Tx, account_id: int, org_code: str) -> bool:
    """Whether the person keeps the registers of the organisation today: by role, or as a member of its role mailbox."""
    account = accounts.get(tx, account_id)
    if not account.active:
        return False
    if accounts.roles_of(tx, account_id) & CLERK_ROLES and organisation_of_unit(tx, account.unit_code) == org_code:
        return True
    return any(_keeps_intake(tx, shared, org_code) for shared in accounts.shared_with(tx, account_id))


def _keeps_intake(tx: Tx, shared: Account, org_code: str) -> bool:
    """Whether the shared account is the clerks' mailbox of the organisation."""
    if shared.kind != "role" or organisation_of_unit(tx, shared.unit_code) != org_code:
        return False
    return any(box.kind == "intake" for box in mailboxes.of_account(tx, shared.id))


def require_clerk(tx: Tx, account_id: int, org_code: str) -> None:
    """Raises Refused for everybody but the clerks of the organisation."""
    if not is_clerk(tx, account_id, org_code):
        raise Refused("Chỉ văn thư của cơ quan được làm việc này.")


def may_read_register(tx: Tx, account_id: int, org_code: str) -> bool:
    """Whether the person may look into the register: clerks, leaders, heads of departments, the archive."""
    if is_clerk(tx, account_id, org_code):
        return True
    account = accounts.get(tx, account_id)
    return (
        bool(account.active)
        and bool(accounts.roles_of(tx, account_id) & READER_ROLES)
        and organisation_of_unit(tx, account.unit_code) == org_code
    )


def may_open(tx: Tx, account_id: int, mailbox_id: int) -> bool:
    """Whether the person may open the mailbox: an own one or a shared one."""
    owner_id = mailboxes.get(tx, mailbox_id).account_id
    return owner_id == account_id or any(shared.id == owner_id for shared in accounts.shared_with(tx, account_id))
