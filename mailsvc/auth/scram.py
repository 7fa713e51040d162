"""SCRAM keys (RFC 5802 §3 with SHA-256 of RFC 7677): what the store keeps instead of a password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

ITERATIONS = 10_000
"""Rounds for new passwords; a phone needs some 0.1 s for them. The server never repeats them at login."""

MINIMUM_ITERATIONS = 4096  # RFC 7677 §3
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class ScramKeys:
    """What verifies a SCRAM-SHA-256 login; stored_key and server_key are 32 bytes."""

    salt: bytes
    iterations: int
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)


def derive_keys(prepared: str, *, salt: bytes | None = None, iterations: int = ITERATIONS) -> ScramKeys:
    """Keys of a password that has gone through SASLprep. Costs milliseconds of one core: call it in a worker."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", prepared.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return ScramKeys(salt, iterations, stored, hmac.digest(salted, b"Server Key", "sha256"))


def fake_keys(secret: bytes, username: str, *, iterations: int = ITERATIONS) -> ScramKeys:
    """Keys nobody's password fits, the same for a name each time, so that a stranger cannot tell who has an account.

    `secret` must survive restarts, or the changing salt gives the game away.
    """
    name = username.encode()
    salt = hmac.digest(secret, b"salt\0" + name, "sha256")[:SALT_BYTES]
    return ScramKeys(salt, iterations, secrets.token_bytes(32), secrets.token_bytes(32))


def proof_fits(keys: ScramKeys, auth_message: bytes, proof: bytes) -> bool:
    """Whether the ClientProof was made with the password behind `keys` (RFC 5802 §3), in constant time."""
    signature = hmac.digest(keys.stored_key, auth_message, "sha256")
    if len(proof) != len(signature):
        return False
    client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
    return hmac.compare_digest(hashlib.sha256(client_key).digest(), keys.stored_key)


def server_signature(keys: ScramKeys, auth_message: bytes) -> bytes:
    """What shows the client that the server holds its keys."""
    return hmac.digest(keys.server_key, auth_message, "sha256")
