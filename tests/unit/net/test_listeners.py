"""Listeners: limits, stopping, sockets made elsewhere."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from loops import Run, both_loops

from mailsvc.net import dial
from mailsvc.net.connection import Connection
from mailsvc.net.errors import Disconnected, NetError
from mailsvc.net.listeners import Gate, GateRules, Listener, bind, inherited

LOCAL = dial.DialRules(allow_private=True)


async def echo(connection: Connection) -> None:
    while True:
        connection.write(await connection.read_line(100) + b"\r\n")


@both_loops
def test_two_hosts_share_the_chosen_port(run: Run) -> None:
    async def main() -> None:
        listener = Listener(echo)
        await listener.start(["127.0.0.1", "127.0.0.2"])
        assert listener.addresses == (("127.0.0.1", listener.port), ("127.0.0.2", listener.port))
        for host, port in listener.addresses:
            client = await dial.connect(host, port, 5, rules=LOCAL)
            client.write(b"x\r\n")
            assert await client.read_line(10) == b"x"
            await client.aclose()
        await listener.stop()

    run(main())


@both_loops
def test_total_limit_says_busy(run: Run) -> None:
    async def main() -> None:
        gate = Gate(GateRules(total=2))
        listener = Listener(echo, gate=gate, busy=b"* BYE busy\r\n")
        await listener.start()
        first = await dial.connect("127.0.0.1", listener.port, 5, rules=LOCAL)
        second = await dial.connect("127.0.0.1", listener.port, 5, rules=LOCAL)
        third = await dial.connect("127.0.0.1", listener.port, 5, rules=LOCAL)
        assert await third.read_line(100) == b"* BYE busy"
        with pytest.raises(Disconnected):
            await third.read_line(100)
        await first.aclose()
        while gate.total > 1:  # noqa: ASYNC110 - the other end's leaving makes no event here
            await asyncio.sleep(0)
        fourth = await dial.connect("127.0.0.1", listener.port, 5, rules=LOCAL)
        fourth.write(b"x\r\n")
        assert await fourth.read_line(10) == b"x"
        await listener.stop()
        assert gate.total == 0
        second.abort()

    run(main())


def test_gate_counts_addresses_but_not_loopback() -> None:
    gate = Gate(GateRules(total=100, per_address=2))
    assert [gate.enter("203.0.113.9") for _ in range(3)] == [True, True, False]
    assert gate.enter("203.0.113.10")
    gate.leave("203.0.113.9")
    assert gate.enter("203.0.113.9")
    for local in ("127.0.0.1", "::1", "::ffff:127.0.0.1", ""):
        assert all(gate.enter(local) for _ in range(10))
    assert gate.total == 43


def test_gate_counts_networks() -> None:
    gate = Gate(GateRules(total=100, per_address=2, per_network=3))
    assert [gate.enter(f"203.0.113.{n}") for n in range(5)] == [True, True, True, False, False]
    assert gate.enter("203.0.114.1")
    gate.leave("203.0.113.0")
    assert gate.enter("::ffff:203.0.113.200")
    assert not gate.enter("203.0.113.201")
    assert [gate.enter(f"2001:db8:0:1::{n:x}") for n in range(1, 6)] == [True, True, True, False, False]
    assert gate.enter("2001:db8:0:2::1")
    assert all(gate.enter("127.0.0.1") for _ in range(10))
    for n in range(1, 4):
        gate.leave(f"2001:db8:0:1::{n:x}")
    assert gate.enter("2001:db8:0:1::9")


@both_loops
def test_stop_lets_handlers_say_goodbye(run: Run) -> None:
    async def polite(connection: Connection) -> None:
        connection.write(b"* OK\r\n")
        try:
            await connection.read_line(100)
        finally:
            connection.write(b"* BYE stopping\r\n")

    async def main() -> None:
        listener = Listener(polite)
        await listener.start()
        client = await dial.connect("127.0.0.1", listener.port, 5, rules=LOCAL)
        assert await client.read_line(100) == b"* OK"
        assert len(listener.connections) == 1
        port = listener.port
        await listener.stop()
        assert await client.read_line(100) == b"* BYE stopping"
        assert listener.connections == ()
        with pytest.raises(NetError):
            await dial.connect("127.0.0.1", port, 2, rules=LOCAL)

    run(main())


@both_loops
def test_stop_does_not_wait_for_ever(run: Run) -> None:
    async def stubborn(connection: Connection) -> None:
        connection.write(b"* OK\r\n")
        for _ in range(3):
            try:
                await connection.read_line(100)
            except asyncio.CancelledError:
                continue

    async def main() -> None:
        listener = Listener(stubborn)
        await listener.start()
        client = await dial.connect("127.0.0.1", listener.port, 5, rules=LOCAL)
        assert await client.read_line(100) == b"* OK"
        await listener.stop(within=0.05)
        with pytest.raises(Disconnected):
            await client.read_line(100)

    run(main())


@both_loops
def test_failing_handler_closes_and_others_go_on(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(connection: Connection) -> None:
        raise KeyError(await connection.read_line(100))

    async def main() -> None:
        listener = Listener(broken, name="imap")
        await listener.start()
        for _ in range(2):
            client = await dial.connect("127.0.0.1", listener.port, 5, rules=LOCAL)
            client.write(b"x\r\n")
            with pytest.raises(Disconnected):
                await client.read_line(100)
        await listener.stop()

    run(main())
    assert "imap: handler of 127.0.0.1 failed" in caplog.text


@both_loops
def test_unix_socket(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "lmtp")

    async def main() -> None:
        made = socket.socket(socket.AF_UNIX)
        made.bind(path)
        listener = Listener(echo)
        await listener.start_on([made])
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"x\r\n")
        assert await reader.readline() == b"x\r\n"
        assert listener.connections[0].peer == ""
        writer.close()
        await listener.stop()

    run(main())


CHILD = """
import os, sys
os.environ["LISTEN_PID"] = str(os.getpid())
from mailsvc.net.listeners import inherited
found = inherited()
print({name: [each.getsockname() for each in sockets] for name, sockets in found.items()})
"""


def test_sockets_inherited_from_systemd() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        spare = [os.dup(first.fileno()), os.dup(second.fileno())]
        environment = {**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "imap:smtp"}

        def place() -> None:
            os.dup2(spare[0], 100)
            os.dup2(spare[1], 101)
            os.dup2(100, 3)
            os.dup2(101, 4)

        ran = subprocess.run(
            [sys.executable, "-c", CHILD], env=environment, preexec_fn=place, close_fds=False, capture_output=True,
            text=True, check=True, timeout=60,
        )  # fmt: skip
        assert ran.stdout.strip() == str({"imap": [first.getsockname()], "smtp": [second.getsockname()]})
        for descriptor in spare:
            os.close(descriptor)


def test_sockets_meant_for_another_process_are_left_alone() -> None:
    assert inherited({"LISTEN_PID": "1", "LISTEN_FDS": "2"}) == {}
    assert inherited({}) == {}


def test_bind_frees_the_socket_when_the_port_is_taken() -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            bind("127.0.0.1", taken.getsockname()[1])


@both_loops
def test_accepted_sockets_are_watched_and_prompt(run: Run) -> None:
    async def main() -> None:
        listener = Listener(echo)
        await listener.start()
        client = await dial.connect("127.0.0.1", listener.port, 5, rules=LOCAL)
        client.write(b"x\r\n")
        assert await client.read_line(10) == b"x"
        accepted = listener.connections[0]._transport.get_extra_info("socket")  # type: ignore[union-attr]
        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 600
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.abort()
        await listener.stop()

    run(main())
