"""Legacy encodings of Vietnamese (handbook §6.2 – §6.4): text that was decoded as Latin, read again as it was meant."""

import re
from collections.abc import Callable

from mailsvc.vietnamese.normal import nfc
from mailsvc.vietnamese.syllable import likeness
from mailsvc.vietnamese.viqr import decode_viqr

TCVN3, VNI, VIQR, CP1258 = "tcvn3", "vni", "viqr", "cp1258"

# Bytes of the lower-case letters, one row per vowel: plain, huyền, hỏi, ngã, sắc, nặng; 00 where ASCII serves.
_TONED = (
    ("aàảãáạ", "00b5b6b7b8b9"),
    ("ăằẳẵắặ", "a8bbbcbdbec6"),
    ("âầẩẫấậ", "a9c7c8c9cacb"),
    ("eèẻẽéẹ", "00cccecfd0d1"),
    ("êềểễếệ", "aad2d3d4d5d6"),
    ("iìỉĩíị", "00d7d8dcddde"),
    ("oòỏõóọ", "00dfe1e2e3e4"),
    ("ôồổỗốộ", "abe5e6e7e8e9"),
    ("ơờởỡớợ", "aceaebecedee"),
    ("uùủũúụ", "00eff1f2f3f4"),
    ("ưừửữứự", "adf5f6f7f8f9"),
    ("yỳỷỹýỵ", "00fafbfcfdfe"),
    ("đ", "ae"),
    ("ĂÂÊÔƠƯĐ", "a1a2a3a4a5a6a7"),
)
_TCVN3 = {
    byte: letter
    for letters, codes in _TONED
    for letter, byte in zip(letters, bytes.fromhex(codes), strict=True)
    if byte
}
# The same for VNI-Win: the letter, then the byte of its mark.
_VNI_TONED = (
    ("aàảãáạ", "61 61f8 61fb 61f5 61f9 61ef"),
    ("ăằẳẵắặ", "61ea 61e8 61fa 61fc 61e9 61eb"),
    ("âầẩẫấậ", "61e2 61e0 61e5 61e3 61e1 61e4"),
    ("eèẻẽéẹ", "65 65f8 65fb 65f5 65f9 65ef"),
    ("êềểễếệ", "65e2 65e0 65e5 65e3 65e1 65e4"),
    ("iìỉĩíị", "69 ec e6 f3 ed f2"),
    ("oòỏõóọ", "6f 6ff8 6ffb 6ff5 6ff9 6fef"),
    ("ôồổỗốộ", "6fe2 6fe0 6fe5 6fe3 6fe1 6fe4"),
    ("ơờởỡớợ", "f4 f4f8 f4fb f4f5 f4f9 f4ef"),
    ("uùủũúụ", "75 75f8 75fb 75f5 75f9 75ef"),
    ("ưừửữứự", "f6 f6f8 f6fb f6f5 f6f9 f6ef"),
    ("yỳỷỹýỵ", "79 79f8 79fb 79f5 79f9 ee"),
    ("đ", "f1"),
)
_VNI_LOWER = {
    bytes.fromhex(code).decode("latin-1"): letter
    for letters, codes in _VNI_TONED
    for letter, code in zip(letters, codes.split(), strict=True)
}
_VNI = {code[:1] + mark: letter for code, letter in _VNI_LOWER.items() for mark in {code[1:], code[1:].upper()}}
_VNI |= {code.upper(): letter.upper() for code, letter in _VNI_LOWER.items()}
_VNI |= {code[:1].upper() + code[1:]: letter.upper() for code, letter in _VNI_LOWER.items()}
_VNI_LETTER = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_UNICODE = re.compile("[ĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9]")
_WORD = re.compile(r"\S+")
_VIQR_MARK = re.compile(r"[aeou][\^(+]\S|[a-z][.'`?~][a-z]|dd", re.IGNORECASE)
_LIKELY, _AHEAD, _FEWEST, _SAMPLE = 0.6, 0.15, 3, 20_000


def reread(text: str, encoding: str) -> str:
    """The text, decoded as Latin-1 or Windows-1252 before, in the encoding that was meant; what that has no letter for
    stays. Characters of symbol fonts (U+F0xx) are taken for their bytes."""
    return nfc(_READINGS[encoding](text))


def is_vietnamese(text: str) -> bool:
    """Whether the text is Vietnamese in Unicode already."""
    sample = text[:_SAMPLE]
    return _UNICODE.search(sample) is not None and likeness(sample) >= _LIKELY


def guess(text: str) -> str:
    """The encoding that makes Vietnamese of a text which is none yet; '' when it is or nothing is sure."""
    sample = text[:_SAMPLE]
    if _UNICODE.search(sample):
        return ""
    if sample.isascii():
        return VIQR if _is_viqr(sample) else ""
    before = likeness(sample)
    scores = {one: _score(sample, one) for one in (TCVN3, VNI, CP1258)}
    best = max(scores, key=lambda one: scores[one])
    return best if scores[best] >= max(_LIKELY, before + _AHEAD) else ""


def _score(sample: str, encoding: str) -> float:
    read = reread(sample, encoding)
    words = sum(not word.isascii() for word in _WORD.findall(read))
    return likeness(read) if words >= _FEWEST else 0.0


def _is_viqr(sample: str) -> bool:
    """Many words with a mark inside, nearly all of them possible."""
    words = _WORD.findall(sample)
    marked = [word for word in words if _VIQR_MARK.search(word)]
    enough = max(_FEWEST, len(words) // 5)
    return len(marked) >= enough and likeness(decode_viqr(" ".join(marked))) >= _LIKELY + _AHEAD


def _latin(text: str) -> str:
    return "".join(chr(ord(one) & 0xFF) if 0xF020 <= ord(one) <= 0xF0FF else one for one in text)


def _tcvn3(text: str) -> str:
    return "".join(_TCVN3.get(ord(one), one) for one in _latin(text))


def _vni(text: str) -> str:
    return _VNI_LETTER.sub(lambda found: _VNI[found[0]], _latin(text))


def _cp1258(text: str) -> str:
    return "".join(_of_1258(one) for one in _latin(text))


def _of_1258(one: str) -> str:
    data = bytes([ord(one)]) if ord(one) < 0x100 else one.encode("cp1252", "ignore")
    return data.decode("cp1258", "replace").replace("\ufffd", one) if data else one


_READINGS: dict[str, Callable[[str], str]] = {TCVN3: _tcvn3, VNI: _vni, VIQR: decode_viqr, CP1258: _cp1258}


def decode_tcvn3(data: bytes) -> str | None:
    """TCVN3 bytes as NFC text, or None when a high byte is no TCVN3 letter. Toned capitals come out lower case."""
    letters = [chr(byte) if byte < 0x80 else _TCVN3.get(byte) for byte in data]
    found = [letter for letter in letters if letter is not None]
    return "".join(found) if len(found) == len(letters) else None
