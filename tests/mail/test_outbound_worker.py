"""The worker as the service runs it: woken, stopped, killed; and the queue as people look at it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from outbound_world import Play, World

from mailsvc.mail.lane import LEASE_MS
from mailsvc.mail.outbound import OutboundWorker
from mailsvc.store import queue
from mailsvc.store.queue import Counts


async def _sent(world: World, count: int) -> None:
    with world.office.db.bus.subscribe(("queue", 0)) as changed:
        while len(await world.rows("sent")) < count:
            await changed.wait()


async def _stopped(task: asyncio.Task[None]) -> float:
    """How long stopping took, in seconds."""
    before = time.perf_counter()
    task.cancel()
    await asyncio.wait([task])
    return time.perf_counter() - before


def test_mail_goes_out_by_itself(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        task = asyncio.create_task(world.worker.run())
        await world.send("ai@ngoai.example")
        await _sent(world, 1)
        await world.send("em@ngoai.example")
        await _sent(world, 2)
        assert len(server.letters) == 2
        assert await _stopped(task) < 2.0

    play(story)


def test_a_slow_server_does_not_hold_up_others(play: Play) -> None:
    async def story(world: World) -> None:
        slow = await world.server("cham.example", "127.0.0.2")
        quick = await world.server()
        slow.script.hold["GREETING"] = asyncio.Event()
        task = asyncio.create_task(world.worker.run())
        for number in range(20):
            await world.send(f"n{number}@cham.example")
        await slow.wait_for("GREETING")
        await world.send("ai@ngoai.example")
        await _sent(world, 1)
        assert len(quick.letters) == 1 and slow.connections == 1
        assert await _stopped(task) < 2.0
        assert all(row.lease_until_ms == 0 and row.attempts == 0 for row in await world.rows("waiting"))

    play(story)


@pytest.mark.parametrize("verb", ["GREETING", "MAIL", "END"])
def test_stopping_gives_back_what_hangs(play: Play, verb: str) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.hold[verb] = asyncio.Event()
        task = asyncio.create_task(world.worker.run())
        await world.send("ai@ngoai.example")
        await server.wait_for(verb)
        assert await _stopped(task) < 2.0
        (row,) = await world.rows("waiting")
        assert (row.attempts, row.lease_until_ms) == (0, 0)
        server.script.hold[verb].set()
        assert await OutboundWorker(world.office).run_due() == 1
        assert (await world.rows("sent"))[0].attempts == 1

    play(story)


def test_stopping_lets_what_is_nearly_done_finish(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.hold["END"] = asyncio.Event()
        task = asyncio.create_task(world.worker.run())
        await world.send("ai@ngoai.example")
        await server.wait_for("END")
        task.cancel()
        server.script.hold["END"].set()
        await asyncio.wait([task])
        assert len(server.letters) == 1 and len(await world.rows("sent")) == 1

    play(story)


def test_retry_now_and_cancel(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        server = await world.server()
        server.script.replies["MAIL"] = ["451 later", "451 later"]
        db = world.office.db
        await world.send("ai@ngoai.example", account_id=an)
        await world.send("em@ngoai.example", account_id=an)
        await world.attempt()
        first, second = await world.rows("waiting")
        assert first.subject == "V/v báo cáo" and first.size > 100 and first.account_id == an
        assert await db.write(queue.cancel, [second.id], "Cancelled") == 1
        assert await db.write(queue.retry_now, [first.id, second.id]) == 1
        assert await db.write(queue.retry_now, None, "Ngoai.Example") == 1
        assert await db.write(queue.retry_now) == 1
        assert await world.attempt() == 1
        assert await db.read(queue.counts) == Counts(waiting=0, sent=1, failed=1, oldest_ms=None)
        assert await world.inbox(an) == []
        assert [row.state for row in await db.read(queue.of_content, second.content_id)] == ["failed"]
        world.clock.advance(1)
        assert await db.write(queue.forget, world.clock.now_ms()) == 2

    play(story)


def test_what_is_being_sent_is_left_alone(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.hold["END"] = asyncio.Event()
        task = asyncio.create_task(world.worker.run())
        await world.send("ai@ngoai.example")
        await server.wait_for("END")
        (row,) = await world.rows("waiting")
        assert await world.office.db.write(queue.cancel, [row.id], "Cancelled") == 0
        assert await world.office.db.write(queue.retry_now) == 0
        assert await OutboundWorker(world.office)._office.db.read(queue.due_domains) == []
        server.script.hold["END"].set()
        await _sent(world, 1)
        await _stopped(task)

    play(story)


def test_a_lost_lease_changes_nothing_but_a_success(play: Play) -> None:
    async def story(world: World) -> None:
        db = world.office.db
        await world.send("ai@ngoai.example")
        now = world.clock.now_ms()
        (row,) = await db.write(queue.lease, "one", now + 1000, "ngoai.example", 10)
        assert await db.write(queue.lease, "two", now + 1000, "ngoai.example", 10) == []
        assert await db.read(queue.next_ms) == now + 1000
        world.clock.advance(1000)
        assert len(await db.write(queue.lease, "two", now + 9000, None, 10)) == 1
        assert await db.write(queue.renew, "one", now + 9000) == 0
        assert not await db.write(queue.failed, "one", row.id, "h", "550")
        assert not await db.write(queue.postpone, "one", row.id, "h", "450", now, False)
        assert await db.write(queue.sent, row.id, "h", "250")
        assert not await db.write(queue.failed, "two", row.id, "h", "550")

    play(story)


SENDER = """
import asyncio, sys
from mailsvc.core import settings
from mailsvc.mail.outbound import OutboundWorker
from mailsvc.opening import open_office

