"""Phiếu giải quyết văn bản đến (A4; Decree 30/2020, Appendix IV): the leader, the unit, the one who handles it."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailsvc.reports import fonts
from mailsvc.reports.fonts import BOLD, ITALIC, REGULAR, wrap

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 30 * mm, 15 * mm, 20 * mm, 22 * mm
SIZE, LEADING = 13.0, 18.0


@dataclass(frozen=True, slots=True)
class HandlingSlip:
    """`about`: the lines under the title; `parts`: (title, lines) of the three parts; `mark`: who printed it when."""

    organisation: str
    about: tuple[str, ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    mark: str


def as_pdf(slip: HandlingSlip) -> bytes:
    """The slip as a file, as many pages as what was written needs."""
    fonts.load()
    out = io.BytesIO()
    writer = _Writer(Canvas(out, pagesize=A4), slip.mark)
    writer.canvas.setTitle("Phiếu giải quyết văn bản đến")
    writer.line(slip.organisation.upper(), BOLD)
    writer.middle("PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN")
    for one in slip.about:
        writer.line(one, REGULAR)
    for title, lines in slip.parts:
        writer.gap()
        writer.line(title, BOLD)
        for one in lines or ("…" * 30,):
            writer.line(one, REGULAR)
    writer.end()
    return out.getvalue()


class _Writer:
    """Writes lines from the top down, a new page when one is full."""

    def __init__(self, canvas: Canvas, mark: str) -> None:
        self.canvas, self._mark, self._y = canvas, mark, HEIGHT - TOP

    def line(self, text: str, font: str) -> None:
        for one in wrap(text, font, SIZE, WIDTH - LEFT - RIGHT):
            self._room()
            self.canvas.setFont(font, SIZE)
            self.canvas.drawString(LEFT, self._y, one)
            self._y -= LEADING

    def middle(self, text: str) -> None:
        self._y -= 10
        self.canvas.setFont(BOLD, 16)
        self.canvas.drawCentredString((WIDTH + LEFT - RIGHT) / 2, self._y, text)
        self._y -= 28

    def gap(self) -> None:
        self._y -= 8

    def end(self) -> None:
        self._foot()
        self.canvas.save()

    def _room(self) -> None:
        if self._y < BOTTOM:
            self._foot()
            self.canvas.showPage()
            self._y = HEIGHT - TOP

    def _foot(self) -> None:
        self.canvas.setFont(ITALIC, 9)
        self.canvas.drawString(LEFT, 12 * mm, self._mark)
