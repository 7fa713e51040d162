"""What the rules read: the lines of a document with their place on the page, whatever file they came from."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailsvc.vietnamese.fold import canon, fold

LEFT = "L"
RIGHT = "R"
TABLE = "T"
WHOLE = ""

_BLANKS = re.compile(r"[^\S\t\n]+")


class Unreadable(ValueError):
    """The file is not what it should be, is damaged, or breaks a limit. The text is for the log, not for people."""


class Locked(Unreadable):
    """The file is whole but opens with a password only."""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line (PDF) or paragraph (Word).

    side: L or R in a two-column block, T in a data table, empty elsewhere. centred: set in the middle of its column.
    starts: begins a paragraph. left, right: edges as parts of the page width (0..1), both 0 when unknown.
    cell: the number of the table cell or text box, 0 outside. gap: blank space above, in line heights.
    """

    text: str
    side: str = WHOLE
    centred: bool = False
    bold: bool = False
    italic: bool = False
    starts: bool = True
    bullet: bool = False
    page: int = 0
    left: float = 0.0
    right: float = 0.0
    gap: float = 0.0
    cell: int = 0

    @property
    def key(self) -> str:
        """The text without marks and case, blanks joined: what patterns are matched on."""
        return fold(squeeze(self.text))

    @property
    def capitals(self) -> bool:
        return is_capitals(self.text)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def with_text(self, text: str, side: str | None = None) -> "Line":
        return replace(self, text=text, side=self.side if side is None else side)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document as lines in reading order. stamped: the first page with its form fields and annotations shown."""

    lines: tuple[Line, ...]
    kind: str  # docx or pdf
    stamped: tuple[Line, ...] = ()


def clean(text: str) -> str:
    """NFC, no-break and odd blanks as plain blanks, invisible characters dropped; tabs and line breaks stay."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in composed if c in "\t\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return visible.replace("‐", "-").replace("‑", "-").replace("Ð", "Đ").replace("ð", "đ")


def squeeze(text: str) -> str:
    """One blank between words, none at the ends."""
    return " ".join(text.split())


def same(first: str, second: str) -> bool:
    """Equal but for case, tone placement and blanks."""
    return canon(squeeze(first)).casefold() == canon(squeeze(second)).casefold()


def is_capitals(text: str) -> bool:
    """Mostly capital letters (a stray `và` or a small syllable is allowed in longer lines)."""
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 2:
        return False
    small = sum(1 for c in letters if c.islower())
    return small == 0 or (len(letters) >= 12 and small / len(letters) <= 0.12)


def join(lines: Iterable[str]) -> str:
    """Lines of one sentence as one text."""
    return squeeze(" ".join(lines))


def paragraphs(lines: Sequence[Line]) -> list[Line]:
    """Lines that continue each other become one; the first gives the layout."""
    merged: list[Line] = []
    for line in lines:
        if merged and _continues(merged[-1], line):
            merged[-1] = merged[-1].with_text(join((merged[-1].text, line.text)))
        else:
            merged.append(line)
    return merged


def _continues(before: Line, line: Line) -> bool:
    if line.cell != before.cell or line.side != before.side:
        return False
    turned = line.page != before.page and not before.text.endswith((".", ";", ":"))  # the sentence goes over the page
    return not line.starts or (turned and line.text[:1].islower())


def pieces(text: str) -> list[str]:
    """The parts of a line that tabs or wide blanks keep apart."""
    return [squeeze(_BLANKS.sub(" ", part)) for part in re.split(r"\t+| {4,}", text) if part.strip()]
