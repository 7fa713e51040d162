"""A real listener on a free port of loopback with the small house behind it, and a client that reads whole replies."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop
from small_house import NOON_MS, SmallHouse

from mailsvc.net.tls import ServerTls, opportunistic_context, self_signed
from mailsvc.smtp import profiles
from mailsvc.smtp.limits import LIMITS, Limits
from mailsvc.smtp.listener import Listener
from mailsvc.smtp.profiles import Profile


class Client:
    """A client of one connection; replies are texts without the final CRLF."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def reply(self) -> str:
        lines = []
        while True:
            line = await self.reader.readline()
            if not line.endswith(b"\r\n"):
                raise ConnectionResetError(f"closed after {[*lines, line]!r}")
            lines.append(line[:-2].decode("ascii"))
            if line[3:4] != b"-":
                return "\n".join(lines)

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def say(self, *lines: str) -> str:
        """Send the lines one after the other; the last reply."""
        reply = ""
        for line in lines:
            self.send(line.encode() + b"\r\n")
            reply = await self.reply()
        return reply

    async def closed(self) -> bytes:
        """What came before the server closed the connection."""
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return b""

    async def start_tls(self) -> None:
        assert (await self.say("STARTTLS")).startswith("220 ")
        await self.writer.start_tls(opportunistic_context())


class Door:
    """The listener, its house, and a way to connect to it."""

    def __init__(self, listener: Listener, house: SmallHouse) -> None:
        self.listener, self.house = listener, house

    async def connect(self, greet: bool = True) -> Client:
        context: ssl.SSLContext | None = opportunistic_context() if self.listener.implicit_tls else None
        client = Client(*await asyncio.open_connection("127.0.0.1", self.listener.port, ssl=context))
        if greet:
            assert (await client.reply()).startswith("220 mail.so.example ")
            await client.say("LHLO client.example" if self.listener.profile.lmtp else "EHLO client.example")
        return client


Script = Callable[[Door], Awaitable[Any]]


def with_door(
    folder: Path,
    script: Script,
    *,
    profile: Profile = profiles.MX,
    limits: Limits = LIMITS,
    implicit_tls: bool = False,
    factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    house: SmallHouse | None = None,
) -> SmallHouse:
    """Run the script against a door; the house afterwards. Fails when anything is left behind."""
    house = house or SmallHouse(folder)
    tls = ServerTls(self_signed(folder / "tls", ["localhost"], NOON_MS))

    async def main() -> None:
        listener = Listener(profile, house, limits=limits, tls=tls, implicit_tls=implicit_tls)
        await listener.start()
        try:
            async with asyncio.timeout(60):
                await script(Door(listener, house))
        finally:
            await listener.stop(within=2.0)

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())
    assert [path.name for path in folder.iterdir()] == ["tls"], "a spool file was left behind"
    return house


both_loops = pytest.mark.parametrize(
    "factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
