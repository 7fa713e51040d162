"""Sending from the web: everything is looked at when "Gửi" is pressed, then the letter waits for the seconds in which
it can be taken back, or for a chosen time. `mail.releasing` lets it go.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailsvc.core.errors import Invalid, MailsvcError, NotFound, Phrase, together
from mailsvc.mail import addressees, drafts, senders, writing
from mailsvc.mail.addressees import Reached
from mailsvc.mail.drafts import Place
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import Letter, from_spool
from mailsvc.mail.office import Office
from mailsvc.mail.secret_policy import NoSecrets
from mailsvc.mail.sender_policy import OwnFrom
from mailsvc.mail.senders import Sender
from mailsvc.mail.writing import Writing
from mailsvc.message.compose import Person, date_field
from mailsvc.store import contents, draft_versions, held_sends, room
from mailsvc.store.blobs import Spool
from mailsvc.store.held_sends import Held, NewHeld
from mailsvc.store.tx import Tx

FARTHEST_MS = 366 * 86_400_000
"""How far ahead a letter may be put."""
_SHOWN = 300


class Unfit(MailsvcError):
    """The letter cannot go out as it is. `fields` maps the form's field (from, to, cc, bcc, subject, files, time) to
    what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Checked:
    """Who writes, and to whom, as the office knows them."""

    sender: Sender
    reached: dict[str, Reached]

    @property
    def everybody(self) -> tuple[Person, ...]:
        unique: dict[str, Person] = {}
        for one in self.reached.values():
            unique |= {person.address.lower(): person for person in one.everybody}
        return tuple(unique.values())


def check(tx: Tx, domains: Sequence[str], account_id: int, letter: Writing, most: int) -> Checked:
    """Look at sender and recipients. Raises Unfit."""
    reached = {name: addressees.reach(tx, domains, getattr(letter, name)) for name in ("to", "cc", "bcc")}
    wrong = {name: together(one.problems) for name, one in reached.items() if one.problems}
    sender = senders.named(tx, domains, account_id, letter.sender)
    if sender is None:
        wrong["from"] = _not_yours(letter.sender)
    everybody = {person.address.lower() for one in reached.values() for person in one.everybody}
    if not everybody and not wrong:
        wrong["to"] = Phrase("Chưa có người nhận.")
    if len(everybody) > most:
        wrong["to"] = Phrase(
            "Có %(have)s người nhận; mỗi thư gửi được tới nhiều nhất %(most)s người.", have=len(everybody), most=most
        )
    if wrong or sender is None:
        raise Unfit(wrong)
    return Checked(sender, reached)


def _not_yours(address: str) -> Phrase:
    return Phrase("Bạn không được gửi bằng địa chỉ “%(address)s”.", address=address)


async def press(
    office: Office,
    account_id: int,
    written: Writing,
    known: Place | None,
    send_ms: int,
    *,
    scheduled: bool,
    peer: str = "",
) -> int:
    """Take the letter over, to leave at `send_ms`; its number among the waiting ones, once all of it is on disk.

    `known` is the draft it was written in. Pressing again for the same letter (the answer was lost) gives the same
    number. Raises Unfit, OverQuota, StorageFull.
    """
    domains = office.settings.organisation.domains
    again = await office.db.read(_pressed, account_id, written.message_id)
    if again is not None:
        return again
    most = office.settings.smtp.max_recipients
    checked = await office.db.read(check, domains, account_id, written, most)
    made = await office.work(_made, office, Client(ip=peer), account_id, written, checked, send_ms)
    await _judge(office, made)
    return await office.db.write(_hold, account_id, made, known, scheduled)


@dataclass(frozen=True, slots=True)
class Made:
    """The letter in its three forms: what leaves, what stays in "Đã gửi", what comes back when it is taken back."""

    written: Writing
    checked: Checked
    envelope: Envelope
    leaving: Letter
    sent: Letter
    draft: Letter
    send_ms: int


def _made(office: Office, client: Client, account_id: int, written: Writing, checked: Checked, send_ms: int) -> Made:
    """For a worker thread: composing, scanning, and large letters onto the disk."""
    sender, host = checked.sender, office.settings.organisation.host
    now_ms = office.clock.now_ms()
    plain = writing.sent_bytes(written, sender, checked.reached, send_ms, keep_bcc=False)
    if len(plain) > office.settings.smtp.max_size:
        most = office.settings.smtp.max_size // 1_000_000
        raise Unfit({"files": Phrase("Thư nặng hơn %(most)s MB; xin bớt tệp.", most=most)})
    path, trace = _trace(sender.address, host, send_ms)
    leaving = stored(office, path + trace + plain)
    kept = plain if not checked.reached["bcc"].shown else None
    kept = kept or writing.sent_bytes(written, sender, checked.reached, send_ms, keep_bcc=True)
    draft = writing.draft_bytes(written, sender.name, office.settings.primary_domain, now_ms)
    recipients = tuple(Recipient(one.address) for one in checked.everybody)
    envelope = Envelope(
        id=secrets.token_hex(6),
        door="web",
        client=client,
        sender=sender.address,
        recipients=recipients,
        received_ms=send_ms,
        digest=leaving.content.digest,
        account_id=account_id,
        smtputf8=not all(one.isascii() for one in (sender.address, *(to.address for to in recipients))),
        body="8BITMIME",
        return_path_size=len(path),
        trace_size=len(path) + len(trace),
    )
    return Made(written, checked, envelope, leaving, stored(office, kept), stored(office, draft), send_ms)


