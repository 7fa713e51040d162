"""Flags of one's own in other people's mailboxes: what a guest reads there, and how the guest's changes are kept.

Some flag bits (\\Seen as a rule) are each guest's own; the others and the keywords are common. A guest without a row of
their own sees the placement's bits. Mailboxes that one owns never come here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, case, func, select, text

from mailsvc.store import mailboxes, meta, placements
from mailsvc.store.flags import SEEN
from mailsvc.store.listing import Line
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.placements import CHUNK
from mailsvc.store.schema import accounts, private_flags
from mailsvc.store.schema import mailboxes as table
from mailsvc.store.schema import placements as placed
from mailsvc.store.tx import Prepared, Tx

_SETTING = "private_flags"


@dataclass(frozen=True, slots=True)
class Guest:
    """A person in a mailbox of another account: what the person may do there (letters of mail.access), and the flag
    bits that are the person's own."""

    account_id: int
    rights: str
    private: int


def default_bits(tx: Tx) -> int:
    """The bits that are private where the mailbox says nothing."""
    return meta.get_int(tx, _SETTING, SEEN)


def set_default(tx: Tx, bits: int) -> None:
    """Make the setting known to the transactions; in mailboxes of units and roles flags are to be read anew."""
    meta.set_int(tx, _SETTING, bits)
    shared = (
        select(table.c.id)
        .join(accounts, accounts.c.id == table.c.account_id)
        .where(accounts.c.kind != "person", table.c.private_flags < 0)
    )
    for mailbox_id in tx.execute(shared).scalars().all():
        placements.touch(tx, mailbox_id)


def private_bits(tx: Tx, box: Mailbox) -> int:
    """The bits that are each guest's own in the mailbox."""
    return box.private_flags if box.private_flags >= 0 else default_bits(tx)


# ---- reading ------------------------------------------------------------------------------------------------
_MINE = (private_flags.c.mailbox_id == bindparam("mailbox"), private_flags.c.account_id == bindparam("account"))
_OWN = Prepared(
    select(private_flags.c.uid, private_flags.c.flags, private_flags.c.modseq).where(
        *_MINE, private_flags.c.uid.between(bindparam("low"), bindparam("high"))
    )
)
_JOIN = (placed.c.mailbox_id == private_flags.c.mailbox_id) & (placed.c.uid == private_flags.c.uid)
_CHANGED = Prepared(
    select(placed.c.uid, placed.c.flags, placed.c.keywords, placed.c.modseq)
    .join(private_flags, _JOIN)
    .where(*_MINE, private_flags.c.modseq > bindparam("since"), placed.c.modseq <= bindparam("since"))
)
_SEEN_MORE = Prepared(
    select(func.sum(private_flags.c.flags.op("&")(SEEN) - placed.c.flags.op("&")(SEEN)))
    .select_from(private_flags)
    .join(placed, _JOIN)
    .where(*_MINE)
)
_SEEN_COUNT = Prepared(select(func.count()).where(*_MINE, private_flags.c.flags.op("&")(SEEN) != 0))
_SEES = case((private_flags.c.uid.is_(None), placed.c.flags.op("&")(SEEN)), else_=private_flags.c.flags.op("&")(SEEN))
_FIRST_UNSEEN = Prepared(
    select(placed.c.uid)
    .select_from(placed)
    .outerjoin(private_flags, _JOIN & (private_flags.c.account_id == bindparam("account")))
    .where(placed.c.mailbox_id == bindparam("mailbox"), _SEES == 0)
    .order_by(placed.c.uid)
    .limit(1)
)


