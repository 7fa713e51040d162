"""The directory (danh bạ): units as a tree, the people in them, address lists with their head counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailsvc.core.clock import office_date
from mailsvc.core.errors import NotFound
from mailsvc.store import accounts, groups, units, vacations
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit
from mailsvc.vietnamese.fold import fold
from mailsvc.vietnamese.sort import name_key, sort_key

_RANKS = {"so": 0, "phong": 1, "trung_tam": 2, "truong": 3}
"""Kinds of units in the order people look for them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as others may see him. `phone` as it was written down, `call` only its digits and a leading +.

    `away`: the last day (ISO) of his absence, when he let it be known.
    """

    account_id: int
    username: str
    name: str
    position: str
    unit_code: str
    unit: str
    address: str
    phone: str
    away: str = ""

    @property
    def call(self) -> str:
        return "".join(one for one in self.phone if one.isdigit() or one == "+")


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit of today in the tree. `people` counts those in it and below it."""

    code: str
    name: str
    kind: str
    email: str
    people: int
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class List:
    """An address list with the number of mailboxes a letter to it reaches."""

    id: int
    name: str
    address: str
    note: str
    heads: int


@dataclass(frozen=True, slots=True)
class Directory:
    """One view of the directory: the whole tree, the unit that is open (None: all), the people in it or found."""

    tree: tuple[Branch, ...]
    unit: Unit | None
    entries: tuple[Entry, ...]
    lists: tuple[List, ...] = field(default_factory=tuple)


def look(tx: Tx, unit_code: str = "", query: str = "") -> Directory:
    """The people of a unit and below it, or those that fit the words, anywhere. Raises NotFound for no such unit."""
    known = units.listing(tx)
    unit = next((one for one in known if one.code == unit_code), None)
    if unit_code and unit is None:
        raise NotFound("Không có đơn vị này trong hôm nay.")
    everybody = _entries(tx)
    tree = _tree(known, everybody)
    inside = {one for one in known if unit and _lies_in(one, unit.code, known)}
    codes = {one.code for one in inside}
    shown = [one for one in everybody if unit is None or one.unit_code in codes]
    if query:
        shown = [one for one in shown if _fits(one, query)]
    found = [one for one in lists(tx) if not query or _has(f"{one.name} {one.address}", query)]
    return Directory(tree, unit, tuple(shown), tuple(found) if unit is None else ())


def find_people(tx: Tx, query: str, limit: int) -> list[Entry]:
    """People whose name, address, position, unit or telephone fit the words, by given name; at most `limit`.

    Words may be typed without marks; those whose name fits come first.
    """
    if not query.strip():
        return []
    fitting = [one for one in _everybody(tx) if _fits(one, query)]
    return sorted(fitting, key=lambda one: (not _has(one.name, query), name_key(one.name)))[:limit]


def lists(tx: Tx) -> list[List]:
    """The address lists, by name in Vietnamese order."""
    found = [
        List(one.id, one.name, one.address, one.note, len(groups.accounts_of(tx, one.id))) for one in groups.listing(tx)
    ]
    return sorted(found, key=lambda one: sort_key(one.name))


def _entries(tx: Tx) -> list[Entry]:
    """Everybody, by given name."""
    return sorted(_everybody(tx), key=lambda one: name_key(one.name))


def _everybody(tx: Tx) -> list[Entry]:
    names = units.names(tx)  # who is still in a unit that is no more is found by its last name
    addresses = accounts.primary_addresses(tx)
    people = [one for one in accounts.listing(tx, "person") if one.active]
    away = vacations.away_on(tx, office_date(tx.now_ms).isoformat())
    return [
        _entry(one, names.get(one.unit_code, ""), addresses.get(one.id, ""), away.get(one.id, "")) for one in people
    ]


def _entry(one: Account, unit: str, address: str, away: str) -> Entry:
    return Entry(one.id, one.username, one.full_name, one.position, one.unit_code, unit, address, one.phone, away)


def _fits(one: Entry, query: str) -> bool:
    return _has(f"{one.name} {one.username} {one.address} {one.position} {one.unit} {one.phone} {one.call}", query)


def _has(text: str, query: str) -> bool:
    folded = fold(text)
    return all(word in folded for word in fold(query).split())


def _lies_in(unit: Unit, code: str, known: list[Unit]) -> bool:
    """Whether the unit is that one or lies below it; a circle in the data ends the climb."""
    parents = {one.code: one.parent_code for one in known}
    at, steps = unit.code, 0
    while at and steps < 20:
        if at == code:
            return True
        at, steps = parents.get(at, ""), steps + 1
    return False


def _tree(known: list[Unit], everybody: list[Entry]) -> tuple[Branch, ...]:
    codes = {one.code for one in known}
    below: dict[str, list[Unit]] = {}
    for one in known:
        parent = one.parent_code if one.parent_code in codes and one.parent_code != one.code else ""
        below.setdefault(parent, []).append(one)
    heads: dict[str, int] = {}
    for person in everybody:
        heads[person.unit_code] = heads.get(person.unit_code, 0) + 1
    return tuple(_branch(one, below, heads, 0) for one in below.get("", []))


def _branch(unit: Unit, below: dict[str, list[Unit]], heads: dict[str, int], depth: int) -> Branch:
    children = sorted(below.get(unit.code, []), key=lambda one: (_RANKS.get(one.kind, 1), sort_key(one.name)))
    branches = tuple(_branch(one, below, heads, depth + 1) for one in children) if depth < 20 else ()
    people = heads.get(unit.code, 0) + sum(one.people for one in branches)
    return Branch(unit.code, unit.name, unit.kind, unit.email, people, branches)
