"""Who wrote a forwarded mail first: from an attached message or from the block of lines that mail programs put in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailsvc.message.addresses import addresses
from mailsvc.message.buffer import Buffer
from mailsvc.message.dates import date_ms
from mailsvc.message.envelope import message_id
from mailsvc.message.headers import decode, first, values
from mailsvc.message.parts import Part, part_text, plain_text
from mailsvc.message.scan import Scan
from mailsvc.message.section import message_in
from mailsvc.message.text import html_to_text
from mailsvc.vietnamese.dates import parse_moment
from mailsvc.vietnamese.fold import fold
from mailsvc.vietnamese.normal import nfc

_READ = 256 * 1024
_LONGEST_LINE = 2_000
_MANY_LINES = 5_000
_QUOTES = re.compile(r"^(?:\s?>)+ ?")
_LABELS = {
    label: key
    for key, labels in {
        "from": ("from", "tu", "nguoi gui", "gui tu"),
        "sent": ("date", "sent", "ngay", "ngay gui", "da gui", "gui luc", "thoi gian", "gui", "ngay thang"),
        "subject": ("subject", "chu de", "tieu de", "ve viec"),
        "other": (
            *(
                "to",
                "den",
                "toi",
                "gui toi",
                "gui den",
                "nguoi nhan",
                "cc",
                "dong gui",
                "bcc",
                "reply-to",
                "tra loi toi",
            ),
            *("importance", "attachments", "tep dinh kem", "organization", "resent-from", "message-id"),
        ),
    }.items()
    for label in labels
}
_LABELLED = re.compile(r"\s*\*?([^\W\d_][\w -]{1,20}?)\s?:\*?(?:\s+|\Z)(.*)")
# The line above the block, folded; the program is known by it.
_MARKERS = (
    ("apple-mail", re.compile(r"begin forwarded message ?:|bat dau (?:thu|tin nhan) (?:duoc |da )?chuyen tiep ?:")),
    (
        "gmail",
        re.compile(
            r"-{9,10} ?(?:forwarded message|thu (?:da )?(?:duoc )?chuyen tiep|tin nhan da chuyen tiep) ?-{8,10}$"
        ),
    ),
    (
        "thunderbird",
        re.compile(r"-{8} ?(?:forwarded message|original message|thu (?:da )?(?:duoc )?chuyen tiep) ?-{8}$"),
    ),
    ("zimbra", re.compile(r"-{5} ?(?:forwarded message|thu (?:da )?(?:duoc )?chuyen tiep) ?-{5}$")),
    ("outlook", re.compile(r"-{5} ?(?:original message|thu goc) ?-{5}$")),
    ("other", re.compile(r"-{3,}.{0,20}(?:forwarded|chuyen tiep).{0,30}-{3,}$")),
)
_FORWARD = re.compile(r"\s*(?:fwd?|chuyen tiep|ct|wg|tr)\s*(?:\[\d+\])?\s*:")
_REPLY = re.compile(r"\s*(?:re|tra loi|tl|aw|sv|antw)\s*(?:\[\d+\])?\s*:")
_PERSON = re.compile(r"""\s*["']?(.*?)["']?\s*[<\[(]+\s*(?:mailto:)?([^<>\s\[\]()]+@[^<>\s\[\]()]+)[>\])]""")
_BARE_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+")
_FORWARDED_ID_FIELDS = (b"x-forwarded-message-id", b"x-forwarded-id")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The origin of a forwarded mail. style: `message/rfc822`, `gmail`, `outlook`, `thunderbird`, `zimbra`,
    `apple-mail`, `other`. sent_ms: ms since 1970, None when unreadable; '' for what the mail does not tell."""

    style: str
    from_name: str
    from_address: str
    subject: str
    sent_ms: int | None
    message_id: str


@dataclass(frozen=True, slots=True)
class _Block:
    style: str
    marked: bool
    told: dict[str, str]


def forwarded(data: Buffer, scan: Scan) -> Forwarded | None:
    """The innermost origin, None when the mail is no forward. Never raises for input."""
    if scan.parts[0].content_type == "multipart/report":
        return None
    attached = _attached(data, scan.parts)
    if attached is not None:
        root, found = attached
        inner = _inline(data, scan.parts, root, found.subject)
        return _of_block(inner[-1], "") if inner else found
    blocks = _inline(data, scan.parts, None, scan.subject)
    return _of_block(blocks[-1], _told_id(data, scan) if len(blocks) == 1 else "") if blocks else None


def _attached(data: Buffer, parts: Sequence[Part]) -> tuple[Part, Forwarded] | None:
    """The root part and the origin of the innermost attached message; of several side by side the first."""
    found: Part | None = None
    for part in parts:
        inner = message_in(parts, part)
        if inner is not None and (found is None or part.index < _end_of(parts, found)):
            found = inner
    if found is None:
        return None
    header = first(values(data[found.header_start : found.body_start]))
    people = [address for address in addresses(header.get(b"from", b"")) if address.domain is not None]
    return found, Forwarded(
        "message/rfc822",
        people[0].display if people else "",
        people[0].mailbox if people else "",
        decode(header.get(b"subject", b"")),
        date_ms(decode(header.get(b"date", b""))),
        message_id(header.get(b"message-id", b"")),
    )


def _end_of(parts: Sequence[Part], root: Part) -> int:
    """The index behind the last part below `root`."""
    end = root.index + 1
    while end < len(parts) and parts[end].body_end <= root.body_end:
        end += 1
    return end


def _inline(data: Buffer, parts: Sequence[Part], root: Part | None, subject: str) -> list[_Block]:
    """The chain of blocks from the outermost to the innermost, in the text of the letter or of an attached message."""
    for text in _texts(data, parts, root):
        chain = _chain(list(_blocks(text)), subject)
        if chain:
            return chain
    return []


def _texts(data: Buffer, parts: Sequence[Part], root: Part | None) -> Iterator[str]:
    """The letter's own texts, HTML first: its lines are not wrapped."""
    start, end = (0, len(parts)) if root is None else (root.index, _end_of(parts, root))
    own = [p for p in parts[start:end] if p.type == "text" and p.disposition != "attachment" and not p.filename]
    if root is None:
        own = [p for p in own if not _is_attached(parts, p)]
    for part in sorted(own, key=lambda p: p.subtype != "html")[:_MOST_TEXTS]:
        yield html_to_text(part_text(data, part, _READ)) if part.subtype == "html" else plain_text(data, part, _READ)


_MOST_TEXTS = 4


def _is_attached(parts: Sequence[Part], part: Part) -> bool:
    while part.parent >= 0:
        part = parts[part.parent]
        if part.type == "message":
            return True
    return False


def _blocks(text: str) -> Iterator[_Block]:
    """Every run of labelled lines that names a sender and a day or subject."""
    lines = [_QUOTES.sub("", line[:_LONGEST_LINE]).strip() for line in text.split("\n")[:_MANY_LINES]]
    marker, at = "", 0
    while at < len(lines):
        if _label(lines[at]) is not None:
            told, at = _read_block(lines, at)
            if "from" in told and ("sent" in told or "subject" in told):
                yield _Block(marker or "outlook", bool(marker), told)
            marker = ""
            continue
        if lines[at]:
            marker = _marker(lines[at])
        at += 1


def _marker(line: str) -> str:
    folded = fold(line)
    return next((style for style, pattern in _MARKERS if pattern.match(folded)), "")


def _label(line: str) -> tuple[str, str] | None:
    """(key, value) of a line such as `Chủ đề: …`."""
    found = _LABELLED.match(line)
    key = _LABELS.get(fold(nfc(found[1]))) if found is not None else None
    return (key, found[2].strip()) if key is not None and found is not None else None


def _read_block(lines: list[str], at: int) -> tuple[dict[str, str], int]:
    """The fields from here to the first empty line; unlabelled lines go on with the value above."""
    told: dict[str, str] = {}
    key = ""
    while at < len(lines) and lines[at]:
        labelled = _label(lines[at])
        if labelled is None:
            if len(told.get(key, "")) < _LONGEST_LINE:
                told[key] = f"{told.get(key, '')} {lines[at]}".strip()
        else:
            key = labelled[0]
            if key in told and key != "other":
                break
            told[key] = labelled[1]
        at += 1
    return told, at


def _chain(blocks: list[_Block], subject: str) -> list[_Block]:
    """The blocks that are forwards of one another: a quoted letter inside an answer is no origin."""
    chain: list[_Block] = []
    for block in blocks:
        folded = fold(subject)
        if not block.marked and not _FORWARD.match(folded) and (chain or _REPLY.match(folded)):
            break
        chain.append(block)
        subject = block.told.get("subject", "")
    return chain


def _of_block(block: _Block, told_id: str) -> Forwarded:
    told = block.told
    name, address = _person(told.get("from", ""))
    sent = told.get("sent", "")
    return Forwarded(block.style, name, address, told.get("subject", ""), parse_moment(sent), told_id)


def _person(value: str) -> tuple[str, str]:
    """Name and address; what stands in parentheses belongs to the name here."""
    found = _PERSON.match(value)
    if found is not None:
        return found[1].strip().strip("\"'").strip(), found[2]
    bare = _BARE_ADDRESS.search(value)
    return ("", bare[0]) if bare is not None else (value.strip(), "")


def _told_id(data: Buffer, scan: Scan) -> str:
    """The id of the message forwarded: its own field, else the last reference (a forward refers to its original)."""
    header = first(values(data[: scan.header_end]))
    for name in _FORWARDED_ID_FIELDS:
        if name in header:
            return message_id(header[name])
    return scan.references[-1] if scan.references else ""
