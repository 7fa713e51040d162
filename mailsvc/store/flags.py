"""Flags of a placement: the system flags as bits, keywords as text (RFC 9051 §2.3.2)."""

from __future__ import annotations

SEEN = 1
ANSWERED = 2
FLAGGED = 4
DELETED = 8
DRAFT = 16

SYSTEM_FLAGS: dict[str, int] = {
    "\\Seen": SEEN,
    "\\Answered": ANSWERED,
    "\\Flagged": FLAGGED,
    "\\Deleted": DELETED,
    "\\Draft": DRAFT,
}
_BY_LOWER = {name.lower(): bit for name, bit in SYSTEM_FLAGS.items()}


def split_flags(names: list[str]) -> tuple[int, tuple[str, ...]]:
    """Flag names as (bits, keywords). Keywords keep their spelling, unique without regard to case, sorted.

    Raises KeyError for an unknown name that begins with a backslash.
    """
    bits = 0
    keywords: dict[str, str] = {}
    for name in names:
        if name.startswith("\\"):
            bits |= _BY_LOWER[name.lower()]
        else:
            keywords.setdefault(name.lower(), name)
    return bits, tuple(sorted(keywords.values(), key=str.lower))


def join_flags(bits: int, keywords: str) -> list[str]:
    """The names of the flags, system flags first."""
    return [name for name, bit in SYSTEM_FLAGS.items() if bits & bit] + keywords.split()
