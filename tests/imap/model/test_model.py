"""Three clients do whatever they like, in any order and at the same time; what each was told must always add up.

RFC 9051 §5.2, §7.5.1; RFC 7162 §3.1 and §3.2. `MAILSVC_MODEL_EXAMPLES=500` makes it run long, and at random;
`MAILSVC_MODEL_SHRINK=1` looks for the shortest history of a failure.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from audit import Auditor
from client_mirror import flags_of, numbers_of
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from ideal_account import Account, Box, Flags
from seat import NAMES, Seat
from storm import FLAGS, Act, bodies, flag_sets, letter, lower, modes, storms
from world import World, on_both

from mailsvc.imap import rendering
from mailsvc.imap.commands import append, store
from mailsvc.mail import deliver
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from tests.imap.conformance.speaker import Reply

LONG = int(os.environ.get("MAILSVC_MODEL_EXAMPLES", "0"))
SHRINK = bool(os.environ.get("MAILSVC_MODEL_SHRINK"))

seats = st.integers(0, 2)
names = st.sampled_from(NAMES)
often_inbox = st.sampled_from(["INBOX"] * len(NAMES) + list(NAMES))
picks = st.sets(st.integers(0, 15), min_size=1, max_size=5)
small = st.integers(0, 9)


def by_uid_of(reply: Reply) -> dict[int, dict[bytes, Any]]:
    """FETCH and UIDFETCH responses (RFC 9586 §3.3) by UID."""
    found = {items[b"UID"]: items for items in reply.fetched().values() if b"UID" in items}
    return found | {uid: dict(zip(items[::2], items[1::2], strict=True)) for uid, items in reply.of(b"UIDFETCH")}


def found_in(reply: Reply, rev2: bool) -> list[int]:
    """What a SEARCH has found (RFC 9051 §7.3.4, RFC 3501 §7.2.5)."""
    if not rev2:
        (found,) = reply.of(b"SEARCH")
        return list(found)
    (words,) = reply.of(b"ESEARCH")
    return numbers_of(words[words.index(b"ALL") + 1]) if b"ALL" in words else []


@dataclass(frozen=True)
class Chosen:
    """Messages of a seat's mailbox: the set as written, and the UIDs that are meant; `count` messages in all."""

    text: str
    uids: list[int]
    uid: bool
    count: int

    @property
    def prefix(self) -> str:
        return "UID " if self.uid else ""


@dataclass(frozen=True)
class Memory:
    """What a client kept when it went away (RFC 7162 §3.2.5)."""

    box: Box
    uidvalidity: int
    modseq: int
    flags: dict[int, Flags]


