"""Codes of an authenticator app (RFC 6238 over RFC 4226): six digits, new every thirty seconds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote

SECRET_BYTES = 20  # RFC 4226 §4, R6: 160 bits recommended
STEP_MS = 30_000
DIGITS = 6
WINDOW = 1
"""Steps before and after now that are taken too: clocks of telephones differ (RFC 6238 §5.2)."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int) -> str:
    """The code of a time step: HOTP with the step as counter (RFC 4226 §5.3, RFC 6238 §4)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(now_ms: int) -> int:
    return now_ms // STEP_MS


def fitting_step(secret: bytes, code: str, now_ms: int, after: int) -> int | None:
    """The step whose code this is, within the window and later than `after`: a code counts once (RFC 6238 §5.2)."""
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    now = step_of(now_ms)
    fitting = [
        step for step in range(now - WINDOW, now + WINDOW + 1) if hmac.compare_digest(code_at(secret, step), code)
    ]
    return next((step for step in fitting if step > after), None)


def base32(secret: bytes) -> str:
    """As people type it into their app when they cannot scan."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, name: str, issuer: str) -> str:
    """The otpauth: address that authenticator apps read from the QR picture."""
    label = quote(f"{issuer}:{name}", safe=":@")
    return f"otpauth://totp/{label}?secret={base32(secret)}&issuer={quote(issuer)}&digits={DIGITS}&period=30"


def new_recovery_codes() -> list[str]:
    """Codes for the day the telephone is lost, each good once: `abcde-fghjk`."""
    letters = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    return [f"{one[:5]}-{one[5:]}" for one in letters]


def recovery_digest(typed: str) -> bytes:
    """SHA-256 of a recovery code, however it was typed."""
    plain = typed.replace(" ", "").replace("-", "").lower()
    return hashlib.sha256(plain.encode("utf-8", "surrogateescape")).digest()
