"""Unicode normal form C (TCVN 6909 as state practice writes it), safe on hostile text."""

import re
import sys
import unicodedata


def _mark_ranges() -> str:
    """All characters with a combining class, as the inside of a regular expression class."""
    ranges: list[list[int]] = []
    for code in range(0x300, min(sys.maxunicode, 0x1F000)):
        if not unicodedata.combining(chr(code)):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


# Unicode Standard Annex 15 calls thirty marks in a row more than any language needs; sorting longer runs is quadratic.
_LONG_RUN = re.compile(rf"([{_mark_ranges()}]{{30}})[{_mark_ranges()}]+")


def nfc(text: str) -> str:
    """The text in NFC; of a run of more than thirty combining marks the first thirty stay."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _LONG_RUN.sub(r"\1", text))
