"""Command order, replies and limits of the doors, through real sockets."""

from __future__ import annotations

import asyncio
import base64
import errno
from pathlib import Path

import pytest
from door import Client, Door, both_loops, with_door
from small_house import SmallHouse

from mailsvc.core.errors import Busy, OverQuota, StorageFull
from mailsvc.mail.envelope import Client as Peer
from mailsvc.mail.envelope import Envelope, Outcome, Recipient
from mailsvc.mail.policy import AllowAll, Refusal
from mailsvc.smtp import profiles
from mailsvc.smtp.limits import Limits
from mailsvc.store.blobs import Buffer

LETTER = b"From: a@x.example\r\nSubject: x\r\n\r\nhello\r\n"


async def transaction(client: Client, *recipients: str, sender: str = "a@x.example", data: bytes = LETTER) -> str:
    """MAIL, RCPT and DATA; the reply after the data."""
    assert (await client.say(f"MAIL FROM:<{sender}>")).startswith("250 2.1.0 ")
    for recipient in recipients or ("an@so.example",):
        assert (await client.say(f"RCPT TO:<{recipient}>")).startswith("250 2.1.5 ")
    assert (await client.say("DATA")).startswith("354 ")
    client.send(data + b".\r\n")
    return await client.reply()


@both_loops
def test_a_letter_is_delivered_behind_its_trace(tmp_path: Path, factory: object) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        assert (await transaction(client)).startswith("250 2.0.0 Accepted as ")
        assert (await client.say("QUIT")).startswith("221 2.0.0 ")
        assert await client.closed() == b""

    house = with_door(tmp_path, script, factory=factory)  # type: ignore[arg-type]
    [(envelope, data)] = house.letters
    assert envelope.sender == "a@x.example"
    assert envelope.recipients == (Recipient("an@so.example"),)
    assert envelope.client.helo == "client.example"
    assert data[: envelope.return_path_size] == b"Return-Path: <a@x.example>\r\n"
    assert data[envelope.return_path_size : envelope.trace_size].decode() == (
        "Received: from client.example ([127.0.0.1])\r\n"
        f" by mail.so.example with ESMTP id {envelope.id}\r\n"
        " for <an@so.example>; Tue, 24 Nov 2026 12:00:00 +0700\r\n"
    )
    assert data[envelope.trace_size :] == LETTER


