"""Several sessions on one mailbox: each one's picture stays true, whatever the others do. RFC 9051 §7.5"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable

import pytest
from world import Client, World, on_both, over, running

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.imap import limits
from mailsvc.mail.office import Office
from mailsvc.store import accounts, mailboxes, placements
from mailsvc.store.engine import Database

EXISTS = re.compile(rb"\* (\d+) EXISTS")
EXPUNGE = re.compile(rb"\* (\d+) EXPUNGE")
FETCH = re.compile(rb"\* (\d+) FETCH \((.*)\)", re.DOTALL)
UID = re.compile(rb"\bUID (\d+)")
FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
SYSTEM = {b"\\Seen": 1, b"\\Answered": 2, b"\\Flagged": 4, b"\\Deleted": 8, b"\\Draft": 16}


class Mirror:
    """A client that believes what it is told: a slot for each message, with UID and flags once known."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.uids: list[int | None] = []
        self.flags: list[set[bytes] | None] = []
        for line in client.ok("SELECT INBOX"):
            self.hear(line, True)
        self.do("FETCH 1:* (UID FLAGS)" if self.uids else "NOOP")

    def do(self, command: str) -> bytes:
        lines, status = self.client.command(command)
        standing = command.split()[0] in ("FETCH", "STORE", "SEARCH")
        for line in lines:
            self.hear(line, not standing)
        return status

    def hear(self, line: bytes, may_expunge: bool) -> None:
        if match := EXISTS.fullmatch(line):
            count = int(match[1])
            assert count >= len(self.uids), "EXISTS never takes away"
            self.uids += [None] * (count - len(self.uids))
            self.flags += [None] * (count - len(self.flags))
        elif match := EXPUNGE.fullmatch(line):
            assert may_expunge, line
            del self.uids[int(match[1]) - 1], self.flags[int(match[1]) - 1]
        elif match := FETCH.fullmatch(line):
            self.hear_fetch(int(match[1]) - 1, match[2])

    def hear_fetch(self, slot: int, items: bytes) -> None:
        if uid := UID.search(items):
            assert self.uids[slot] in (None, int(uid[1])), "a number has one UID"
            self.uids[slot] = int(uid[1])
        if flags := FLAGS.search(items):
            self.flags[slot] = set(flags[1].split()) - {b"\\Recent"}


def act(chance: random.Random, mirror: Mirror) -> None:
    """One random command, with numbers as this client knows them."""
    count = len(mirror.uids)
    number = chance.randint(1, max(count, 1))
    some = f"{number}:{chance.randint(1, max(count, 1))}"
    flag = chance.choice(["\\Seen", "\\Flagged", "\\Deleted", "\\Answered", "viec"])
    commands = [
        "NOOP", "EXPUNGE", f"STORE {some} {chance.choice(['+', '-', ''])}FLAGS ({flag})", f"FETCH {some} (UID FLAGS)",
        f"COPY {number} INBOX", "UID STORE 1:* +FLAGS.SILENT (\\Deleted)", f"MOVE {number} Luu", "SEARCH ALL",
        "UID FETCH 1:* (FLAGS)", "CHECK", f"UID EXPUNGE 1:{chance.randint(1, 30)}",
        f"STORE {some} +FLAGS.SILENT (viec)",
    ]  # fmt: skip
    weights = [6, 2, 8, 6, 4, 0.3, 1, 2, 2, 1, 1, 1]
    command = chance.choices(commands, weights)[0]
    if chance.random() < 0.25 or not count:
        mirror.do("APPEND INBOX {14+}\r\nSubject: 1\r\n\r\n")
    else:
        assert not mirror.do(command).startswith(b"BAD"), command


@on_both
@pytest.mark.parametrize("seed", range(8))
def test_pictures_stay_true(world: World, seed: int) -> None:
    chance = random.Random(seed)
    first = world.login("an")
    first.ok("CREATE Luu")
    for number in range(8):
        first.append(b"Subject: %d\r\n\r\n" % number)
    mirrors = [Mirror(first), Mirror(world.login("an")), Mirror(world.login("an"))]
    for _ in range(60):
        act(chance, chance.choice(mirrors))
    box = world.read(mailboxes.by_name, 1, "INBOX")
    rows = world.read(placements.rows, box.id, 1, 1 << 31, ("uid", "flags", "keywords"))
    for mirror in mirrors:
        mirror.do("NOOP")
        mirror.do("FETCH 1:* UID" if mirror.uids else "NOOP")
        assert mirror.uids == [row[0] for row in rows]
    for mirror in mirrors:  # flags were told without being asked for; only a silent STORE leaves its author to know
        mirror.do("FETCH 1:* FLAGS" if mirror.uids else "NOOP")
        bits = [sum(SYSTEM.get(flag, 0) for flag in flags or ()) for flags in mirror.flags]
        assert bits == [row[1] for row in rows]
    assert box.messages == len(rows)
    assert box.unseen == sum(1 for row in rows if not row[1] & 1)


