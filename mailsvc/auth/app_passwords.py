"""Passwords of mail programs: random, so that nobody has to think of one or can guess it."""

from __future__ import annotations

import hashlib
import secrets

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another (i, l, o, 0, 1)."""
LENGTH = 16
"""Characters; 79 bits."""


def new_app_password() -> str:
    """Sixteen letters and digits, shown in fours and typed with or without the blanks between them."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def app_digest(typed: str) -> bytes:
    """SHA-256 of the password, however it was typed: blanks and capitals do not count."""
    plain = typed.replace(" ", "").replace("-", "").lower()
    return hashlib.sha256(plain.encode("utf-8", "surrogateescape")).digest()


def in_fours(password: str) -> str:
    """abcd efgh jkmn pqrs"""
    return " ".join(password[start : start + 4] for start in range(0, len(password), 4))
