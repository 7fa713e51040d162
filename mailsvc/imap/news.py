"""Telling a session what it has asked NOTIFY for (RFC 5465), in the session's own task."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from mailsvc.imap import limits
from mailsvc.imap.commands import listing, status
from mailsvc.imap.commands.fetch import send_new
from mailsvc.imap.grammar.notify import Notify
from mailsvc.imap.watching import (
    Listed,
    Picture,
    Shown,
    Watch,
    changed_notes,
    look,
    look_at,
    messages_changed,
    names_changed,
)
from mailsvc.store import notes

if TYPE_CHECKING:
    from mailsvc.imap.session import Session


async def tell(session: Session) -> None:
    """Tell what has changed in the mailboxes watched, and fetch what is new in the open one."""
    await _fetch_due(session)
    watch = session.watch
    if watch is None:
        return
    while watch.has_news and session.watch is watch:
        before = watch.picture
        after = await _read(session, watch)
        lines = [*_list_lines(session, watch, before, after), *_status_lines(session, before, after)]
        lines += await _note_lines(session, before, after, watch.quiet)
        watch.follow(after)
        if len(lines) > limits.NOTIFICATIONS:
            overflow(session)
            return
        session.write(*lines)
    watch.quiet = set()


async def _fetch_due(session: Session) -> None:
    """FETCH of new messages; neighbours of which the same is wanted share a reading."""
    due, session.due = session.due, {}
    if len(due) > limits.NOTIFICATIONS and session.watch is not None:
        overflow(session)
        return
    for fetch, some in groupby(sorted(due), key=due.__getitem__):
        if session.view is not None:
            await send_new(session, list(some), *fetch)


def overflow(session: Session) -> None:
    """Too much at once: from now on nothing more is told (RFC 5465 §5.8)."""
    session.status(b"*", "OK", "Quá nhiều thay đổi; thôi báo", "NOTIFICATIONOVERFLOW")
    session.watching(Notify())


async def _read(session: Session, watch: Watch) -> Picture:
    """The picture as it is now."""
    changed, full = frozenset(watch.changed), watch.full
    watch.changed, watch.full = set(), False
    if full or not all(map(watch.is_own, changed)):
        return await session.office.db.read(look, session.account_id, watch.notify)
    return await session.office.db.read(look_at, watch.picture, changed)


def _list_lines(session: Session, watch: Watch, before: Picture, after: Picture) -> list[bytes]:
    return [list_line(session, one) for one in names_changed(before, after, watch.quiet)]


def list_line(session: Session, one: Listed, *more: str) -> bytes:
    """LIST as a notification: with \\Subscribed and OLDNAME where they belong."""
    attributes = ["\\NonExistent"] if one.shown is None or one.shown.box is None else []
    if one.shown is not None:
        entry = one.shown.entry
        if entry.box is not None and not entry.box.selectable:
            attributes.append("\\Noselect")
        attributes.append("\\HasChildren" if entry.children else "\\HasNoChildren")
        if entry.subscribed:
            attributes.append("\\Subscribed")
        if entry.own and entry.box is not None and entry.box.special_use:
            attributes.append(entry.box.special_use)
    line = listing.line(session, b"LIST", one.name, (*attributes, *more), ())
    return line[:-2] + b' ("OLDNAME" (%s))\r\n' % session.name(one.old) if one.old else line


def _status_lines(session: Session, before: Picture, after: Picture) -> list[bytes]:
    selected = session.view.mailbox_id if session.view is not None else 0
    found = messages_changed(before, after, selected, condstore=session.condstore)
    return [status_line(session, shown, modseq=session.condstore) for shown in found]


def status_line(session: Session, shown: Shown, *, modseq: bool) -> bytes:
    """STATUS as a notification (RFC 5465 §5.1 to §5.3)."""
    box = shown.box
    if box is None:
        return b""
    numbers = [("MESSAGES", box.messages), ("UIDNEXT", box.uidnext), ("UIDVALIDITY", box.uidvalidity)]
    if "FlagChange" in shown.events:
        numbers.append(("UNSEEN", shown.unseen))
    if modseq:
        numbers.append(("HIGHESTMODSEQ", box.modseq))
    return status.line(session, shown.entry.name, numbers)


async def _note_lines(session: Session, before: Picture, after: Picture, quiet: set[str]) -> list[bytes]:
    """METADATA responses with the names of entries only (RFC 5464 §4.4.2)."""
    wanted = [
        (name, now.box.id, then.notes)
        for name, now in after.names.items()
        if now.box is not None and (then := before.names.get(name)) is not None and now.notes > then.notes
    ]
    if after.server_notes > before.server_notes:
        wanted.append(("", notes.SERVER, before.server_notes))
    wanted = [one for one in wanted if one[0] not in quiet]
    if not wanted:
        return []
    changed = await session.office.db.read(changed_notes, session.account_id, wanted)
    return [
        b"* METADATA %s %s\r\n" % (session.name(name) if name else b'""', " ".join(found).encode("ascii"))
        for name, found in changed
        if found
    ]
