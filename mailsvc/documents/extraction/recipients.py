"""Kính gửi: to whom the document is addressed (Decree 30/2020 Appendix I §II.9.a)."""

import re
from collections.abc import Sequence

from .layout import Line, join, squeeze

_WORD = re.compile(r"^\W*(?:Đồng\s+)?kính\s+gửi\s*[:;]?\s*", re.IGNORECASE)
_MARK = re.compile(r"^\s*[-+•–*]\s*")
_LIMIT = 40
_CLAUSE = re.compile(
    r"^(?:thuc hien|can cu|de |nham |trong |theo |sau khi|ngay |hien nay|"
    r"so giao duc va dao tao (?:de nghi|thong bao|nhan)|\d+\.)"
)


def read_recipients(lines: Sequence[Line]) -> tuple[str, ...]:
    """The names behind `Kính gửi:`, one per bullet or line, without the marks at the ends."""
    start = next((n for n, line in enumerate(lines[:50]) if _WORD.match(line.text.strip())), -1)
    if start < 0:
        return ()
    first = squeeze(_WORD.sub("", lines[start].text.strip()))
    names = [part for part in re.split(r"\s*;\s*-\s*|^-\s*", first) if part]
    if (
        first
        and not first.endswith((";", ","))
        and not _MARK.match(lines[start + 1].text if start + 1 < len(lines) else "")
    ):
        names = _wrapped(names, lines, start) if names else names
        return _trimmed(names)
    for n in range(start + 1, min(len(lines), start + 1 + _LIMIT)):
        line = lines[n]
        text = squeeze(line.text)
        if _WORD.match(text):
            names.append(_WORD.sub("", text))
        elif _MARK.match(text) or line.bullet:
            names.append(_MARK.sub("", text))
        elif names and _goes_on(names[-1], line):
            names[-1] = join((names[-1], text))
        elif _is_plain_item(names, line):
            names.append(text)
        else:
            break
        if names and names[-1].endswith(".") and not _more_follow(lines, n):
            break
    return _trimmed(names)


def _wrapped(names: list[str], lines: Sequence[Line], start: int) -> list[str]:
    """A single recipient whose name runs over the end of the line (PDF)."""
    after = lines[start + 1] if start + 1 < len(lines) else None
    if after is not None and not after.starts and not names[-1].endswith("."):
        return [*names[:-1], join((names[-1], after.text))]
    return names


def _goes_on(name: str, line: Line) -> bool:
    if name.endswith((";", ".")):
        return False
    return not line.starts or (line.text[:1].islower() and len(line.text) < 90)


def _is_plain_item(names: list[str], line: Line) -> bool:
    """A recipient on a line of its own without a dash."""
    text = squeeze(line.text)
    if len(text) > 110 or _CLAUSE.match(line.key) or line.key.startswith("noi nhan"):
        return False
    if not names:
        return text.endswith((";", ".", ",")) or len(text) < 80
    return names[-1].endswith(";")


def _more_follow(lines: Sequence[Line], n: int) -> bool:
    return n + 1 < len(lines) and (bool(_MARK.match(lines[n + 1].text)) or lines[n + 1].bullet)


def _trimmed(names: Sequence[str]) -> tuple[str, ...]:
    bare = (squeeze(name).strip(" ;,.:") for name in names)
    return tuple(name for name in bare if name and not re.fullmatch(r"[\W_]+", name))
