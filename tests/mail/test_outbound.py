"""From the queue to another server: what goes over the wire, and what becomes of the rows."""

from __future__ import annotations

import dkim
from outbound_world import DOMAIN, Play, World
from outside import OFFERS

from mailsvc.mail.envelope import Recipient
from mailsvc.mailauth import dkim_sign


def test_a_letter_goes_out(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        server = await world.server()
        await world.send("ai@ngoai.example", "em@ngoai.example", account_id=an, body=b".dot\r\n..two\r\nend\r\n")
        assert await world.attempt() == 1
        (letter,) = server.letters
        assert letter.mail.startswith(f"MAIL FROM:<an@{DOMAIN}> SIZE=")
        assert letter.rcpts == ["RCPT TO:<ai@ngoai.example>", "RCPT TO:<em@ngoai.example>"]
        assert letter.data.endswith(b"\r\n\r\n.dot\r\n..two\r\nend\r\n")
        assert b"Return-Path" not in letter.data
        assert int(letter.mail.partition("SIZE=")[2].split()[0]) == len(letter.data)
        rows = await world.rows("sent")
        assert [(row.attempts, row.last_host) for row in rows] == [(1, server.name)] * 2
        assert rows[0].last_reply == "250 2.0.0 taken"
        assert await world.inbox(an) == []
        assert server.connections == 1
        assert server.verbs[-1] == "QUIT"

    play(story)


def test_letters_of_the_house_are_signed_once(play: Play) -> None:
    async def story(world: World) -> None:
        world.clock.advance(-86_400_000)  # the verifier looks at the real clock
        an = await world.person("an")
        server = await world.server()
        server.script.replies["RCPT:em@ngoai.example"] = ["450 4.2.1 later"]
        await world.send("ai@ngoai.example", "em@ngoai.example", account_id=an)
        await world.attempt()
        await world.after(1)
        first, second = server.letters
        assert first.data == second.data
        key = dkim_sign.load_or_make(world.office.settings.folder, "mailsvc")
        record = dkim_sign.dns_record(key).encode()
        names: list[bytes] = []

        def look_up(name: bytes, timeout: int = 5) -> bytes:
            names.append(name)
            return record

        assert dkim.verify(first.data, dnsfunc=look_up)
        assert names == [f"mailsvc._domainkey.{DOMAIN}.".encode()]

    play(story)


def test_letters_of_others_are_not_signed(play: Play) -> None:
    """Even when they say that they come from us: a forwarded forgery must not get our name."""

    async def story(world: World) -> None:
        server = await world.server()
        await world.send("ai@ngoai.example", account_id=None, door="mx")
        await world.attempt()
        assert b"DKIM-Signature" not in server.letters[0].data

    play(story)


def test_recipients_that_fail_for_now_are_tried_again(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        server = await world.server()
        server.script.replies["RCPT:em@ngoai.example"] = ["451 4.7.1 greylisted"]
        await world.send("ai@ngoai.example", "em@ngoai.example", account_id=an)
        await world.attempt()
        assert [one.rcpts for one in server.letters] == [["RCPT TO:<ai@ngoai.example>"]]
        (row,) = await world.rows("waiting")
        assert row.last_reply == "451 4.7.1 greylisted" and row.next_ms == world.clock.now_ms() + 60_000
        assert await world.attempt() == 0
        assert await world.after(1) == 1
        assert server.letters[1].rcpts == ["RCPT TO:<em@ngoai.example>"]
        assert await world.rows("waiting") == []
        assert await world.inbox(an) == []

    play(story)


def test_pauses_grow_as_the_settings_say(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.always["MAIL"] = "451 4.3.0 not now"
        await world.send("ai@ngoai.example")
        pauses = []
        for _ in range(6):
            await world.attempt()
            (row,) = await world.rows("waiting")
            pauses.append((row.next_ms - world.clock.now_ms()) // 60_000)
            world.clock.advance(row.next_ms - world.clock.now_ms())
        assert pauses == [1, 5, 15, 30, 60, 120]

    play(story)


def test_several_letters_share_a_connection(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        for _ in range(12):
            await world.send("ai@ngoai.example")
        assert await world.attempt() == 12
        assert len(server.letters) == 12 and server.connections <= 4

    play(story)


def test_more_recipients_than_one_transaction_takes(play: Play) -> None:
    """RFC 5321 §4.5.3.1.8: a hundred at a time; those of whom the server had too many follow at once."""

    async def story(world: World) -> None:
        server = await world.server()
        server.script.replies["RCPT:n5@ngoai.example"] = ["452 4.5.3 too many recipients"]
        await world.send(*(f"n{number}@ngoai.example" for number in range(150)))
        await world.attempt()
        assert sorted(len(one.rcpts) for one in server.letters) == [51, 99]
        assert await world.rows("waiting") == []

    play(story)


def test_reports_are_asked_of_a_server_that_can(play: Play) -> None:
    """RFC 3461 §5.2.1"""

    async def story(world: World) -> None:
        server = await world.server()
        who = Recipient("ai@ngoai.example", ("SUCCESS", "FAILURE"), "rfc822;a+b=c@ngoai.example")
        await world.send(who, "em@ngoai.example", ret="HDRS", envid="a+1 b")
        await world.attempt()
        (letter,) = server.letters
        assert letter.mail.endswith(" RET=HDRS ENVID=a+2B1+20b")
        assert letter.rcpts == [
            "RCPT TO:<ai@ngoai.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bb+3Dc@ngoai.example",
            "RCPT TO:<em@ngoai.example>",
        ]

    play(story)


def test_without_pipelining_and_extensions(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server(offers=())
        server.script.always["EHLO"] = "502 5.5.1 what?"
        server.script.replies["RCPT:em@ngoai.example"] = ["550 no"]
        await world.send("em@ngoai.example", "ai@ngoai.example", body=b"Ascii.\r\n", ret="FULL", subject="x")
        await world.attempt()
        assert server.verbs == ["EHLO", "HELO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]
        assert server.letters[0].mail == f"MAIL FROM:<an@{DOMAIN}>"
        (failed,) = await world.rows("failed")
        assert failed.last_reply == "550 5.0.0 no"

    play(story)


def test_other_letters_need_a_server_that_takes_them(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server(offers=tuple(one for one in OFFERS if one not in ("8BITMIME", "SMTPUTF8")))
        await world.send("ai@ngoai.example", subject="Chào")
        await world.send("thư@ngoai.example", body=b"x\r\n", smtputf8=True)
        await world.send("ai@ngoai.example", body=b"x\r\n", subject="Chào", smtputf8=True)
        await world.attempt()
        assert server.letters == []
        replies = [row.last_reply.split()[1] for row in await world.rows("failed")]
        assert sorted(replies) == ["5.6.3", "5.6.7", "5.6.9"]

    play(story)


def test_a_server_without_eight_bits_gets_seven(play: Play) -> None:
    """RFC 6152 §3; and the signature is of what was sent."""

    async def story(world: World) -> None:
        world.clock.advance(-86_400_000)
        an = await world.person("an")
        old = await world.server("cu.example", "127.0.0.2", offers=())
        new = await world.server()
        await world.send("ai@cu.example", "ai@ngoai.example", account_id=an)
        await world.attempt()
        assert b"Content-Transfer-Encoding: quoted-printable\r\n\r\nXin ch=C3=A0o.\r\n" in old.letters[0].data
        assert b"Content-Transfer-Encoding: 8bit\r\n\r\nXin ch\xc3\xa0o.\r\n" in new.letters[0].data
        record = dkim_sign.dns_record(dkim_sign.load_or_make(world.office.settings.folder, "mailsvc")).encode()
        for server in (old, new):
            assert dkim.verify(server.letters[0].data, dnsfunc=lambda name, timeout=5: record)

    play(story)


def test_smtputf8_is_said_when_needed(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        await world.send("thư@ngoai.example", smtputf8=True)
        await world.send("ai@ngoai.example", smtputf8=True)
        await world.attempt()
        asked = {one.rcpts[0]: "SMTPUTF8" in one.mail.split() for one in server.letters}
        assert asked == {"RCPT TO:<thư@ngoai.example>": True, "RCPT TO:<ai@ngoai.example>": False}

    play(story)


def test_too_large_for_the_server(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server(offers=("SIZE 2000", "8BITMIME"))
        await world.send("ai@ngoai.example", body=b"x" * 70 + b"\r\n" + b"y\r\n" * 1000)
        await world.attempt()
        (row,) = await world.rows("failed")
        assert row.last_reply.startswith("552 5.3.4 ")
        assert "MAIL" not in server.verbs

    play(story)


def test_line_ends_are_clean_on_the_wire(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        await world.send("ai@ngoai.example", body=b"a\nb\rc\r\n.\r\nMAIL FROM:<x>\n.\nlast")
        await world.attempt()
        assert len(server.letters) == 1
        assert server.letters[0].data.endswith(b"\r\n\r\na\r\nb\r\nc\r\n.\r\nMAIL FROM:<x>\r\n.\r\nlast\r\n")

    play(story)


def test_large_letters_arrive_whole(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        body = b".\r\n..\r\nline of text\r\n" * 60_000
        await world.send("ai@ngoai.example", body=body)
        await world.attempt()
        assert server.letters[0].data.endswith(b"\r\n\r\n" + body)

    play(story)
