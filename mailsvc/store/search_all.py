"""Search over several mailboxes at once, newest first, for people who look at the first page.

The newest letters are looked at first: what is common is found among them. Else the index tells which contents may hold
all the words; where it names too many, older letters are looked at, more and more at a time, and the search ends with
the page. The texts themselves decide, as in store/search.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
LOOK = 100
"""Letters whose texts are looked at in the first statement; each further one looks at twice as many."""
MOST_LOOKED = 3200
"""The most of them."""
NEWEST = 1000
"""Letters of each mailbox looked at first: common words are found among them, and the index is not asked."""
Place = tuple[int, int, int]
"""(internal_ms, mailbox id, UID): where a letter stands in the order of the answer."""
Box = tuple[int, int, Guest | None]
"""A mailbox: its id, how many letters are there, and who looks if it is not the owner."""


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


def find(tx: Tx, boxes: Sequence[Box], wanted: Wanted, after: Place | None, most: int) -> Answer:
    """The letters in those mailboxes that come after a place, at most `most`."""
    if any(one.name not in COLUMNS for one in wanted.held):
        late_texts.make_first(tx, [mailbox_id for mailbox_id, _, _ in boxes])
    if not wanted.held and wanted.attachments is None:
        return _plain(tx, boxes, wanted, after, most)
    found, edge = _stretch(tx, boxes, wanted, after, NEWEST)
    shown, ended = _first(tx, found, wanted, most)
    if len(shown) > most:
        return Answer(shown[:most], True, None)
    if edge is not None:
        further, ended = _further(tx, boxes, wanted, edge, most - len(shown))
        shown += further
    return Answer(shown[:most], len(shown) > most, len(shown) if ended and after is None else None)


def _further(tx: Tx, boxes: Sequence[Box], wanted: Wanted, edge: Place, most: int) -> tuple[list[Place], bool]:
    """The same for what comes after the newest; and whether all was looked at."""
    candidates = _candidates(tx, sum(count for _, count, _ in boxes), wanted)
    if candidates is not None:
        return _first(tx, _placed_of(tx, boxes, wanted, edge, candidates), wanted, most)
    shown: list[Place] = []
    for found, after in _stretches(tx, boxes, wanted, edge, 4 * NEWEST):
        some, ended = _first(tx, found, wanted, most - len(shown))
        shown += some
        if len(shown) > most or after is None:
            break
    return shown, ended and after is None


def _plain(tx: Tx, boxes: Sequence[Box], wanted: Wanted, after: Place | None, most: int) -> Answer:
    """The answer to what the placements alone can tell: a page of it and how many there are."""
    places: list[Place] = []
    for found, edge in _stretches(tx, boxes, wanted, after, most + 1):
        places += [place for place, _ in found]
        if len(places) > most or edge is None:
            break
    if after is not None:
        total = None
    else:
        total = len(places) if edge is None else sum(_count(tx, box, guest, wanted) for box, _, guest in boxes)
    return Answer(places[:most], len(places) > most, total)


def _first(tx: Tx, found: Sequence[tuple[Place, int]], wanted: Wanted, most: int) -> tuple[list[Place], bool]:
    """The first places (a few more than `most`) whose letters hold what is wanted; and whether all were looked at."""
    shown: list[Place] = []
    start, step = 0, LOOK
    while start < len(found) and len(shown) <= most:
        some = found[start : start + step]
        good = _holding(tx, [content_id for _, content_id in some], wanted)
        shown += [place for place, content_id in some if content_id in good]
        start, step = start + step, min(step * 2, MOST_LOOKED)
    return shown, start >= len(found)


# ---- what the index says ------------------------------------------------------------------------------------
def _candidates(tx: Tx, letters: int, wanted: Wanted) -> list[int] | None:
    """Contents that may hold every word, by the index; None when it names too many or knows nothing of such words."""
    limit = max(FEWEST, letters // 2)
    words = [one.sought.folded for one in wanted.held if one.wanted and len(one.sought.folded) >= GRAM]
    if not words:
        return None
    late = late_texts.waiting(tx, limit)
    found = _matching(tx, list(dict.fromkeys(words)), limit)
    if len(found) + len(late) >= limit:
        return None
    fresh = tx.rows(_FRESH, watermark=meta.get_int(tx, WATERMARK)) if tx.is_sqlite else []
    return [*late, *(row[0] for row in (*found, *fresh))]


def _matching(tx: Tx, words: Sequence[str], limit: int) -> list[tuple[Any, ...]]:
    if tx.is_sqlite:
        return tx.rows(_BY_INDEX, trigrams=" AND ".join(map(trigram_query, words)), limit=limit)
    like = " AND ".join(f"{_WHOLE} LIKE :like{number}" for number in range(len(words)))
    patterns = {f"like{number}": f"%{re.sub(_SIGNS, _ESCAPED, word)}%" for number, word in enumerate(words)}
    sql = f"SELECT s.content_id FROM search_texts s WHERE {like} LIMIT :limit"  # noqa: S608 - its parts are ours
    return tx.rows(prepared(sql), limit=limit, **patterns)


_BY_INDEX = prepared("SELECT rowid FROM search_fts WHERE search_fts MATCH :trigrams LIMIT :limit")
_FRESH = prepared("SELECT content_id FROM search_texts WHERE content_id > :watermark")
_WHOLE = "(coalesce(s.head_folded, s.head) || chr(10) || coalesce(s.body_folded, s.body))"
_SIGNS, _ESCAPED = r"([\\%_])", r"\\\1"


# ---- what the placements say --------------------------------------------------------------------------------
def _stretches(
    tx: Tx, boxes: Sequence[Box], wanted: Wanted, after: Place | None, newest: int
) -> Iterator[tuple[list[tuple[Place, int]], Place | None]]:
    """Stretches one after the other, each four times as long as the one before, to the end."""
    while True:
        found, after = _stretch(tx, boxes, wanted, after, newest)
        yield found, after
        newest *= 4


def _stretch(
    tx: Tx, boxes: Sequence[Box], wanted: Wanted, after: Place | None, newest: int
) -> tuple[list[tuple[Place, int]], Place | None]:
    """(place, content id) of what the placements let through after a place, in order; and how far was looked (None:
    to the end): `newest` letters of each mailbox."""
    found: list[tuple[Place, int]] = []
    edges: list[Place] = []
    for mailbox_id, _, guest in boxes:
        conditions, values = _conditions(wanted, guest is None)
        if after is not None:
            conditions.append("(p.internal_ms, p.uid) < (:ms, :edge)")
            values |= {"ms": after[0], "edge": _edge(after, mailbox_id)}
        sql = f"{_PLACED} placements p WHERE {_all(conditions)} ORDER BY p.internal_ms DESC, p.uid DESC LIMIT :newest"
        rows = tx.rows(prepared(sql), mailbox=mailbox_id, newest=newest, **values)
        if len(rows) == newest:
            edges.append((rows[-1][3], mailbox_id, rows[-1][0]))
        found += _seen(tx, mailbox_id, guest, rows, wanted)
    found.sort(reverse=True)
    if not edges:
        return found, None
    edge = max(edges)
    return [one for one in found if one[0] >= edge], edge


def _edge(after: Place, mailbox_id: int) -> int:
    """The first UID that does not come after the place, among the letters of the mailbox at that very time."""
    if mailbox_id == after[1]:
        return after[2]
    return 1 << 32 if mailbox_id < after[1] else 0


def _placed_of(
    tx: Tx, boxes: Sequence[Box], wanted: Wanted, after: Place, candidates: Sequence[int]
) -> list[tuple[Place, int]]:
    """The same for those contents, all of them."""
    found: list[tuple[Place, int]] = []
    conditions, values = _conditions(wanted, False)
    conditions = [f"p.mailbox_id IN {listed.among(tx, 'boxes')}", "p.internal_ms <= :ms", *conditions]
    sql = f"{_PLACED} {listed.joined(tx, 'placements p', 'p.content_id')} WHERE {' AND '.join(conditions)}"
    values |= {"ids": listed.text_of(candidates), "boxes": listed.text_of([one[0] for one in boxes]), "ms": after[0]}
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for row in tx.rows(prepared(sql), **values):
        rows.setdefault(row[1], []).append(row)
    for mailbox_id, _, guest in boxes:
        found += _seen(tx, mailbox_id, guest, rows.get(mailbox_id, []), wanted)
    found.sort(reverse=True)
    return [one for one in found if one[0] < after]


def _count(tx: Tx, mailbox_id: int, guest: Guest | None, wanted: Wanted) -> int:
    """How many letters of a mailbox the placements let through."""
    conditions, values = _conditions(wanted, guest is None)
    # UIDs are named so that SQLite reads the table in its own order, and not each row by way of an index.
    where = _all([*conditions, "p.uid BETWEEN 1 AND 4294967295"])
    if guest is None or not wanted.flags_set | wanted.flags_clear:
        sql = f"SELECT count(*) FROM placements p WHERE {where}"  # noqa: S608 - its parts are ours
        return int(tx.rows(prepared(sql), mailbox=mailbox_id, **values)[0][0])
    rows = tx.rows(prepared(f"{_PLACED} placements p WHERE {where}"), mailbox=mailbox_id, **values)
    return len(_seen(tx, mailbox_id, guest, rows, wanted))


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(("p.mailbox_id = :mailbox", *conditions))


def _seen(
    tx: Tx, mailbox_id: int, guest: Guest | None, rows: list[tuple[Any, ...]], wanted: Wanted
) -> list[tuple[Place, int]]:
    """Places and content ids of those of the rows whose flags, as the person sees them, are wanted."""
    bits = wanted.flags_set | wanted.flags_clear
    if bits and guest is not None:
        rows = private_flags.overlay(tx, guest, mailbox_id, sorted(rows), _NAMES)
    return [((row[3], mailbox_id, row[0]), row[2]) for row in rows if row[4] & bits == wanted.flags_set]


def _conditions(wanted: Wanted, own: bool) -> tuple[list[str], dict[str, Any]]:
    """Conditions on the placements and their values; on flags too where nobody sees other ones."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, value, form in (
        ("since", wanted.since_ms, "p.internal_ms >= :since"),
        ("before", wanted.before_ms, "p.internal_ms < :before"),
        ("larger", wanted.larger, "p.size > :larger"),
        ("smaller", wanted.smaller, "p.size < :smaller"),
    ):
        if value:
            conditions.append(form)
            values[name] = value
    bits = wanted.flags_set | wanted.flags_clear
    if bits and own:
        conditions.append("(p.flags & :bits) = :set")
        values |= {"bits": bits, "set": wanted.flags_set}
    return conditions, values


_NAMES = ("uid", "mailbox_id", "content_id", "internal_ms", "flags")
_PLACED = f"SELECT {', '.join(f'p.{name}' for name in _NAMES)} FROM"


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