def stored(office: Office, data: bytes) -> Letter:
    """Bytes made ready for the store; a large letter is on disk after this. For a worker thread. Raises StorageFull."""
    with Spool(office.spool_folder, office.settings.store.inline_limit) as spool:
        spool.write(data)
        return from_spool(spool, office.blobs, hashlib.sha256(data).digest())


def _trace(sender: str, host: str, at_ms: int) -> tuple[bytes, bytes]:
    """Return-Path and Received (RFC 5321 §4.4). Where the browser stands is told to nobody outside: it is in the
    audit trail."""
    received = f"Received: by {host} with HTTP id {secrets.token_hex(6)};\r\n {date_field(at_ms)}\r\n"
    return f"Return-Path: <{sender}>\r\n".encode(), received.encode()


async def _judge(office: Office, made: Made) -> None:
    """What the policies for submitted letters say. Raises Unfit."""
    policy = OwnFrom(office, NoSecrets(office))
    refusal = await policy.data(made.envelope, made.leaving.data)
    if refusal is None:
        return
    if refusal.code == 553:
        raise Unfit({"from": _not_yours(made.envelope.sender)})
    raise Unfit({"subject": Phrase("Chủ đề có dấu mật: không gửi bí mật nhà nước trên hệ thống này.")})


def _pressed(tx: Tx, account_id: int, message_id: str) -> int | None:
    """The waiting letter with that Message-ID. Raises Invalid when it has left already."""
    found = held_sends.with_message_id(tx, account_id, message_id)
    if found is not None:
        return found.id
    box = senders.find_place(tx, account_id, senders.SENT)
    if box is not None and held_sends.lies_in(tx, box.id, message_id):
        raise Invalid("Thư này đã gửi rồi; bản gửi nằm trong “Đã gửi”.")
    return None


def _hold(tx: Tx, account_id: int, made: Made, known: Place | None, scheduled: bool) -> int:
    again = _pressed(tx, account_id, made.written.message_id)
    if again is not None:
        return again
    box = senders.sent_place(tx, account_id, made.checked.sender)
    old = drafts.take_out(tx, account_id, known)
    shared = drafts.shared_home(tx, account_id, known)
    if old is None and shared is not None:  # a colleague may have sent it
        raise Invalid("Thư nháp chung này vừa được người khác gửi hoặc sửa; xin xem “Đã gửi” trước khi gửi lần nữa.")
    room.check_room(tx, box.id, made.sent.content.size, 1)
    shown = ", ".join(one.name or one.address for part in made.checked.reached.values() for one in part.shown)
    draft_id = contents.add(tx, made.draft.content)
    held_id = held_sends.add(
        tx,
        NewHeld(
            account_id=account_id,
            message_id=made.written.message_id,
            send_ms=made.send_ms,
            scheduled=int(scheduled),
            sender=made.envelope.sender,
            recipients=tuple(one.address for one in made.envelope.recipients),
            shown_to=shown[:_SHOWN],
            content_id=contents.add(tx, made.leaving.content),
            sent_content_id=contents.add(tx, made.sent.content),
            draft_content_id=draft_id,
            sent_mailbox_id=box.id,
            draft_mailbox_id=0 if shared is None else shared.id,
            return_path_size=made.envelope.return_path_size,
            trace_size=made.envelope.trace_size,
            smtputf8=int(made.envelope.smtputf8),
            origin=made.written.origin,
            way=made.written.way,
        ),
    )
    if old is not None and old != draft_id:
        draft_versions.forget(tx, old)
    return held_id


# ---- while it waits -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TakenBack:
    """Where the draft lies now; `moved`: in one's own drafts, since the shared ones it came from are closed to one."""

    place: Place
    moved: bool


def take_back(tx: Tx, account_id: int, held_id: int) -> TakenBack:
    """Undo: the letter is a draft again, exactly as it was and where it was. Raises NotFound when it has left, or is
    another's."""
    held = _own(tx, account_id, held_id)
    place = drafts.put_back(tx, account_id, held.draft_content_id, held.draft_mailbox_id)
    held_sends.remove(tx, held.id)
    for content_id in {held.content_id, held.sent_content_id}:
        draft_versions.forget(tx, content_id)
    return TakenBack(place, moved=held.draft_mailbox_id not in (0, place.mailbox_id))


def reschedule(tx: Tx, account_id: int, held_id: int, send_ms: int) -> None:
    """Another time for a letter that waits. Raises NotFound, Invalid."""
    check_time(tx.now_ms, send_ms)
    held_sends.reschedule(tx, _own(tx, account_id, held_id).id, send_ms)


def check_time(now_ms: int, send_ms: int) -> None:
    """Raises Invalid for a time that is over, or farther than a year ahead."""
    if send_ms <= now_ms:
        raise Invalid("Giờ gửi đã qua; xin chọn giờ khác.")
    if send_ms > now_ms + FARTHEST_MS:
        raise Invalid("Giờ gửi xa quá một năm; xin chọn ngày khác.")


def _own(tx: Tx, account_id: int, held_id: int) -> Held:
    held = held_sends.get(tx, held_id)
    if held.account_id != account_id:
        raise NotFound("Không có thư nào đang chờ gửi với số này.")
    return held


def envelope_of(held: Held, received_ms: int) -> Envelope:
    """The envelope of a waiting letter that leaves now."""
    return Envelope(
        id=f"H{held.id}",
        door="web",
        client=Client(),
        sender=held.sender,
        recipients=tuple(Recipient(one) for one in held.addresses),
        received_ms=received_ms,
        account_id=held.account_id,
        smtputf8=bool(held.smtputf8),
        body="8BITMIME",
        return_path_size=held.return_path_size,
        trace_size=held.trace_size,
    )
