"""IMAP URLs of messages and their parts, relative to the session (RFC 5092 §6 and §7, RFC 4469 §3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from mailsvc.imap.errors import BadCommand, ImapError, Refused
from mailsvc.imap.grammar.cursor import MAX_NUMBER, Cursor
from mailsvc.imap.grammar.fetch import Section, parse_section
from mailsvc.imap.grammar.names import canonical

_NUMBER = "([1-9][0-9]{0,9})"
_URL = re.compile(
    rf"(?:/(?P<mailbox>[^;/](?:[^;]*[^;/])?)(?:;UIDVALIDITY={_NUMBER})?)?/?;UID={_NUMBER}"
    r"(?:/;SECTION=(?P<section>[^;]+?))?(?:/;PARTIAL=(?P<offset>[0-9]{1,10})(?:\.(?P<length>[0-9]{1,10}))?)?",
    re.IGNORECASE,
)
_UNSAFE = re.compile(r"[^!-Z^-~]")  # not in a response code: controls, blanks, brackets, 8-bit


@dataclass(frozen=True, slots=True)
class MessageUrl:
    """`mailbox` is None for the selected one, `uidvalidity` when the URL does not say."""

    mailbox: str | None
    uidvalidity: int | None
    uid: int
    section: Section


def parse_message_url(written: bytes) -> MessageUrl:
    """A relative URL of a message. Raises Refused [BADURL] for anything else."""
    try:
        text = written.decode("ascii")
        match = _URL.fullmatch(text)
        if match is None or int(match[3]) > MAX_NUMBER:
            raise bad_url(written)
        name = None if match["mailbox"] is None else canonical(unquote_to_bytes(match["mailbox"]).decode("utf-8"))
        return MessageUrl(name, int(match[2]) if match[2] else None, int(match[3]), _section(match))
    except (UnicodeDecodeError, BadCommand):
        raise bad_url(written) from None


def _section(match: re.Match[str]) -> Section:
    part = unquote_to_bytes(match["section"] or "")
    cursor = Cursor(b"[%s]" % part + _partial(match))
    section = parse_section(cursor, peek=True)
    cursor.end()
    return section


def _partial(match: re.Match[str]) -> bytes:
    if match["offset"] is None:
        return b""
    return f"<{match['offset']}.{match['length'] or MAX_NUMBER}>".encode()


def bad_url(written: bytes) -> ImapError:
    """NO [BADURL …] with the URL in octets that a response code may hold (RFC 4469 §4.1)."""
    shown = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", written.decode("latin-1"))
    return Refused("Địa chỉ này không chỉ tới một thư hay phần thư đọc được", f"BADURL {shown[:1000] or '-'}")
