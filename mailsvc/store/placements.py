"""Placements: which message lies in which mailbox, under which UID, with which flags.

Every change takes the mailbox's next mod-sequence (RFC 7162 §3.1), keeps the counters of mailbox and account, and
wakes the mailbox's listeners. UIDs only rise; an expunge is remembered with its mod-sequence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.flags import DELETED, SEEN
from mailsvc.store.room import check_room
from mailsvc.store.schema import accounts, contents, expunged, mailboxes, placements, private_flags, told_threads
from mailsvc.store.tx import Prepared, Tx

CHUNK = 500  # values in one IN list


@dataclass(frozen=True, slots=True)
class NewPlacement:
    """A message to be put somewhere. `keywords` are joined by blanks."""

    content_id: int
    size: int
    internal_ms: int
    flags: int = 0
    keywords: str = ""


_TAKE_UIDS = Prepared(
    update(mailboxes)
    .where(mailboxes.c.id == bindparam("mailbox"))
    .values(
        uidnext=mailboxes.c.uidnext + bindparam("count"),
        modseq=mailboxes.c.modseq + 1,
        messages=mailboxes.c.messages + bindparam("count"),
        unseen=mailboxes.c.unseen + bindparam("fresh"),
        size=mailboxes.c.size + bindparam("bytes"),
    )
    .returning(mailboxes.c.uidnext, mailboxes.c.modseq, mailboxes.c.account_id)
)
_USE = Prepared(
    update(accounts)
    .where(accounts.c.id == bindparam("account"))
    .values(used_bytes=accounts.c.used_bytes + bindparam("bytes"))
)
_INSERT = Prepared(
    insert(placements).values(
        {
            name: bindparam(name)
            for name in (
                "mailbox_id", "uid", "content_id", "modseq", "flags", "keywords", "size", "internal_ms", "saved_ms",
            )
        }
    )
)  # fmt: skip


def add(tx: Tx, mailbox_id: int, new: Sequence[NewPlacement]) -> list[int]:
    """Put messages into a mailbox, in order; their UIDs.

    Raises OverQuota when the account has no room for all of them, NotFound when the mailbox is gone.
    """
    if not new:
        return []
    size = sum(one.size for one in new)
    check_room(tx, mailbox_id, size, len(new))
    uidnext, modseq = _take_uids(tx, mailbox_id, new)
    uids = list(range(uidnext - len(new), uidnext))
    tx.run_many(_INSERT, [_values(tx, mailbox_id, uid, modseq, one) for uid, one in zip(uids, new, strict=True)])
    tx.wake("mailbox", mailbox_id)
    return uids


def add_everywhere(tx: Tx, mailbox_ids: Sequence[int], new: NewPlacement) -> dict[int, int]:
    """Put one message into many mailboxes of different accounts; UID by mailbox. The caller has looked at quotas."""
    if len(mailbox_ids) == 1:
        return {mailbox_ids[0]: _add_one(tx, mailbox_ids[0], new)}
    fresh = 0 if new.flags & SEEN else 1
    uids: dict[int, int] = {}
    for start in range(0, len(mailbox_ids), CHUNK):
        some = mailbox_ids[start : start + CHUNK]
        change = (
            update(mailboxes)
            .where(mailboxes.c.id.in_(some))
            .values(
                uidnext=mailboxes.c.uidnext + 1,
                modseq=mailboxes.c.modseq + 1,
                messages=mailboxes.c.messages + 1,
                unseen=mailboxes.c.unseen + fresh,
                size=mailboxes.c.size + new.size,
            )
            .returning(mailboxes.c.id, mailboxes.c.uidnext, mailboxes.c.modseq, mailboxes.c.account_id)
        )
        rows = tx.execute(change).all()
        tx.execute(
            update(accounts)
            .where(accounts.c.id.in_([row[3] for row in rows]))
            .values(used_bytes=accounts.c.used_bytes + new.size)
        )
        tx.run_many(_INSERT, [_values(tx, row[0], row[1] - 1, row[2], new) for row in rows])
        uids.update({row[0]: row[1] - 1 for row in rows})
    for mailbox_id in uids:
        tx.wake("mailbox", mailbox_id)
    return uids


def add_each(tx: Tx, new: Sequence[tuple[int, NewPlacement]]) -> None:
    """Put each message into its mailbox (id, message), with few statements. The caller has looked at quotas."""
    of_mailbox: dict[int, list[NewPlacement]] = {}
    for mailbox_id, one in new:
        of_mailbox.setdefault(mailbox_id, []).append(one)
    rows = []
    for mailbox_id, some in of_mailbox.items():
        uidnext, modseq = _take_uids(tx, mailbox_id, some)
        for uid, one in enumerate(some, uidnext - len(some)):
            values = _values(tx, mailbox_id, uid, modseq, one)
            rows.append([values[name] for name in _STORED])
        tx.wake("mailbox", mailbox_id)
    tx.insert_rows("placements", _STORED, rows)


def _take_uids(tx: Tx, mailbox_id: int, new: Sequence[NewPlacement]) -> tuple[int, int]:
    """Give the messages UIDs and keep the counters: (the UID after the last, mod-sequence). Raises NotFound."""
    size = sum(one.size for one in new)
    fresh = sum(1 for one in new if not one.flags & SEEN)
    row = tx.row(_TAKE_UIDS, mailbox=mailbox_id, count=len(new), fresh=fresh, bytes=size)
    if row is None:
        raise NotFound(f"mailbox {mailbox_id}")
    tx.run(_USE, account=row[2], bytes=size)
    return int(row[0]), int(row[1])


_STORED = ("mailbox_id", "uid", "content_id", "modseq", "flags", "keywords", "size", "internal_ms", "saved_ms")


def _add_one(tx: Tx, mailbox_id: int, new: NewPlacement) -> int:
    uidnext, modseq = _take_uids(tx, mailbox_id, [new])
    tx.run(_INSERT, **_values(tx, mailbox_id, uidnext - 1, modseq, new))
    tx.wake("mailbox", mailbox_id)
    return uidnext - 1


def _values(tx: Tx, mailbox_id: int, uid: int, modseq: int, new: NewPlacement) -> dict[str, Any]:
    return {
        "mailbox_id": mailbox_id,
        "uid": uid,
        "content_id": new.content_id,
        "modseq": modseq,
        "flags": new.flags,
        "keywords": new.keywords,
        "size": new.size,
        "internal_ms": new.internal_ms,
        "saved_ms": tx.now_ms,
    }


# ---- reading ------------------------------------------------------------------------------------------------
_UIDS = Prepared(
    select(placements.c.uid).where(placements.c.mailbox_id == bindparam("mailbox")).order_by(placements.c.uid)
)
_CHANGED = Prepared(
    select(placements.c.uid, placements.c.flags, placements.c.keywords, placements.c.modseq)
    .where(placements.c.mailbox_id == bindparam("mailbox"), placements.c.modseq > bindparam("since"))
    .order_by(placements.c.uid)
)
_EXPUNGED = Prepared(
    select(expunged.c.uid).where(expunged.c.mailbox_id == bindparam("mailbox"), expunged.c.modseq > bindparam("since"))
)

_DELETED = Prepared(
    select(placements.c.uid)
    .where(placements.c.mailbox_id == bindparam("mailbox"), placements.c.flags.op("&")(DELETED) != 0)
    .order_by(placements.c.uid)
)
_DELETED_SIZE = Prepared(
    select(func.coalesce(func.sum(placements.c.size), 0)).where(
        placements.c.mailbox_id == bindparam("mailbox"), placements.c.flags.op("&")(DELETED) != 0
    )
)
_KEYWORDS = Prepared(
    select(placements.c.keywords)
    .distinct()
    .where(placements.c.mailbox_id == bindparam("mailbox"), placements.c.keywords != "")
)

CONTENT_COLUMNS = (frozenset(contents.c.keys()) - {"id", "size"}) | {"thread_told"}


def uids(tx: Tx, mailbox_id: int) -> list[int]:
    """All UIDs of the mailbox, rising."""
    return [row[0] for row in tx.rows(_UIDS, mailbox=mailbox_id)]


_STAMP = Prepared(
    select(func.count(), func.max(placements.c.modseq)).where(
        placements.c.mailbox_id == bindparam("mailbox"),
        placements.c.uid.between(bindparam("low"), bindparam("high")),
    )
)


def stamp(tx: Tx, mailbox_id: int, low: int, high: int) -> tuple[int, int]:
    """(how many, highest mod-sequence) of the messages with those UIDs: another one whenever any of them changes."""
    row = tx.row(_STAMP, mailbox=mailbox_id, low=low, high=high)
    return (int(row[0]), int(row[1] or 0)) if row else (0, 0)


def keywords(tx: Tx, mailbox_id: int) -> list[str]:
    """The keywords in use in the mailbox, sorted."""
    return sorted({word for row in tx.rows(_KEYWORDS, mailbox=mailbox_id) for word in row[0].split()})


def deleted_size(tx: Tx, mailbox_id: int) -> int:
    """Octets of the messages with \\Deleted."""
    row = tx.row(_DELETED_SIZE, mailbox=mailbox_id)
    return int(row[0]) if row else 0


def deleted(tx: Tx, mailbox_id: int) -> list[int]:
    """UIDs of the messages with \\Deleted, rising."""
    return [row[0] for row in tx.rows(_DELETED, mailbox=mailbox_id)]


def changed_since(tx: Tx, mailbox_id: int, modseq: int) -> list[tuple[int, int, str, int]]:
    """(uid, flags, keywords, modseq) of what was added or changed after that mod-sequence, by UID."""
    return tx.rows(_CHANGED, mailbox=mailbox_id, since=modseq)


def expunged_since(tx: Tx, mailbox_id: int, modseq: int) -> list[int]:
    """UIDs expunged after that mod-sequence, rising."""
    return sorted(row[0] for row in tx.rows(_EXPUNGED, mailbox=mailbox_id, since=modseq))


def _column(name: str) -> ColumnElement[Any]:
    if name == "thread_told":
        return func.coalesce(told_threads.c.thread_id, contents.c.thread_id)
    return contents.c[name] if name in CONTENT_COLUMNS else placements.c[name]


@lru_cache(maxsize=256)
def _query(columns: tuple[str, ...]) -> Prepared:
    """A range query for columns of placements and, joined only when needed, of contents."""
    statement = select(*map(_column, columns))
    if any(name in CONTENT_COLUMNS for name in columns):
        statement = statement.join_from(placements, contents, contents.c.id == placements.c.content_id)
    if "thread_told" in columns:
        statement = statement.outerjoin(told_threads, told_threads.c.content_id == placements.c.content_id)
    return Prepared(
        statement.where(
            placements.c.mailbox_id == bindparam("mailbox"),
            placements.c.uid.between(bindparam("low"), bindparam("high")),
        ).order_by(placements.c.uid)
    )


def rows(tx: Tx, mailbox_id: int, low: int, high: int, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Plain tuples of those columns for low <= uid <= high, by UID.

    Columns of placements (uid, content_id, modseq, flags, keywords, size, internal_ms, saved_ms) and of contents
    (digest, header_end, envelope, body, bodystructure, parts, sent_ms, subject, preview, thread_id …) may be mixed;
    thread_told is the thread as IMAP tells it.
    """
    return tx.rows(_query(columns), mailbox=mailbox_id, low=low, high=high)


