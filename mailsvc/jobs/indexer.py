"""Keeps the text index up with what has arrived. Searches are complete without it, only slower.

It gives way: while letters keep coming in, the writer is theirs.
"""

from __future__ import annotations

import asyncio

from mailsvc.mail.office import Office
from mailsvc.store import search

BATCH = 64
REST_SECONDS = 0.01  # between batches
QUIET_SECONDS = 0.25  # without other writes, before it goes on
LONGEST_SECONDS = 20.0  # of giving way


async def run(office: Office) -> None:
    """Index what waits, batch by batch, then wait for the next wake-up; until cancelled."""
    with office.db.bus.subscribe(("search", 0)) as news:
        while True:
            before = office.db.written
            if not await office.db.write(search.index_pending, BATCH):
                await news.wait()
            await asyncio.sleep(REST_SECONDS)
            if office.db.written > before + 1:
                await _quiet(office)


async def _quiet(office: Office) -> None:
    """Return once nobody has written for a moment, or it has lasted long enough."""
    loop = asyncio.get_running_loop()
    latest = loop.time() + LONGEST_SECONDS
    while loop.time() < latest:
        before = office.db.written
        await asyncio.sleep(QUIET_SECONDS)
        if office.db.written == before:
            return
