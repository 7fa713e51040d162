"""Groups to write to: all schools of a level, all divisions, the people of a unit. Their members are looked up when
the letter is sent, so that a group is always as the office is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.mail import addresses
from mailsvc.message.compose import Person
from mailsvc.store import accounts, receivers, units
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

DOMAIN = "nhom.invalid"
"""Stands behind the @ of a group's key in drafts and forms; no host can have that name."""
_KINDS = {
    "phong": "Tất cả phòng chuyên môn",
    "truong": "Tất cả trường trực thuộc",
    "trung_tam": "Tất cả trung tâm trực thuộc",
}
_LEVELS = {"thpt": "THPT", "thcs": "THCS", "tieu-hoc": "Tiểu học", "mam-non": "Mầm non"}
_SCHOOL = "truong"
_PEOPLE = "nguoi-"


@dataclass(frozen=True, slots=True)
class Group:
    """`key` names it in forms (`truong`, `cap-thpt`, `nguoi-VP`); `members` have mailboxes in this office."""

    key: str
    title: str
    members: tuple[Person, ...]

    @property
    def of_unit(self) -> bool:
        """Whether it is the people of one unit, not one mailbox of each of many."""
        return self.key.startswith(_PEOPLE)

    @property
    def address(self) -> str:
        return f"{self.key}@{DOMAIN}"


def listing(tx: Tx, domains: Sequence[str]) -> list[Group]:
    """All groups that have members, the large ones first."""
    known = [one for one in units.listing(tx) if one.email]
    boxes = [(one, person) for one in known if (person := _box(tx, domains, one)) is not None]
    found = [Group(kind, title, _of_kind(boxes, kind)) for kind, title in _KINDS.items()]
    schools = [one for one in boxes if one[0].kind == _SCHOOL]
    for key, word in _LEVELS.items():
        members = tuple(person for unit, person in schools if f" {word} " in f" {unit.name} ")
        found.append(Group(f"cap-{key}", f"Tất cả trường {word}", members))
    found += [_people(tx, unit) for unit in units.listing(tx)]
    return [one for one in found if len(one.members) > 1]


def find(tx: Tx, domains: Sequence[str], address: str) -> Group | None:
    """The group behind such an address, None when there is none (any more)."""
    key = address.rpartition("@")[0].lower()
    return next((one for one in listing(tx, domains) if one.key.lower() == key), None)


def is_group(address: str) -> bool:
    return address.lower().endswith("@" + DOMAIN)


def _of_kind(boxes: Sequence[tuple[Unit, Person]], kind: str) -> tuple[Person, ...]:
    return tuple(person for unit, person in boxes if unit.kind == kind)


def _box(tx: Tx, domains: Sequence[str], unit: Unit) -> Person | None:
    account = addresses.find(tx, domains, unit.email) if addresses.is_local(unit.email, domains) else None
    return Person(unit.name, unit.email) if account is not None and account.active else None


def _people(tx: Tx, unit: Unit) -> Group:
    people = receivers.people(tx, [unit.code])
    found = ((one.full_name, accounts.primary_address(tx, one.id)) for one in people)
    members = tuple(Person(name, address) for name, address in found if address)
    return Group(f"{_PEOPLE}{unit.code.lower()}", f"Mọi người ở {unit.name}", members)
