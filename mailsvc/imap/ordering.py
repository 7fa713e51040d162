"""The order of SORT (RFC 5256 §3, RFC 5957 §4), by keys read at arrival; orders of whole mailboxes are remembered."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from typing import Any

from mailsvc.imap.grammar.sorting import Criterion
from mailsvc.imap.kept import Kept
from mailsvc.imap.limits import KEPT
from mailsvc.store import letter_keys
from mailsvc.store.tx import Tx

_COLUMNS = {
    "ARRIVAL": ("internal_ms",), "CC": ("cc_mailbox",), "DATE": ("sent_ms", "internal_ms"), "FROM": ("from_mailbox",),
    "SIZE": ("size",), "SUBJECT": ("base_subject",), "TO": ("to_mailbox",), "DISPLAYFROM": ("from_display",),
    "DISPLAYTO": ("to_display",),
}  # fmt: skip


class Answers:
    """Answers that are asked for again and again, for as long as the UIDs they were made of are the same.

    Everything about a message that these answers depend on never changes; which messages there are does.
    """

    def __init__(self) -> None:
        self._kept: Kept[tuple[bytes, Any]] = Kept(KEPT)

    def get(self, key: Hashable, uids: bytes) -> Any:
        """What was put there for the very same UIDs (an array's octets), or None."""
        found = self._kept.get(key)
        return found[1] if found is not None and found[0] == uids else None

    def put(self, key: Hashable, uids: bytes, value: Any, size: int) -> None:
        self._kept.put(key, (uids, value), size + len(uids))


def in_order(
    tx: Tx,
    answers: Answers,
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
    order: array[int] | None = answers.get(key, uids)
    if order is None:
        order = array("I", sort(tx, mailbox[0], known, scores, criteria))
        answers.put(key, uids, order, 4 * len(order))
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
