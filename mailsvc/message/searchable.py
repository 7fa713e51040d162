"""The words of a message: header text, body text and preview."""

from collections.abc import Sequence
from typing import NamedTuple

from mailsvc.message.buffer import Buffer
from mailsvc.message.headers import decode
from mailsvc.message.parts import Part, plain_text
from mailsvc.message.text import one_line
from mailsvc.message.tree import Entity

TEXT_LIMIT = 1024 * 1024
"""Characters of body text kept per message."""
PREVIEW_LENGTH = 200
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
    """All texts of the message; parts beyond the limit are not even decoded."""
    found: list[str] = []
    shown = _Preview()
    room = TEXT_LIMIT
    truncated = False
    nested = _nested(entities)
    for part, entity in zip(parts, entities, strict=True):
        if part.parent >= 0 and not entities[part.parent].multipart:
            found.append(head_text(entity))
            room -= len(found[-1])
        if not _wordy(part):
            continue
        if room <= 0:
            truncated = truncated or part.size > 0
            continue
        text = plain_text(data, part, _READ_LIMIT)
        truncated = truncated or part.size > _READ_LIMIT or len(text) > room
        shown.offer(part, text, part.index in nested)
        found.append(text[:room])
        room -= len(text)
    body = "\n".join(found)
    return Texts(head_text(entities[0]), body[:TEXT_LIMIT], truncated, shown.best(), ())


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
        rank = 4 * nested + 2 * (part.disposition == "attachment" or part.type != "text") + (part.subtype != "plain")
        if rank < self.rank and (line := one_line(text, PREVIEW_LENGTH)):
            self.rank, self.text = rank, line

    def best(self) -> str:
        return self.text
