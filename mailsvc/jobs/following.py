"""What the clock starts in following up: reminders, the morning mail, the weekly and monthly report.

Each looks at what is due and does it in small transactions, so that letters do not wait. All of it may run twice.
"""

from __future__ import annotations

import asyncio
import logging

from mailsvc.documents.following import calendar_check, digest, reminders
from mailsvc.documents.following.reminders import Falling
from mailsvc.documents.following.sources import SOURCES
from mailsvc.mail.office import Office
from mailsvc.reports import packs

log = logging.getLogger(__name__)

BATCH = 20


async def remind(office: Office) -> int:
    """Send the reminders that fall now; how many mails. What is wrong with one of them holds up no other."""
    sent = 0
    for kind in SOURCES:
        try:
            found = await office.db.read(reminders.falling, (kind,))
        except Exception:
            log.exception("what is due of the kind %s cannot be read", kind)
            continue
        for start in range(0, len(found), BATCH):
            sent += await _send(office, found[start : start + BATCH])
            await asyncio.sleep(0)  # give way: letters come first
    if sent:
        log.info("sent %d reminders", sent)
    return sent


async def _send(office: Office, found: list[Falling]) -> int:
    """Send some together; when that fails, each by itself."""
    try:
        return await office.db.write(reminders.send, found)
    except Exception:
        if len(found) == 1:
            log.exception("the reminder %s of %s cannot be sent", found[0].occasion.name, found[0].due.thing)
            return 0
    return sum([await _send(office, [one]) for one in found])


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
    """All of it once, at this moment; a failure of one is logged and the others go on."""
    for work in (remind, send_digests, make_packs, tell_of_calendar):
        try:
            await work(office)
        except Exception:
            log.exception("%s failed; it is tried again", work.__name__)


async def tell_of_calendar(office: Office) -> int:
    """Remind the Office of next year's holidays."""
    return await office.db.write(calendar_check.remind)