def rows_of(tx: Tx, mailbox_id: int, wanted: Sequence[int], columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """The same for a sorted list of UIDs; `uid` must be the first column. Missing UIDs are left out."""
    if not wanted:
        return []
    found: list[tuple[Any, ...]] = []
    for low, high in spans(wanted):
        found.extend(rows(tx, mailbox_id, low, high, columns))
    if wanted[-1] - wanted[0] + 1 == len(wanted):
        return found
    keep = set(wanted)  # the ranges have holes, and what lies in them is not wanted
    return [row for row in found if row[0] in keep]


def spans(wanted: Sequence[int], gap: int = 64) -> Iterator[tuple[int, int]]:
    """Few ranges that cover the UIDs: those closer than the gap are read through."""
    low = high = wanted[0]
    for uid in wanted:
        if uid - high > gap:
            yield low, high
            low = uid
        high = uid
    yield low, high


# ---- changing -----------------------------------------------------------------------------------------------
_SET_FLAGS = Prepared(
    update(placements)
    .where(placements.c.mailbox_id == bindparam("mailbox"), placements.c.uid == bindparam("message"))
    .values(flags=bindparam("new_flags"), keywords=bindparam("new_keywords"), modseq=bindparam("new_modseq"))
)
_NEXT_MODSEQ = Prepared(
    update(mailboxes)
    .where(mailboxes.c.id == bindparam("mailbox"))
    .values(
        modseq=mailboxes.c.modseq + 1,
        unseen=mailboxes.c.unseen + bindparam("fresh"),
        messages=mailboxes.c.messages + bindparam("count"),
        size=mailboxes.c.size + bindparam("bytes"),
    )
    .returning(mailboxes.c.modseq, mailboxes.c.account_id)
)
_REMOVE, _REMOVE_PRIVATE = (
    Prepared(
        delete(table).where(
            table.c.mailbox_id == bindparam("mailbox"), table.c.uid.between(bindparam("low"), bindparam("high"))
        )
    )
    for table in (placements, private_flags)
)
_EXPUNGE_LOG = Prepared(
    insert(expunged).values(mailbox_id=bindparam("mailbox"), modseq=bindparam("at"), uid=bindparam("message"))
)


def next_modseq(tx: Tx, mailbox_id: int) -> int:
    """Take the mailbox's next mod-sequence for a change that lies elsewhere. Raises NotFound."""
    row = tx.row(_NEXT_MODSEQ, mailbox=mailbox_id, fresh=0, count=0, bytes=0)
    if row is None:
        raise NotFound(f"mailbox {mailbox_id}")
    tx.wake("mailbox", mailbox_id)
    return int(row[0])


def touch(tx: Tx, mailbox_id: int) -> None:
    """Give every message of the mailbox a new mod-sequence: its flags are to be read anew."""
    modseq = next_modseq(tx, mailbox_id)
    tx.execute(update(placements).where(placements.c.mailbox_id == mailbox_id).values(modseq=modseq))


def set_flags(tx: Tx, mailbox_id: int, changes: Sequence[tuple[int, int, int, str]]) -> int:
    """Set flags: (uid, old flags, new flags, new keywords) for each message that really changes; the mod-sequence.

    The old flags come from the same transaction. Gives 0 when there is nothing to change.
    """
    if not changes:
        return 0
    fresh = sum((old & SEEN) - (new & SEEN) for _, old, new, _ in changes)
    row = tx.row(_NEXT_MODSEQ, mailbox=mailbox_id, fresh=fresh, count=0, bytes=0)
    if row is None:
        raise NotFound(f"mailbox {mailbox_id}")
    modseq = int(row[0])
    tx.run_many(
        _SET_FLAGS,
        [
            {"mailbox": mailbox_id, "message": uid, "new_flags": new, "new_keywords": keywords, "new_modseq": modseq}
            for uid, _, new, keywords in changes
        ],
    )
    tx.wake("mailbox", mailbox_id)
    return modseq


_ALTERED = placements.c.flags.op("|")(bindparam("added")).op("&")(bindparam("kept"))
_WITHIN = (
    placements.c.mailbox_id == bindparam("mailbox"),
    placements.c.uid.between(bindparam("low"), bindparam("high")),
    placements.c.flags != _ALTERED,
)
_COUNT_ALTERED = Prepared(select(func.count(), func.sum(placements.c.flags.op("&")(SEEN))).where(*_WITHIN))
_ALTER = Prepared(update(placements).where(*_WITHIN).values(flags=_ALTERED, modseq=bindparam("new_modseq")))


def alter_flags(tx: Tx, mailbox_id: int, ranges: Sequence[tuple[int, int]], added: int, removed: int) -> int:
    """Add and take away flag bits for whole ranges of UIDs; the mod-sequence, 0 when nothing changed.

    What `set_flags` does row by row, in one statement for each range.
    """
    kept = 0x7FFFFFFF & ~removed
    count = seen = 0
    for low, high in ranges:
        row = tx.row(_COUNT_ALTERED, mailbox=mailbox_id, low=low, high=high, added=added, kept=kept)
        count, seen = (count + row[0], seen + int(row[1] or 0)) if row else (count, seen)
    if not count:
        return 0
    fresh = (seen if removed & SEEN else 0) - (count - seen if added & SEEN else 0)
    row = tx.row(_NEXT_MODSEQ, mailbox=mailbox_id, fresh=fresh, count=0, bytes=0)
    if row is None:
        raise NotFound(f"mailbox {mailbox_id}")
    for low, high in ranges:
        tx.run(_ALTER, mailbox=mailbox_id, low=low, high=high, added=added, kept=kept, new_modseq=row[0])
    tx.wake("mailbox", mailbox_id)
    return int(row[0])


def expunge(tx: Tx, mailbox_id: int, wanted: Sequence[int]) -> tuple[list[int], int]:
    """Take messages out of the mailbox for good: (the UIDs that were there, the mod-sequence; 0 when none was)."""
    found = rows_of(tx, mailbox_id, sorted(wanted), ("uid", "flags", "size"))
    if not found:
        return [], 0
    gone = [row[0] for row in found]
    size = sum(row[2] for row in found)
    fresh = sum(1 for row in found if not row[1] & SEEN)
    row = tx.row(_NEXT_MODSEQ, mailbox=mailbox_id, fresh=-fresh, count=-len(gone), bytes=-size)
    if row is None:
        raise NotFound(f"mailbox {mailbox_id}")
    modseq, account_id = int(row[0]), row[1]
    tx.run(_USE, account=account_id, bytes=-size)
    runs = [{"mailbox": mailbox_id, "low": low, "high": high} for low, high in spans(gone, gap=1)]
    tx.run_many(_REMOVE, runs)
    tx.run_many(_REMOVE_PRIVATE, runs)
    tx.run_many(_EXPUNGE_LOG, [{"mailbox": mailbox_id, "at": modseq, "message": uid} for uid in gone])
    tx.wake("mailbox", mailbox_id)
    return gone, modseq


def count_of_content(tx: Tx, content_id: int) -> int:
    """In how many mailboxes the content lies."""
    statement = select(func.count()).where(placements.c.content_id == content_id)
    return int(tx.execute(statement).scalar_one())


def of_content(tx: Tx, content_id: int, account_ids: Sequence[int]) -> list[tuple[int, int, int, str]]:
    """Where the content lies in mailboxes of those accounts: (mailbox id, UID, flags, keywords)."""
    statement = (
        select(placements.c.mailbox_id, placements.c.uid, placements.c.flags, placements.c.keywords)
        .join(mailboxes, mailboxes.c.id == placements.c.mailbox_id)
        .where(placements.c.content_id == content_id, mailboxes.c.account_id.in_(list(account_ids)))
        .order_by(placements.c.mailbox_id, placements.c.uid)
    )
    return [(row[0], row[1], row[2], row[3]) for row in tx.execute(statement)]
