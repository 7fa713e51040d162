"""Bounds: what is large, deep, slow or nonsense costs little and never ends in a fault of ours."""

from __future__ import annotations

import random
import re
import socket
import time

import pytest
from sqlalchemy import text
from world import PASSWORD, Client, World, over

from mailsvc.imap import limits


def test_huge_sets_are_ranges(world: World) -> None:
    client = world.login("an")
    for number in range(3):
        client.append(b"Subject: %d\r\n\r\n" % number)
    client.ok("SELECT INBOX")
    began = time.perf_counter()
    assert client.ok("UID FETCH 1:4294967295 UID") == [b"* %d FETCH (UID %d)" % (n, n) for n in (1, 2, 3)]
    assert client.ok("UID SEARCH UID 2:4294967295,4294967290:4294967295") == [b"* SEARCH 2 3"]
    client.ok("UID STORE 1:4294967295 +FLAGS.SILENT (\\Seen)")
    client.ok("UID COPY 3:4294967295 INBOX")
    sets = ",".join(str(n) for n in range(1, 9000, 2))
    assert client.ok(f"UID FETCH {sets} UID") == [b"* 1 FETCH (UID 1)", b"* 3 FETCH (UID 3)"]
    assert time.perf_counter() - began < 3


def test_long_lines_and_literals_are_refused_and_the_session_goes_on(world: World) -> None:
    client = world.login("an")
    client.send(b"x SEARCH " + b"A" * (limits.LINE + 10) + b"\r\n")
    assert client.line() == b"x BAD Dong lenh qua dai"
    client.send(b"y LIST {%d+}\r\n" % (limits.COMMAND + 1) + b"z" * (limits.COMMAND + 1) + b" *\r\n")
    assert client.line().startswith(b"y BAD Lenh dai qua")
    assert client.ok("NOOP") == []


def test_many_keywords_are_refused(world: World) -> None:
    client = world.login("an")
    client.append(b"Subject: 1\r\n\r\n")
    client.ok("SELECT INBOX")
    words = " ".join(f"k{n}" for n in range(limits.KEYWORDS + 1))
    assert client.fails(f"STORE 1 FLAGS ({words})").startswith(b"NO [LIMIT]")


def test_too_many_sessions_of_one_account(world: World) -> None:
    world.office.settings.imap.__dict__["max_connections_per_account"] = 2
    world.login("an")
    world.login("an")
    third = world.connect()
    third.line()
    assert third.fails(f'LOGIN an "{PASSWORD}"').startswith(b"NO [LIMIT]")


def test_a_large_message_goes_through_a_file(world: World) -> None:
    client = world.login("an")
    body = b"Subject: large\r\n\r\n" + random.Random(1).randbytes(450_000).hex().encode()
    client.append(body)
    client.ok("SELECT INBOX")
    (fetched,) = client.ok("FETCH 1 (BODY.PEEK[] RFC822.SIZE)")
    assert fetched.count(body) == 1
    (part,) = client.ok("FETCH 1 BODY.PEEK[TEXT]<300000.600000>")
    assert body[18 + 300_000 :] in part
    assert not list(world.office.spool_folder.iterdir())


def test_a_slow_reader_holds_no_memory(world: World) -> None:
    client = world.login("an")
    client.append(b"Subject: large\r\n\r\n" + b"x" * 900_000)
    client.ok("SELECT INBOX")
    client.send(b"".join(b"s%d FETCH 1 BODY.PEEK[]\r\n" % n for n in range(50)))
    assert world.door is not None
    (connection,) = world.door.listeners["imap"].connections
    for n in range(50):
        assert connection._transport is not None
        assert connection._transport.get_write_buffer_size() < 1 << 20
        response = client.response()
        assert len(response) > 900_000
        assert client.line().startswith(b"s%d OK" % n)


def test_an_idle_client_that_does_not_read_holds_no_memory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SLOW_SECONDS", 0.05)
    assert world.door is not None
    sleeper = world.login("an")
    (session,) = world.door.keeper.sessions
    other = world.login("an")
    sleeper._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    transport = session.connection._transport
    assert transport is not None
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    other.ok(b"APPEND INBOX " + b" ".join([b"{14+}\r\nSubject: 1\r\n\r\n"] * 500))
    for client in (sleeper, other):
        client.ok("SELECT INBOX")
    sleeper.send(b"i IDLE\r\n")
    assert sleeper.line().startswith(b"+ ")

    def toggle(number: int) -> int:
        other.ok(f"STORE 1:* {'+-'[number % 2]}FLAGS.SILENT (\\Flagged)")
        return int(transport.get_write_buffer_size())

    sizes = [toggle(number) for number in range(100) if not session.connection.congested]
    assert session.connection.congested
    assert max(toggle(number) for number in range(20)) < max(sizes) + 50_000
    other.append(b"Subject: last\r\n\r\n")
    while sleeper.line() != b"* 501 EXISTS":  # all that was kept back comes at last
        pass
    sleeper.send(b"DONE\r\n")


