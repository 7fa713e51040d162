"""The tree of MIME entities: one forward walk with an explicit stack over the offsets of a message (RFC 2046 §5.1)."""

import re
from dataclasses import dataclass, field

from mailsvc.message import headers
from mailsvc.message.buffer import Buffer, find
from mailsvc.message.parameters import NOTHING, Raw, Typed, parse


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a message is taken apart: nesting levels, parts, octets of one header block.

    passes: how often its octets may be searched through for boundaries, which each level of nesting does once; a
    message under 1 MiB may be searched as often as its levels ask for.
    """

    depth: int = 100
    parts: int = 10_000
    header: int = 256 * 1024
    passes: int = 16


@dataclass(slots=True)
class Entity:
    """A part while the message is read: raw words, not yet decoded for people."""

    parent: int
    section: str
    header_start: int
    body_start: int
    body_end: int
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    header: dict[bytes, bytes] = field(default_factory=dict)
    type: bytes = b"text"
    subtype: bytes = b"plain"
    parameters: Raw = ()
    encoding: bytes = b""
    disposition: Typed = NOTHING
    children: list[int] = field(default_factory=list)
    multipart: bool = False
    opaque: bool = False

    @property
    def has_lines(self) -> bool:
        """Text parts and messages are counted in lines too."""
        return self.type == b"text" or bool(self.children and not self.multipart)

    @property
    def is_message(self) -> bool:
        """A message/rfc822 or message/global part (RFC 6532 §3.7)."""
        return self.type == b"message" and self.subtype in (b"rfc822", b"global")


@dataclass(slots=True)
class Tree:
    """All entities in reading order and what was found wrong with them."""

    entities: list[Entity]
    opaque: bool = False
    defects: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Frame:
    """An open container: the parts still to come lie in data[at:end]."""

    index: int
    depth: int
    prefix: str
    delimiter: bytes
    at: int
    end: int
    digest: bool = False
    number: int = 0


_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELD_START = re.compile(rb"[!-9;-~]+[ \t]*:|>?From ")
_EMPTY_HEADER = re.compile(rb"\r?\n")
# What may follow a boundary on its line: the closing mark and blanks (RFC 2046 §5.1.1).
_REST_OF_LINE = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
_TYPE = re.compile(rb"\s*([!-.0-:<-~]+)\s*/\s*([!-.0-:<-~]+)")
_IDENTITY = frozenset({b"", b"7bit", b"8bit", b"binary"})
_DEFAULT_PARAMETERS = ((b"charset", b"us-ascii"),)
_LONGEST_WORD = 100
# A hundred levels over one megabyte.
_SEARCHED_FREELY = 100 * 1024 * 1024


def tree(data: Buffer, limits: Limits) -> Tree:
    """Every entity of the message. Beyond a limit an entity is an opaque leaf; nothing is refused."""
    grown = Tree([])
    stack: list[_Frame] = []
    walk = _Walk(data, limits, grown, stack)
    walk.enter(0, len(data), -1, "", 0, False)
    while stack:
        walk.step(stack[-1])
    return grown


class _Walk:
    def __init__(self, data: Buffer, limits: Limits, grown: Tree, stack: list[_Frame]) -> None:
        self.data = data
        self.limits = limits
        self.tree = grown
        self.stack = stack
        self.to_search = max(limits.passes * len(data), _SEARCHED_FREELY)

    def enter(self, start: int, end: int, parent: int, section: str, depth: int, digest: bool) -> None:
        """Take up the entity data[start:end]; containers are pushed on the stack."""
        entities = self.tree.entities
        entity = self._entity(start, end, parent, section, digest)
        index = len(entities)
        entities.append(entity)
        if parent >= 0:
            entities[parent].children.append(index)
        frame = self._container(entity, index, depth)
        if frame is not None:
            self.stack.append(frame)
        if entity.multipart:
            return
        inside_message = parent >= 0 and not entities[parent].multipart
        if parent < 0 or inside_message:
            # A message that is no multipart has exactly one part, number 1 (RFC 9051 §6.4.5.1).
            entity.section = f"{section}.1" if section else "1"
            if frame is not None:
                frame.prefix = entity.section

    def step(self, frame: _Frame) -> None:
        """Read the next part of the innermost open container, or close it."""
        if not frame.delimiter:
            self.stack.pop()
            self.enter(frame.at, frame.end, frame.index, frame.prefix, frame.depth, False)
            return
        start = frame.at
        found = self._delimiter(frame.delimiter, start, frame.end)
        if len(self.tree.entities) >= self.limits.parts:
            self._rest(frame)
            return
        if found is None:
            self.stack.pop()
            self._note("unclosed")
            end = frame.end
        else:
            end, frame.at, closing = found
            if closing:
                self.stack.pop()
        frame.number += 1
        section = f"{frame.prefix}.{frame.number}" if frame.prefix else str(frame.number)
        self.enter(start, max(start, end), frame.index, section, frame.depth, frame.digest)

    def _rest(self, frame: _Frame) -> None:
        """What is left of a container when the count is reached becomes one opaque part, and the walk ends."""
        section = f"{frame.prefix}.{frame.number + 1}" if frame.prefix else str(frame.number + 1)
        leaf = Entity(frame.index, section, frame.at, frame.at, frame.end)
        leaf.type, leaf.subtype = b"application", b"octet-stream"
        self._opaque(leaf)
        self.tree.entities[frame.index].children.append(len(self.tree.entities))
        self.tree.entities.append(leaf)
        self.stack.clear()

    def _opaque(self, entity: Entity) -> None:
        entity.opaque = self.tree.opaque = True
        self._note("limit")

    def _note(self, defect: str) -> None:
        self.tree.defects[defect] = None

    def _entity(self, start: int, end: int, parent: int, section: str, digest: bool) -> Entity:
        body_start = header_end(self.data, start, end)
        entity = Entity(parent, section, start, body_start, end)
        if body_start > start:
            block = self.data[start : min(body_start, start + self.limits.header)]
            entity.fields = headers.values(block)
            entity.header = headers.first(entity.fields)
        self._describe(entity, digest)
        if body_start - start > self.limits.header:
            self._opaque(entity)
        return entity

    def _describe(self, entity: Entity, digest: bool) -> None:
        header = entity.header
        declared = header.get(b"content-type")
        kind = _TYPE.match(declared) if declared else None
        if kind is not None and declared is not None:
            entity.type, entity.subtype = kind[1][:_LONGEST_WORD].lower(), kind[2][:_LONGEST_WORD].lower()
            if b";" in declared:
                entity.parameters = parse(declared).parameters
        elif declared and declared.strip():
            self._note("content-type")
        elif digest:
            entity.type, entity.subtype = b"message", b"rfc822"
        else:
            entity.parameters = _DEFAULT_PARAMETERS
        encoding = header.get(b"content-transfer-encoding")
        if encoding is not None:
            entity.encoding = encoding.partition(b";")[0].strip().strip(b'"')[:_LONGEST_WORD].lower()
        disposition = header.get(b"content-disposition")
        if disposition is not None:
            entity.disposition = parse(disposition)
            if kind is None and declared and entity.disposition.word == b"attachment":
                # Text by RFC 2045 §5.2, but nobody attaches the text of his letter.
                entity.type, entity.subtype = b"application", b"octet-stream"

    def _container(self, entity: Entity, index: int, depth: int) -> _Frame | None:
        if entity.type == b"multipart":
            return self._multipart(entity, index, depth)
        if entity.is_message and entity.encoding in _IDENTITY:
            if self._full(depth) or entity.opaque:
                self._opaque(entity)
                return None
            return _Frame(index, depth + 1, entity.section, b"", entity.body_start, entity.body_end)
        return None

    def _multipart(self, entity: Entity, index: int, depth: int) -> _Frame | None:
        if self._full(depth) or entity.opaque:
            entity.type, entity.subtype = b"application", b"octet-stream"
            self._opaque(entity)
            return None
        boundary = next((value.rstrip() for name, value in entity.parameters if name == b"boundary"), b"")
        dashed = b"\n--" + boundary
        found = self._delimiter(dashed, entity.body_start, entity.body_end) if boundary else None
        if found is None or found[2]:
            # RFC 2045 §5.2: what cannot be read as declared is shown as text.
            entity.type, entity.subtype = b"text", b"plain"
            self._note("boundary")
            return None
        entity.multipart = True
        prefix, entity.section = entity.section, self._own_section(entity)
        return _Frame(index, depth + 1, prefix, dashed, found[1], entity.body_end, entity.subtype == b"digest")

    def _delimiter(self, dashed: bytes, start: int, end: int) -> tuple[int, int, bool] | None:
        found = delimiter(self.data, dashed, start, end)
        self.to_search -= (end if found is None else found[1]) - start
        return found

    def _own_section(self, entity: Entity) -> str:
        parent = entity.parent
        if parent < 0 or self.tree.entities[parent].multipart:
            return entity.section
        return f"{entity.section}.TEXT"

    def _full(self, depth: int) -> bool:
        spent = self.to_search < 0
        return spent or depth >= self.limits.depth or len(self.tree.entities) >= self.limits.parts


def header_end(data: Buffer, start: int, end: int) -> int:
    """Where the body begins: after the blank line, or at `start` when the first line is no header field."""
    empty = _EMPTY_HEADER.match(data, start, end)
    if empty is not None:
        return empty.end()
    if _FIELD_START.match(data, start, end) is None:
        return start
    blank = _BLANK_LINE.search(data, start, end)
    return end if blank is None else blank.end()


def delimiter(data: Buffer, dashed: bytes, start: int, end: int) -> tuple[int, int, bool] | None:
    """The next boundary line: (end of the content before it, start of the line after it, closing mark seen).

    The line break before a boundary belongs to the boundary (RFC 2046 §5.1.1), so the search begins one octet early.
    """
    at = max(start - 1, 0)
    while (found := find(data, dashed, at, end)) >= 0:
        rest = _REST_OF_LINE.match(data, found + len(dashed), end)
        if rest is not None:
            content_end = found - 1 if found > start and data[found - 1] == 13 else found
            return content_end, rest.end(), rest[1] is not None
        at = found + 1
    return None
