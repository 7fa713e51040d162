"""Who is told: the owner or who stands in, the head of the unit, the assigner, the head of the Office, the clerks."""

from __future__ import annotations

from collections.abc import Iterable

from mailsvc.core.clock import office_date
from mailsvc.core.errors import NotFound
from mailsvc.documents import rights
from mailsvc.documents.following.due import Due
from mailsvc.documents.following.rules import ASSIGNER, CHIEF, CLERKS, HEAD, OWNER
from mailsvc.documents.rights.units import main_organisation, units_of_organisation
from mailsvc.store import accounts
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx

HEADS = ("truong_phong", "chanh_van_phong", "thu_truong_don_vi")
DEPUTIES = ("pho_phong", "pho_van_phong")
CHIEFS = ("chanh_van_phong", "thu_truong_don_vi")
CLERK_ROLES = ("van_thu", "van_thu_don_vi")


def told(tx: Tx, due: Due, to: Iterable[str]) -> list[int]:
    """The accounts that hear of it, owners first, each once; those away are replaced by who stands in.

    What nobody would hear of (the owner has left and nobody stands in) goes to the head of the unit and of the Office.
    """
    wanted = set(to)
    found = present(tx, due.owners) if OWNER in wanted else []
    if OWNER in wanted and not found:
        wanted |= {HEAD, CHIEF}
    if HEAD in wanted:
        found += present(tx, heads_of(tx, due.unit_code))
    if ASSIGNER in wanted and due.assigner_id is not None:
        found += present(tx, [due.assigner_id])
    if CHIEF in wanted:
        found += present(tx, chiefs_of(tx, due.org_code))
    if CLERKS in wanted:
        found += present(tx, clerks_of(tx, due.org_code))
    return list(dict.fromkeys(found))


def present(tx: Tx, account_ids: Iterable[int]) -> list[int]:
    """Each account or, for who is away, who stands in; nobody for who has left without one."""
    found = (_present(tx, account_id) for account_id in account_ids)
    return list(dict.fromkeys(one for one in found if one is not None))


def _present(tx: Tx, account_id: int) -> int | None:
    try:
        return rights.substitute_of(tx, account_id)
    except NotFound:
        return None


def heads_of(tx: Tx, unit_code: str) -> list[int]:
    """Who leads the unit today; its deputies when it has no head."""
    return _in_unit(tx, HEADS, unit_code) or _in_unit(tx, DEPUTIES, unit_code)


def _in_unit(tx: Tx, roles: Iterable[str], unit_code: str) -> list[int]:
    if not unit_code:
        return []
    day = office_date(tx.now_ms).isoformat()
    return list(dict.fromkeys(one.id for role in roles for one in accounts.with_role(tx, role, day, unit_code)))


def chiefs_of(tx: Tx, org_code: str) -> list[int]:
    """The head of the Office (Chánh Văn phòng); in a school its head."""
    return with_roles(tx, org_code, CHIEFS)


def clerks_of(tx: Tx, org_code: str) -> list[int]:
    """The clerks of the organisation."""
    return with_roles(tx, org_code, CLERK_ROLES)


def with_roles(tx: Tx, org_code: str, roles: Iterable[str]) -> list[int]:
    """The active people of the organisation who have one of the roles today, in the order of the roles."""
    return [one.id for one in accounts_with(tx, org_code, roles, office_date(tx.now_ms).isoformat())]


def accounts_with(tx: Tx, org_code: str, roles: Iterable[str], day: str) -> list[Account]:
    """The same for an ISO day, as accounts."""
    found = {one.id: one for role in roles for one in accounts.with_role(tx, role, day)}
    homes = homes_of(tx, org_code)
    return [one for one in found.values() if one.unit_code in homes]


def homes_of(tx: Tx, org_code: str) -> set[str]:
    """The codes of units whose people belong to the organisation; "" for people outside all units."""
    outside = {""} if org_code == main_organisation(tx) else set()
    return set(units_of_organisation(tx, org_code)) | outside


def unit_of(tx: Tx, account_id: int) -> str:
    """The code of the account's unit; '' for nobody."""
    try:
        return accounts.get(tx, account_id).unit_code
    except NotFound:
        return ""
