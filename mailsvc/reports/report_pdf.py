"""A report as PDF: A4 across, the tables one below the other, their heads again on every page, page numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailsvc.reports import fonts
from mailsvc.reports.fonts import BOLD, ITALIC, REGULAR, wrap
from mailsvc.reports.sheets import Report, Table

WIDTH, HEIGHT = landscape(A4)
LEFT, RIGHT, TOP, BOTTOM = 20 * mm, 12 * mm, 15 * mm, 16 * mm
SIZE, LEADING, PAD = 11.0, 13.5, 3.0
ROOM = WIDTH - LEFT - RIGHT
NARROWEST = 16 * mm


@dataclass(frozen=True, slots=True)
class _Band:
    """Something as wide as the page: cells with their lines, or (without `edges`) a line of text in the middle."""

    cells: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    font: str
    edges: bool
    size: float = SIZE

    @property
    def height(self) -> float:
        return max(len(one) for one in self.cells) * LEADING * self.size / SIZE + 2 * PAD


def as_pdf(report: Report) -> bytes:
    """The report as a file. Raises Invalid when the machine has no font for it."""
    fonts.load()
    pages = _pages(report)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT))
    canvas.setTitle(report.heading)
    for number, bands in enumerate(pages, 1):
        y = HEIGHT - TOP
        for band in bands:
            y = _draw(canvas, band, y)
        canvas.setFont(ITALIC, 9)
        canvas.drawRightString(WIDTH - RIGHT, BOTTOM - 8 * mm, f"Trang {number}/{len(pages)}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _pages(report: Report) -> list[list[_Band]]:
    """Bands page by page; a table that goes on begins its page with its head."""
    pages: list[list[_Band]] = [[]]
    left = HEIGHT - TOP - BOTTOM
    for band, head in _bands(report):
        if band.height > left and pages[-1]:
            pages.append([])
            left = HEIGHT - TOP - BOTTOM
            if head is not None and band is not head:
                pages[-1].append(head)
                left -= head.height
        pages[-1].append(band)
        left -= band.height
    return pages


def _bands(report: Report) -> Iterator[tuple[_Band, _Band | None]]:
    """(band, the head of the table it belongs to)."""
    yield _line(report.heading, BOLD, 14.0), None
    for line in report.lines:
        yield _line(line, REGULAR, SIZE), None
    for table in report.tables:
        yield _line(table.title, BOLD, 12.0), None
        widths = _widths(table)
        head = _row(tuple(table.columns), widths, BOLD)
        yield head, head
        for row in table.rows:
            yield _row(tuple(str(cell) for cell in row), widths, REGULAR), head


def _line(text: str, font: str, size: float) -> _Band:
    return _Band((tuple(wrap(text, font, size, ROOM)) or ("",),), (ROOM,), font, False, size)


def _row(cells: tuple[str, ...], widths: tuple[float, ...], font: str) -> _Band:
    places = zip(cells, widths, strict=True)
    lines = tuple(tuple(wrap(cell, font, SIZE, room - 2 * PAD)) or ("",) for cell, room in places)
    return _Band(lines, widths, font, True)


def _widths(table: Table) -> tuple[float, ...]:
    """In proportion to the longest text of each column, none too narrow to be read."""
    texts = [[str(row[n]) for row in table.rows[:300]] + [title] for n, title in enumerate(table.columns)]
    wanted = [max(NARROWEST, min(90 * mm, max(fonts.width(one, REGULAR, SIZE) for one in some))) for some in texts]
    return tuple(ROOM * one / sum(wanted) for one in wanted)


def _draw(canvas: Canvas, band: _Band, top: float) -> float:
    """Draw the band below `top`; where it ends."""
    leading = LEADING * band.size / SIZE
    canvas.setFont(band.font, band.size)
    x = LEFT
    for lines, width in zip(band.cells, band.widths, strict=True):
        for n, line in enumerate(lines):
            y = top - PAD - band.size - n * leading
            if band.edges:
                canvas.drawString(x + PAD, y, line)
            else:
                canvas.drawCentredString(x + width / 2, y, line)
        if band.edges:
            canvas.setLineWidth(0.5)
            canvas.rect(x, top - band.height, width, band.height)
        x += width
    return top - band.height
