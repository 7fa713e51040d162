"""What SEARCH, SORT and THREAD have in common: from the keys of a command to the messages of the selected mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailsvc.imap.filters import without_filters
from mailsvc.imap.finding import Found, Scope, find, resolve
from mailsvc.imap.grammar import search as keys
from mailsvc.imap.grammar.returns import Returns
from mailsvc.imap.grammar.search import Program
from mailsvc.imap.grammar.sequence import Range
from mailsvc.imap.progress import Progress, telling
from mailsvc.imap.session import Session


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found, and the tree by which it can be looked for again."""

    found: Found
    key: Any
    modseq: bool


def scope_of(session: Session) -> Scope:
    """The selected mailbox as far as the client knows it."""
    view = session.selected
    known = view.uids[-1] if view.uids else 0
    return Scope(view.mailbox_id, known, view.recent_from, view.guest, session.keeper.answers)


async def look(session: Session, tag: bytes, program: Program) -> Searched:
    """Search the selected mailbox. Raises BadCommand, Refused."""
    view = session.selected

    def ranges(messages: keys.Messages) -> tuple[Range, ...]:
        if messages.uid or messages.messages.saved:
            return tuple(view.uid_ranges(view.spans(messages.messages, session.saved, uid=messages.uid)))
        return within(view.uids, messages)

    program = await without_filters(session, program)
    key = resolve(program.key, ranges)
    if program.modseq:
        session.enable_condstore()
    if isinstance(key, keys.All) and not program.modseq:
        return Searched(Found(view.there(), [], {}), key, False)
    with telling(session, tag, Progress(len(view))) as progress:
        found = await session.office.db.read(find, scope_of(session), key, modseq=program.modseq, progress=progress)
    return Searched(found, key, program.modseq)


def within(uids: Sequence[int], messages: keys.Messages) -> tuple[Range, ...]:
    """Message numbers as ranges of UIDs. Those beyond the last are no error in a search (RFC 7377 §2)."""
    count = len(uids)
    spans = [(max(low, 1), min(high, count)) for low, high in messages.messages.resolve(count)]
    return tuple((uids[low - 1], uids[high - 1]) for low, high in spans if low <= high)


def uses_saved(key: Any) -> bool:
    """Whether `$` stands somewhere in the tree."""
    match key:
        case keys.Messages(messages):
            return messages.saved
        case keys.And(parts):
            return any(map(uses_saved, parts))
        case keys.Or(left, right):
            return uses_saved(left) or uses_saved(right)
        case keys.Not(inner) | keys.Fuzzy(inner):
            return uses_saved(inner)
        case _:
            return False


def forget_saved(session: Session, returns: Returns | None) -> None:
    """A searching command with SAVE has failed (RFC 5182 §2.1: only then the saved result becomes empty)."""
    if returns is not None and "SAVE" in returns:
        session.save(())
