"""Keeps the text index up with what has arrived. Searches are complete without it, only slower.

It gives way: while letters pour in, the writer is theirs.
"""

from __future__ import annotations

import asyncio

from mailsvc.mail.office import Office
from mailsvc.store import search

BATCH = 256
LOOK_SECONDS = 0.02  # how long it looks whether the writer is busy
BUSY = 4  # jobs within that time
LONGEST_SECONDS = 20.0  # of giving way


async def run(office: Office) -> None:
    """Index what waits, batch by batch, then wait for the next wake-up; until cancelled."""
    with office.db.bus.subscribe(("search", 0)) as news:
        while True:
            if not await office.db.write(search.index_pending, BATCH):
                await news.wait()
            await _give_way(office)


async def _give_way(office: Office) -> None:
    """Return once the writer is not busy, or it has lasted long enough."""
    loop = asyncio.get_running_loop()
    latest = loop.time() + LONGEST_SECONDS
    while loop.time() < latest:
        before = office.db.written
        await asyncio.sleep(LOOK_SECONDS)
        if office.db.written - before < BUSY:
            return
