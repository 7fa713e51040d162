"""Reports to senders: told once, in the transaction that decides, and never about a letter without a sender."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.mail import addresses, tracing
from mailsvc.mail.envelope import Envelope, Outcome, Recipient
from mailsvc.mail.letter import Letter, from_bytes
from mailsvc.mail.relay import xtext
from mailsvc.message import reports
from mailsvc.message.reports import Report
from mailsvc.store import contents, mailboxes, placements, queue
from mailsvc.store.blobs import Buffer
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

FULL_LIMIT = 1_048_576
"""Octets of a letter that go back whole when the sender asked for that; of a larger one only its header does."""
HEADER_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class About:
    """The letter a report is about: `data` holds all of it; its first `start` octets do not leave the house."""

    sender: str
    subject: str
    message_id: str
    arrived_ms: int
    data: Buffer
    header_end: int
    start: int = 0
    envid: str = ""
    ret: str = ""


def wants(notify: Sequence[str], word: str) -> bool:
    """Whether the NOTIFY words ask for a report on SUCCESS, FAILURE or DELAY. RFC 3461 §4.1"""
    if not notify:
        return word != "SUCCESS"
    return word in notify


def report_at_once(
    tx: Tx,
    domains: Sequence[str],
    envelope: Envelope,
    letter: Letter,
    pairs: Sequence[tuple[Recipient, Outcome]],
) -> None:
    """Tell the sender what is known when the letter has been taken over by somebody: `pairs` to be reported on.

    Refused recipients are reported (with none accepted the door says the error, and this is not called), mailboxes
    reached when NOTIFY=SUCCESS asked for that. Nothing goes to the null sender.
    """
    if not envelope.sender:
        return
    failed = [_outcome(who, one) for who, one in pairs if not one.ok and wants(who.notify, "FAILURE")]
    delivered = [
        _outcome(who, one)
        for who, one in pairs
        if one.ok and wants(who.notify, "SUCCESS") and addresses.is_local(who.address, domains)
    ]
    about = _about(envelope, letter)
    for some in (failed, delivered):
        if some:
            send(tx, domains, envelope.sender, make(domains[0], domains[0], about, some, tx.now_ms))


def make(host: str, domain: str, about: About, outcomes: Sequence[reports.Outcome], now_ms: int) -> Letter:
    """A report ready for the store; `host` is the name of this server, `domain` that of its mail."""
    whole = about.ret == "FULL" and len(about.data) - about.start <= FULL_LIMIT
    end = len(about.data) if whole else min(about.header_end, about.start + HEADER_LIMIT)
    report = Report(
        to=about.sender,
        sender=f"MAILER-DAEMON@{domain}",
        reporting_mta=host,
        message_id=f"<{secrets.token_hex(12)}@{domain}>",
        date_ms=now_ms,
        outcomes=tuple(outcomes),
        original=bytes(about.data[about.start : end]),
        envelope_id=xtext(about.envid),
        arrival_ms=about.arrived_ms,
        headers_only=not whole,  # RFC 3461 §4.3
        utf8=not about.sender.isascii(),
        about=about.subject[:200],
        in_reply_to=about.message_id if about.message_id.isascii() else "",
    )
    return from_bytes(reports.delivery_report(report))


def send(tx: Tx, domains: Sequence[str], sender: str, report: Letter) -> None:
    """Put a report into the sender's inbox, or on its way with the null sender. RFC 5321 §4.5.5

    An inbox takes it even when it is full. A local sender without a mailbox gets nothing; the log says so.
    """
    if not addresses.is_local(sender, domains):
        content_id = contents.add(tx, report.content)
        domain = addresses.split(sender)[1]
        utf8 = int(not sender.isascii())
        queue.add(tx, [queue.NewRow(content_id, "", sender, domain, smtputf8=utf8, account_id=queue.HOUSE)])
        tracing.note_own(tx, content_id, report, sender, None)
        return
    account = addresses.find(tx, domains, sender)
    boxes = mailboxes.inboxes(tx, [account.id] if account else [])
    if not boxes:
        log.warning("no mailbox of %s for a report", sender)
        return
    content_id = contents.add(tx, report.content)
    new = NewPlacement(content_id, report.content.size, tx.now_ms)
    placements.add_everywhere(tx, [box.mailbox_id for box in boxes.values()], new)
    tracing.note_own(tx, content_id, report, sender, next(iter(boxes)))


def typed(orcpt: str) -> str:
    """A decoded ORCPT ('rfc822;a+b@c') as the reports want it: encoded again."""
    kind, _, address = orcpt.partition(";")
    return orcpt if kind.lower() == "utf-8" or not orcpt else f"{kind};{xtext(address)}"


def _about(envelope: Envelope, letter: Letter) -> About:
    return About(
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


def _outcome(recipient: Recipient, outcome: Outcome) -> reports.Outcome:
    return reports.Outcome(
        address=recipient.address,
        action="delivered" if outcome.ok else "failed",
        status=outcome.enhanced,
        original=typed(recipient.orcpt),
        diagnostic="" if outcome.ok else f"{outcome.code} {outcome.enhanced} {outcome.text}",
    )
