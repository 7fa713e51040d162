"""Conversations of a mailbox: one row for all its messages of a thread, newest first, by pages without counting.

Messages stand by their internal date, so that what was moved, brought back or imported stands where it belongs. A page
begins below or above a place: the messages there are walked through, and a conversation stands where its newest message
of the mailbox stands. A message without a thread is a conversation by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mailsvc.store import listed, private_flags
from mailsvc.store.flags import FLAGGED, SEEN
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx, prepared

Edge = tuple[int, int]
"""A place in a mailbox: internal date in milliseconds, UID."""
_STEP = 100
HIGHEST = 1 << 32
"""Above every UID."""
TOP: Edge = (1 << 62, HIGHEST)
"""Above every message."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`uid` is its newest message in the mailbox, of `internal_ms`; `count` how many of them lie there."""

    uid: int
    internal_ms: int
    count: int
    unseen: bool
    starred: bool

    @property
    def place(self) -> Edge:
        """Where it stands."""
        return self.internal_ms, self.uid


def page(
    tx: Tx, guest: Guest | None, mailbox_id: int, edge: Edge, most: int, *, up: bool = False, single: bool = False
) -> list[Conversation]:
    """At most `most` conversations whose newest message stands below `edge`, newest first; with `up` those above
    it, oldest first. With `single` every message is a conversation."""
    found: list[Conversation] = []
    while len(found) < most:
        rows = tx.rows(_UP if up else _DOWN, mailbox=mailbox_id, ms=edge[0], edge=edge[1], count=_STEP)
        if not rows:
            break
        edge = rows[-1][3], rows[-1][0]
        flags = _flags(tx, guest, mailbox_id, rows)
        threads = {} if single else _members(tx, guest, mailbox_id, {row[1] for row in rows if row[1]})
        for uid, thread_id, _, internal_ms in rows:
            one = threads.get(thread_id) or _alone(uid, internal_ms, flags[uid])
            if one.uid == uid:
                found.append(one)
        if len(rows) < _STEP:
            break
    return found[:most]


def members(tx: Tx, mailbox_id: int, uids: Collection[int]) -> list[int]:
    """The UIDs of all messages in the conversations that these are the newest messages of, none newer than that."""
    further = listed.join(tx)
    sql = (
        "SELECT o.uid FROM "  # noqa: S608 - its parts are ours
        + listed.joined(tx, "placements h", "h.uid")
        + f" {further} contents c ON c.id = h.content_id "
        f"{further} contents m ON m.thread_id = c.thread_id AND m.thread_id <> 0 "
        f"{further} placements o ON o.content_id = m.id AND o.mailbox_id = h.mailbox_id "
        "AND (o.internal_ms, o.uid) <= (h.internal_ms, h.uid) "
        "WHERE h.mailbox_id = :mailbox"
    )
    rows = tx.rows(prepared(sql), mailbox=mailbox_id, ids=listed.text_of(sorted(uids)))
    return sorted({row[0] for row in rows} | set(uids))


def _alone(uid: int, internal_ms: int, flags: int) -> Conversation:
    return Conversation(uid, internal_ms, 1, not flags & SEEN, bool(flags & FLAGGED))


def _flags(tx: Tx, guest: Guest | None, mailbox_id: int, rows: list[tuple[Any, ...]]) -> dict[int, int]:
    own = sorted((row[0], row[2]) for row in rows)
    seen = own if guest is None else private_flags.overlay(tx, guest, mailbox_id, list(own), ("uid", "flags"))
    return {row[0]: row[1] for row in seen}


def _members(tx: Tx, guest: Guest | None, mailbox_id: int, threads: set[int]) -> dict[int, Conversation]:
    """The conversations of those threads, by thread."""
    if not threads:
        return {}
    sql = (
        "SELECT p.uid, c.thread_id, p.flags, p.internal_ms FROM "  # noqa: S608 - its parts are ours
        + listed.joined(tx, "contents c", "c.thread_id")
        + f" {listed.join(tx)} placements p ON p.content_id = c.id AND p.mailbox_id = :mailbox"
    )
    rows = tx.rows(prepared(sql), mailbox=mailbox_id, ids=listed.text_of(sorted(threads)))
    flags = _flags(tx, guest, mailbox_id, rows)
    places: dict[int, list[Edge]] = {}
    for uid, thread_id, _, internal_ms in rows:
        places.setdefault(thread_id, []).append((internal_ms, uid))
    return {
        thread_id: Conversation(
            max(some)[1],
            max(some)[0],
            len(some),
            any(not flags[uid] & SEEN for _, uid in some),
            any(flags[uid] & FLAGGED for _, uid in some),
        )
        for thread_id, some in places.items()
    }


_WALK = (
    "SELECT p.uid, c.thread_id, p.flags, p.internal_ms FROM placements p JOIN contents c ON c.id = p.content_id "
    "WHERE p.mailbox_id = :mailbox AND (p.internal_ms, p.uid) {0} (:ms, :edge) "
    "ORDER BY p.internal_ms {1}, p.uid {1} LIMIT :count"
)
_DOWN = prepared(_WALK.format("<", "DESC"))
_UP = prepared(_WALK.format(">", "ASC"))
