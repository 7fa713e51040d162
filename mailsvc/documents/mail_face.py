"""The mail face of assigned work: what is yours lies as a letter in `Văn bản/Việc của tôi`, with the files attached.

One letter for all receivers of one decision: content once, a placement for each, in the transaction that assigns. The
letter follows its line: to `Đã xong` when it is done, to `Trả lại` when it is returned, away when it is taken back.
Its Message-ID bears a random token (`directions.token`), and so does the address an answer goes to.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailsvc.documents.routing.rules import rules
from mailsvc.mail.letter import Letter, from_bytes, from_spool
from mailsvc.message import compose
from mailsvc.message.attachments import find_attachment
from mailsvc.message.compose import File, Person
from mailsvc.message.scan import scan
from mailsvc.store import accounts, contents, mailboxes, placements, routing
from mailsvc.store.blobs import Blobs, Buffer, Spool
from mailsvc.store.documents import Document, DocumentFile
from mailsvc.store.flags import SEEN
from mailsvc.store.mailboxes import INBOX, Mailbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.routing import Line
from mailsvc.store.tx import Tx

WORK, INFO, DONE, RETURNED = "work", "work_info", "work_done", "work_returned"
KINDS = (WORK, INFO, DONE, RETURNED)
TOKEN = re.compile(r"vb-([0-9a-f]{32})")
MOST_ATTACHED = 20 * 1024 * 1024  # octets of files in one letter; larger ones are fetched from the page
_RESTING = {"reported": DONE, "closed": DONE, "returned": RETURNED, "forwarded": DONE, "reassigned": DONE}
_GONE = ("recalled", "withdrawn")


@dataclass(frozen=True, slots=True)
class Parcel:
    """The letter about a decision, made before the transaction; its token goes into the decision's row."""

    token: str
    letter: Letter


@dataclass(frozen=True, slots=True)
class Account:
    """What a letter tells: who decided what about which document, for whom. `lines`: (role, name, deadline or '')."""

    author: str
    kind: str
    text: str
    lines: tuple[tuple[str, str, str], ...]


def new_token() -> str:
    return secrets.token_hex(16)


# ---- the letter ---------------------------------------------------------------------------------------------
def write(document: Document, address: str, told: Account, files: Sequence[File], token: str, now_ms: int) -> bytes:
    """The letter as bytes. `address` is the clerks' one: answers go to its subaddress with the token."""
    local, _, domain = address.rpartition("@")
    answer = Person(told.author, f"{local}+vb-{token}@{domain}")
    words = rules().words
    subject = f"[{words.kinds[told.kind]}] Số đến {document.arrival_number}/{document.year}: {document.subject}"
    return compose.compose(
        compose.Letter(
            sender=answer,
            to=(),
            subject=subject,
            text=_text(document, told, files),
            message_id=f"<vb-{token}@{domain}>",
            date_ms=now_ms,
            reply_to=(answer,),
            files=tuple(files),
            headers=(("Auto-Submitted", "auto-generated"),),
        )
    )


def _text(document: Document, told: Account, files: Sequence[File]) -> str:
    words = rules().words
    rows = [
        f"{told.author}: {told.text}" if told.text else told.author,
        "",
        *(f"- {words.roles[role]}: {name}{f', hạn {_day(due)}' if due else ''}" for role, name, due in told.lines),
        "",
        f"Văn bản: {document.type_name} {document.code}".rstrip(),
        f"Ngày văn bản: {_day(document.issue_date or '')}",
        f"Tác giả: {document.issuer}",
        f"Trích yếu: {document.subject}",
        f"Số đến: {document.arrival_number}/{document.year}, ngày đến {_day(document.arrival_date)}",
        "" if files else "(Thư không kèm tệp; xem tệp trên trang của văn bản.)",
        "Trả lời thư này là ghi ý kiến vào văn bản. Dòng đầu “Báo cáo: …” là báo cáo kết quả (tệp gửi kèm là văn bản",
        "xử lý), “Trả lại: lý do” là trả lại người giao, “Xin gia hạn đến ngày/tháng/năm: lý do” là xin gia hạn,",
        f"“Kết thúc: …” là kết thúc. Chuyển thư sang “{rules().folders[DONE]}” cũng là báo đã xong.",
    ]
    return "\n".join(rows) + "\n"


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-"))) if iso else ""


def seal(data: bytes, token: str, blobs: Blobs, spool_folder: Path) -> Parcel:
    """The letter ready for the store; a large one becomes a blob here. Raises StorageFull."""
    with Spool(spool_folder) as spool:
        spool.write(data)
        return Parcel(token, from_spool(spool, blobs))


def plain_parcel(document: Document, address: str, told: Account, now_ms: int) -> Parcel:
    """A letter without files, small enough to be written within a transaction."""
    token = new_token()
    return Parcel(token, from_bytes(write(document, address, told, (), token, now_ms)))


def enclose(files: Sequence[tuple[DocumentFile, Buffer]]) -> list[File]:
    """The document's files out of the letters they came with; what is no longer there or too large is left out."""
    found: list[File] = []
    room = MOST_ATTACHED
    for file, data in files:
        if file.size > room:
            continue
        attachment = find_attachment(data, scan(data), file.path)
        if attachment is None or attachment.sha256 != file.sha256:
            continue
        found.append(File(file.name, file.content_type or "application/octet-stream", attachment.read()))
        room -= file.size
    return found


