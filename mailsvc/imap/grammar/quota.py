"""Arguments of GETQUOTA and SETQUOTA (RFC 9208 §7)."""

from __future__ import annotations

from mailsvc.imap.grammar.cursor import Cursor

_LONGEST = 320


def parse_root(cursor: Cursor) -> str:
    """GETQUOTA: the quota root and nothing else."""
    cursor.space()
    root = _root(cursor)
    cursor.end()
    return root


def parse_set_quota(cursor: Cursor) -> tuple[str, dict[str, int]]:
    """The root, and the limits by resource."""
    cursor.space()
    root = _root(cursor)
    cursor.space()

    def one() -> tuple[str, int]:
        name = cursor.word()
        cursor.space()
        return name, cursor.number64()

    limits = cursor.parenthesised(one, empty=True)
    cursor.end()
    if len(dict(limits)) < len(limits):
        raise cursor.error("một loại hạn mức được nêu hai lần")
    return root, dict(limits)


def _root(cursor: Cursor) -> str:
    raw = cursor.astring()
    if len(raw) > _LONGEST:
        raise cursor.error("tên hạn mức dài quá")
    return raw.decode("utf-8", "replace")
