"""NOTIFY (RFC 5465 §3.1)."""

from __future__ import annotations

from mailsvc.imap import limits, news
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.notify import parse_notify
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.imap.watching import MESSAGES, Listed, Picture, look


async def notify(session: Session, cursor: Cursor) -> Done:
    """What was told before is told no more; with STATUS first how all watched mailboxes stand."""
    arguments = parse_notify(cursor)
    picture = await session.office.db.read(look, session.account_id, arguments) if arguments.groups else Picture({})
    if sum(1 for shown in picture.names.values() if shown.tells_messages) > limits.WATCHED_MAILBOXES:
        raise Refused(f"Theo dõi được tối đa {limits.WATCHED_MAILBOXES} hộp thư", "NOTIFICATIONOVERFLOW")
    await session.sync(expunge=True, always=True)  # RFC 5465 §3.1: implies a NOOP
    session.watching(arguments).follow(picture)
    _tell_closed(session, picture)
    if arguments.status:
        _tell_standing(session, picture)
    return DONE


def _tell_closed(session: Session, picture: Picture) -> None:
    """Mailboxes of which the client may know but not read (RFC 5465 §3.1)."""
    for name, shown in picture.names.items():
        if shown.events & MESSAGES and shown.box is not None and "r" not in shown.entry.rights:
            session.write(news.list_line(session, Listed(name, shown), "\\NoAccess"))


def _tell_standing(session: Session, picture: Picture) -> None:
    selected = session.view.mailbox_id if session.view is not None else 0
    for shown in picture.names.values():
        if shown.tells_messages and shown.box is not None and shown.box.id != selected:
            modseq = "FlagChange" in shown.events and "CONDSTORE" not in session.off
            session.write(news.status_line(session, shown, modseq=modseq or session.condstore))
