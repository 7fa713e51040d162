"""An office whose outgoing mail ends on loopback: names, servers, and people who send."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from outside import MailServer, NameServer

from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.core.clock import FixedClock
from mailsvc.mail.deliver import deliver
from mailsvc.mail.envelope import Client, Envelope, Outcome, Recipient
from mailsvc.mail.office import Office
from mailsvc.mail.outbound import OutboundWorker
from mailsvc.store import contents, mailboxes, placements, queue
from mailsvc.store.blobs import Spool
from mailsvc.store.queue import Listed
from mailsvc.store.tx import Tx

DOMAIN = "sogddt.tayninh.gov.vn"
HOST = "mail.sogddt.tayninh.gov.vn"
SECONDS = 20


@dataclass
class Sockets:
    """A UDP socket for names and a TCP one for mail, both on free ports of 127.0.0.1."""

    names: socket.socket
    mail: socket.socket

    @property
    def names_port(self) -> int:
        return int(self.names.getsockname()[1])

    @property
    def mail_port(self) -> int:
        return int(self.mail.getsockname()[1])


@dataclass
class World:
    """The office, its clock, its worker, and what is outside."""

    office: Office
    clock: FixedClock
    sockets: Sockets
    names: NameServer = field(default_factory=NameServer)
    servers: list[MailServer] = field(default_factory=list)
    letters_sent: int = 0

    def __post_init__(self) -> None:
        self.worker = OutboundWorker(self.office)

    async def server(self, domain: str = "ngoai.example", address: str = "127.0.0.1", **known: Any) -> MailServer:
        """A mail server for the domain, known to the name server."""
        server = MailServer(f"mx.{domain}", **known)
        mine = self.sockets.mail if address == "127.0.0.1" else (address, self.sockets.mail_port)
        self.names.domain(domain, (10, server.name, address))
        self.servers.append(server)
        return await server.start(mine)

    async def person(self, username: str) -> int:
        """An account with its address in the office's domain; its id."""
        new = NewPerson(username, username.title(), (f"{username}@{DOMAIN}",))
        return (await self.office.db.write(add_person, new, None)).id

    async def send(
        self,
        *recipients: str | Recipient,
        sender: str = f"an@{DOMAIN}",
        account_id: int | None = None,
        body: bytes = b"Xin ch\xc3\xa0o.\r\n",
        subject: str = "V/v =?utf-8?q?b=C3=A1o_c=C3=A1o?=",
        **more: Any,
    ) -> list[Outcome]:
        """Deliver a letter as a door does."""
        self.letters_sent += 1
        front = f"Return-Path: <{sender}>\r\n".encode()
        header = (
            f"Received: from pc by {HOST} with ESMTPSA id {self.letters_sent}\r\n"
            f"From: An <{sender or 'x@y.example'}>\r\nTo: Ai <ai@ngoai.example>\r\nSubject: {subject}\r\n"
            f"Message-ID: <{self.letters_sent}@sogddt>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0700\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        ).encode()
        data = front + header + body
        people = tuple(one if isinstance(one, Recipient) else Recipient(one) for one in recipients)
        envelope = Envelope(
            id=str(self.letters_sent),
            door=more.pop("door", "submission"),
            client=Client(),
            sender=sender,
            recipients=people,
            received_ms=self.clock.now_ms(),
            digest=hashlib.sha256(data).digest(),
            account_id=account_id,
            return_path_size=len(front),
            **more,
        )
        with Spool(self.office.spool_folder) as spool:
            spool.write(data)
            return await deliver(self.office, envelope, spool)

    async def attempt(self) -> int:
        """One round of everything that is due."""
        async with asyncio.timeout(SECONDS):
            return await self.worker.run_due()

    async def after(self, minutes: float) -> int:
        self.clock.advance(int(minutes * 60_000))
        return await self.attempt()

    async def rows(self, state: str | None = None) -> list[Listed]:
        return await self.office.db.read(queue.listing, state)

    async def inbox(self, account_id: int) -> list[bytes]:
        """The letters in an account's inbox."""
        return await self.office.db.read(_inbox, self.office, account_id)


def _inbox(tx: Tx, office: Office, account_id: int) -> list[bytes]:
    box = mailboxes.by_name(tx, account_id, "INBOX")
    rows = placements.rows(tx, box.id, 1, box.uidnext, ("content_id",))
    return [bytes(contents.load(tx, office.blobs, row[0])[:]) for row in rows]


@contextlib.asynccontextmanager
async def outside_world(office: Office, clock: FixedClock, sockets: Sockets) -> AsyncIterator[World]:
    world = World(office, clock, sockets)
    await world.names.start(sockets.names)
    try:
        yield world
    finally:
        world.names.stop()
        for server in world.servers:
            await server.stop()


Play = Callable[[Callable[[World], Awaitable[None]]], None]
