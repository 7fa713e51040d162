"""FETCH and UID FETCH (RFC 9051 §6.4.5, RFC 7162 §3.1.4, RFC 3516)."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Iterator, Sequence

from mailsvc.core.errors import Refused as NotPermitted
from mailsvc.imap.commands.select import vanished_earlier
from mailsvc.imap.commands.store import Change, change_flags, note_own_change
from mailsvc.imap.errors import BadCommand, Refused
from mailsvc.imap.grammar.cursor import MAX_NUMBER, Cursor
from mailsvc.imap.grammar.fetch import Fetch, Section, parse_fetch
from mailsvc.imap.grammar.flags import SEEN
from mailsvc.imap.grammar.partial import Partial
from mailsvc.imap.grammar.sequence import Range, contains, ranges_of
from mailsvc.imap.rendering import Batch, Plan, render
from mailsvc.imap.renderings import Rendered
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.imap.view import SelectedView, Span
from mailsvc.store import placements, private_flags
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

log = logging.getLogger("mailsvc.imap")
SLICE = 128 * 1024


async def fetch(session: Session, cursor: Cursor) -> Done:
    return await _fetch(session, parse_fetch(cursor, uid=False))


async def uid_fetch(session: Session, cursor: Cursor) -> Done:
    return await _fetch(session, parse_fetch(cursor, uid=True))


async def _fetch(session: Session, arguments: Fetch) -> Done:
    view = session.selected
    if arguments.vanished and not session.qresync:
        raise BadCommand("VANISHED cần ENABLE QRESYNC trước")
    if "MODSEQ" in arguments.attributes:
        session.enable_condstore()
    spans = view.spans(arguments.messages, session.saved, uid=arguments.uid)
    if arguments.partial is not None:
        if arguments.changed_since is not None:
            spans = await _changed(session, view, spans, arguments.changed_since)
        spans = _page(spans, arguments.partial)
    seen_now: frozenset[int] = frozenset()
    if arguments.marks_seen and not view.readonly and (view.guest is None or "s" in view.guest.rights):
        seen_now = await _mark_seen(session, view, spans)
    if arguments.changed_since is not None:
        if arguments.vanished:
            await _tell_vanished(session, view, arguments)
        spans = await _changed(session, view, spans, arguments.changed_since)
    missing, damaged = await _send(session, view, spans, _plan(session, view, arguments, seen_now))
    if damaged:
        log.error("mailbox %d: the contents of %d messages cannot be read", view.mailbox_id, damaged)
        raise Refused(f"Có {damaged} thư không đọc được nội dung, xin báo quản trị", "CORRUPTION")
    if missing:
        view.dirty = True
        return Done("Có thư vừa bị xóa ở nơi khác", "EXPUNGEISSUED")
    return DONE


def _plan(session: Session, view: SelectedView, arguments: Fetch, seen_now: frozenset[int]) -> Plan:
    """What is asked for; and the flags where this command changed them, with what a CONDSTORE client needs beside them
    (RFC 7162 §3.2.4)."""
    attributes = arguments.attributes
    if seen_now:
        attributes |= {"FLAGS", "UID", "MODSEQ"} if session.condstore else {"FLAGS"}
    return _plan_of(session, view, attributes, arguments.sections)


def _plan_of(
    session: Session, view: SelectedView, attributes: frozenset[str], wanted: Sequence[Section]
) -> Plan:
    recent_from = 1 << 32 if session.rev2 else view.recent_from
    if session.uidonly and (len(attributes) > 1 or wanted):
        attributes -= {"UID"}  # RFC 9586 §3.3: the response begins with it
    mailbox = (view.mailbox_id, view.uidvalidity)
    return Plan(attributes, wanted, mailbox, recent_from, view.guest, uidonly=session.uidonly)


async def _mark_seen(session: Session, view: SelectedView, spans: Sequence[Span]) -> frozenset[int]:
    """Set \\Seen on the messages; the UIDs of those that did not have it."""
    db, ranges = session.office.db, view.uid_ranges(spans)
    # Most often there is none, and then nobody waits for the disk.
    if not await db.glance(_any_unseen, view.mailbox_id, ranges, view.guest):
        return frozenset()
    try:
        stored = await db.write(change_flags, view.mailbox_id, ranges, Change("+", SEEN, ()), None, view.guest)
    except NotPermitted:  # RFC 4314 §4: who may not set it reads without
        return frozenset()
    note_own_change(view, stored.modseq)
    return frozenset(row[0] for row in stored.rows if stored.modseq and row[3] == stored.modseq)


def _any_unseen(tx: Tx, mailbox_id: int, ranges: Sequence[Range], guest: Guest | None) -> bool:
    columns = ("uid", "flags")
    rows = (row for low, high in ranges for row in private_flags.rows(tx, guest, mailbox_id, low, high, columns))
    return any(not row[1] & SEEN for row in rows)


def _page(spans: Sequence[Span], partial: Partial) -> list[Span]:
    """The positions on that page of them."""
    positions = [at for start, stop in spans for at in range(start, stop)]
    return [(low, high + 1) for low, high in ranges_of(partial.of(positions))]


async def _changed(session: Session, view: SelectedView, spans: Sequence[Span], since: int) -> list[Span]:
    """Of those positions the ones whose messages changed after the mod-sequence."""
    rows = await session.office.db.read(private_flags.changed_since, view.guest, view.mailbox_id, since)
    ranges = view.uid_ranges(spans)
    numbers = (view.number_of(row[0]) for row in rows if contains(ranges, row[0]))
    wanted = [number - 1 for number in numbers if number is not None]
    return [(low, high + 1) for low, high in ranges_of(wanted)]


async def _tell_vanished(session: Session, view: SelectedView, arguments: Fetch) -> None:
    """Which of the UIDs named have been expunged since (RFC 7162 §3.2.6); the last of them may lie beyond `*`."""
    expunged = await session.office.db.read(placements.expunged_since, view.mailbox_id, arguments.changed_since or 0)
    messages = arguments.messages
    ranges = session.saved if messages.saved else messages.resolve(MAX_NUMBER)
    session.write(*vanished_earlier(view, expunged, ranges))


async def _send(session: Session, view: SelectedView, spans: Sequence[Span], plan: Plan) -> tuple[int, int]:
    """Write the responses batch by batch, never more than the client takes; how many were gone, and damaged."""
    office, missing, damaged = session.office, 0, 0
    for batch in _batches(view, spans, plan.rows):
        rest = batch
        while rest.uids:
            read = office.db.glance if plan.is_small(rest) else office.db.read
            rendered = await read(render, office.blobs, session.keeper.renderings, plan, rest)
            missing += rendered.missing
            damaged += rendered.damaged
            await _write(session, rendered)
            rest = Batch(rest.numbers[rendered.taken :], rest.uids[rendered.taken :])
    return missing, damaged


def _batches(view: SelectedView, spans: Sequence[Span], size: int) -> Iterator[Batch]:
    """The positions in runs of at most `size`; many small spans share a batch."""
    numbers: list[int] = []
    uids = array("I")
    for start, stop in spans:
        for low in range(start, stop, size):
            high = min(low + size, stop)
            if not numbers and high - low == size:
                yield Batch(range(low + 1, high + 1), view.uids[low:high])
                continue
            numbers.extend(range(low + 1, high + 1))
            uids.extend(view.uids[low:high])
            if len(numbers) >= size:
                yield Batch(numbers, uids)
                numbers, uids = [], array("I")
    if numbers:
        yield Batch(numbers, uids)


async def _write(session: Session, rendered: Rendered) -> None:
    connection = session.connection
    for piece in rendered.pieces:
        if isinstance(piece, bytes):
            connection.write(piece)
            continue
        for at in range(piece.start, piece.start + piece.length, SLICE):
            connection.write(piece.data[at : min(at + SLICE, piece.start + piece.length)])
            await connection.drain()
    await connection.ease()


async def send_new(
    session: Session, uids: Sequence[int], attributes: frozenset[str], sections: Sequence[Section]
) -> None:
    """FETCH responses for new messages of the open mailbox, unasked (RFC 5465 §5.2); \\Seen stays as it is."""
    view = session.selected
    numbers = (view.number_of(uid) for uid in uids)
    spans = [(low - 1, high) for low, high in ranges_of(number for number in numbers if number is not None)]
    await _send(session, view, spans, _plan_of(session, view, attributes, sections))
