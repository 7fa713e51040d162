"""Whom a letter goes to, as people type it: names, addresses, groups, separated by commas, semicolons or lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailsvc.core.errors import Phrase
from mailsvc.mail import addresses, groups, lists
from mailsvc.message.compose import Person
from mailsvc.message.fieldwriter import plain_line
from mailsvc.store.tx import Tx

LONGEST = 60_000
"""Characters of one field."""
_PIECE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^",;\n<>])+', re.DOTALL)
_NAMED = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<>"]*?))\s*<\s*([^<>\s]+)\s*>\s*', re.DOTALL)
_LOCAL = re.compile(r"[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """A field that was read: the people (groups under their own addresses), and the pieces that are no addresses."""

    people: tuple[Person, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """`shown` is what stands in the letter's field, `everybody` where it goes; `problems` are sentences for people."""

    shown: tuple[Person, ...]
    everybody: tuple[Person, ...]
    problems: tuple[Phrase, ...]


def read(text: str, domain: str) -> Typed:
    """Read a field. A word without @ is meant in `domain`. Pure."""
    people: list[Person] = []
    wrong: list[str] = []
    for piece in pieces(text):
        person = _person(piece, domain)
        if person is None:
            wrong.append(piece)
        else:
            people.append(person)
    return Typed(tuple(people), tuple(wrong))


def written(people: Sequence[Person]) -> str:
    """The field again, as `read` understands it."""
    return ", ".join(_written(one) for one in people)


def _written(person: Person) -> str:
    if not person.name or person.name == person.address:
        return person.address
    name = plain_line(person.name)
    if re.fullmatch(r"[^\",;<>@:\\()\[\]]+", name) is None:
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{person.address}>"


def pieces(text: str) -> Iterator[str]:
    """The recipients of a field, as they stand there. Pure."""
    for found in _PIECE.finditer(text[:LONGEST]):
        piece = found[0].strip()
        if piece:
            yield piece


def _person(piece: str, domain: str) -> Person | None:
    named = _NAMED.fullmatch(piece)
    if named is not None:
        name = _ESCAPED.sub(r"\1", named[1]) if named[1] is not None else named[2]
        address = _address(named[3], domain)
        return None if address is None else Person(plain_line(name)[:200], address)
    address = _address(piece, domain)
    return None if address is None else Person("", address)


def _address(text: str, domain: str) -> str | None:
    """local@domain in a form that every server understands; None when it is none."""
    local, at, place = text.rpartition("@")
    if not at:
        local, place = text, domain
    labels = place.lower().split(".")
    well = _LOCAL.fullmatch(local) and len(labels) > 1 and all(_LABEL.fullmatch(one) for one in labels)
    if not well or local.startswith(".") or local.endswith(".") or ".." in local or len(place) > 253:
        return None
    return f"{local}@{place.lower()}"


def reach(tx: Tx, domains: Sequence[str], text: str) -> Reached:
    """Read a field, put the members of groups in their place, and look whether those in this office exist."""
    typed = read(text, domains[0])
    problems = [Phrase("“%(text)s” không phải là địa chỉ thư.", text=one[:80]) for one in typed.wrong]
    shown: list[Person] = []
    everybody: dict[str, Person] = {}
    for person in typed.people:
        if groups.is_group(person.address):
            group = groups.find(tx, domains, person.address)
            if group is None:
                problems.append(Phrase("Không còn nhóm “%(name)s”.", name=person.name or person.address))
                continue
            shown.append(Person(group.title, ""))
            everybody |= {one.address.lower(): one for one in group.members}
            continue
        problem = _problem(tx, domains, person.address)
        if problem:
            problems.append(problem)
        shown.append(person)
        everybody.setdefault(person.address.lower(), person)
    return Reached(tuple(shown), tuple(everybody.values()), tuple(problems))


def problems(tx: Tx, domains: Sequence[str], pieces: Sequence[str]) -> list[Phrase | None]:
    """What is wrong with each of the recipients typed, None for those a letter can go to."""
    return [next(iter(reach(tx, domains, one).problems), None) for one in pieces]


def _problem(tx: Tx, domains: Sequence[str], address: str) -> Phrase | None:
    if not addresses.is_local(address, domains):
        return None
    account = addresses.find(tx, domains, address)
    if account is None:
        group = lists.find(tx, domains, address)
        if group is not None:
            empty = lists.refusal(tx, group, inside=True) is not None
            return Phrase("Nhóm “%(name)s” chưa có ai nhận thư.", name=group.name) if empty else None
        return Phrase("Không có hộp thư “%(address)s” trong cơ quan.", address=address)
    return None if account.active else Phrase("Hộp thư “%(address)s” đã khóa.", address=address)