def rows(
    tx: Tx, who: Guest | None, mailbox_id: int, low: int, high: int, columns: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """`placements.rows` as the guest sees them; `uid` must be the first column."""
    found = placements.rows(tx, mailbox_id, low, high, columns)
    return found if who is None else overlay(tx, who, mailbox_id, found, columns)


def rows_of(
    tx: Tx, who: Guest | None, mailbox_id: int, wanted: Sequence[int], columns: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """`placements.rows_of` as the guest sees them."""
    found = placements.rows_of(tx, mailbox_id, wanted, columns)
    return found if who is None else overlay(tx, who, mailbox_id, found, columns)


def overlay(
    tx: Tx, who: Guest, mailbox_id: int, found: list[tuple[Any, ...]], columns: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Rows of placements (the UID first, rising) with the guest's own flags and mod-sequences in them."""
    flags_at = columns.index("flags") if "flags" in columns else -1
    modseq_at = columns.index("modseq") if "modseq" in columns else -1
    if not found or not who.private or flags_at == modseq_at:
        return found
    own = _own(tx, who, mailbox_id, found[0][0], found[-1][0])
    if not own:
        return found
    return [_seen_by(who, row, own.get(row[0]), flags_at, modseq_at) for row in found]


def _own(tx: Tx, who: Guest, mailbox_id: int, low: int, high: int) -> dict[int, tuple[int, int]]:
    """(flags, mod-sequence) of the guest's rows, by UID."""
    found = tx.rows(_OWN, mailbox=mailbox_id, account=who.account_id, low=low, high=high)
    return {row[0]: (row[1], row[2]) for row in found}


def _seen_by(
    who: Guest, row: tuple[Any, ...], own: tuple[int, int] | None, flags_at: int, modseq_at: int
) -> tuple[Any, ...]:
    if own is None:
        return row
    values = list(row)
    if flags_at >= 0:
        values[flags_at] = (values[flags_at] & ~who.private) | (own[0] & who.private)
    if modseq_at >= 0:
        values[modseq_at] = max(values[modseq_at], own[1])
    return tuple(values)


def changed_since(tx: Tx, who: Guest | None, mailbox_id: int, modseq: int) -> list[tuple[int, int, str, int]]:
    """`placements.changed_since` as the guest sees it: what changed for everybody, and for the guest alone."""
    found = placements.changed_since(tx, mailbox_id, modseq)
    if who is None or not who.private:
        return found
    found = sorted(found + tx.rows(_CHANGED, mailbox=mailbox_id, account=who.account_id, since=modseq))
    return overlay(tx, who, mailbox_id, found, ("uid", "flags", "keywords", "modseq"))


def lines(tx: Tx, who: Guest | None, mailbox_id: int, found: list[Line]) -> list[Line]:
    """Lines of a list with the guest's own flags in them."""
    if who is None or not found:
        return found
    numbers = [one.uid for one in found]
    own = _own(tx, who, mailbox_id, min(numbers), max(numbers))
    keeps = ~who.private
    return [
        replace(one, flags=one.flags & keeps | own[one.uid][0] & who.private) if one.uid in own else one
        for one in found
    ]


def unseen_by(tx: Tx, account_id: int, box: Mailbox) -> int:
    """How many messages of the mailbox the person has not seen."""
    if box.account_id == account_id or not private_bits(tx, box) & SEEN:
        return box.unseen
    # As a rule nothing there is seen by all; then one's own rows say everything, without a look at the messages.
    query = _SEEN_COUNT if box.unseen == box.messages else _SEEN_MORE
    row = tx.row(query, mailbox=box.id, account=account_id)
    return box.unseen - int((row[0] if row else 0) or 0)


def first_unseen_uid(tx: Tx, who: Guest, box: Mailbox) -> int | None:
    """The lowest UID that the guest has not seen."""
    if unseen_by(tx, who.account_id, box) == 0:
        return None
    row = tx.row(_FIRST_UNSEEN, mailbox=box.id, account=who.account_id if who.private & SEEN else 0)
    return row[0] if row else None


# ---- changing -----------------------------------------------------------------------------------------------
_PUT = Prepared(
    text(
        "INSERT INTO private_flags (mailbox_id, account_id, uid, flags, modseq) "
        "VALUES (:mailbox, :account, :message, :bits, :at) ON CONFLICT (mailbox_id, account_id, uid) "
        "DO UPDATE SET flags = excluded.flags, modseq = excluded.modseq"
    )
)


def set_flags(tx: Tx, who: Guest | None, mailbox_id: int, changes: Sequence[tuple[int, int, int, str]]) -> int:
    """`placements.set_flags` by a guest: what is the guest's own is kept apart, the rest changes for everybody.

    Old and new flags are those that the guest sees; the mod-sequence, 0 when nothing changed.
    """
    if who is None or not who.private or not changes:
        return placements.set_flags(tx, mailbox_id, changes)
    rows_there = placements.rows_of(tx, mailbox_id, sorted(one[0] for one in changes), ("uid", "flags", "keywords"))
    there = {row[0]: (row[1], row[2]) for row in rows_there}
    common = []
    for uid, _, new, words in changes:
        bits, old_words = there.get(uid, (0, words))
        shared = (bits & who.private) | (new & ~who.private)
        if uid in there and (shared, words) != (bits, old_words):
            common.append((uid, bits, shared, words))
    modseq = placements.set_flags(tx, mailbox_id, common) or placements.next_modseq(tx, mailbox_id)
    own = [(uid, new) for uid, old, new, _ in changes if uid in there and (old ^ new) & who.private]
    _put(tx, who, mailbox_id, modseq, own)
    return modseq


def _put(tx: Tx, who: Guest, mailbox_id: int, modseq: int, new: Sequence[tuple[int, int]]) -> None:
    tx.run_many(
        _PUT,
        [
            {"mailbox": mailbox_id, "account": who.account_id, "message": uid, "bits": bits & who.private, "at": modseq}
            for uid, bits in new
        ],
    )


def arrived(tx: Tx, who: Guest, mailbox_id: int, flags: Sequence[tuple[int, int]]) -> None:
    """Note the guest's own flags on messages (UID, flags) that the guest has just put into the mailbox."""
    marked = [(uid, bits) for uid, bits in flags if bits & who.private]
    if marked:
        last = placements.rows(tx, mailbox_id, marked[-1][0], marked[-1][0], ("modseq",))
        _put(tx, who, mailbox_id, last[0][0], marked)


def others(tx: Tx, who: Guest, mailbox_id: int, uids: Sequence[int]) -> list[tuple[int, int, int]]:
    """What other guests have marked on these messages: (account, UID, flags)."""
    found: list[tuple[int, int, int]] = []
    for start in range(0, len(uids), CHUNK):
        statement = select(private_flags.c.account_id, private_flags.c.uid, private_flags.c.flags).where(
            private_flags.c.mailbox_id == mailbox_id,
            private_flags.c.uid.in_(uids[start : start + CHUNK]),
            private_flags.c.account_id != who.account_id,
        )
        found += [(row[0], row[1], row[2]) for row in tx.execute(statement)]
    return found


def carry(tx: Tx, mailbox_id: int, goes_to: dict[int, int], marked: Sequence[tuple[int, int, int]]) -> None:
    """Let what other guests have marked go along with messages that were moved here: new UID by old one."""
    if marked:
        at = dict(placements.rows_of(tx, mailbox_id, sorted(goes_to.values()), ("uid", "modseq")))
        rows = [(account, goes_to[uid], bits) for account, uid, bits in marked if uid in goes_to]
        tx.run_many(
            _PUT,
            [
                {"mailbox": mailbox_id, "account": account, "message": uid, "bits": bits, "at": at[uid]}
                for account, uid, bits in rows
            ],
        )


def choose(tx: Tx, box: Mailbox, bits: int) -> None:
    """Say which bits are private in the mailbox (-1: as the setting says); everybody's flags are to be read anew."""
    mailboxes.set_private_flags(tx, box.id, bits)
    placements.touch(tx, box.id)
