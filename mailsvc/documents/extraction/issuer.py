"""Names of organisations: the printed lines of the head block to the full name that the office stores."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.vietnamese.fold import canon, fold

from .catalogue import Spelling, spelling
from .layout import Line, is_capitals, join, squeeze

_COMMITTEE = re.compile(
    r"^(?:tinh uy|thanh uy|huyen uy|quan uy|thi uy|dang uy|dang bo|doan |cong doan|lien doan|hoi |"
    r"tinh doan|uy ban mat tran)"
)
_GOVERNMENT = re.compile(r"^(?:uy ban nhan dan|hoi dong nhan dan)\b")
_NAMELESS = re.compile(r"\b(?:thpt|thcs|tieu hoc|mam non|mau giao|trung hoc pho thong|trung hoc co so|gdtx|noi tru)$")
_ROMAN = re.compile(r"^[IVXLC]+$")
_CITY = "Thành phố Hồ Chí Minh"


@dataclass(frozen=True, slots=True)
class Issuer:
    """name: full name to store. printed, superior: as on the page, empty when absent."""

    name: str
    printed: str
    superior: str


def read_issuer(names: Sequence[Line], body: str) -> Issuer:
    """The issuing organisation from the name lines of the head block; body is searched for the usual capitals."""
    units = _units(names)
    if not units:
        return Issuer("", "", "")
    printed = units[-1]
    superior = units[-2] if len(units) > 1 else ""
    return Issuer(_as_in(body, full_name(printed, superior)), printed, superior)


def _units(names: Sequence[Line]) -> list[str]:
    """Lines to organisations: a line that begins like an organisation opens one, any other goes on."""
    heads = spelling().heads
    units: list[list[Line]] = []
    for line in names:
        key = canon(squeeze(line.text)).casefold().lstrip("* ")
        opens = any(key == head or key.startswith((head + " ", head + ".")) for head in heads)
        before = units[-1][-1] if units else None
        if before is not None and re.search(r"(?:[-,&]|\bva|\bcua|\bthuoc)$", before.key):
            opens = False
        elif before is not None and line.bold and not before.bold:
            opens = True
        if opens and before is not None and line.bold == before.bold and _is_split_name(before.key, fold(key)):
            opens = False
        if opens or not units:
            units.append([line])
        else:
            units[-1].append(line)
    return [join(line.text.strip(" *") for line in unit) for unit in units]


def _is_split_name(before: str, key: str) -> bool:
    """`VĂN PHÒNG` / `ỦY BAN NHÂN DÂN TỈNH`, `THANH TRA` / `SỞ …`: one name on two lines of the same weight."""
    if _NAMELESS.search(before) and not key.startswith(("truong ", "trung tam ")):
        return True
    return before in ("van phong", "thanh tra", "cong doan", "truong", "hoi dong", "ban") and key.split(" ")[0] != "so"


def full_name(printed: str, superior: str = "") -> str:
    """Spelled out and in usual capitals, with the place or body that the superior lends it."""
    name = spell(printed)
    above = spell(superior) if superior else ""
    if not above:
        return name
    data = spelling()
    key, above_key = fold(name), fold(above)
    if not any(key == word or key.startswith(word + " ") for word in data.localities):
        return name
    if _COMMITTEE.match(above_key):
        return name if above_key in key else f"{name} {above}"
    if _GOVERNMENT.match(above_key):
        return _with_place(name, above, data)
    if key in ("van phong", "thanh tra") or key.startswith("phong "):
        return f"{name} {above}" if above_key.startswith("so ") else name
    return name


def _with_place(name: str, above: str, data: Spelling) -> str:
    """`Sở …` under the people's committee of a province takes the province's name, a lower office the level too."""
    place = squeeze(re.sub(r"^(?:Ủy ban nhân dân|Hội đồng nhân dân)", "", above))
    level = next((word for word in data.levels if fold(place).startswith(word + " ")), "")
    bare = place[len(level) :].strip()
    if not bare or fold(bare) in fold(name):
        return name
    if fold(name) == "van phong":
        return f"{name} {above}"
    if fold(name).startswith("so "):
        if fold(place) == fold(_CITY):
            return f"{name} {_CITY}"
        return f"{name} {bare}" if level == "tinh" or fold(bare) in data.cities else f"{name} {place}"
    return f"{name} {bare}" if level and fold(name).endswith(" " + level) else f"{name} {place}"


def spell(printed: str) -> str:
    """Abbreviations spelled out, capitals made usual: `TRƯỜNG THPT A` to `Trường Trung học phổ thông A`."""
    words = squeeze(printed.replace("–", "-")).split(" ")
    table = spelling().words
    spelled: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(9, len(words) - at), 0, -1):
            known = table.get(canon(" ".join(words[at : at + size])).casefold().strip(",."))
            if known is not None:
                tail = words[at + size - 1][-1:]
                spelled.append(known + (tail if tail == "," else ""))
                at += size
                break
        else:
            spelled.append(_proper(words[at]))
            at += 1
    name = " ".join(spelled)
    return name[:1].upper() + name[1:]


def _proper(word: str) -> str:
    if not is_capitals(word) and len(word) > 1 and not word.isupper():
        return word
    if _ROMAN.match(word) or any(c.isdigit() for c in word):
        return word
    return re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), word)


def _as_in(body: str, name: str) -> str:
    """The name with the capitals that the body of the document uses for it, when it stands there."""
    text = canon(squeeze(body))
    wanted = canon(name)
    at = text.casefold().find(wanted.casefold())
    if at < 0 or len(text) != len(text.casefold()):
        return name
    found = text[at : at + len(wanted)]
    return name if is_capitals(found) or not found[:1].isupper() else found