class Clients(RuleBasedStateMachine):
    """`world` is shared by all runs; each has an account of its own."""

    world: ClassVar[World]
    accounts: ClassVar[Iterator[int]] = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.username = f"model{next(self.accounts)}"
        self.world.add_account(self.username)
        self.account = Account()
        self.auditor = Auditor(self.world, self.username)
        self.seats = [Seat(self.world, self.username) for _ in range(3)]
        self.memories: list[Memory] = []

    def teardown(self) -> None:
        for seat in self.seats:
            seat.leave()
        self.auditor.speaker.socket.close()

    # ---- help ---------------------------------------------------------------------------------------------------
    @initialize(count=st.integers(0, 6))
    def begin(self, count: int) -> None:
        box = self.account.boxes["INBOX"]
        for number in range(count):
            self.auditor.speaker.append(letter(number))
            box.add(len(letter(number)), ())
        self.settle(box)
        for seat in self.seats[:2]:
            seat.select(box, "SELECT INBOX", readonly=False)
            seat.learn_flags()

    def settle(self, *boxes: Box) -> None:
        """Something may have been done to these mailboxes: they are looked at, and who is idle has to hear of it."""
        for box in self.account.boxes.values():
            if box in boxes or (box.selectable and not box.uidvalidity):
                self.auditor.check(self.account, box)
        for seat in self.seats:
            seat.hear()

    def opened(self, number: int) -> tuple[Seat, Box] | None:
        """A seat and its mailbox, when it has one open for writing."""
        seat = self.seats[number]
        if seat.mirror is None or seat.mirror.readonly or seat.mirror.box.deleted:
            return None
        return seat, seat.mirror.box

    def choose(self, seat: Seat, picks: set[int], by_uid: bool) -> Chosen | None:
        """Some messages as the client knows them; with UIDs also some that do not exist."""
        seat.stop_idling()
        seat.learn_uids()
        if seat.mirror is None or not seat.mirror.entries:
            return None
        by_uid = by_uid or seat.uidonly
        entries = seat.mirror.entries
        places = sorted({pick % len(entries) for pick in picks})
        uids = [entries[place].uid for place in places]
        known = [uid for uid in uids if uid is not None]  # the others are gone
        if not by_uid:
            text = ",".join("*" if place + 1 == len(entries) and 15 in picks else str(place + 1) for place in places)
            return Chosen(text, known, False, len(places))
        return Chosen(",".join(map(str, [*known, 100_000 + places[0]])), known, True, len(places))

    # ---- selecting ----------------------------------------------------------------------------------------------
    @rule(at=seats, name=often_inbox, readonly=st.sampled_from([False, False, True]), condstore=st.booleans())
    def select(self, at: int, name: str, readonly: bool, condstore: bool) -> None:
        seat, box = self.seats[at], self.account.box(name)
        command = f"{'EXAMINE' if readonly else 'SELECT'} {seat.wire(name)}{' (CONDSTORE)' if condstore else ''}"
        if box is None:
            assert seat.do(command).status == b"NO"
            seat.mirror = None  # RFC 9051 §6.3.2: a SELECT that fails leaves the mailbox as well
            return
        if condstore:
            seat.condstore = True
        reply = seat.select(box, command, readonly=readonly)
        assert seat.mirror is not None
        assert len(seat.mirror) == len(box.letters)
        codes = reply.codes()
        assert codes[b"UIDVALIDITY"] == [box.uidvalidity]
        assert codes[b"UIDNEXT"] == [box.uidnext]
        assert codes[b"HIGHESTMODSEQ"] == [box.modseq]
        assert reply.code == [b"READ-ONLY" if readonly else b"READ-WRITE"]
        seat.learn_flags()

    @rule(at=seats, what=st.sampled_from([*["CONDSTORE", "QRESYNC", "IMAP4rev2"] * 3, "UIDONLY"]))
    def enable(self, at: int, what: str) -> None:
        seat = self.seats[at]
        seat.stop_idling()
        if what == "IMAP4rev2":
            seat.rev2 = seat.speaker.utf8 = True
        elif what == "UIDONLY":
            seat.learn_uids()  # those that are gone and still hold a number would stay without
            if seat.mirror is None or all(entry.uid for entry in seat.mirror.entries):
                self._without_numbers(seat)
            return
        else:
            seat.follow_modseqs()
        if what == "QRESYNC":
            seat.qresync = True
            if seat.mirror is not None:
                seat.mirror.qresync = True
        seat.ok(f"ENABLE {what}")

    @staticmethod
    def _without_numbers(seat: Seat) -> None:
        seat.uidonly = True
        if seat.mirror is not None:
            seat.mirror.uidonly = True
        seat.ok("ENABLE UIDONLY")

    @rule(at=seats, how=st.sampled_from(["CLOSE", "UNSELECT"]))
    def leave(self, at: int, how: str) -> None:
        seat = self.seats[at]
        seat.stop_idling()
        if seat.mirror is None:
            assert seat.do(how).status == b"BAD"
            return
        box, readonly = seat.mirror.box, seat.mirror.readonly
        reply = seat.ok(how, leaves=True)
        assert not reply.of(b"EXPUNGE")
        assert not reply.of(b"VANISHED")
        if how == "CLOSE" and not readonly and not box.deleted:
            box.remove(box.marked())
            self.settle(box)

    # ---- mailboxes ----------------------------------------------------------------------------------------------
    @rule(at=seats, name=names)
    def create(self, at: int, name: str) -> None:
        expected = self.account.create(name)
        reply = self.seats[at].do(f"CREATE {self.seats[at].wire(name)}")
        assert (reply.status == b"OK") == expected, reply
        self.settle()

    @rule(at=seats, name=names)
    def delete(self, at: int, name: str) -> None:
        seat, box = self.seats[at], self.account.boxes.get(name)
        seat.stop_idling()
        mine = seat.mirror is not None and seat.mirror.box is box
        expected = self.account.delete(name)
        reply = seat.do(f"DELETE {seat.wire(name)}", leaves=mine)
        assert (reply.status == b"OK") == expected, reply
        self.settle()

    @rule(at=seats, old=names, new=names)
    def rename(self, at: int, old: str, new: str) -> None:
        before = list(self.account.boxes.values())
        expected = self.account.rename(old, new)
        reply = self.seats[at].do(f"RENAME {self.seats[at].wire(old)} {self.seats[at].wire(new)}")
        assert (reply.status == b"OK") == expected, (reply, old, new)
        self.settle(*(box for box in before if box.selectable and not box.deleted))

    @rule(at=seats, name=names, wanted=st.booleans())
    def subscribe(self, at: int, name: str, wanted: bool) -> None:
        seat = self.seats[at]
        if wanted:
            assert (seat.do(f"SUBSCRIBE {seat.wire(name)}").status == b"OK") == self.account.subscribe(name)
        else:
            seat.ok(f"UNSUBSCRIBE {seat.wire(name)}")
            self.account.subscribed.discard(name)

    @rule()
    def names_agree(self) -> None:
        self.auditor.check_names(self.account)

    # ---- messages come ------------------------------------------------------------------------------------------
    @rule(at=seats, name=often_inbox, new=st.lists(st.tuples(bodies, flag_sets), min_size=1, max_size=3))
    def append(self, at: int, name: str, new: list[tuple[int, list[str]]]) -> None:
        seat, box = self.seats[at], self.account.box(name)
        text = f"APPEND {seat.wire(name)}".encode()
        for number, flags in new:
            octets = letter(number)
            text += b" (%s) {%d+}\r\n%s" % (" ".join(flags).encode(), len(octets), octets)
        if box is not None:
            uids = [box.add(len(letter(number)), lower(flags)) for number, flags in new]
        reply = seat.do(text)
        assert (reply.status == b"OK") == (box is not None), reply
        if box is not None:
            assert reply.code[:2] == [b"APPENDUID", box.uidvalidity]
            assert numbers_of(reply.code[2]) == uids
            self.settle(box)

    @rule(number=bodies)
    def deliver(self, number: int) -> None:
        """A letter from outside."""
        octets, clock = letter(number), self.world.office.clock
        address = f"{self.username}@{self.world.office.settings.primary_domain}"
        envelope = Envelope(
            "model", "mx", Client("192.0.2.1", 25, "x"), "a@x.example", (Recipient(address),), clock.now_ms(),
            hashlib.sha256(octets).digest(),
        )  # fmt: skip
        domains = self.world.office.settings.organisation.domains
        outcomes = self.world.write(deliver.deliver_letter, domains, envelope, from_bytes(octets))
        assert [one.code for one in outcomes] == [250]
        self.account.boxes["INBOX"].add(len(octets), ())
        self.settle(self.account.boxes["INBOX"])

    # ---- messages change ----------------------------------------------------------------------------------------
    @rule(at=seats, picks=picks, by_uid=st.booleans(), mode=modes, flags=flag_sets, silent=st.booleans(), since=small)
    def store(
        self, at: int, picks: set[int], by_uid: bool, mode: str, flags: list[str], silent: bool, since: int
    ) -> None:
        """Half of them with UNCHANGEDSINCE: now, long ago, or in between."""
        found = self.opened(at)
        chosen = self.choose(found[0], picks, by_uid) if found else None
        if found is None or chosen is None:
            return
        seat, box = found
        unchanged = {0: box.modseq, 1: max(box.modseq - 2, 0), 2: 0}.get(since)
        if unchanged is not None:
            seat.follow_modseqs()
        kept = box.alter(chosen.uids, mode, lower(flags), unchanged)
        condition = "" if unchanged is None else f"(UNCHANGEDSINCE {unchanged}) "
        command = f"{chosen.prefix}STORE {chosen.text} {condition}{mode}FLAGS{'.SILENT' if silent else ''}"
        done = [uid for uid in chosen.uids if uid not in kept]
        tag = seat.start(f"{command} ({' '.join(flags)})")
        first = seat.silently(done, mode, lower(flags)) if silent else None
        reply = seat.finish(tag, stands=not chosen.uid, first=first)
        assert reply.status == b"OK", reply
        assert (reply.code[:1] == [b"MODIFIED"]) == bool(kept), (reply, kept)
        if kept and chosen.uid:
            assert numbers_of(reply.code[1]) == kept
        self.settle(box)

    @rule(at=seats, picks=picks, by_uid=st.booleans(), items=st.sampled_from(["BODY[]", "BODY[TEXT]", "RFC822"]))
    def read(self, at: int, picks: set[int], by_uid: bool, items: str) -> None:
        """What sets \\Seen."""
        seat = self.seats[at]
        chosen = self.choose(seat, picks, by_uid)
        if chosen is None or seat.mirror is None:
            return
        box = seat.mirror.box
        if not seat.mirror.readonly and not box.deleted:
            box.alter(chosen.uids, "+", frozenset({"\\seen"}))
        seat.do(f"{chosen.prefix}FETCH {chosen.text} (UID {items})", stands=not chosen.uid)
        if not box.deleted:
            self.settle(box)

    @rule(at=seats, picks=picks, by_uid=st.booleans(), name=names, moving=st.booleans())
    def copy(self, at: int, picks: set[int], by_uid: bool, name: str, moving: bool) -> None:
        found = self.opened(at)
        chosen = self.choose(found[0], picks, by_uid) if found else None
        if found is None or chosen is None:
            return
        (seat, box), target = found, self.account.box(name)
        verb = "MOVE" if moving else "COPY"
        pairs = []
        if target is not None:
            pairs = (self.account.move if moving else self.account.copy)(box, chosen.uids, target)
        reply = seat.do(f"{chosen.prefix}{verb} {chosen.text} {seat.wire(name)}")
        if target is None:
            assert reply.status == b"NO", reply
            assert reply.code == ([b"TRYCREATE"] if name not in self.account.boxes else [b"CANNOT"])
            return
        assert reply.status == b"OK", reply
        code = [one[0] for one in reply.of(b"OK") if one[0][:1] == [b"COPYUID"]] if moving else [reply.code]
        if pairs:
            assert code[0][:2] == [b"COPYUID", target.uidvalidity]
            assert list(zip(numbers_of(code[0][2]), numbers_of(code[0][3]), strict=True)) == pairs
        self.settle(box, target)

    @rule(at=seats, picks=st.none() | picks)
    def expunge(self, at: int, picks: set[int] | None) -> None:
        """EXPUNGE, or UID EXPUNGE of some."""
        found = self.opened(at)
        if found is None:
            return
        seat, box = found
        chosen = self.choose(seat, picks, True) if picks is not None else None
        if picks is not None and chosen is None:
            return
        box.remove([uid for uid in box.marked() if chosen is None or uid in chosen.uids])
        seat.ok(f"UID EXPUNGE {chosen.text}" if chosen else "EXPUNGE")
        if seat.mirror is not None:
            seat.agree()
        self.settle(box)

    @rule(at=seats, picks=picks, by_uid=st.booleans(), name=often_inbox, body=bodies, flags=flag_sets)
    def replace(self, at: int, picks: set[int], by_uid: bool, name: str, body: int, flags: list[str]) -> None:
        """RFC 8508: the new one comes and the old one goes, or neither."""
        found = self.opened(at)
        chosen = self.choose(found[0], {min(picks)}, by_uid) if found else None
        if found is None or chosen is None:
            return
        (seat, box), target, new = found, self.account.box(name), letter(body)
        there = bool(chosen.uids) and chosen.uids[0] in box.letters
        text = chosen.text.split(",")[0]
        if there and target is not None:
            uid = target.add(len(new), lower(flags))
            box.remove(chosen.uids)
        command = f"{chosen.prefix}REPLACE {text} {seat.wire(name)} ({' '.join(flags)}) {{{len(new)}+}}\r\n"
        reply = seat.do(command.encode() + new)
        assert (reply.status == b"OK") == (there and target is not None), reply
        if there and target is not None:
            assert [b"APPENDUID", target.uidvalidity, uid] in [one[0] for one in reply.of(b"OK")]
            self.settle(box, target)

    @rule(at=seats, name=names, picks=picks, body=bodies)
    def catenate(self, at: int, name: str, picks: set[int], body: int) -> None:
        """RFC 4469: a message of new text and of old ones."""
        seat, target, inbox = self.seats[at], self.account.box(name), self.account.boxes["INBOX"]
        wanted = sorted(max(1, inbox.uidnext - pick) for pick in picks)[:3]
        urls = " ".join(f'URL "/INBOX;UIDVALIDITY={inbox.uidvalidity}/;UID={uid}"' for uid in wanted)
        text = f"APPEND {seat.wire(name)} CATENATE (TEXT {{{len(letter(body))}+}}\r\n".encode() + letter(body)
        whole = target is not None and all(uid in inbox.letters for uid in wanted)
        if target is not None and whole:
            target.add(len(letter(body)) + sum(inbox.letters[uid].size for uid in wanted), ())
        reply = seat.do(text + f" {urls})".encode())
        assert (reply.status == b"OK") == whole, reply
        if target is not None:
            self.settle(target)

    # ---- looking ------------------------------------------------------------------------------------------------
    @rule(at=seats, how=st.sampled_from(["NOOP", "CHECK"]))
    def news(self, at: int, how: str) -> None:
        seat = self.seats[at]
        seat.stop_idling()
        if seat.mirror is None or seat.mirror.box.deleted:
            return
        seat.ok(how)
        seat.agree()

    @rule(at=seats)
    def start_idling(self, at: int) -> None:
        seat = self.seats[at]
        if seat.mirror is None or not seat.mirror.box.deleted:
            seat.start_idling()
            seat.hear()

    @rule(at=seats, picks=picks, by_uid=st.booleans(), modseq=st.booleans())
    def fetch(self, at: int, picks: set[int], by_uid: bool, modseq: bool) -> None:
        """The answer tells of each message that is there, and as it is."""
        seat = self.seats[at]
        chosen = self.choose(seat, picks, by_uid)
        if chosen is None or seat.mirror is None:
            return
        box = seat.mirror.box
        if modseq:
            seat.follow_modseqs()
        items = "UID FLAGS MODSEQ" if modseq else "UID FLAGS"
        reply = seat.do(f"{chosen.prefix}FETCH {chosen.text} ({items})", stands=not chosen.uid)
        if box.deleted:
            return
        told = by_uid_of(reply)
        there = [uid for uid in chosen.uids if uid in box.letters]
        assert set(there) <= set(told)
        for uid in there:
            assert flags_of(told[uid][b"FLAGS"]) == box.letters[uid].flags
            assert not modseq or told[uid][b"MODSEQ"] == [box.letters[uid].modseq]
        gone = len(there) < chosen.count
        assert (reply.code == [b"EXPUNGEISSUED"]) == gone or chosen.uid, reply

    @rule(at=seats, by_uid=st.booleans(), flag=st.sampled_from(FLAGS), without=st.booleans())
    def search(self, at: int, by_uid: bool, flag: str, without: bool) -> None:
        seat = self.seats[at]
        seat.stop_idling()
        seat.learn_uids()
        if seat.mirror is None or seat.mirror.box.deleted:
            return
        box = seat.mirror.box
        known = [entry.uid for entry in seat.mirror.entries]
        by_uid = by_uid or seat.uidonly
        key = f"KEYWORD {flag}" if not flag.startswith("\\") else flag[1:].upper()
        reply = seat.ok(f"{'UID ' if by_uid else ''}SEARCH {'NOT ' if without else ''}{key}", stands=not by_uid)
        uids = [uid for uid in box.uids if (flag.lower() in box.letters[uid].flags) != without and uid in known]
        expected = uids if by_uid else [known.index(uid) + 1 for uid in uids]
        assert found_in(reply, seat.rev2) == expected

    @rule(at=seats, count=st.integers(1, 40))
    def search_text(self, at: int, count: int) -> None:
        """What a text search finds is what one finds who reads everything."""
        seat = self.seats[at]
        seat.stop_idling()
        if seat.mirror is None or seat.mirror.box.deleted:
            return
        seat.news()
        seat.learn_uids()
        known = [entry.uid for entry in seat.mirror.entries]
        told = by_uid_of(seat.do("UID FETCH 1:* (UID BODY.PEEK[TEXT])", stands=False)) if known else {}
        sought = b"x" * count
        expected = [uid for uid in known if uid in told and sought in told[uid][b"BODY[TEXT]"]]
        reply = seat.ok(f'UID SEARCH BODY "{sought.decode()}"', stands=False)
        assert found_in(reply, seat.rev2) == expected

    @rule(at=seats, name=names)
    def status(self, at: int, name: str) -> None:
        seat, box = self.seats[at], self.account.box(name)
        seat.stop_idling()
        seat.follow_modseqs()
        reply = seat.do(f"STATUS {seat.wire(name)} (MESSAGES UIDNEXT UNSEEN HIGHESTMODSEQ)")
        assert (reply.status == b"OK") == (box is not None)
        if box is not None:
            unseen = sum("\\seen" not in one.flags for one in box.letters.values())
            assert reply.of(b"STATUS")[0][1] == [
                b"MESSAGES", len(box.letters), b"UIDNEXT", box.uidnext, b"UNSEEN", unseen, b"HIGHESTMODSEQ", box.modseq,
            ]  # fmt: skip

    # ---- going away and coming back -----------------------------------------------------------------------------
    @rule(at=seats)
    def remember(self, at: int) -> None:
        seat = self.seats[at]
        seat.stop_idling()
        if seat.mirror is None or seat.mirror.box.deleted:
            return
        seat.follow_modseqs()
        seat.news()
        if len(seat.mirror):
            seat.fetch_all("UID FLAGS MODSEQ")
        box = seat.mirror.box
        flags = {entry.uid: entry.flags for entry in seat.mirror.entries if entry.uid and entry.flags is not None}
        assert sorted(flags) == box.uids
        self.memories.append(Memory(box, box.uidvalidity, seat.mirror.highest, flags))

    @precondition(lambda self: self.memories)
    @rule(at=seats, which=small, only=st.none() | picks, match=st.booleans(), selecting=st.booleans())
    def come_back(self, at: int, which: int, only: set[int] | None, match: bool, selecting: bool) -> None:
        """SELECT with QRESYNC, or UID FETCH with VANISHED, gives what reading everything anew would give."""
        memory = self.memories[which % len(self.memories)]
        box, seat = memory.box, self.seats[at]
        name = next((name for name, one in self.account.boxes.items() if one is box), None)
        if name is None or not memory.modseq:
            return
        seat.stop_idling()
        if not seat.qresync:
            self.enable(at, "QRESYNC")
        uids = sorted(memory.flags)
        known = sorted({uids[pick % len(uids)] for pick in only}) if only is not None and uids else None
        text = ",".join(map(str, known)) if known else None
        if selecting:
            numbers = match and not seat.uidonly  # RFC 9586 §3: then there are none to match
            known_state = f" (QRESYNC ({self._written(memory, text, numbers)}))"
            reply = seat.select(box, f"SELECT {seat.wire(name)}{known_state}", readonly=False)
        else:
            reply = seat.select(box, f"SELECT {seat.wire(name)}", readonly=False)
            reply = seat.ok(f"UID FETCH {text or '1:*'} (UID FLAGS) (CHANGEDSINCE {memory.modseq} VANISHED)")
        assert seat.mirror is not None
        earlier = seat.mirror.earlier
        assert not set(earlier) & set(box.letters)
        vanished = [at for at, one in enumerate(reply.untagged) if one[0] == b"VANISHED"]
        fetched = [at for at, one in enumerate(reply.untagged) if one[1:2] in ([b"FETCH"], [b"UIDFETCH"])]
        assert len(vanished) <= 1
        assert not vanished or vanished[0] < min(fetched, default=1 << 32)  # RFC 7162 §3.2.5.1
        flags = {uid: one for uid, one in memory.flags.items() if uid not in earlier}
        flags |= {uid: flags_of(items[b"FLAGS"]) for uid, items in by_uid_of(reply).items()}
        truth = {uid: one.flags for uid, one in box.letters.items()}
        if known is not None:
            assert set(earlier) <= set(known)
            flags, truth = ({uid: one for uid, one in some.items() if uid in known} for some in (flags, truth))
        assert flags == truth
        seat.learn_flags()

    @staticmethod
    def _written(memory: Memory, known: str | None, match: bool) -> str:
        words = [str(memory.uidvalidity), str(memory.modseq)]
        words += [known] if known else []
        if match and memory.flags:  # RFC 7162 §3.2.5.2
            places = sorted({1, len(memory.flags), (len(memory.flags) + 1) // 2})
            uids = sorted(memory.flags)
            words.append(f"({','.join(map(str, places))} {','.join(str(uids[place - 1]) for place in places)})")
        return " ".join(words)

    # ---- all at the same time -----------------------------------------------------------------------------------
    @rule(storm=storms)
    def storm(self, storm: tuple[list[Act], ...]) -> None:
        """Clients that share a mailbox send their commands at once. Afterwards they agree with what came of it."""
        box, other = self.account.boxes["INBOX"], self.account.box("A")
        here = [seat for seat in self.seats if seat.mirror and seat.mirror.box is box and not seat.mirror.readonly]
        if len(here) < 2:
            return
        for seat in here:
            seat.stop_idling()
            seat.learn_uids()
        sent = [
            (seat, [(act, seat.start(act.written(box, numbers=not seat.uidonly))) for act in acts])
            for seat, acts in zip(here, storm, strict=False)
        ]
        for seat, acts in sent:
            for act, tag in acts:
                silent = act.verb == "UID STORE" and act.silent
                first = seat.silently(act.uids(box), act.mode, lower(act.flags)) if silent else None
                reply = seat.finish(tag, stands=act.numbers_stand and not seat.uidonly, first=first)
                no_target = other is None and reply.code in ([b"TRYCREATE"], [b"CANNOT"])
                assert reply.status == b"OK" or no_target, reply
        for one in (box, other):
            if one is not None:
                self.auditor.rebase(self.account, one)
        for seat in here:
            seat.news()
            seat.learn_uids()
            seat.learn_flags()
        self.settle(box)


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways for many messages are taken for a few already."""
    monkeypatch.setattr(rendering, "WORTH_KEEPING", 2)
    monkeypatch.setattr(store, "MANY", 2)
    monkeypatch.setattr(append, "MANY", 2)


@on_both
@pytest.mark.timeout(0)
@pytest.mark.usefixtures("few_are_many")
def test_three_clients(world: World, database: str) -> None:
    Clients.world = world
    run_state_machine_as_test(
        Clients,
        settings=settings(
            max_examples=LONG or (8 if database else 40),
            stateful_step_count=80,
            deadline=None,
            derandomize=not LONG,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,),
        ),
    )
