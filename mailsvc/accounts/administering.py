"""What administrators do for people: list accounts, give a temporary password, close and open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from mailsvc.accounts import people
from mailsvc.auth.passwords import PasswordKeys
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.store import accounts, audit, held_roles, units, ways_in
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold
from mailsvc.vietnamese.sort import name_key, sort_key

ADMINISTRATOR = people.ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Seen:
    """An account as administrators see it: never what lies in its mailboxes."""

    account: Account
    address: str
    unit: str
    roles: tuple[str, ...]
    factor: bool


def require(tx: Tx, actor: Actor) -> None:
    """Raises Refused for everybody but administrators."""
    if actor.account_id is None or ADMINISTRATOR not in accounts.roles_of(tx, actor.account_id):
        raise Refused("Trang này chỉ dành cho quản trị.")


def keep_one(tx: Tx) -> None:
    """Raises Refused when what was just done leaves nobody, on some day or for good, to administer the house."""
    today = office_date(tx.now_ms)
    days = {today.isoformat(), "9999-12-31"}
    for held in held_roles.of_role(tx, ADMINISTRATOR):
        if held.valid_to is not None and today.isoformat() <= held.valid_to < "9999":
            days.add((date.fromisoformat(held.valid_to) + timedelta(days=1)).isoformat())
    for day in days:
        if not accounts.with_role(tx, ADMINISTRATOR, day):
            raise Refused("Phải còn ít nhất một quản trị đang mở và không có ngày kết thúc; giao cho người khác trước.")


def administers(tx: Tx, account_id: int) -> bool:
    """Whether the account has, or will have, to do with administering the house."""
    today = office_date(tx.now_ms).isoformat()
    return any(one.role == ADMINISTRATOR and not one.over(today) for one in held_roles.of_account(tx, account_id))


def for_others(actor: Actor, account_id: int) -> None:
    """Raises Refused when somebody would give rights to himself."""
    if account_id == actor.account_id:
        raise Refused("Không tự giao quyền cho mình được; nhờ quản trị khác làm.")


PEOPLE, SHARED, CLOSED = "nguoi", "chung", "khoa"
_CHOICES: dict[str, Callable[[Account], bool]] = {
    PEOPLE: lambda one: one.kind == "person",
    SHARED: lambda one: one.kind != "person",
    CLOSED: lambda one: not one.active,
}


def listing(tx: Tx, actor: Actor, query: str = "", choice: str = "") -> list[Seen]:
    """The accounts of that choice that fit the words (typed without marks), people
    by given name, then mailboxes. Raises Refused."""
    require(tx, actor)
    addresses, factors = accounts.primary_addresses(tx), ways_in.with_factor(tx)
    roles = held_roles.of_day(tx, office_date(tx.now_ms).isoformat())
    names = {one.code: one.name for one in units.listing(tx)}
    words, fits = fold(query).split(), _CHOICES.get(choice)
    everybody = [one for one in accounts.listing(tx) if fits is None or fits(one)]
    found = [one for one in everybody if _has(one, addresses, names, words)]
    found.sort(key=lambda one: (0, name_key(one.full_name)) if one.kind == "person" else (1, sort_key(one.full_name)))
    return [
        Seen(
            one,
            addresses.get(one.id, ""),
            names.get(one.unit_code, one.unit_code),
            tuple(sorted(roles.get(one.id, ()))),
            one.id in factors,
        )
        for one in found
    ]


def _has(one: Account, addresses: dict[int, str], names: dict[str, str], words: list[str]) -> bool:
    place = f"{one.unit_code} {names.get(one.unit_code, '')} {one.position} {one.phone}"
    text = fold(f"{one.full_name} {one.username} {addresses.get(one.id, '')} {place}")
    return all(word in text for word in words)


def account(tx: Tx, actor: Actor, account_id: int) -> Account:
    """The account, for an administrator. Raises Refused, NotFound."""
    require(tx, actor)
    try:
        return accounts.get(tx, account_id)
    except NotFound:
        raise NotFound("Không có tài khoản này.") from None


def person(tx: Tx, actor: Actor, account_id: int) -> Account:
    """A person's account. Raises Refused, NotFound, Invalid for a shared mailbox."""
    found = account(tx, actor, account_id)
    if found.kind != "person":
        raise Invalid("Hộp thư chung không có mật khẩu riêng.")
    return found


def reset_password(tx: Tx, actor: Actor, account_id: int, keys: PasswordKeys) -> None:
    """A temporary password: it opens only the page where its owner chooses his own. Everything logged in ends."""
    person(tx, actor, account_id)
    accounts.set_password(tx, account_id, keys, must_change=True)
    audit.record(tx, actor, "account.password.reset", f"account/{account_id}")


def set_open(tx: Tx, actor: Actor, account_id: int, active: bool) -> None:
    """Close an account or a shared mailbox, or open it again; what it holds stays. Raises NotFound, Refused for one's
    own and for those the house cannot do without."""
    account(tx, actor, account_id)
    if account_id == actor.account_id:
        raise Refused("Không tự khóa tài khoản của mình được; nhờ quản trị khác làm.")
    open_or_close(tx, actor, account_id, active)


def open_or_close(tx: Tx, actor: Actor, account_id: int, active: bool) -> None:
    """The same, whoever asks. Raises Refused for the last administrator and the mailboxes of the house itself."""
    if not active and accounts.get(tx, account_id).username in people.OF_THE_HOUSE:
        raise Refused("Hệ thống cần hộp thư này để nhận văn bản và thư báo lỗi; không khóa được.")
    accounts.set_active(tx, account_id, active)
    if not active and administers(tx, account_id):
        keep_one(tx)
    audit.record(tx, actor, "account.enable" if active else "account.disable", f"account/{account_id}")
