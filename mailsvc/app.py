"""Composes one running service from settings: the office first, then its jobs, then its doors; and stops in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

from mailsvc.core.clock import Clock
from mailsvc.core.errors import Busy
from mailsvc.core.settings import Settings
from mailsvc.documents import extract_job
from mailsvc.http.server import HttpDoor
from mailsvc.imap.server import ImapDoor
from mailsvc.jobs import indexer, ticks
from mailsvc.mail import releasing
from mailsvc.mail.office import Office
from mailsvc.mail.outbound import OutboundWorker
from mailsvc.opening import close_office, open_office
from mailsvc.smtp.server import SmtpDoor
from webmail.face import WebFace

log = logging.getLogger(__name__)

DOORS_SECONDS = 2.0
JOBS_SECONDS = 2.5


class Service:
    """The whole service: `async with Service(office) as service:` runs it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.smtp = SmtpDoor(office, office.tls)
        self.imap = ImapDoor(office)
        self.http = HttpDoor(office, WebFace(), ready=lambda: self.ready)
        self._doors = (self.http, self.imap, self.smtp)
        self.outbound = OutboundWorker(office)
        self.ready = False
        self._tasks: list[asyncio.Task[None]] = []
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Service:
        async with contextlib.AsyncExitStack() as stack:
            scheduler = ticks.start(self.office)
            stack.callback(scheduler.shutdown, wait=False)
            for name, job in self._jobs():
                self._tasks.append(asyncio.create_task(_kept_running(name, job), name=name))
            stack.push_async_callback(self._stop_jobs)
            stack.push_async_callback(self._stop_doors)
            for door in self._doors:
                await door.start()
            self._stack = stack.pop_all()
        self.ready = True
        return self

    async def __aexit__(self, *details: Any) -> None:
        self.ready = False
        await self._stack.aclose()

    async def _stop_doors(self) -> None:
        """All at once: each lets its sessions finish the command they are at."""
        await asyncio.gather(self.smtp.stop(DOORS_SECONDS), self.imap.stop(DOORS_SECONDS), self.http.stop())

    def _jobs(self) -> list[tuple[str, Any]]:
        return [
            ("index", lambda: indexer.run(self.office)),
            ("extract", lambda: extract_job.run(self.office)),
            ("outbound", self.outbound.run),
            ("held", lambda: releasing.run(self.office)),
        ]

    async def _stop_jobs(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=JOBS_SECONDS)


async def _kept_running(name: str, job: Any) -> None:
    """Run a job until it is cancelled; a failure is logged and the job begins again after a pause."""
    while True:
        try:
            coroutine: Coroutine[Any, Any, None] = job()
            await coroutine
        except Exception:
            log.exception("job %s failed; it starts again", name)
        await asyncio.sleep(1)


@contextlib.asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Service]:
    """A running service for the duration of the block."""
    with held_folder(settings.folder):
        _clear_spool(settings.folder / "spool")
        office = open_office(settings, clock)
        try:
            async with Service(office) as service:
                yield service
        finally:
            await asyncio.to_thread(close_office, office)


@contextlib.contextmanager
def held_folder(folder: Path) -> Any:
    """Hold the data folder against a second service on it. Raises Busy."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / "mailsvc.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("Thư mục dữ liệu %(folder)s đang được một mailsvc khác dùng.", folder=folder) from error
        yield


def _clear_spool(spool: Path) -> None:
    """Letters that were never acknowledged lie here after a crash; their senders still have them."""
    for file in spool.glob("in-*") if spool.exists() else ():
        file.unlink(missing_ok=True)
