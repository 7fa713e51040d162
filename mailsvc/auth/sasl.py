"""SASL server machines without I/O: bytes in, one typed step out.

A machine is fed with `step(response)`; the first call passes the initial response, or None when the client sent none.

    Challenge   send its data, feed the answer to `step`
    Wanted      look up the account of that name and feed it to `supply` (SCRAM only)
    Done        the exchange is over; a PasswordProof still has to be verified, a ScramProof has been
    Failed      the exchange is over; `guessed` tells a wrong password from a broken message

Base64, and the `*` that cancels, belong to the doors.
"""

from __future__ import annotations

from collections.abc import Callable

from mailsvc.auth.sasl_scram import Scram
from mailsvc.auth.sasl_steps import (
    Challenge,
    Done,
    Failed,
    Mechanism,
    PasswordProof,
    ScramProof,
    Step,
    Wanted,
    text_of,
)
from mailsvc.auth.scram import ScramKeys

__all__ = [
    "MECHANISMS", "Challenge", "Done", "Failed", "Login", "Mechanism", "PasswordProof", "Plain", "Scram", "ScramProof",
    "Step", "Wanted", "machine",
]  # fmt: skip

MECHANISMS = ("SCRAM-SHA-256", "PLAIN", "LOGIN")
"""What a door offers, best first; PLAIN and LOGIN only where the connection is encrypted or settings allow it."""


class _PasswordMechanism:
    """What PLAIN and LOGIN have in common: they never ask for keys."""

    name = ""

    def supply(self, keys: ScramKeys, *others: ScramKeys) -> Step:
        return Failed("keys were not asked for")


class Plain(_PasswordMechanism):
    """RFC 4616: one message with both names and the password."""

    name = "PLAIN"

    def __init__(self) -> None:
        self._asked = False

    def step(self, response: bytes | None) -> Step:
        if response is None:
            if self._asked:
                return Failed("no response")
            self._asked = True
            return Challenge(b"")
        fields = text_of(response).split("\0")  # RFC 4616 §2
        if len(fields) != 3 or not fields[1] or not fields[2]:
            return Failed("malformed PLAIN message")
        authzid, authcid, password = fields
        return _told(authcid, authzid, password)


class Login(_PasswordMechanism):
    """The undocumented LOGIN of older clients: asked for a name, then for a password."""

    name = "LOGIN"

    def __init__(self) -> None:
        self._username: str | None = None
        self._asked = False

    def step(self, response: bytes | None) -> Step:
        if response is None:
            if self._asked:
                return Failed("no response")
            self._asked = True
            return Challenge(b"Username:")
        self._asked = True
        text = text_of(response)
        if not text or "\0" in text:
            return Failed("malformed LOGIN message")
        if self._username is None:
            self._username = text
            return Challenge(b"Password:")
        return _told(self._username, "", text)


def _told(authcid: str, authzid: str, password: str) -> Step:
    if authzid not in ("", authcid):
        return Failed("authorization identity differs", username=authcid)
    return Done(authcid, authzid, PasswordProof(password))


def machine(name: str, *, binding: bytes = b"") -> Mechanism | None:
    """A fresh machine for the mechanism of that name (any case), or None when we do not speak it.

    `binding` is the connection's tls-server-end-point data (RFC 5929 §4), b'' where -PLUS is not offered.
    """
    wanted = name.upper()
    if wanted == "SCRAM-SHA-256-PLUS":
        return Scram(binding=binding) if binding else None
    if wanted == "SCRAM-SHA-256":
        return Scram(plus_offered=bool(binding))
    factory = _FACTORIES.get(wanted)
    return factory() if factory else None


_FACTORIES: dict[str, Callable[[], Mechanism]] = {"PLAIN": Plain, "LOGIN": Login}
