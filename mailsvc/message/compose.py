"""New mail as bytes ready for SMTP: CRLF, UTF-8, encoded words where the receiver may need them (RFC 5322 §2)."""

import hashlib
import re
from base64 import encodebytes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailsvc.message.fieldwriter import parameter, people_field, plain_line, storable, text_field
from mailsvc.message.text import html_to_text
from mailsvc.vietnamese.normal import nfc

VIETNAM = timezone(timedelta(hours=7))

_KIND = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")
_REPLY_MARK = re.compile(r"\s*(?:re|trả lời|tl|aw|sv|fwd?|chuyển tiếp)\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)
_LINE_LENGTH = 900
_KEPT_REFERENCES = 30


@dataclass(frozen=True, slots=True)
class Person:
    """A display name ('' for none) and local@domain."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach; with a content_id (without <>) it is shown inside the HTML text instead."""

    name: str
    content_type: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be written. date_ms: milliseconds since 1970; message_id, in_reply_to, references: with <>.

    bcc is left out of the bytes unless keep_bcc is set (a draft). headers are further fields, in order.
    """

    sender: Person
    to: tuple[Person, ...]
    subject: str
    text: str
    message_id: str
    date_ms: int
    html: str = ""
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()
    reply_to: tuple[Person, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    keep_bcc: bool = False


def compose(letter: Letter) -> bytes:
    """The letter with CRLF line ends. Header fields carry raw UTF-8 only when an address needs it (RFC 6532 §3.2)."""
    utf8 = not all(person.address.isascii() for person in _everybody(letter))
    return b"".join((*_fields(letter, utf8), b"MIME-Version: 1.0\r\n", _mixed(letter)))


def _fields(letter: Letter, utf8: bool) -> Iterator[bytes]:
    yield _people("From", (letter.sender,), utf8)
    if letter.to or letter.cc:
        yield from (_people(name, who, utf8) for name, who in (("To", letter.to), ("Cc", letter.cc)) if who)
    else:
        yield b"To: undisclosed-recipients:;\r\n"
    if letter.keep_bcc and letter.bcc:
        yield _people("Bcc", letter.bcc, utf8)
    if letter.reply_to:
        yield _people("Reply-To", letter.reply_to, utf8)
    yield text_field("Subject", letter.subject, utf8)
    yield text_field("Date", date_field(letter.date_ms))
    yield text_field("Message-ID", letter.message_id, True)
    if letter.in_reply_to:
        yield text_field("In-Reply-To", letter.in_reply_to, True)
    if letter.references:
        yield text_field("References", " ".join(letter.references), True)
    for name, value in letter.headers:
        yield text_field(name, value, utf8)


def _people(name: str, who: Iterable[Person], utf8: bool) -> bytes:
    return people_field(name, ((person.name, person.address) for person in who), utf8)


def _everybody(letter: Letter) -> tuple[Person, ...]:
    shown_bcc = letter.bcc if letter.keep_bcc else ()
    return (letter.sender, *letter.to, *letter.cc, *shown_bcc, *letter.reply_to)


def date_field(moment_ms: int) -> str:
    """A Date value in the time of Viet Nam (RFC 5322 §3.3)."""
    return format_datetime(datetime.fromtimestamp(moment_ms / 1000, VIETNAM))


def _mixed(letter: Letter) -> bytes:
    """The content: the text alone, or with the files after it in multipart/mixed (RFC 2046 §5.1.3)."""
    text = _text(letter)
    attached = [file for file in letter.files if not file.content_id or not letter.html]
    if not attached:
        return text
    parts = [text, *map(_attachment, attached)]
    digest = hashlib.sha256(letter.message_id.encode("utf-8", "replace"))
    while any(digest.hexdigest()[:24].encode() in part for part in parts):
        digest.update(b"again")
    boundary = f"=_{digest.hexdigest()[:24]}"
    open_line = f"\r\n--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n'.encode()
    return head + b"".join(open_line + part for part in parts) + f"\r\n--{boundary}--\r\n".encode()


def _text(letter: Letter) -> bytes:
    """The text part, with the HTML and its pictures beside it (RFC 2046 §5.1.4, RFC 2387 §3)."""
    message = EmailMessage(policy=SMTP)
    plain = letter.text or html_to_text(letter.html)
    message.set_content(_body(plain), cte=_encoding(plain))
    if letter.html:
        message.add_alternative(_body(letter.html), subtype="html", cte=_encoding(letter.html))
        page = message.get_payload()[1]  # type: ignore[index]
        for file in letter.files:
            if file.content_id:
                main, _, sub = _type(file).partition("/")
                cid, name = f"<{plain_line(file.content_id)}>", _file_name(file)
                page.add_related(file.data, main, sub, cid=cid, filename=name, disposition="inline")  # type: ignore[union-attr]
    del message["MIME-Version"]
    return bytes(message)


def _attachment(file: File) -> bytes:
    """A file in base64; a whole message unencoded, so that its own structure stays readable (RFC 2046 §5.2.1)."""
    kind = _type(file)
    if kind == "message/rfc822":
        encoding, content = "7bit" if file.data.isascii() else "8bit", file.data
    else:
        encoding, content = "base64", encodebytes(file.data).replace(b"\n", b"\r\n")
    lines = (
        f"Content-Type: {kind}",
        f"Content-Transfer-Encoding: {encoding}",
        ";\r\n ".join(("Content-Disposition: attachment", *parameter("filename", _file_name(file)))),
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def _body(text: str) -> str:
    return nfc(storable(text)).replace("\r\n", "\n").replace("\r", "\n")


def _encoding(text: str) -> str:
    """7bit for plain ASCII lines, quoted-printable for mostly ASCII text, else base64."""
    if text.isascii() and all(len(line) < _LINE_LENGTH for line in text.splitlines()):
        return "7bit"
    foreign = sum(1 for character in text if ord(character) > 127)
    return "quoted-printable" if foreign * 3 < len(text) else "base64"


def _type(file: File) -> str:
    kind = file.content_type.partition(";")[0].strip().lower()
    return kind if _KIND.fullmatch(kind) and not kind.startswith("multipart/") else "application/octet-stream"


def _file_name(file: File) -> str:
    return plain_line(file.name) or "tep"


def reply_subject(subject: str) -> str:
    """`Re: ` and the subject without the marks of earlier answers and forwards."""
    return f"Re: {bare_subject(subject)}"


def forward_subject(subject: str) -> str:
    """`Fwd: ` and the subject without the marks of earlier answers and forwards."""
    return f"Fwd: {bare_subject(subject)}"


def bare_subject(subject: str) -> str:
    """The subject without leading Re:, Fwd:, Trả lời: and the like."""
    at = 0
    while (mark := _REPLY_MARK.match(subject, at)) is not None:
        at = mark.end()
    return subject[at:].strip()


def reply_references(message_id: str, references: Iterable[str]) -> tuple[str, ...]:
    """The References of an answer: those of the original and its own id (RFC 5322 §3.6.4), very old ones left out."""
    chain = list(dict.fromkeys((*references, *((message_id,) if message_id else ()))))
    return tuple(chain if len(chain) <= _KEPT_REFERENCES else chain[:1] + chain[1 - _KEPT_REFERENCES :])


def quote(text: str, who: str, sent_ms: int | None) -> str:
    """The original below an answer: a line that says who wrote when, and `> ` before each line."""
    when = (
        datetime.fromtimestamp(sent_ms / 1000, VIETNAM).strftime("Vào %H:%M %d/%m/%Y, ") if sent_ms is not None else ""
    )
    lines = (">" + line if line.startswith(">") else f"> {line}" for line in text.rstrip().split("\n"))
    return f"{when}{who} đã viết:\n" + "\n".join(lines) + "\n"


def forwarded_block(name: str, address: str, sent_ms: int | None, subject: str, to_text: str, text: str) -> str:
    """The original inside a forwarded mail, in the form that mailsvc.message.forwarded reads back."""
    when = format_datetime(datetime.fromtimestamp(sent_ms / 1000, VIETNAM)) if sent_ms is not None else ""
    head = [
        "---------- Thư chuyển tiếp ----------",
        f"Từ: {name} <{address}>" if name else f"Từ: {address}",
        f"Ngày: {when}",
        f"Chủ đề: {subject}",
        f"Đến: {to_text}",
    ]
    return "\n".join((*head, "", text))
