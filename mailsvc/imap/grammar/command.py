"""The head of a command: its tag and its verb (RFC 9051 §2.2.1)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.errors import BadCommand
from mailsvc.imap.grammar.cursor import Cursor


@dataclass(frozen=True, slots=True)
class Head:
    """`tag` is b"*" when the line has none that could be answered; `verb` is in capitals, "UID FETCH" with prefix."""

    tag: bytes
    verb: str


def parse_tag(cursor: Cursor) -> bytes:
    """The tag; b"*" when the line does not begin with one, since a reply must still be written."""
    try:
        tag = cursor.tag()
        cursor.space()
    except BadCommand:
        return b"*"
    return tag


def parse_head(cursor: Cursor) -> Head:
    """Tag and verb; the verb is '' when it cannot be read."""
    tag = parse_tag(cursor)
    if tag == b"*":
        return Head(tag, "")
    try:
        verb = cursor.word()
        if verb == "UID":
            cursor.space()
            verb = "UID " + cursor.word()
    except BadCommand:
        verb = ""
    return Head(tag, verb)
