"""Rows of a PDF page to lines: which belong to the left or right half of the head and signature blocks."""

import re
from collections.abc import Sequence
from typing import Protocol

from mailsvc.vietnamese.fold import fold

from .layout import LEFT, RIGHT, WHOLE, Line

HEAD_PART = 0.45  # the head block lies in the upper part of the first page
_HEAD = re.compile(
    r"cong hoa xa hoi chu nghia|doc lap ?- ?tu do|dang cong san viet nam|"
    r", ngay.{0,12}thang.{0,8}nam|^so ?:? ?\d"
)
_STOP = re.compile(r"kinh gui|can cu ")
_BULLET = re.compile(r"^(?:[-+•–*]|\d{1,2}[.)]|[a-zđ][)]|[IVX]{1,4}\.|Điều \d)\s?")


class Cut(Protocol):
    """A piece of a row: text, edges in points, look."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    italic: bool


def arrange(
    rows: Sequence[Sequence[Cut]], width: float, height: float, page: int, signing: bool
) -> tuple[list[Line], bool]:
    """Lines in reading order; signing tells whether a signature block has begun, here or on an earlier page."""
    head_end = _head_end(rows, width, height) if page == 0 else 0
    margin_left, margin_right = _margins(rows, width)
    lines: list[Line] = []
    previous: Cut | None = None
    for number, row in enumerate(rows):
        key = fold(row[0].text)
        if len(row) == 1 and _is_page_number(row[0], height):
            continue
        signing = (signing or key.startswith("noi nhan")) and not key.startswith("phu luc")
        split = number < head_end or signing
        for side, cut in _halves(row, width) if split else [(WHOLE, _whole(row))]:
            lines.append(_line(cut, side, previous, (margin_left, margin_right, width, page)))
            if not split:
                previous = cut
        previous = None if split else previous
        signing = signing or row[-1].text.endswith("./.")
    return lines, signing


def _is_page_number(cut: Cut, height: float) -> bool:
    return cut.text.strip("- ").isdigit() and len(cut.text) <= 6 and not 0.08 * height < cut.base < 0.92 * height


def _head_end(rows: Sequence[Sequence[Cut]], width: float, height: float) -> int:
    """Number of rows that make the head block, with the lines of a trích yếu (V/v) under the number."""
    end = 0
    for number, row in enumerate(rows):
        if row[0].base < height * (1 - HEAD_PART) or _STOP.search(fold(row[0].text)):
            break
        if any(_HEAD.search(fold(cut.text)) for cut in row) and _is_block(row, width):
            end = number + 1
        elif end and len(row) == 1 and _is_title(row[0], width):
            break
    while 0 < end < len(rows) and _is_left_only(rows[end], width):
        end += 1
    return end


def _is_block(row: Sequence[Cut], width: float) -> bool:
    return len(row) > 1 or row[0].right - row[0].left < 0.62 * width or len(row[0].text) > 45 > len(row[0].text) / 2


def _is_title(cut: Cut, width: float) -> bool:
    """A line in the middle of the page: the type name, or the first line of a trích yếu under it."""
    return cut.left > 0.15 * width and abs((cut.left + cut.right) / 2 - 0.53 * width) < 0.06 * width


def _is_left_only(row: Sequence[Cut], width: float) -> bool:
    cut = row[0]
    narrow = len(row) == 1 and cut.right < 0.56 * width and (cut.left + cut.right) / 2 < 0.43 * width
    return narrow and not _STOP.search(fold(cut.text))


def _halves(row: Sequence[Cut], width: float) -> list[tuple[str, Cut]]:
    """The pieces of a row by side; neighbours on one side (`Số:` and `/QĐ-UBND`, the gap to be filled in) are one."""
    cuts = _without_blanks(row)
    if len(cuts) == 1 and _is_title(cuts[0], width):
        return [(WHOLE, cuts[0])]
    halves: list[tuple[str, Cut]] = []
    for cut in cuts:
        side = _side(cut, width, len(cuts))
        if halves and halves[-1][0] == side:
            halves[-1] = (side, _Joined((halves[-1][1], cut)))
        else:
            halves.append((side, cut))
    return halves


def _without_blanks(row: Sequence[Cut]) -> list[Cut]:
    """The row with the blanks of a draft closed: `Số:` and `/QĐ-UBND`, `ngày` and `tháng 9`."""
    cuts: list[Cut] = []
    for cut in row:
        before = fold(cuts[-1].text) if cuts else ""
        if cuts and (cut.text.startswith("/") or before.endswith(("ngay", "thang"))):
            cuts[-1] = _Joined((cuts[-1], cut))
        else:
            cuts.append(cut)
    return cuts


def _side(cut: Cut, width: float, pieces: int) -> str:
    if cut.left > 0.44 * width or (pieces > 1 and (cut.left + cut.right) / 2 > 0.5 * width):
        return RIGHT
    if cut.right < 0.6 * width and (cut.left + cut.right) / 2 < 0.46 * width:
        return LEFT
    return WHOLE


def _margins(rows: Sequence[Sequence[Cut]], width: float) -> tuple[float, float]:
    """Left and right edge of the running text, in points."""
    long = [row for row in rows if row[-1].right - row[0].left > 0.55 * width]
    if not long:
        return 0.12 * width, 0.92 * width
    return min(row[0].left for row in long), max(row[-1].right for row in long)


class _Joined:
    def __init__(self, row: Sequence[Cut]) -> None:
        self.text = " ".join(cut.text for cut in row)
        self.left, self.right = row[0].left, row[-1].right
        self.base, self.size = row[0].base, row[0].size
        self.bold, self.italic = all(cut.bold for cut in row), all(cut.italic for cut in row)


def _whole(row: Sequence[Cut]) -> Cut:
    return row[0] if len(row) == 1 else _Joined(row)


def _line(cut: Cut, side: str, previous: Cut | None, page: tuple[float, float, float, int]) -> Line:
    margin_left, margin_right, width, number = page
    middle = (margin_left + margin_right) / 2
    gap = (previous.base - cut.base) / max(cut.size, 1.0) if previous is not None else 0.0
    inset = cut.left - margin_left > 0.03 * width
    inset = inset and margin_right - cut.right > 0.03 * width
    centred = inset and abs((cut.left + cut.right) / 2 - middle) < 0.035 * width
    goes_on = previous is not None and 0 <= gap < 2.1 and _goes_on(previous, cut, margin_left, margin_right)
    return Line(
        text=cut.text,
        side=side,
        centred=centred and side == WHOLE,
        bold=cut.bold,
        italic=cut.italic,
        starts=not goes_on,
        page=number,
        left=cut.left / width,
        right=cut.right / width,
        gap=max(gap, 0.0),
    )


def _goes_on(previous: Cut, cut: Cut, margin_left: float, margin_right: float) -> bool:
    """The line continues the one above: no mark of a new item, and its first word had no room up there."""
    if _BULLET.match(cut.text) or previous.text.endswith("./."):
        return False
    word = len(cut.text.split(" ")[0]) + 1
    room = (cut.right - cut.left) * word / max(len(cut.text), 1)
    if previous.right + room < margin_right - 0.3 * cut.size:
        return False
    return cut.left < margin_left + 1.2 * cut.size or cut.left > previous.left - 1
