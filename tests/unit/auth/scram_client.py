"""A correct SCRAM client, for the tests of everything that logs in."""

from __future__ import annotations

import base64
import hashlib
import hmac


def client_final(
    server_first: bytes, first: bytes, password: str, *, header: bytes = b"n,,", data: bytes = b""
) -> bytes:
    """What a correct client answers to the server-first-message."""
    fields = dict(part.split("=", 1) for part in server_first.decode().split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    unproved = b"c=" + base64.b64encode(header + data) + b",r=" + fields["r"].encode()
    message = b",".join((first.removeprefix(header), server_first, unproved))
    signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
    proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    return unproved + b",p=" + base64.b64encode(proof)