office = open_office(settings.load(environ={}, **eval(sys.argv[1])))
asyncio.run(OutboundWorker(office).run())
"""


class TestKilled:
    """The process that sends dies without a word (SIGKILL) in the middle of a letter."""

    def _start(self, world: World) -> subprocess.Popen[bytes]:
        given = world.office.settings.model_dump()
        return subprocess.Popen([sys.executable, "-c", textwrap.dedent(SENDER), repr(given)], cwd=Path.cwd())

    async def _kill_at(self, world: World, server: Any, verb: str) -> None:
        process = self._start(world)
        try:
            await server.wait_for(verb)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            await asyncio.to_thread(process.wait)

    @pytest.mark.crash
    @pytest.mark.parametrize("verb", ["MAIL", "END"])
    def test_the_next_one_takes_over(self, play: Play, verb: str) -> None:
        async def story(world: World) -> None:
            world.clock.advance(int(time.time() * 1000) - world.clock.now_ms())  # the same time for both
            an = await world.person("an")
            server = await world.server()
            server.script.hold[verb] = asyncio.Event()
            server.script.always["RCPT:em@ngoai.example"] = "550 5.1.1 no such user"
            await world.send("ai@ngoai.example", "em@ngoai.example", account_id=an)
            await self._kill_at(world, server, verb)
            rows = await world.rows("waiting")
            assert len(rows) == 2 and all(row.lease_until_ms > world.clock.now_ms() for row in rows)
            server.script.hold[verb].set()
            assert await OutboundWorker(world.office).run_due() >= 1
            sent = [one.rcpts for one in server.letters]
            assert "RCPT TO:<ai@ngoai.example>" in sent[-1]
            states = sorted((row.recipient, row.state) for row in await world.rows())
            assert states == [("ai@ngoai.example", "sent"), ("em@ngoai.example", "failed")]
            assert len(await world.inbox(an)) == 1

        play(story)

    @pytest.mark.crash
    def test_killed_again_and_again(self, play: Play) -> None:
        """Each letter arrives; twice only what was between the other's 250 and our commit when death came."""

        async def story(world: World) -> None:
            world.clock.advance(int(time.time() * 1000) - world.clock.now_ms())
            server = await world.server()
            wanted = {f"n{number}@ngoai.example" for number in range(80)}
            for address in sorted(wanted):
                await world.send(address)
            kills = 4
            for _ in range(kills):
                process = self._start(world)
                try:
                    await server.wait_for_letters(len(server.letters) + random.randint(2, 12))
                finally:
                    process.kill()
                    await asyncio.to_thread(process.wait)
            await OutboundWorker(world.office).run_due()
            world.clock.advance(2 * LEASE_MS)  # what was under way at three deaths waits for its lease to end
            await OutboundWorker(world.office).run_due()
            arrived = [line.partition("<")[2].partition(">")[0] for one in server.letters for line in one.rcpts]
            assert set(arrived) == wanted
            assert len(arrived) - len(wanted) <= kills * 4  # connections at once to one domain
            assert len(await world.rows("sent")) == len(wanted)

        play(story)

    @pytest.mark.crash
    def test_another_owner_waits_for_the_lease_to_end(self, play: Play) -> None:
        """As on PostgreSQL, where the dead one may have been on another machine."""

        async def story(world: World) -> None:
            world.clock.advance(int(time.time() * 1000) - world.clock.now_ms())
            server = await world.server()
            server.script.hold["MAIL"] = asyncio.Event()
            await world.send("ai@ngoai.example")
            await self._kill_at(world, server, "MAIL")
            server.script.hold["MAIL"].set()
            (world.office.settings.folder / "queue-owner").write_text("another")
            worker = OutboundWorker(world.office)
            assert await worker.run_due() == 0
            world.clock.advance(330_000)
            assert await worker.run_due() == 1
            assert len(server.letters) == 1

        play(story)
