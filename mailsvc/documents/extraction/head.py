"""The head block: names, number, place and date, whatever its layout (handbook §2.2, boxes 1 to 5)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailsvc.vietnamese.fold import canon, fold

from .catalogue import type_of_title
from .dates import PlaceDate, place_date
from .layout import LEFT, RIGHT, WHOLE, Line, clean, is_capitals, join, pieces, squeeze
from .number import Number, number_line

HEAD_LINES = 60
_RIGHT_HAND = re.compile(r"cong hoa xa hoi chu|doc lap ?[-–] ?tu do|dang cong san viet nam")
_MOTTO = re.compile(r"^cong hoa xa hoi chu")
_SLOGAN = re.compile(r"^\W*doc lap ?[-–.] ?tu do")
_PARTY = re.compile(r"^dang cong san viet nam$")
_STOP = re.compile(r"^(?:kinh gui|dong kinh gui|can cu |dieu 1\b|xet de nghi|noi nhan|i\. |1\. )")
_BRIEF = re.compile(r"^[\s(]*(?:V\s*/\s*v|VV)\s*[:.]?\s*", re.IGNORECASE)
_RULE = re.compile(r"^[\W_oO0]+$")
URGENCIES = {"khẩn": "khan", "thượng khẩn": "thuong_khan", "hỏa tốc": "hoa_toc", "hỏa tốc hẹn giờ": "hoa_toc"}
SECRETS = ("mật", "tối mật", "tuyệt mật")


@dataclass(slots=True)
class Head:
    """What stands in the head block. end: index of the first line that does not belong to it."""

    motto: bool = False
    party: bool = False
    names: list[Line] = field(default_factory=list)
    number: Number | None = None
    number_seen: bool = False
    date: PlaceDate | None = None
    brief: list[Line] = field(default_factory=list)
    urgency: str = ""
    secret: str = ""
    end: int = 0
    number_at: int = -1


def split_lines(lines: Sequence[Line]) -> list[Line]:
    """The lines with those cut in two that print the left and the right half of the head side by side."""
    result: list[Line] = []
    for number, line in enumerate(lines):
        result += _cut(line) if number < HEAD_LINES and line.side == WHOLE else [line]
    return result


def _cut(line: Line) -> list[Line]:
    text = line.text.strip("\n")
    if "\t" in text.strip() or (text.startswith("\t") and _RIGHT_HAND.search(fold(text))):
        parts = [part for part in re.split(r"\t+", text)]
        left, right = squeeze(parts[0]), squeeze(" ".join(parts[1:]))
        if _is_pair(left, right):
            return [line.with_text(part, side) for part, side in ((left, LEFT), (right, RIGHT)) if part]
    at = _right_start(text)
    if at > 0:
        return [line.with_text(squeeze(text[:at]), LEFT), line.with_text(squeeze(text[at:]), RIGHT)]
    parts = pieces(text)
    if len(parts) == 2 and _is_pair(parts[0], parts[1]):
        return [line.with_text(parts[0], LEFT), line.with_text(parts[1], RIGHT)]
    return [line]


def _is_pair(left: str, right: str) -> bool:
    """Two halves of a head line: something known on the right, or two short pieces in capitals."""
    if _RIGHT_HAND.match(fold(right)) or place_date(right) is not None:
        return True
    return bool(left) and bool(right) and len(left) < 60 and (number_line(left) or (None, ""))[0] is not None


def _right_start(text: str) -> int:
    """Where the right half begins in a line without tabs, 0 when it is one piece."""
    key = fold(text)
    if len(key) != len(text):
        return 0
    found = _RIGHT_HAND.search(key)
    if found is not None:
        return found.start()
    begun = re.match(r"\s*Số\s*:?\s*\S*\s*[\d/]\S*(?:\s*[-/]\s*\S+)?\s+(?=\S[^,\d]{1,40},\s*ngày)", text)
    return begun.end() if begun is not None else 0


def read_head(lines: Sequence[Line]) -> Head:
    """The head block of lines that split_lines has prepared."""
    head = Head()
    limit = next((n for n, line in enumerate(lines[:HEAD_LINES]) if _STOP.match(line.key)), min(len(lines), 40))
    kinds = [_kind(line) for line in lines[:limit]]
    mark_lines(lines[:HEAD_LINES], head)
    head.motto = "motto" in kinds or "slogan" in kinds
    head.party = "party" in kinds
    _number(lines, kinds, head)
    _date(lines, kinds, head)
    anchors = [n for n, kind in enumerate(kinds) if kind in ("motto", "slogan", "party")]
    anchors += [head.number_at] if head.number_at >= 0 else []
    anchors += [n for n, kind in enumerate(kinds) if kind == "date"][:1]
    if anchors:
        head.end = max(anchors) + 1
        _names(lines, kinds, head)
        _brief(lines, kinds, head, limit)
    return head


def _kind(line: Line) -> str:
    key = line.key
    for kind, pattern in (("motto", _MOTTO), ("slogan", _SLOGAN), ("party", _PARTY)):
        if pattern.search(key):
            return kind
    if _BRIEF.match(line.text):
        return "brief"
    if _RULE.match(line.text):
        return "rule"
    if canon_key(line.text) in URGENCIES or canon_key(line.text) in SECRETS:
        return "mark"
    if len(line.text) < 100 and place_date(line.text) is not None:
        return "date"
    if len(line.text) < 70 and number_line(line.text) is not None:
        return "number"
    return ""


def canon_key(text: str) -> str:
    """For marks: small letters with tones in their usual place, brackets and stars around dropped."""
    return canon(squeeze(clean(text)).strip(" *[]().:-")).casefold()


def mark_lines(lines: Sequence[Line], head: Head) -> None:
    for line in lines:
        if len(line.text) > 30 or not is_capitals(line.text):
            continue
        key = canon_key(line.text.removeprefix("ĐỘ KHẨN:").removeprefix("ĐỘ MẬT:"))
        if key in URGENCIES:
            head.urgency = head.urgency or URGENCIES[key]
        elif key in SECRETS:
            head.secret = head.secret or key


def _number(lines: Sequence[Line], kinds: list[str], head: Head) -> None:
    """The first line with a notation; without one the first that is a number line at all (a bare `Số: 12`, a blank)."""
    best = 0
    for n, kind in enumerate(kinds):
        if kind != "number" or lines[n].side == RIGHT:
            continue
        parsed = number_line(lines[n].text)
        worth = 0 if parsed is None else 1 if parsed[0] is None else 3 if parsed[0].notation else 2
        if parsed is not None and worth > best:
            best = worth
            head.number, head.number_seen, head.number_at = parsed[0], True, n


def _date(lines: Sequence[Line], kinds: list[str], head: Head) -> None:
    for n, kind in enumerate(kinds):
        text = lines[n].text
        if kind == "date":
            head.date = place_date(text)
            return
        if re.search(r",\s*ngày", text, re.IGNORECASE) and n + 1 < len(kinds) and lines[n].side != LEFT:
            head.date = place_date(join((text, lines[n + 1].text)))
            if head.date is not None:
                kinds[n] = kinds[n + 1] = "date"
                return


def _names(lines: Sequence[Line], kinds: list[str], head: Head) -> None:
    """The lines of the issuing organisation and of its superior."""
    last = head.number_at if head.number_at >= 0 else head.end
    for n in range(last):
        line = lines[n]
        if kinds[n] or line.side == RIGHT or len(line.text) > 90:
            continue
        if head.motto and line.side == WHOLE and "motto" in kinds[:n] and type_of_title(line.text) is not None:
            return  # a title above the number, as in contracts
        letters = sum(c.isalpha() for c in line.text)
        if letters >= 2 and (line.capitals or (line.side == LEFT and line.text[:1].isupper())):
            head.names.append(line)


def _brief(lines: Sequence[Line], kinds: list[str], head: Head, limit: int) -> None:
    """The lines of `V/v …`; those that follow in the same column belong to it until something else begins."""
    start = next((n for n in range(limit) if kinds[n] == "brief"), -1)
    if start < 0:
        return
    first = lines[start]
    head.brief.append(first.with_text(_BRIEF.sub("", first.text)))
    if first.text.rstrip().endswith((")", ".")) and first.side == WHOLE:
        head.end = max(head.end, start + 1)
        return
    for n in range(start + 1, limit):
        line = lines[n]
        if line.side != first.side and first.side != WHOLE:
            if line.side == WHOLE:
                break
            continue
        if kinds[n] or line.cell != first.cell or not _continues(first, line):
            break
        head.brief.append(line)
        head.end = max(head.end, n + 1)
    head.end = max(head.end, start + 1)


def _continues(first: Line, line: Line) -> bool:
    if line.page != first.page or line.key.startswith("kinh gui") or len(line.text) > 120:
        return False
    if first.right and abs(line.middle - first.middle) > 0.1:
        return False
    return not (line.capitals and type_of_title(line.text) is not None) and line.centred == first.centred
