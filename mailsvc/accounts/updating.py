"""What a row of a file says of a person who is there already, and writing it: what differs, and nothing else.

An empty cell says nothing. Addresses and roles come in addition; with another unit the roles in the old one end.
Password, note, and whether the account is open, stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.accounts import administering, facts, people
from mailsvc.accounts.people import NewPerson, Term
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid
from mailsvc.store import accounts, audit, held_roles
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold

_TEXTS = ("full_name", "unit_code", "position", "phone")


@dataclass(frozen=True, slots=True)
class Change:
    """A field (of `NewPerson`) that becomes another. For addresses and roles: what goes and what comes."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(tx: Tx, account: Account, row: NewPerson) -> tuple[Change, ...]:
    """What the row would change. Raises Invalid when the account is not that person's."""
    if account.kind != "person":
        raise Invalid("Tên đăng nhập “%(username)s” là của một hộp thư chung.", username=account.username)
    if not _same_person(account.full_name, row.full_name):
        raise Invalid(
            "Tên đăng nhập “%(username)s” đã có, là của %(name)s; nếu là người ấy, đổi họ tên ở trang tài khoản.",
            username=account.username,
            name=account.full_name,
        )
    texts = [Change(name, (getattr(account, name),), (getattr(row, name),)) for name in _TEXTS if getattr(row, name)]
    found = [one for one in texts if one.before != one.after]
    held = accounts.addresses_of(tx, account.id)
    new = tuple(one for one in row.addresses if one not in held)
    ended, given = _roles(tx, account, row)
    found += [Change("addresses", (), new)] if new else []
    found += [Change("roles", ended, given)] if ended or given else []
    return tuple(found)


def check_own(actor_id: int | None, account: Account, found: tuple[Change, ...]) -> None:
    """Raises Refused when somebody would give himself rights by a file."""
    if any(one.field in ("unit_code", "addresses", "roles") for one in found):
        administering.for_others(Actor(actor_id), account.id)


def write(tx: Tx, actor: Actor, account: Account, row: NewPerson) -> bool:
    """Write what differs; whether anything did. Raises Invalid, Refused."""
    found = changes(tx, account, row)
    if not found:
        return False
    check_own(actor.account_id, account, found)
    texts = {name: getattr(row, name) or getattr(account, name) for name in _TEXTS}
    accounts.describe(tx, account.id, **texts, note=account.note)
    facts.move(tx, account, texts["unit_code"], end_roles=True)
    for change in found:
        if change.field == "addresses":
            for address in change.after:
                accounts.add_address(tx, account.id, address)
        if change.field == "roles":
            for role in change.after:
                first = office_date(tx.now_ms).isoformat()
                people.give_role(tx, account.id, role, row.unit_code, Term(first))
    detail = {one.field: [list(one.before), list(one.after)] for one in found}
    audit.record(tx, actor, "account.change", f"account/{account.id}", **detail)
    return True


def _roles(tx: Tx, account: Account, row: NewPerson) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(roles that end with the old unit, roles of the row that the person does not have there today)"""
    today = office_date(tx.now_ms).isoformat()
    held = [one for one in held_roles.of_account(tx, account.id) if not one.over(today)]
    now = {(one.role, one.unit_code) for one in held if one.valid_from <= today}
    masters = {one.role for one in held if one.role == people.ADMINISTRATOR}  # the house's, not a unit's
    given = [role for role in row.roles if (role, row.unit_code) not in now and role not in masters]
    left = account.unit_code != row.unit_code
    ended = [one.role for one in held if left and one.unit_code == account.unit_code and one.role not in masters]
    return tuple(dict.fromkeys(ended)), tuple(dict.fromkeys(given))


def _same_person(known: str, written: str) -> bool:
    """Whether two ways of writing a name may mean one person: the given name is the same, or all but it. Usernames are
    made of names, so that a wholly other name is somebody else who was given a username that is taken."""
    one, other = fold(known).split(), fold(written).split()
    return one[-1:] == other[-1:] or (len(one) > 1 and one[:-1] == other[:-1])
