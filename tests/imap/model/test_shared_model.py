"""Two people, each with two connections, in the mailbox of their unit: \\Seen is each one's own, the rest is common.

RFC 4314 §4; RFC 7162 §3.1 and §3.2. What one person does to their own flags is nothing the other hears of, and the
mod-sequences that each is told rise for what changed to that person, and for nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

import pytest
from audit import Auditor
from client_mirror import flags_of, numbers_of
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from ideal_account import Account, Box, Flags
from seat import Seat, written
from storm import Act, acts, bodies, flag_sets, letter, lower, modes
from test_model import LONG, SHRINK, Memory, by_uid_of
from world import World, on_both

from mailsvc.store import accounts

SEEN = frozenset({"\\seen"})
seats = st.integers(0, 3)
picks = st.sets(st.integers(0, 9), min_size=1, max_size=4)


class Unit(RuleBasedStateMachine):
    """Each person has a box of their own in the ideal: the same messages, their own \\Seen."""

    world: ClassVar[World]
    numbers: ClassVar[Iterator[int]] = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        number = next(self.numbers)
        unit = self.world.add_account(f"unit{number}", kind="unit")
        self.name = f"Dùng chung/unit{number}"
        self.wire = f'"{written(self.name)}"'
        self.people = [f"a{number}", f"b{number}"]
        self.ideals = []
        for person in self.people:
            account_id = self.world.add_account(person)
            self.world.write(accounts.grant, unit, account_id, can_read=True, can_send=True)
            ideal = Account()
            ideal.boxes = {self.name: Box()}
            self.ideals.append(ideal)
        self.auditors = [Auditor(self.world, person) for person in self.people]
        self.seats = [Seat(self.world, person) for person in self.people for _ in range(2)]
        self.memories: list[tuple[int, Memory]] = []

    def teardown(self) -> None:
        for seat in self.seats:
            seat.leave()
        for auditor in self.auditors:
            auditor.speaker.socket.close()

    # ---- help ---------------------------------------------------------------------------------------------------
    def box(self, person: int) -> Box:
        return self.ideals[person].boxes[self.name]

    @initialize(count=st.integers(0, 5))
    def begin(self, count: int) -> None:
        for number in range(count):
            self.auditors[0].speaker.append(letter(number), self.wire)
            for person in (0, 1):
                self.box(person).add(len(letter(number)), ())
        self.settle()
        for at, seat in enumerate(self.seats):
            seat.select(self.box(at // 2), f"SELECT {self.wire}", readonly=False)
            seat.learn_flags()

    def settle(self) -> None:
        for person in (0, 1):
            self.auditors[person].check(self.ideals[person], self.box(person))
        for seat in self.seats:
            seat.hear()

    def shared(self, person: int, uids: list[int], kept: list[int]) -> None:
        """Let the other person see what is common of a change; both mailboxes have moved on."""
        mine, others = self.box(person), self.box(1 - person)
        for uid in set(uids) - set(kept):
            if uid in mine.letters:
                new = (mine.letters[uid].flags - SEEN) | (others.letters[uid].flags & SEEN)
                others.alter([uid], "", frozenset(new))
        others.changed = mine.changed = mine.changed or others.changed

    def choose(self, seat: Seat, picks: set[int]) -> list[int]:
        seat.stop_idling()
        seat.learn_uids()
        assert seat.mirror is not None
        known = [entry.uid for entry in seat.mirror.entries if entry.uid is not None]
        return sorted({known[pick % len(known)] for pick in picks}) if known else []

    # ---- acts ---------------------------------------------------------------------------------------------------
    @rule(at=seats, number=bodies, flags=flag_sets)
    def append(self, at: int, number: int, flags: list[str]) -> None:
        text = f"APPEND {self.wire} ({' '.join(flags)}) {{{len(letter(number))}+}}\r\n".encode() + letter(number)
        self.seats[at].ok(text)
        self.box(at // 2).add(len(letter(number)), lower(flags))
        self.box(1 - at // 2).add(len(letter(number)), lower(flags) - SEEN)
        self.settle()

    @rule(at=seats, picks=picks, mode=modes, flags=flag_sets, silent=st.booleans(), since=st.integers(0, 5))
    def store(self, at: int, picks: set[int], mode: str, flags: list[str], silent: bool, since: int) -> None:
        seat, box = self.seats[at], self.box(at // 2)
        uids = self.choose(seat, picks)
        if not uids:
            return
        unchanged = {0: box.modseq, 1: max(box.modseq - 2, 0)}.get(since)
        if unchanged is not None:
            seat.follow_modseqs()
        kept = box.alter(uids, mode, lower(flags), unchanged)
        self.shared(at // 2, uids, kept)
        condition = "" if unchanged is None else f"(UNCHANGEDSINCE {unchanged}) "
        command = f"UID STORE {','.join(map(str, uids))} {condition}{mode}FLAGS{'.SILENT' if silent else ''}"
        tag = seat.start(f"{command} ({' '.join(flags)})")
        done = [uid for uid in uids if uid not in kept]
        reply = seat.finish(tag, first=seat.silently(done, mode, lower(flags)) if silent else None)
        assert reply.status == b"OK", reply
        assert (numbers_of(reply.code[1]) if reply.code[:1] == [b"MODIFIED"] else []) == kept
        self.settle()

    @rule(at=seats, picks=picks)
    def read(self, at: int, picks: set[int]) -> None:
        seat, box = self.seats[at], self.box(at // 2)
        if uids := self.choose(seat, picks):
            box.alter(uids, "+", SEEN)
            self.shared(at // 2, uids, [])
            seat.ok(f"UID FETCH {','.join(map(str, uids))} (BODY[])")
            self.settle()

    @rule(at=seats, picks=picks)
    def copy(self, at: int, picks: set[int]) -> None:
        seat, mine, others = self.seats[at], self.box(at // 2), self.box(1 - at // 2)
        if uids := self.choose(seat, picks):
            there = [(mine.letters[uid].size, mine.letters[uid].flags) for uid in uids if uid in mine.letters]
            for size, flags in there:
                mine.add(size, flags)
                others.add(size, flags - SEEN)
            seat.ok(f"UID COPY {','.join(map(str, uids))} {self.wire}")
            self.settle()

    @rule(at=seats, picks=st.none() | picks)
    def expunge(self, at: int, picks: set[int] | None) -> None:
        seat = self.seats[at]
        uids = self.choose(seat, picks) if picks is not None else None
        if uids == []:
            return
        gone = [uid for uid in self.box(0).marked() if uids is None or uid in uids]
        for person in (0, 1):
            self.box(person).remove(gone)
        seat.ok("EXPUNGE" if uids is None else f"UID EXPUNGE {','.join(map(str, uids))}")
        self.settle()

    # ---- looking ------------------------------------------------------------------------------------------------
    @rule(at=seats, what=st.sampled_from(["CONDSTORE", "QRESYNC"]))
    def enable(self, at: int, what: str) -> None:
        seat = self.seats[at]
        seat.stop_idling()
        seat.follow_modseqs()
        if what == "QRESYNC":
            seat.qresync = True
            assert seat.mirror is not None
            seat.mirror.qresync = True
        seat.ok(f"ENABLE {what}")

    @rule(at=seats)
    def news(self, at: int) -> None:
        self.seats[at].news()

    @rule(at=seats)
    def start_idling(self, at: int) -> None:
        self.seats[at].start_idling()
        self.seats[at].hear()

    @rule(at=seats)
    def look(self, at: int) -> None:
        """Everything is told as this person has it, mod-sequences too; and so it is searched."""
        seat, box = self.seats[at], self.box(at // 2)
        self.choose(seat, {0})
        seat.follow_modseqs()
        seat.news()
        told = by_uid_of(seat.ok("UID FETCH 1:* (FLAGS MODSEQ)"))
        assert {uid: flags_of(one[b"FLAGS"]) for uid, one in told.items()} == {
            uid: one.flags for uid, one in box.letters.items()
        }
        assert {uid: one[b"MODSEQ"][0] for uid, one in told.items()} == {
            uid: one.modseq for uid, one in box.letters.items()
        }
        unseen = [uid for uid, one in box.letters.items() if not one.flags & SEEN]
        assert seat.ok("UID SEARCH UNSEEN").of(b"SEARCH") == [unseen]
        (words,) = seat.ok(f"STATUS {self.wire} (UNSEEN)").of(b"STATUS")
        assert words[1] == [b"UNSEEN", len(unseen)]

    @rule(at=seats)
    def remember(self, at: int) -> None:
        seat, box = self.seats[at], self.box(at // 2)
        self.look(at)
        assert seat.mirror is not None
        flags: dict[int, Flags] = {uid: one.flags for uid, one in box.letters.items()}
        self.memories.append((at // 2, Memory(box, box.uidvalidity, seat.mirror.highest, flags)))

    @precondition(lambda self: self.memories)
    @rule(which=st.integers(0, 9), second=st.booleans())
    def come_back(self, which: int, second: bool) -> None:
        person, memory = self.memories[which % len(self.memories)]
        at = 2 * person + second
        seat, box = self.seats[at], self.box(person)
        if not memory.modseq:
            return
        self.enable(at, "QRESYNC")
        reply = seat.select(box, f"SELECT {self.wire} (QRESYNC ({memory.uidvalidity} {memory.modseq}))", readonly=False)
        assert seat.mirror is not None
        flags = {uid: one for uid, one in memory.flags.items() if uid not in seat.mirror.earlier}
        flags |= {uid: flags_of(items[b"FLAGS"]) for uid, items in by_uid_of(reply).items()}
        assert flags == {uid: one.flags for uid, one in box.letters.items()}
        seat.learn_flags()

    @rule(storm=st.tuples(*(st.lists(acts, min_size=1, max_size=4) for _ in range(4))))
    def storm(self, storm: tuple[list[Act], ...]) -> None:
        """All four at the same time; afterwards each agrees with what came of it."""
        for seat in self.seats:
            seat.stop_idling()
            seat.learn_uids()
        sent = []
        for seat, some in zip(self.seats, storm, strict=True):
            doable = [act for act in some if not act.verb.startswith("UID MOVE")]
            sent.append([(act, seat.start(act.written(self.box(0), home=self.wire))) for act in doable])
        for seat, tags in zip(self.seats, sent, strict=True):
            for act, tag in tags:
                silent = act.verb == "UID STORE" and act.silent
                first = seat.silently(act.uids(self.box(0)), act.mode, lower(act.flags)) if silent else None
                assert seat.finish(tag, stands=act.numbers_stand, first=first).status == b"OK"
        for person in (0, 1):
            self.auditors[person].rebase(self.ideals[person], self.box(person))
        pairs = zip(self.box(0).letters.items(), self.box(1).letters.items(), strict=True)
        for (uid, mine), (other_uid, others) in pairs:
            assert (uid, mine.flags - SEEN) == (other_uid, others.flags - SEEN)
        for seat in self.seats:
            seat.news()
            seat.learn_uids()
            seat.learn_flags()
        self.settle()


@on_both
@pytest.mark.timeout(0)
def test_two_people_in_one_mailbox(world: World, database: str) -> None:
    Unit.world = world
    run_state_machine_as_test(
        Unit,
        settings=settings(
            max_examples=LONG or (4 if database else 12),
            stateful_step_count=60,
            deadline=None,
            derandomize=not LONG,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,),
        ),
    )
