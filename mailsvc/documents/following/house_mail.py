"""Mail that the office itself writes: reminders, digests, alerts. It lies there when the transaction commits."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.errors import NotFound
from mailsvc.mail.letter import from_bytes
from mailsvc.message.compose import File, Letter, Person, compose
from mailsvc.store import accounts, contents, mailboxes, placements
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

SENDER = "eoffice"
SENDER_NAME = "Văn phòng điện tử"
AUTOMATIC = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"))  # RFC 3834 §5


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told. `kind` names it for mail rules (X-Mailsvc-Notice); `about` is the mail it follows on;
    `answers_to`: who gets the replies; `urgent` marks it for mail clients."""

    kind: str
    subject: str
    text: str
    about: int | None = None
    answers_to: int | None = None
    files: tuple[File, ...] = ()
    urgent: bool = False


def tell(tx: Tx, account_ids: Sequence[int], notice: Notice) -> int | None:
    """Put the notice into the inboxes of the active ones of the accounts, full or not; its content, None for nobody."""
    boxes = mailboxes.inboxes(tx, list(account_ids))
    if not boxes:
        return None
    people = tuple(_person(tx, account_id) for account_id in account_ids if account_id in boxes)
    letter = from_bytes(compose(_letter(tx, people, notice)))
    content_id = contents.add(tx, letter.content)
    new = NewPlacement(content_id, letter.content.size, tx.now_ms)
    placements.add_everywhere(tx, [box.mailbox_id for box in boxes.values()], new)
    return content_id


def _letter(tx: Tx, people: tuple[Person, ...], notice: Notice) -> Letter:
    domain = people[0].address.partition("@")[2] or "localhost"
    parent = _message_id(tx, notice.about)
    headers = [*AUTOMATIC, ("X-Mailsvc-Notice", notice.kind)]
    if notice.urgent:
        headers.append(("Importance", "high"))
    return Letter(
        sender=Person(SENDER_NAME, f"{SENDER}@{domain}"),
        to=people,
        subject=notice.subject,
        text=notice.text,
        message_id=f"<{secrets.token_hex(12)}@{domain}>",
        date_ms=tx.now_ms,
        reply_to=() if notice.answers_to is None else (_person(tx, notice.answers_to),),
        in_reply_to=parent,
        references=(parent,) if parent else (),
        files=notice.files,
        headers=tuple(headers),
    )


def _message_id(tx: Tx, content_id: int | None) -> str:
    """The Message-ID of a stored mail; '' when there is none."""
    if content_id is None:
        return ""
    try:
        return contents.get(tx, content_id).message_id
    except NotFound:
        return ""


def _person(tx: Tx, account_id: int) -> Person:
    account = accounts.get(tx, account_id)
    return Person(account.full_name, accounts.primary_address(tx, account_id) or f"{account.username}@localhost")
