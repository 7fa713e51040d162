"""Address lists: one address, many mailboxes. Members are people, units' mailboxes, or all people of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from mailsvc.core.errors import AlreadyThere, NotFound
from mailsvc.store import accounts, units
from mailsvc.store.schema import address_groups, addresses, group_members
from mailsvc.store.tx import Tx

ACCOUNT, UNIT, PEOPLE = "account", "unit", "people"


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
    other = by_address(tx, group.address)
    taken = tx.execute(select(func.count()).where(addresses.c.address == group.address)).scalar_one()
    if taken or (other is not None and other.id != group.id):
        raise AlreadyThere("Địa chỉ “%(address)s” đã có người dùng.", address=group.address)
    values = {name: getattr(group, name) for name in ("address", "name", "note", "inside_only")}
    tx.wake("directory")
    if group.id:
        tx.execute(update(address_groups).where(address_groups.c.id == group.id).values(values))
        return group.id
    key = tx.execute(insert(address_groups).values(values)).inserted_primary_key
    return int(key[0]) if key else 0


def remove(tx: Tx, group_id: int) -> None:
    tx.execute(delete(group_members).where(group_members.c.group_id == group_id))
    tx.execute(delete(address_groups).where(address_groups.c.id == group_id))
    tx.wake("directory")


def members(tx: Tx, group_id: int) -> list[Member]:
    statement = select(group_members.c.kind, group_members.c.member).where(group_members.c.group_id == group_id)
    return [Member(*row) for row in tx.execute(statement.order_by(group_members.c.kind, group_members.c.member))]


def set_members(tx: Tx, group_id: int, wanted: Iterable[Member]) -> None:
    """The list has these members from now on."""
    tx.execute(delete(group_members).where(group_members.c.group_id == group_id))
    rows = [{"group_id": group_id, "kind": one.kind, "member": one.member} for one in dict.fromkeys(wanted)]
    if rows:
        tx.execute(insert(group_members), rows)
    tx.wake("directory")


def accounts_of(tx: Tx, group_id: int) -> list[int]:
    """The open accounts that a letter to the list reaches, each once."""
    wanted = members(tx, group_id)
    everybody = accounts.listing(tx)
    named = {int(one.member) for one in wanted if one.kind == ACCOUNT and one.member.isdigit()}
    boxes = {one.member for one in wanted if one.kind == UNIT}
    inside = _with_below(tx, {one.member for one in wanted if one.kind == PEOPLE})
    return [
        one.id
        for one in everybody
        if one.active
        and (
            one.id in named
            or (one.kind != "person" and one.unit_code in boxes)
            or (one.kind == "person" and one.unit_code in inside)
        )
    ]


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