def test_blind_copies_are_not_told_in_the_trace(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        await transaction(await door.connect(), "an@so.example", "binh@so.example")

    [(envelope, data)] = with_door(tmp_path, script).letters
    assert b"so.example>" not in data[: envelope.trace_size]
    assert b" for " not in data[: envelope.trace_size]


@pytest.mark.parametrize(
    ("profile", "tls", "expected"),
    [
        (profiles.MX, False, "STARTTLS"),
        (profiles.MX, True, ""),
        (
            profiles.SUBMISSION,
            False,
            "STARTTLS",
        ),
        (
            profiles.SUBMISSION,
            True,
            "AUTH SCRAM-SHA-256 PLAIN LOGIN",
        ),
        (profiles.LMTP, False, "STARTTLS"),
    ],
)
def test_what_is_offered(tmp_path: Path, profile: profiles.Profile, tls: bool, expected: str) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        if tls:
            await client.start_tls()
        hello = await client.say("LHLO c.example" if profile.lmtp else "EHLO c.example")
        offered = [line[4:] for line in hello.split("\n")]
        always = ["PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "DSN"]
        sometimes = [expected] if expected else []
        assert offered == ["mail.so.example", *always, *sometimes, "LIMITS RCPTMAX=5000", "HELP"]

    with_door(tmp_path, script, profile=profile)


def test_order_of_commands(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect(greet=False)
        await client.reply()
        for line, expected in [
            ("MAIL FROM:<a@x.example>", "503 5.5.1"),
            ("RCPT TO:<an@so.example>", "503 5.5.1"),
            ("DATA", "503 5.5.1"),
            ("EHLO", "501 5.5.4"),
            ("LHLO x", "500 5.5.1"),
            ("HELO x", "250 mail.so.example"),
            ("MAIL FROM:<a@x.example> SIZE=5", "555 5.5.4"),
            ("RCPT TO:<an@so.example>", "503 5.5.1"),
            ("DATA", "503 5.5.1"),
            ("MAIL FROM:<a@x.example>", "250 2.1.0"),
            ("MAIL FROM:<a@x.example>", "503 5.5.1"),
            ("DATA", "503 5.5.1"),
            ("RCPT TO:<an@so.example> NOTIFY=NEVER", "555 5.5.4"),
            ("RCPT TO:<khong@so.example>", "550 5.1.1"),
            ("DATA", "554 5.5.1"),
            ("RSET x", "501 5.5.4"),
            ("RSET", "250 2.0.0"),
            ("RCPT TO:<an@so.example>", "503 5.5.1"),
            ("noop anything", "250 2.0.0"),
            ("VRFY an", "252 2.5.0"),
            ("VRFY", "501 5.5.4"),
            ("EXPN nhom", "502 5.5.1"),
            ("HELP", "214 2.0.0 Commands: EHLO HELO STARTTLS AUTH MAIL RCPT"),
            ("AUTH PLAIN", "502 5.5.1"),
            ("WHAT", "500 5.5.1"),
            ("", "500 5.5.1"),
            ("DATA x", "501 5.5.4"),
            ("QUIT x", "501 5.5.4"),
            ("QUIT", "221 2.0.0"),
        ]:
            assert (await client.say(line)).startswith(expected), line

    with_door(tmp_path, script)


def test_who_is_taken_at_the_mx(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        await client.say("MAIL FROM:<>")
        for address, expected in [
            ("an@so.example", "250 2.1.5"),
            ("postmaster", "250 2.1.5"),
            ("POSTMASTER@so.example", "250 2.1.5"),
            ("ai@so.example", "550 5.1.1"),
            ("khoa@so.example", "550 5.2.1"),
            ("day@so.example", "552 5.2.2"),
            ("chat@so.example", "452 4.2.2"),
            ("nhom@so.example", "550 5.7.2"),
            ("x@elsewhere.example", "554 5.7.1"),
            ("an", "501 5.1.3"),
            ("văn@so.example", "553 5.6.7"),
        ]:
            assert (await client.say(f"RCPT TO:<{address}>")).startswith(expected), address

    with_door(tmp_path, script)


def test_size_is_refused_at_mail_and_after_data(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        assert (await client.say("MAIL FROM:<a@x.example> SIZE=2001")).startswith("552 5.3.4 ")
        assert (await transaction(client, data=b"\r\n" + b"x" * 1998 + b"\r\n")).startswith("552 5.3.4 ")
        assert (await transaction(client, data=b"\r\n" + b"x" * 1996 + b"\r\n")).startswith("250 ")
        await client.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>", "DATA")
        client.send(b"x" * 9000)  # more than four times too much ends the connection
        assert (await client.closed()).startswith(b"552 5.3.4 ")

    house = with_door(tmp_path, script, limits=Limits(message_size=2000))
    assert len(house.letters) == 1


def test_bare_line_ends_are_refused(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        for wrong in (b"a\nb\r\n", b"a\rb\r\n", b"\n.\nMAIL FROM:<b@x.example>\r\n", b"\r.\rx\r\n", b"a\r\n.\nb\r\n"):
            assert (await transaction(client, data=wrong)).startswith("554 5.6.0 "), wrong
        assert (await client.say("NOOP")).startswith("250 ")
        await client.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>")
        client.send(b"BDAT 3 LAST\r\na\nb")
        assert (await client.reply()).startswith("554 5.6.0 ")
        assert (await transaction(client, data=b"NUL \0 and \xff are kept\r\n")).startswith("250 ")

    [(envelope, data)] = with_door(tmp_path, script).letters
    assert data[envelope.trace_size :] == b"NUL \0 and \xff are kept\r\n"


def test_a_letter_that_goes_round_in_circles(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        hops = b"Received: from a.example by b.example\r\n"
        assert (await transaction(client, data=hops * 101 + b"\r\n")).startswith("554 5.4.6 ")
        assert (await transaction(client, data=hops * 100 + b"\r\n")).startswith("250 ")

    with_door(tmp_path, script)


def test_chunks(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        begin = b"MAIL FROM:<a@x.example>\r\nRCPT TO:<an@so.example>\r\n"
        client.send(
            begin + b"BDAT 14\r\nSubject: x\r\n\r\nBDAT 3\r\na\r\nBDAT 4\r\n\r\n.\r" + b"BDAT 1 LAST\r\n\nNOOP\r\n"
        )
        replies = [await client.reply() for _ in range(7)]
        assert [reply[:3] for reply in replies] == ["250"] * 7
        client.send(b"BDAT 5 LAST\r\nhelloNOOP\r\n")  # without a transaction the octets are taken and refused
        assert [(await client.reply())[:9] for _ in range(2)] == ["503 5.5.1", "250 2.0.0"]
        await client.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>")
        client.send(b"BDAT 2\r\nhi")
        assert (await client.reply()).startswith("250 ")
        assert (await client.say("DATA")).startswith("503 ")
        assert (await client.say("RCPT TO:<an@so.example>")).startswith("503 ")
        assert (await client.say("RSET")).startswith("250 ")
        assert (await client.say("BDAT x")).startswith("501 ")
        await client.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>", "BDAT 0 LAST")

    house = with_door(tmp_path, script)
    assert [data[envelope.trace_size :] for envelope, data in house.letters] == [
        b"Subject: x\r\n\r\na\r\n\r\n.\r\n",
        b"",
    ]


def test_a_failed_chunk_fails_the_letter(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        client.send(b"MAIL FROM:<a@x.example>\r\nRCPT TO:<an@so.example>\r\n")
        for _ in range(40):
            client.send(b"BDAT 1000\r\n" + b"a" * 1000)
        client.send(b"BDAT 0 LAST\r\nMAIL FROM:<a@x.example>\r\n")
        replies = [await client.reply() for _ in range(44)]
        assert [reply[:9] for reply in replies[2:4]] == ["250 2.0.0"] * 2
        assert replies[4].startswith("552 5.3.4 ")
        assert {reply[:9] for reply in replies[5:43]} == {"503 5.5.1"}
        assert replies[43].startswith("250 2.1.0 ")

    assert with_door(tmp_path, script, limits=Limits(message_size=2000, errors=5)).letters == []


def test_pipelined_recipients(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        lines = [f"RCPT TO:<user{at:04}@so.example>\r\n" for at in range(600)]
        client.send(("MAIL FROM:<a@x.example>\r\n" + "".join(lines) + "DATA\r\n").encode())
        for _ in range(601):
            assert (await client.reply()).startswith("250 ")
        assert (await client.reply()).startswith("354 ")
        client.send(LETTER + b".\r\nQUIT\r\n")
        assert (await client.reply()).startswith("250 ")
        assert (await client.reply()).startswith("221 ")

    house = with_door(tmp_path, script)
    [(envelope, _)] = house.letters
    assert len(envelope.recipients) == 600
    assert sum(house.expected) >= 590
    assert len(house.expected) <= 10


def test_too_many_recipients(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        await client.say("MAIL FROM:<a@x.example>", *["RCPT TO:<an@so.example>"] * 3)
        assert (await client.say("RCPT TO:<an@so.example>")).startswith("452 4.5.3 ")
        await client.say("DATA")
        client.send(b".\r\n")
        assert (await client.reply()).startswith("250 ")

    with_door(tmp_path, script, limits=Limits(recipients=3))


def test_dsn_parameters_reach_the_envelope(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        await client.say("MAIL FROM:<văn@x.example> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=q+2B1")
        await client.say("RCPT TO:<an@so.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;n+2Ba@y.example", "DATA")
        client.send(LETTER + b".\r\n")
        await client.reply()

    [(envelope, data)] = with_door(tmp_path, script).letters
    assert (envelope.sender, envelope.smtputf8, envelope.body) == ("văn@x.example", True, "8BITMIME")
    assert (envelope.ret, envelope.envid) == ("HDRS", "q+1")
    assert envelope.recipients == (Recipient("an@so.example", ("SUCCESS", "FAILURE"), "rfc822;n+a@y.example"),)
    assert "with UTF8SMTP id" in data.decode()


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (StorageFull("x"), "452 4.3.1"),
        (OverQuota("x"), "552 5.2.2"),
        (Busy("x"), "451 4.3.2"),
        (ZeroDivisionError("a secret of ours"), "451 4.3.0"),
        (OSError(errno.ENOSPC, "x"), "451 4.3.0"),
    ],
)
def test_trouble_in_the_house(tmp_path: Path, trouble: Exception, expected: str) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        reply = await transaction(client)
        assert reply.startswith(expected)
        assert "secret" not in reply
        door.house.trouble = None
        assert (await transaction(client)).startswith("250 ")

    with_door(tmp_path, script, house=SmallHouse(tmp_path, trouble=trouble))


def outcome(address: str) -> Outcome:
    name = address.partition("@")[0]
    return {
        "user1": Outcome(address, 452, "4.2.2", "Mailbox full"),
        "user2": Outcome(address, 550, "5.7.1", "Not wanted"),
    }.get(name, Outcome(address))


@pytest.mark.parametrize(
    ("recipients", "expected"),
    [(("an", "user1", "user2"), "250 2.0.0"), (("user2", "user1"), "452 4.2.2"), (("user2",), "550 5.7.1")],
)
def test_outcomes_at_the_mx(tmp_path: Path, recipients: tuple[str, ...], expected: str) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        reply = await transaction(client, *(f"{name}@so.example" for name in recipients))
        assert reply.startswith(expected)

    with_door(tmp_path, script, house=SmallHouse(tmp_path, outcome=outcome))


def test_lmtp_answers_for_each_recipient(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        assert (await client.say("EHLO x")).startswith("500 ")
        names = ("user1@so.example", "an@so.example", "user2@so.example", "an@so.example")
        assert (await transaction(client, *names)).startswith("452 4.2.2 ")
        assert [(await client.reply())[:9] for _ in range(3)] == ["250 2.1.5", "550 5.7.1", "250 2.1.5"]
        await client.say("MAIL FROM:<>", "RCPT TO:<an@so.example>", "RCPT TO:<binh@so.example>")
        client.send(b"BDAT 0 LAST\r\nNOOP\r\n")
        assert [(await client.reply())[:9] for _ in range(3)] == ["250 2.1.5", "250 2.1.5", "250 2.0.0"]
        door.house.trouble = StorageFull("x")
        assert (await transaction(client, "an@so.example", "binh@so.example")).startswith("452 4.3.1 ")
        assert (await client.reply()).startswith("452 4.3.1 ")
        assert (await client.say("RCPT TO:<an@so.example>")).startswith("503 ")

    house = with_door(tmp_path, script, profile=profiles.LMTP, house=SmallHouse(tmp_path, outcome=outcome))
    assert b"with LMTP id" in house.letters[0][1]


def test_the_policy_is_asked(tmp_path: Path) -> None:
    class Strict(AllowAll):
        async def mail(self, client: Peer, door: str, sender: str) -> Refusal | None:
            return Refusal(550, "5.7.23", "SPF says no") if sender.startswith("spf") else None

        async def rcpt(self, client: Peer, door: str, sender: str, recipient: Recipient) -> Refusal | None:
            return Refusal(450, "4.7.1", "Come back later") if recipient.address.startswith("binh") else None

        async def data(self, envelope: Envelope, message: Buffer) -> Refusal | None:
            return Refusal(550, "5.7.1", "Junk") if bytes(message).find(b"junk") >= 0 else None

    async def script(door: Door) -> None:
        client = await door.connect()
        assert (await client.say("MAIL FROM:<spf@x.example>")).startswith("550 5.7.23 ")
        assert (await client.say("MAIL FROM:<a@x.example>")).startswith("250 ")
        assert (await client.say("RCPT TO:<binh@so.example>", "RSET")).startswith("250 ")
        assert (await transaction(client, data=b"junk\r\n")).startswith("550 5.7.1 ")

    assert with_door(tmp_path, script, house=SmallHouse(tmp_path, policy=Strict())).letters == []


def test_too_many_mistakes(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        for _ in range(3):
            assert (await client.say("WHAT")).startswith("500 ")
        assert (await client.say("WHAT")).startswith("421 4.7.0 ")
        assert await client.closed() == b""
        client = await door.connect()
        await client.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>")
        for _ in range(4):  # one more than for wrong commands, because somebody was accepted
            assert (await client.say("RCPT TO:<ai@so.example>")).startswith("550 ")
        assert (await client.say("RCPT TO:<ai@so.example>")).startswith("421 ")
        client = await door.connect()
        for _ in range(9):
            assert (await client.say("NOOP")).startswith("250 ")
        assert (await client.say("NOOP")).startswith("421 4.7.0 ")

    with_door(tmp_path, script, limits=Limits(errors=3, idle_commands=10))


def test_lines_that_are_none(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        for line in (b"NOOP\n", b"NO\rOP\r\n", b"NOOP \0\r\n", b"NOOP a\rb\r\n"):
            client.send(line)
            assert (await client.reply()).startswith("500 "), line
        client.send(b"NOOP " + b"a" * 3000 + b"\r\n")
        assert (await client.reply()).startswith("500 5.5.2 Line too long")
        for _ in range(20):
            client.send(b"a" * 100_000)
        client.send(b"\r\nNOOP\r\n")
        assert (await client.reply()).startswith("500 5.5.2 Line too long")
        assert (await client.reply()).startswith("250 ")
        client.send(b"VRFY \xff\r\n")
        assert (await client.reply()).startswith("501 5.5.2 ")

    with_door(tmp_path, script)


def test_half_closed_connections_get_their_replies(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect(greet=False)
        client.send(b"EHLO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<an@so.example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n")
        client.writer.write_eof()
        replies = (await client.closed()).split(b"\r\n")
        assert replies[-3].startswith(b"250 2.0.0 Accepted")
        assert replies[-2].startswith(b"221 ")

    assert len(with_door(tmp_path, script).letters) == 1


def test_a_letter_without_end_is_dropped(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        await client.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>", "DATA")
        client.send(b"Subject: x\r\n\r\n" + b"a" * 2_000_000)
        await client.writer.drain()
        client.writer.close()
        await client.writer.wait_closed()

    assert with_door(tmp_path, script).letters == []


@both_loops
def test_a_large_letter_through_a_file(tmp_path: Path, factory: object) -> None:
    body = b"".join(b"%06d " % at + b"x" * 60 + b"\r\n" for at in range(40_000))

    async def script(door: Door) -> None:
        client = await door.connect()
        assert (await transaction(client, data=b"Subject: x\r\n\r\n" + body)).startswith("250 ")
        assert (await transaction(client, data=b"\r\n" + b"y" * 3_000_000 + b"\r\n")).startswith("250 ")

    letters = with_door(tmp_path, script, factory=factory).letters  # type: ignore[arg-type]
    assert letters[0][1].endswith(body)
    assert letters[1][1].endswith(b"y" * 3_000_000 + b"\r\n")


# ---- time ----
def test_silent_clients_are_told_and_closed(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        client.send(b"NOO")
        assert (await client.closed()).startswith(b"421 4.4.2 ")
        client = await door.connect()
        await client.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>", "DATA")
        assert (await client.closed()).startswith(b"421 4.4.2 ")

    with_door(tmp_path, script, limits=Limits(command_timeout=0.2, data_timeout=0.2))


def test_a_slow_honest_upload_passes_and_a_crawl_does_not(tmp_path: Path) -> None:
    limits = Limits(data_timeout=0.4, window=0.2, window_octets=1000)

    async def upload(client: Client, octets: int, times: int) -> None:
        await client.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>", "DATA")
        for _ in range(times):
            client.send(b"a" * octets)
            await asyncio.sleep(0.02)  # the throttled client itself, not a synchronisation
            if client.reader.at_eof():
                return

    async def script(door: Door) -> None:
        client = await door.connect()
        await upload(client, 1000, 40)  # 0.8 s: twice the timeout of a read
        client.send(b"\r\n.\r\n")
        assert (await client.reply()).startswith("250 ")
        await upload(client, 10, 40)
        assert (await client.closed()).startswith(b"421 4.4.2 ")

    assert len(with_door(tmp_path, script, limits=limits).letters) == 1


def test_who_does_not_take_replies_is_not_read(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        await client.say("MAIL FROM:<a@x.example>")
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        client.send(b"HELP\r\n" * 2_000_000)
        with pytest.raises(ConnectionError):  # the door has given up, without having read everything
            await client.writer.drain()

    with_door(tmp_path, script, limits=Limits(command_timeout=0.5))


def test_stopping_tells_those_who_wait(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        waiting, sending = await door.connect(), await door.connect()
        await sending.say("MAIL FROM:<a@x.example>", "RCPT TO:<an@so.example>", "DATA")
        stop = asyncio.ensure_future(door.listener.stop(within=5.0))
        assert (await waiting.closed()).startswith(b"421 4.3.2 ")
        sending.send(b"x\r\n.\r\n")
        assert (await sending.reply()).startswith("250 ")
        assert (await sending.closed()).startswith(b"421 4.3.2 ")
        await stop

    assert len(with_door(tmp_path, script).letters) == 1


# ---- TLS and login ----
@both_loops
def test_starttls_forgets_what_was_said_in_clear(tmp_path: Path, factory: object) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        await client.say("MAIL FROM:<a@x.example>")
        await client.start_tls()
        assert (await client.say("RCPT TO:<an@so.example>")).startswith("503 5.5.1 Say EHLO")
        assert "STARTTLS" not in await client.say("EHLO x.example")
        assert (await client.say("STARTTLS")).startswith("503 ")
        assert (await transaction(client)).startswith("250 ")
        await client.say("QUIT")
        assert await client.closed() == b""

    [(envelope, data)] = with_door(tmp_path, script, factory=factory).letters  # type: ignore[arg-type]
    assert envelope.client.cipher.startswith("TLS_")
    assert f"with ESMTPS id {envelope.id} tls {envelope.client.cipher}\r\n" in data.decode()


@both_loops
@pytest.mark.parametrize("injected", [b"NOOP\r\n", b"X", b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<an@so.example>\r\n"])
def test_plaintext_behind_starttls_closes(tmp_path: Path, factory: object, injected: bytes) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        client.send(b"STARTTLS\r\n" + injected)
        assert await client.closed() == b""
        client = await door.connect()
        await client.say("STARTTLS")
        client.send(injected)  # a moment later, where the handshake should be
        assert not (await client.closed()).startswith(b"2")

    with_door(tmp_path, script, limits=Limits(tls_timeout=0.2), factory=factory)  # type: ignore[arg-type]


def plain(name: str = "an", password: str = "mật khẩu 1") -> str:
    return base64.b64encode(f"\0{name}\0{password}".encode()).decode()


@both_loops
def test_submission_over_tls(tmp_path: Path, factory: object) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        assert (await client.say("MAIL FROM:<an@so.example>")).startswith("530 5.7.0 ")
        assert (await client.say(f"AUTH PLAIN {plain()}")).startswith("235 2.7.0 ")
        assert "AUTH" not in await client.say("EHLO x")
        assert (await client.say(f"AUTH PLAIN {plain()}")).startswith("503 ")
        for sender, expected in [
            ("binh@so.example", "553 5.7.1"),
            ("an@elsewhere.example", "553 5.7.1"),
            ("vanthu@so.example", "250 2.1.0"),
            ("an.nguyen@so.example", "250 2.1.0"),
            ("", "250 2.1.0"),
        ]:
            assert (await client.say(f"MAIL FROM:<{sender}>")).startswith(expected), sender
            await client.say("RSET")
        reply = await transaction(client, "x@elsewhere.example", "binh@so.example", sender="an@so.example", data=LETTER)
        assert reply.startswith("250 ")
        full = b"Message-ID: <1@x>\r\ndate: Tue, 24 Nov 2026 11:00:00 +0700\r\n\r\n"
        await transaction(client, "x@elsewhere.example", sender="an@so.example", data=full)

    house = with_door(
        tmp_path,
        script,
        profile=profiles.SUBMISSION,
        implicit_tls=True,
        factory=factory,  # type: ignore[arg-type]
    )
    (envelope, data), (second, unchanged) = house.letters
    assert (envelope.account_id, envelope.door) == (7, "submission")
    assert b"with ESMTPSA id" in data
    added = data[: envelope.trace_size]
    assert f"\r\nMessage-ID: <{envelope.id}@mail.so.example>\r\n".encode() in added
    assert b"\r\nDate: Tue, 24 Nov 2026 12:00:00 +0700\r\n" in added
    assert data[envelope.trace_size :] == LETTER
    assert b"Date:" not in unchanged[: second.trace_size]
    assert b"Message-ID:" not in unchanged[: second.trace_size]


def test_login_needs_tls(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        assert (await client.say(f"AUTH PLAIN {plain()}")).startswith("538 5.7.11 ")
        assert (await client.say("MAIL FROM:<an@so.example>")).startswith("530 5.7.0 ")
        client.send(b"BDAT 3 LAST\r\nabc")
        assert (await client.reply()).startswith("530 5.7.0 ")
        await client.start_tls()
        assert (await client.say(f"AUTH PLAIN {plain()}")).startswith("503 ")
        await client.say("EHLO x")
        assert (await client.say(f"AUTH PLAIN {plain()}")).startswith("235 ")

    with_door(tmp_path, script, profile=profiles.SUBMISSION)


def test_ways_to_log_in(tmp_path: Path) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        for line, expected in [
            ("AUTH", "501 5.5.4"),
            ("AUTH NTLM", "504 5.5.4"),
            ("AUTH PLAIN !", "501 5.5.2"),
            ("AUTH PLAIN a b", "501 5.5.4"),
            ("AUTH PLAIN =", "535 5.7.8"),
            (f"AUTH PLAIN {plain(password='x')}", "535 5.7.8"),
            (f"AUTH PLAIN {plain(name='ai')}", "535 5.7.8"),
        ]:
            assert (await client.say(line)).startswith(expected), line
        assert await client.say("AUTH PLAIN") == "334 "
        assert (await client.say("*")).startswith("501 5.7.0 ")
        assert await client.say("AUTH LOGIN") == "334 VXNlcm5hbWU6"
        assert await client.say(base64.b64encode(b"an").decode()) == "334 UGFzc3dvcmQ6"
        assert (await client.say("@@")).startswith("501 5.5.2 ")
        await client.say("AUTH PLAIN")
        client.send(b"a" * 20_000 + b"\r\n")
        assert (await client.reply()).startswith("500 5.5.6 ")
        await client.say("AUTH LOGIN", base64.b64encode(b"an").decode())
        assert (await client.say(base64.b64encode("mật khẩu 1".encode()).decode())).startswith("235 ")

    with_door(tmp_path, script, profile=profiles.SUBMISSION, implicit_tls=True)


@pytest.mark.parametrize("how", ["hang up", "silence", "stop"])
def test_a_login_that_breaks_off(tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    async def script(door: Door) -> None:
        client = await door.connect()
        await client.say("AUTH LOGIN")
        if how == "hang up":
            client.writer.close()
            await client.writer.wait_closed()
        elif how == "silence":
            assert (await client.closed()).startswith(b"421 4.4.2 ")
        else:
            await door.listener.stop(within=0.0)
            assert (await client.closed()).startswith(b"421 4.3.2 ")

    with_door(tmp_path, script, profile=profiles.SUBMISSION, implicit_tls=True, limits=Limits(login_timeout=0.2))
    assert "unexpected failure" not in caplog.text
