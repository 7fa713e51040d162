"""Delivery: one letter to all its recipients in one transaction.

What the letter causes commits together: its content once, a placement for each local recipient, a queue row for each
remote one, an intake entry when it reaches the clerks. Sieve and junk filtering will choose the mailbox in `_place`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailsvc.core.actor import Actor
from mailsvc.core.errors import StorageFull
from mailsvc.documents import intake
from mailsvc.mail import addresses, answers, bounce, lists, outbound, tracing, vacation_answers
from mailsvc.mail.envelope import Envelope, Outcome, Recipient
from mailsvc.mail.letter import Letter, from_spool, is_quick
from mailsvc.mail.office import Office
from mailsvc.store import audit, contents, mailboxes, placements
from mailsvc.store.blobs import Spool
from mailsvc.store.groups import Group
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
    """The recipients of an envelope by where they lead: account id to recipients, address lists, those elsewhere."""

    local: dict[int, list[Recipient]]
    lists: list[tuple[Recipient, Group]]
    remote: list[Recipient]
    unknown: list[Recipient]

    @property
    def owners(self) -> dict[str, int]:
        """Whose mailbox each recipient is; tracing.LIST for a list."""
        owners = {one.address: account_id for account_id, some in self.local.items() for one in some}
        return owners | {one.address: tracing.LIST for one, _ in self.lists}


async def deliver(office: Office, envelope: Envelope, spool: Spool) -> list[Outcome]:
    """Take over the letter: an outcome for each recipient, in order, once everything is on disk."""
    domains = office.settings.organisation.domains
    try:
        letter = await _letter(office, envelope, spool)
        try:
            post = Post(domains, envelope, letter)
            return await office.db.write_together(post, deliver_each)  # type: ignore[no-any-return]
        except NotReady as wanted:
            ready = await make_ready(office, envelope, letter, wanted)
            return await office.db.write(deliver_letter, domains, envelope, letter, ready.case, copies=ready.copies)
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


def deliver_each(tx: Tx, posts: list[Post]) -> list[list[Outcome] | NotReady]:
    """Deliver letters that came at the same moment; NotReady in place of the outcomes of one that is not.

    Most letters go to one ordinary mailbox: those share their statements. The others are delivered by themselves.
    """
    inboxes = _plain_inboxes(tx, posts)
    told: dict[int, list[Outcome] | NotReady] = {}
    if len(inboxes) > 1:
        some = [posts[number] for number in inboxes]
        content_ids = contents.add_each(tx, [post.letter.content for post in some])
        new = [
            NewPlacement(content_id, post.letter.content.size, post.envelope.received_ms)
            for content_id, post in zip(content_ids, some, strict=True)
        ]
        placements.add_each(tx, list(zip((box.mailbox_id for box in inboxes.values()), new, strict=True)))
        passages = []
        for (number, box), post, content_id in zip(inboxes.items(), some, content_ids, strict=True):
            address = post.envelope.recipients[0].address
            outcomes = told[number] = [Outcome(address)]
            owners = {address: box.account_id}
            passages.append(tracing.Passage(post.envelope, post.letter, content_id, outcomes, owners))
            _note_sending(tx, post.envelope, post.letter)
            _report(tx, post.domains, post.envelope, post.letter, outcomes, [])
        tracing.note(tx, passages)
    for number, post in enumerate(posts):
        if number not in told:
            try:
                told[number] = deliver_letter(tx, post.domains, post.envelope, post.letter, early=True)
            except NotReady as wanted:
                told[number] = wanted
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


class NotReady(Exception):
    """Something is to be done first, outside the transaction: to look at the files of a letter to the clerks (`case`),
    to make the copies of a large one for lists."""

    def __init__(self, *, case: bool, copies: Sequence[Group]) -> None:
        super().__init__()
        self.case = case
        self.copies = copies


@dataclass(frozen=True, slots=True)
class Ready:
    """What was made for a delivery: the clerks' view of the letter, the lists' copies by the list's id."""

    case: intake.Case | None = None
    copies: Mapping[int, Letter] = field(default_factory=dict)


async def make_ready(office: Office, envelope: Envelope, letter: Letter, wanted: NotReady) -> Ready:
    """Do it, in worker threads. Raises StorageFull."""
    case = await office.work(intake.examine, letter.data, letter.scan) if wanted.case else None
    copies = {one.id: await office.work(lists.prepare, office, envelope, letter, one) for one in wanted.copies}
    return Ready(case, copies)


