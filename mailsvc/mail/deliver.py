"""Delivery: one letter to all its recipients in one transaction.

What the letter causes commits together: its content once, a placement for each local recipient, a queue row for each
remote one, an intake entry when it reaches the clerks. Sieve and junk filtering will choose the mailbox in `_place`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from mailsvc.core.errors import StorageFull
from mailsvc.documents import intake
from mailsvc.mail import addresses, bounce, outbound
from mailsvc.mail.envelope import Envelope, Outcome, Recipient
from mailsvc.mail.letter import Letter, from_spool
from mailsvc.mail.office import Office
from mailsvc.store import contents, mailboxes, placements
from mailsvc.store.blobs import Spool
from mailsvc.store.mailboxes import Inbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

NO_SUCH = Outcome("", 550, "5.1.1", "No such mailbox here")
OVER_QUOTA = Outcome("", 452, "4.2.2", "Mailbox is full, try again later")
DISK_FULL = Outcome("", 452, "4.3.1", "Insufficient system storage, try again later")


@dataclass(frozen=True, slots=True)
class Sorted:
    """The recipients of an envelope by where they lead: account id to recipients, and those elsewhere."""

    local: dict[int, list[Recipient]]
    remote: list[Recipient]
    unknown: list[Recipient]


async def deliver(office: Office, envelope: Envelope, spool: Spool) -> list[Outcome]:
    """Take over the letter: an outcome for each recipient, in order, once everything is on disk."""
    try:
        domains = office.settings.organisation.domains
        made: list[Letter] = []  # kept for the second try

        def prepare() -> Letter:
            made.append(from_spool(spool, office.blobs, envelope.digest))
            return made[0]

        try:
            return await office.db.write_after(
                office.workers, prepare, lambda tx, letter: deliver_letter(tx, domains, envelope, letter, early=True)
            )
        except NeedsCase:
            case = await office.work(intake.examine, made[0].data, made[0].scan)
            return await office.db.write(deliver_letter, domains, envelope, made[0], case)
    except StorageFull:
        return [replace(DISK_FULL, recipient=one.address) for one in envelope.recipients]


class NeedsCase(Exception):
    """The letter goes to the clerks: its files are to be looked at first, outside the transaction."""


def deliver_letter(
    tx: Tx,
    domains: list[str],
    envelope: Envelope,
    letter: Letter,
    case: intake.Case | None = None,
    *,
    early: bool = False,
) -> list[Outcome]:
    """The whole delivery, inside the transaction.

    `case` is what the clerks' intake sees in the letter. With `early` NeedsCase is raised when it is wanted and not
    given; otherwise it is then worked out here.
    """
    people = _sort(tx, domains, envelope)
    inboxes = mailboxes.inboxes(tx, list(people.local))
    roomy = [box for box in inboxes.values() if box.room is None or box.room >= letter.content.size]
    if early and any(box.kind == "intake" for box in roomy):
        raise NeedsCase
    outcomes = {one.address: NO_SUCH for one in people.unknown}
    for account_id, recipients in people.local.items():
        fits = any(box.account_id == account_id for box in roomy)
        refusal = OVER_QUOTA if account_id in inboxes else NO_SUCH
        outcomes.update({one.address: Outcome("") if fits else refusal for one in recipients})
    if roomy or people.remote:
        content_id = contents.add(tx, letter.content)
        _place(tx, content_id, envelope, letter, roomy, case)
        outbound.enqueue(tx, content_id, envelope, people.remote)
        outcomes.update({one.address: Outcome("", 250, "2.0.0", "Queued") for one in people.remote})
    told = [replace(outcomes[one.address], recipient=one.address) for one in envelope.recipients]
    if envelope.door != "lmtp":
        bounce.report_at_once(tx, domains, envelope, letter, told)
    return told


def _sort(tx: Tx, domains: list[str], envelope: Envelope) -> Sorted:
    people = Sorted({}, [], [])
    for recipient in envelope.recipients:
        if not addresses.is_local(recipient.address, domains):
            people.remote.append(recipient)
            continue
        account = addresses.find(tx, domains, recipient.address)
        if account is None:
            people.unknown.append(recipient)
        else:
            people.local.setdefault(account.id, []).append(recipient)
    return people


def _place(
    tx: Tx, content_id: int, envelope: Envelope, letter: Letter, inboxes: list[Inbox], case: intake.Case | None
) -> None:
    if not inboxes:
        return
    new = NewPlacement(content_id, letter.content.size, envelope.received_ms)
    uids = placements.add_everywhere(tx, [box.mailbox_id for box in inboxes], new)
    for box in inboxes:
        if box.kind == "intake":
            intake.arrived(
                tx,
                intake.Arrival(
                    content_id=content_id,
                    mailbox_id=box.mailbox_id,
                    uid=uids[box.mailbox_id],
                    received_ms=envelope.received_ms,
                    sender=envelope.sender,
                    actor_id=envelope.account_id,
                    filed=False,
                ),
                letter.scan,
                letter.data,
                case,
            )
