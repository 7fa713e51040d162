"""Who somebody is and where he works, as administrators write it down; what follows from another unit."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace

from mailsvc.accounts import administering, people
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.store import accounts, audit, units
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.normal import nfc

LONGEST = {"full_name": 200, "position": 200, "phone": 60, "note": 1000}
MOST_MEGABYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands in the form of an account. `quota_mb` 0 is without limit."""

    full_name: str
    unit_code: str
    position: str = ""
    phone: str = ""
    note: str = ""
    quota_mb: int = 0

    def state(self) -> str:
        """Tells whether somebody has changed them since they were shown."""
        return hashlib.sha256(repr(asdict(self)).encode()).hexdigest()[:16]


class Meanwhile(Invalid):
    """Somebody else has changed the account since the form was shown; `theirs` is what stands there now."""

    def __init__(self, theirs: Facts) -> None:
        super().__init__("Người khác vừa sửa tài khoản này; chưa ghi gì. Xin xem lại rồi lưu.")
        self.theirs = theirs


def of(account: Account) -> Facts:
    """The facts as they stand."""
    megabytes = account.quota_bytes // 1_000_000
    return Facts(account.full_name, account.unit_code, account.position, account.phone, account.note, megabytes)


def change(tx: Tx, actor: Actor, account_id: int, seen: str, new: Facts, *, end_roles: bool = False) -> tuple[str, ...]:
    """Write the facts over those the form showed (`seen`: their state); which fields are others now.

    With another unit the person leaves the shared mailbox of the old one and joins that of the new one; with
    `end_roles` his roles there end with yesterday. Raises Refused, NotFound, Invalid, Meanwhile.
    """
    account = administering.account(tx, actor, account_id)
    old = of(account)
    if old.state() != seen:
        raise Meanwhile(old)
    wanted = checked(tx, new, account)
    changed = tuple(name for name, value in asdict(wanted).items() if value != getattr(old, name))
    if not changed:
        return ()
    if "unit_code" in changed and account.kind == "person":
        administering.for_others(actor, account_id)
    write(tx, account, wanted)
    ended = move(tx, account, wanted.unit_code, end_roles=end_roles)
    detail: dict[str, object] = {name: [getattr(old, name), getattr(wanted, name)] for name in changed}
    audit.record(tx, actor, "account.change", f"account/{account_id}", **detail, ended=ended)
    return changed


def checked(tx: Tx, new: Facts, account: Account | None = None) -> Facts:
    """The facts with blanks put right. Raises Invalid. A unit that is no longer may stay where it stands."""
    name, position, phone = (" ".join(nfc(text).split()) for text in (new.full_name, new.position, new.phone))
    clean = replace(new, full_name=name, position=position, phone=phone, note=nfc(new.note).strip())
    if not clean.full_name:
        raise Invalid("Thiếu họ tên.")
    for field, most in LONGEST.items():
        if len(getattr(clean, field)) > most:
            raise Invalid("Có ô dài quá %(most)s ký tự.", most=most)
    if not 0 <= clean.quota_mb <= MOST_MEGABYTES:
        raise Invalid("Dung lượng là số MB, 0 là không giới hạn; chưa đổi gì.")
    known = {one.code for one in units.listing(tx)} | {account.unit_code if account else ""}
    if clean.unit_code not in known:
        raise Invalid("Không có đơn vị “%(unit_code)s”.", unit_code=clean.unit_code)
    return clean


def write(tx: Tx, account: Account, new: Facts) -> None:
    """Write the facts, without what follows from them."""
    texts = {name: getattr(new, name) for name in ("full_name", "unit_code", "position", "phone", "note")}
    accounts.describe(tx, account.id, **texts)
    if new.quota_mb != account.quota_bytes // 1_000_000:
        accounts.set_quota(tx, account.id, new.quota_mb * 1_000_000)


def move(tx: Tx, account: Account, unit_code: str, *, end_roles: bool) -> list[str]:
    """What a person's new unit brings and takes; the roles that ended with the old one."""
    if account.kind != "person" or account.unit_code == unit_code:
        return []
    people.leave_unit(tx, account.id, account.unit_code)
    people.join_unit(tx, account.id, unit_code)
    return people.end_roles_in(tx, account.id, account.unit_code) if end_roles else []
