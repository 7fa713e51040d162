"""A letter while it is written: what the form holds, as a message in "Thư nháp" and back, and as what is sent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from mailsvc.mail import addressees
from mailsvc.mail.addressees import Reached
from mailsvc.mail.senders import Sender
from mailsvc.message import compose, headers
from mailsvc.message.addresses import addresses as address_list
from mailsvc.message.compose import File, Person
from mailsvc.message.fieldwriter import plain_line
from mailsvc.message.filetypes import extension_for, is_runnable
from mailsvc.message.parameters import clean_name
from mailsvc.message.scan import Part, decode_part, part_text, plain_text, scan
from mailsvc.message.text import html_to_text
from mailsvc.store.blobs import Buffer

REPLY, REPLY_ALL, FORWARD, ATTACH = "tra_loi", "tra_loi_tat_ca", "chuyen_tiep", "chuyen_tiep_dinh_kem"
WAYS = (REPLY, REPLY_ALL, FORWARD, ATTACH)
FILES_BYTES = 25 << 20
"""All files of a letter together: what other servers still take once it is written in base64."""
MOST_FILES = 100
READ_BYTES = 3_000_000
_MARK = "X-Mailsvc-Draft"
_TYPED = {"to": "X-Mailsvc-To", "cc": "X-Mailsvc-Cc", "bcc": "X-Mailsvc-Bcc"}


@dataclass(frozen=True, slots=True)
class Writing:
    """The fields of the form. `to`, `cc`, `bcc` are as typed; `html` '' for a plain text; `origin` "mailbox.uid" of the
    letter that is answered or forwarded, `way` one of WAYS or ''; `tab` is the page that wrote it last."""

    sender: str
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    origin: str = ""
    way: str = ""
    tab: str = ""
    receipt: bool = False
    urgent: bool = False

    @property
    def attached(self) -> tuple[File, ...]:
        return tuple(one for one in self.files if not one.content_id)


def new_message_id(domain: str) -> str:
    return f"<{secrets.token_hex(16)}@{domain}>"


def is_message_id(text: str) -> bool:
    """Whether a form may bring this as a Message-ID: nothing but plain letters, so that no field can be slipped in."""
    inner = text[1:-1]
    local, at, domain = inner.partition("@")
    plain = inner.isascii() and inner.replace("@", "").replace(".", "").replace("-", "").isalnum()
    return text[:1] == "<" and text[-1:] == ">" and bool(local and at and domain) and plain and len(text) <= 200


# ---- as a message -------------------------------------------------------------------------------------------
def draft_bytes(writing: Writing, name: str, domain: str, now_ms: int) -> bytes:
    """The message for "Thư nháp": like what will be sent, with what only the page needs in fields of our own."""
    typed = {field: addressees.read(getattr(writing, field), domain) for field in _TYPED}
    kept = [(_TYPED[field], getattr(writing, field)) for field, one in typed.items() if one.wrong]
    mark = f"{writing.tab or '-'} {writing.way or '-'} {writing.origin or '-'}"
    letter = replace(
        _letter(writing, Person(name, writing.sender), now_ms),
        to=typed["to"].people,
        cc=typed["cc"].people,
        bcc=typed["bcc"].people,
        headers=(*_options(writing), (_MARK, mark), *kept),
        keep_bcc=True,
    )
    return compose.compose(letter)


def sent_bytes(writing: Writing, sender: Sender, reached: dict[str, Reached], at_ms: int, *, keep_bcc: bool) -> bytes:
    """The message as it leaves, or, with `keep_bcc`, as its sender keeps it."""
    letter = replace(
        _letter(writing, Person(sender.name, sender.address), at_ms),
        to=reached["to"].shown,
        cc=reached["cc"].shown,
        bcc=reached["bcc"].shown,
        headers=_options(writing),
        keep_bcc=keep_bcc,
    )
    return compose.compose(letter)


def _letter(writing: Writing, sender: Person, at_ms: int) -> compose.Letter:
    return compose.Letter(
        sender=sender,
        to=(),
        subject=writing.subject,
        text=html_to_text(writing.html) if writing.html else writing.text,
        html=_page(writing.html) if writing.html else "",
        message_id=writing.message_id,
        date_ms=at_ms,
        in_reply_to=writing.in_reply_to,
        references=writing.references,
        files=_used(writing),
    )


def _used(writing: Writing) -> tuple[File, ...]:
    """The files without pictures that the text no longer shows."""
    return tuple(one for one in writing.files if not one.content_id or f"cid:{one.content_id}" in writing.html)


def _page(html: str) -> str:
    return f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>{html}</body></html>\n'


def _options(writing: Writing) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if writing.receipt:
        found.append(("Disposition-Notification-To", f"<{writing.sender}>"))  # asks for a receipt
    if writing.urgent:
        found += [("Importance", "high"), ("X-Priority", "1")]
    return tuple(found)


# ---- and back -----------------------------------------------------------------------------------------------
def from_bytes(data: Buffer) -> Writing:
    """A message of "Thư nháp", whichever program wrote it. The HTML is as it stands there: to be cleaned."""
    found = scan(data)
    fields = headers.first(headers.values(bytes(data[: found.header_end])))
    tab, way, origin = _mark(fields)
    page, plain = _texts(found.parts)
    html = part_text(data, page, READ_BYTES) if page is not None else ""
    text = plain_text(data, plain, READ_BYTES) if plain is not None else html_to_text(html)
    senders = address_list(fields.get(b"from", b""))
    return Writing(
        sender=senders[0].mailbox if senders else "",
        **{name: typed_people(fields, name) for name in _TYPED},
        subject=found.subject,
        text=text,
        html=html,
        files=tuple(files_of(data)),
        message_id=found.message_id,
        in_reply_to=headers.decode(fields.get(b"in-reply-to", b"")).split(" ")[0],
        references=tuple(headers.decode(fields.get(b"references", b"")).split()),
        origin=origin,
        way=way,
        tab=tab,
        receipt=b"disposition-notification-to" in fields,
        urgent=fields.get(b"importance", b"").lower() == b"high",
    )


def tab_of(data: Buffer) -> str:
    """The page that wrote this draft; '' when another program did."""
    return _mark(headers.first(headers.values(bytes(data[:65536]).partition(b"\r\n\r\n")[0])))[0]


def _mark(fields: dict[bytes, bytes]) -> tuple[str, str, str]:
    words = headers.decode(fields.get(_MARK.lower().encode(), b"")).split()
    tab, way, origin = ("" if one == "-" else one for one in words) if len(words) == 3 else ("", "", "")
    return tab, way if way in WAYS else "", origin


def typed_people(fields: dict[bytes, bytes], name: str) -> str:
    """The people of an address field, as they are typed; what could not be read as it was typed."""
    typed = fields.get(_TYPED[name].lower().encode())
    if typed is not None:
        return headers.decode(typed)
    return addressees.written(people_of(fields.get(name.encode(), b"")))


def people_of(value: bytes) -> tuple[Person, ...]:
    """The people of an unfolded address field."""
    return tuple(Person(one.display, one.mailbox) for one in address_list(value) if "@" in one.mailbox)


def _texts(parts: Sequence[Part]) -> tuple[Part | None, Part | None]:
    """The HTML and the plain part of the body."""
    readable = [one for one in parts if one.type == "text" and one.disposition != "attachment" and not one.filename]
    page = next((one for one in readable if one.subtype == "html"), None)
    return page, next((one for one in readable if one.subtype == "plain"), None)


def files_of(data: Buffer) -> Iterator[File]:
    """The files that lie directly in the message: pictures that its text shows with their Content-ID, messages whole.
    Programs are left out."""
    found = scan(data)
    page, plain = _texts(found.parts)
    html = part_text(data, page, READ_BYTES) if page is not None else ""
    below: set[int] = set()
    for part in found.parts:
        if part.parent in below or (part.type == "message" and part.index > 0):
            below.add(part.index)
        if part.parent in below or part.type == "multipart" or part in (page, plain):
            continue
        if part.type == "text" and not part.filename and part.disposition != "attachment":
            continue
        content = decode_part(data, part)
        name = _name_of(part, content)
        if not is_runnable(name, content[:4]):
            content_id = part.content_id.strip("<> ") if part.type == "image" else ""
            shown = content_id if content_id and f"cid:{content_id}" in html else ""
            yield File(name, part.content_type, content, shown)


def _name_of(part: Part, content: bytes) -> str:
    if part.filename:
        return clean_name(part.filename)[:200]
    if part.content_type == "message/rfc822":
        return f"{plain_line(scan(content).subject)[:120].replace('/', '-') or 'thu'}.eml"
    return f"phan-{part.index}.{extension_for(part.content_type)}"


def as_html(text: str) -> str:
    """A plain text for the editor, a paragraph for each line."""
    return "".join(f"<div>{escape(line) if line.strip() else '<br>'}</div>" for line in text.split("\n"))
