"""What the clock starts in following up: reminders, the morning mail, the weekly and monthly report.

Each looks at what is due and does it in small transactions, so that letters do not wait. All of it may run twice.
"""

from __future__ import annotations

import asyncio
import logging

from mailsvc.documents.following import digest, reminders
from mailsvc.mail.office import Office
from mailsvc.reports import packs

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


async def make_packs(office: Office) -> int:
    """Make the reports whose time has come; how many."""
    made = 0
    for wanted in await office.db.read(packs.wanted):
        made += int(await office.db.write(packs.make, wanted))
    return made


async def run(office: Office) -> None:
    """All of it once, at this moment."""
    await remind(office)
    await send_digests(office)
    await make_packs(office)
