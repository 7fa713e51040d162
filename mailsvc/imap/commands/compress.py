"""COMPRESS (RFC 4978)."""

from __future__ import annotations

from mailsvc.imap.errors import BadCommand, Refused
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.session import Session
from mailsvc.net.deflate import DeflateLayer


async def compress(session: Session, cursor: Cursor) -> None:
    """Compress both directions after the reply; octets that came ahead of it end the connection."""
    tag = cursor.data.split(b" ", 1)[0]
    cursor.space()
    mechanism = cursor.word()
    cursor.end()
    if mechanism != "DEFLATE":
        raise BadCommand("Chỉ nén được bằng DEFLATE")
    if session.compressed:
        raise Refused("Kết nối đã được nén", "COMPRESSIONACTIVE")
    session.connection.push_layer(DeflateLayer(), session.status_line(tag, "OK", "Bắt đầu nén"))
    session.compressed = True
