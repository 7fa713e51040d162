"""The order of SORT (RFC 5256 §3, RFC 5957 §4), by keys read at arrival; orders of whole mailboxes are remembered."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from threading import Lock
from typing import Any

from mailsvc.imap.grammar.sorting import Criterion
from mailsvc.imap.limits import KEPT
from mailsvc.store import letter_keys
from mailsvc.store.tx import Tx

_COLUMNS = {
    "ARRIVAL": ("internal_ms",), "CC": ("cc_mailbox",), "DATE": ("sent_ms", "internal_ms"), "FROM": ("from_mailbox",),
    "SIZE": ("size",), "SUBJECT": ("base_subject",), "TO": ("to_mailbox",), "DISPLAYFROM": ("from_display",),
    "DISPLAYTO": ("to_display",),
}  # fmt: skip


class Kept:
    """Answers that are asked for again and again, for as long as the UIDs they were made of are the same.

    Everything about a message that these answers depend on never changes; which messages there are does. The oldest
    ones go when together they take more than KEPT octets. Used by several threads.
    """

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._size = 0
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, tuple[bytes, Any, int]] = OrderedDict()

    def get(self, key: Hashable, uids: bytes) -> Any:
        """What was put there for the very same UIDs (an array's octets), or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry[0] != uids:
                return None
            self._entries.move_to_end(key)
            return entry[1]

    def put(self, key: Hashable, uids: bytes, value: Any, size: int) -> None:
        size += len(uids)
        if size > self._most // 4:
            return
        with self._lock:
            self._drop(key)
            self._entries[key] = (uids, value, size)
            self._size += size
            while self._size > self._most:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry[2]


def in_order(
    tx: Tx,
    kept: Kept,
    mailbox: tuple[int, int],
    known: array[int],
    found: Sequence[int],
    scores: dict[int, int],
    criteria: tuple[Criterion, ...],
) -> Sequence[int]:
    """The UIDs found (rising) in the order asked for. `mailbox` is its id and UIDVALIDITY, `known` are all its UIDs."""
    if any(one.key == "RELEVANCY" for one in criteria) or 4 * len(found) < len(known):
        return sort(tx, mailbox[0], found, scores, criteria)
    key, uids = ("sort", mailbox, criteria), known.tobytes()
    order: array[int] | None = kept.get(key, uids)
    if order is None:
        order = array("I", sort(tx, mailbox[0], known, scores, criteria))
        kept.put(key, uids, order, 4 * len(order))
    if len(order) == len(found):
        return order
    wanted = set(found)
    return [uid for uid in order if uid in wanted]


def sort(
    tx: Tx, mailbox_id: int, uids: Sequence[int], scores: dict[int, int], criteria: tuple[Criterion, ...]
) -> list[int]:
    """The UIDs (rising) in the order asked for.

    By the last criterion first: Python's sort keeps the order of equals, also when it is reversed.
    """
    if not uids:
        return []
    names = dict.fromkeys(name for one in criteria for name in _COLUMNS.get(one.key, ()))
    columns = ("uid", *names)
    rows = letter_keys.rows_of(tx, mailbox_id, uids, columns)
    for one in reversed(criteria):
        if one.key == "RELEVANCY":  # RFC 6203 §6: the best first
            rows.sort(key=lambda row: scores.get(row[0], 1), reverse=not one.reverse)
        else:
            _sort_by(rows, [columns.index(name) for name in _COLUMNS[one.key]], one.reverse)
    return [row[0] for row in rows]


def _sort_by(rows: list[tuple[Any, ...]], at: Sequence[int], reverse: bool) -> None:
    first = at[0]
    if len(at) == 1:
        rows.sort(key=lambda row: row[first], reverse=reverse)
    else:  # RFC 5256 §2.2: a letter without usable date counts by its arrival
        second = at[1]
        rows.sort(key=lambda row: row[first] if row[first] is not None else row[second], reverse=reverse)
