"""The selected mailbox as one client knows it: its UIDs in order, so that sequence numbers mean what the client thinks.

The store may be ahead. What changed there is told only by `tell`, and expunges only where RFC 9051 §7.5.1 allows, so
between two tellings the numbers stand still.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailsvc.imap.errors import BadCommand
from mailsvc.imap.grammar.flags import SEEN, format_flags
from mailsvc.imap.grammar.response import status
from mailsvc.imap.grammar.sequence import Range, SequenceSet, format_set, slices
from mailsvc.imap.sync import Changes, Opened, Wanted
from mailsvc.imap.uidlists import share
from mailsvc.mail import access

Span = tuple[int, int]  # half open, positions in the view
STANDARD_KEYWORDS = ("$Forwarded", "$MDNSent", "$Junk", "$NotJunk", "$Phishing")
_STANDARD = {one.lower(): one for one in STANDARD_KEYWORDS}


@lru_cache(maxsize=4096)
def flags_text(bits: int, keywords: str, recent: bool = False) -> bytes:
    """Stored flags between parentheses; keywords are joined by blanks."""
    return format_flags(bits, tuple(keywords.split()), recent=recent)


def fetch_head(number: int, uid: int, *, uidonly: bool) -> bytes:
    """How a FETCH response that tells the UID begins; RFC 9586 §3.3: UIDFETCH has no other number."""
    return b"* %d UIDFETCH (" % uid if uidonly else b"* %d FETCH (UID %d " % (number, uid)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a client is told: with mod-sequences (CONDSTORE), with RECENT (IMAP4rev1), with VANISHED (QRESYNC),
    with UIDs instead of sequence numbers (UIDONLY)."""

    modseq: bool = False
    recent: bool = False
    vanished: bool = False
    uidonly: bool = False
    flags: bool = True


