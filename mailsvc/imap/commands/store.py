"""STORE and UID STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailsvc.imap import limits
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.arguments import Store, parse_store
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.sequence import Range, format_set
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.imap.view import SelectedView, fetch_head, flags_text
from mailsvc.mail import access
from mailsvc.store import placements, private_flags
from mailsvc.store.flags import DELETED, SEEN
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

MANY = 50
"""Changes from which on one statement for a range is cheaper than one for each message."""


@dataclass(frozen=True, slots=True)
class Change:
    """How flags change: `mode` '' sets, '+' adds, '-' takes away. Keywords are spelt as the mailbox spells them.

    `kept` are bits that stay as they are, `keeps_words` says so of the keywords: what a guest may not change.
    """

    mode: str
    bits: int
    keywords: tuple[str, ...]
    kept: int = 0
    keeps_words: bool = False

    @property
    def added_and_removed(self) -> tuple[int, int]:
        return (self.bits, 0) if self.mode == "+" else (0, self.bits)

    def bits_of(self, old: int) -> int:
        if self.mode == "+":
            return old | self.bits
        return old & ~self.bits if self.mode == "-" else (old & self.kept) | (self.bits & ~self.kept)

    def keywords_of(self, old: str) -> str:
        """Joined by blanks and sorted. Raises Refused [LIMIT]."""
        if self.keeps_words or (not self.keywords and self.mode):
            return old
        words = {word.lower(): word for word in old.split()} if self.mode else {}
        if self.mode == "-":
            for word in self.keywords:
                words.pop(word.lower(), None)
        else:
            words |= {word.lower(): words.get(word.lower(), word) for word in self.keywords}
        if len(words) > limits.KEYWORDS:
            raise Refused(f"Mỗi thư có tối đa {limits.KEYWORDS} nhãn", "LIMIT")
        return " ".join(sorted(words.values(), key=str.lower))


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows (uid, flags, keywords, modseq) of the messages addressed and there; UIDs that UNCHANGEDSINCE kept as they
    were; the mod-sequence of the change, 0 when nothing changed."""

    rows: list[tuple[int, int, str, int]]
    modified: list[int]
    modseq: int


def change_flags(
    tx: Tx,
    mailbox_id: int,
    ranges: Sequence[Range],
    change: Change,
    unchanged_since: int | None = None,
    guest: Guest | None = None,
) -> Stored:
    """Change the flags of the messages in those UID ranges, as one act. Raises core.Refused when a guest may not."""
    guest = access.again(tx, guest, mailbox_id)
    change = permitted(change, guest)
    rows, modified, changes = [], [], []
    for uid, old, old_words, modseq in _rows(tx, guest, mailbox_id, ranges):
        if unchanged_since is not None and modseq > unchanged_since:
            modified.append(uid)
            continue
        bits, words = change.bits_of(old), change.keywords_of(old_words)
        rows.append((uid, bits, words, modseq))
        if bits != old or words != old_words:
            changes.append((uid, old, bits, words))
    if len(changes) > MANY and change.mode and not change.keywords and not modified and guest is None:
        modseq = placements.alter_flags(tx, mailbox_id, ranges, *change.added_and_removed)
    else:
        modseq = private_flags.set_flags(tx, guest, mailbox_id, changes)
    if modseq:
        changed = {one[0] for one in changes}
        rows = [(uid, bits, words, modseq if uid in changed else at) for uid, bits, words, at in rows]
    return Stored(rows, modified, modseq)


def permitted(change: Change, guest: Guest | None) -> Change:
    """What of the change the guest may do (RFC 4314 §4 STORE). Raises core.Refused when that is nothing."""
    if guest is None:
        return change
    bits, words = access.flag_bits(guest.rights), "w" in guest.rights
    asked = change.bits or change.keywords
    if not (bits or words) or (asked and not (change.bits & bits or (words and change.keywords))):
        access.demand(guest.rights, _needed(change))
    return replace(change, bits=change.bits & bits, kept=31 & ~bits, keeps_words=not words)


def _needed(change: Change) -> str:
    """The right without which the change cannot be done."""
    if change.bits & SEEN:
        return "s"
    return "t" if change.bits == DELETED and not change.keywords else "w"


