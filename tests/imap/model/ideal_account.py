"""What the mailboxes of one account ought to hold: plain dictionaries, and RFC 9051 in its shortest form.

It shares nothing with the server but the protocol. Flags are lower-case words; \\Recent is left out of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Flags = frozenset[str]


@dataclass
class Letter:
    """`modseq` is None after a change, until the server has told the new one."""

    size: int
    flags: Flags
    modseq: int | None = None


@dataclass(eq=False)
class Box:
    """`modseq` and `uidvalidity` as the server told them last; `changed` since then."""

    uidvalidity: int = 0
    uidnext: int = 1
    modseq: int = 0
    letters: dict[int, Letter] = field(default_factory=dict)
    selectable: bool = True
    deleted: bool = False
    changed: bool = False

    @property
    def uids(self) -> list[int]:
        return list(self.letters)

    def add(self, size: int, flags: Iterable[str]) -> int:
        uid = self.uidnext
        self.uidnext += 1
        self.letters[uid] = Letter(size, frozenset(flags))
        self.changed = True
        return uid

    def remove(self, uids: Iterable[int]) -> list[int]:
        gone = [uid for uid in uids if self.letters.pop(uid, None)]
        self.changed = self.changed or bool(gone)
        return gone

    def marked(self) -> list[int]:
        return [uid for uid, letter in self.letters.items() if "\\deleted" in letter.flags]

    def alter(self, uids: Iterable[int], mode: str, flags: Flags, since: int | None = None) -> list[int]:
        """STORE; the UIDs that UNCHANGEDSINCE protected."""
        kept = []
        for uid in uids:
            letter = self.letters.get(uid)
            if letter is None:
                continue
            assert letter.modseq is not None
            if since is not None and letter.modseq > since:
                kept.append(uid)
                continue
            new = letter.flags | flags if mode == "+" else letter.flags - flags if mode == "-" else flags
            if new != letter.flags:
                letter.flags, letter.modseq, self.changed = new, None, True
        return kept


class Account:
    """Its mailboxes by name, and what it is subscribed to. The acts tell whether they are to succeed."""

    def __init__(self) -> None:
        self.boxes: dict[str, Box] = {"INBOX": Box()}
        self.subscribed: set[str] = {"INBOX"}

    def box(self, name: str) -> Box | None:
        """The mailbox of that name, if it can be opened."""
        found = self.boxes.get(name)
        return found if found is not None and found.selectable else None

    def below(self, name: str) -> list[str]:
        return [one for one in self.boxes if one.startswith(name + "/")]

    def _make_above(self, name: str) -> None:
        levels = name.split("/")
        for depth in range(1, len(levels)):
            self.boxes.setdefault("/".join(levels[:depth]), Box())

    def create(self, name: str) -> bool:
        if name in self.boxes and self.boxes[name].selectable:
            return False
        self._make_above(name)
        self.boxes[name] = Box()
        return True

    def delete(self, name: str) -> bool:  # RFC 9051 §6.3.5
        there = self.boxes.get(name)
        if name == "INBOX" or there is None or (self.below(name) and not there.selectable):
            return False
        there.deleted = True
        if self.below(name):
            self.boxes[name] = Box(selectable=False)
        else:
            del self.boxes[name]
        return True

    def rename(self, old: str, new: str) -> bool:  # RFC 9051 §6.3.6
        if old not in self.boxes or new in self.boxes or (new.startswith(old + "/") and old != "INBOX"):
            return False
        self._make_above(new)
        if old == "INBOX":
            target = self.boxes[new] = Box()
            self.move(self.boxes["INBOX"], self.boxes["INBOX"].uids, target)
            return True
        for name in [old, *self.below(old)]:
            self.boxes[new + name[len(old) :]] = self.boxes.pop(name)
        return True

    def subscribe(self, name: str) -> bool:
        if name not in self.boxes:
            return False
        self.subscribed.add(name)
        return True

    @staticmethod
    def copy(source: Box, uids: Iterable[int], target: Box) -> list[tuple[int, int]]:
        there = [(uid, source.letters[uid]) for uid in uids if uid in source.letters]
        return [(uid, target.add(letter.size, letter.flags)) for uid, letter in there]

    def move(self, source: Box, uids: Iterable[int], target: Box) -> list[tuple[int, int]]:
        uids = [uid for uid in uids if uid in source.letters]
        pairs = self.copy(source, uids, target)
        source.remove(uids)
        return pairs
