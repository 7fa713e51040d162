"""A running IMAP door on the office fixture, and a client that speaks in lines."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.imap.server import ImapDoor
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.mail.office import Office
from mailsvc.store import accounts
from mailsvc.store.tx import Tx

T = TypeVar("T")
on_both = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
PASSWORD = "bí mật 1"


class World:
    """The door runs on an event loop of its own thread; the test is the client."""

    def __init__(self, office: Office, hasher: PasswordHasher) -> None:
        self.office = office
        self.door: ImapDoor | None = None
        self._hasher = hasher
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._clients: list[Client] = []

    def start(self, **options: Any) -> None:
        self._thread.start()

        async def begin() -> None:
            self.door = ImapDoor(self.office, **options)
            await self.door.start()

        self.run(begin())

    def stop(self) -> None:
        for client in self._clients:
            client.close()
        if self.door is not None:
            self.run(self.door.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run on the door's loop and wait."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    @property
    def ports(self) -> dict[str, int]:
        assert self.door is not None
        return self.door.ports

    def add_account(self, username: str, kind: str = "person") -> int:
        """An account with its mailboxes and the common password; its id."""

        def make(tx: Tx) -> int:
            account = accounts.create(tx, username=username, kind=kind, full_name=username)
            accounts.add_address(tx, account.id, f"{username}@{self.office.settings.primary_domain}", primary=True)
            accounts.set_password(tx, account.id, self._hasher.derive_now(PASSWORD))
            office_mailboxes.set_up(tx, account.id)
            return account.id

        return self.office.db.write_now(make)

    def write(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return self.office.db.write_now(fn, *args, **kwargs)

    def read(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return self.office.db.read_now(fn, *args, **kwargs)

    def connect(self, door: str = "imap") -> Client:
        client = Client(self.ports[door])
        self._clients.append(client)
        if door == "imaps":
            client.start_tls()
        return client

    def login(self, username: str = "an", *, greeting: bool = True) -> Client:
        """A client that is logged in (the settings of the fixture allow it in clear)."""
        client = self.connect()
        if greeting:
            client.line()
        client.ok(f'LOGIN {username} "{PASSWORD}"')
        return client


@contextmanager
def running(office: Office, hasher: PasswordHasher, **options: Any) -> Iterator[World]:
    world = World(office, hasher)
    world.start(**options)
    try:
        yield world
    finally:
        world.stop()


async def over(world: World) -> None:
    """Until every session is over."""
    assert world.door is not None
    async with asyncio.timeout(10):
        while tasks := [task for listener in world.door.listeners.values() for task in listener._tasks]:
            await asyncio.wait(tasks)


class Client:
    """A blocking client. Whatever takes longer than some seconds is a failure."""

    def __init__(self, port: int) -> None:
        self._socket: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._buffer = b""
        self._count = 0

    def start_tls(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._socket = context.wrap_socket(self._socket)

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def line(self) -> bytes:
        """The next line without its CRLF; b'' with `closed` set at the end of the connection."""
        while b"\r\n" not in self._buffer:
            self._fill()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def octets(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._fill()
        octets, self._buffer = self._buffer[:count], self._buffer[count:]
        return octets

    def _fill(self) -> None:
        data = self._socket.recv(1 << 20)
        if not data:
            raise EOFError(f"closed, with {self._buffer[:200]!r} unread")
        self._buffer += data

    def rest(self) -> bytes:
        """Everything until the server closes."""
        rest, self._buffer = self._buffer, b""
        while data := self._socket.recv(1 << 20):
            rest += data
        return rest

    def command(self, text: str | bytes) -> tuple[list[bytes], bytes]:
        """The untagged responses and the tagged reply without its tag. `text` may hold `{n+}` literals."""
        self._count += 1
        tag = b"t%d" % self._count
        self.send(tag + b" " + (text.encode() if isinstance(text, str) else text) + b"\r\n")
        lines: list[bytes] = []
        while True:
            line = self.response()
            if line.startswith(tag + b" "):
                return lines, line[len(tag) + 1 :]
            lines.append(line)

    def response(self) -> bytes:
        """One response: a line with the literals it announces."""
        line = self.line()
        whole = line
        while line.endswith(b"}") and b"{" in line and line.rpartition(b"{")[2][:-1].isdigit():
            octets = self.octets(int(line.rpartition(b"{")[2][:-1]))
            line = self.line()
            whole += b"\r\n" + octets + line
        return whole

    def ok(self, text: str | bytes) -> list[bytes]:
        """The untagged responses of a command that must succeed."""
        lines, status = self.command(text)
        assert status.startswith(b"OK"), status
        return lines

    def fails(self, text: str | bytes) -> bytes:
        """The tagged reply of a command that must not succeed."""
        status = self.command(text)[1]
        assert not status.startswith(b"OK"), status
        return status

    def append(self, message: bytes, mailbox: str = "INBOX", head: str = "") -> bytes:
        text = f'APPEND "{mailbox}" {head + " " if head else ""}{{{len(message)}+}}\r\n'
        status = self.command(text.encode() + message)[1]
        assert status.startswith(b"OK"), status
        return status