def test_flags_of_others_are_told_without_asking(world: World) -> None:
    one = world.login("an")
    for number in range(3):
        one.append(b"Subject: %d\r\n\r\n" % number)
    mirror = Mirror(one)
    other = world.login("an")
    other.ok("SELECT INBOX")
    other.ok("STORE 1:2 +FLAGS (\\Seen viec)")
    mirror.do("NOOP")
    assert mirror.flags == [{b"\\Seen", b"viec"}, {b"\\Seen", b"viec"}, set()]


def test_idle_sessions_are_told_together(world: World) -> None:
    idlers = [world.login("an") for _ in range(30)]
    for client in idlers:
        client.ok("SELECT INBOX")
        client.send(b"i IDLE\r\n")
        assert client.line().startswith(b"+")
    world.login("an").append(b"Subject: 1\r\n\r\n")
    for client in idlers:
        assert client.line() == b"* 1 EXISTS"


def test_a_closed_account_loses_its_sessions(world: World) -> None:
    client = world.login("an")
    client.ok("SELECT INBOX")
    account = world.read(accounts.by_username, "an")
    assert account is not None
    world.write(accounts.set_active, account.id, False)
    assert client.line().startswith(b"* BYE [CONTACTADMIN]")
    assert client.rest() == b""
    assert world.login("binh").ok("NOOP") == []


@pytest.mark.parametrize("change", ["lock", "password"])
def test_another_process_changes_the_account(
    office: Office, quick_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """The command line wakes nobody in the service."""
    monkeypatch.setattr(limits, "ACCOUNTS_SECONDS", 0.05)
    with running(office, quick_hasher) as world:
        account_id = world.add_account("an")
        client = world.login("an")
        assert world.door is not None
        (session,) = world.door.keeper.sessions
        world.run(until(lambda: session.version > 0))
        elsewhere = Database(office.settings.database_url, office.clock)
        if change == "lock":
            elsewhere.write_now(accounts.set_active, account_id, False)
        else:
            elsewhere.write_now(accounts.set_password, account_id, quick_hasher.derive_now("bí mật 2"))
        elsewhere.close()
        assert client.line().startswith(b"* BYE [CONTACTADMIN]")
        assert client.rest() == b""


async def until(true: Callable[[], bool]) -> None:
    """What only a regular look brings about can only be looked for."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_a_session_leaves_nothing_behind(world: World) -> None:
    client = world.login("an")
    client.ok("SELECT INBOX")
    assert world.door is not None
    assert len(world.door.keeper.sessions) == 1
    client.ok("LOGOUT")
    client.rest()
    world.run(over(world))
    assert not world.door.keeper.sessions
    assert not world.door.keeper.per_account
    assert not world.office.db.bus._listeners.keys() - {("directory", 0)}


def test_a_client_that_was_away_catches_up(world: World) -> None:
    """RFC 7162 §3.2.5: after the same changes, what SELECT (QRESYNC …) tells makes the old picture the new one."""
    client = world.login("an")
    for number in range(20):
        client.append(b"Subject: %d\r\n\r\n" % number)
    box = world.read(mailboxes.by_name, 1, "INBOX")
    client.ok("SELECT INBOX")
    client.ok("STORE 3:5,9 +FLAGS (\\Deleted)")
    client.ok("EXPUNGE")
    client.ok("STORE 1 +FLAGS (\\Flagged)")
    client.append(b"Subject: new\r\n\r\n")
    away = world.login("an")
    away.ok("ENABLE QRESYNC")
    lines = away.ok(f"SELECT INBOX (QRESYNC ({box.uidvalidity} {box.modseq}))")
    assert b"* VANISHED (EARLIER) 3:5,9" in lines
    fetched = {int(UID.search(line)[1]) for line in lines if b" FETCH " in line}  # type: ignore[index]
    assert fetched == {1, 21}
    lines = away.ok(f"SELECT INBOX (QRESYNC ({box.uidvalidity} {box.modseq} 4:8))")
    assert b"* VANISHED (EARLIER) 4:5" in lines
    assert not [line for line in lines if b" FETCH " in line]
    lines = away.ok(f"SELECT INBOX (QRESYNC ({box.uidvalidity + 1} {box.modseq}))")
    assert not [line for line in lines if b"VANISHED" in line]
