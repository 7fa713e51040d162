"""Search equivalence: what a person types without marks finds what was written with them (handbook §6.5)."""

import codecs
import re
import unicodedata

# Đ is a letter of its own and survives NFD; Ð/ð and Ɖ/ɖ are its look-alikes in old Western fonts.
_STROKED = {"đ": "d", "ð": "d", "ɖ": "d"}


class _Folded(dict[int, str]):
    """Fills itself with the fold of each character that turns up, so that str.translate stays in C."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    spread = unicodedata.normalize("NFD", character.casefold())
    return "".join(_STROKED.get(c, c) for c in spread if not unicodedata.combining(c))


_FOLDED = _Folded()


# Vietnamese text goes through codecs with tables of one octet a character, which is some fifteen times as fast as
# str.translate. A line with any other character takes the slow way.
_LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_SIGNS = "\u00a0\u2002\u2003\u2009“”‘’«»–—‐…•·°×÷±²³½¼¾©®™€§→✓☐\ufeff"
_TABLE = ("".join(map(chr, range(128))) + _LETTERS + _SIGNS).ljust(256, "\ufffe")
_OCTETS = codecs.charmap_build(_TABLE)
_PLAIN = bytes(ord(_fold_character(c)) if c in _LETTERS else octet for octet, c in enumerate(_TABLE))


def fold(text: str) -> str:
    """Case-fold, decompose, drop the combining marks and write đ as d: `Đường Hoà` gives `duong hoa`.

    Every character folds by itself, so fold(a + b) == fold(a) + fold(b) and the cost is linear.
    """
    return text.lower() if text.isascii() else fold_lower(text.casefold())


def fold_lower(text: str) -> str:
    """The same for text that has been through `str.casefold`."""
    if text.isascii():
        return text
    return _fold_vietnamese(text) or "".join(
        _fold_vietnamese(line) or line.translate(_FOLDED) for line in text.splitlines(keepends=True)
    )


def fold_each(text: str) -> list[str]:
    """Each character's fold: joined they are `fold(text)`. A combining mark gives ''."""
    return list(map(_FOLDED.__getitem__, map(ord, text)))


def _fold_vietnamese(text: str) -> str:
    """The case-folded text folded; empty when it holds a character that is not in the table."""
    try:
        octets, _ = codecs.charmap_encode(text, "strict", _OCTETS)
    except UnicodeEncodeError:
        return ""
    return codecs.charmap_decode(octets.translate(_PLAIN), "strict", _TABLE)[0]


def has_marks(text: str) -> bool:
    """True when folding loses more than case: the text carries a tone, a hat, a horn, a breve or a đ."""
    return not text.isascii() and fold(text) != text.casefold()


# Only the open rimes differ between the two schools of spelling: oa, oe, uy not after q (handbook §6.5).
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_MOVED = {
    unicodedata.normalize("NFC", first + second + tone): unicodedata.normalize("NFC", first + tone + second)
    for pair in ("oa", "oe", "uy")
    for first in (pair[0], pair[0].upper())
    for second in (pair[1], pair[1].upper())
    for tone in _TONES
}
_OPEN = re.compile(r"(?<![qQ])(" + "|".join(_MOVED) + r")(?![^\W\d_])")


def canon(text: str) -> str:
    """NFC text with the tone of the open rimes oa, oe, uy on the first vowel: `hoà`, `thuý` give `hòa`, `thúy`.

    Closed and longer rimes (`hoàn`, `thuyền`) and `quý`, where u belongs to the consonant, stay as they are.
    """
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii():
        return composed
    return _OPEN.sub(lambda found: _MOVED[found[0]], composed)


_SWAPPED = _MOVED | {new: old for old, new in _MOVED.items()}
_EITHER = re.compile(r"(?<![qQ])(?:" + "|".join(_SWAPPED) + ")")
_MANY_SPELLINGS = 4


def spellings(text: str) -> tuple[str, ...]:
    """The text, and its other spellings: with the tone on the other vowel of oa, oe, uy (`hoà`, `hòa`), wherever they
    stand, since a part of a word is looked for as well. Of a text with many such vowels only the consistent ones.
    """
    if len(_EITHER.findall(text)) > _MANY_SPELLINGS:
        old = _EITHER.sub(lambda found: _MOVED.get(found[0], found[0]), text)
        new = _EITHER.sub(lambda found: found[0] if found[0] in _MOVED else _SWAPPED[found[0]], text)
        return tuple(dict.fromkeys((text, old, new)))
    found = [""]
    at = 0
    for pair in _EITHER.finditer(text):
        found = [begun + text[at : pair.start()] + vowels for vowels in (pair[0], _SWAPPED[pair[0]]) for begun in found]
        at = pair.end()
    return tuple(begun + text[at:] for begun in found)
