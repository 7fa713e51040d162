"""What the clock starts in following up: reminders and the morning mail.

Each looks at what is due and does it in small transactions, so that letters do not wait. All of it may run twice.
"""

from __future__ import annotations

import asyncio
import logging

from mailsvc.documents.following import digest, reminders
from mailsvc.mail.office import Office

log = logging.getLogger(__name__)

BATCH = 20


async def remind(office: Office) -> int:
    """Send the reminders that fall now; how many mails."""
    found = await office.db.read(reminders.falling)
    sent = 0
    for start in range(0, len(found), BATCH):
        sent += await office.db.write(reminders.send, found[start : start + BATCH])
        await asyncio.sleep(0)  # give way: letters come first
    if sent:
        log.info("sent %d reminders", sent)
    return sent


async def send_digests(office: Office) -> int:
    """Write the morning mail of who has not had it; how many mails."""
    found = await office.db.read(digest.wanting)
    sent = 0
    for start in range(0, len(found), BATCH):
        mornings = await office.db.read(digest.written, found[start : start + BATCH])
        sent += await office.db.write(digest.send, mornings)
        await asyncio.sleep(0)
    if sent:
        log.info("sent %d morning mails", sent)
    return sent


async def run(office: Office) -> None:
    """All of it once, at this moment."""
    await remind(office)
    await send_digests(office)
