"""Which mailboxes are meant (RFC 7377 §2.2), and the arguments of ESEARCH."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.errors import TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.names import mailbox
from mailsvc.imap.grammar.returns import Returns
from mailsvc.imap.grammar.search import Program, parse_arguments

MAX_NAMES = 1000
SELECTED = "SELECTED"
_ALONE = (SELECTED, "INBOXES", "PERSONAL", "SUBSCRIBED")
_NAMED = ("SUBTREE", "SUBTREE-ONE", "MAILBOXES")


@dataclass(frozen=True, slots=True)
class Source:
    """`kind` in capitals; SUBTREE, SUBTREE-ONE and MAILBOXES have names."""

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MultiSearch:
    """ESEARCH. Without source options the selected mailbox is meant."""

    sources: tuple[Source, ...]
    program: Program
    returns: Returns | None

    @property
    def selected_only(self) -> bool:
        return all(source.kind == SELECTED for source in self.sources)


def parse_esearch(cursor: Cursor) -> MultiSearch:
    """The arguments after `ESEARCH`; Refused [BADCHARSET] for an unknown charset."""
    cursor.space()
    sources = _sources(cursor)
    program, returns = parse_arguments(cursor)
    if returns is not None and "SAVE" in returns and any(source.kind != SELECTED for source in sources):
        raise cursor.error("SAVE chỉ dùng khi chỉ tìm trong hộp thư đang mở")
    return MultiSearch(sources, program, returns)


def _sources(cursor: Cursor) -> tuple[Source, ...]:
    if cursor.data[cursor.pos : cursor.pos + 4].upper() != b"IN (":
        return (Source(SELECTED),)
    cursor.pos += 3
    sources = cursor.parenthesised(lambda: parse_source(cursor))
    if sum(len(source.names) for source in sources) > MAX_NAMES or len(sources) > MAX_NAMES:
        raise TooMuch(f"ESEARCH nêu quá {MAX_NAMES} hộp thư")
    cursor.space()
    return sources


def parse_source(cursor: Cursor) -> Source:
    """One filter-mailboxes; the RFCs know no scope options so far."""
    kind = cursor.word()
    if kind in _ALONE:
        return Source(kind)
    if kind not in _NAMED:
        raise cursor.error("cần selected, inboxes, personal, subscribed, subtree, subtree-one hoặc mailboxes")
    cursor.space()
    many = cursor.peek(b"(")
    return Source(kind, cursor.parenthesised(lambda: mailbox(cursor)) if many else (mailbox(cursor),))
