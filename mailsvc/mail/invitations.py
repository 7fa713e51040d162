"""Answers to invitations: an iMIP reply from the address that was invited, a copy in "Đã gửi", and the answer kept on
the letter, in one transaction (RFC 6047 §2)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from mailsvc.core.errors import Invalid
from mailsvc.documents import intake
from mailsvc.mail import access, addresses
from mailsvc.mail.deliver import deliver_letter
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import Letter, from_spool
from mailsvc.mail.office import Office
from mailsvc.message.compose import date_field
from mailsvc.message.fieldwriter import people_field, text_field
from mailsvc.message.invitation import Attendee, Invitation, write_answer
from mailsvc.store import accounts, contents, mailboxes, placements, private_flags
from mailsvc.store.blobs import Spool
from mailsvc.store.flags import SEEN
from mailsvc.store.placements import NewPlacement
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

KEYWORDS = {"ACCEPTED": "$LichNhan", "DECLINED": "$LichTuChoi", "TENTATIVE": "$LichChuaChac"}
"""What is kept on the letter; it goes along when the letter is moved."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The letter with the invitation, where it lies."""

    guest: Guest | None
    mailbox_id: int
    uid: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text of the mail around the answer."""

    subject: str
    text: str


def given(keywords: str) -> str:
    """The answer kept on a letter, '' when there is none yet."""
    present = set(keywords.split())
    return next((answer for answer, word in KEYWORDS.items() if word in present), "")


def attendee(tx: Tx, domains: list[str], account_id: int, owner_id: int, invitation: Invitation) -> Attendee | None:
    """As whom the person answers: as the owner of the mailbox if he was invited and the person may write for him, else
    as himself; who got the invitation through a group answers with his main address. None for a closed account."""
    for holder in dict.fromkeys((owner_id, account_id)):
        for address in accounts.addresses_of(tx, holder):
            invited = invitation.attendee(address)
            if invited is not None and addresses.may_send_as(tx, domains, account_id, address):
                return Attendee(accounts.get(tx, holder).full_name, invited.address)
    main = accounts.primary_address(tx, account_id)
    if not main or not addresses.may_send(tx, account_id):
        return None
    return Attendee(accounts.get(tx, account_id).full_name, main)


async def answer(
    office: Office, account_id: int, asked: Asked, invitation: Invitation, who: Attendee, status: str, words: Words
) -> bool:
    """Send the answer; False when just that answer was given before. Raises Invalid, OverQuota."""
    if invitation.organizer is None or invitation.method != "REQUEST":
        raise Invalid("Thư này không phải giấy mời chờ trả lời.")
    made = await office.work(_made, office, asked, invitation, who, status, words)
    envelope = Envelope(
        id=secrets.token_hex(6),
        door="web",
        client=Client(),
        sender=who.address,
        recipients=(Recipient(invitation.organizer.address),),
        received_ms=office.clock.now_ms(),
        digest=made.content.digest,
        account_id=account_id,
        smtputf8=not (who.address + invitation.organizer.address).isascii(),
        body="8BITMIME",
    )
    case = await office.work(intake.examine, made.data, made.scan)
    domains = office.settings.organisation.domains
    return await office.db.write(_send, domains, asked, envelope, made, case, status)


def _made(office: Office, asked: Asked, invitation: Invitation, who: Attendee, status: str, words: Words) -> Letter:
    now_ms = office.clock.now_ms()
    there = invitation.organizer
    assert there is not None  # noqa: S101 - looked at before
    utf8 = not (who.address + there.address).isascii()
    fields = [
        people_field("From", ((who.name, who.address),), utf8),
        people_field("To", ((there.name, there.address),), utf8),
        text_field("Subject", words.subject, utf8),
        text_field("Date", date_field(now_ms)),
        text_field("Message-ID", f"<{secrets.token_hex(12)}@{office.settings.primary_domain}>", True),
    ]
    if asked.message_id:
        fields += [text_field("In-Reply-To", asked.message_id, True), text_field("References", asked.message_id, True)]
    content = EmailMessage(policy=SMTP)
    content.set_content(words.text, cte="base64")
    calendar = write_answer(invitation, who, status, now_ms).decode()
    content.add_alternative(calendar, subtype="calendar", cte="base64", params={"method": "REPLY"})
    del content["MIME-Version"]
    data = b"".join((*fields, b"MIME-Version: 1.0\r\n", bytes(content)))
    with Spool(office.spool_folder, office.settings.store.inline_limit) as spool:
        spool.write(data)
        return from_spool(spool, office.blobs, hashlib.sha256(data).digest())


def _send(
    tx: Tx, domains: list[str], asked: Asked, envelope: Envelope, letter: Letter, case: intake.Case, status: str
) -> bool:
    account_id = envelope.account_id or 0
    guest = access.again(tx, asked.guest, asked.mailbox_id)
    rows = private_flags.rows(tx, guest, asked.mailbox_id, asked.uid, asked.uid, ("uid", "flags", "keywords"))
    if rows and given(rows[0][2]) == status:
        return False
    if not addresses.may_send_as(tx, domains, account_id, envelope.sender):
        raise Invalid(
            "Bạn không được gửi bằng địa chỉ “%(sender)s”; câu trả lời chưa được gửi.", sender=envelope.sender
        )
    (outcome,) = deliver_letter(tx, domains, envelope, letter, case)
    if not outcome.ok:
        raise Invalid("Chưa gửi được câu trả lời: hộp thư của người mời không nhận thư. Xin gọi điện cho người mời.")
    box = mailboxes.with_special_use(tx, account_id, "\\Sent")
    if box is not None:
        content_id = contents.add(tx, letter.content)
        placements.add_everywhere(tx, [box.id], NewPlacement(content_id, letter.content.size, tx.now_ms, SEEN))
    if rows and (guest is None or "w" in guest.rights):
        uid, flags, keywords = rows[0]
        kept = [one for one in keywords.split() if one not in KEYWORDS.values()]
        words = " ".join(sorted([*kept, KEYWORDS[status]], key=str.lower))
        private_flags.set_flags(tx, guest, asked.mailbox_id, [(uid, flags, flags, words)])
    return True
