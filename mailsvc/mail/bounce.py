"""Reports to senders: told once, in the transaction that decides, and never about a letter without a sender."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from mailsvc.mail import addresses
from mailsvc.mail.dsn import Fate, Reported, compose
from mailsvc.mail.envelope import Envelope, Outcome, Recipient
from mailsvc.mail.letter import Letter, from_bytes
from mailsvc.store import contents, mailboxes, placements, queue
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)


def wants(notify: Sequence[str], word: str) -> bool:
    """Whether the NOTIFY words ask for a report on SUCCESS, FAILURE or DELAY. RFC 3461 §4.1"""
    if not notify:
        return word != "SUCCESS"
    return word in notify


def report_at_once(
    tx: Tx, domains: Sequence[str], envelope: Envelope, letter: Letter, outcomes: Sequence[Outcome]
) -> None:
    """Tell the sender what is known when the letter has been taken over: `outcomes` in the order of the recipients.

    Refused recipients are reported when others were accepted (with none accepted the door says the error), mailboxes
    reached when NOTIFY=SUCCESS asked for that. Nothing goes to the null sender.
    """
    if not envelope.sender or not any(one.ok for one in outcomes):
        return
    pairs = list(zip(envelope.recipients, outcomes, strict=True))
    about = _about(envelope, letter)
    failed = [_fate(who, one) for who, one in pairs if not one.ok and wants(who.notify, "FAILURE")]
    delivered = [
        _fate(who, one)
        for who, one in pairs
        if one.ok and wants(who.notify, "SUCCESS") and addresses.is_local(who.address, domains)
    ]
    for fates in (failed, delivered):
        if fates:
            send(tx, domains, envelope.sender, make(domains[0], domains[0], about, fates, tx.now_ms))


def make(host: str, domain: str, about: Reported, fates: Sequence[Fate], now_ms: int) -> Letter:
    """A report ready for the store; `host` is the name of this server, `domain` that of its mail."""
    return from_bytes(compose(host, domain, about, fates, now_ms))


def send(tx: Tx, domains: Sequence[str], sender: str, report: Letter) -> None:
    """Put a report into the sender's inbox, or on its way with the null sender. RFC 5321 §4.5.5

    An inbox takes it even when it is full. A local sender without a mailbox gets nothing; the log says so.
    """
    content_id = contents.add(tx, report.content)
    if not addresses.is_local(sender, domains):
        domain = addresses.split(sender)[1]
        row = queue.NewRow(content_id, "", sender, domain, smtputf8=int(not sender.isascii()), account_id=queue.HOUSE)
        queue.add(tx, [row])
        return
    account = addresses.find(tx, domains, sender)
    boxes = mailboxes.inboxes(tx, [account.id] if account else [])
    if not boxes:
        log.warning("no mailbox of %s for a report", sender)
    for box in boxes.values():
        placements.add_everywhere(tx, [box.mailbox_id], NewPlacement(content_id, report.content.size, tx.now_ms))


def _about(envelope: Envelope, letter: Letter) -> Reported:
    return Reported(
        sender=envelope.sender,
        subject=letter.scan.subject,
        message_id=letter.scan.message_id,
        arrived_ms=envelope.received_ms,
        data=letter.data,
        header_end=letter.scan.header_end,
        start=envelope.return_path_size,
        envid=envelope.envid,
        ret=envelope.ret.upper(),
    )


def _fate(recipient: Recipient, outcome: Outcome) -> Fate:
    return Fate(
        recipient=recipient.address,
        action="delivered" if outcome.ok else "failed",
        status=outcome.enhanced,
        reply=f"{outcome.code} {outcome.enhanced} {outcome.text}",
        orcpt=recipient.orcpt,
    )
