"""IDLE (RFC 2177, RFC 9051 §6.3.13)."""

from __future__ import annotations

from mailsvc.imap import news
from mailsvc.imap.errors import BadCommand, Farewell
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import NO_MORE, Session
from mailsvc.net.errors import LineTooLong

_LONGEST = 64


async def idle(session: Session, cursor: Cursor) -> Done:
    """Push until DONE. The pusher writes meanwhile; this task only waits for the client."""
    cursor.end()
    session.write(b"+ dang cho\r\n")
    await session.sync(expunge=True, always=session.hears)
    session.idling = True
    if session.watch is not None:
        session.connection.nudge()
    elif session.view is not None and session.view.dirty:  # woken while that was read
        session.keeper.pusher.add(session)
    try:
        while not await session.connection.wait_input():
            if session.closing:
                raise Farewell(NO_MORE, "UNAVAILABLE")
            await session.sync(expunge=True)
            await news.tell(session)
            session.connection.flush()
        line = await session.connection.read_line(_LONGEST)
    except LineTooLong:
        line = b""
    finally:
        session.idling = False
    if line.upper().strip() != b"DONE":
        raise BadCommand("Đang IDLE: cần DONE")
    return DONE
