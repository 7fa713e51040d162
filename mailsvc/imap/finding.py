"""Which messages satisfy a search tree: the store's text index, then one reading of the mailbox's placements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from mailsvc.imap.grammar import search as keys
from mailsvc.imap.grammar.dates import MONTHS, OFFICE_OFFSET_S
from mailsvc.imap.grammar.sequence import Range, contains
from mailsvc.imap.ordering import Answers
from mailsvc.imap.progress import Progress
from mailsvc.store import loose, mailboxes, placements, private_flags
from mailsvc.store import search as texts
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

DAY_MS = 86_400_000
_SENT = re.compile(rb'\("(?:[A-Za-z]{3,9},? +)?([0-9]{1,2}) +([A-Za-z]{3})[a-z]* +([0-9]{4})\b')
_MONTH = {name.upper().encode(): number for number, name in enumerate(MONTHS, 1)}

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """A sequence set after the session has turned it into sorted UID ranges."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched: UIDs up to `last` (what the client knows); messages from `recent_from` on are recent. `guest`
    is who searches another's mailbox; `answers` where what texts were found in is remembered."""

    mailbox_id: int
    last: int
    recent_from: int
    guest: Guest | None = None
    answers: Answers | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """UIDs in order, with their mod-sequences where those were asked for, and the scores that FUZZY keys gave."""

    uids: list[int]
    modseqs: list[int]
    scores: dict[int, int]


def resolve(key: Any, ranges: Callable[[keys.Messages], tuple[Range, ...]]) -> Any:
    """The tree with every sequence set as `Within`. Raises what `ranges` raises."""
    match key:
        case keys.Messages():
            return Within(ranges(key))
        case keys.And(parts):
            return keys.And(tuple(resolve(part, ranges) for part in parts))
        case keys.Or(left, right):
            return keys.Or(resolve(left, ranges), resolve(right, ranges))
        case keys.Not(inner):
            return keys.Not(resolve(inner, ranges))
        case keys.Fuzzy(inner):
            return keys.Fuzzy(resolve(inner, ranges))
        case _:
            return key


def find(tx: Tx, scope: Scope, key: Any, *, modseq: bool = False, progress: Progress | None = None) -> Found:
    """The messages that satisfy the tree, by UID; with mod-sequences when `modseq`."""
    low, high = _bounds(key, scope.last)
    if low > high:
        return Found([], [], {})
    columns = ("uid", *sorted(set(_columns(key)) | ({"modseq"} if modseq else set())))
    finder = _Finder(tx, scope, columns, progress)
    having, rest = finder.by_texts(key)
    if having is None:
        rows = private_flags.rows(tx, scope.guest, scope.mailbox_id, low, high, columns)
    else:
        wanted = sorted(uid for uid in having if low <= uid <= high)
        bare = rest is None and not modseq
        rows = [(uid,) for uid in wanted]
        if not bare:
            rows = private_flags.rows_of(tx, scope.guest, scope.mailbox_id, wanted, columns)
    found = rows if rest is None else finder.match(rest, rows)
    at = columns.index("modseq") if modseq else 0
    uids = [row[0] for row in found]
    return Found(uids, [row[at] for row in found] if modseq else [], finder.scores(uids))


def _columns(key: Any) -> Iterator[str]:
    """The columns a tree looks at."""
    match key:
        case keys.And(parts):
            for part in parts:
                yield from _columns(part)
        case keys.Or(left, right):
            yield from _columns(left)
            yield from _columns(right)
        case keys.Not(inner) | keys.Fuzzy(inner):
            yield from _columns(inner)
        case keys.HasFlag(bit) if bit:
            yield "flags"
        case keys.HasKeyword():
            yield "keywords"
        case keys.Day(sent=sent):
            yield "sent_ms" if sent else "internal_ms"
        case keys.Age():
            yield "internal_ms"
        case keys.SavedDay():
            yield "saved_ms"
        case keys.ObjectId(thread):
            yield "thread_told" if thread else "content_id"
        case keys.Size():
            yield "size"
        case keys.ModSeq():
            yield "modseq"


