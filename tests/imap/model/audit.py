"""A bystander who reads a mailbox whole, holds the ideal against it, and watches what may only rise."""

from __future__ import annotations

from dataclasses import dataclass

from client_mirror import flags_of
from ideal_account import Account, Box, Flags, Letter
from seat import new_speaker, read_name, written
from world import World

ITEMS = "MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ SIZE DELETED"


@dataclass(frozen=True)
class Found:
    uidvalidity: int
    uidnext: int
    modseq: int
    letters: dict[int, tuple[int, Flags, int]]  # size, flags, mod-sequence


class Auditor:
    """Its own connection. `uidvalidities` are all that were ever seen; `standard` are names there from the start."""

    def __init__(self, world: World, username: str) -> None:
        self.speaker = new_speaker(world, username)
        self.uidvalidities: dict[int, Box] = {}
        self.standard = {read_name(one[2]) for one in self.speaker.ok('LIST "" *').of(b"LIST")} - {"INBOX"}

    def read(self, name: str) -> Found:
        """The mailbox as FETCH tells it; its counters must say the same."""
        speaker = self.speaker
        codes = speaker.ok(f'EXAMINE "{written(name)}" (CONDSTORE)').codes()
        letters = {}
        reply = speaker.ok("UID FETCH 1:* (FLAGS MODSEQ RFC822.SIZE)")
        for place, (number, items) in enumerate(reply.fetched().items(), 1):
            assert number == place
            letters[items[b"UID"]] = (items[b"RFC822.SIZE"], flags_of(items[b"FLAGS"]), items[b"MODSEQ"][0])
        assert list(letters) == sorted(letters)
        speaker.ok("UNSELECT")
        (words,) = speaker.ok(f'STATUS "{written(name)}" ({ITEMS})').of(b"STATUS")
        counted = dict(zip(words[1][::2], words[1][1::2], strict=True))
        found = Found(
            codes[b"UIDVALIDITY"][0], codes[b"UIDNEXT"][0], codes[b"HIGHESTMODSEQ"][0], letters,
        )  # fmt: skip
        assert counted == {
            b"MESSAGES": len(letters),
            b"UNSEEN": sum("\\seen" not in flags for _, flags, _ in letters.values()),
            b"UIDNEXT": found.uidnext,
            b"UIDVALIDITY": found.uidvalidity,
            b"HIGHESTMODSEQ": found.modseq,
            b"SIZE": sum(size for size, _, _ in letters.values()),
            b"DELETED": sum("\\deleted" in flags for _, flags, _ in letters.values()),
        }
        assert max(letters, default=0) < found.uidnext
        assert max((one[2] for one in letters.values()), default=0) <= found.modseq
        return found

    def check(self, account: Account, box: Box) -> None:
        """The mailbox is what it ought to be; its mod-sequence rose if, and only if, something changed."""
        (name,) = (name for name, one in account.boxes.items() if one is box)
        found = self.read(name)
        self._known(box, found)
        assert found.uidnext == box.uidnext
        assert {uid: one[:2] for uid, one in found.letters.items()} == {
            uid: (letter.size, letter.flags) for uid, letter in box.letters.items()
        }
        new = box.changed or not box.modseq
        assert (found.modseq > box.modseq) if new else (found.modseq == box.modseq)
        for uid, letter in box.letters.items():
            told = found.letters[uid][2]
            assert (told > box.modseq) if letter.modseq is None else (told == letter.modseq)
            letter.modseq = told
        box.modseq, box.changed = found.modseq, False

    def rebase(self, account: Account, box: Box) -> None:
        """Take the mailbox as it is after things were done at the same time; UIDs and mod-sequences only rose."""
        (name,) = (name for name, one in account.boxes.items() if one is box)
        found = self.read(name)
        self._known(box, found)
        assert found.uidnext >= box.uidnext
        assert found.modseq >= box.modseq
        for uid, (size, flags, modseq) in found.letters.items():
            letter = box.letters.get(uid)
            if letter is None:
                assert uid >= box.uidnext, "a UID came back"
                continue
            assert letter.modseq is not None
            assert letter.size == size
            assert modseq == letter.modseq if flags == letter.flags and modseq <= box.modseq else modseq > box.modseq
        box.letters = {uid: Letter(*one) for uid, one in found.letters.items()}
        box.uidnext, box.modseq, box.changed = found.uidnext, found.modseq, False

    def _known(self, box: Box, found: Found) -> None:
        if not box.uidvalidity:
            assert found.uidvalidity > max(self.uidvalidities, default=0)
            box.uidvalidity = found.uidvalidity
        assert box.uidvalidity == found.uidvalidity
        assert self.uidvalidities.setdefault(found.uidvalidity, box) is box

    def check_names(self, account: Account) -> None:
        listed = {}
        for attributes, _, name in self.speaker.ok('LIST "" *').of(b"LIST"):
            if read_name(name) not in self.standard:
                listed[read_name(name)] = (b"\\Noselect" not in attributes, b"\\HasChildren" in attributes)
        assert listed == {name: (box.selectable, bool(account.below(name))) for name, box in account.boxes.items()}
        subscribed = {read_name(one[2]) for one in self.speaker.ok('LSUB "" *').of(b"LSUB")}
        assert subscribed - self.standard == account.subscribed
