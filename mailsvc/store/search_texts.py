"""The texts of messages in the form in which they are searched: lower case NFC, and folded."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from mailsvc.store.schema import search_texts
from mailsvc.store.tx import Prepared, Tx
from mailsvc.vietnamese.fold import fold_lower


@dataclass(frozen=True, slots=True)
class SearchText:
    """Texts in lower case NFC; a folded form is None when it equals the text itself."""

    head: str
    body: str
    head_folded: str | None
    body_folded: str | None


EMPTY = SearchText("", "", None, None)


def searchable(head: str, body: str) -> SearchText:
    """The forms that are stored, from a message's decoded text."""
    head, body = lower(head), lower(body)
    return SearchText(head, body, folded(head), folded(body))


def lower(value: str) -> str:
    """Lower case NFC. NUL cannot be stored everywhere and becomes a blank."""
    return unicodedata.normalize("NFC", value.casefold()).replace("\0", " ")


def folded(value: str) -> str | None:
    """The folded form of a text in lower case, None when it is the text itself."""
    without_marks = fold_lower(value)
    return None if without_marks == value else without_marks


def add_each(tx: Tx, new: Sequence[tuple[int, SearchText]]) -> None:
    """Keep texts by content id. The index follows by `search.index_pending`; the answers are complete at once."""
    rows = [(content_id, one.head, one.body, one.head_folded, one.body_folded) for content_id, one in new]
    tx.insert_rows("search_texts", ("content_id", "head", "body", "head_folded", "body_folded"), rows)
    tx.wake("search")


_BODY = Prepared(select(search_texts.c.body).where(search_texts.c.content_id == bindparam("id")))


def body_text(tx: Tx, content_id: int) -> str:
    """The stored lower-case text of a content's body; empty when there is none."""
    row = tx.row(_BODY, id=content_id)
    return str(row[0]) if row else ""
