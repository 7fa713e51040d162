"""SEARCH and UID SEARCH (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 7162 §3.1.5)."""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.imap.errors import Refused
from mailsvc.imap.finding import Scope, find, resolve
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.response import string
from mailsvc.imap.grammar.search import Messages, Search, parse_returns, parse_search
from mailsvc.imap.grammar.sequence import Range, format_set, ranges_of
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.imap.view import SelectedView

Found = Sequence[tuple[int, int]]  # (UID, mod-sequence or 0), by UID


async def search(session: Session, cursor: Cursor) -> Done:
    return await _search(session, cursor, uid=False)


async def uid_search(session: Session, cursor: Cursor) -> Done:
    return await _search(session, cursor, uid=True)


async def _search(session: Session, cursor: Cursor, *, uid: bool) -> Done:
    tag, start = cursor.data.split(b" ", 1)[0], cursor.pos
    try:
        arguments = parse_search(cursor, uid=uid)
    except Refused:
        cursor.pos = start + 1
        if "SAVE" in (parse_returns(cursor) or ()):  # RFC 5182 §2.1: only with SAVE a failure leaves an empty result
            session.save(())
        raise
    view = session.selected

    def ranges(messages: Messages) -> tuple[Range, ...]:
        return tuple(view.uid_ranges(view.spans(messages.messages, session.saved, uid=messages.uid)))

    key = resolve(arguments.key, ranges)
    if arguments.modseq:
        session.enable_condstore()
    scope = Scope(view.mailbox_id, view.uids[-1] if view.uids else 0, view.recent_from)
    found = await session.office.db.read(find, scope, key, modseq=arguments.modseq)
    if arguments.returns is not None and "SAVE" in arguments.returns:
        session.save(_saved(arguments.returns, found))
    if arguments.returns is None and not session.rev2:
        session.write(_plain(view, arguments, found))
    elif arguments.returns != frozenset(("SAVE",)):
        session.write(_extended(view, tag, arguments, found))
    return DONE


def _numbers(view: SelectedView, arguments: Search, found: Found) -> list[int]:
    if arguments.uid:
        return [uid for uid, _ in found]
    if len(found) == len(view):
        return list(range(1, len(view) + 1))
    return [view.number_of(uid) or 0 for uid, _ in found]


def _plain(view: SelectedView, arguments: Search, found: Found) -> bytes:
    numbers = "".join(f" {number}" for number in _numbers(view, arguments, found)).encode("ascii")
    tail = b" (MODSEQ %d)" % max(modseq for _, modseq in found) if arguments.modseq and found else b""
    return b"* SEARCH%s%s\r\n" % (numbers, tail)


def _saved(returns: frozenset[str], found: Found) -> list[Range]:
    """What SAVE keeps: with MIN or MAX alone only those (RFC 9051 §6.4.4.1)."""
    uids = [uid for uid, _ in found]
    if uids and not returns & {"ALL", "COUNT"} and returns & {"MIN", "MAX"}:
        ends = ([uids[0]] if "MIN" in returns else []) + ([uids[-1]] if "MAX" in returns else [])
        uids = sorted(set(ends))
    return list(ranges_of(uids))


def _extended(view: SelectedView, tag: bytes, arguments: Search, found: Found) -> bytes:
    """The ESEARCH response."""
    returns = arguments.returns or frozenset(("ALL",))
    numbers = _numbers(view, arguments, found)
    words = [b"* ESEARCH (TAG %s)" % string(tag)]
    if arguments.uid:
        words.append(b"UID")
    if numbers:
        if "MIN" in returns:
            words.append(b"MIN %d" % numbers[0])
        if "MAX" in returns:
            words.append(b"MAX %d" % numbers[-1])
        if "ALL" in returns:
            words.append(b"ALL " + format_set(numbers))
    if "COUNT" in returns:
        words.append(b"COUNT %d" % len(numbers))
    if arguments.modseq and found:
        words.append(b"MODSEQ %d" % _highest(returns, found))
    return b" ".join(words) + b"\r\n"


def _highest(returns: frozenset[str], found: Found) -> int:
    """The highest mod-sequence of what is told (RFC 7162 §3.1.10)."""
    if returns & {"ALL", "COUNT"}:
        return max(modseq for _, modseq in found)
    ends = ([found[0][1]] if "MIN" in returns else []) + ([found[-1][1]] if "MAX" in returns else [])
    return max(ends, default=max(modseq for _, modseq in found))
