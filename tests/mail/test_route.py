"""Which server is asked, in what order, and when none can be."""

from __future__ import annotations

from typing import Any

import pytest
from outbound_world import HOST, Play, World


async def _reply(world: World, address: str) -> tuple[str, str]:
    """(state, reply) after one attempt at the address."""
    await world.send(address)
    await world.attempt()
    (row,) = [one for one in await world.rows() if one.recipient == address]
    return row.state, row.last_reply


def test_the_next_mx_is_tried(play: Play) -> None:
    """RFC 5321 §5.1"""

    async def story(world: World) -> None:
        backup = await world.server("du-phong.example")
        first = await world.server("chinh.example", "127.0.0.2")
        first.script.always["GREETING"] = "421 4.3.2 closed for lunch"
        world.names.domain(
            "ngoai.example",
            (20, backup.name, "127.0.0.1"),
            (5, "mx.tat-may.example", "127.0.0.3"),  # nobody listens there
            (10, first.name, "127.0.0.2"),
        )
        world.names.zone["mx.chi-co-ten.example", "TXT"] = ["x"]
        world.names.zone["ngoai.example", "MX"].append("7 mx.chi-co-ten.example.")
        state, _ = await _reply(world, "ai@ngoai.example")
        assert state == "sent" and len(backup.letters) == 1 and first.connections == 1

    play(story)


def test_all_addresses_of_a_host_are_tried(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        world.names.zone[server.name, "A"] = ["127.0.0.3", "127.0.0.2", "127.0.0.1"]
        assert (await _reply(world, "ai@ngoai.example"))[0] == "sent"

    play(story)


def test_a_domain_without_mx_is_its_own(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server("khac.example")
        world.names.zone["ngoai.example", "A"] = ["127.0.0.1"]
        assert (await _reply(world, "ai@ngoai.example"))[0] == "sent"
        assert len(server.letters) == 1

    play(story)


def test_an_address_in_brackets(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        assert (await _reply(world, "ai@[127.0.0.1]"))[0] == "sent"
        assert server.letters[0].rcpts == ["RCPT TO:<ai@[127.0.0.1]>"]
        assert (await _reply(world, "ai@[mx]"))[1].startswith("550 5.1.2 ")

    play(story)


def test_domains_that_take_no_mail(play: Play) -> None:
    async def story(world: World) -> None:
        names = world.names
        names.zone["null.example", "MX"] = ["0 ."]
        names.domain("ve-nha.example", (10, HOST, "127.0.0.1"), (20, "mx.xa.example", "127.0.0.1"))
        names.zone["cut.example", "MX"] = ["10 mx.cut.example."]
        assert (await _reply(world, "ai@null.example"))[1].startswith("556 5.1.10 ")
        assert (await _reply(world, "ai@ve-nha.example"))[1].startswith("554 5.4.6 ")
        assert (await _reply(world, "ai@cut.example"))[1].startswith("550 5.4.4 ")
        assert (await _reply(world, "ai@khong-co.example"))[1].startswith("550 5.1.2 ")

    play(story)


def test_a_better_mx_than_ourselves_is_used(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        world.names.domain("ngoai.example", (5, server.name, "127.0.0.1"), (10, HOST, "127.0.0.9"))
        assert (await _reply(world, "ai@ngoai.example"))[0] == "sent"

    play(story)


def test_a_server_that_calls_itself_by_our_name(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.always["GREETING"] = f"220 {HOST} ESMTP"
        assert (await _reply(world, "ai@ngoai.example"))[1].startswith("554 5.4.6 ")

    play(story)


def test_no_answer_is_not_an_answer(play: Play) -> None:
    async def story(world: World) -> None:
        world.names.silent.add("ngoai.example")
        state, reply = await _reply(world, "ai@ngoai.example")
        assert state == "waiting" and reply.startswith("451 4.4.3 ")

    play(story)


def test_nobody_there(play: Play) -> None:
    async def story(world: World) -> None:
        world.names.domain("ngoai.example", (10, "mx.ngoai.example", "127.0.0.3"))
        state, reply = await _reply(world, "ai@ngoai.example")
        assert state == "waiting" and reply.startswith("451 4.4.1 ")

    play(story)


def test_a_dead_server_is_dialled_once_for_many_letters(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.always["GREETING"] = "421 4.3.2 go away"
        for _ in range(20):
            await world.send("ai@ngoai.example")
        await world.attempt()
        assert len(await world.rows("waiting")) == 20 and server.connections <= 4

    play(story)


def test_what_is_not_smtp(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.always["GREETING"] = "HTTP/1.1 400 Bad Request"
        state, reply = await _reply(world, "ai@ngoai.example")
        assert state == "waiting" and "does not speak SMTP" in reply

    play(story)


class TestPrivate:
    @pytest.fixture
    def queue_settings(self) -> dict[str, Any]:
        return {"allow_private": False}

    def test_private_addresses_are_not_dialled(self, play: Play) -> None:
        async def story(world: World) -> None:
            server = await world.server()
            state, reply = await _reply(world, "ai@ngoai.example")
            assert state == "failed" and reply.startswith("550 5.4.4 ")
            assert server.connections == 0

        play(story)
