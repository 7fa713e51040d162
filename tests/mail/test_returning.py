"""A waiting letter is returned by an administrator: reported once to its sender, and no longer sent."""

from __future__ import annotations

import asyncio

import pytest
from outbound_world import DOMAIN, Play, World

from mailsvc.accounts import letter_traces, returning
from mailsvc.accounts.letter_traces import Question
from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.mail.envelope import Recipient
from mailsvc.store import audit, queue


async def admin(world: World) -> Actor:
    new = NewPerson("quantri", "Quản Trị", (f"quantri@{DOMAIN}",), roles=("quan_tri",))
    return Actor((await world.office.db.write(add_person, new, None)).id)


async def waiting(world: World) -> list[int]:
    return [row.id for row in await world.rows(queue.WAITING)]


def test_a_letter_goes_back_once(play: Play) -> None:
    async def story(world: World) -> None:
        who, an = await admin(world), await world.person("an")
        await world.send("ai@cham.example", "em@cham.example", account_id=an)
        ids = await waiting(world)
        counts = await asyncio.gather(*(returning.give_back(world.office, who, ids) for _ in range(3)))
        assert sorted(counts) == [0, 0, 2]
        (report,) = await world.inbox(an)
        assert report.count(b"Action: failed") == 2 and b"Status: 5.3.0" in report
        assert b"Diagnostic-Code: smtp; 554 5.3.0 Returned to the sender by the postmaster" in report
        assert "Hệ thống đã thôi gửi".encode() in report and b"multipart/report" in report
        assert [row.state for row in await world.rows()] == [queue.FAILED] * 2
        server = await world.server("cham.example")
        assert await world.after(600) == 0 and server.letters == []
        noted = await world.office.db.read(lambda tx: audit.listing(tx, actions=("queue.return",)))
        assert [one["detail"]["recipient"] for one in noted] == ["em@cham.example", "ai@cham.example"]
        assert {one["actor_id"] for one in noted} == {who.account_id}
        question = Question(0, 1 << 60, recipient="em@cham.example")
        (way,) = await world.office.db.read(letter_traces.search, who, [DOMAIN], question)
        assert way.reached[0].attempts[-1].reply.startswith("554 5.3.0 Returned to the sender")

    play(story)


def test_what_is_being_sent_stays(play: Play) -> None:
    async def story(world: World) -> None:
        who, an = await admin(world), await world.person("an")
        await world.send("ai@ngoai.example", account_id=an)
        await world.send("em@cham.example", account_id=an)
        ids = await waiting(world)
        now_ms = world.clock.now_ms()
        (row,) = await world.office.db.write(queue.lease, "worker", now_ms + 60_000, "ngoai.example", 10)
        assert await returning.give_back(world.office, who, ids) == 1
        assert await waiting(world) == [row.id]
        assert await world.office.db.write(queue.sent, row.id, "mx", "250 2.0.0 ok")
        assert len(await world.inbox(an)) == 1

    play(story)


def test_who_asked_for_silence_is_not_told(play: Play) -> None:
    """Null senders and NOTIFY=NEVER, as for every other letter that fails. RFC 3461 §4.1"""

    async def story(world: World) -> None:
        who, an = await admin(world), await world.person("an")
        await world.send(Recipient("ai@cham.example", ("NEVER",)), account_id=an)
        await world.send("em@cham.example", sender="", account_id=an)
        assert await returning.give_back(world.office, who, await waiting(world)) == 2
        assert await world.inbox(an) == [] and await waiting(world) == []

    play(story)


def test_only_administrators_return_letters(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        await world.send("ai@cham.example", account_id=an)
        with pytest.raises(Refused):
            await returning.give_back(world.office, Actor(an), await waiting(world))
        assert len(await waiting(world)) == 1 and await world.inbox(an) == []
        await world.server("cham.example")
        assert await world.attempt() == 1  # and no lease was left behind

    play(story)
