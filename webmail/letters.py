"""What of a letter is shown as its body: the parts that are text to read, HTML before plain where both say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mailsvc.message.invitation import Invitation, read_invitation
from mailsvc.message.scan import Part, decode_part, part_text, plain_text, scan
from mailsvc.message.section import message_in
from mailsvc.message.smime import open_p7m
from mailsvc.message.text import html_to_text
from mailsvc.store.blobs import Buffer

ATTACHED_SHOWN = 5
_OPAQUE = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_CALENDARS = ("text/calendar", "application/ics")
LARGEST_SIGNED = 30_000_000
"""Octets of a signed message that are looked into."""
READ_LIMIT = 3_000_000
"""Octets of one part that are read for showing."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One stretch of the body: the HTML and the plain form of it, where there are such."""

    html: Part | None
    plain: Part | None


def body_leaves(parts: Sequence[Part]) -> list[Leaf]:
    """The stretches in order. Attachments and attached messages are not among them."""
    children: dict[int, list[Part]] = {}
    for part in parts[1:]:
        children.setdefault(part.parent, []).append(part)
    leaves: list[Leaf] = []
    waiting: list[Part] = [parts[0]]
    while waiting:
        part = waiting.pop(0)
        below = children.get(part.index, [])
        if part.type == "multipart" and part.subtype == "alternative":
            waiting = _alternatives(below, children, leaves) + waiting
        elif part.type == "multipart":
            waiting = (below[:1] if part.subtype in ("related", "signed") else below) + waiting
        elif _is_read(part):
            leaves.append(Leaf(part, None) if part.subtype == "html" else Leaf(None, part))
    return leaves


def _alternatives(below: list[Part], children: dict[int, list[Part]], leaves: list[Leaf]) -> list[Part]:
    """Choose among forms of the same: gives parts still to be walked through, or adds the chosen leaf."""
    plain = next((one for one in below if _is_read(one) and one.subtype != "html"), None)
    html = next((one for one in below if _is_read(one) and one.subtype == "html"), None)
    if html is None:
        inner = next((one for one in below if one.type == "multipart"), None)
        html = _first_html(inner, children) if inner is not None else None
        if html is None and inner is not None:
            return [inner] if plain is None else _plain_leaf(plain, leaves)
    if html is not None or plain is not None:
        leaves.append(Leaf(html, plain))
    return []


def _plain_leaf(plain: Part, leaves: list[Leaf]) -> list[Part]:
    leaves.append(Leaf(None, plain))
    return []


def _first_html(part: Part, children: dict[int, list[Part]]) -> Part | None:
    """The HTML at the head of related or mixed parts."""
    waiting = [part]
    while waiting:
        one = waiting.pop(0)
        if _is_read(one) and one.subtype == "html":
            return one
        if one.type == "multipart":
            waiting = children.get(one.index, []) + waiting
    return None


def _is_read(part: Part) -> bool:
    if part.type != "text" or part.subtype not in ("plain", "html", "enriched"):
        return False
    return part.disposition == "inline" or (part.disposition != "attachment" and not part.filename)


def has_html(leaves: Sequence[Leaf]) -> bool:
    return any(leaf.html is not None for leaf in leaves)


def text_of(data: Buffer, leaves: Sequence[Leaf]) -> str:
    """The body as text."""
    shown = [plain_text(data, one, READ_LIMIT) for leaf in leaves if (one := leaf.plain or leaf.html) is not None]
    return "\n\n".join(text.strip("\n") for text in shown).strip()


def text_as_sent(data: Buffer, leaves: Sequence[Leaf], limit: int = READ_LIMIT) -> str:
    """The same with every octet as the character of that number, where the part is no UTF-8: for vietnamese/legacy."""
    shown = [_as_sent(data, one, limit) for leaf in leaves if (one := leaf.plain or leaf.html) is not None]
    return "\n\n".join(text.strip("\n") for text in shown).strip()


def _as_sent(data: Buffer, part: Part, limit: int) -> str:
    raw = decode_part(data, part)[:limit]
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1").replace("\r\n", "\n").replace("\0", "")
        return html_to_text(text) if part.subtype != "plain" else text
    return plain_text(data, part, limit)


def signed_text(data: Buffer, parts: Sequence[Part]) -> str:
    """The text inside an opaque signature, '' where there is none; the signature is not verified (RFC 8551 §3.5.2)."""
    for part in parts:
        if part.content_type in _OPAQUE and part.size <= LARGEST_SIGNED:
            signed = open_p7m(decode_part(data, part)).content
            if signed:
                return text_of(signed, body_leaves(scan(signed).parts))
    return ""


def html_of(data: Buffer, leaves: Sequence[Leaf]) -> str:
    """The body as HTML, not cleaned yet."""
    return "<hr>".join(_html(data, leaf) for leaf in leaves)


def _html(data: Buffer, leaf: Leaf) -> str:
    if leaf.html is not None:
        return part_text(data, leaf.html, READ_LIMIT)
    text = part_text(data, leaf.plain, READ_LIMIT) if leaf.plain is not None else ""
    return f"<div style='white-space: pre-wrap'>{escape(text)}</div>"


@dataclass(frozen=True, slots=True)
class Attached:
    """A message inside the message, as it is shown below the text."""

    subject: str
    from_name: str
    from_address: str
    sent_ms: int | None
    text: str


def attached_messages(data: Buffer, parts: Sequence[Part]) -> tuple[Attached, ...]:
    """The first few messages that came along whole (forwarded as attachments); those inside them are not opened."""
    found: list[Attached] = []
    inside: set[int] = set()
    for part in parts:
        if part.parent in inside:
            inside.add(part.index)
        elif part.content_type == "message/rfc822" and message_in(parts, part) is not None:
            inside.add(part.index)
            if len(found) < ATTACHED_SHOWN:
                found.append(attached(data[part.body_start : part.body_end]))
    return tuple(found)


def attached(data: bytes) -> Attached:
    """A message by its bytes."""
    scanned = scan(data)
    text = text_of(data, body_leaves(scanned.parts))
    return Attached(scanned.subject, scanned.from_name, scanned.from_address, scanned.sent_ms, text)


def pictures(parts: Sequence[Part]) -> dict[str, int]:
    """Content-IDs, without angle brackets, of the pictures that came along: to the number of the part."""
    return {
        part.content_id.strip().strip("<>"): part.index
        for part in parts
        if part.content_id and (part.type == "image" or part.subtype == "octet-stream")
    }


def invitation(data: Buffer, parts: Sequence[Part]) -> Invitation | None:
    """The first invitation among the parts of the message itself."""
    for part in parts:
        if part.content_type in _CALENDARS:
            found = read_invitation(decode_part(data, part))
            if found is not None:
                return found
    return None
