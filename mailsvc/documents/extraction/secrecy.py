"""Marks MẬT, TỐI MẬT, TUYỆT MẬT in subjects, file names and letters (handbook §1.10). A person decides on every hit.

Ordinary words hold the syllable too: mật khẩu, bảo mật, bí mật, mật ong. So a lone MẬT counts only where it stands like
a mark: in capitals among small letters, in brackets, or cut off by a colon or dash.
"""

import re

from .layout import clean, squeeze

_DEGREE = r"(?:TỐI|TUYỆT)\s+MẬT"
_AFTER = r"(?!\s*(?:KHẨU|ONG|MÃ|ĐỘ|THIẾT|VỤ|NGHỊ|THƯ|DANH|PHỤC|NGỌT|MÍA|khẩu|ong|mã|độ|thiết|thư))(?!\w)"
_BEFORE = r"(?<!\w)(?<!BẢO )(?<!bảo )(?<!Bảo )(?<!BÍ )(?<!bí )(?<!Bí )(?<!KHÔNG )(?<!không )(?<!CƠ )(?<!cơ )"
_BOXED = re.compile(r"[\[(【<{]\s*(?:tối\s+|tuyệt\s+)?mật\s*[\])】>}]", re.IGNORECASE)
_LEVEL = re.compile(r"độ\s+mật\s*[:\-–]?\s*(?:tối\s+|tuyệt\s+)?mật(?!\w)", re.IGNORECASE)
_HIGH = re.compile(_BEFORE + _DEGREE + _AFTER)
_HIGH_SMALL = re.compile(r"(?<!\w)(?:văn bản|công văn|tài liệu|báo cáo)\s+(?:tối|tuyệt)\s+mật(?!\w)", re.IGNORECASE)
_KIND = re.compile(r"(?<!\w)(?:văn bản|công văn|tài liệu)\s+mật" + _AFTER, re.IGNORECASE)
_ALONE = re.compile(_BEFORE + "MẬT" + _AFTER)
_CUT_OFF = re.compile(r"(?:^|[:\-–|/]\s*)MẬT\s*(?:$|[:\-–|/])")
# Without marks on the letters: TOI MAT could be "tôi mất"; it must be cut off like a mark.
_BARE = re.compile(r"(?:^|[\[(:\-–|/])\s*(?:TOI|TUYET)\s+MAT\s*(?:$|[\]):\-–|/.])|[\[(]\s*MAT\s*[\])]|^MAT\s*[:\-–]")
_LINE = re.compile(r"[\s*\[(]*(?:(?:TỐI|TUYỆT)\s+)?MẬT[\s*\])]*")


def in_title(text: str) -> str:
    """The mark in a subject or file name as it stands there, empty when there is none."""
    line = squeeze(clean(text).replace("_", " "))[:1000]
    for pattern in (_BOXED, _LEVEL, _HIGH, _HIGH_SMALL, _KIND, _BARE, _CUT_OFF):
        found = pattern.search(line)
        if found:
            return found[0].strip()
    if any(c.islower() for c in line):
        found = _ALONE.search(line)
        return found[0] if found else ""
    return ""


def in_letter(text: str) -> str:
    """The mark in the text of a letter: on a line of its own, in brackets, or as `Độ mật: …`."""
    for line in clean(text[:20_000]).splitlines():
        plain = squeeze(line).strip("> ")
        if not plain or len(plain) > 300:
            continue
        if _LINE.fullmatch(plain):
            return plain
        found = _BOXED.search(plain) or _LEVEL.search(plain)
        if found:
            return found[0]
    return ""
