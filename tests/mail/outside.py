"""The world outside: mail servers whose answers a test scripts, and a name server that knows them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

OFFERS = ("PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN")


@dataclass
class Received:
    """A letter that was taken over: the MAIL and RCPT lines as they came, and the bytes, dots undone."""

    mail: str
    rcpts: list[str]
    data: bytes


@dataclass
class Script:
    """What to say instead of the usual: by verb (or `RCPT:address`), used up in order; 'CLOSE' hangs up.

    `cut_after`: hang up after so many octets of data. `hold`: say nothing more until it is set, at that verb.
    """

    replies: dict[str, list[str]] = field(default_factory=dict)
    always: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    hold: dict[str, asyncio.Event] = field(default_factory=dict)


class MailServer:
    """A receiving server on loopback."""

    def __init__(
        self, name: str = "mx.ngoai.example", offers: tuple[str, ...] = OFFERS, tls: ssl.SSLContext | None = None
    ) -> None:
        self.name = name
        self.offers = offers
        self.tls = tls
        self.script = Script()
        self.letters: list[Received] = []
        self.said: list[str] = []
        self.connections = 0
        self.reached: dict[str, asyncio.Event] = {}
        self.arrived = asyncio.Event()
        self.implicit_tls = False
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, listener: socket.socket | tuple[str, int]) -> MailServer:
        context = self.tls if self.implicit_tls else None
        if isinstance(listener, tuple):
            host, port = listener
            self._server = await asyncio.start_server(self._serve, host, port, ssl=context, limit=1 << 20)
        else:
            self._server = await asyncio.start_server(self._serve, sock=listener, ssl=context, limit=1 << 20)
        return self

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait_for(self, verb: str) -> None:
        """Until a client has come to that verb."""
        await self.reached.setdefault(verb, asyncio.Event()).wait()

    async def wait_for_letters(self, count: int) -> None:
        while len(self.letters) < count:
            self.arrived.clear()
            await self.arrived.wait()

    @property
    def verbs(self) -> list[str]:
        return [line.split()[0].upper() for line in self.said if line]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await _Dialogue(self, reader, writer).run()
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()


class _Dialogue:
    def __init__(self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.mail = ""
        self.rcpts: list[str] = []
        self.in_tls = server.implicit_tls

    async def run(self) -> None:
        if not await self._say("GREETING", f"220 {self.server.name} ESMTP"):
            return
        while line := (await self.reader.readline()).decode().rstrip("\r\n"):
            self.server.said.append(line)
            if not await self._command(line):
                return

    async def _command(self, line: str) -> bool:
        verb = line.split()[0].upper()
        if verb == "EHLO":
            offers = [*self.server.offers]
            if self.server.tls is not None and not self.in_tls:
                offers.append("STARTTLS")
            lines = [self.server.name, *offers]
            text = "\r\n".join(f"250{'-' if n < len(lines) - 1 else ' '}{one}" for n, one in enumerate(lines))
            return await self._say("EHLO", text)
        if verb == "MAIL":
            self.mail, self.rcpts = line, []
            return await self._say(verb, "250 2.1.0 ok")
        if verb == "RCPT":
            return await self._rcpt(line)
        if verb == "DATA":
            return await self._data()
        if verb == "STARTTLS":
            return await self._starttls()
        if verb == "AUTH":
            return await self._auth(line)
        if verb == "QUIT":
            await self._say(verb, "221 bye")
            return False
        return await self._say(verb, "250 2.0.0 ok")

    async def _rcpt(self, line: str) -> bool:
        address = line.partition("<")[2].partition(">")[0]
        reply = self._scripted(f"RCPT:{address}") or self._scripted("RCPT") or "250 2.1.5 ok"
        if reply.startswith("250"):
            self.rcpts.append(line)
        return await self._out(reply)

    async def _data(self) -> bool:
        if not self.rcpts:
            return await self._say("DATA", "554 5.5.1 no valid recipients")
        reply = self._scripted("DATA") or "354 go"
        if not await self._out(reply) or not reply.startswith("354"):
            return not reply.startswith("CLOSE")
        if self.server.script.cut_after is not None:
            await self.reader.readexactly(self.server.script.cut_after)
            self.writer.transport.abort()
            return False
        lines: list[bytes] = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                return False
            lines.append(line.removeprefix(b"."))
        await self._held("END")
        reply = self._scripted("END") or "250 2.0.0 taken"
        if reply.startswith("250"):
            self.server.letters.append(Received(self.mail, self.rcpts, b"".join(lines)))
            self.server.arrived.set()
        return await self._out(reply)

    async def _starttls(self) -> bool:
        reply = self._scripted("STARTTLS") or "220 go ahead"
        if not await self._out(reply) or not reply.startswith("220"):
            return not reply.startswith("CLOSE")
        if self.server.tls is None:
            self.writer.write(b"this is no TLS\r\n")
            return True
        await self.writer.start_tls(self.server.tls)
        self.in_tls = True
        return True

    async def _auth(self, line: str) -> bool:
        if line.upper() == "AUTH LOGIN":
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
                await self._out(prompt)
                self.server.said.append((await self.reader.readline()).decode().rstrip("\r\n"))
        return await self._say("AUTH", "235 2.7.0 welcome")

    def _scripted(self, verb: str) -> str:
        script = self.server.script
        waiting = script.replies.get(verb)
        return waiting.pop(0) if waiting else script.always.get(verb, "")

    async def _held(self, verb: str) -> None:
        self.server.reached.setdefault(verb, asyncio.Event()).set()
        if verb in self.server.script.hold:
            await self.server.script.hold[verb].wait()

    async def _say(self, verb: str, usual: str) -> bool:
        await self._held(verb)
        return await self._out(self._scripted(verb) or usual)

    async def _out(self, reply: str) -> bool:
        if reply == "CLOSE":
            return False
        self.writer.write(reply.encode() + b"\r\n")
        await self.writer.drain()
        return not reply.startswith("421")


class NameServer(asyncio.DatagramProtocol):
    """Answers from `zone`: {("example.vn", "MX"): ["10 mx.example.vn."]}; names it lacks do not exist.

    Names in `silent` get SERVFAIL.
    """

    def __init__(self) -> None:
        self.zone: dict[tuple[str, str], list[str]] = {}
        self.silent: set[str] = set()
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, sock: socket.socket) -> NameServer:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, sock=sock)
        return self

    def stop(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def domain(self, name: str, *hosts: tuple[int, str, str]) -> None:
        """A domain with MX hosts: (preference, name, address)."""
        self.zone[name, "MX"] = [f"{preference} {host}." for preference, host, _ in hosts]
        for _, host, address in hosts:
            self.zone[host, "A"] = [address]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        values = self.zone.get((name, kind))
        if name in self.silent:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif values:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        elif not any(known == name for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        assert self._transport is not None
        self._transport.sendto(response.to_wire(), addr)
