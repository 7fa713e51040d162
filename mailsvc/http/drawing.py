"""PDF pages as pictures. Runs only inside the killable child: PDFium is C++ and the files come from strangers."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pypdfium2
from PIL import Image

from mailsvc.http.drawing_limits import PAGES, PIXELS, WIDTH

_GREYS = 16
_COLOURFUL = 12
"""Difference between the channels of a pixel from which it counts as coloured."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """`images` are WebP files of the pages asked for; `total` is the number of pages in the document."""

    total: int
    images: tuple[bytes, ...]


def draw_pages(data: bytes, first: int, count: int) -> Drawn:
    """Draw up to PAGES pages from `first` (0 is the first page). Raises pypdfium2.PdfiumError."""
    document = pypdfium2.PdfDocument(data)
    try:
        document.init_forms()  # so that what is filled into form fields shows
        total = len(document)
        wanted = range(first, min(first + min(count, PAGES), total))
        return Drawn(total, tuple(_draw(document, number) for number in wanted))
    finally:
        document.close()


def _draw(document: pypdfium2.PdfDocument, number: int) -> bytes:
    page = document[number]
    try:
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1.0), (PIXELS / max(width * height, 1.0)) ** 0.5)
        image: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    finally:
        page.close()
    return _encode(image)


def _encode(image: Image.Image) -> bytes:
    """Text in few greys without loss is small and sharp; a page with colour (a seal, a scan) keeps its colours."""
    out = io.BytesIO()
    if _is_grey(image):
        image.convert("L").quantize(_GREYS).convert("RGB").save(out, "WEBP", lossless=True, quality=20, method=2)
        if out.tell() < 150_000:
            return out.getvalue()
        out = io.BytesIO()
    image.save(out, "WEBP", quality=72, method=2)
    return out.getvalue()


def _is_grey(image: Image.Image) -> bool:
    small = image.resize((max(1, image.width // 4), max(1, image.height // 4)))
    colours = small.convert("HSV").getchannel("S").histogram()
    return sum(colours[_COLOURFUL * 4 :]) < small.width * small.height * 0.0005
