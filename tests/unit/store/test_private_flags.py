"""Flags of one's own against a model that is too simple to be wrong: three readers, two mailboxes, every change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailsvc.mail.letter import from_bytes
from mailsvc.store import accounts, contents, mailboxes, placements, private_flags, verify
from mailsvc.store.engine import Database
from mailsvc.store.flags import SEEN
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

OWNER, GUESTS = 0, (1, 2)
READERS = (OWNER, *GUESTS)


@dataclass
class Letter:
    """What everybody sees, and what single guests have marked."""

    base: int
    own: dict[int, int] = field(default_factory=dict)

    def seen_by(self, reader: int, private: int) -> int:
        if reader == OWNER or reader not in self.own:
            return self.base
        return (self.base & ~private) | (self.own[reader] & private)


@dataclass
class Model:
    private: int
    boxes: list[dict[int, Letter]] = field(default_factory=lambda: [{}, {}])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "store", "expunge", "move"]),
        st.sampled_from(READERS),
        st.integers(0, 1),
        st.sets(st.integers(1, 6), min_size=1, max_size=4),
        st.integers(0, 31),
    ),
    max_size=25,
)


class Run:
    """The store and the model, changed alike."""

    def __init__(self, tx: Tx, private: int) -> None:
        self.tx = tx
        self.model = Model(private)
        people = [accounts.create(tx, username=f"p{n}", kind="person", full_name="p") for n in READERS]
        self.ids = [one.id for one in people]
        self.box_ids = [mailboxes.create(tx, self.ids[OWNER], name).id for name in ("a", "b")]
        for box_id in self.box_ids:
            mailboxes.set_private_flags(tx, box_id, private)
        self.content = contents.add(tx, from_bytes(b"Subject: x\r\n\r\n").content)

    def box(self, at: int) -> Mailbox:
        return mailboxes.get(self.tx, self.box_ids[at])

    def who(self, reader: int) -> Guest | None:
        return None if reader == OWNER else Guest(self.ids[reader], "lrswipkxte", self.model.private)

    def step(self, act: str, reader: int, at: int, uids: set[int], bits: int) -> None:
        there = sorted(uids & self.model.boxes[at].keys())
        getattr(self, act)(reader, at, there, bits)

    def add(self, reader: int, at: int, _: list[int], bits: int) -> None:
        guest, private = self.who(reader), self.model.private
        base = bits if guest is None else bits & ~private
        (uid,) = placements.add(self.tx, self.box_ids[at], [NewPlacement(self.content, 10, 0, base)])
        letter = self.model.boxes[at][uid] = Letter(base)
        if guest is not None:
            private_flags.arrived(self.tx, guest, self.box_ids[at], [(uid, bits)])
            if bits & private:
                letter.own[reader] = bits & private

    def store(self, reader: int, at: int, uids: list[int], bits: int) -> None:
        private = self.model.private
        letters = self.model.boxes[at]
        changes = [(uid, old, bits, "") for uid in uids if (old := letters[uid].seen_by(reader, private)) != bits]
        private_flags.set_flags(self.tx, self.who(reader), self.box_ids[at], changes)
        for uid, old, new, _ in changes:
            if reader == OWNER:
                letters[uid].base = new
                continue
            letters[uid].base = (letters[uid].base & private) | (new & ~private)
            if (old ^ new) & private:
                letters[uid].own[reader] = new & private

    def expunge(self, _: int, at: int, uids: list[int], __: int) -> None:
        placements.expunge(self.tx, self.box_ids[at], uids)
        for uid in uids:
            del self.model.boxes[at][uid]

    def move(self, reader: int, at: int, uids: list[int], _: int) -> None:
        """What mail.mailboxes does when a guest moves within the owner's mailboxes."""
        guest = self.who(reader)
        if guest is None or not uids:
            return
        private, letters = self.model.private, self.model.boxes[at]
        seen = {uid: letters[uid].seen_by(reader, private) for uid in uids}
        marked = private_flags.others(self.tx, guest, self.box_ids[at], uids)
        placements.expunge(self.tx, self.box_ids[at], uids)
        new = [NewPlacement(self.content, 10, 0, seen[uid] & ~private) for uid in uids]
        goes_to = dict(zip(uids, placements.add(self.tx, self.box_ids[1 - at], new), strict=True))
        private_flags.arrived(self.tx, guest, self.box_ids[1 - at], [(goes_to[uid], seen[uid]) for uid in uids])
        private_flags.carry(self.tx, self.box_ids[1 - at], goes_to, marked)
        for uid in uids:
            own = {other: bits for other, bits in letters.pop(uid).own.items() if other != reader}
            if seen[uid] & private:
                own[reader] = seen[uid] & private
            self.model.boxes[1 - at][goes_to[uid]] = Letter(seen[uid] & ~private, own)

    # ---- what must hold -----------------------------------------------------------------------------------------
    def pictures(self) -> dict[tuple[int, int], dict[int, int]]:
        """The flags that each reader sees in each mailbox."""
        return {(reader, at): self.picture(reader, at) for reader in READERS for at in (0, 1)}

    def picture(self, reader: int, at: int) -> dict[int, int]:
        rows = private_flags.rows(self.tx, self.who(reader), self.box_ids[at], 1, 1000, ("uid", "flags", "modseq"))
        return {uid: flags for uid, flags, _ in rows}

    def check(self) -> None:
        for reader in READERS:
            for at in (0, 1):
                seen = {n: one.seen_by(reader, self.model.private) for n, one in self.model.boxes[at].items()}
                assert self.picture(reader, at) == seen
                box, unseen = self.box(at), [uid for uid, flags in sorted(seen.items()) if not flags & SEEN]
                assert private_flags.unseen_by(self.tx, self.ids[reader], box) == len(unseen)
                guest = self.who(reader)
                if guest is not None:
                    first = private_flags.first_unseen_uid(self.tx, guest, box)
                    assert first == (unseen[0] if unseen else None)
        assert verify.structure(self.tx) == []

    def check_told(self, before: dict[tuple[int, int], dict[int, int]], modseqs: list[int]) -> None:
        """Whoever reads by mod-sequence learns of every flag that changed for them, and of nothing that did not."""
        for (reader, at), old in before.items():
            since = modseqs[at]
            rows = private_flags.changed_since(self.tx, self.who(reader), self.box_ids[at], since)
            assert [row[0] for row in rows] == sorted({row[0] for row in rows})
            now = self.picture(reader, at)
            told = {row[0]: row[1] for row in rows}
            changed = {uid for uid, flags in now.items() if old.get(uid) != flags}
            assert changed <= told.keys()
            assert all(now[uid] == flags for uid, flags in told.items())
            assert all(since < row[3] <= self.box(at).modseq for row in rows)


def play(tx: Tx, private: int, steps: list[Any]) -> None:
    run = Run(tx, private)
    for step in steps:
        before, modseqs = run.pictures(), [run.box(at).modseq for at in (0, 1)]
        run.step(*step)
        run.check_told(before, modseqs)
    run.check()


class _Undo(Exception):
    pass


def undone(db: Database, fn: Callable[..., None], *args: Any) -> None:
    """Run in a transaction that is then undone, so that the next example starts anew."""

    def attempt(tx: Tx) -> None:
        fn(tx, *args)
        raise _Undo

    with pytest.raises(_Undo):
        db.write_now(attempt)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(private=st.sampled_from([0, 1, 5, 23]), steps=STEPS)
def test_each_reader_sees_their_own(both_db: Database, private: int, steps: list[Any]) -> None:
    undone(both_db, play, private, steps)
