"""What senders are told: once, in words and for machines, and never without a return path."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, Message
from typing import Any

import pytest
from outbound_world import DOMAIN, HOST, Play, World

from mailsvc.mail.envelope import Recipient

HOUR = 60


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.get_content_type() == "multipart/report"
    assert message["Content-Type"].params["report-type"] == "delivery-status"
    return message


def status(data: bytes) -> list[dict[str, str]]:
    """The fields of the machine-readable part: of the letter, then of each recipient."""
    part: Any = list(parsed(data).iter_parts())[1]
    blocks: list[Message] = part.get_payload()
    return [{name: str(value) for name, value in block.items()} for block in blocks]


def text(data: bytes) -> str:
    part: Any = next(iter(parsed(data).iter_parts()))
    return str(part.get_content())


def test_a_refused_recipient_is_reported_once(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        server = await world.server()
        server.script.always["RCPT:em@ngoai.example"] = "550 5.1.1 no such user"
        await world.send("ai@ngoai.example", "em@ngoai.example", account_id=an, envid="Q123")
        await world.attempt()
        (report,) = await world.inbox(an)
        message = parsed(report)
        assert message["Auto-Submitted"] == "auto-replied"
        assert message["To"] == f"an@{DOMAIN}" and "MAILER-DAEMON@" in message["From"]
        assert message["Subject"].endswith("V/v báo cáo")
        assert message["In-Reply-To"] == "<1@sogddt>"
        about, who = status(report)
        assert about["Reporting-MTA"] == f"dns; {HOST}" and about["Original-Envelope-Id"] == "Q123"
        assert who["Final-Recipient"] == "rfc822; em@ngoai.example"
        assert (who["Action"], who["Status"]) == ("failed", "5.1.1")
        assert who["Remote-MTA"] == "dns; mx.ngoai.example"
        assert who["Diagnostic-Code"] == "smtp; 550 5.1.1 no such user"
        assert "em@ngoai.example" in text(report) and "ai@ngoai.example" not in text(report)
        returned: Any = list(message.iter_parts())[2]
        assert returned.get_content_type() == "text/rfc822-headers"
        assert "Message-ID: <1@sogddt>" in returned.get_content() and "Return-Path" not in returned.get_content()
        await world.after(60)
        assert len(await world.inbox(an)) == 1
        assert [row.recipient for row in await world.rows("failed")] == ["em@ngoai.example"]

    play(story)


def test_a_domain_that_does_not_exist(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        await world.send("ai@khong-co.example", account_id=an, ret="FULL", body=b"Ascii.\r\n")
        await world.attempt()
        (report,) = await world.inbox(an)
        assert status(report)[1]["Status"] == "5.1.2"
        returned: Any = list(parsed(report).iter_parts())[2]
        assert returned.get_content_type() == "message/rfc822"
        assert "Ascii." in returned.get_content().get_content()

    play(story)


def test_the_null_sender_hears_nothing(play: Play) -> None:
    async def story(world: World) -> None:
        await world.send("ai@khong-co.example", sender="", door="mx")
        await world.attempt()
        assert [row.state for row in await world.rows()] == ["failed"]

    play(story)


def test_a_sender_outside_gets_the_report_by_mail(play: Play) -> None:
    """RFC 5321 §4.5.5: with the null reverse-path; when that fails too, there is an end."""

    async def story(world: World) -> None:
        server = await world.server()
        await world.send("ai@khong-co.example", sender="xa@ngoai.example", door="mx")
        server.script.replies["END"] = ["451 4.3.0 later"]
        await world.attempt()
        (waiting,) = await world.rows("waiting")
        assert (waiting.sender, waiting.recipient) == ("", "xa@ngoai.example")
        await world.after(1)
        (letter,) = server.letters
        assert letter.mail.startswith("MAIL FROM:<>")
        assert letter.data.startswith(b"DKIM-Signature:")
        assert status(letter.data)[1]["Final-Recipient"] == "rfc822; ai@khong-co.example"
        assert await world.rows("waiting") == []

    play(story)


def test_a_report_that_cannot_be_delivered_ends(play: Play) -> None:
    async def story(world: World) -> None:
        await world.send("ai@khong-co.example", sender="xa@cung-khong.example", door="mx")
        await world.attempt()
        rows = await world.rows()
        assert sorted((row.sender, row.state) for row in rows) == [("", "failed"), ("xa@cung-khong.example", "failed")]

    play(story)


def test_delay_is_told_once_then_expiry(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        server = await world.server()
        server.script.always["RCPT"] = "450 4.2.0 busy"
        start = world.clock.now_ms()
        await world.send("ai@ngoai.example", account_id=an)
        told: list[tuple[float, str]] = []
        seen = 0
        while waiting := await world.rows("waiting"):
            world.clock.advance(max(0, waiting[0].next_ms - world.clock.now_ms()))
            await world.attempt()
            inbox = await world.inbox(an)
            told += [((world.clock.now_ms() - start) / 3_600_000, status(one)[1]["Action"]) for one in inbox[seen:]]
            seen = len(inbox)
        assert told == [(4.0, "delayed"), (96.0, "failed")]
        delayed, failed = await world.inbox(an)
        assert "Will-Retry-Until" in status(delayed)[1] and status(delayed)[1]["Status"] == "4.2.0"
        assert "KHÔNG" in text(delayed) or "không cần gửi lại" in text(delayed)
        assert status(failed)[1]["Status"] == "5.4.7"
        assert status(failed)[1]["Diagnostic-Code"] == "smtp; 450 4.2.0 busy"

    play(story)


@pytest.mark.parametrize(("notify", "told"), [(("NEVER",), 0), (("SUCCESS",), 0), (("FAILURE",), 1), (("DELAY",), 0)])
def test_notify_decides_on_failures(play: Play, notify: tuple[str, ...], told: int) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        await world.send(Recipient("ai@khong-co.example", notify, "rfc822;ai+1@khong-co.example"), account_id=an)
        await world.attempt()
        inbox = await world.inbox(an)
        assert len(inbox) == told
        if told:
            assert status(inbox[0])[1]["Original-Recipient"] == "rfc822; ai+1@khong-co.example"

    play(story)


@pytest.mark.parametrize(("offers", "told"), [(("8BITMIME",), ["relayed"]), (("8BITMIME", "DSN"), [])])
def test_success_is_reported_where_the_other_server_will_not(
    play: Play, offers: tuple[str, ...], told: list[str]
) -> None:
    """RFC 3461 §5.2.2"""

    async def story(world: World) -> None:
        an = await world.person("an")
        await world.server(offers=offers)
        await world.send(Recipient("ai@ngoai.example", ("SUCCESS",)), "em@ngoai.example", account_id=an)
        await world.attempt()
        reports = [status(one)[1:] for one in await world.inbox(an)]
        assert [one["Action"] for fields in reports for one in fields] == told

    play(story)


def test_at_once_what_the_door_cannot_say(play: Play) -> None:
    """One recipient accepted, another refused after that: a report in the same transaction."""

    async def story(world: World) -> None:
        an, binh = await world.person("an"), await world.person("binh")
        asked = Recipient(f"binh@{DOMAIN}", ("SUCCESS",))
        outcomes = await world.send(asked, f"khong.co@{DOMAIN}", account_id=an)
        assert [one.code for one in outcomes] == [250, 550]
        assert len(await world.inbox(binh)) == 1
        failed, delivered = await world.inbox(an)
        assert (status(failed)[1]["Action"], status(failed)[1]["Status"]) == ("failed", "5.1.1")
        assert status(delivered)[1]["Action"] == "delivered"
        assert status(delivered)[1]["Final-Recipient"] == f"rfc822; binh@{DOMAIN}"

    play(story)


@pytest.mark.parametrize("change", [{"sender": ""}, {"door": "lmtp"}])
def test_no_report_at_once_to_nobody_nor_through_lmtp(play: Play, change: dict[str, str]) -> None:
    async def story(world: World) -> None:
        an, _ = await world.person("an"), await world.person("binh")
        await world.send(f"binh@{DOMAIN}", f"khong.co@{DOMAIN}", **change)  # type: ignore[arg-type]
        assert await world.inbox(an) == [] and await world.rows() == []

    play(story)


def test_when_all_fail_the_door_says_it(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        outcomes = await world.send(f"khong.co@{DOMAIN}", account_id=an)
        assert [one.code for one in outcomes] == [550]
        assert await world.inbox(an) == []

    play(story)


def test_a_full_inbox_takes_its_report(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        await world.office.db.write(_set_quota, an, 10)
        await world.send("ai@khong-co.example", account_id=an)
        await world.attempt()
        assert len(await world.inbox(an)) == 1

    play(story)


def _set_quota(tx: Any, account_id: int, octets: int) -> None:
    from mailsvc.store import accounts

    accounts.set_quota(tx, account_id, octets)
