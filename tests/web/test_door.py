"""The door itself: starting, stopping, signals, slow clients."""

from __future__ import annotations

import asyncio
import signal
import socket
import time

import pytest

from mailsvc.http.server import HttpDoor
from mailsvc.mail.office import Office
from webmail.face import WebFace


def test_stops_quickly_whatever_clients_do(office: Office) -> None:
    async def work() -> float:
        door = HttpDoor(office, WebFace())
        await door.start()
        idle = socket.create_connection(("127.0.0.1", door.port))
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        half = socket.create_connection(("127.0.0.1", door.port))
        half.sendall(b"POST /dang-nhap HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na")
        await asyncio.sleep(0.1)
        started = time.monotonic()
        await door.stop()
        took = time.monotonic() - started
        await door.stop()
        for one in (idle, half):
            one.close()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", door.port), 1)
        return took

    assert asyncio.run(work()) < 2.0


def test_takes_no_signals_and_starts_again(office: Office) -> None:
    async def work() -> None:
        before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
        for _ in range(2):
            door = HttpDoor(office, WebFace())
            await door.start()
            assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before
            await door.stop()

    asyncio.run(work())


def test_a_taken_port_is_an_error(office: Office) -> None:
    async def work() -> None:
        first = HttpDoor(office, WebFace())
        await first.start()
        listen = office.settings.listen.model_copy(update={"http": first.port})
        taken = Office(
            **{name: getattr(office, name) for name in Office.__dataclass_fields__}
            | {"settings": office.settings.model_copy(update={"listen": listen})}
        )
        with pytest.raises(OSError):
            await HttpDoor(taken, WebFace()).start()
        await first.stop()

    asyncio.run(work())