def test_nobody_stands_at_the_door_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOGIN_TOTAL_SECONDS", 0.0)
    client = world.connect()
    assert client.line().startswith(b"* OK ")
    assert client.line().startswith(b"* BYE [UNAVAILABLE]")
    assert client.rest() == b""


def test_a_fault_of_ours_is_told_with_a_reference(world: World, caplog: pytest.LogCaptureFixture) -> None:
    client = world.login("an")
    world.write(lambda tx: tx.execute(text("ALTER TABLE subscriptions RENAME TO elsewhere")))
    reply = client.fails('LSUB "" *').decode()
    match = re.fullmatch(r"NO \[SERVERBUG\] Loi cua may chu, xin bao quan tri \(ma ([0-9A-F]{6})\)", reply)
    assert match, reply
    assert any(match[1] in record.getMessage() and record.exc_info for record in caplog.records)
    assert client.ok("NOOP") == []


HANG_UPS = [
    b"",
    b"x",
    b"x NOOP\r",
    b"x APPEND INBOX {500000+}\r\n" + b"y" * 100_000,
    b"x APPEND INBOX {10}\r\n",
    b"x APPEND INBOX {3+}\r\nabc {5+}\r\nde",
    b"x IDLE\r\n",
    b"x IDLE\r\nDO",
    b"x FETCH 1:* BODY.PEEK[]\r\n" * 30,
    b"x SEARCH TEXT {5}\r\n",
    b"x STORE 1:* +FLAGS (a)\r\nx STORE 1:* -FLAGS (a)\r\n" * 10,
    b"x STARTTLS\r\n",
    b"x LOGOUT\r\n",
]


def test_hanging_up_anywhere_leaves_nothing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    for data in HANG_UPS:
        for client in (prepared(world), world.connect()):
            client.send(data)
            client.close()
    last = world.login("an")
    last.ok("SELECT INBOX")
    last.ok("LOGOUT")
    assert world.door is not None
    world.run(over(world))
    assert not world.door.keeper.sessions
    assert not world.door.keeper.per_account
    assert not world.office.db.bus._listeners.keys() - {("directory", 0)}
    assert not list(world.office.spool_folder.iterdir())
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")]


NONSENSE = [
    b"FETCH", b"1:*", b"(", b")", b"BODY[", b"]", b"{5}", b"{3+}\r\nabc", b"~{2+}\r\n\x00\x01", b'"', b"\\",
    b"\x00", b"\xff\xfe", b"SEARCH", b"STORE", b"+FLAGS", b"OR", b"NOT", b"UID", b"LIST", b"%", b"*", b"STATUS",
    b"INBOX", b"RETURN", b"APPEND", b"IDLE", b"$", b"CHARSET", b"RENAME", b"SELECT", b"COPY", b"MOVE", b"EXPUNGE",
    b"ENABLE", b"IMAP4rev2", b"CONDSTORE", b"MODSEQ", b"1", b"99999999999999999999", b"BINARY[1.2.3]", b"CREATE",
    b"DELETE", b"x/y", b"&AGE-", b"&", b"(FLAGS BODY.PEEK[1.MIME])", b"(UNCHANGEDSINCE 1)", b"(CHANGEDSINCE 0)",
    b"SUBJECT", b"SENTON 1-Jan-2020", b"REPLACE", b"CATENATE (", b"TEXT {3+}\r\nabc", b"URL /INBOX/;UID=1", b"URL",
    b'"/INBOX/;UID=1/;SECTION=1.MIME/;PARTIAL=0.5"', b"UTF8 (~{2+}\r\n\x00\x01)", b"LANGUAGE", b"en", b"UIDONLY",
    b"UTF8=ACCEPT", b"PREVIEW (LAZY)", b"EMAILID", b"THREADID", b"T1", b"SAVEDATE", b"SAVEDON", b"MAILBOXID",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_nonsense_never_breaks_the_server(world: World, seed: int) -> None:
    chance = random.Random(seed)
    client = prepared(world)
    for number in range(400):
        words = chance.choices(NONSENSE, k=chance.randint(1, 7))
        line = b"n%d " % number + chance.choice([b" ", b" ", b""]).join(words) + b"\r\n"
        client.send(line)
        if b"IDLE\r\n" in line[-7:]:
            client.send(b"DONE\r\n")
        client.send(b"end NOOP\r\n")
        if not ended_well(client):
            client = prepared(world)


def prepared(world: World) -> Client:
    client = world.login("an")
    client.append(
        b"Subject: 1\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
    )
    client.ok("SELECT INBOX")
    return client


def ended_well(client: Client) -> bool:
    """Read up to the answer of NOOP; a literal that waits is given. False when the server has said goodbye."""
    while True:
        try:
            line = client.line()
        except (EOFError, ConnectionError):
            return False
        assert b"SERVERBUG" not in line, line
        if line.startswith(b"+ xin"):
            client.send(b"\r\nend NOOP\r\n")
        if line.startswith(b"end "):
            return True
