"""Vietnamese alphabetical order (handbook §6.5): letters first, then tones, syllable by syllable."""

import re
import unicodedata

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