def change_silently(tx: Tx, mailbox_id: int, ranges: Sequence[Range], change: Change) -> Stored:
    """The same where nobody wants to hear of the messages; for system flags that are added or taken away."""
    return Stored([], [], placements.alter_flags(tx, mailbox_id, ranges, *change.added_and_removed))


def _rows(
    tx: Tx, guest: Guest | None, mailbox_id: int, ranges: Sequence[Range]
) -> Iterator[tuple[int, int, str, int]]:
    for low, high in ranges:
        yield from private_flags.rows(tx, guest, mailbox_id, low, high, ("uid", "flags", "keywords", "modseq"))


async def store(session: Session, cursor: Cursor) -> Done:
    return await _store(session, parse_store(cursor, uid=False))


async def uid_store(session: Session, cursor: Cursor) -> Done:
    return await _store(session, parse_store(cursor, uid=True))


async def _store(session: Session, arguments: Store) -> Done:
    view = session.expect_writable()
    spans = view.spans(arguments.messages, session.saved, uid=arguments.uid)
    if arguments.unchanged_since is not None:
        session.enable_condstore()
    change = Change(arguments.mode, arguments.flags.system, tuple(map(view.spelt, arguments.flags.keywords)))
    ranges, db = view.uid_ranges(spans), session.office.db
    unheard = arguments.silent and not session.condstore and change.mode and not change.keywords
    if unheard and len(ranges) < MANY and view.guest is None:
        stored = await db.write(change_silently, view.mailbox_id, ranges, change)
        spans = []
    else:
        stored = await db.write(
            change_flags, view.mailbox_id, ranges, change, arguments.unchanged_since, view.guest
        )
    note_own_change(view, stored.modseq, told=not arguments.silent)
    if view.learn(change.keywords):
        session.write(*view.flag_lines())
    session.connection.write_many(_told(session, view, arguments, stored))
    return _outcome(view, arguments, spans, stored)


def note_own_change(view: SelectedView, modseq: int, *, told: bool = True) -> None:
    """The client knows this change, because its command's own responses tell the flags (`told`) or it did it unseen.

    Every change of a mailbox takes the next mod-sequence, so when ours is the next nobody else came between. Otherwise
    a silent change may hide what another did to the same message, and must be told (RFC 9051 §6.4.6).
    """
    if modseq and modseq == view.modseq + 1:
        view.modseq = modseq
    elif modseq and told:
        view.own = (view.own or set()) | {modseq}


def _told(session: Session, view: SelectedView, arguments: Store, stored: Stored) -> Iterator[bytes]:
    """FETCH responses; with .SILENT only the mod-sequences, for who follows them (RFC 7162 §3.1.3)."""
    if arguments.silent and not session.condstore:
        return
    for uid, bits, words, modseq in stored.rows:
        number = view.number_of(uid)
        unasked = arguments.silent and arguments.unchanged_since is None  # RFC 7162 §3.1.3: else every success is told
        if number is None or (unasked and modseq != stored.modseq):
            continue
        items = []
        if not arguments.silent:
            items.append(b"FLAGS " + flags_text(bits, words, not session.rev2 and uid >= view.recent_from))
        if session.condstore:
            items.append(b"MODSEQ (%d)" % modseq)
        with_uid = arguments.uid or session.condstore
        head = fetch_head(number, uid, uidonly=session.uidonly) if with_uid else b"* %d FETCH (" % number
        yield head + b" ".join(items) + b")\r\n"


def _outcome(view: SelectedView, arguments: Store, spans: Sequence[tuple[int, int]], stored: Stored) -> Done:
    if stored.modified:
        numbers = stored.modified if arguments.uid else [view.number_of(uid) or 0 for uid in stored.modified]
        return Done("Có thư vừa bị nơi khác sửa nên không đổi", f"MODIFIED {format_set(numbers).decode('ascii')}")
    if len(stored.rows) < sum(stop - start for start, stop in spans):
        return Done("Có thư vừa bị xóa ở nơi khác", "EXPUNGEISSUED")
    return Done()
