"""What a client knows of its selected mailbox, built from nothing but the responses it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ideal_account import Box, Flags


@dataclass(eq=False)
class Entry:
    """A message as the client knows it; what it was not told yet is None."""

    uid: int | None = None
    flags: Flags | None = None
    modseq: int | None = None


def numbers_of(text: Any) -> list[int]:
    """The numbers of a set such as b"1:3,7" (or an int, where the reader saw a number)."""
    if isinstance(text, int):
        return [text]
    found: list[int] = []
    for part in bytes(text).split(b","):
        low, _, high = part.partition(b":")
        found.extend(range(int(low), int(high or low) + 1))
    return found


def flags_of(words: list[bytes]) -> Flags:
    return frozenset(word.decode().lower() for word in words) - {"\\recent"}


class Mirror:
    """`condstore`, `qresync` and `uidonly` say how the client wants to be told; every response is held to that.

    With `uidonly` there are no sequence numbers (RFC 9586), so the order of the entries means nothing.
    """

    def __init__(self, box: Box, *, readonly: bool) -> None:
        self.box = box
        self.readonly = readonly
        self.entries: list[Entry] = []
        self.condstore = self.qresync = self.uidonly = False
        self.highest = 0
        self.earlier: list[int] = []  # UIDs of VANISHED (EARLIER)

    def __len__(self) -> int:
        return len(self.entries)

    def take(self, untagged: list[list[Any]], *, numbers_stand: bool = False) -> None:
        """Apply the responses of one command. `numbers_stand`: no message may leave during it (RFC 9051 §7.5.1)."""
        for one in untagged:
            if isinstance(one[0], int) and len(one) > 1:
                self._numbered(one[0], one[1], one[2:], numbers_stand)
            elif one[0] == b"VANISHED":
                self._vanished(one[1:], numbers_stand)
            elif one[0] == b"OK" and one[1] and one[1][0] == b"HIGHESTMODSEQ":
                self.highest = max(self.highest, one[1][1])

    def _numbered(self, number: int, word: bytes, rest: list[Any], numbers_stand: bool) -> None:
        if word == b"EXISTS":
            assert number >= len(self.entries), f"EXISTS {number} with {len(self.entries)} messages known"
            self.entries += [Entry() for _ in range(number - len(self.entries))]
        elif word == b"EXPUNGE":
            assert not self.uidonly, "EXPUNGE for a client without numbers"
            assert not numbers_stand, "EXPUNGE where the numbers have to stand"
            assert not self.qresync, "EXPUNGE where VANISHED was asked for"
            assert 1 <= number <= len(self.entries), f"EXPUNGE {number} of {len(self.entries)}"
            del self.entries[number - 1]
        elif word == b"UIDFETCH":
            assert self.uidonly, "UIDFETCH that nobody asked for"
            items = dict(zip(rest[0][::2], rest[0][1::2], strict=True))
            self._fetched(self._of_uid(number), {b"UID": number} | items)
        elif word == b"FETCH":
            assert not self.uidonly, "FETCH for a client without numbers"
            assert 1 <= number <= len(self.entries), f"FETCH {number} of {len(self.entries)}"
            self._fetched(self.entries[number - 1], dict(zip(rest[0][::2], rest[0][1::2], strict=True)))

    def _fetched(self, entry: Entry, items: dict[bytes, Any]) -> None:
        if b"UID" in items:
            assert entry.uid in (None, items[b"UID"]), f"a number changed from {entry.uid} to {items[b'UID']}"
            entry.uid = items[b"UID"]
            known = [one.uid for one in self.entries if one.uid is not None]
            assert known == (known if self.uidonly else sorted(known)), known
            assert len(set(known)) == len(known), known
        if b"FLAGS" in items:
            entry.flags = flags_of(items[b"FLAGS"])
            assert b"UID" in items or not self.qresync, "FLAGS without UID for a QRESYNC client (RFC 7162 §3.2.4)"
        if b"MODSEQ" in items:
            entry.modseq = items[b"MODSEQ"][0]
            assert self.condstore
            self.highest = max(self.highest, items[b"MODSEQ"][0])

    def _vanished(self, arguments: list[Any], numbers_stand: bool) -> None:
        if arguments[0] == [b"EARLIER"]:
            self.earlier += numbers_of(arguments[1])
            return
        assert self.qresync or self.uidonly, "VANISHED that nobody asked for"
        assert not numbers_stand, "VANISHED where the numbers have to stand"
        for uid in numbers_of(arguments[0]):
            self.entries.remove(self._of_uid(uid))

    def _of_uid(self, uid: int) -> Entry:
        """The entry, or one whose UID is not known yet and may be this one."""
        for entry in self.entries:
            if entry.uid == uid:
                return entry
        below = 0
        for at, entry in enumerate(self.entries):
            above = next((one.uid for one in self.entries[at:] if one.uid is not None), 1 << 32)
            if entry.uid is None and (self.uidonly or below < uid < above):
                return entry
            below = entry.uid or below
        raise AssertionError(f"VANISHED {uid}, which the client never saw")

    def forget_modseqs(self) -> None:
        for entry in self.entries:
            entry.modseq = None

    def differences(self) -> Iterator[str]:
        """How the client's picture differs from the truth."""
        if len(self.entries) != len(self.box.letters):
            yield f"{len(self.entries)} messages, {len(self.box.letters)} in truth"
            return
        if self.uidonly:
            yield from self._differences_by_uid()
            return
        for number, (entry, (uid, letter)) in enumerate(zip(self.entries, self.box.letters.items(), strict=True), 1):
            if entry.uid not in (None, uid):
                yield f"{number} is UID {entry.uid}, in truth {uid}"
            if entry.flags is not None and entry.flags != letter.flags:
                yield f"{number} has {set(entry.flags)}, in truth {set(letter.flags)}"
            if entry.modseq is not None and letter.modseq is not None and entry.modseq != letter.modseq:
                yield f"{number} has mod-sequence {entry.modseq}, in truth {letter.modseq}"

    def _differences_by_uid(self) -> Iterator[str]:
        for entry in self.entries:
            letter = self.box.letters.get(entry.uid or 0)
            if entry.uid is not None and letter is None:
                yield f"UID {entry.uid} is not there in truth"
            elif letter is not None and entry.flags not in (None, letter.flags):
                yield f"UID {entry.uid} has {entry.flags}, in truth {set(letter.flags)}"
