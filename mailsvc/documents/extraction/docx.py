"""Word text in reading order with its layout (ISO/IEC 29500: body, tables, text boxes, headers)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from .layout import LEFT, RIGHT, TABLE, WHOLE, Line, Sheet, Unreadable, clean, squeeze
from .package import WORD, Package
from .styles import Look, Styles, paragraph_look, run_look

LINE_LIMIT = 6000
PARAGRAPH_LIMIT = 40_000  # empty ones too
TEXT_LIMIT = 20_000  # characters of one paragraph
_DEPTH = 8  # tables in tables
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_DROPPED = {WORD + name for name in ("del", "moveFrom", "instrText", "delText", "footnote", "endnote")}
_MARGIN = re.compile(r"margin-left:(-?[\d.]+)(pt|in|cm|mm)?")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, None: 1.0}
_PAGE_POINTS = 595.0


@dataclass(slots=True)
class _Place:
    side: str = WHOLE
    cell: int = 0


@dataclass(slots=True)
class _Text:
    """Text gathered from the runs of one paragraph."""

    parts: list[str] = field(default_factory=list)
    bold: int = 0
    italic: int = 0
    total: int = 0

    def add(self, text: str, look: Look) -> None:
        if look.hidden or not text:
            return
        self.parts.append(text.upper() if look.caps else text)
        weight = len(text.strip())
        self.total += weight
        self.bold += weight if look.bold else 0
        self.italic += weight if look.italic else 0


def read_docx(data: bytes) -> Sheet:
    """The lines of a .docx. Raises Unreadable for anything that is not one or that breaks a limit."""
    package = Package(data)
    root = package.root("word/document.xml")
    body = root.find(WORD + "body") if root is not None else None
    if body is None:
        raise Unreadable("no document part")
    reader = _Reader(Styles(package.root("word/styles.xml")))
    lines = list(reader.block(body, _Place(), 0))
    if not any("ha noi" in line.key or "viet nam" in line.key for line in lines[:40]):
        lines = _header_lines(package, reader) + lines
    return Sheet(tuple(lines), "docx")


def _header_lines(package: Package, reader: "_Reader") -> list[Line]:
    lines: list[Line] = []
    for name in sorted(n for n in package.names() if re.fullmatch(r"word/header\d?\.xml", n))[:4]:
        root = package.root(name)
        if root is not None:
            lines += [line for line in reader.block(root, _Place(), 0) if any(c.isalpha() for c in line.text)]
    return lines


class _Reader:
    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._cells = 0
        self._lines = 0
        self._paragraphs = 0

    def block(self, parent: etree._Element, place: _Place, depth: int) -> Iterator[Line]:
        """Paragraphs, tables and content controls of one container."""
        if depth > _DEPTH:
            return
        for child in parent:
            if self._lines >= LINE_LIMIT or self._paragraphs >= PARAGRAPH_LIMIT:
                return
            if child.tag == WORD + "p":
                self._paragraphs += 1
                yield from self._paragraph(child, place, depth)
            elif child.tag == WORD + "tbl":
                yield from self._table(child, place, depth)
            elif child.tag in (WORD + "sdt", WORD + "sdtContent", WORD + "ins", WORD + "customXml", WORD + "smartTag"):
                yield from self.block(child, place, depth + 1)
            elif child.tag == _MC + "AlternateContent":
                yield from self.block(_choice(child), place, depth + 1)

    def _table(self, table: etree._Element, place: _Place, depth: int) -> Iterator[Line]:
        for row in table.iter(WORD + "tr"):
            if next(row.iterancestors(WORD + "tbl")) is not table:
                continue
            cells = [cell for cell in row.iter(WORD + "tc") if next(cell.iterancestors(WORD + "tr")) is row]
            sides = _sides(cells, place.side)
            for cell, side in zip(cells, sides, strict=True):
                self._cells += 1
                yield from self.block(cell, _Place(side, self._cells), depth + 1)

    def _paragraph(self, paragraph: etree._Element, place: _Place, depth: int) -> Iterator[Line]:
        properties = paragraph.find(WORD + "pPr")
        style = properties.find(WORD + "pStyle") if properties is not None else None
        name = style.get(WORD + "val") or "" if style is not None else self._styles.default
        look = paragraph_look(properties).over(self._styles.look(name))
        text = _Text()
        boxes: list[etree._Element] = []
        self._runs(paragraph, look, text, boxes, 0)
        for box in boxes:
            self._cells += 1
            side = place.side or _box_side(box)
            yield from self.block(box, _Place(side, self._cells), depth + 1)
        yield from self._lines_of(text, look, place)

    def _lines_of(self, text: _Text, look: Look, place: _Place) -> Iterator[Line]:
        most = text.total / 2
        for number, part in enumerate(clean("".join(text.parts)).split("\n")):
            if not part.strip():
                continue
            self._lines += 1
            part = part[:TEXT_LIMIT]
            yield Line(
                text=part.rstrip() if "\t" in part or "    " in part else squeeze(part),
                side=place.side,
                centred=look.align == "center",
                bold=text.bold > most,
                italic=text.italic > most,
                starts=number == 0,
                bullet=bool(look.listed),
                cell=place.cell,
            )

    def _runs(self, parent: etree._Element, look: Look, text: _Text, boxes: list[etree._Element], depth: int) -> None:
        if depth > 4 * _DEPTH:
            return
        for child in parent:
            tag = child.tag
            if tag in _DROPPED or tag == WORD + "pPr":
                continue
            if tag == WORD + "r":
                self._run(child, look, text, boxes)
            elif tag == _MC + "AlternateContent":
                self._runs(_choice(child), look, text, boxes, depth + 1)
            elif tag != WORD + "p":
                self._runs(child, look, text, boxes, depth + 1)

    def _run(self, run: etree._Element, paragraph: Look, text: _Text, boxes: list[etree._Element]) -> None:
        properties = run.find(WORD + "rPr")
        style = properties.find(WORD + "rStyle") if properties is not None else None
        look = run_look(properties)
        if style is not None:
            look = look.over(self._styles.look(style.get(WORD + "val") or ""))
        look = look.over(paragraph)
        for child in run:
            piece = _piece(child)
            if piece is not None:
                text.add(piece, look)
            elif child.tag in (WORD + "drawing", WORD + "pict", WORD + "object", _MC + "AlternateContent"):
                boxes.extend(_text_boxes(_choice(child) if child.tag == _MC + "AlternateContent" else child))


def _piece(element: etree._Element) -> str | None:
    """The text of a child of w:r, None when it holds none."""
    name = element.tag.removeprefix(WORD) if isinstance(element.tag, str) else ""
    if name == "t":
        return element.text or ""
    if name == "sym":
        code = element.get(WORD + "char") or ""
        return chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{4}", code) else ""
    return {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}.get(name)


def _choice(alternate: etree._Element) -> etree._Element:
    """One branch of mc:AlternateContent; the others repeat the same content for older programs."""
    for branch in alternate:
        if branch.tag in (_MC + "Choice", _MC + "Fallback"):
            return branch
    return alternate


def _text_boxes(drawing: etree._Element) -> list[etree._Element]:
    found = [box for box in drawing.iter(WORD + "txbxContent")]
    return [box for box in found if next(box.iterancestors(WORD + "txbxContent"), None) is None][:20]


def _box_side(box: etree._Element) -> str:
    """Left or right half of the page, from the anchor (DrawingML) or the style (VML); empty when unknown."""
    for parent in box.iterancestors():
        if parent.tag == _WP + "anchor":
            return _anchor_side(parent)
        found = _MARGIN.search(parent.get("style") or "")
        if found:
            return LEFT if float(found[1]) * _POINTS[found[2]] < 0.25 * _PAGE_POINTS else RIGHT
        if parent.tag == WORD + "p":
            break
    return WHOLE


def _anchor_side(anchor: etree._Element) -> str:
    horizontal = anchor.find(_WP + "positionH")
    if horizontal is None:
        return WHOLE
    align = horizontal.findtext(_WP + "align")
    if align in ("left", "right"):
        return LEFT if align == "left" else RIGHT
    offset = horizontal.findtext(_WP + "posOffset") or ""
    if not re.fullmatch(r"-?\d{1,9}", offset):
        return WHOLE
    return LEFT if int(offset) / 12700 < 0.25 * _PAGE_POINTS else RIGHT


def _sides(cells: list[etree._Element], inherited: str) -> list[str]:
    """L and R for a row that sets two blocks side by side, T for the rows of a data table."""
    if inherited in (LEFT, RIGHT):
        return [inherited] * len(cells)
    filled = [any((t.text or "").strip() for t in cell.iter(WORD + "t")) for cell in cells]
    if len(cells) == 1:
        return [WHOLE]
    if sum(filled) > 2 or len(cells) > 4:
        return [TABLE] * len(cells)
    middle = len(cells) / 2
    return [
        LEFT if number < middle and not (len(cells) == 3 and number == 1) else RIGHT for number in range(len(cells))
    ]
