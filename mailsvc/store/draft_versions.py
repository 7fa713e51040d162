"""Versions of drafts: each saving writes a new message; what it replaces is forgotten, bytes and text."""

from __future__ import annotations

from sqlalchemy import or_, select

from mailsvc.store.guarding import destroy_content, users_of
from mailsvc.store.schema import contents, held_sends, intake_entries, placements, queue
from mailsvc.store.tx import Tx


def forget(tx: Tx, content_id: int) -> bool:
    """Destroy a version that nobody holds any more; False, and nothing happens, when somebody does.

    Otherwise an hour of writing would leave hundreds of copies, each with its attachments.
    """
    if users_of(tx, content_id):
        return False
    uses = (
        select(placements.c.uid).where(placements.c.content_id == content_id),
        select(queue.c.id).where(queue.c.content_id == content_id),
        select(intake_entries.c.id).where(intake_entries.c.content_id == content_id),
        select(held_sends.c.id).where(
            or_(
                held_sends.c.content_id == content_id,
                held_sends.c.sent_content_id == content_id,
                held_sends.c.draft_content_id == content_id,
            )
        ),
    )
    if any(tx.execute(one.limit(1)).first() is not None for one in uses):
        return False
    if tx.execute(select(contents.c.id).where(contents.c.id == content_id)).first() is None:
        return False
    destroy_content(tx, content_id)
    return True


def with_message_id(tx: Tx, mailbox_id: int, message_id: str) -> list[tuple[int, int]]:
    """(UID, content) of the messages in a mailbox that bear that Message-ID, oldest first."""
    statement = (
        select(placements.c.uid, placements.c.content_id)
        .join_from(placements, contents, contents.c.id == placements.c.content_id)
        .where(contents.c.message_id == message_id, placements.c.mailbox_id == mailbox_id)
        .order_by(placements.c.uid)
    )
    return [(int(row[0]), int(row[1])) for row in tx.execute(statement)]