def office_address(tx: Tx, org_code: str) -> str:
    """The address of the organisation's clerks: that of the mailbox that feeds its register, else of its unit."""
    for kind in ("role", "unit"):
        for one in accounts.listing(tx, kind):
            if one.unit_code == org_code and (kind == "unit" or _is_intake(tx, one.id)):
                return accounts.primary_address(tx, one.id)
    return accounts.primary_address(tx, min((one.id for one in accounts.listing(tx)), default=0)) or "van-thu@localhost"


def _is_intake(tx: Tx, account_id: int) -> bool:
    return any(box.kind == "intake" for box in mailboxes.of_account(tx, account_id))


# ---- placing ------------------------------------------------------------------------------------------------
def folder(tx: Tx, account_id: int, kind: str) -> Mailbox:
    """The account's work folder of that kind. All of them are made when the first is needed, so that letters can be
    moved between them."""
    found = {box.kind: box for box in mailboxes.of_account(tx, account_id)}
    if kind not in found:
        names = rules().folders
        _make(tx, account_id, names["parent"], "")
        found |= {one: _make(tx, account_id, names[one], one) for one in KINDS if one not in found}
    return found[kind]


def _make(tx: Tx, account_id: int, name: str, kind: str) -> Mailbox:
    """The folder; one of that name that somebody made is taken over."""
    box = mailboxes.find(tx, account_id, name)
    if box is None:
        box = mailboxes.create(tx, account_id, name, kind=kind)
        mailboxes.subscribe(tx, account_id, name)
    elif kind:
        mailboxes.set_kind(tx, box.id, kind)
    if kind and accounts.get(tx, account_id).kind != "person":
        mailboxes.set_private_flags(tx, box.id, 0)  # what one of the unit has opened, the unit has read
    return mailboxes.get(tx, box.id)


def deliver(tx: Tx, parcel: Parcel, receivers: Sequence[tuple[int, str]]) -> int:
    """Put the letter before (account, kind of folder); its content. A full mailbox takes it all the same: work must
    not fail for a quota."""
    content_id = contents.add(tx, parcel.letter.content)
    there = mailboxes.of_kinds(tx, [account_id for account_id, _ in receivers], KINDS)
    boxes = [there.get(one) or folder(tx, *one).id for one in receivers]
    if boxes:
        new = NewPlacement(content_id, parcel.letter.content.size, tx.now_ms)
        placements.add_everywhere(tx, boxes, new)
    return content_id


def _put(tx: Tx, box: Mailbox, content_id: int, size: int, flags: int, keywords: str) -> int:
    new = NewPlacement(content_id, size, tx.now_ms, flags, keywords)
    return placements.add_everywhere(tx, [box.id], new)[box.id]


def tell(tx: Tx, account_id: int, address: str, subject: str, text: str) -> None:
    """A short notice into somebody's inbox."""
    person = Person(accounts.get(tx, account_id).full_name, accounts.primary_address(tx, account_id))
    domain = address.rpartition("@")[2]
    data = compose.compose(
        compose.Letter(
            sender=Person("Văn phòng điện tử", address),
            to=(person,) if person.address else (),
            subject=subject,
            text=text,
            message_id=f"<{secrets.token_hex(12)}@{domain}>",
            date_ms=tx.now_ms,
            headers=(("Auto-Submitted", "auto-generated"),),
        )
    )
    box = mailboxes.find(tx, account_id, INBOX)
    if box is not None:
        letter = from_bytes(data)
        _put(tx, box, contents.add(tx, letter.content), letter.content.size, 0, "")


# ---- following the line -------------------------------------------------------------------------------------
def follow(tx: Tx, line: Line) -> None:
    """Put the line's letter where its state says, when it still lies in one of the work folders."""
    for box, uid, flags, keywords in _places(tx, line):
        if line.state in _GONE:
            placements.expunge(tx, box.id, [uid])
            continue
        kind = _RESTING.get(line.state, INFO if line.role == "inform" else WORK)
        if box.kind != kind:
            carry(tx, box.id, uid, folder(tx, box.account_id, kind))
        elif line.state != "unread" and not flags & SEEN:
            placements.set_flags(tx, box.id, [(uid, flags, flags | SEEN, keywords)])


def carry(tx: Tx, mailbox_id: int, uid: int, target: Mailbox) -> int:
    """Move one message without asking what the move stands for; its new UID, 0 when it was not there."""
    rows = placements.rows(tx, mailbox_id, uid, uid, ("content_id", "size", "flags", "keywords"))
    placements.expunge(tx, mailbox_id, [uid])
    for content_id, size, flags, keywords in rows:
        return _put(tx, target, content_id, size, flags, keywords)
    return 0


def seen(tx: Tx, line: Line) -> bool:
    """Whether the receiver has opened the letter in a mail client."""
    return any(flags & SEEN for _, _, flags, _ in _places(tx, line))


def _places(tx: Tx, line: Line) -> list[tuple[Mailbox, int, int, str]]:
    content_id = routing.direction(tx, line.direction_id).content_id
    if content_id is None:
        return []
    boxes = {box.id: box for box in mailboxes.of_account(tx, line.assignee_id) if box.kind in KINDS}
    found = placements.of_content(tx, content_id, [line.assignee_id])
    return [(boxes[one[0]], *one[1:]) for one in found if one[0] in boxes]
