"""A letter of the queue as reports tell of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from mailsvc.core.log import failure_reference
from mailsvc.mail.bounce import About
from mailsvc.mail.office import Office
from mailsvc.mail.settle import Answer, Verdict, judge
from mailsvc.store import contents
from mailsvc.store.blobs import Blobs, Buffer
from mailsvc.store.contents import Content
from mailsvc.store.queue import Row
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)


def load(tx: Tx, blobs: Blobs, content_id: int) -> tuple[Content, Buffer]:
    """The letter with its record. Raises NotFound."""
    return contents.get(tx, content_id), contents.load(tx, blobs, content_id)


def about(row: Row, content: Content, data: Buffer) -> About:
    return About(
        sender=row.sender,
        subject=content.subject,
        message_id=content.message_id,
        arrived_ms=row.created_ms,
        data=data,
        header_end=content.header_end,
        start=row.return_path_size,
        envid=row.envid,
        ret=row.ret,
    )


def unknown(row: Row) -> About:
    """What can be told of a letter that could not be read."""
    return About(row.sender, "", "", row.created_ms, b"\r\n", 0, envid=row.envid)


async def judged(office: Office, letter: About, answers: Sequence[Answer]) -> Verdict:
    """What follows from the answers; with less in the reports when the letter cannot be quoted."""
    settings, now_ms = office.settings, office.clock.now_ms()
    try:
        return await office.work(judge, settings, letter, answers, now_ms)
    except Exception:
        failure_reference(log, "writing a report")
        return judge(settings, unknown(answers[0].row), answers, now_ms)
