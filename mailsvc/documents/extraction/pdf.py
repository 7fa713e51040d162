"""Text of a born-digital PDF: characters with their boxes become lines, and the two-column blocks get their sides.

Runs only inside the killable child (worker.py): PDFium is C++ and the files come from strangers.
"""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from .columns import arrange
from .layout import Line, Locked, Sheet, Unreadable, clean, squeeze
from .syllables import mend

FIRST_PAGES = 60
LAST_PAGES = 2
CHARACTER_LIMIT = 25_000  # of one page


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character: text, edges and base line in points from the lower left corner as displayed, size in points."""

    text: str
    left: float
    right: float
    base: float
    size: float
    index: int


@dataclass(slots=True)
class Segment:
    """Glyphs of one row without a wide gap between them. Edges in points."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    italic: bool


def read_pdf(data: bytes) -> Sheet:
    """The lines of the pages up to the signature block, and of the last pages when it is not found early.

    Raises Unreadable when PDFium cannot open the file (Locked when it wants a password).
    """
    try:
        document = pdfium.PdfDocument(data)
    except (pdfium.PdfiumError, ValueError) as error:
        raise (Locked if "password" in str(error).lower() else Unreadable)("not a readable PDF") from error
    try:
        lines = _lines(document)
        stamped = _stamped(document, data)
    except pdfium.PdfiumError as error:
        raise Unreadable("damaged page") from error
    finally:
        document.close()
    return Sheet(tuple(lines), "pdf", stamped)


def _lines(document: pdfium.PdfDocument) -> list[Line]:
    lines: list[Line] = []
    count = len(document)
    signing = found = False
    for number in range(min(count, FIRST_PAGES)):
        page_lines, signing = _page_lines(document, number, signing)
        lines += page_lines
        if found and number > 1:  # the block began on an earlier page: what follows are annexes
            return lines
        found = found or any(line.key.startswith("noi nhan") for line in page_lines)
    for number in range(max(FIRST_PAGES, count - LAST_PAGES), count):
        page_lines, signing = _page_lines(document, number, signing)
        lines += page_lines
    return lines


def _page_lines(document: pdfium.PdfDocument, number: int, signing: bool) -> tuple[list[Line], bool]:
    page = document[number]
    try:
        width, height = page.get_size()
        rows = [_segments(row, page_text) for page_text, row in _rows(page)]
    finally:
        page.close()
    return arrange([row for row in rows if row], max(width, 1.0), max(height, 1.0), number, signing)


def _stamped(document: pdfium.PdfDocument, data: bytes) -> tuple[Line, ...]:
    """The first page with what annotations and form fields show, empty when there are none."""
    if not len(document):
        return ()
    page = document[0]
    try:
        if raw.FPDFPage_GetAnnotCount(page) <= 0:
            return ()
    finally:
        page.close()
    copy = pdfium.PdfDocument(data)
    try:
        first = copy[0]
        done = raw.FPDFPage_Flatten(first, raw.FLAT_NORMALDISPLAY)
        first.close()
        if done != raw.FLATTEN_SUCCESS:
            return ()
        return tuple(_page_lines(copy, 0, False)[0])
    finally:
        copy.close()


def _rows(page: pdfium.PdfPage) -> Iterator[tuple[pdfium.PdfTextPage, list[Glyph]]]:
    text_page = page.get_textpage()
    try:
        glyphs = sorted(_glyphs(page, text_page), key=lambda glyph: -glyph.base)
        row: list[Glyph] = []
        for glyph in glyphs:
            if row and abs(row[0].base - glyph.base) > 0.35 * max(row[0].size, glyph.size):
                yield text_page, sorted(row, key=lambda one: one.left)
                row = []
            row.append(glyph)
        if row:
            yield text_page, sorted(row, key=lambda one: one.left)
    finally:
        text_page.close()


def _glyphs(page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> Iterator[Glyph]:
    x, y = ctypes.c_double(), ctypes.c_double()
    matrix = raw.FS_MATRIX()
    loose = raw.FS_RECTF()  # the advance, not the ink: between `5` and `1` there is no gap
    width, height = page.get_size()
    turned = page.get_rotation()
    for index in range(min(text_page.count_chars(), CHARACTER_LIMIT)):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in (2, 0xAD):  # a hyphen at the end of a line, and producers that map every hyphen to the soft one
            code = 0x2D
        elif code < 32 or raw.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        raw.FPDFText_GetLooseCharBox(text_page, index, loose)
        raw.FPDFText_GetCharOrigin(text_page, index, x, y)
        raw.FPDFText_GetMatrix(text_page, index, matrix)
        size = raw.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.a, matrix.b) or 12.0
        box = (loose.left, loose.right, loose.bottom, loose.top, y.value, x.value)
        start, end, base = _upright(box, turned, width, height)
        yield Glyph(chr(code) if code < 0x110000 else "", start, end, base, size, index)


def _upright(box: tuple[float, ...], turned: int, width: float, height: float) -> tuple[float, float, float]:
    """Left, right and base line as displayed; width and height are those of the displayed page."""
    left, right, bottom, top, base, origin = box
    if turned == 90:
        return bottom, top, height - origin
    if turned == 180:
        return width - right, width - left, height - base
    if turned == 270:
        return width - top, width - bottom, origin
    return left, right, base


def _segments(row: list[Glyph], text_page: pdfium.PdfTextPage) -> list[Segment]:
    spaced = sum(1 for glyph in row if glyph.text.isspace()) > 0.05 * len(row)
    segments: list[Segment] = []
    current: list[Glyph] = []
    text = ""
    for glyph in row:
        if glyph.text.isspace():
            text += " " if text and not text.endswith(" ") else ""
            continue
        gap = glyph.left - current[-1].right if current else 0.0
        if current and _is_shadow(current[-1], glyph):
            continue
        if current and gap > 1.1 * glyph.size:
            segments.append(_segment(current, text, text_page))
            current, text = [], ""
        elif current and gap > (0.18 if spaced else 0.13) * glyph.size and not text.endswith(" "):
            text += " "
        current.append(glyph)
        text += glyph.text
    if current:
        segments.append(_segment(current, text, text_page))
    return [segment for segment in segments if segment.text]


def _is_shadow(before: Glyph, glyph: Glyph) -> bool:
    """The same letter drawn twice to look bold."""
    return before.text == glyph.text and abs(before.left - glyph.left) < 0.12 * glyph.size


def _segment(glyphs: list[Glyph], text: str, text_page: pdfium.PdfTextPage) -> Segment:
    middle = glyphs[len(glyphs) // 2]
    # Some producers draw letters with marks as little drawings without a font name: ask plain letters.
    plain = [glyph for glyph in glyphs if glyph.text.isascii() and glyph.text.isalnum()] or glyphs
    fonts = [_font(text_page, glyph.index) for glyph in (plain[0], plain[len(plain) // 2], plain[-1])]
    return Segment(
        text=mend(squeeze(clean(text))),
        left=glyphs[0].left,
        right=glyphs[-1].right,
        base=middle.base,
        size=middle.size,
        bold=sum(bold for bold, _ in fonts) >= 2,
        italic=sum(italic for _, italic in fonts) >= 2,
    )


def _font(text_page: pdfium.PdfTextPage, index: int) -> tuple[bool, bool]:
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page, index, name, 128, flags)
    printed = name.value.lower()
    weight = raw.FPDFText_GetFontWeight(text_page, index)
    return b"bold" in printed or weight >= 700, b"italic" in printed or b"oblique" in printed
