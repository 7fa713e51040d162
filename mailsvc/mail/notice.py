"""Notices of the house: mails from the office itself into the inboxes of its people, in the transaction of what they
tell of. A full mailbox takes them all the same: they must not be lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailsvc.core.errors import NotFound
from mailsvc.mail.letter import from_bytes
from mailsvc.message import compose
from mailsvc.message.compose import File, Person
from mailsvc.store import accounts, contents, mailboxes, placements
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

SENDER = "Văn phòng điện tử"
AUTOMATIC = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"))  # RFC 3834 §5
_LOCAL = "postmaster"
_MOST_NAMED = 8


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


def post(tx: Tx, account_ids: Sequence[int], notice: Notice) -> int | None:
    """Put the notice into the inboxes of those of the accounts that are active; its content, None for nobody."""
    boxes = mailboxes.inboxes(tx, list(account_ids))
    there = [one for one in dict.fromkeys(account_ids) if one in boxes]
    return _placed(tx, {one: boxes[one].mailbox_id for one in there}, notice) if there else None


def tell(tx: Tx, account_ids: Iterable[int], subject: str, text: str) -> int:
    """Put a plain notice into the inboxes of all, closed accounts too; how many got it."""
    boxes = {one: box.id for one in dict.fromkeys(account_ids) if (box := mailboxes.find(tx, one, mailboxes.INBOX))}
    if boxes:
        _placed(tx, boxes, Notice("house", subject, text))
    return len(boxes)


def _placed(tx: Tx, boxes: dict[int, int], notice: Notice) -> int:
    """The content of the notice, lying in the mailboxes (account to mailbox)."""
    letter = from_bytes(_written(tx, tuple(boxes), notice))
    content_id = contents.add(tx, letter.content)
    placements.add_everywhere(tx, list(boxes.values()), NewPlacement(content_id, letter.content.size, tx.now_ms))
    return content_id


def _written(tx: Tx, account_ids: tuple[int, ...], notice: Notice) -> bytes:
    """The notice; so many receivers are not named in it."""
    named = len(account_ids) <= _MOST_NAMED
    people = [_person(tx, one) for one in (account_ids if named else account_ids[:1])]
    domain = people[0].address.rpartition("@")[2] or "localhost"
    parent = _message_id(tx, notice.about)
    headers = (*AUTOMATIC, ("X-Mailsvc-Notice", notice.kind), *((("Importance", "high"),) if notice.urgent else ()))
    return compose.compose(
        compose.Letter(
            sender=Person(SENDER, f"{_LOCAL}@{domain}"),
            to=tuple(one for one in people if one.address) if named else (),
            subject=notice.subject,
            text=notice.text,
            message_id=f"<{secrets.token_hex(12)}@{domain}>",
            date_ms=tx.now_ms,
            reply_to=() if notice.answers_to is None else tuple(_with_address(_person(tx, notice.answers_to))),
            in_reply_to=parent,
            references=(parent,) if parent else (),
            files=notice.files,
            headers=headers,
        )
    )


def _person(tx: Tx, account_id: int) -> Person:
    return Person(accounts.get(tx, account_id).full_name, accounts.primary_address(tx, account_id))


def _with_address(person: Person) -> list[Person]:
    return [person] if person.address else []


def _message_id(tx: Tx, content_id: int | None) -> str:
    """The Message-ID of a stored mail; '' when there is none."""
    if content_id is None:
        return ""
    try:
        return contents.get(tx, content_id).message_id
    except NotFound:
        return ""
