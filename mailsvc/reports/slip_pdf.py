"""Phiếu gửi: the slip that goes with a document, on which each receiver signs (A4)."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailsvc.reports import fonts
from mailsvc.reports.fonts import BOLD, ITALIC, REGULAR, wrap

WIDTH, HEIGHT = A4
LEFT, RIGHT = 30 * mm, 15 * mm
SIZE, LEADING = 13.0, 18.0
_COLUMNS = ((12 * mm, "TT"), (83 * mm, "Nơi nhận"), (25 * mm, "Số bản"), (45 * mm, "Người nhận ký, ghi ngày"))


@dataclass(frozen=True, slots=True)
class Slip:
    """`receivers`: (name, copies). `day` and the rest as they are to be read."""

    organisation: str
    code: str
    day: str
    subject: str
    receivers: tuple[tuple[str, str], ...]
    mark: str


def as_pdf(slip: Slip) -> bytes:
    """The slip as a file, as many pages as the receivers need."""
    fonts.load()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setTitle(f"Phiếu gửi {slip.code}")
    y = _head(canvas, slip)
    y = _line(canvas, y, [title for _, title in _COLUMNS], BOLD)
    for n, (name, copies) in enumerate(slip.receivers, 1):
        if y < 40 * mm:
            _foot(canvas, slip)
            canvas.showPage()
            y = _line(canvas, HEIGHT - 20 * mm, [title for _, title in _COLUMNS], BOLD)
        y = _line(canvas, y, [str(n), name, copies, ""], REGULAR)
    _foot(canvas, slip)
    canvas.save()
    return out.getvalue()


def _head(canvas: Canvas, slip: Slip) -> float:
    y: float = HEIGHT - 25 * mm
    for line in wrap(slip.organisation.upper(), BOLD, SIZE, WIDTH - LEFT - RIGHT):
        canvas.setFont(BOLD, SIZE)
        canvas.drawString(LEFT, y, line)
        y -= LEADING
    canvas.setFont(BOLD, 16)
    canvas.drawCentredString((WIDTH + LEFT - RIGHT) / 2, y - 14, "PHIẾU GỬI")
    y -= 44
    about = f"Gửi kèm văn bản {slip.code} ngày {slip.day}: {slip.subject}"
    for line in wrap(about, REGULAR, SIZE, WIDTH - LEFT - RIGHT):
        canvas.setFont(REGULAR, SIZE)
        canvas.drawString(LEFT, y, line)
        y -= LEADING
    return y - 4


def _line(canvas: Canvas, top: float, cells: list[str], font: str) -> float:
    wrapped = [wrap(cell, font, 12, room - 6) for cell, (room, _) in zip(cells, _COLUMNS, strict=True)]
    height = max(len(one) for one in wrapped) * 15.0 + 8
    x = LEFT
    for lines, (room, _) in zip(wrapped, _COLUMNS, strict=True):
        canvas.setLineWidth(0.5)
        canvas.rect(x, top - height, room, height)
        canvas.setFont(font, 12)
        for n, text in enumerate(lines):
            canvas.drawString(x + 3, top - 15 - n * 15, text)
        x += room
    return top - height


def _foot(canvas: Canvas, slip: Slip) -> None:
    canvas.setFont(ITALIC, 9)
    canvas.drawString(LEFT, 12 * mm, slip.mark)
