"""What makes two letters bring the same document: number, notation, issuer, year (Decree 30/2020, App. VI III.1.h)."""

from __future__ import annotations

import re

from mailsvc.vietnamese.fold import fold

_NOT_TEXT = re.compile(r"[^a-z0-9]+")


def code_key(number: str, notation: str, issuer: str, issue_date: str) -> str:
    """A key that is equal for the same document: case, marks, leading zeros and separators left out.

    The year is that of the notation in normative documents (`12/2026/TT-BGDĐT`), else of the ISO `issue_date`.
    '' when something is missing: then nothing can be said.
    """
    first = notation.split("/")[0]
    year = first if len(first) == 4 and first.isdigit() else issue_date[:4]
    digits = number.strip().lstrip("0")
    parts = (digits.lower(), _folded(notation), _folded(issuer), year)
    return "|".join(parts) if all(parts) else ""


def _folded(text: str) -> str:
    return _NOT_TEXT.sub("-", fold(text).replace("&", "")).strip("-")
