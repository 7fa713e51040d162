"""Keeps the texts that are made late, and the text index, up with what has arrived.

Searches are complete without it, only slower. It gives way: while letters pour in, the writer is theirs.
"""

from __future__ import annotations

import asyncio

from mailsvc.mail.office import Office
from mailsvc.store import late_texts, search
from mailsvc.store.bus import Subscription

BATCH = 256
QUIET_SECONDS = 0.2  # without a new letter: a client that fills a mailbox brings a hundred in one job
LOOK_SECONDS = 0.02  # how long it looks once it was quiet
BUSY = 200  # jobs in a second
LONGEST_SECONDS = 5.0  # of giving way


async def run(office: Office) -> None:
    """Index what waits, batch by batch, then wait for the next wake-up; until cancelled."""
    with office.db.bus.subscribe(("search", 0)) as news:
        look = QUIET_SECONDS
        while True:
            look = await _give_way(office, news, look)
            if not await _next(office):
                await news.wait()
                look = QUIET_SECONDS


async def _next(office: Office) -> bool:
    """Make the texts that are still to be made, then index; whether there was anything to do."""
    made = await office.db.read(late_texts.made)
    if made:
        await office.db.write(late_texts.keep, made)
        return True
    return bool(await office.db.write(search.index_pending, BATCH))


async def _give_way(office: Office, news: Subscription, look: float) -> float:
    """Return once nobody needs the writer, or it has lasted long enough; how long to look the next time."""
    loop = asyncio.get_running_loop()
    latest = loop.time() + LONGEST_SECONDS
    while loop.time() < latest:
        before = office.db.written
        try:
            async with asyncio.timeout(look):
                await news.wait()
        except TimeoutError:
            if office.db.written - before < BUSY * look:
                return LOOK_SECONDS
        else:
            look = QUIET_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
    return QUIET_SECONDS
