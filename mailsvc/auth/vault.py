"""What is locked at rest: a copy of the database alone does not tell it, it takes the installation's own secret too."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mailsvc.core.errors import MailsvcError

_FORM = b"\x01"
"""In front of all that is locked in this way, should there ever be another."""
_NONCE = 12  # octets: what NIST SP 800-38D recommends


class WrongKey(MailsvcError):
    """Locked with another secret, or for another label, or changed since."""


class Vault:
    """Locks and unlocks octets by AES-256-GCM with a key made of `secret` (any length). Each label (whose it is) opens
    only what was locked under it, so that rows cannot be exchanged."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(HKDF(SHA256(), length=32, salt=None, info=b"mailsvc vault").derive(secret))

    def lock(self, plain: bytes, label: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return _FORM + nonce + self._cipher.encrypt(nonce, plain, label.encode())

    def unlock(self, locked: bytes, label: str) -> bytes:
        """Raises WrongKey."""
        start = len(_FORM) + _NONCE
        try:
            if not locked.startswith(_FORM):
                raise InvalidTag
            return self._cipher.decrypt(locked[len(_FORM) : start], locked[start:], label.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongKey("Tệp secret trong thư mục dữ liệu không phải tệp đã khóa dữ liệu này.") from error
