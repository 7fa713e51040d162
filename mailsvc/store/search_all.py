"""Search over several mailboxes at once, newest first, for people who look at the first page.

The newest letters are looked at first: what is common is found among them. Else the index tells which contents may hold
the rarest words; where it names too many, all letters are looked at from the newest on, and the search ends with the
page. The texts themselves decide, as in store/search.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsvc.message.parts import unpack_parts
from mailsvc.store import late_texts, listed, meta, private_flags
from mailsvc.store.private_flags import Guest
from mailsvc.store.search import GRAM, WATERMARK, Sought, trigram_query
from mailsvc.store.tx import Tx, prepared
from mailsvc.vietnamese.fold import fold

COLUMNS = {"from": "senders", "to": "receivers", "subject": "subject"}
FEWEST = 2000
"""Contents that the index may name before it is thought to name too many."""
LOOK = 400
"""Letters looked at in one statement."""
NEWEST = 1000
"""Letters of each mailbox looked at first: common words are found among them, and the index is not asked."""
Place = tuple[int, int, int]
"""(internal_ms, mailbox id, UID): where a letter stands in the order of the answer."""


@dataclass(frozen=True, slots=True)
class Held:
    """A text to be held (`wanted` False: not to be held) in `text`, `from`, `to`, `subject` or `filename`."""

    name: str
    sought: Sought
    wanted: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that must hold. Times in milliseconds, sizes in bytes; 0: any. Flag bits of store.flags."""

    held: tuple[Held, ...] = ()
    flags_set: int = 0
    flags_clear: int = 0
    attachments: bool | None = None
    since_ms: int = 0
    before_ms: int = 0
    larger: int = 0
    smaller: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A page: (mailbox id, UID) in order. `total` is None while there may be more than was looked at."""

    places: list[Place] = field(default_factory=list)
    more: bool = False
    total: int | None = 0


def find(
    tx: Tx, boxes: Sequence[tuple[int, int, Guest | None]], wanted: Wanted, after: Place | None, most: int
) -> Answer:
    """The letters in those mailboxes (id, how many are there, who looks) that come after a place, at most `most`."""
    plain = not wanted.held and wanted.attachments is None
    if any(one.name not in COLUMNS for one in wanted.held):
        late_texts.make_first(tx, [mailbox_id for mailbox_id, _, _ in boxes])
    if not plain:
        found, ended = _places(tx, boxes, wanted, None, after, NEWEST)
        shown, _ = _first(tx, found, wanted, most)
        if len(shown) > most:
            return Answer(shown[:most], True, None)
        if ended:
            return Answer(shown, False, len(shown) if after is None else None)
    candidates = _candidates(tx, sum(count for _, count, _ in boxes), wanted)
    found, _ = _places(tx, boxes, wanted, candidates, after, 0)
    if plain:
        return Answer([place for place, _ in found[:most]], len(found) > most, len(found) if after is None else None)
    shown, ended = _first(tx, found, wanted, most)
    return Answer(shown[:most], len(shown) > most, len(shown) if ended and after is None else None)


def _places(
    tx: Tx,
    boxes: Sequence[tuple[int, int, Guest | None]],
    wanted: Wanted,
    candidates: list[int] | None,
    after: Place | None,
    newest: int,
) -> tuple[list[tuple[Place, int]], bool]:
    """(place, content id) of what the placements let through after a place, in order; and whether that is all of it.

    With `newest` only so many of each mailbox are looked at, and of what was found that is newer than all the rest.
    """
    found: list[tuple[Place, int]] = []
    edge = -1
    for mailbox_id, _, guest in boxes:
        rows, last = _rows(tx, mailbox_id, guest, wanted, candidates, after, newest)
        edge = max(edge, last)
        found += [((row[2], mailbox_id, row[0]), row[1]) for row in rows]
    found.sort(reverse=True)
    return [one for one in found if one[0][0] > edge and (after is None or one[0] < after)], edge < 0


def _first(tx: Tx, found: Sequence[tuple[Place, int]], wanted: Wanted, most: int) -> tuple[list[Place], bool]:
    """The first places (a few more than `most`) whose letters hold what is wanted; and whether all were looked at."""
    shown: list[Place] = []
    start, step = 0, LOOK
    while start < len(found) and len(shown) <= most:
        some = found[start : start + step]
        good = _holding(tx, [content_id for _, content_id in some], wanted)
        shown += [place for place, content_id in some if content_id in good]
        start, step = start + step, min(step * 2, 8 * LOOK)
    return shown, start >= len(found)


def _candidates(tx: Tx, letters: int, wanted: Wanted) -> list[int] | None:
    """Contents that may hold every word, by the index; None when it names too many or knows nothing of such words."""
    limit = max(FEWEST, letters // 2)
    found: set[int] | None = None
    words = [one for one in wanted.held if one.wanted and len(one.sought.folded) >= GRAM]
    for one in sorted(words, key=lambda one: -len(one.sought.folded)):
        ids = _matching(tx, one.sought.folded, limit)
        if ids is not None:
            found = ids if found is None else found & ids
        if found is not None and len(found) < LOOK:
            break
    return sorted(found) if found is not None else None


def _matching(tx: Tx, folded: str, limit: int) -> set[int] | None:
    if tx.is_sqlite:
        rows = tx.rows(_BY_INDEX, trigrams=trigram_query(folded), limit=limit)
        if len(rows) == limit:
            return None
        fresh = tx.rows(_FRESH, watermark=meta.get_int(tx, WATERMARK))
        return {row[0] for row in rows} | {row[0] for row in fresh}
    pattern = "%" + folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = tx.rows(_BY_PATTERN, pattern=pattern, limit=limit)
    return None if len(rows) == limit else {row[0] for row in rows}


_BY_INDEX = prepared("SELECT rowid FROM search_fts WHERE search_fts MATCH :trigrams LIMIT :limit")
_FRESH = prepared("SELECT content_id FROM search_texts WHERE content_id > :watermark")
_WHOLE = "(coalesce(s.head_folded, s.head) || chr(10) || coalesce(s.body_folded, s.body))"
_BY_PATTERN = prepared(f"SELECT s.content_id FROM search_texts s WHERE {_WHOLE} LIKE :pattern LIMIT :limit")  # noqa: S608


# ---- what the placements say --------------------------------------------------------------------------------
def _rows(
    tx: Tx,
    mailbox_id: int,
    guest: Guest | None,
    wanted: Wanted,
    candidates: list[int] | None,
    after: Place | None,
    newest: int,
) -> tuple[list[tuple[int, int, int, int]], int]:
    """(UID, content id, internal_ms, flags) of the placements that fit, in no order; with `newest` only so many, and
    the time of the oldest of them where there may be more (-1 where these are all)."""
    conditions, values = _conditions(wanted, after)
    values["mailbox"] = mailbox_id
    bits = wanted.flags_set | wanted.flags_clear
    if bits and guest is None:
        conditions.append("(p.flags & :bits) = :set")
        values |= {"bits": bits, "set": wanted.flags_set}
    source = "placements p"
    if candidates is not None:
        source = listed.joined(tx, source, "p.content_id")
        values["ids"] = listed.text_of(candidates)
    tail = ""
    if newest:
        tail, values["newest"] = " ORDER BY p.internal_ms DESC LIMIT :newest", newest
    found = tx.rows(prepared(f"{_PLACED} {source} WHERE {' AND '.join(conditions)}{tail}"), **values)
    last = found[-1][2] if newest and len(found) == newest else -1
    if bits and guest is not None:
        found = private_flags.overlay(
            tx, guest, mailbox_id, sorted(found), ("uid", "content_id", "internal_ms", "flags")
        )
        found = [row for row in found if row[3] & bits == wanted.flags_set]
    return [(row[0], row[1], row[2], row[3]) for row in found], last


def _conditions(wanted: Wanted, after: Place | None) -> tuple[list[str], dict[str, Any]]:
    conditions = ["p.mailbox_id = :mailbox"]
    values: dict[str, Any] = {}
    for name, value, form in (
        ("since", wanted.since_ms, "p.internal_ms >= :since"),
        ("before", wanted.before_ms, "p.internal_ms < :before"),
        ("larger", wanted.larger, "p.size > :larger"),
        ("smaller", wanted.smaller, "p.size < :smaller"),
        ("edge", after[0] if after else 0, "p.internal_ms <= :edge"),
    ):
        if value:
            conditions.append(form)
            values[name] = value
    return conditions, values


_PLACED = "SELECT p.uid, p.content_id, p.internal_ms, p.flags FROM"


# ---- what the texts say -------------------------------------------------------------------------------------
def _holding(tx: Tx, content_ids: Sequence[int], wanted: Wanted) -> set[int]:
    """Which of the contents hold what is wanted."""
    conditions: list[str] = []
    values: dict[str, Any] = {"ids": listed.text_of(content_ids)}
    joins = {
        "texts": " JOIN search_texts s ON s.content_id = c.id",
        "keys": " JOIN letter_keys k ON k.content_id = c.id",
    }
    needed: set[str] = set()
    for number, one in enumerate(wanted.held):
        columns = _columns(one)
        needed.add("keys" if one.name in COLUMNS else "texts")
        condition = _condition(tx, columns, one.sought, f"w{number}x", values)
        if one.wanted:
            conditions.append(condition)
        elif one.name != "filename":
            conditions.append(f"NOT {condition}")
    sql = "SELECT c.id FROM " + listed.joined(tx, "contents c", "c.id")  # noqa: S608
    if wanted.attachments is not None:
        conditions.append("c.attachment_count > 0" if wanted.attachments else "c.attachment_count = 0")
    sql += "".join(joins[name] for name in sorted(needed))
    found = {row[0] for row in tx.rows(prepared(f"{sql} WHERE {' AND '.join(conditions) or '1 = 1'}"), **values)}
    for one in wanted.held:
        if one.name == "filename":
            found = {ident for ident in found if _names_hold(tx, ident, one.sought) == one.wanted}
    return found


def _columns(one: Held) -> list[str]:
    marked = one.sought.marked
    if one.name in COLUMNS:
        name = COLUMNS[one.name]
        return [f"coalesce(k.{name}, '')" if marked else f"coalesce(k.{name}_folded, k.{name}, '')"]
    names = ("body",) if one.name == "filename" else ("head", "body")
    return [f"s.{name}" if marked else f"coalesce(s.{name}_folded, s.{name})" for name in names]


def _condition(tx: Tx, columns: Sequence[str], sought: Sought, prefix: str, values: dict[str, Any]) -> str:
    form = "instr({0}, :{1}) > 0" if tx.is_sqlite else "position(:{1} in {0}) > 0"
    names = [f"{prefix}{number}" for number in range(len(sought.wanted))]
    values.update(zip(names, sought.wanted, strict=True))
    return "(" + " OR ".join(form.format(column, name) for column in columns for name in names) + ")"


def _names_hold(tx: Tx, content_id: int, sought: Sought) -> bool:
    row = tx.row(_PARTS, id=content_id)
    names = [part.filename.casefold() for part in unpack_parts(row[0]) if part.filename] if row and row[0] else []
    return any(one in (name if sought.marked else fold(name)) for name in names for one in sought.wanted)


_PARTS = prepared("SELECT parts FROM contents WHERE id = :id")
