"""Address lists: one address, many mailboxes. Members are people, units' mailboxes, or all people of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, delete, insert, or_, select, update

from mailsvc.core.errors import AlreadyThere, Invalid, NotFound
from mailsvc.store import units
from mailsvc.store.schema import accounts, address_groups, addresses, group_members
from mailsvc.store.tx import Tx

ACCOUNT, UNIT, PEOPLE = "account", "unit", "people"
MOST = 5_000
"""Mailboxes that one letter to a list may reach; an office with all its schools has some hundreds."""
MOST_MEMBERS = 1_000
"""Members that a list may name, each unit counted once."""


@dataclass(frozen=True, slots=True)
class Group:
    """An address list. `inside_only`: only who has logged in may write to it."""

    id: int
    address: str
    name: str
    note: str
    inside_only: int


@dataclass(frozen=True, slots=True)
class Member:
    """`kind` is account (member: id), unit (code: its mailbox) or people (code: everybody in it and below)."""

    kind: str
    member: str


_COLUMNS = [address_groups.c[name] for name in Group.__dataclass_fields__]


def listing(tx: Tx) -> list[Group]:
    """All lists, by name."""
    return [Group(*row) for row in tx.execute(select(*_COLUMNS).order_by(address_groups.c.name))]


def get(tx: Tx, group_id: int) -> Group:
    """Raises NotFound."""
    row = tx.execute(select(*_COLUMNS).where(address_groups.c.id == group_id)).first()
    if row is None:
        raise NotFound("Không có nhóm này.")
    return Group(*row)


def by_address(tx: Tx, address: str) -> Group | None:
    """The list with that address (lower case)."""
    row = tx.execute(select(*_COLUMNS).where(address_groups.c.address == address)).first()
    return None if row is None else Group(*row)


def put(tx: Tx, group: Group) -> int:
    """Add the list (id 0) or change it; its id. Raises AlreadyThere when the address is somebody else's."""
    owner = owner_of(tx, group.address, group.id)
    if owner:
        raise AlreadyThere("Địa chỉ “%(address)s” đã thuộc “%(owner)s”.", address=group.address, owner=owner)
    values = {name: getattr(group, name) for name in ("address", "name", "note", "inside_only")}
    tx.wake("directory")
    if group.id:
        tx.execute(update(address_groups).where(address_groups.c.id == group.id).values(values))
        return group.id
    key = tx.execute(insert(address_groups).values(values)).inserted_primary_key
    return int(key[0]) if key else 0


def owner_of(tx: Tx, address: str, but: int = 0) -> str:
    """Whose the address is already, with that local part in either domain, but for that list; empty: it is free."""
    alike = address.partition("@")[0] + "@"
    statement = (
        select(accounts.c.full_name)
        .join(addresses, addresses.c.account_id == accounts.c.id)
        .where(addresses.c.address.startswith(alike, autoescape=True))
    )
    other = select(address_groups.c.name).where(
        address_groups.c.address.startswith(alike, autoescape=True), address_groups.c.id != but
    )
    found = [*tx.execute(statement).scalars(), *tx.execute(other).scalars()]
    return found[0] if found else ""


def remove(tx: Tx, group_id: int) -> None:
    tx.execute(delete(group_members).where(group_members.c.group_id == group_id))
    tx.execute(delete(address_groups).where(address_groups.c.id == group_id))
    tx.wake("directory")


def members(tx: Tx, group_id: int) -> list[Member]:
    statement = select(group_members.c.kind, group_members.c.member).where(group_members.c.group_id == group_id)
    return [Member(*row) for row in tx.execute(statement.order_by(group_members.c.kind, group_members.c.member))]


def set_members(tx: Tx, group_id: int, wanted: Iterable[Member]) -> None:
    """The list has these members from now on. Raises Invalid for too many."""
    rows = [{"group_id": group_id, "kind": one.kind, "member": one.member} for one in dict.fromkeys(wanted)]
    if len(rows) > MOST_MEMBERS:
        raise Invalid("Một nhóm có nhiều nhất %(most)s dòng; hãy chọn cả đơn vị.", most=MOST_MEMBERS)
    tx.execute(delete(group_members).where(group_members.c.group_id == group_id))
    if rows:
        tx.execute(insert(group_members), rows)
    tx.wake("directory")


def accounts_of(tx: Tx, group_id: int, most: int = MOST) -> list[int]:
    """The open accounts that a letter to the list reaches, each once, by id; at most so many."""
    wanted = members(tx, group_id)
    named = [int(one.member) for one in wanted if one.kind == ACCOUNT and one.member.isdigit()]
    boxes = [one.member for one in wanted if one.kind == UNIT]
    inside = sorted(_with_below(tx, {one.member for one in wanted if one.kind == PEOPLE}))
    if not wanted:
        return []
    person = accounts.c.kind == "person"
    reached = or_(
        accounts.c.id.in_(named),
        and_(~person, accounts.c.unit_code.in_(boxes)),
        and_(person, accounts.c.unit_code.in_(inside)),
    )
    statement = select(accounts.c.id).where(accounts.c.active == 1, reached).order_by(accounts.c.id).limit(most)
    return list(tx.execute(statement).scalars())


def naming_unit(tx: Tx, code: str) -> list[Group]:
    """The lists that have the unit's mailbox or its people among their members, by name."""
    named = select(group_members.c.group_id).where(
        group_members.c.kind.in_((UNIT, PEOPLE)), group_members.c.member == code
    )
    statement = select(*_COLUMNS).where(address_groups.c.id.in_(named)).order_by(address_groups.c.name)
    return [Group(*row) for row in tx.execute(statement)]


def _with_below(tx: Tx, codes: set[str]) -> set[str]:
    """Those units of today and all below them."""
    if not codes:
        return set()
    found, known = set(codes), units.listing(tx)
    while True:
        more = {one.code for one in known if one.parent_code in found} - found
        if not more:
            return found
        found |= more
