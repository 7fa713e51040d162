"""Mail to other servers: rows in the queue, written with the letter they belong to, and the worker that sends them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mailsvc.mail import addresses
from mailsvc.mail.envelope import Envelope, Recipient
from mailsvc.mail.lane import Lane, Sending, signer_of
from mailsvc.mail.office import Office
from mailsvc.mail.route import Router
from mailsvc.store import queue
from mailsvc.store.bus import Subscription
from mailsvc.store.queue import NewRow
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

PER_DOMAIN = 4
"""Connections at once to the servers of one domain."""
REST_SECONDS = 30.0
"""The longest sleep; after it the queue is looked at even when nobody woke us."""
RENEW_SECONDS = 60.0
FORGET_SECONDS = 3600.0
KEPT_MS = 30 * 86_400_000
"""How long it can be seen what became of a letter."""
GRACE_SECONDS = 1.2
"""On stopping, what is under way may end by itself for so long."""
RELEASE_SECONDS = 0.6


def enqueue(tx: Tx, content_id: int, envelope: Envelope, recipients: Sequence[Recipient]) -> None:
    """Queue a stored letter for recipients elsewhere; each address once. The workers wake after the commit."""
    unique = {one.address: one for one in recipients}
    queue.add(tx, [_row(content_id, envelope, one) for one in unique.values()])


def _row(content_id: int, envelope: Envelope, recipient: Recipient) -> NewRow:
    return NewRow(
        content_id=content_id,
        sender=envelope.sender,
        recipient=recipient.address,
        domain=addresses.split(recipient.address)[1],
        notify=",".join(recipient.notify).upper(),
        orcpt=recipient.orcpt,
        ret=envelope.ret.upper(),
        envid=envelope.envid,
        smtputf8=int(envelope.smtputf8),
        account_id=envelope.account_id,
        return_path_size=envelope.return_path_size,
    )


class OutboundWorker:
    """Sends what is due: a lane for each domain that has something, as many at once as the settings allow."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._router = Router(office.settings)
        self._sending: Sending | None = None
        self._lanes: dict[asyncio.Task[None], str] = {}
        self._renewed = self._forgot = 0.0

    async def run(self) -> None:
        """Work until cancelled; then letters under way are finished or given back within two seconds."""
        sending = await self._begin()
        with self._office.db.bus.subscribe(("queue", 0)) as changed:
            sending.wake = changed.wake
            try:
                while True:
                    await self._start_lanes(sending)
                    await self._rest(changed)
                    await self._keep_house(sending)
            finally:
                await self._wind_down(sending)

    async def run_due(self) -> int:
        """Try everything that is due now; how many letters (by way) there were. Only for who holds the data folder."""
        sending = await self._begin()
        before = sending.letters
        while True:
            await self._start_lanes(sending)
            if not self._lanes:
                return sending.letters - before
            await asyncio.wait(self._lanes)

    async def _begin(self) -> Sending:
        if self._sending is not None:
            self._sending.stopping = False
            return self._sending
        office = self._office
        owner = await office.work(_owner, office.settings.folder)
        freed = await office.db.write(queue.take_back, owner)
        if freed:
            log.warning("%d letters were under way when the service died; they are tried again", freed)
        self._sending = Sending(office, self._router, owner, await office.work(signer_of, office.settings))
        return self._sending

    async def _start_lanes(self, sending: Sending) -> None:
        free = self._office.settings.queue.workers - len(self._lanes)
        if free <= 0:
            return
        running = Counter(self._lanes.values())
        for way, letters in self._ways(await self._office.db.read(queue.due_domains)):
            for _ in range(max(0, min(letters, self._limit(sending, way)) - running[way])):
                if free <= 0:
                    return
                free -= 1
                self._start(sending, way)

    def _ways(self, due: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """Each domain is a way of its own; with a smarthost there is only one, called ''."""
        if not self._router.to_smarthost:
            return due
        return [("", sum(letters for _, letters in due))] if due else []

    def _limit(self, sending: Sending, way: str) -> int:
        """Connections at once that way: one until it was greeted, so that servers which hang hold up nobody else."""
        if not sending.greeted[way]:
            return 1
        return self._office.settings.queue.workers if self._router.to_smarthost else PER_DOMAIN

    def _start(self, sending: Sending, way: str) -> None:
        lane = Lane(sending, None if self._router.to_smarthost else way)
        task = asyncio.create_task(lane.run(), name=f"outbound {way}")
        self._lanes[task] = way
        task.add_done_callback(self._lanes.pop)
        task.add_done_callback(lambda _: sending.wake())

    async def _rest(self, changed: Subscription) -> None:
        """Until something is new, a lane has ended, or the next row is due."""
        seconds = REST_SECONDS
        due_ms = await self._office.db.read(queue.next_ms)
        if due_ms is not None:
            seconds = min(seconds, max(0.01, (due_ms - self._office.clock.now_ms()) / 1000))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await changed.wait()

    async def _keep_house(self, sending: Sending) -> None:
        now = asyncio.get_running_loop().time()
        if self._lanes and now - self._renewed > RENEW_SECONDS:
            self._renewed = now
            await self._office.db.write(queue.renew, sending.owner, sending.lease_end())
        if now - self._forgot > FORGET_SECONDS:
            self._forgot = now
            await self._office.db.write(queue.forget, self._office.clock.now_ms() - KEPT_MS)

    async def _wind_down(self, sending: Sending) -> None:
        sending.stopping = True
        if self._lanes:
            await asyncio.wait(self._lanes, timeout=GRACE_SECONDS)
        for task in self._lanes:
            task.cancel()
        if self._lanes:
            await asyncio.wait(self._lanes, timeout=RELEASE_SECONDS)


def _owner(folder: Path) -> str:
    """The name of this data folder among those who send from one store. One service runs on a folder at a time."""
    path = folder / "queue-owner"
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(8))
    return path.read_text("ascii") or "unnamed"
