"""Dialling out: what is refused, what is tried."""

from __future__ import annotations

import socket

import pytest
from dns_server import name_server
from loops import Run, both_loops

from mailsvc.net import dial
from mailsvc.net.connection import Connection
from mailsvc.net.errors import DialFailed, DialRefused, NoSuchName
from mailsvc.net.listeners import Listener

LOCAL = dial.DialRules(allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "0.0.0.0", "::",
        "224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b::7f00:1", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_not_public(address: str) -> None:
    assert not dial.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public(address: str) -> None:
    assert dial.is_public(address)


async def greet(connection: Connection) -> None:
    connection.write(b"220 hello " + connection.peer.encode() + b"\r\n")
    await connection.read_line(100)


@both_loops
def test_private_addresses_are_refused(run: Run) -> None:
    async def resolve(host: str) -> list[str]:
        return ["127.0.0.1", "10.0.0.1"]

    async def main() -> None:
        listener = Listener(greet)
        await listener.start()
        for host in ("127.0.0.1", "[::1]", "localhost", "169.254.169.254"):
            with pytest.raises(DialRefused):
                await dial.connect(host, listener.port, 2)
        with pytest.raises(DialRefused):
            await dial.connect("evil.example", listener.port, 2, resolve=resolve)
        assert listener.connections == ()
        await listener.stop()

    run(main())


@both_loops
def test_next_address_is_tried_and_source_is_kept(run: Run) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.3", 0))

        async def resolve(host: str) -> list[str]:
            return ["127.0.0.3", "::1", "127.0.0.1"]

        async def main() -> None:
            listener = Listener(greet)
            await listener.start()
            rules = dial.DialRules(source="127.0.0.9", allow_private=True)
            client = await dial.connect("mx.example", listener.port, 5, rules=rules, resolve=resolve)
            assert await client.read_line(100) == b"220 hello 127.0.0.9"
            client.abort()
            port = listener.port
            await listener.stop()
            with pytest.raises(DialFailed, match=r"127\.0\.0\.3: .*; 127\.0\.0\.1: "):
                await dial.connect("mx.example", port, 5, rules=rules, resolve=resolve)

        run(main())


@both_loops
def test_names_come_from_the_resolver(run: Run) -> None:
    async def main() -> None:
        async with name_server() as (resolver, _):
            with pytest.raises(NoSuchName):
                await dial.connect("nobody.example", 25, 2, resolve=resolver.addresses)
            with pytest.raises(DialRefused):  # 192.0.2.0/24 is for documentation
                await dial.connect("bare.example", 25, 2, resolve=resolver.addresses)

    run(main())


@both_loops
def test_silence_ends_in_time(run: Run) -> None:
    async def main() -> None:
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            address = full.getsockname()
            crowd = [socket.socket() for _ in range(4)]
            for each in crowd:  # fills the queue of a listener that never accepts
                each.setblocking(False)
                each.connect_ex(address)
            with pytest.raises(DialFailed, match="timeout"):
                await dial.connect(address[0], address[1], 0.2, rules=LOCAL)
            for each in crowd:
                each.close()

    run(main())
