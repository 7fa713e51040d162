"""Keeps the text index up with what has arrived. Searches are complete without it, only slower."""

from __future__ import annotations

import asyncio

from mailsvc.mail.office import Office
from mailsvc.store import search

BATCH = 64
REST_SECONDS = 0.02  # between batches, so that letters under way are not held up


async def run(office: Office) -> None:
    """Index what waits, batch by batch, then wait for the next wake-up; until cancelled."""
    with office.db.bus.subscribe(("search", 0)) as news:
        while True:
            if not await office.db.write(search.index_pending, BATCH):
                await news.wait()
            await asyncio.sleep(REST_SECONDS)
