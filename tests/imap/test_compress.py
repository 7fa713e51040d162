"""Compressed sessions from the greeting on. RFC 4978, RFC 8437 §4.1"""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from world import PASSWORD, Client, World


class Compressed:
    """A client's socket after COMPRESS."""

    def __init__(self, client: Client) -> None:
        self.inner: Any = client._socket
        self.deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        self.inflate = zlib.decompressobj(-15)

    def sendall(self, data: bytes) -> None:
        self.inner.sendall(self.deflate.compress(data) + self.deflate.flush(zlib.Z_SYNC_FLUSH))

    def recv(self, size: int) -> bytes:
        while data := self.inner.recv(size):
            if plain := self.inflate.decompress(data):
                return plain
        return b""

    def close(self) -> None:
        self.inner.close()


def compressed(world: World, door: str = "imaps", username: str = "an") -> Client:
    client = world.connect(door)
    client.line()
    client.ok(f'LOGIN {username} "{PASSWORD}"')
    client.ok("COMPRESS DEFLATE")
    client._socket = Compressed(client)  # type: ignore[assignment]
    return client


@pytest.mark.parametrize("door", ["imaps", "imap"])
def test_everything_goes_through(world: World, door: str) -> None:
    client = compressed(world, door)
    body = b"Subject: large\r\n\r\n" + b"Kinh gui cac don vi\r\n" * 20_000
    client.append(body)
    client.ok("SELECT INBOX")
    (connection,) = [one for one in world.door.listeners[door].connections]  # type: ignore[union-attr]
    before = connection.bytes_out
    (fetched,) = client.ok("FETCH 1 BODY.PEEK[]")
    assert fetched.count(body) == 1
    assert connection.bytes_out - before < len(body) // 20
    assert client.fails("COMPRESS DEFLATE").startswith(b"NO [COMPRESSIONACTIVE]")


def test_an_idle_session_is_small_and_still_told(world: World) -> None:
    client = compressed(world)
    other = world.login("an")
    client.ok("SELECT INBOX")
    client.send(b"i IDLE\r\n")
    assert client.line().startswith(b"+ ")
    (session,) = [one for one in world.door.keeper.sessions if one.compressed]  # type: ignore[union-attr]

    async def rest() -> tuple[Any, Any]:  # does nothing until the server waits again, which is after its reply
        session.connection.rest()
        session.connection.rest()
        layer: Any = session.connection._layers[-1]
        return layer._deflate, layer._inflate

    assert any(world.run(rest()) == (None, None) for _ in range(1000))
    other.append(b"Subject: 1\r\n\r\n")
    assert client.line() == b"* 1 EXISTS"
    assert client.line() == b"* 1 RECENT"
    client.send(b"DONE\r\n")
    assert client.line().startswith(b"i OK")
    assert any(world.run(rest()) == (None, None) for _ in range(1000))
    assert len(client.ok("FETCH 1 ENVELOPE")) == 1


def test_a_command_sent_ahead_ends_the_connection(world: World) -> None:
    client = world.login("an")
    client.send(b"a COMPRESS DEFLATE\r\nb NOOP\r\n")
    assert b"b OK" not in client.rest()


def test_nonsense_ends_the_connection_and_no_other(world: World, caplog: pytest.LogCaptureFixture) -> None:
    other = world.login("an")
    client = compressed(world)
    client._socket.inner.sendall(b"\xff" * 100)  # type: ignore[attr-defined]
    assert client.rest() == b""
    assert other.ok("NOOP") == []
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "WARNING")]


def test_compression_ends_with_the_account(world: World) -> None:
    client = compressed(world)
    client.ok("UNAUTHENTICATE")
    client._socket = client._socket.inner  # type: ignore[attr-defined]
    client.ok(f'LOGIN binh "{PASSWORD}"')
    client.ok("COMPRESS DEFLATE")
    client._socket = Compressed(client)  # type: ignore[assignment]
    client.ok("SELECT INBOX")


def test_a_connection_is_counted_for_one_account_at_a_time(world: World) -> None:
    world.office.settings.imap.__dict__["max_connections_per_account"] = 1
    client = world.login("an")
    client.ok("UNAUTHENTICATE")
    world.login("an")
    assert client.fails(f'LOGIN an "{PASSWORD}"').startswith(b"NO [LIMIT]")
    client.ok(f'LOGIN binh "{PASSWORD}"')
    assert dict(world.door.keeper.per_account).keys() == {1, 2}  # type: ignore[union-attr]
