"""A register as PDF: cover, A4 across, the head of the table on every page, page numbers and the system's mark."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailsvc.reports import fonts
from mailsvc.reports.book import Book
from mailsvc.reports.fonts import BOLD, ITALIC, REGULAR, wrap

WIDTH, HEIGHT = landscape(A4)
LEFT, RIGHT, TOP, BOTTOM = 20 * mm, 12 * mm, 15 * mm, 16 * mm  # bound on the left
SIZE, LEADING, PAD = 10.0, 12.0, 2.5


@dataclass(frozen=True, slots=True)
class _Row:
    """The lines of each cell; `lines` is how many the row is high."""

    cells: tuple[tuple[str, ...], ...]
    lines: int

    @property
    def height(self) -> float:
        return self.lines * LEADING + 2 * PAD


def as_pdf(book: Book) -> bytes:
    """The register as a file. Raises Invalid when the machine has no font for it."""
    fonts.load()
    widths = [(WIDTH - LEFT - RIGHT) * part / sum(one for _, one in book.columns) for _, part in book.columns]
    head = [_row(tuple(title for title, _ in book.columns), widths, BOLD)]
    head.append(_row(tuple(f"({n})" for n in range(1, len(widths) + 1)), widths, REGULAR))
    room = HEIGHT - TOP - BOTTOM - sum(one.height for one in head)
    pages = _pages([_row(row, widths, REGULAR) for row in book.rows], room) or [[]]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT))
    canvas.setTitle(f"{book.title} {book.year}")
    canvas.setAuthor(book.organisation)
    _cover(canvas, book)
    for number, rows in enumerate(pages, 1):
        y = HEIGHT - TOP
        for row in head:
            y = _draw(canvas, row, widths, y, BOLD if row is head[0] else REGULAR, middle=True)
        for row in rows:
            y = _draw(canvas, row, widths, y, REGULAR)
        _foot(canvas, book, f"Trang {number}/{len(pages)}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _row(cells: tuple[str, ...], widths: list[float], font: str) -> _Row:
    wrapped = tuple(tuple(wrap(cell, font, SIZE, room - 2 * PAD)) for cell, room in zip(cells, widths, strict=True))
    return _Row(wrapped, max(len(one) for one in wrapped))


def _pages(rows: list[_Row], room: float) -> list[list[_Row]]:
    """Rows page by page; one that is higher than a page goes on on the next."""
    most = int((room - 2 * PAD) // LEADING)
    pages: list[list[_Row]] = []
    left = 0.0
    for row in [part for whole in rows for part in _parts(whole, most)]:
        if not pages or row.height > left:
            pages.append([])
            left = room
        pages[-1].append(row)
        left -= row.height
    return pages


def _parts(row: _Row, most: int) -> list[_Row]:
    return [
        _Row(tuple(cell[at : at + most] for cell in row.cells), min(most, row.lines - at))
        for at in range(0, row.lines, most)
    ]


def _draw(canvas: Canvas, row: _Row, widths: list[float], top: float, font: str, middle: bool = False) -> float:
    """One row with its edges; where the next one begins."""
    canvas.setLineWidth(0.5)
    canvas.setFont(font, SIZE)
    x = LEFT
    for cell, room in zip(row.cells, widths, strict=True):
        canvas.rect(x, top - row.height, room, row.height)
        y = top - PAD - SIZE
        if middle:
            y -= (row.lines - len(cell)) * LEADING / 2
        for line in cell:
            if middle:
                canvas.drawCentredString(x + room / 2, y, line)
            else:
                canvas.drawString(x + PAD, y, line)
            y -= LEADING
        x += room
    return top - row.height


def _cover(canvas: Canvas, book: Book) -> None:
    middle = WIDTH / 2
    y = HEIGHT - 40 * mm
    for line in wrap(book.organisation.upper(), BOLD, 14, WIDTH - 80 * mm):
        canvas.setFont(BOLD, 14)
        canvas.drawCentredString(middle, y, line)
        y -= 20
    y = HEIGHT / 2 + 20 * mm
    canvas.setFont(BOLD, 24)
    canvas.drawCentredString(middle, y, book.title)
    canvas.setFont(REGULAR, 14)
    for line in book.cover:
        y -= 24
        canvas.drawCentredString(middle, y, line)
    _foot(canvas, book, "")
    canvas.showPage()


def _foot(canvas: Canvas, book: Book, page: str) -> None:
    canvas.setFont(ITALIC, 9)
    canvas.drawString(LEFT, 9 * mm, book.mark)
    canvas.setFont(REGULAR, 10)
    canvas.drawRightString(WIDTH - RIGHT, 9 * mm, page)
