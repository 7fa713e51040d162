"""Notices of the house: short mails from the office itself into the inboxes of its people."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from mailsvc.mail.letter import from_bytes
from mailsvc.message import compose
from mailsvc.message.compose import Person
from mailsvc.store import accounts, contents, mailboxes, placements
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

SENDER = "Văn phòng điện tử"
_LOCAL = "postmaster"


def tell(tx: Tx, account_ids: Iterable[int], subject: str, text: str) -> int:
    """Put a notice into the inbox of each, in the transaction of what it tells of; how many got it. A full mailbox
    takes it all the same: it must not be lost."""
    boxes = {one: box for one in dict.fromkeys(account_ids) if (box := mailboxes.find(tx, one, mailboxes.INBOX))}
    for account_id, box in boxes.items():
        letter = from_bytes(_written(tx, account_id, subject, text))
        content_id = contents.add(tx, letter.content)
        placements.add_everywhere(tx, [box.id], NewPlacement(content_id, letter.content.size, tx.now_ms))
    return len(boxes)


def _written(tx: Tx, account_id: int, subject: str, text: str) -> bytes:
    address = accounts.primary_address(tx, account_id)
    domain = address.rpartition("@")[2] or "localhost"
    return compose.compose(
        compose.Letter(
            sender=Person(SENDER, f"{_LOCAL}@{domain}"),
            to=(Person(accounts.get(tx, account_id).full_name, address),) if address else (),
            subject=subject,
            text=text,
            message_id=f"<{secrets.token_hex(12)}@{domain}>",
            date_ms=tx.now_ms,
            headers=(("Auto-Submitted", "auto-generated"),),
        )
    )
