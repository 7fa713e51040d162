"""STARTTLS (RFC 9051 §6.2.1)."""

from __future__ import annotations

from mailsvc.imap.errors import BadCommand
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.session import Session


async def starttls(session: Session, cursor: Cursor) -> None:
    """Encrypt from here on. What the client said in clear is forgotten; octets sent ahead end the connection."""
    tag = cursor.data.split(b" ", 1)[0]
    cursor.end()
    if session.connection.tls is not None:
        raise BadCommand("Kết nối đã được mã hóa")
    tls = session.keeper.tls
    if tls is None:
        raise BadCommand("Máy chủ chưa có chứng thư TLS")
    go_ahead = session.status_line(tag, "OK", "Bắt đầu TLS")
    await session.connection.start_tls(tls.context, end_point=tls.end_point, go_ahead=go_ahead)
    session.client = session.language = ""
    session.hidden = frozenset()
