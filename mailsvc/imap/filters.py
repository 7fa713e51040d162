"""Searches kept under a name on the server (RFC 5466): FILTER keys are replaced by what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsvc.imap.errors import BadCommand, ImapError, Refused, TooMuch
from mailsvc.imap.grammar import search as keys
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.search import Program, parse_program
from mailsvc.imap.session import Session
from mailsvc.store import notes
from mailsvc.store.tx import Tx

PLACES = ("/private/filters/values/", "/shared/filters/values/")
"""Where the values lie, the first that is there counts (RFC 5466 §3.1)."""
DEEPEST = 4
MOST = 50
"""Replacements in one search."""


async def without_filters(session: Session, program: Program) -> Program:
    """The program with every FILTER replaced. Raises Refused [UNDEFINED-FILTER]."""
    if not program.filters:
        return program
    values = await session.office.db.read(_values, session.account_id)
    expansion = _Expansion(values, session.off, program.texts)
    key = expansion.replace(program.key, ())
    return Program(key, program.modseq or expansion.modseq, program.fuzzy or expansion.fuzzy)


def _values(tx: Tx, account_id: int) -> dict[str, bytes]:
    return notes.of(tx, notes.SERVER, account_id)


def check(values: Mapping[str, bytes | None]) -> None:
    """Whether what is to be kept as filters can be searched by (RFC 5466 §3.2). Raises BadCommand."""
    for entry, value in values.items():
        if value is not None and entry.lower().startswith(PLACES):
            try:
                parse_program(Cursor(value), "utf-8")
            except ImapError as error:
                raise BadCommand(f"Bộ lọc {entry.rpartition('/')[2]} không phải điều kiện tìm: {error.text}") from None


@dataclass(slots=True)
class _Expansion:
    """Replaces names within one search; `modseq` and `fuzzy` say what turned up in them."""

    values: Mapping[str, bytes]
    off: frozenset[str]
    texts: int
    count: int = 0
    modseq: bool = False
    fuzzy: bool = False
    parsed: dict[str, Program] = field(default_factory=dict)

    def replace(self, key: Any, within: tuple[str, ...]) -> Any:
        match key:
            case keys.Filter(name):
                return self._named(name, within)
            case keys.And(parts):
                return keys.And(tuple(self.replace(part, within) for part in parts))
            case keys.Or(left, right):
                return keys.Or(self.replace(left, within), self.replace(right, within))
            case keys.Not(inner):
                return keys.Not(self.replace(inner, within))
            case keys.Fuzzy(inner):
                return keys.Fuzzy(self.replace(inner, within))
            case _:
                return key

    def _named(self, name: str, within: tuple[str, ...]) -> Any:
        self.count += 1
        if self.count > MOST:
            raise TooMuch(f"FILTER thay quá {MOST} lần")
        if name.lower() in within or len(within) >= DEEPEST:  # a loop is as if there were no such filter
            raise _undefined(name)
        program = self._program(name)
        self.texts += program.texts
        if self.texts > keys.MAX_TEXTS:
            raise TooMuch(f"SEARCH tìm quá {keys.MAX_TEXTS} đoạn chữ")
        self.modseq, self.fuzzy = self.modseq or program.modseq, self.fuzzy or program.fuzzy
        return self.replace(program.key, (*within, name.lower()))

    def _program(self, name: str) -> Program:
        if name.lower() not in self.parsed:
            value = next((self.values[at] for place in PLACES if (at := place + name.lower()) in self.values), None)
            if value is None:
                raise _undefined(name)
            cursor = Cursor(value)
            cursor.off = self.off
            try:
                self.parsed[name.lower()] = parse_program(cursor, "utf-8")
            except ImapError:
                raise _undefined(name) from None
        return self.parsed[name.lower()]


def _undefined(name: str) -> Refused:
    return Refused(f"Không có bộ lọc {name} dùng được", f"UNDEFINED-FILTER {name}")
