"""A unit as administrators see it: its history, and what would be left behind if it ended; moving that elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from mailsvc.accounts import administering, facts
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.documents import calendar
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.store import accounts, audit, groups, statistics, unit_uses, units
from mailsvc.store.groups import PEOPLE, UNIT, Group, Member
from mailsvc.store.tx import Tx
from mailsvc.store.unit_uses import Person, Role
from mailsvc.store.units import Unit
from mailsvc.vietnamese.sort import name_key, sort_key


@dataclass(frozen=True, slots=True)
class Leavings:
    """What hangs on a unit: people, shared mailboxes that are open, roles, units below, address groups that name it,
    open documents and tasks (their number only)."""

    people: tuple[Person, ...]
    mailboxes: tuple[Person, ...]
    roles: tuple[Role, ...]
    below: tuple[Unit, ...]
    lists: tuple[Group, ...]
    open_work: int

    @property
    def nothing(self) -> bool:
        return not (self.people or self.mailboxes or self.roles or self.below or self.lists or self.open_work)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One unit: as it is today (`now`, None when it is not), its rows, the latest first, the names
    its superiors had on the first days of the rows, and what hangs on it."""

    code: str
    name: str
    now: Unit | None
    rows: tuple[Unit, ...]
    above: Mapping[str, str]
    leavings: Leavings
    has_mailbox: bool

    @property
    def ends(self) -> str | None:
        """The last day there is such a unit; None: no end."""
        return self.rows[0].valid_to


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit of a day in the tree; `people` counts those of today in it and below. `next`: the first day of a change
    that is written down for later, '' for none."""

    unit: Unit
    people: int
    next: str
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """The units as they are on a day, and those that are no more or not yet."""

    tree: tuple[Branch, ...]
    gone: tuple[Unit, ...]
    coming: tuple[Unit, ...]


def on_day(tx: Tx, actor: Actor, day: str) -> Day:
    """The organisation as it is on that day (ISO). Raises Refused."""
    administering.require(tx, actor)
    rows = units.everything(tx)
    there = [one for one in rows if one.valid_from <= day and (one.valid_to is None or one.valid_to >= day)]
    codes = {one.code for one in there}
    last = {one.code: one for one in rows if one.valid_from <= day and one.code not in codes}
    first: dict[str, Unit] = {}
    later: dict[str, str] = {one.code: _after(one.valid_to) for one in there if one.valid_to is not None}
    for one in rows:
        if one.code not in codes and one.code not in last:
            first.setdefault(one.code, one)
    heads: dict[str, int] = {}
    for person in accounts.listing(tx, "person"):
        heads[person.unit_code] = heads.get(person.unit_code, 0) + person.active
    below: dict[str, list[Unit]] = {}
    for one in there:
        below.setdefault(one.parent_code if one.parent_code in codes else "", []).append(one)
    tree = tuple(_branch(one, below, heads, later, frozenset()) for one in _in_order(below.get("", [])))
    return Day(tree, tuple(_in_order(last.values())), tuple(_in_order(first.values())))


def _after(day: str | None) -> str:
    """The day after; '' after the last one there is, which files write for "always"."""
    known = date.fromisoformat(day) if day else date.max
    return date.fromordinal(known.toordinal() + 1).isoformat() if known < date.max else ""


def _in_order(some: Iterable[Unit]) -> list[Unit]:
    ranks = {"so": 0, "phong": 1, "trung_tam": 2, "truong": 3}
    return sorted(some, key=lambda one: (ranks.get(one.kind, 1), sort_key(one.name)))


def _branch(
    unit: Unit, below: dict[str, list[Unit]], heads: dict[str, int], later: dict[str, str], above: frozenset[str]
) -> Branch:
    inside = above | {unit.code}
    found = tuple(
        _branch(one, below, heads, later, inside)
        for one in _in_order(below.get(unit.code, []))
        if one.code not in inside
    )
    people = heads.get(unit.code, 0) + sum(one.people for one in found)
    return Branch(unit, people, later.get(unit.code, ""), found)


def sheet(tx: Tx, actor: Actor, code: str) -> Sheet:
    """Raises Refused, NotFound."""
    administering.require(tx, actor)
    rows = tuple(reversed(units.history(tx, code)))
    if not rows:
        raise NotFound("Không có đơn vị “%(code)s”.", code=code)
    now, latest = units.find(tx, code), units.latest(tx, code) or rows[0]
    left = leavings(tx, code)
    above = {one.valid_from: units.name(tx, one.parent_code, one.valid_from) for one in rows}
    has_mailbox = any(one.kind == "unit" for one in unit_uses.accounts_of(tx, code))  # a closed one is opened again
    return Sheet(code, latest.name, now, rows, above, left, has_mailbox)


def leavings(tx: Tx, code: str) -> Leavings:
    """What hangs on the unit today."""
    today = office_date(tx.now_ms)
    here = unit_uses.accounts_of(tx, code)
    people = [one for one in here if one.kind == "person" and one.active]
    people.sort(key=lambda one: name_key(one.full_name))
    soon = calendar.next_working_day(today).isoformat()
    work = statistics.open_by_unit(tx, organisation_of_unit(tx, code), today.isoformat(), soon)
    return Leavings(
        people=tuple(people),
        mailboxes=tuple(one for one in here if one.kind != "person" and one.active),
        roles=tuple(unit_uses.roles_in(tx, code, today.isoformat())),
        below=tuple(_in_order([one for one in units.listing(tx) if one.parent_code == code])),
        lists=tuple(groups.naming_unit(tx, code)),
        open_work=sum(one.count for one in work if one.unit_code == code),
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """How many people and groups have another unit now, and the names of those who could not be moved."""

    people: int
    lists: int
    stayed: tuple[str, ...]


def move(tx: Tx, actor: Actor, code: str, into: str, *, end_roles: bool) -> Moved:
    """All people of the unit go to another one of today, with what that brings, and groups name that one instead.

    An administrator's own account is moved by somebody else. Roles end with yesterday only when wanted; new ones are
    given one by one. Raises Refused, NotFound, Invalid.
    """
    administering.require(tx, actor)
    if units.find(tx, into) is None or into == code:
        raise Invalid("Chưa chọn đúng đơn vị để chuyển tới; đơn vị ấy phải đang có hôm nay.")
    stayed, count = [], 0
    for one in sheet(tx, actor, code).leavings.people:
        if one.id == actor.account_id:
            stayed.append(one.full_name)
            continue
        known = facts.of(accounts.get(tx, one.id))
        facts.change(tx, actor, one.id, known.state(), replace(known, unit_code=into), end_roles=end_roles)
        count += 1
    named = groups.naming_unit(tx, code)
    for group in named:
        members = [
            Member(one.kind, into) if one.kind in (PEOPLE, UNIT) and one.member == code else one
            for one in groups.members(tx, group.id)
        ]
        groups.set_members(tx, group.id, members)
        audit.record(tx, actor, "group.change", f"group/{group.id}", renamed=[code, into])
    audit.record(tx, actor, "unit.move", f"unit/{code}", into=into, people=count, groups=len(named))
    return Moved(count, len(named), tuple(stayed))
