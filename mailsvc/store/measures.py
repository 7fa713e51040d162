"""How large the store is, and what waits to be indexed."""

from __future__ import annotations

from sqlalchemy import text

from mailsvc.store import meta, search
from mailsvc.store.tx import Tx

MOST = 100_000
"""More letters than that are not counted."""


def database_size(tx: Tx) -> int:
    """Octets of the database, without the large letters that lie in files."""
    if tx.is_sqlite:
        sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        sql = "SELECT pg_database_size(current_database())"
    return int(tx.execute(text(sql)).scalar_one())


def to_index(tx: Tx) -> int:
    """Letters that the text index does not have yet, MOST at most; PostgreSQL indexes with each text."""
    if not tx.is_sqlite:
        sql = "SELECT count(*) FROM (SELECT 1 FROM late_texts LIMIT :most) AS late"
        return int(tx.execute(text(sql), {"most": MOST}).scalar_one())
    sql = "SELECT count(*) FROM (SELECT 1 FROM letter_keys WHERE content_id > :watermark LIMIT :most)"
    return int(tx.execute(text(sql), {"watermark": meta.get_int(tx, search.WATERMARK), "most": MOST}).scalar_one())