def _bounds(key: Any, last: int) -> Range:
    """The lowest and highest UID that can satisfy the tree."""
    low, high = 1, last
    for part in key.keys if isinstance(key, keys.And) else (key,):
        if isinstance(part, Within):
            if not part.ranges:
                return 1, 0
            low, high = max(low, part.ranges[0][0]), min(high, part.ranges[-1][1])
    return low, high


def _cost(key: Any) -> int:
    """What to look at first: numbers before dates of the message itself before texts."""
    match key:
        case keys.Text():
            return 3
        case keys.Fuzzy():
            return 4
        case keys.Not(inner):
            return _cost(inner)
        case keys.Or(left, right):
            return max(_cost(left), _cost(right))
        case keys.And(parts):
            return max(map(_cost, parts))
        case keys.Day(sent=True):
            return 2
        case _:
            return 1


class _Finder:
    """Narrows rows by keys. Rows keep their order; their first column is the UID."""

    def __init__(self, tx: Tx, scope: Scope, columns: Sequence[str], progress: Progress | None) -> None:
        self.tx = tx
        self.scope = scope
        self.at = {name: position for position, name in enumerate(columns)}
        self.progress = progress
        self.scored: list[loose.Scores] = []
        self.state = b""

    def by_texts(self, key: Any) -> tuple[Set[int] | None, Any]:
        """The UIDs that the texts of a conjunction leave (None when it has none), and what else it asks for."""
        parts = key.keys if isinstance(key, keys.And) else (key,)
        having: Set[int] | None = None
        for part in parts:
            if isinstance(part, keys.Text) and (having is None or having):
                found = self._texts(part.field, part.text)
                having = found if having is None else having & found
        rest = tuple(part for part in parts if not isinstance(part, keys.Text | keys.All))
        return having, (keys.And(rest) if rest else None)

    def scores(self, uids: Sequence[int]) -> dict[int, int]:
        """What all FUZZY keys together give each message; nothing when there were none."""
        if not self.scored:
            return {}
        return loose.spread({uid: sum(some.get(uid, 0.0) for some in self.scored) for uid in uids})

    def match(self, key: Any, rows: list[Row]) -> list[Row]:
        match key:
            case keys.And(parts):
                for part in sorted(parts, key=_cost):
                    rows = self.match(part, rows) if rows else rows
                return rows
            case keys.Or(left, right):
                either = {row[0] for row in self.match(left, rows)} | {row[0] for row in self.match(right, rows)}
                return [row for row in rows if row[0] in either]
            case keys.Not(inner):
                without = {row[0] for row in self.match(inner, rows)}
                return [row for row in rows if row[0] not in without]
            case keys.Text(field, text):
                having = self._texts(field, text)
                return [row for row in rows if row[0] in having]
            case keys.Fuzzy(inner):
                scores = self._loosely(inner, rows)
                self.scored.append(scores)
                return [row for row in rows if row[0] in scores]
            case keys.Age(older, seconds):
                at, target = self.at["internal_ms"], self.tx.now_ms // 1000 - seconds
                return [row for row in rows if (row[at] // 1000 <= target if older else row[at] // 1000 >= target)]
            case keys.Day():
                return self._sent(key, rows) if key.sent else self._within(key, rows, "internal_ms")
            case _:
                return self._plain(key, rows)

    def _plain(self, key: Any, rows: list[Row]) -> list[Row]:
        """Keys that one column answers."""
        match key:
            case keys.HasFlag(bit):
                if not bit:
                    return [row for row in rows if row[0] >= self.scope.recent_from]
                at = self.at["flags"]
                return [row for row in rows if row[at] & bit]
            case keys.HasKeyword(keyword):
                at, word = self.at["keywords"], keyword.lower()
                return [row for row in rows if row[at] and word in row[at].lower().split()]
            case Within(ranges):
                return [row for row in rows if contains(ranges, row[0])]
            case keys.Size(larger, smaller):
                at = self.at["size"]
                return [row for row in rows if (row[at] > larger if smaller is None else row[at] < smaller)]
            case keys.SavedDay():
                return self._within(key, rows, "saved_ms")
            case keys.ObjectId(thread, number):
                at = self.at["thread_told" if thread else "content_id"]
                return [row for row in rows if number and row[at] == number]
            case keys.ModSeq(least):
                at = self.at["modseq"]
                return [row for row in rows if row[at] >= least]
            case _:
                return rows

    def _texts(self, field: str, text: str) -> Set[int]:
        """UIDs of the messages that hold the text; remembered for as long as there are the same messages."""
        answers = self.scope.answers
        if answers is None:
            return self._look_into(field, text)
        self.state = self.state or mailboxes.state(self.tx, self.scope.mailbox_id)
        key = ("text", self.scope.mailbox_id, field, text)
        found: frozenset[int] | None = answers.get(key, self.state)
        if found is None:
            found = frozenset(self._look_into(field, text))
            answers.put(key, self.state, found, 64 * len(found) + 2 * len(text) + 200)
        return found

    def _look_into(self, field: str, text: str) -> set[int]:
        tick = self.progress.tick if self.progress is not None else None
        if field in ("TEXT", "BODY"):
            return texts.find_uids(self.tx, self.scope.mailbox_id, text, "text" if field == "TEXT" else "body", tick)
        return texts.find_header_uids(self.tx, self.scope.mailbox_id, field, text, tick)

    def _loosely(self, key: Any, rows: list[Row]) -> loose.Scores:
        """Scores of the rows that satisfy the key more or less. What is no text is taken as it is (RFC 6203 §5)."""
        match key:
            case keys.Text(field, text):
                there = {row[0] for row in rows}
                found = loose.find(self.tx, self.scope.mailbox_id, field, text)
                return {uid: score for uid, score in found.items() if uid in there}
            case keys.And(parts):
                scores = [self._loosely(part, rows) for part in parts]
                common = set.intersection(*map(set, scores))
                return {uid: sum(some[uid] for some in scores) / len(scores) for uid in common}
            case keys.Or(left, right):
                one, other = self._loosely(left, rows), self._loosely(right, rows)
                return {uid: max(one.get(uid, 0.0), other.get(uid, 0.0)) for uid in one.keys() | other.keys()}
            case keys.Fuzzy(inner):
                return self._loosely(inner, rows)
            case _:
                return {row[0]: 100.0 for row in self.match(key, rows)}

    def _within(self, key: keys.Day | keys.SavedDay, rows: list[Row], column: str) -> list[Row]:
        """The date as we show it, in the office's zone (RFC 9051 §6.4.4: disregarding time and timezone)."""
        at, first, before = self.at[column], _start_ms(key.first, 0), _start_ms(key.before, 1 << 62)
        return [row for row in rows if first <= row[at] < before]

    def _sent(self, key: keys.Day, rows: list[Row]) -> list[Row]:
        """The day written in the Date field, whatever its zone. Near a bound the field itself is looked at."""
        at, first, before = self.at["sent_ms"], _start_ms(key.first, -(1 << 62)), _start_ms(key.before, 1 << 62)
        dated = [row for row in rows if row[at] is not None]
        near = [row[0] for row in dated if min(abs(row[at] - first), abs(row[at] - before)) < 2 * DAY_MS]
        written = dict(placements.rows_of(self.tx, self.scope.mailbox_id, near, ("uid", "envelope")))
        found = []
        for row in dated:
            day = _written_day(written[row[0]]) if row[0] in written else None
            if day is None:
                hit = first <= row[at] < before
            else:
                hit = (key.first is None or day >= key.first) and (key.before is None or day < key.before)
            if hit:
                found.append(row)
        return found


def _start_ms(day: date | None, otherwise: int) -> int:
    """When the day begins at the office."""
    if day is None:
        return otherwise
    return (day - date(1970, 1, 1)).days * DAY_MS - OFFICE_OFFSET_S * 1000


def _written_day(envelope: bytes) -> date | None:
    match = _SENT.match(envelope)
    try:
        return date(int(match[3]), _MONTH[match[2].upper()], int(match[1])) if match else None
    except (KeyError, ValueError):
        return None
