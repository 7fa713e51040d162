"""The signature block: authority (TM., KT., TL., TUQ.), position, name (Decree 30/2020 Appendix I §II.7)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.vietnamese.fold import fold

from .catalogue import positions
from .layout import LEFT, RIGHT, TABLE, WHOLE, Line, join, squeeze

_AUTHORITY = re.compile(
    r"^(?:T\s*/?\s*M|K\s*/?\s*T|T\s*/?\s*L|T\s*/?\s*U\s*/?\s*Q|TUN)(?:\s*\.|(?<=/.)|(?<=/..)|\s)\s*(?=[A-ZÀ-Ỹ])",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^\W*(?:da ky|ky ten|ky, |chu ky|ky boi|nguoi ky|ky so|signature|digitally|email|co quan|"
    r"thoi gian ky|ngay ky|ky,? ghi ro|ghi ro ho ten|dong dau|"
    r"ky va ghi|reason|date:|location)|^[\W_]+$"
)
_SYLLABLE = r"[A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚĂĐĨŨƠƯẠ-Ỹ][a-zà-ỹđ’'\-]*"
_NAME = re.compile(rf"^{_SYLLABLE}(?:['’]{_SYLLABLE})?(?: {_SYLLABLE}(?:['’-]?{_SYLLABLE})?){{1,5}}$")
_TITLES = re.compile(
    r"^(?:(?:GS|PGS|TS|ThS|Ths|THS|CN|KS|BS|LS|NGƯT|NGND|TSKH|CKI|CKII|Tiến sĩ|Thạc sĩ|Ông|Bà|"
    r"Thượng tá|Trung tá|Đại tá|Thiếu tá|Đại úy)[.,\s]+)+"
)
_APPENDIX = re.compile(r"^(?:phu luc|danh sach|\(?kem theo|quy che$|quy dinh$|bieu mau|mau so|\(?ban hanh kem)")


@dataclass(frozen=True, slots=True)
class Signer:
    """authority, position, name as printed (academic titles dropped), empty when absent. other: who signed beside."""

    authority: str
    position: str
    name: str
    other: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class _Block:
    at: int
    side: str
    roles: tuple[str, ...]
    name: str


def is_role(text: str) -> bool:
    """The line names an authority or a position."""
    line = squeeze(text)
    key = fold(line)
    if _AUTHORITY.match(line):
        return True
    return any(key == role or key.startswith((role + " ", role + ",")) for role in positions())


def person(text: str) -> str:
    """The name of a person without titles, empty when the text is no name."""
    line = _TITLES.sub("", squeeze(text).strip(" .,")).strip()
    if _NAME.match(line) and not is_role(line):
        return line
    words = line.split()
    if line.isupper() and 2 <= len(words) <= 5 and all(word.isalpha() for word in words) and not is_role(line):
        return " ".join(word.capitalize() for word in words)
    return ""


def split_signatures(lines: Sequence[Line]) -> list[Line]:
    """Lines behind the body that print recipients and signature side by side with tabs or blanks, cut in two."""
    result: list[Line] = []
    signing = halved = False
    for line in lines:
        signing = signing or line.key.startswith("noi nhan") or line.text.rstrip().endswith("./.")
        parts = _cut(line) if signing and line.side == WHOLE else [line]
        halved = halved or len(parts) == 2
        if halved and len(parts) == 1 and parts[0].side == WHOLE and line.text.lstrip().startswith(("-", "+")):
            parts = [line.with_text(squeeze(line.text), LEFT)]
        result += parts
    return result


def _cut(line: Line) -> list[Line]:
    if not re.search(r"\t| {4,}", line.text):
        return [line]
    parts = [squeeze(part) for part in re.split(r"\t+| {4,}", line.text)]
    right = parts[-1]
    left = squeeze(" ".join(parts[:-1]))
    if not right or not (is_role(right) or person(right) or _NOTE.match(fold(right))):
        return [line]
    pair = [line.with_text(left, LEFT)] if left else []
    return [*pair, line.with_text(right, RIGHT)]


def read_signer(lines: Sequence[Line]) -> tuple[Signer, int]:
    """The signer and the index of the first line of the signature part (the number of lines when there is none)."""
    begin = _signing_part(lines)
    stop = next((n for n in range(begin + 1, len(lines)) if _opens_annex(lines[n])), len(lines))
    blocks = _blocks(lines[:stop])
    named = [block for block in blocks if block.name]
    if named:
        group = [block for block in named if block.at - named[0].at <= 14]
        right = [block for block in group if block.side == RIGHT]
        chosen = right[0] if right else group[-1]
        others = [block for block in group if block is not chosen and block.side == LEFT]
        other = (join(others[0].roles), others[0].name) if others else ("", "")
        authority, position = _parts(chosen.roles)
        return Signer(authority, position, chosen.name, other), min(begin, group[0].at)
    late = [block for block in blocks if block.at >= begin]
    if late:
        authority, position = _parts(late[0].roles)
        return Signer(authority, position, ""), begin
    return Signer("", "", ""), begin


def _opens_annex(line: Line) -> bool:
    return len(line.text) < 120 and line.side == WHOLE and bool(_APPENDIX.match(line.key))


def _signing_part(lines: Sequence[Line]) -> int:
    for n, line in enumerate(lines):
        if line.key.startswith("noi nhan"):
            return n
    return next((n + 1 for n, line in enumerate(lines) if line.text.rstrip().endswith("./.")), len(lines))


def _blocks(lines: Sequence[Line]) -> list[_Block]:
    blocks: list[_Block] = []
    taken: set[int] = set()
    for n, line in enumerate(lines):
        if n in taken or line.side == TABLE or len(line.text) > 80 or not _opens(line):
            continue
        block, used = _block(lines, n)
        taken |= used
        blocks.append(block)
        if len(blocks) > 40:
            break
    return blocks


def _opens(line: Line) -> bool:
    if not is_role(line.text) or line.text.rstrip().endswith((":", ";", ".", ",")):
        return False
    return (
        line.capitals
        or line.side == RIGHT
        or bool(_AUTHORITY.match(squeeze(line.text)))
        or (line.bold and line.centred)
    )


def _block(lines: Sequence[Line], at: int) -> tuple[_Block, set[int]]:
    first = lines[at]
    roles = [squeeze(first.text)]
    used = {at}
    for n in range(at + 1, min(len(lines), at + 30)):
        line = lines[n]
        if line.side != first.side or line.side == TABLE:
            if line.side == WHOLE or first.side == WHOLE:
                break
            continue
        used.add(n)
        if _NOTE.match(line.key):
            continue
        if len(line.text) > 70 or _APPENDIX.match(line.key):
            break
        if is_role(line.text) and (line.capitals or not first.capitals) and not line.text.endswith(":"):
            roles.append(squeeze(line.text))
            continue
        name = person(line.text) if not (line.capitals and _is_rest_of_role(line, roles)) else ""
        if name:
            return _Block(at, first.side, tuple(roles), name), used
        if not line.capitals or len(roles) > 5:
            break
        roles[-1] = join((roles[-1], line.text))
    return _Block(at, first.side, tuple(roles), ""), used


def _is_rest_of_role(line: Line, roles: list[str]) -> bool:
    """A line in capitals that goes on with the position above it, not a name in capitals."""
    rest = re.compile(
        r"^(?:tinh|thanh pho|huyen|xa|phuong|so|bo|vu|cuc|phong|ban|truong|trung tam|giao duc|van phong|"
        r"trung hoc|tieu hoc|hoi dong|uy ban)\b"
    )
    return bool(rest.match(line.key)) or roles[-1].endswith((",", "-", " VÀ", "ỦY BAN", "VỤ", "CỤC", "SỞ"))


def _parts(roles: Sequence[str]) -> tuple[str, str]:
    """Authority lines and position lines; a line that holds both is cut."""
    authority: list[str] = []
    position: list[str] = []
    for role in roles:
        for piece in _cut_role(role):
            if _AUTHORITY.match(piece) and not position:
                authority.append(piece)
            else:
                position.append(piece)
    return " / ".join(authority), " ".join(position)


def _cut_role(role: str) -> list[str]:
    """`KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC` to its two lines."""
    words = role.split(" ")
    if not _AUTHORITY.match(role):
        return [role]
    start = 1 if words[0].rstrip(".").upper().replace("/", "") in ("TM", "KT", "TL", "TUQ", "TUN") else 0
    for n in range(start + 2, len(words)):
        rest = " ".join(words[n:])
        if is_role(rest) and not (n >= 1 and fold(words[n - 1]) in ("pho", "quyen", "tong")):
            return [" ".join(words[:n]), *_cut_role(rest)]
    return [role]
