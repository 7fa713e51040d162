"""The words of a message: header text, body text and preview."""

from collections.abc import Sequence
from typing import NamedTuple

from mailsvc.message.buffer import Buffer
from mailsvc.message.headers import decode
from mailsvc.message.parts import Part, plain_text
from mailsvc.message.text import one_line
from mailsvc.message.transfer import decode_transfer, is_soiled
from mailsvc.message.tree import Entity

TEXT_LIMIT = 1024 * 1024
"""Characters of body text kept per message."""
PREVIEW_LENGTH = 200
_SAMPLE = 1024
_READ_LIMIT = 4 * TEXT_LIMIT
_WORDY_MESSAGES = frozenset(
    {"delivery-status", "disposition-notification", "feedback-report", "global-delivery-status"}
)


class Texts(NamedTuple):
    """Header text, body text, whether the body text was cut, preview, defects."""

    head: str
    body: str
    truncated: bool
    preview: str
    defects: tuple[str, ...]


def texts_of(data: Buffer, entities: Sequence[Entity], parts: Sequence[Part]) -> Texts:
    """All texts of the message, and the names of its files; parts beyond the limit are not even decoded."""
    gathered = _Gathered(data)
    nested = _nested(entities)
    for part, entity in zip(parts, entities, strict=True):
        if part.parent >= 0 and not entities[part.parent].multipart:
            gathered.add(head_text(entity))
        if _wordy(part):
            gathered.read(part, part.index in nested)
        if part.filename:
            gathered.names.append(part.filename)
    # A person looks for a letter by the name of its file as well.
    gathered.add("\n".join(gathered.names))
    return Texts(
        head_text(entities[0]),
        "\n".join(gathered.texts)[:TEXT_LIMIT],
        gathered.truncated,
        gathered.preview.text,
        tuple(gathered.defects),
    )


def first_texts_of(data: Buffer, entities: Sequence[Entity], parts: Sequence[Part]) -> Texts:
    """Header text and preview alone: of the parts only those are decoded that the preview may come from."""
    nested = _nested(entities)
    preview = _Preview()
    for part in sorted(filter(_wordy, parts), key=lambda part: _rank(part, part.index in nested)):
        if preview.text:
            break
        preview.offer(part, _text_of(data, part) or "", part.index in nested)
    return Texts(head_text(entities[0]), "", False, preview.text, ())


def _text_of(data: Buffer, part: Part) -> str | None:
    """The text of a part; None for a file that is called text and is none."""
    return None if _is_binary(data, part) else plain_text(data, part, _READ_LIMIT)


def _is_binary(data: Buffer, part: Part) -> bool:
    if not part.filename or part.charset.lower().startswith(("utf-16", "utf-32", "ucs")):
        return False
    end = min(part.body_end, part.body_start + _SAMPLE)
    return b"\0" in decode_transfer(data[part.body_start : end], part.encoding)


class _Gathered:
    """The texts so far, and the room that is left."""

    def __init__(self, data: Buffer) -> None:
        self.data = data
        self.texts: list[str] = []
        self.names: list[str] = []
        self.room = TEXT_LIMIT
        self.truncated = False
        self.preview = _Preview()
        self.defects: dict[str, None] = {}

    def add(self, text: str) -> None:
        if not text:
            return
        self.truncated = self.truncated or len(text) > self.room
        if self.room > 0:
            self.texts.append(text[: self.room])
            self.room -= len(text)

    def read(self, part: Part, nested: bool) -> None:
        text = _text_of(self.data, part) if self.room > 0 else None
        if text is None:
            self.truncated = self.truncated or (self.room <= 0 and part.size > 0)
            return
        self.truncated = self.truncated or part.size > _READ_LIMIT
        self.preview.offer(part, text, nested)
        self.add(text)
        if part.encoding == "base64" and is_soiled(
            self.data[part.body_start : min(part.body_end, part.body_start + _READ_LIMIT)]
        ):
            self.defects["encoding"] = None


def head_text(entity: Entity) -> str:
    """`name: value` per field, decoded, each on one line."""
    return "".join(f"{name.decode('ascii')}: {decode(value)}\n" for name, value in entity.fields)


def _wordy(part: Part) -> bool:
    return part.type == "text" or (part.type == "message" and part.subtype in _WORDY_MESSAGES)


def _nested(entities: Sequence[Entity]) -> set[int]:
    """Indexes of the parts that lie inside an attached message."""
    inside: set[int] = set()
    for index, entity in enumerate(entities):
        parent = entity.parent
        if parent >= 0 and (parent in inside or not entities[parent].multipart):
            inside.add(index)
    return inside


class _Preview:
    """Picks the text a reader sees first: the letter before attachments, plain text before HTML."""

    def __init__(self) -> None:
        self.rank = 9
        self.text = ""

    def offer(self, part: Part, text: str, nested: bool) -> None:
        rank = _rank(part, nested)
        if rank < self.rank and (line := one_line(text, PREVIEW_LENGTH)):
            self.rank, self.text = rank, line


def _rank(part: Part, nested: bool) -> int:
    return 4 * nested + 2 * (part.disposition == "attachment" or part.type != "text") + (part.subtype != "plain")
