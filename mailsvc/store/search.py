"""Text search: the answers are those of a substring search, the index only leaves out what cannot match.

A query without marks finds "Nguyễn" by "nguyen"; one with marks is exact, but for case. SQLite: an FTS5 trigram index
over the folded text (`detail=none`), filled in the background; contents above its watermark are simply looked at.
PostgreSQL: a pg_trgm index on the same text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, select, text

from mailsvc.store import meta
from mailsvc.store.schema import search_texts
from mailsvc.store.tx import Prepared, Tx
from mailsvc.vietnamese.fold import fold, has_marks

Field = Literal["text", "head", "body"]
WATERMARK = "search_indexed_id"
TRIGRAMS_LIMIT = 16


@dataclass(frozen=True, slots=True)
class SearchText:
    """Texts in lower case NFC; a folded form is None when it equals the text itself."""

    head: str
    body: str
    head_folded: str | None
    body_folded: str | None


def searchable(head: str, body: str) -> SearchText:
    """The forms that are stored, from a message's decoded text. NUL cannot be stored everywhere and becomes a blank."""
    head, body = _lower(head), _lower(body)
    head_folded, body_folded = fold(head), fold(body)
    return SearchText(
        head, body, None if head_folded == head else head_folded, None if body_folded == body else body_folded
    )


def add_each(tx: Tx, new: Sequence[tuple[int, SearchText]]) -> None:
    """Keep texts by content id. The index follows by `index_pending`; the answers are complete at once."""
    rows = [(content_id, one.head, one.body, one.head_folded, one.body_folded) for content_id, one in new]
    tx.insert_rows("search_texts", ("content_id", "head", "body", "head_folded", "body_folded"), rows)
    tx.wake("search")


def find(tx: Tx, mailbox_id: int, needle: str, field: Field = "text") -> set[int]:
    """Ids of the contents in the mailbox whose text holds the needle. An empty needle is held by every text."""
    condition, values = _condition(tx, needle, field)
    statement = text(
        "SELECT DISTINCT p.content_id FROM placements p JOIN search_texts s ON s.content_id = p.content_id "  # noqa: S608
        f"WHERE p.mailbox_id = :mailbox_id AND {condition}"
    )
    return {int(row[0]) for row in tx.execute(statement, {"mailbox_id": mailbox_id, **values})}


def find_header(tx: Tx, mailbox_id: int, name: str, needle: str) -> set[int]:
    """Ids of the contents in the mailbox with a header field of that name whose decoded value holds the needle."""
    marked = has_marks(needle)
    column = "s.head" if marked else "coalesce(s.head_folded, s.head)"
    wanted = _lower(needle) if marked else fold(_lower(needle))
    condition, values = _condition(tx, needle if needle else name + ":", "head")
    statement = text(
        f"SELECT DISTINCT p.content_id, {column} FROM placements p "  # noqa: S608
        f"JOIN search_texts s ON s.content_id = p.content_id WHERE p.mailbox_id = :mailbox_id AND {condition}"
    )
    prefix = name.lower() + ":"
    return {
        int(content_id)
        for content_id, head in tx.execute(statement, {"mailbox_id": mailbox_id, **values})
        if _field_holds(head, prefix, wanted)
    }


def _field_holds(head: str, prefix: str, wanted: str) -> bool:
    """Whether a line of the head that begins with the prefix holds the text after it."""
    lines, mark = "\n" + head, "\n" + prefix
    at = lines.find(mark)
    while at >= 0:
        start = at + len(mark)
        end = lines.find("\n", start)
        if lines.find(wanted, start, end if end >= 0 else len(lines)) >= 0:
            return True
        at = lines.find(mark, start)
    return False


def index_pending(tx: Tx, limit: int) -> int:
    """Index the next contents (SQLite); how many. To be called again until it gives 0."""
    if not tx.is_sqlite:
        return 0
    watermark = meta.get_int(tx, WATERMARK)
    rows = tx.execute(
        text(
            "SELECT content_id, coalesce(head_folded, head) || char(10) || coalesce(body_folded, body) "
            "FROM search_texts WHERE content_id > :watermark ORDER BY content_id LIMIT :limit"
        ),
        {"watermark": watermark, "limit": limit},
    ).all()
    if not rows:
        return 0
    tx.execute(
        text("INSERT INTO search_fts(rowid, folded) VALUES (:id, :folded)"),
        [{"id": row[0], "folded": row[1]} for row in rows],
    )
    meta.set_int(tx, WATERMARK, int(rows[-1][0]))
    return len(rows)


def remove(tx: Tx, content_id: int) -> None:
    """Take a content out of the index, before its rows go."""
    if tx.is_sqlite and content_id <= meta.get_int(tx, WATERMARK):
        tx.execute(
            text(
                "INSERT INTO search_fts(search_fts, rowid, folded) SELECT 'delete', content_id, "
                "coalesce(head_folded, head) || char(10) || coalesce(body_folded, body) "
                "FROM search_texts WHERE content_id = :id"
            ),
            {"id": content_id},
        )


def _condition(tx: Tx, needle: str, field: Field) -> tuple[str, dict[str, Any]]:
    """The SQL condition on search_texts s and placements p, with its values."""
    lowered = _lower(needle)
    folded = fold(lowered)
    marked = has_marks(needle)
    wanted = lowered if marked else folded
    columns = {
        "head": "s.head" if marked else "coalesce(s.head_folded, s.head)",
        "body": "s.body" if marked else "coalesce(s.body_folded, s.body)",
    }
    chosen = list(columns.values()) if field == "text" else [columns[field]]
    if not tx.is_sqlite:
        return _postgres_condition(chosen, wanted, folded)
    condition = " OR ".join(f"instr({column}, :wanted) > 0" for column in chosen)
    if len(folded) < 3:
        return f"({condition})", {"wanted": wanted}
    filtered = (
        "(p.content_id IN (SELECT rowid FROM search_fts WHERE search_fts MATCH :trigrams) "  # noqa: S608
        f"OR p.content_id > :watermark) AND ({condition})"
    )
    return filtered, {
        "wanted": wanted,
        "trigrams": _trigram_query(folded),
        "watermark": meta.get_int(tx, WATERMARK),
    }


def _postgres_condition(chosen: list[str], wanted: str, folded: str) -> tuple[str, dict[str, Any]]:
    exact = " OR ".join(f"position(:wanted in {column}) > 0" for column in chosen)
    pattern = "%" + folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    filtered = (
        f"(coalesce(s.head_folded, s.head) || chr(10) || coalesce(s.body_folded, s.body)) LIKE :pattern AND ({exact})"
    )
    return filtered, {"wanted": wanted, "pattern": pattern}


def _trigram_query(folded: str) -> str:
    """An FTS5 query that every text with the needle satisfies: some of its trigrams, spread over its length."""
    grams = list(dict.fromkeys(folded[i : i + 3] for i in range(len(folded) - 2)))
    step = max(1, len(grams) // TRIGRAMS_LIMIT)
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams[::step][:TRIGRAMS_LIMIT])


def _lower(value: str) -> str:
    return unicodedata.normalize("NFC", value.casefold()).replace("\0", " ")


_TEXT = Prepared(select(search_texts.c.body).where(search_texts.c.content_id == bindparam("id")))


def body_text(tx: Tx, content_id: int) -> str:
    """The stored lower-case text of a content's body; empty when there is none."""
    row = tx.row(_TEXT, id=content_id)
    return str(row[0]) if row else ""
