"""Arguments of SETACL, DELETEACL, GETACL, LISTRIGHTS and MYRIGHTS (RFC 4314 §7)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.names import mailbox

_LONGEST = 320


@dataclass(frozen=True, slots=True)
class SetAcl:
    """`mode` is '' (set), '+' or '-'."""

    mailbox: str
    identifier: str
    mode: str
    rights: str


def parse_set_acl(cursor: Cursor) -> SetAcl:
    name, identifier = _name_and_identifier(cursor)
    cursor.space()
    rights = _text(cursor)
    cursor.end()
    mode = rights[:1] if rights[:1] in ("+", "-") else ""
    return SetAcl(name, identifier, mode, rights[len(mode) :])


def parse_identified(cursor: Cursor) -> tuple[str, str]:
    """DELETEACL and LISTRIGHTS: the mailbox and the identifier."""
    found = _name_and_identifier(cursor)
    cursor.end()
    return found


def _name_and_identifier(cursor: Cursor) -> tuple[str, str]:
    cursor.space()
    name = mailbox(cursor)
    cursor.space()
    identifier = _text(cursor)
    if not identifier:
        raise cursor.error("cần tên người hoặc nhóm")
    return name, identifier


def _text(cursor: Cursor) -> str:
    raw = cursor.astring()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise cursor.error("chữ không phải UTF-8") from None
    if len(text) > _LONGEST:
        raise cursor.error("chữ dài quá")
    return text
