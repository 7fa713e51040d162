"""Texts that are still to be made: letters that come by the hundred are stored first, their words read afterwards.

Nobody notices: a search makes the texts it lacks before it answers (`make_first`), the indexer makes the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import bindparam, select

from mailsvc.message.scan import scan
from mailsvc.store import listed
from mailsvc.store.schema import content_bytes, late_texts
from mailsvc.store.search_texts import EMPTY, SearchText, add_each, searchable
from mailsvc.store.tx import Prepared, Tx, WriteFirst, prepared

BATCH = 256
"""Texts made in one go; some 50 ms."""
Made = list[tuple[int, SearchText]]
"""Texts by content id."""

_BOTH = select(late_texts.c.content_id, content_bytes.c.data).join(
    content_bytes, content_bytes.c.content_id == late_texts.c.content_id, isouter=True
)
_WAITING = Prepared(_BOTH.order_by(late_texts.c.content_id).limit(bindparam("most")))
_ONE = Prepared(_BOTH.where(late_texts.c.content_id == bindparam("id")))
_IDS = Prepared(select(late_texts.c.content_id).order_by(late_texts.c.content_id).limit(bindparam("most")))


def put_off(tx: Tx, content_ids: Iterable[int]) -> None:
    """The texts of these contents, whose bytes lie in the database, come later."""
    tx.insert_rows("late_texts", ("content_id",), [(one,) for one in content_ids])
    tx.wake("search")


def made(tx: Tx, most: int = BATCH) -> Made:
    """Texts for the next contents that wait for theirs, to be kept by a write."""
    return _made(tx.rows(_WAITING, most=most))


def keep(tx: Tx, texts: Made) -> None:
    """Keep those of the texts that are still waited for: another may have made them too."""
    take = f"DELETE FROM late_texts WHERE content_id IN {listed.among(tx)} RETURNING content_id"  # noqa: S608
    ids = listed.text_of([content_id for content_id, _ in texts])
    taken = {row[0] for row in tx.rows(prepared(take), ids=ids)}
    add_each(tx, [one for one in texts if one[0] in taken])


def make_first(tx: Tx, mailbox_ids: Sequence[int]) -> None:
    """See to it that all texts of the mailboxes are there. Raises WriteFirst in a transaction that only reads."""
    if not waiting(tx, 1):
        return
    while rows := tx.rows(_of_mailboxes(tx), ids=listed.text_of(mailbox_ids), most=BATCH):
        if not tx.writes:
            raise WriteFirst(partial(keep, texts=_made(rows)))
        keep(tx, _made(rows))


def lowest(tx: Tx) -> int:
    """The first content that waits for its text, or a number beyond all."""
    return next(iter(waiting(tx, 1)), 1 << 62)


def waiting(tx: Tx, most: int) -> list[int]:
    """The first contents of which no text and no index says anything yet, at most so many."""
    return [int(row[0]) for row in tx.rows(_IDS, most=most)]


def make_one(tx: Tx, content_id: int) -> None:
    """The same for one content, in a transaction that writes."""
    keep(tx, _made(tx.rows(_ONE, id=content_id)))


def _of_mailboxes(tx: Tx) -> Prepared:
    return prepared(
        "SELECT t.content_id, b.data FROM late_texts t LEFT JOIN content_bytes b ON b.content_id = t.content_id "  # noqa: S608
        "WHERE EXISTS (SELECT 1 FROM placements p WHERE p.content_id = t.content_id "
        f"AND p.mailbox_id IN {listed.among(tx)}) ORDER BY t.content_id LIMIT :most"
    )


def _made(rows: Sequence[tuple[int, bytes | None]]) -> Made:
    """What has lost its bytes meanwhile gets an empty text."""
    return [(content_id, _text(data) if data else EMPTY) for content_id, data in rows]


def _text(data: bytes) -> SearchText:
    found = scan(bytes(data))
    return searchable(found.head_text, found.body_text)