class SelectedView:
    """`modseq` is the mod-sequence up to which the client has been told; `dirty` says that the mailbox was woken since.

    `gone` are UIDs that no longer exist and still hold their numbers. `own` are mod-sequences of this session's own
    changes, whose flags the client knows. `guest` is who reads where the mailbox is another's. Messages from
    `recent_from` on are recent to this session (RFC 3501 §2.3.2).
    """

    __slots__ = (
        "claim", "dirty", "gone", "guest", "keywords", "mailbox_id", "modseq", "name", "own", "readonly", "recent_from",
        "stale", "uids", "uidvalidity",
    )  # fmt: skip

    def __init__(self, name: str, opened: Opened, *, readonly: bool) -> None:
        self.name = name
        self.mailbox_id = opened.mailbox.id
        self.uidvalidity = opened.mailbox.uidvalidity
        self.modseq = opened.mailbox.modseq
        self.recent_from = opened.mailbox.recent_uid
        self.uids = share(self.mailbox_id, opened.uids)
        self.keywords: dict[str, str] | None = None
        self.readonly = readonly
        self.guest = opened.guest
        self.gone: set[int] | None = None
        self.own: set[int] | None = None
        self.dirty = self.stale = self.claim = False
        self.learn(opened.keywords)

    @property
    def identity(self) -> tuple[int, int]:
        """What never means another mailbox: its id and UIDVALIDITY."""
        return self.mailbox_id, self.uidvalidity

    def __len__(self) -> int:
        return len(self.uids)

    @property
    def asks(self) -> Wanted:
        """What is to be read to know the changes."""
        return self.mailbox_id, self.modseq, self.stale, self.guest

    @property
    def is_readonly(self) -> bool:
        """Whether SELECT says READ-ONLY: opened so, or nothing of what all see can be changed (RFC 4314 §5.2)."""
        if self.readonly or self.guest is None:
            return self.readonly
        shared = "iewt" if self.guest.private & SEEN else "iewts"
        return not set(shared) & set(self.guest.rights)

    @property
    def recent(self) -> int:
        return len(self.uids) - bisect_left(self.uids, self.recent_from)

    # ---- numbers ------------------------------------------------------------------------------------------------
    def spans(self, messages: SequenceSet, saved: Sequence[Range], *, uid: bool) -> list[Span]:
        """The positions a set names. BadCommand for a sequence number beyond the last (RFC 9051 §9 seq-number)."""
        if messages.saved:
            return list(slices(saved, self.uids))
        if uid:
            return list(slices(messages.resolve(self.uids[-1] if self.uids else 0), self.uids))
        count = len(self.uids)
        spans = []
        for low, high in messages.resolve(count):
            if high > count and not (count == 0 and (low, high) == (0, 1)):  # `1:*` asks nothing of an empty mailbox
                raise BadCommand(f"Hộp thư chỉ có {count} thư, không có thư số {high}")
            if high and count:
                spans.append((max(low, 1) - 1, high))
        return spans

    def uids_in(self, spans: Iterable[Span]) -> list[int]:
        found: list[int] = []
        for start, stop in spans:
            found.extend(self.uids[start:stop])
        return found

    def there(self) -> list[int]:
        """All UIDs but of those messages that are known to be gone."""
        return [uid for uid in self.uids if uid not in self.gone] if self.gone else list(self.uids)

    def uid_ranges(self, spans: Iterable[Span]) -> list[Range]:
        """The same as ranges: between two known UIDs lie no unknown ones."""
        return [(self.uids[start], self.uids[stop - 1]) for start, stop in spans]

    def number_of(self, uid: int) -> int | None:
        """The sequence number of a UID, None when the client does not know it."""
        at = bisect_left(self.uids, uid)
        return at + 1 if at < len(self.uids) and self.uids[at] == uid else None

    # ---- keywords -----------------------------------------------------------------------------------------------
    def learn(self, keywords: Iterable[str]) -> bool:
        """Remember keywords seen in the mailbox, in their first spelling; whether any is new."""
        known = _STANDARD if self.keywords is None else _STANDARD | self.keywords.keys()
        new = [one for one in keywords if one.lower() not in known]
        if not new:
            return False
        self.keywords = {} if self.keywords is None else self.keywords
        for one in new:
            self.keywords.setdefault(one.lower(), one)
        return True

    def spelt(self, keyword: str) -> str:
        """The keyword as it is spelt in this mailbox already: keywords have no case (RFC 5788 §2)."""
        lower = keyword.lower()
        return (self.keywords or {}).get(lower) or _STANDARD.get(lower, keyword)

    def flag_lines(self) -> list[bytes]:
        """FLAGS and PERMANENTFLAGS."""
        known = _STANDARD | (self.keywords or {})
        flags = format_flags(31, tuple(known.values()))
        permanent = b"()" if self.readonly else self._permanent(tuple(known.values()))
        kept = status(b"*", "OK", "cờ và nhãn được giữ", f"PERMANENTFLAGS {permanent.decode('ascii')}")
        return [b"* FLAGS %s\r\n" % flags, kept]

    def _permanent(self, keywords: tuple[str, ...]) -> bytes:
        """The flags that the reader may change, as their rights are (RFC 4314 §5.1.1)."""
        bits, words = 31, True
        if self.guest is not None:
            bits, words = access.flag_bits(self.guest.rights), "w" in self.guest.rights
        flags = format_flags(bits, keywords if words else ())
        return (flags[:-1] + b" \\*)").replace(b"( ", b"(") if words else flags

    # ---- telling ------------------------------------------------------------------------------------------------
    def tell(self, changes: Changes, manner: Manner, *, expunge: bool) -> list[bytes]:
        """Take in what changed in the store and give the responses that say so.

        `expunge`: whether numbers may change now. Sets `stale` when the counts do not agree: then the next changes
        must be read whole.
        """
        last = self.uids[-1] if self.uids else 0
        self._lose(changes)
        fresh = [row for row in changes.rows if row[0] > last]
        known = [row for row in changes.rows if row[0] <= last and not self._is_own(row[3])]
        lines = self._expunge_lines(manner) if expunge and self.gone else []
        if fresh:
            self.uids = share(self.mailbox_id, self.uids + array("I", [row[0] for row in fresh]))
        self.stale = len(self.uids) - len(self.gone or ()) != changes.messages
        if fresh:
            lines.append(b"* %d EXISTS\r\n" % len(self.uids))
            if manner.recent:
                self.claim = True
                lines.append(b"* %d RECENT\r\n" % self.recent)
        if self.learn(one for row in changes.rows if row[2] for one in row[2].split()):
            lines += self.flag_lines()
        if changes.guest is not None and changes.guest != self.guest:
            self.guest = changes.guest
            lines += self.flag_lines()
        if manner.flags:
            lines += self._flag_changes(known, manner)
        self.modseq = changes.modseq
        self.own = None
        self.dirty = self.dirty or self.stale  # a wake-up that came while the changes were read still counts
        return lines

    def _is_own(self, modseq: int) -> bool:
        return self.own is not None and modseq in self.own

    def _lose(self, changes: Changes) -> None:
        if changes.everything is not None:
            there = set(changes.everything)
            lost = [uid for uid in self.uids if uid not in there]
        else:
            lost = [uid for uid in changes.expunged if self.number_of(uid) is not None]
        if lost:
            self.gone = (self.gone or set()) | set(lost)

    def _expunge_lines(self, manner: Manner) -> list[bytes]:
        """EXPUNGE from the highest number down, so that no number shifts before it is used; or one VANISHED."""
        gone, self.gone = self.gone or set(), None
        numbers = [bisect_left(self.uids, uid) + 1 for uid in sorted(gone, reverse=True)]
        self.uids = share(self.mailbox_id, array("I", [uid for uid in self.uids if uid not in gone]))
        if manner.vanished:  # RFC 7162 §3.2.10.2
            return [b"* VANISHED %s\r\n" % format_set(sorted(gone))]
        return [b"* %d EXPUNGE\r\n" % number for number in numbers]

    def _flag_changes(self, rows: Iterable[tuple[int, int, str, int]], manner: Manner) -> Iterator[bytes]:
        gone = self.gone or ()
        for uid, bits, keywords, at in rows:
            number = None if uid in gone else self.number_of(uid)
            if number is None:
                continue
            flags = flags_text(bits, keywords, manner.recent and uid >= self.recent_from)
            tail = b" MODSEQ (%d)" % at if manner.modseq else b""
            yield fetch_head(number, uid, uidonly=manner.uidonly) + b"FLAGS %s%s)\r\n" % (flags, tail)
