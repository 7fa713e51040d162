"""How a paper was scanned: resolution and colour of the pictures in a PDF or of a picture file.

Runs only inside a killable child: PDFium is C++ and the files come from outside.
"""

from __future__ import annotations

import io
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

PAGES = 20
COVERS = 0.5  # a picture over half of the page is the scan of it
_GREY = (raw.FPDF_COLORSPACE_DEVICEGRAY, raw.FPDF_COLORSPACE_CALGRAY)
_GREY_MODES = ("1", "L", "LA", "I", "I;16")


def measure(data: bytes) -> dict[str, Any]:
    """`kind`: pdf, picture, or '' for what is neither or cannot be read; `scanned`: pages are pictures; `dpi`: the
    lowest (0: unknown); `grey`: all of it without colour; `version`: 14 for PDF 1.4; `pages`."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return _pdf(data)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            dpi = picture.info.get("dpi", (0, 0))
            return _told("picture", True, int(min(dpi)), picture.mode in _GREY_MODES, 0, 1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return _told("", False, 0, False, 0, 0)


def _pdf(data: bytes) -> dict[str, Any]:
    try:
        document = pdfium.PdfDocument(data)
    except (pdfium.PdfiumError, ValueError):
        return _told("", False, 0, False, 0, 0)
    try:
        found = [one for number in range(min(len(document), PAGES)) for one in _scans(document[number])]
        version = document.get_version() or 0
        dpi = min((one[0] for one in found), default=0)
        return _told("pdf", bool(found), dpi, bool(found) and all(one[1] for one in found), version, len(document))
    finally:
        document.close()


def _scans(page: pdfium.PdfPage) -> list[tuple[int, bool]]:
    """(dots per inch, whether it is grey) of each picture that covers the page."""
    width, height = page.get_size()
    found = []
    for image in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) < COVERS * width * height:
            continue
        about = image.get_metadata()
        grey = about.colorspace in _GREY or (about.bits_per_pixel <= 8 and about.colorspace not in _COLOURED)
        found.append((round(min(about.horizontal_dpi, about.vertical_dpi)), grey))
    return found


_COLOURED = (
    raw.FPDF_COLORSPACE_DEVICERGB,
    raw.FPDF_COLORSPACE_DEVICECMYK,
    raw.FPDF_COLORSPACE_CALRGB,
    raw.FPDF_COLORSPACE_LAB,
    raw.FPDF_COLORSPACE_ICCBASED,
    raw.FPDF_COLORSPACE_INDEXED,
    raw.FPDF_COLORSPACE_SEPARATION,
    raw.FPDF_COLORSPACE_DEVICEN,
)


def _told(kind: str, scanned: bool, dpi: int, grey: bool, version: int, pages: int) -> dict[str, Any]:
    return {"kind": kind, "scanned": scanned, "dpi": dpi, "grey": grey, "version": version, "pages": pages}
