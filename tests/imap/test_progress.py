"""Long commands say how far they are. RFC 9585"""

from __future__ import annotations

import asyncio
import re
import threading

import pytest
from world import World

from mailsvc.imap import limits
from mailsvc.imap.progress import Progress, telling
from mailsvc.imap.session import Session
from mailsvc.store import search
from mailsvc.store.tx import Tx


def only_session(world: World) -> Session:
    assert world.door is not None
    (session,) = world.door.keeper.sessions
    return session


def test_a_client_that_waits_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROGRESS_SECONDS", 0.01)
    client = world.login("an")
    session, progress = only_session(world), Progress(40)
    progress.tick(7)
    seen = asyncio.Event()

    async def work() -> None:
        with telling(session, b"x1", progress):
            await seen.wait()

    working = asyncio.run_coroutine_threadsafe(work(), world._loop)
    assert client.line().startswith(b'* OK [INPROGRESS ("x1" 7 40)] ')
    progress.tick(100)
    said = next(line for line in iter(client.line, b"") if b'"x1" 7 ' not in line)
    assert said.startswith(b'* OK [INPROGRESS ("x1" 40 40)] ')  # never more than the goal
    world._loop.call_soon_threadsafe(seen.set)
    working.result(10)
    lines = client.ok("NOOP")
    assert all(b"INPROGRESS" in line for line in lines)
    assert client.ok("NOOP") == []


def test_without_a_goal_there_is_none() -> None:
    assert Progress().code(b"a") == 'INPROGRESS ("a" 0 NIL)'


@pytest.mark.parametrize("count", [0, 1, 9, 10, 25])
def test_a_search_counts_every_message_once(world: World, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(search, "STRETCH", 4)
    client = world.login("an")
    for number in range(count):
        client.append(f"Subject: số {number}\r\n\r\nx{number}y\r\n".encode())
    client.ok("SELECT INBOX")
    session = only_session(world)
    assert session.view is not None
    mailbox_id, ticks = session.view.mailbox_id, []

    def look(tx: Tx) -> set[int]:
        return search.find_uids(tx, mailbox_id, "x", "body", ticks.append)

    assert world.read(look) == set(range(1, count + 1))
    assert count <= sum(ticks) <= count + 4
    (line,) = client.ok("SEARCH SUBJECT 1")
    assert re.findall(rb"\d+", line) == [b"%d" % (n + 1) for n in range(count) if "1" in str(n)]


@pytest.mark.parametrize("command", ["COPY 1 INBOX", "UID MOVE 1 INBOX"])
def test_a_copy_that_waits_says_so(world: World, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    client = world.login("an")
    client.append(b"Subject: 1\r\n\r\n")
    client.ok("SELECT INBOX")
    monkeypatch.setattr(limits, "PROGRESS_SECONDS", 0.01)
    busy, over = threading.Event(), threading.Event()

    def long_work(tx: Tx) -> None:
        busy.set()
        over.wait(10)

    writer = threading.Thread(target=world.write, args=(long_work,))
    writer.start()
    busy.wait(10)
    client.send(b"x1 " + command.encode() + b"\r\n")
    assert client.line().startswith(b'* OK [INPROGRESS ("x1" 0 NIL)] ')
    over.set()
    writer.join()
    while not (line := client.line()).startswith(b"x1 "):
        pass
    assert line.startswith(b"x1 OK")
