"""Số, ký hiệu: the number and notation of a document (handbook §1.3, Decree 30/2020 Article 8 and Appendix I §II.3)."""

import re
from dataclasses import dataclass

from mailsvc.vietnamese.fold import fold

from .layout import clean, squeeze

_WORD = re.compile(r"^\s*\(?\s*Số\s*(?:hiệu)?\s*[:.;]?\s*", re.IGNORECASE)
_DOTS = re.compile(r"…+|[._]{2,}")
_LETTERS = r"[A-ZĐĂÂÊÔƠƯ][A-Za-zĐđĂăÂâÊêÔôƠơƯưÀ-ỹ0-9]*"
_GROUP = rf"{_LETTERS}(?:[&.,]{_LETTERS})*"
_NOTATION = rf"{_GROUP}(?:[-/]{_GROUP}){{0,5}}"
_STATE = re.compile(rf"^(?P<number>\d{{1,6}}[a-zA-Z]?)?/(?:(?P<year>(?:19|20)\d\d)/)?(?P<notation>{_NOTATION})$")
_PARTY = re.compile(rf"^(?P<number>\d{{1,6}}[a-zA-Z]?)?-(?P<notation>{_LETTERS}(?:-{_GROUP})?/{_NOTATION})$")
_BARE = re.compile(r"^(?P<number>\d{1,6}[a-zA-Z]?)(?:/(?P<year>(?:19|20)\d\d))?$")
_IN_TEXT = re.compile(
    rf"(?<![\w/-])\d{{1,6}}[a-zA-Z]?(?:/(?:19|20)\d\d)?(?:/{_NOTATION}|-{_LETTERS}(?:-{_GROUP})?/{_GROUP})"
)


@dataclass(frozen=True, slots=True)
class Number:
    """number: digits with leading zeros as printed, empty in a draft. notation: without the number, with the year of a
    normative document (`2026/TT-BGDĐT`). code: both as printed, empty in a draft. party: of the form `67-KL/TU`."""

    number: str
    notation: str
    code: str
    party: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of letters: `KH`, `SGDĐT`."""
        return tuple(part for part in re.split(r"[-/]", self.notation) if part and not part.isdigit())


def tidy(text: str) -> str:
    """Blanks around slash and hyphen removed, dots of a form to fill in removed, look-alike hyphens made plain."""
    plain = _DOTS.sub(" ", clean(text).replace("–", "-").replace("—", "-").replace("Ð", "Đ"))
    plain = re.sub(r"\s*([/&-])\s*", r"\1", squeeze(plain))
    return re.sub(r"(?<=\d) (?=\d)", "", plain).strip(" .,;:*")


def parse_number(text: str) -> Number | None:
    """The number in a text that holds nothing else, with or without the word Số; None when the form is unknown."""
    bare = tidy(_WORD.sub("", clean(text)))
    found = _STATE.match(bare)
    if found:
        return _number(found, "/", party=False)
    found = _PARTY.match(bare)
    if found:
        return _number(found, "-", party=True)
    return None


def _number(found: re.Match[str], between: str, party: bool) -> Number | None:
    year = found.groupdict().get("year")
    notation = f"{year}/{found['notation']}" if year else found["notation"]
    number = found["number"] or ""
    if not _is_notation(found["notation"]):
        return None
    return Number(number, notation, number + between + notation if number else "", party)


def _is_notation(text: str) -> bool:
    """Abbreviations, not words: each group short, at least one with two capitals or a known shape."""
    groups = re.split(r"[-/]", text)
    return len(text) <= 40 and any(sum(c.isupper() for c in group) >= 2 for group in groups)


def number_line(text: str) -> tuple[Number | None, str] | None:
    """A line that begins with `Số`: its number (None when blank or unreadable) and what stands behind it.

    None when the line is no number line.
    """
    line = clean(text)
    word = _WORD.match(line)
    if word is None:
        return _without_word(line)
    rest = line[word.end() :]
    if re.match(r"(?:[^\d\s/.…_-])", rest):  # "Số liệu …", "Số lượng …"
        return None
    plain = tidy(rest)
    for size in range(len(plain.split()), 0, -1):
        words = plain.split()
        number = parse_number(" ".join(words[:size])) if size == 1 else _joined(words[:size])
        if number is not None:
            return _with_name(number, words[size:])
    bare = _BARE.match(plain)
    if bare is not None:
        return Number(bare["number"], "", ""), ""
    return (None, "") if len(plain) < 12 else None


def _with_name(number: Number, rest: list[str]) -> tuple[Number, str]:
    """`45/TB-THCS NTMK`, `12/BC-THPT Bàu Sen`: what follows the notation belongs to it."""
    text = " ".join(rest)
    if not rest or len(rest) > 3 or not all(re.match(r"^[A-ZĐÀ-Ỹ][\w.&]*$", word) for word in rest):
        return number, text
    code = f"{number.code} {text}" if number.code else ""
    return Number(number.number, f"{number.notation} {text}", code, number.party), ""


def _joined(words: list[str]) -> Number | None:
    """A number with stray blanks inside its notation: `123/SGDĐT VP` is not one, `12 /KH-UBND` was mended before."""
    if len(words) == 2 and words[0].isdigit() and "/" in words[1][:1] + words[0][-1:]:
        return parse_number("".join(words))
    if len(words) == 2 and re.match(r"^\d{1,6}$", words[0]) and re.match(rf"^{_LETTERS}[-/]", words[1]):
        return parse_number(f"{words[0]}/{words[1]}") if "-" in words[1] else parse_number(f"{words[0]}-{words[1]}")
    return None


def _without_word(line: str) -> tuple[Number | None, str] | None:
    plain = tidy(line)
    if not re.match(r"^\d", plain) or len(plain) > 45:
        return None
    number = parse_number(plain)
    return (number, "") if number is not None else None


def numbers_in(text: str) -> list[Number]:
    """Every number with notation in running text, a subject or a file name (there hyphens stand for the slashes)."""
    found = [parse_number(match[0]) for match in _IN_TEXT.finditer(tidy(text))]
    return [number for number in found if number is not None]


def folded(code: str) -> str:
    """For comparing: case, marks, blanks, dots and the kind of separator left out; Đ as D."""
    return re.sub(r"[^a-z0-9]+", "-", fold(code).replace("&", "")).strip("-")
