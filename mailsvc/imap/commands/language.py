"""LANGUAGE (RFC 5255 §3): the language of the texts for people."""

from __future__ import annotations

from mailsvc.imap.errors import Refused, TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session

LANGUAGES = {"vi": "vi", "en": "en", "i-default": "", "default": "vi"}
"""What a range asks for: Vietnamese with its marks, English, and as before anybody asked: Vietnamese in ASCII."""
_MOST = 20


async def language(session: Session, cursor: Cursor) -> Done:
    """Without ranges a list; else the first range that we can speak."""
    ranges: list[str] = []
    while cursor.skip(b" "):
        ranges.append(cursor.astring().decode("ascii", "replace").lower())
        if len(ranges) > _MOST:
            raise TooMuch(f"LANGUAGE có quá {_MOST} ngôn ngữ")
    cursor.end()
    if not ranges:
        session.write(b"* LANGUAGE (vi en i-default)\r\n")
        return Done()
    chosen = next((found for wanted in ranges if (found := _lookup(wanted)) is not None), None)
    if chosen is None:
        raise Refused("Chỉ có tiếng Việt (vi) và tiếng Anh (en)", "CANNOT")
    session.language = chosen
    session.write(b"* LANGUAGE (%s)\r\n" % (chosen or "i-default").encode())
    return Done("Đã đổi ngôn ngữ")


def _lookup(wanted: str) -> str | None:
    """`vi-VN` finds vi (RFC 4647 §3.4)."""
    while wanted and wanted not in LANGUAGES:
        wanted = wanted.rpartition("-")[0]
    return LANGUAGES.get(wanted)