def deliver_letter(
    tx: Tx,
    domains: list[str],
    envelope: Envelope,
    letter: Letter,
    case: intake.Case | None = None,
    *,
    copies: Mapping[int, Letter] | None = None,
    early: bool = False,
) -> list[Outcome]:
    """The whole delivery, inside the transaction.

    `case` is what the clerks' intake sees in the letter, `copies` are large copies for lists. With `early` NotReady is
    raised when they are wanted; otherwise the case is then worked out here, and lists hand on the letter as it is.
    """
    people = _sort(tx, domains, envelope)
    large = lists.to_prepare(letter, people.lists) if early else []
    answer = answers.recognise(tx, envelope, letter)
    if answer is not None and any(answers.goes_to_the_office(tx, domains, one) for one in envelope.recipients):
        if early and case is None:
            raise NotReady(case=True, copies=large)
        case = case or intake.examine(letter.data, letter.scan)
        if answer.take is None:
            answer.tell_stranger(tx)
        elif not case.held:  # what bears a mark of secrecy is held like every other letter to the clerks
            return _answered(tx, domains, envelope, letter, Ready(case, copies or {}), answer.take, people.owners)
    inboxes = mailboxes.inboxes(tx, list(people.local))
    roomy = [box for box in inboxes.values() if box.room is None or box.room >= letter.content.size]
    with_room = {box.account_id for box in roomy}
    served = {one: one in with_room for one in people.local}
    shares = lists.shares(tx, envelope, people.lists, served, letter.content.size) if people.lists else []
    if early:
        for_clerks = any(box.kind == "intake" for box in (*roomy, *(box for one in shares for box in one.inboxes)))
        if for_clerks or large:
            raise NotReady(case=for_clerks, copies=large)
    outcomes = {one.address: NO_SUCH for one in people.unknown}
    outcomes |= {one.recipient.address: one.outcome for one in shares}
    for account_id, recipients in people.local.items():
        refusal = OVER_QUOTA if account_id in inboxes else NO_SUCH
        outcomes.update({one.address: Outcome("") if served[account_id] else refusal for one in recipients})
    outcomes.update({one.address: Outcome("", 250, "2.0.0", "Queued") for one in people.remote})
    if any(one.ok for one in outcomes.values()):
        _note_sending(tx, envelope, letter)
    content_id = None
    if roomy or people.remote:
        content_id = contents.add(tx, letter.content)
        _place(tx, content_id, envelope, letter, roomy, case)
        outbound.enqueue(tx, content_id, envelope, people.remote)
        vacation_answers.answer(tx, domains, envelope, letter, roomy)
    for share in shares:
        _hand_on(tx, envelope, letter, share, Ready(case, copies or {}))
    told = [replace(outcomes[one.address], recipient=one.address) for one in envelope.recipients]
    tracing.note(tx, [tracing.Passage(envelope, letter, content_id, told, people.owners)])
    _report(tx, domains, envelope, letter, told, lists.missed(tx, envelope, shares))
    return told


def _hand_on(tx: Tx, envelope: Envelope, letter: Letter, share: lists.Share, ready: Ready) -> None:
    """The letter to those who get it only through the list."""
    if not share.inboxes:
        return
    copy = ready.copies.get(share.group.id) or lists.copy(envelope, letter, share.group)
    content_id = contents.add(tx, copy.content)
    _place(tx, content_id, envelope, copy, list(share.inboxes), ready.case)
    members = {box.account_id: "" for box in share.inboxes} | dict.fromkeys(share.full, OVER_QUOTA.reply)
    tracing.note_copies(tx, envelope, content_id, copy, share.recipient.address, members)


def _answered(
    tx: Tx,
    domains: list[str],
    envelope: Envelope,
    letter: Letter,
    ready: Ready,
    take: answers.Taker,
    owners: dict[str, int],
) -> list[Outcome]:
    """An answer to assigned work: it goes onto the document and to who gave the work; copies to others as always."""
    case = ready.case or intake.examine(letter.data, letter.scan)
    content_id = contents.add(tx, letter.content)
    take(tx, content_id, letter.scan, letter.data, case)
    others = tuple(one for one in envelope.recipients if not answers.goes_to_the_office(tx, domains, one))
    outcomes = {one.address: Outcome(one.address) for one in envelope.recipients}
    taken = [outcomes[one.address] for one in envelope.recipients if one not in others]
    tracing.note(tx, [tracing.Passage(envelope, letter, content_id, taken, owners)])
    if others:
        rest = deliver_letter(tx, domains, replace(envelope, recipients=others), letter, case, copies=ready.copies)
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


def _report(
    tx: Tx,
    domains: list[str],
    envelope: Envelope,
    letter: Letter,
    told: Sequence[Outcome],
    missed: Sequence[tuple[Recipient, Outcome]],
) -> None:
    """Where one reply stands for all recipients, the sender learns of the others by mail; of lists' members always."""
    pairs = [] if envelope.door == "lmtp" else list(zip(envelope.recipients, told, strict=True))
    if any(one.ok for one in told):
        bounce.report_at_once(tx, domains, envelope, letter, [*pairs, *missed])


def _sort(tx: Tx, domains: list[str], envelope: Envelope) -> Sorted:
    people = Sorted({}, [], [], [])
    for recipient in envelope.recipients:
        if not addresses.is_local(recipient.address, domains):
            people.remote.append(recipient)
            continue
        account = addresses.find(tx, domains, recipient.address)
        group = None if account is not None else lists.find(tx, domains, recipient.address)
        if account is not None:
            people.local.setdefault(account.id, []).append(recipient)
        elif group is not None:
            people.lists.append((recipient, group))
        else:
            people.unknown.append(recipient)
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
