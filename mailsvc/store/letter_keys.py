"""What SORT, THREAD and searches in the address fields look at: one narrow row for each content, made at arrival.

Sorting keys are collated (`vietnamese.sort.collation_key`), texts in lower case NFC; a folded form is None when it
equals the text itself, a text None when there is no such field.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select, update

from mailsvc.message.sorting import SortFields
from mailsvc.store import meta
from mailsvc.store.placements import spans
from mailsvc.store.schema import contents, letter_keys, placements
from mailsvc.store.search import OWN_COLUMNS
from mailsvc.store.search_texts import SearchText
from mailsvc.store.tx import Prepared, Tx
from mailsvc.vietnamese.fold import fold_lower
from mailsvc.vietnamese.sort import collation_key

TO_FILL = "letter_keys_to_fill"
"""Up to which content id an upgrade has left rows to be made."""
LetterKeys = tuple[Any, ...]
"""The values of a row after its content id, in the order of the table's columns."""

COLUMNS = tuple(letter_keys.c.keys())
_SORTED = frozenset(COLUMNS) - {"content_id"}


def keys_of(fields: SortFields, sent_ms: int | None, text: SearchText) -> LetterKeys:
    """The row of a message."""
    sorted_by = (
        fields.base_subject, fields.from_mailbox, fields.to_mailbox, fields.cc_mailbox, fields.from_display,
        fields.to_display,
    )  # fmt: skip
    written = _values(text.head)
    values = [written.get(name) for name in OWN_COLUMNS]
    return (
        sent_ms,
        int(fields.reply),
        *map(collation_key, sorted_by),
        fields.message_id.replace("\0", ""),
        " ".join(fields.parents).replace("\0", ""),
        *values,
        *(None if value is None or (folded := fold_lower(value)) == value else folded for value in values),
    )


def _values(head: str) -> dict[str, str]:
    """The values of the fields in the lines of a head that have a column of their own, one on each line."""
    found: dict[str, str] = {}
    for line in head.split("\n"):
        name, colon, value = line.partition(":")
        if colon and name in OWN_COLUMNS:
            value = value.strip()
            found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def add_each(tx: Tx, new: Sequence[tuple[int, LetterKeys]]) -> None:
    """Keep rows by content id."""
    tx.insert_rows("letter_keys", COLUMNS, [(content_id, *values) for content_id, values in new])


_EMPTY = {
    column.name: None if column.nullable else ""
    for column in letter_keys.c
    if column.name not in ("content_id", "sent_ms", "reply")
}


def empty(tx: Tx, content_id: int) -> None:
    """Nothing that was written in the message remains in its row."""
    tx.execute(update(letter_keys).where(letter_keys.c.content_id == content_id).values(_EMPTY))


@lru_cache(maxsize=64)
def _query(columns: tuple[str, ...]) -> Prepared:
    """A range query for columns of placements and of letter_keys."""
    chosen = [letter_keys.c[name] if name in _SORTED else placements.c[name] for name in columns]
    statement = select(*chosen)
    if any(name in _SORTED for name in columns):
        statement = statement.join_from(placements, letter_keys, letter_keys.c.content_id == placements.c.content_id)
    return Prepared(
        statement.where(
            placements.c.mailbox_id == bindparam("mailbox"),
            placements.c.uid.between(bindparam("low"), bindparam("high")),
        ).order_by(placements.c.uid)
    )


def rows(tx: Tx, mailbox_id: int, low: int, high: int, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Plain tuples of columns of placements (uid, internal_ms, size) and of letter_keys for low <= uid <= high."""
    return tx.rows(_query(columns), mailbox=mailbox_id, low=low, high=high)


def rows_of(tx: Tx, mailbox_id: int, wanted: Sequence[int], columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """The same for a rising list of UIDs; `uid` must be the first column. Missing UIDs are left out."""
    found: list[tuple[Any, ...]] = []
    for low, high in spans(wanted) if wanted else ():
        found += rows(tx, mailbox_id, low, high, columns)
    if len(found) > len(wanted):
        keep = set(wanted)
        return [row for row in found if row[0] in keep]
    return found


# ---- rows that an upgrade left to be made -----------------------------------------------------------------------
_LACKING = Prepared(
    select(contents.c.id)
    .join(letter_keys, letter_keys.c.content_id == contents.c.id, isouter=True)
    .where(contents.c.id <= bindparam("most"), letter_keys.c.content_id.is_(None))
    .order_by(contents.c.id)
    .limit(bindparam("count"))
)


def lacking(tx: Tx, count: int) -> list[int]:
    """Ids of some contents that have no row yet."""
    most = meta.get_int(tx, TO_FILL)
    return [row[0] for row in tx.rows(_LACKING, most=most, count=count)] if most else []


def filled(tx: Tx) -> None:
    """No content lacks its row any more."""
    meta.drop(tx, TO_FILL)
