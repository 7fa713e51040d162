"""What the postmaster is told of letters that go out: each try with the other server's words, reports, forgetting."""

from __future__ import annotations

from outbound_world import DOMAIN, Play, World

from mailsvc.accounts import letter_traces
from mailsvc.accounts.letter_traces import Question, Way
from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.core.actor import Actor
from mailsvc.jobs import ticks
from mailsvc.store import traces


async def asked(world: World, actor: Actor, **question: str) -> list[Way]:
    domains = world.office.settings.organisation.domains
    return await world.office.db.read(letter_traces.search, actor, domains, Question(0, 1 << 60, **question))


async def admin(world: World) -> Actor:
    new = NewPerson("quantri", "Quản Trị", (f"quantri@{DOMAIN}",), roles=("quan_tri",))
    return Actor((await world.office.db.write(add_person, new, None)).id)


def test_each_try_is_told(play: Play) -> None:
    async def story(world: World) -> None:
        who, an = await admin(world), await world.person("an")
        server = await world.server()
        server.script.replies["RCPT:em@ngoai.example"] = ["451 4.7.1 greylisted", "250 2.1.5 ok"]
        server.script.replies["RCPT:cu@ngoai.example"] = ["550 5.1.1 gone"]
        await world.send("ai@ngoai.example", "em@ngoai.example", "cu@ngoai.example", account_id=an)
        await world.attempt()
        await world.after(2)
        (way,) = await asked(world, who, recipient="em@ngoai.example")
        assert (way.trace.door, way.submitter, way.hidden) == ("submission", "An", 0)
        by_name = {one.recipient.partition("@")[0]: one for one in way.reached}
        assert way.reached[0].recipient == "em@ngoai.example"  # who was asked for comes first
        told = [(one.state, one.host, one.reply) for one in by_name["em"].attempts]
        assert told == [("waiting", server.name, "451 4.7.1 greylisted"), ("sent", server.name, "250 2.0.0 taken")]
        assert by_name["em"].queued is not None and by_name["em"].queued.state == "sent"
        assert [one.state for one in by_name["cu"].attempts] == ["failed"]
        (report,) = await asked(world, who, recipient=f"an@{DOMAIN}")
        assert (report.trace.door, report.trace.sender) == ("house", "")
        assert report.reached[0].owner == "An"

    play(story)


def test_old_traces_are_forgotten(play: Play) -> None:
    async def story(world: World) -> None:
        who, an = await admin(world), await world.person("an")
        await world.server()
        await world.send("ai@ngoai.example", account_id=an)
        await world.attempt()
        for days, left in ((89, 1), (2, 0)):
            world.clock.advance(days * ticks.DAY_MS)
            await ticks.forget_traces(world.office)
            assert len(await asked(world, who, recipient="ai@ngoai.example")) == left
        assert await world.office.db.read(traces.oldest_ms) is None

    play(story)
