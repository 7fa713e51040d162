"""Conversations of a mailbox: one row for all its messages of a thread, newest first, by pages without counting.

A page begins below or above a UID: the messages there are walked through, and a conversation stands where its newest
message of the mailbox stands. A message without a thread is a conversation by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mailsvc.store import listed, private_flags
from mailsvc.store.flags import FLAGGED, SEEN
from mailsvc.store.private_flags import Guest
from mailsvc.store.search import prepared
from mailsvc.store.tx import Tx

_STEP = 100
HIGHEST = 1 << 32
"""Above every UID."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`uid` is its newest message in the mailbox, `count` how many of them lie there."""

    uid: int
    count: int
    unseen: bool
    starred: bool


def page(
    tx: Tx, guest: Guest | None, mailbox_id: int, edge: int, most: int, *, up: bool = False, single: bool = False
) -> list[Conversation]:
    """At most `most` conversations whose newest message is below the UID `edge`, newest first; with `up` those above
    it, oldest first. With `single` every message is a conversation."""
    found: list[Conversation] = []
    while len(found) < most:
        rows = tx.rows(_UP if up else _DOWN, mailbox=mailbox_id, edge=edge, count=_STEP)
        if not rows:
            break
        edge = rows[-1][0]
        flags = _flags(tx, guest, mailbox_id, rows)
        threads = {} if single else _members(tx, guest, mailbox_id, {row[1] for row in rows if row[1]})
        for uid, thread_id, _ in rows:
            one = threads.get(thread_id) or _alone(uid, flags[uid])
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
        f"{further} placements o ON o.content_id = m.id AND o.mailbox_id = h.mailbox_id AND o.uid <= h.uid "
        "WHERE h.mailbox_id = :mailbox"
    )
    rows = tx.rows(prepared(sql), mailbox=mailbox_id, ids=listed.text_of(sorted(uids)))
    return sorted({row[0] for row in rows} | set(uids))


def _alone(uid: int, flags: int) -> Conversation:
    return Conversation(uid, 1, not flags & SEEN, bool(flags & FLAGGED))


def _flags(tx: Tx, guest: Guest | None, mailbox_id: int, rows: list[tuple[Any, ...]]) -> dict[int, int]:
    own = sorted((row[0], row[2]) for row in rows)
    seen = own if guest is None else private_flags.overlay(tx, guest, mailbox_id, list(own), ("uid", "flags"))
    return {row[0]: row[1] for row in seen}


def _members(tx: Tx, guest: Guest | None, mailbox_id: int, threads: set[int]) -> dict[int, Conversation]:
    """The conversations of those threads, by thread."""
    if not threads:
        return {}
    sql = (
        "SELECT p.uid, c.thread_id, p.flags FROM "  # noqa: S608 - its parts are ours
        + listed.joined(tx, "contents c", "c.thread_id")
        + f" {listed.join(tx)} placements p ON p.content_id = c.id AND p.mailbox_id = :mailbox"
    )
    rows = tx.rows(prepared(sql), mailbox=mailbox_id, ids=listed.text_of(sorted(threads)))
    flags = _flags(tx, guest, mailbox_id, rows)
    uids: dict[int, list[int]] = {}
    for uid, thread_id, _ in rows:
        uids.setdefault(thread_id, []).append(uid)
    return {
        thread_id: Conversation(
            max(some),
            len(some),
            any(not flags[uid] & SEEN for uid in some),
            any(flags[uid] & FLAGGED for uid in some),
        )
        for thread_id, some in uids.items()
    }


_WALK = (
    "SELECT p.uid, c.thread_id, p.flags FROM placements p JOIN contents c ON c.id = p.content_id "
    "WHERE p.mailbox_id = :mailbox AND p.uid {0} :edge ORDER BY p.uid {1} LIMIT :count"
)
_DOWN = prepared(_WALK.format("<", "DESC"))
_UP = prepared(_WALK.format(">", "ASC"))
