"""The same documents as born-digital PDF: two columns, one column, or words set one by one as in justified text.

The fonts are not embedded; the text is told by the ToUnicode map, the positions by the widths, as in any PDF.
"""

import zlib
from collections.abc import Callable

from PIL import ImageFont

from tests.documents.making import Paper, _pairs, fonts, wrap

WIDTH, HEIGHT = 595.0, 842.0
LEFT, RIGHT = 85.0, 552.0
_LEFT_MIDDLE, _RIGHT_MIDDLE = 172.0, 410.0
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Plain def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange
%d beginbfrange
%s
endbfrange endcmap CMapName currentdict /CMap defineresource pop end end""" % (
    32,
    b"\n".join(b"<%02X00> <%02XFF> <%02X00>" % (high, high, high) for high in range(32)),
)


class Page:
    """Draws lines of text from the top down, a new page when one is full."""

    def __init__(self, apart: bool) -> None:
        found = fonts()
        assert found is not None
        self._apart = apart
        self._measures = [ImageFont.truetype(str(path), 1000) for path in found]
        self._widths: list[dict[str, float]] = [{}, {}]
        self._pages: list[list[str]] = [[]]
        self._used: list[set[str]] = [set(), set()]
        self.y = HEIGHT - 60.0

    def measure(self, bold: bool, size: float) -> Callable[[str], float]:
        return lambda text: sum(self._width(c, bold) for c in text) * size / 1000

    def _width(self, character: str, bold: bool) -> float:
        known = self._widths[bold]
        if character not in known:
            known[character] = self._measures[bold].getlength(character)
        return known[character]

    def _show(self, text: str, x: float, size: float, bold: bool) -> None:
        self._used[bold] |= set(text)
        codes = text.encode("utf-16-be").hex()
        self._pages[-1].append(f"BT /F{int(bold)} {size} Tf {x:.2f} {self.y:.2f} Td <{codes}> Tj ET")

    def line(self, text: str, x: float, bold: bool = False, size: float = 13.0) -> None:
        if not self._apart:
            self._show(text, x, size, bold)
            return
        for word in text.split(" "):
            self._show(word, x, size, bold)
            x += self.measure(bold, size)(word + " ")

    def centred(self, text: str, middle: float, bold: bool = False, size: float = 13.0) -> None:
        self.line(text, middle - self.measure(bold, size)(text) / 2, bold, size)

    def down(self, points: float = 16.0) -> None:
        self.y -= points
        if self.y < 60:
            self._pages.append([])
            self.y = HEIGHT - 60.0

    def paragraph(self, text: str, indent: float = 28.0) -> None:
        for number, part in enumerate(wrap(text, RIGHT - LEFT - indent, self.measure(False, 14.0))):
            self.line(part, LEFT + (indent if number == 0 else 0), size=14.0)
            self.down(18.0)

    def _font(self, bold: bool, first: int) -> list[bytes]:
        name = b"TimesNewRoman-Bold" if bold else b"TimesNewRoman"
        widths = b" ".join(
            b"%d [%d]" % (ord(c), round(self._measures[bold].getlength(c))) for c in sorted(self._used[bold])
        )
        return [
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
            % (name, first + 1, first + 2),
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo"
            b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            b"/FontDescriptor %d 0 R/DW 500/W[%s]>>" % (name, first + 3, widths),
            _stream(_TO_UNICODE),
            b"<</Type/FontDescriptor/FontName/%s/Flags 6/FontBBox[-100 -200 1000 900]/ItalicAngle 0/Ascent 900"
            b"/Descent -200/CapHeight 660/StemV %d>>" % (name, 140 if bold else 80),
        ]

    def save(self) -> bytes:
        count = len(self._pages)
        kids = b" ".join(b"%d 0 R" % (11 + 2 * n) for n in range(count))
        objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)]
        objects += self._font(False, 3) + self._font(True, 7)
        for number, operators in enumerate(self._pages):
            objects.append(
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
                b"/Resources<</Font<</F0 3 0 R/F1 7 0 R>>>>>>" % (12 + 2 * number)
            )
            objects.append(_stream("\n".join(operators).encode()))
        return _file(objects)


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)


def _file(objects: list[bytes]) -> bytes:
    out = b"%PDF-1.5\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(out),
    )


def pdf(paper: Paper, apart: bool = False) -> bytes:
    """Two columns at the top and at the foot. apart: each word is an object of its own, no blanks in the text."""
    page = Page(apart)
    for left, right in _pairs([text for text, _ in paper.left], [text for text, _ in paper.right]):
        bold = left in paper.issuer
        if left:
            page.centred(left, _LEFT_MIDDLE, bold, 12.0)
        if right:
            page.centred(right, _RIGHT_MIDDLE, True, 12.0)
        page.down()
    page.down(4)
    page.centred(paper.number, _LEFT_MIDDLE)
    page.centred(paper.date, _RIGHT_MIDDLE)
    page.down(18)
    for line in (*paper.brief, paper.urgency):
        if line:
            page.centred(line, _LEFT_MIDDLE, line == paper.urgency, 12.0)
            page.down()
    page.down(12)
    for number, line in enumerate((paper.title, *paper.subject)):
        if line:
            page.centred(line, (LEFT + RIGHT) / 2, True, 14.0)
            page.down(20 if number == 0 else 17)
    _middle(page, paper)
    return page.save()


def _middle(page: Page, paper: Paper) -> None:
    page.down(8)
    if len(paper.recipients) == 1:
        page.centred("Kính gửi: " + paper.recipients[0], (LEFT + RIGHT) / 2, size=14.0)
        page.down(24)
    elif paper.recipients:
        page.line("Kính gửi:", 170, size=14.0)
        page.down(18)
        last = len(paper.recipients) - 1
        for number, name in enumerate(paper.recipients):
            page.line(f"- {name}{'.' if number == last else ';'}", 225, size=14.0)
            page.down(18)
    page.down(6)
    for text in paper.body:
        page.paragraph(text)
        page.down(4)
    page.down(10)
    gaps = ["", ""] if paper.signature else []
    pairs = _pairs(["Nơi nhận:", *paper.copies], [*paper.signature[:-1], *gaps, *paper.signature[-1:]])
    for left, right in pairs:
        if left:
            page.line(left, LEFT, left == "Nơi nhận:", 11.0)
        if right:
            page.centred(right, 430, True, 13.0)
        page.down(17)
    for line in paper.after:
        page.centred(line, (LEFT + RIGHT) / 2, size=14.0)
        page.down(18)


def pdf_column(paper: Paper) -> bytes:
    """Everything under one another, in the middle of the page."""
    page = Page(False)
    middle = (LEFT + RIGHT) / 2
    head = [*paper.left, (paper.number, False), *paper.right, (paper.date, False)]
    head += [(line, False) for line in (*paper.brief, paper.urgency) if line]
    for line, bold in head:
        page.centred(line, middle, bold)
        page.down()
    page.down(10)
    for number, line in enumerate((paper.title, *paper.subject)):
        if line:
            page.centred(line, middle, True, 14.0)
            page.down(20 if number == 0 else 17)
    _middle(page, paper)
    return page.save()


def scan_pdf() -> bytes:
    """A page without a text layer, as scanners make it (the picture left out)."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    return _file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page])
