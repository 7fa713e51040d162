"""Answers and forwards: whom they go to, what they quote, how they hang on the original."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from html import escape

from mailsvc.core.clock import office_datetime
from mailsvc.mail import addressees
from mailsvc.mail.writing import ATTACH, REPLY, REPLY_ALL, Writing, files_of, people_of
from mailsvc.message import compose, headers
from mailsvc.message.compose import File, Person
from mailsvc.message.fieldwriter import plain_line
from mailsvc.message.scan import Scan
from mailsvc.store.blobs import Buffer

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Original:
    """The letter that is answered or forwarded. `html` is its text, cleaned; `text` the same without markup."""

    scan: Scan
    data: Buffer
    html: str
    text: str


def begun(original: Original, way: str, origin: str, own: Collection[str], main: str) -> Writing:
    """The letter to begin with. `own` are the addresses one writes as, in lower case, `main` the usual one."""
    fields = _fields(original)
    base = Writing(sender=_sender(fields, own, main), origin=origin, way=way)
    if way in (REPLY, REPLY_ALL):
        to, cc = _recipients(fields, own, way)
        return replace(
            base,
            to=addressees.written(to),
            cc=addressees.written(cc),
            subject=compose.reply_subject(original.scan.subject),
            text="\n\n" + compose.quote(original.text, _who(original.scan), original.scan.sent_ms),
            html=_answer_html(original),
            files=tuple(one for one in files_of(original.data) if one.content_id),
            in_reply_to=original.scan.message_id,
            references=chain(original.scan),
        )
    subject = compose.forward_subject(original.scan.subject)
    forward = replace(base, subject=subject, in_reply_to=original.scan.message_id, references=chain(original.scan))
    if way == ATTACH:
        name = plain_line(original.scan.subject)[:_LONGEST_NAME].replace("/", "-") or "thu"
        return replace(forward, files=(File(f"{name}.eml", "message/rfc822", whole_lines(bytes(original.data))),))
    scanned = original.scan
    block = compose.forwarded_block(
        scanned.from_name, scanned.from_address, scanned.sent_ms, scanned.subject, scanned.to_text, original.text
    )
    return replace(forward, text=f"\n\n{block}", html=_forward_html(original), files=tuple(files_of(original.data)))


def chain(original: Scan) -> tuple[str, ...]:
    """References of an answer; In-Reply-To is the Message-ID of the original (RFC 5322 §3.6.4)."""
    return compose.reply_references(original.message_id, original.references)


def whole_lines(data: bytes) -> bytes:
    """A message to be attached, with CRLF throughout: other servers refuse bare line ends."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


# ---- people -------------------------------------------------------------------------------------------------
def _fields(original: Original) -> dict[bytes, bytes]:
    return headers.first(headers.values(bytes(original.data[: original.scan.header_end])))


def _sender(fields: dict[bytes, bytes], own: Collection[str], main: str) -> str:
    """The address the original was sent to, when one writes as it; else the usual one."""
    for name in (b"to", b"cc", b"from"):
        for person in people_of(fields.get(name, b"")):
            if person.address.lower() in own:
                return person.address.lower()
    return main


def _recipients(fields: dict[bytes, bytes], own: Collection[str], way: str) -> tuple[list[Person], list[Person]]:
    """(To, Cc). Reply-To stands for the author; Mail-Followup-To for everybody, where somebody set it. Never oneself,
    unless one answers one's own letter: then to whom that went."""
    author = people_of(fields.get(b"reply-to", b"")) or people_of(fields.get(b"from", b""))
    to_all, cc_all = people_of(fields.get(b"to", b"")), people_of(fields.get(b"cc", b""))
    if author and all(one.address.lower() in own for one in author):
        others = _without(to_all, own)
        return (others or list(author)), (_without(cc_all, {*own, *_keys(others)}) if way == REPLY_ALL else [])
    if way == REPLY:
        return _without(author, ()), []
    followup = people_of(fields.get(b"mail-followup-to", b""))
    if followup:
        return _without(followup, own) or _without(author, ()), []
    to = _without((*author, *to_all), own)
    return to, _without(cc_all, {*own, *_keys(to)})


def _without(people: Iterable[Person], left_out: Collection[str]) -> list[Person]:
    """Each address once, without those."""
    unique = {one.address.lower(): one for one in reversed(list(people))}
    return [one for key, one in reversed(unique.items()) if key not in left_out]


def _keys(people: Iterable[Person]) -> set[str]:
    return {one.address.lower() for one in people}


# ---- words --------------------------------------------------------------------------------------------------
def _who(original: Scan) -> str:
    name, address = original.from_name, original.from_address
    return f"{name} <{address}>" if name and name != address else address or "người gửi"


def _when(sent_ms: int | None) -> str:
    return f"Vào {office_datetime(sent_ms):%H:%M %d/%m/%Y}, " if sent_ms is not None else ""


def _answer_html(original: Original) -> str:
    line = escape(f"{_when(original.scan.sent_ms)}{_who(original.scan)} đã viết:")
    quoted = f'<blockquote type="cite">{original.html}</blockquote>'
    return f"<div><br></div><div><br></div><div>{line}</div>{quoted}"


def _forward_html(original: Original) -> str:
    scanned = original.scan
    when = f"{office_datetime(scanned.sent_ms):%H:%M %d/%m/%Y}" if scanned.sent_ms is not None else ""
    head = (
        "---------- Thư chuyển tiếp ----------",
        f"Từ: {_who(scanned)}",
        f"Ngày: {when}",
        f"Chủ đề: {scanned.subject}",
        f"Đến: {scanned.to_text}",
    )
    lines = "".join(f"<div>{escape(one)}</div>" for one in head)
    return f"<div><br></div><div><br></div>{lines}<div><br></div>{original.html}"
