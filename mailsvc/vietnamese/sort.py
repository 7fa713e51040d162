"""Vietnamese alphabetical order (handbook §6.5): letters first, then tones, syllable by syllable."""

import re
import unicodedata
from functools import lru_cache

from mailsvc.vietnamese.normal import nfc

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"
"""Huyền, hỏi, ngã, sắc, nặng; no mark comes before them."""
_RANKS = {letter: chr(0x100 + rank) for rank, letter in enumerate(_LETTERS)}
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")
_DIGITS = 12


def sort_key(text: str) -> str:
    """A key whose plain string order is the Vietnamese order; numbers by value, case last."""
    words = [_word(token) for token in _TOKEN.findall(nfc(text))]
    return "\x01".join(words) + "\x00" + text.swapcase()


def name_key(full_name: str) -> str:
    """As sort_key for people: by given name, the last word, then by family and middle names."""
    family, _, given = nfc(full_name).strip().rpartition(" ")
    return sort_key(given) + "\x00" + sort_key(family)


def _word(token: str) -> str:
    if token.isdecimal():
        return token.lstrip("0").zfill(_DIGITS)
    letters, tones = [], []
    for character in token.casefold():
        base, tone = _spread(character)
        letters.append(_RANKS.get(base, base))
        tones.append(tone)
    return "".join(letters) + "\x02" + "".join(tones)


def _spread(character: str) -> tuple[str, str]:
    """A letter without its tone, and the rank of the tone as a character."""
    marks = unicodedata.normalize("NFD", character)
    for rank, tone in enumerate(_TONES):
        if tone in marks:
            return unicodedata.normalize("NFC", marks.replace(tone, "", 1)), chr(0x31 + rank)
    return character, "0"


# ---- sorting of whole texts, as SORT asks for it -------------------------------------------------------------------
_HATS = {"\u0306": "\x7f", "\u0302": "\x7f", "\u031b": "\x7f\x7f"}  # breve, circumflex, horn: letters of their own
_BLANK = "\x02"
_COLLATED = 600
_CONTROLS = re.compile(r"[^ -~]+")


@lru_cache(maxsize=4096)  # the same people write and are written to
def collation_key(text: str) -> str:
    """A key by whose plain order ASCII text sorts as i;unicode-casemap wants (RFC 5051), and Vietnamese as it should.

    A letter with hat, horn or breve follows its plain letter, đ follows d; tones count only where the letters of the
    syllable are the same. Without control characters; at most some hundred characters count.
    """
    text = text[:_COLLATED]
    if text.isascii():
        return (text if text.isprintable() else _CONTROLS.sub("", text)).upper().replace(" ", _BLANK)
    key: list[str] = []
    marks: list[str] = []
    for character in unicodedata.normalize("NFKD", nfc(text).replace("đ", "d\x7f").replace("Đ", "d\x7f").upper()):
        if unicodedata.combining(character):
            _mark(character, key, marks)
        elif character.isalpha() or character == "\x7f":
            key.append(character)
        elif character >= " ":
            key += marks
            marks.clear()
            key.append(_BLANK if character.isspace() else character)
    return "".join(key + marks)


def _mark(character: str, key: list[str], marks: list[str]) -> None:
    """A combining mark belongs to its letter or, as a tone, to the syllable."""
    if character in _TONES:
        marks.append(chr(3 + _TONES.index(character)))
    elif character in _HATS:
        hat = "\x7f\x7f" if character == "\u0302" and key and key[-1] == "A" else _HATS[character]
        key.append(hat)
    else:
        marks.append(character)
