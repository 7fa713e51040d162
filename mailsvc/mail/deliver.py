"""Delivery: one letter to all its recipients in one transaction.

What the letter causes commits together: its content once, a placement for each local recipient, a queue row for each
remote one, an intake entry when it reaches the clerks. Sieve and junk filtering will choose the mailbox in `_place`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from mailsvc.core.actor import Actor
from mailsvc.core.errors import StorageFull
from mailsvc.documents import intake
from mailsvc.mail import addresses, answers, bounce, outbound, vacation_answers
from mailsvc.mail.envelope import Envelope, Outcome, Recipient
from mailsvc.mail.letter import Letter, from_spool, is_quick
from mailsvc.mail.office import Office
from mailsvc.store import audit, contents, mailboxes, placements
from mailsvc.store.blobs import Spool
from mailsvc.store.mailboxes import Inbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

_NAMED = 50  # receivers written down by name; of more, only how many
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
    domains = office.settings.organisation.domains
    try:
        letter = await _letter(office, envelope, spool)
        try:
            post = Post(domains, envelope, letter)
            return await office.db.write_together(post, deliver_each)  # type: ignore[no-any-return]
        except NeedsCase:
            case = await office.work(intake.examine, letter.data, letter.scan)
            return await office.db.write(deliver_letter, domains, envelope, letter, case)
    except StorageFull:
        return [replace(DISK_FULL, recipient=one.address) for one in envelope.recipients]


async def _letter(office: Office, envelope: Envelope, spool: Spool) -> Letter:
    """The letter made ready for the store: at once when that is quick, otherwise in a worker.

    Handing a small letter to a thread and back costs more than reading it, and each thread that wants the
    interpreter's lock delays the writer.
    """
    if is_quick(spool):
        return from_spool(spool, office.blobs, envelope.digest)
    return await office.work(from_spool, spool, office.blobs, envelope.digest)


@dataclass(frozen=True, slots=True)
class Post:
    """A letter on its way into the store."""

    domains: list[str]
    envelope: Envelope
    letter: Letter


def deliver_each(tx: Tx, posts: list[Post]) -> list[list[Outcome] | NeedsCase]:
    """Deliver letters that came at the same moment; NeedsCase in place of the outcomes of one for the clerks.

    Most letters go to one ordinary mailbox: those share their statements. The others are delivered by themselves.
    """
    inboxes = _plain_inboxes(tx, posts)
    told: dict[int, list[Outcome] | NeedsCase] = {}
    if len(inboxes) > 1:
        some = [posts[number] for number in inboxes]
        content_ids = contents.add_each(tx, [post.letter.content for post in some])
        new = [
            NewPlacement(content_id, post.letter.content.size, post.envelope.received_ms)
            for content_id, post in zip(content_ids, some, strict=True)
        ]
        placements.add_each(tx, list(zip((box.mailbox_id for box in inboxes.values()), new, strict=True)))
        for number, post in zip(inboxes, some, strict=True):
            outcomes = told[number] = [Outcome(post.envelope.recipients[0].address)]
            _note_sending(tx, post.envelope, post.letter)
            _report(tx, post.domains, post.envelope, post.letter, outcomes)
    for number, post in enumerate(posts):
        if number not in told:
            try:
                told[number] = deliver_letter(tx, post.domains, post.envelope, post.letter, early=True)
            except NeedsCase as needed:
                told[number] = needed
    return [told[number] for number in range(len(posts))]


def _plain_inboxes(tx: Tx, posts: list[Post]) -> dict[int, Inbox]:
    """The inboxes of letters with one recipient, an ordinary mailbox with room in bytes, by their place in the list."""
    if len(posts) == 1:
        return {}
    addressed = {
        number: post.envelope.recipients[0].address.lower()
        for number, post in enumerate(posts)
        if len(post.envelope.recipients) == 1
        and addresses.split(post.envelope.recipients[0].address)[1] in post.domains
    }
    known = mailboxes.inboxes_of_addresses(tx, list(set(addressed.values())))
    used: dict[int, int] = {}
    plain = {}
    for number, address in addressed.items():
        box, size = known.get(address), posts[number].letter.content.size
        if box is None or box.kind or box.counted or box.away:
            continue
        used[box.account_id] = used.get(box.account_id, 0) + size
        if box.room is None or used[box.account_id] <= box.room:
            plain[number] = box
    return plain


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
    answer = answers.recognise(tx, envelope, letter)
    if answer is not None and any(answers.goes_to_the_office(tx, domains, one) for one in envelope.recipients):
        if early and case is None:
            raise NeedsCase
        case = case or intake.examine(letter.data, letter.scan)
        if answer.take is None:
            answer.tell_stranger(tx)
        elif not case.held:  # what bears a mark of secrecy is held like every other letter to the clerks
            return _answered(tx, domains, envelope, letter, case, answer.take)
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
        _note_sending(tx, envelope, letter)
        _place(tx, content_id, envelope, letter, roomy, case)
        outbound.enqueue(tx, content_id, envelope, people.remote)
        vacation_answers.answer(tx, domains, envelope, letter, roomy)
        outcomes.update({one.address: Outcome("", 250, "2.0.0", "Queued") for one in people.remote})
    told = [replace(outcomes[one.address], recipient=one.address) for one in envelope.recipients]
    _report(tx, domains, envelope, letter, told)
    return told


def _answered(
    tx: Tx,
    domains: list[str],
    envelope: Envelope,
    letter: Letter,
    case: intake.Case,
    take: answers.Taker,
) -> list[Outcome]:
    """An answer to assigned work: it goes onto the document and to who gave the work; copies to others as always."""
    content_id = contents.add(tx, letter.content)
    take(tx, content_id, letter.scan, letter.data, case)
    others = tuple(one for one in envelope.recipients if not answers.goes_to_the_office(tx, domains, one))
    outcomes = {one.address: Outcome(one.address) for one in envelope.recipients}
    if others:
        rest = deliver_letter(tx, domains, replace(envelope, recipients=others), letter, case)
        outcomes |= {one.recipient: one for one in rest}
    return [outcomes[one.address] for one in envelope.recipients]


def _note_sending(tx: Tx, envelope: Envelope, letter: Letter) -> None:
    """Who of ours sent what to whom, from where: everybody answers for it (regulation, Article 10.6)."""
    if envelope.account_id is None or envelope.door not in ("submission", "web"):
        return
    receivers = [one.address for one in envelope.recipients]
    digest = letter.content.digest.hex()
    detail = {"sender": envelope.sender, "to": receivers[:_NAMED], "count": len(receivers), "sha256": digest}
    door = "web" if envelope.door == "web" else "smtp"
    audit.record(tx, Actor(envelope.account_id, None, door, envelope.client.ip), "mail.send", "mail", **detail)


def _report(tx: Tx, domains: list[str], envelope: Envelope, letter: Letter, told: list[Outcome]) -> None:
    """Where one reply stands for all recipients, the sender learns of the others by mail."""
    if envelope.door != "lmtp":
        bounce.report_at_once(tx, domains, envelope, letter, told)


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
