"""The fonts of printed pages: one that has the letters of TCVN 6909 and the measures of Times New Roman."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFile

from mailsvc.core.errors import Invalid

REGULAR, BOLD, ITALIC = "Serif", "Serif-Bold", "Serif-Italic"
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
# The first family that has every letter; the fonts that look like Times first.
_FAMILIES = (
    ("times.ttf", "timesbd.ttf", "timesi.ttf"),
    ("FreeSerif.ttf", "FreeSerifBold.ttf", "FreeSerifItalic.ttf"),
    ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf", "NotoSerif-Italic.ttf"),
    ("DejaVuSerifCondensed.ttf", "DejaVuSerifCondensed-Bold.ttf", "DejaVuSerifCondensed-Italic.ttf"),
    ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif-Italic.ttf"),
)
_LETTERS = "ĂẮẰẲẴẶÂẤẦẨẪẬĐÊẾỀỂỄỆÔỐỒỔỖỘƠỚỜỞỠỢƯỨỪỬỮỰÝỲỶỸỴẢẠẺẸỈỊỎỌỦỤ"


@lru_cache(maxsize=1)
def load() -> None:
    """Make the fonts known to the PDF writer. Raises Invalid when no font of the machine has the letters."""
    for family in _FAMILIES:
        regular, bold, italic = (_find(name) for name in family)
        if regular is None or bold is None or not _has_letters(regular):
            continue
        for name, path in ((REGULAR, regular), (BOLD, bold), (ITALIC, italic or regular)):
            pdfmetrics.registerFont(TTFont(name, str(path)))
        return
    raise Invalid("Máy chủ thiếu phông chữ tiếng Việt để in; quản trị cần cài gói fonts-freefont-ttf.")


def _has_letters(path: Path) -> bool:
    known = TTFontFile(str(path)).charToGlyph
    return all(ord(letter) in known for letter in _LETTERS + _LETTERS.lower())


def _find(name: str) -> Path | None:
    for folder in _FOLDERS:
        found = next(Path(folder).rglob(name), None)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=200_000)
def width(text: str, font: str, size: float) -> float:
    """In points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def wrap(text: str, font: str, size: float, room: float) -> list[str]:
    """Lines no wider than `room` points; a word that is wider by itself is cut."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, font, size, room):
                tried = f"{line} {piece}" if line else piece
                if line and width(line, font, size) + width(" " + piece, font, size) > room:
                    lines.append(line)
                    line = piece
                else:
                    line = tried
        lines.append(line)
    return lines


def _pieces(word: str, font: str, size: float, room: float) -> list[str]:
    if width(word, font, size) <= room:
        return [word]
    pieces, piece = [], ""
    for letter in word:
        if piece and width(piece + letter, font, size) > room:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]
