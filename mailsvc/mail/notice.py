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
_MOST_NAMED = 8


def tell(tx: Tx, account_ids: Iterable[int], subject: str, text: str) -> int:
    """Put one notice into the inboxes of all, in the transaction of what it tells of; how many got it. A full mailbox
    takes it all the same: it must not be lost."""
    boxes = {one: box for one in dict.fromkeys(account_ids) if (box := mailboxes.find(tx, one, mailboxes.INBOX))}
    if boxes:
        letter = from_bytes(_written(tx, tuple(boxes), subject, text))
        content_id = contents.add(tx, letter.content)
        new = NewPlacement(content_id, letter.content.size, tx.now_ms)
        placements.add_everywhere(tx, [box.id for box in boxes.values()], new)
    return len(boxes)


def _written(tx: Tx, account_ids: tuple[int, ...], subject: str, text: str) -> bytes:
    """The notice; so many receivers are not named in it."""
    people = [
        Person(accounts.get(tx, one).full_name, accounts.primary_address(tx, one))
        for one in (account_ids if len(account_ids) <= _MOST_NAMED else account_ids[:1])
    ]
    domain = people[0].address.rpartition("@")[2] or "localhost"
    return compose.compose(
        compose.Letter(
            sender=Person(SENDER, f"{_LOCAL}@{domain}"),
            to=tuple(one for one in people if one.address) if len(account_ids) <= _MOST_NAMED else (),
            subject=subject,
            text=text,
            message_id=f"<{secrets.token_hex(12)}@{domain}>",
            date_ms=tx.now_ms,
            headers=(("Auto-Submitted", "auto-generated"),),
        )
    )
