"""Text search: the answers are those of a substring search, the index only leaves out what cannot match.

A query without marks finds "Nguyễn" by "nguyen"; one with marks is exact, but for case and for where the tone stands
in oa, oe, uy (`hoà`, `hòa`). Subject and addresses are looked for in letter_keys, the rest in search_texts, of which
missing rows are made first (store/late_texts.py). SQLite: an FTS5 trigram index over the folded text (`detail=none`),
filled in the background; contents above its watermark are simply looked at. PostgreSQL: a pg_trgm index on the same
text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import bindparam, select, text

from mailsvc.store import late_texts, meta
from mailsvc.store.schema import mailboxes
from mailsvc.store.search_texts import lower
from mailsvc.store.tx import Prepared, Tx, prepared
from mailsvc.vietnamese.fold import fold, has_marks, spellings

Field = Literal["text", "head", "body"]
Tick = Callable[[int], None]
WATERMARK = "search_indexed_id"
TRIGRAMS_LIMIT = 16
GRAM = 3
"""Letters of a trigram."""
FEW = 20
"""Messages in a mailbox up to which all are simply looked at."""
FEW_NARROW = 30_000
"""The same where only letter_keys is looked at, whose rows are narrow."""
STRETCH = 20_000
"""Messages looked at in one statement."""
OWN_COLUMNS = {"subject": "subject", "from": "senders", "to": "receivers", "cc": "copies", "bcc": "hidden"}
"""Header fields with a column of their own in letter_keys."""
_WHOLE = "(coalesce(s.head_folded, s.head) || chr(10) || coalesce(s.body_folded, s.body))"


@dataclass(frozen=True, slots=True)
class Sought:
    """A needle: the texts of which one must be held (in the folded form unless `marked`), and its folded form."""

    wanted: tuple[str, ...]
    folded: str
    marked: bool

    @staticmethod
    def of(needle: str) -> Sought:
        lowered = lower(needle)
        folded, marked = fold(lowered), has_marks(needle)
        return Sought(spellings(lowered) if marked else (folded,), folded, marked)


# ---- finding ----------------------------------------------------------------------------------------------------
def find(tx: Tx, mailbox_id: int, needle: str, field: Field = "text") -> set[int]:
    """Ids of the contents in the mailbox whose text holds the needle. An empty needle is held by every text."""
    return {row[1] for row in _holding(tx, mailbox_id, needle, field)}


def find_uids(tx: Tx, mailbox_id: int, needle: str, field: Field = "text", tick: Tick | None = None) -> set[int]:
    """The same as UIDs in the mailbox; `tick` hears how many messages have been looked at."""
    return {row[0] for row in _holding(tx, mailbox_id, needle, field, tick)}


def find_header(tx: Tx, mailbox_id: int, name: str, needle: str) -> set[int]:
    """Ids of the contents in the mailbox with a header field of that name whose decoded value holds the needle."""
    return {row[1] for row in _holding_header(tx, mailbox_id, name.lower(), needle)}


def find_header_uids(tx: Tx, mailbox_id: int, name: str, needle: str, tick: Tick | None = None) -> set[int]:
    """The same as UIDs in the mailbox; `tick` as in `find_uids`."""
    return {row[0] for row in _holding_header(tx, mailbox_id, name.lower(), needle, tick)}


def _holding(tx: Tx, mailbox_id: int, needle: str, field: Field, tick: Tick | None = None) -> list[tuple[Any, ...]]:
    """(UID, content id) of what holds the needle."""
    late_texts.make_first(tx, [mailbox_id])
    sought = Sought.of(needle)
    folded = "" if sought.marked else "_folded"
    names = ("head", "body") if field == "text" else (field,)
    columns = [f"coalesce(s.{name}{folded}, s.{name})" if folded else f"s.{name}" for name in names]
    return list(_select(tx, mailbox_id, "search_texts", columns, sought, tick=tick))


def _holding_header(tx: Tx, mailbox_id: int, name: str, needle: str, tick: Tick | None = None) -> list[tuple[Any, ...]]:
    sought = Sought.of(needle)
    column = OWN_COLUMNS.get(name)
    if column is not None:
        chosen = f"s.{column}" if sought.marked else f"coalesce(s.{column}_folded, s.{column})"
        return list(_select(tx, mailbox_id, "letter_keys", [chosen], sought, tick=tick))
    late_texts.make_first(tx, [mailbox_id])
    head = "s.head" if sought.marked else "coalesce(s.head_folded, s.head)"
    any_of_it = sought if needle else Sought.of(name + ":")
    prefix = name + ":"
    rows = _select(tx, mailbox_id, "search_texts", [head], any_of_it, f", {head}", tick)
    return [row for row in rows if _field_holds(row[2], prefix, sought.wanted)]


def _field_holds(head: str, prefix: str, wanted: Sequence[str]) -> bool:
    """Whether a line of the head that begins with the prefix holds one of the texts after it."""
    lines, mark = "\n" + head, "\n" + prefix
    at = lines.find(mark)
    while at >= 0:
        start = at + len(mark) + lines.startswith(" ", at + len(mark))
        end = lines.find("\n", start)
        end = end if end >= 0 else len(lines)
        if any(lines.find(one, start, end) >= 0 for one in wanted):
            return True
        at = lines.find(mark, start)
    return False


def _select(
    tx: Tx,
    mailbox_id: int,
    table: str,
    columns: Sequence[str],
    sought: Sought,
    more: str = "",
    tick: Tick | None = None,
) -> Iterator[tuple[Any, ...]]:
    """(UID, content id, …more) of the placements whose row in the table holds what is sought in one of the columns."""
    values: dict[str, Any] = {"mailbox": mailbox_id}
    condition = _condition(tx, table, columns, sought, values)
    chosen = f"SELECT p.uid, p.content_id{more} FROM"
    few = FEW if table == "search_texts" else FEW_NARROW
    candidates = _candidates(tx, mailbox_id, sought.folded, few) if tx.is_sqlite else None
    if candidates is not None:
        sql = (
            f"{chosen} json_each(:candidates) j CROSS JOIN {table} s ON s.content_id = j.value "
            f"CROSS JOIN placements p ON p.content_id = s.content_id WHERE p.mailbox_id = :mailbox AND {condition}"
        )
        yield from tx.rows(prepared(sql), candidates=json.dumps(candidates), **values)
        return
    join = "CROSS JOIN" if tx.is_sqlite else "JOIN"
    sql = (
        f"{chosen} placements p {join} {table} s ON s.content_id = p.content_id "
        f"WHERE p.mailbox_id = :mailbox AND p.uid BETWEEN :low AND :high AND {condition}"
    )
    for low, high, count in _stretches(tx, mailbox_id):
        yield from tx.rows(prepared(sql), low=low, high=high, **values)
        if tick is not None:
            tick(count)


def _stretches(tx: Tx, mailbox_id: int) -> Iterator[tuple[int, int, int]]:
    """A mailbox in ranges of UIDs, with how many messages are in each, so that a long search can say where it is."""
    row = tx.row(_MESSAGES, id=mailbox_id)
    if row is None or row[0] <= STRETCH:
        yield 0, 1 << 32, int(row[0]) if row is not None else 0
        return
    ends = [one[0] for one in tx.rows(_EVERY, mailbox=mailbox_id, stretch=STRETCH)]
    for low, high in pairwise((0, *ends, 1 << 32)):
        yield low, high - 1, STRETCH


def _condition(tx: Tx, table: str, columns: Sequence[str], sought: Sought, values: dict[str, Any]) -> str:
    """The SQL condition on s; puts what it needs into the values."""
    for number, one in enumerate(sought.wanted):
        values[f"w{number}"] = one
    form = "instr({0}, :w{1}) > 0" if tx.is_sqlite else "position(:w{1} in {0}) > 0"
    exact = " OR ".join(form.format(column, number) for column in columns for number in range(len(sought.wanted)))
    if tx.is_sqlite or table != "search_texts" or len(sought.folded) < GRAM:
        return f"({exact})"
    values["pattern"] = "%" + re.sub(r"([\\%_])", r"\\\1", sought.folded) + "%"
    return f"{_WHOLE} LIKE :pattern AND ({exact})"


def _candidates(tx: Tx, mailbox_id: int, folded: str, few: int) -> list[int] | None:
    """Ids of the contents that may hold the text, by the index; None when it is better to look at the whole mailbox:
    the index knows nothing of so short a text, or it finds much more (the letters of everybody) than there is here.
    """
    row = tx.row(_MESSAGES, id=mailbox_id)
    if row is None or row[0] <= few or len(folded) < GRAM:
        return None
    limit = 2 * int(row[0])
    found = tx.rows(_MATCHING, trigrams=trigram_query(folded), limit=limit)
    if len(found) == limit:
        return None
    fresh = tx.rows(_FRESH, watermark=meta.get_int(tx, WATERMARK), mailbox=mailbox_id)
    return [one[0] for one in found] + [one[0] for one in fresh]


_MESSAGES = Prepared(select(mailboxes.c.messages).where(mailboxes.c.id == bindparam("id")))
_EVERY = Prepared(
    text(
        "SELECT uid FROM (SELECT uid, row_number() OVER (ORDER BY uid) AS n FROM placements "
        "WHERE mailbox_id = :mailbox) AS numbered WHERE n % :stretch = 0 ORDER BY uid"
    )
)
_MATCHING = Prepared(text("SELECT rowid FROM search_fts WHERE search_fts MATCH :trigrams LIMIT :limit"))
_FRESH = Prepared(
    text("SELECT DISTINCT content_id FROM placements WHERE content_id > :watermark AND mailbox_id = :mailbox")
)


# ---- the index --------------------------------------------------------------------------------------------------
def index_pending(tx: Tx, limit: int) -> int:
    """Index the next contents (SQLite) up to the first whose text is still to be made; how many.

    To be called again until it gives 0.
    """
    if not tx.is_sqlite:
        return 0
    watermark = meta.get_int(tx, WATERMARK)
    rows = tx.execute(
        text(
            "SELECT content_id, coalesce(head_folded, head) || char(10) || coalesce(body_folded, body) "
            "FROM search_texts WHERE content_id > :watermark AND content_id < :late ORDER BY content_id LIMIT :limit"
        ),
        {"watermark": watermark, "late": late_texts.lowest(tx), "limit": limit},
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


def trigram_query(folded: str) -> str:
    """An FTS5 query that every text with the needle satisfies: some of its trigrams, spread over its length."""
    grams = list(dict.fromkeys(folded[i : i + 3] for i in range(len(folded) - 2)))
    step = max(1, len(grams) // TRIGRAMS_LIMIT)
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams[::step][:TRIGRAMS_LIMIT])
