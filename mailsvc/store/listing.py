"""Lists of messages for people: newest first, by pages, with what a line of the list shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, tuple_

from mailsvc.core.errors import NotFound
from mailsvc.message.parts import Part, unpack_parts
from mailsvc.store.placements import CHUNK
from mailsvc.store.schema import contents, placements
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class Line:
    """One message in a mailbox. `flags` are bits of store.flags, `keywords` joined by blanks."""

    uid: int
    content_id: int
    flags: int
    keywords: str
    size: int
    internal_ms: int
    subject: str
    from_name: str
    from_address: str
    to_text: str
    preview: str
    attachment_count: int


_COLUMNS = [
    contents.c[name] if name in contents.c and name not in placements.c else placements.c[name]
    for name in Line.__dataclass_fields__
]
_LINES = select(*_COLUMNS).join_from(placements, contents, contents.c.id == placements.c.content_id)
_IN_MAILBOX = placements.c.mailbox_id == bindparam("mailbox")
_PAGE = Prepared(
    _LINES.where(_IN_MAILBOX).order_by(placements.c.uid.desc()).limit(bindparam("count")).offset(bindparam("skip"))
)
_ONE = Prepared(_LINES.where(_IN_MAILBOX, placements.c.uid == bindparam("message")))
_PAIRS = Prepared(select(placements.c.uid, placements.c.content_id).where(_IN_MAILBOX))
_PLACE = tuple_(placements.c.internal_ms, placements.c.uid)
_HERE = tuple_(bindparam("ms"), bindparam("message"))
_BY_DATE = (placements.c.internal_ms, placements.c.uid)
_NEWER = Prepared(select(placements.c.uid).where(_IN_MAILBOX, _PLACE > _HERE).order_by(*_BY_DATE).limit(1))
_OLDER = Prepared(
    select(placements.c.uid).where(_IN_MAILBOX, _PLACE < _HERE).order_by(*(one.desc() for one in _BY_DATE)).limit(1)
)
_ABOVE = Prepared(select(func.count()).where(_IN_MAILBOX, placements.c.uid > bindparam("message")))


def page(tx: Tx, mailbox_id: int, skip: int, count: int) -> list[Line]:
    """Lines of the mailbox, newest first, after leaving out the `skip` newest."""
    return [Line(*row) for row in tx.rows(_PAGE, mailbox=mailbox_id, skip=skip, count=count)]


def page_of(tx: Tx, mailbox_id: int, content_ids: Collection[int], skip: int, count: int) -> tuple[list[Line], int]:
    """The same among messages with these contents (what a search found), and how many there are in all."""
    wanted = frozenset(content_ids)
    found = sorted((uid for uid, content_id in _pairs(tx, mailbox_id, wanted) if content_id in wanted), reverse=True)
    shown = found[skip : skip + count]
    if not shown:
        return [], len(found)
    statement = _LINES.where(placements.c.mailbox_id == mailbox_id, placements.c.uid.in_(shown))
    rows = tx.execute(statement.order_by(placements.c.uid.desc()))
    return [Line(*row) for row in rows], len(found)


def lines_of(tx: Tx, mailbox_id: int, uids: Collection[int]) -> dict[int, Line]:
    """Those of the messages that are there, by UID."""
    found: dict[int, Line] = {}
    wanted = sorted(uids)
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        rows = tx.execute(_LINES.where(placements.c.mailbox_id == mailbox_id, placements.c.uid.in_(some)))
        found |= {row[0]: Line(*row) for row in rows}
    return found


def file_names(tx: Tx, content_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The names of the files that came with the contents, without signatures and pictures inside the text; contents
    without any are left out."""
    found: dict[int, tuple[str, ...]] = {}
    for content_id, packed in tx.execute(select(contents.c.id, contents.c.parts).where(contents.c.id.in_(content_ids))):
        parts = unpack_parts(packed) if packed else ()
        names = [one.filename for one in parts if one.filename and not _is_dressing(one)]
        if names:
            found[content_id] = tuple(names)
    return found


def _is_dressing(part: Part) -> bool:
    return bool(part.content_id and part.type == "image") or part.subtype in _SIGNATURES


_SIGNATURES = ("pgp-signature", "pkcs7-signature", "x-pkcs7-signature")


def _pairs(tx: Tx, mailbox_id: int, wanted: frozenset[int]) -> list[tuple[int, int]]:
    if len(wanted) > CHUNK:
        return [(row[0], row[1]) for row in tx.rows(_PAIRS, mailbox=mailbox_id)]
    statement = select(placements.c.uid, placements.c.content_id).where(
        placements.c.mailbox_id == mailbox_id, placements.c.content_id.in_(list(wanted))
    )
    return [(row[0], row[1]) for row in tx.execute(statement)]


def line(tx: Tx, mailbox_id: int, uid: int) -> Line:
    """One message. Raises NotFound."""
    row = tx.row(_ONE, mailbox=mailbox_id, message=uid)
    if row is None:
        raise NotFound("Thư này không còn ở đây; có thể đã được chuyển hoặc xóa.")
    return Line(*row)


def neighbours(tx: Tx, mailbox_id: int, line: Line) -> tuple[int | None, int | None]:
    """UIDs of the next newer and the next older message, by internal date."""
    newer = tx.row(_NEWER, mailbox=mailbox_id, ms=line.internal_ms, message=line.uid)
    older = tx.row(_OLDER, mailbox=mailbox_id, ms=line.internal_ms, message=line.uid)
    return (newer[0] if newer else None, older[0] if older else None)


def newer_count(tx: Tx, mailbox_id: int, uid: int) -> int:
    """How many messages of the mailbox are newer; which page a message is on follows from it."""
    row = tx.row(_ABOVE, mailbox=mailbox_id, message=uid)
    return int(row[0]) if row else 0
