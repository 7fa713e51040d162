"""Marks on derived copies of a PDF: the stamp ĐẾN, the line of an electronic copy. The original is never touched.

Runs in a child that may be killed: the files come from strangers. Decree 30/2020, Appendix IV.V (stamp 35 × 50 mm) and
Appendix I, Part II (electronic copies: upper right corner of the first page, ten points, no picture).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailsvc.core.errors import Invalid
from mailsvc.reports import fonts
from mailsvc.reports.fonts import BOLD, REGULAR, wrap

STAMP_WIDTH, STAMP_HEIGHT = 50 * mm, 35 * mm
_RED = Color(0.7, 0.13, 0.1)
_EDGE = 8 * mm


@dataclass(frozen=True, slots=True)
class Arrival:
    """What stands in the stamp; `passed` is who it was passed to, `file_code` the hồ sơ."""

    organisation: str
    number: str
    day: str
    passed: str = ""
    file_code: str = ""


def with_arrival(data: bytes, arrival: Arrival) -> bytes:
    """A copy of the PDF with the stamp ĐẾN at the upper left of its first page. Raises Invalid."""
    return _overlaid(data, lambda canvas, width, height: _stamp(canvas, _EDGE, height - _EDGE - STAMP_HEIGHT, arrival))


def with_copy_mark(data: bytes, lines: Sequence[str]) -> bytes:
    """A copy of the PDF with the lines of an electronic copy at the upper right of its first page. Raises Invalid."""

    def draw(canvas: Canvas, width: float, height: float) -> None:
        canvas.setFont(REGULAR, 10)
        for n, line in enumerate(lines):
            canvas.drawRightString(width - _EDGE, height - _EDGE - 10 - n * 12, line)

    return _overlaid(data, draw)


def _stamp(canvas: Canvas, x: float, y: float, arrival: Arrival) -> None:
    canvas.setFillColor(Color(1, 1, 1, alpha=0.85))
    canvas.rect(x, y, STAMP_WIDTH, STAMP_HEIGHT, stroke=0, fill=1)
    canvas.setStrokeColor(_RED)
    canvas.setFillColor(_RED)
    canvas.setLineWidth(1.2)
    canvas.rect(x, y, STAMP_WIDTH, STAMP_HEIGHT)
    middle, at = x + STAMP_WIDTH / 2, y + STAMP_HEIGHT - 10
    for line in wrap(arrival.organisation.upper(), BOLD, 7.5, STAMP_WIDTH - 6)[:2]:
        canvas.setFont(BOLD, 7.5)
        canvas.drawCentredString(middle, at, line)
        at -= 9
    canvas.setFont(BOLD, 13)
    canvas.drawCentredString(middle, at - 5, "ĐẾN")
    at -= 20
    for label, value in (
        ("Số", arrival.number), ("Ngày", arrival.day), ("Chuyển", arrival.passed),
        ("Số và ký hiệu HS", arrival.file_code),
    ):  # fmt: skip
        text = wrap(f"{label}: {value or '…………………'}", REGULAR, 9, STAMP_WIDTH - 10)[0]
        canvas.setFont(REGULAR, 9)
        canvas.drawString(x + 5, at, text)
        at -= 11.5


def _overlaid(data: bytes, draw: Callable[[Canvas, float, float], None]) -> bytes:
    fonts.load()
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Invalid("Tệp PDF có mật khẩu nên không đóng dấu lên bản sao được.")
        writer = PdfWriter()
        writer.append(reader)
        page = writer.pages[0]
        page.transfer_rotation_to_content()
        box = page.cropbox
        mark = PdfReader(io.BytesIO(_mark(float(box.width), float(box.height), draw))).pages[0]
        page.merge_transformed_page(mark, Transformation().translate(float(box.left), float(box.bottom)))
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("Tệp PDF hỏng hoặc không mở được nên không đóng dấu lên bản sao được.") from error


def _mark(width: float, height: float, draw: Callable[[Canvas, float, float], None]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height))
    draw(canvas, width, height)
    canvas.save()
    return out.getvalue()
