"""Finding letters in everything a person may read: the query of mail/query.py over all mailboxes, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from mailsvc.core.clock import OFFICE_ZONE
from mailsvc.mail import mailboxes
from mailsvc.mail.mailboxes import Seen
from mailsvc.mail.query import Query
from mailsvc.store import search_all
from mailsvc.store.mailboxes import INBOX
from mailsvc.store.search import Sought
from mailsvc.store.search_all import Held, Place, Wanted
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold

_INBOX_NAMES = ("inbox", "hop thu den", "thu den")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of letters: (mailbox, UID) newest first. `total` is None where not all was looked at; `last` is what the
    next page comes after; `unknown` are folder names of the query that nothing is called."""

    places: tuple[tuple[Seen, int], ...]
    more: bool
    total: int | None
    last: Place | None
    unknown: tuple[str, ...] = ()


def find(tx: Tx, account_id: int, query: Query, after: Place | None, most: int) -> Found:
    """The letters that the person may read and that satisfy the query, at most `most` after a place in the order."""
    boxes, unknown = _boxes(tx, account_id, query)
    return _find(tx, boxes, unknown, query, after, most)


def find_in(tx: Tx, account_id: int, mailbox_id: int, query: Query, after: Place | None, most: int) -> Found:
    """The same in one mailbox, whatever folders the query names; in one that may not be read nothing is found."""
    boxes = [seen for seen in mailboxes.readable(tx, account_id) if seen.mailbox.id == mailbox_id]
    return _find(tx, boxes, (), query, after, most)


def _find(
    tx: Tx, boxes: Sequence[Seen], unknown: tuple[str, ...], query: Query, after: Place | None, most: int
) -> Found:
    by_id = {seen.mailbox.id: seen for seen in boxes}
    if not boxes or query.empty:
        return Found((), False, 0, None, unknown)
    wanted = wanted_of(query)
    answer = search_all.find(
        tx, [(seen.mailbox.id, seen.mailbox.messages, seen.guest) for seen in boxes], wanted, after, most
    )
    places = tuple((by_id[mailbox_id], uid) for _, mailbox_id, uid in answer.places)
    return Found(places, answer.more, answer.total, answer.places[-1] if answer.places else None, unknown)


def wanted_of(query: Query) -> Wanted:
    """The query as the store looks for it."""
    return Wanted(
        held=tuple(Held(term.field, Sought.of(term.text), term.wanted) for term in query.terms),
        flags_set=query.flags_set,
        flags_clear=query.flags_clear,
        attachments=query.attachments,
        since_ms=_midnight(query.since),
        before_ms=_midnight(query.before),
        larger=query.larger,
        smaller=query.smaller,
    )


def _midnight(day: date | None) -> int:
    """When the day begins in the office, in milliseconds; 0 for none."""
    return int(datetime.combine(day, time(), OFFICE_ZONE).timestamp() * 1000) if day else 0


def _boxes(tx: Tx, account_id: int, query: Query) -> tuple[list[Seen], tuple[str, ...]]:
    """Where to look: the folders named, else all; and the names that nothing is called."""
    there = [seen for seen in mailboxes.readable(tx, account_id) if seen.mailbox.selectable]
    if not query.folders:
        return there, ()
    found: dict[int, Seen] = {}
    unknown = []
    for name in query.folders:
        fitting = [seen for seen in there if _is_called(seen, fold(name.strip()))]
        found |= {seen.mailbox.id: seen for seen in fitting}
        unknown += [] if fitting else [name]
    return list(found.values()), tuple(unknown)


def _is_called(seen: Seen, name: str) -> bool:
    if seen.mailbox.name == INBOX and name in _INBOX_NAMES:
        return True
    return name in (fold(seen.name), fold(seen.mailbox.name), fold(seen.mailbox.name.rpartition("/")[2]))
