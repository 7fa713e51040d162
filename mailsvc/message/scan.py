"""One pass over a message: everything IMAP, search, the web and the intake want to know, computed once at arrival."""

from dataclasses import dataclass

from mailsvc.message.auto import Auto, auto_marks
from mailsvc.message.buffer import Buffer, count, with_line_feeds
from mailsvc.message.envelope import people, summary
from mailsvc.message.parameters import filename, texts
from mailsvc.message.parts import Part, decode_part, pack_parts, part_text, plain_text, unpack_parts
from mailsvc.message.searchable import TEXT_LIMIT, Texts, first_texts_of, texts_of
from mailsvc.message.smime import open_p7m
from mailsvc.message.sorting import SortFields, sort_fields
from mailsvc.message.structure import envelope, structures
from mailsvc.message.tree import Entity, Limits, tree

__all__ = [
    "LIMITS",
    "Auto",
    "Limits",
    "Part",
    "Scan",
    "decode_part",
    "pack_parts",
    "part_text",
    "plain_text",
    "scan",
    "unpack_parts",
]

LIMITS = Limits()
_SIGNED_IN_SIGNED = 2
_LARGEST_SIGNED = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over a message found; offsets and sizes in octets.

    envelope, body, bodystructure: IMAP text ready to send, parenthesised, without the words before them.
    subject .. to_text: decoded NFC text; from_address as written in the message, '' when it has none; to_text: the
    first 200 people of To and Cc.
    sent_ms: the Date field, None when it is missing or unusable. message_id: '' or '<…>'.
    references: References, then In-Reply-To where it adds something; oldest first. sorting: what SORT and THREAD need.
    preview: at most 200 characters. head_text: `name: value` per line for each field. body_text: all text parts and
    attached messages, HTML stripped, also those inside an opaque S/MIME signature, and the names of the files;
    text_truncated is True when more text was there than is kept.
    auto: marks of bulk, automatic and report mail. opaque: a limit was met and a part left whole.
    defects: what was wrong, of `unclosed` (a boundary is missing: the message may be cut off), `boundary` (a
    multipart without usable boundary, shown as text), `content-type`, `limit`, `repeated` (a field that must be
    single occurs again; the first counts), `encoding` (a base64 text with foreign bytes).
    """

    size: int
    header_end: int
    parts: tuple[Part, ...]
    envelope: bytes
    body: bytes
    bodystructure: bytes
    subject: str
    from_name: str
    from_address: str
    to_text: str
    sent_ms: int | None
    message_id: str
    references: tuple[str, ...]
    sorting: SortFields
    preview: str
    head_text: str
    body_text: str
    text_truncated: bool
    auto: Auto
    opaque: bool
    defects: tuple[str, ...]


def scan(data: Buffer, limits: Limits = LIMITS, *, bodies: bool = True) -> Scan:
    """Read the message once. Never raises for input; linear in its size.

    Without `bodies` only what the preview needs is decoded: body_text is empty, and the encodings are not looked at.
    """
    return _scan(data, limits, _SIGNED_IN_SIGNED, bodies=bodies)


def _scan(data: Buffer, limits: Limits, opening: int, *, bodies: bool) -> Scan:
    readable = with_line_feeds(data)
    grown = tree(readable, limits)
    lines = _lines(readable, grown.entities)
    parts = tuple(_part(index, entity, lines[index]) for index, entity in enumerate(grown.entities))
    body, bodystructure = structures(grown.entities, lines)
    root = grown.entities[0]
    who = people(root.fields, root.header)
    about = summary(root.fields, root.header, who)
    texts = (texts_of if bodies else first_texts_of)(readable, grown.entities, parts)
    if opening and (bodies or not texts.preview):
        texts = _with_signed(readable, parts, texts, limits, opening - 1)
    return Scan(
        len(data),
        root.body_start,
        parts,
        envelope(root.header, who),
        body,
        bodystructure,
        *about[:-1],
        sort_fields(root.header, who),
        texts.preview,
        texts.head,
        texts.body if bodies else "",
        texts.truncated,
        auto_marks(root.header, parts[0]),
        grown.opaque,
        (*grown.defects, *about.defects, *texts.defects),
    )


def _with_signed(data: Buffer, parts: tuple[Part, ...], texts: Texts, limits: Limits, opening: int) -> Texts:
    """The texts with those that lie inside opaque signatures."""
    for part in parts:
        if part.subtype not in ("pkcs7-mime", "x-pkcs7-mime") or part.size > _LARGEST_SIGNED:
            continue
        signed = open_p7m(decode_part(data, part)).content
        if signed:
            inner = _scan(signed, limits, opening, bodies=True)
            body = "\n".join(filter(None, (texts.body, inner.head_text, inner.body_text)))
            truncated = texts.truncated or inner.text_truncated or len(body) > TEXT_LIMIT
            preview = texts.preview or inner.preview
            texts = texts._replace(body=body[:TEXT_LIMIT], truncated=truncated, preview=preview)
    return texts


def _part(index: int, entity: Entity, lines: int) -> Part:
    parameters = texts(entity.parameters)
    given = texts(entity.disposition.parameters)
    return Part(
        index,
        entity.parent,
        entity.section,
        entity.type.decode("ascii", "replace"),
        entity.subtype.decode("ascii", "replace"),
        parameters,
        entity.encoding.decode("ascii", "replace"),
        entity.disposition.word.decode("ascii", "replace"),
        filename(given, parameters),
        entity.header.get(b"content-id", b"").decode("utf-8", "replace").replace("\0", ""),
        entity.header_start,
        entity.body_start,
        entity.body_end,
        lines,
    )


def _lines(data: Buffer, entities: list[Entity]) -> list[int]:
    """Text lines of each body that is counted; every stretch of the message is counted once."""
    counted = [entity for entity in entities if entity.has_lines]
    places = sorted({place for entity in counted for place in (entity.body_start, entity.body_end)})
    before: dict[int, int] = {}
    total = last = 0
    for place in places:
        total += count(data, b"\n", last, place)
        last = place
        before[place] = total
    return [before[e.body_end] - before[e.body_start] + _open_line(data, e) if e.has_lines else 0 for e in entities]


def _open_line(data: Buffer, entity: Entity) -> int:
    """A last line without a line break counts too."""
    return int(entity.body_end > entity.body_start and data[entity.body_end - 1] != 10)
