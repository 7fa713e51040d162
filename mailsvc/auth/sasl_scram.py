"""SCRAM-SHA-256 as a server machine (RFC 5802, RFC 7677)."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from dataclasses import dataclass

from mailsvc.auth.sasl_steps import Challenge, Done, Failed, ScramProof, Step, Wanted, text_of
from mailsvc.auth.saslprep import saslprep
from mailsvc.auth.scram import ScramKeys, proof_fits, server_signature
from mailsvc.core.errors import Invalid

_NONCE = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,512}")
_EXTENSION = re.compile(r"[A-Za-z]=.+", re.DOTALL)
_ESCAPE = re.compile(r"=(?!2C|3D)")
_BINDING_TYPE = "tls-server-end-point"  # RFC 5929 §4


class _Malformed(Exception):
    """The client's message breaks the grammar of RFC 5802 §7."""


@dataclass(frozen=True, slots=True)
class _First:
    """The client-first-message, taken apart."""

    flag: str
    header: str
    bare: str
    authzid: str
    username: str
    nonce: str


class Scram:
    """One exchange: client-first, Wanted, server-first, client-final, server-final, empty response, Done.

    Without `binding` it is SCRAM-SHA-256 and refuses a client that requires channel binding; with it, it is the
    -PLUS variant and refuses one that does not. `plus_offered` tells that the client could have chosen that one.
    `nonce` replaces the random server part in tests.
    """

    def __init__(self, *, binding: bytes = b"", plus_offered: bool = False, nonce: str = "") -> None:
        self.name = "SCRAM-SHA-256-PLUS" if binding else "SCRAM-SHA-256"
        self._binding = binding
        self._plus_offered = plus_offered
        self._own_nonce = nonce or secrets.token_urlsafe(18)
        self._await = self._first
        self._asked = False
        self._client: _First | None = None
        self._username = ""
        self._nonce = ""
        self._keys: ScramKeys | None = None
        self._others: tuple[ScramKeys, ...] = ()
        self._server_first = ""

    def step(self, response: bytes | None) -> Step:
        if response is None:
            if self._asked:
                return self._fail("no response")
            self._asked = True
            return Challenge(b"")
        self._asked = True
        try:
            return self._await(response)
        except _Malformed as error:
            return self._fail(str(error))

    def supply(self, keys: ScramKeys, *others: ScramKeys) -> Step:
        """The server-first-message for these keys (RFC 5802 §5); fake keys do for a name nobody has.

        Salt and iterations are told before the client proves anything, so only keys that share them can be meant.
        """
        if self._client is None or self._keys is not None:
            return self._fail("keys were not asked for")
        self._keys = keys
        self._others = tuple(one for one in others if (one.salt, one.iterations) == (keys.salt, keys.iterations))
        self._nonce = self._client.nonce + self._own_nonce
        salt = base64.b64encode(keys.salt).decode()
        self._server_first = f"r={self._nonce},s={salt},i={keys.iterations}"
        self._await = self._final
        return Challenge(self._server_first.encode())

    def _first(self, response: bytes) -> Step:
        client = _parse_first(text_of(response))
        self._check_flag(client.flag)
        try:
            self._username = saslprep(client.username)  # RFC 5802 §5.1, attribute n
        except Invalid as error:
            raise _Malformed("invalid-username-encoding") from error
        if client.authzid not in ("", client.username):
            return self._fail("authorization identity differs")
        self._client = client
        self._await = self._early
        return Wanted(self._username)

    def _check_flag(self, flag: str) -> None:
        """Channel binding must be meant the same way by both sides (RFC 5802 §6)."""
        if not self._binding:
            if flag.startswith("p="):
                raise _Malformed("channel-binding-not-supported")
            if flag == "y" and self._plus_offered:  # somebody between us took -PLUS out of what we offer
                raise _Malformed("server-does-support-channel-binding")
        elif flag == "y":
            raise _Malformed("server-does-support-channel-binding")
        elif flag != f"p={_BINDING_TYPE}":
            raise _Malformed("unsupported-channel-binding-type")

    def _early(self, response: bytes) -> Step:
        return self._fail("a response before the challenge")

    def _final(self, response: bytes) -> Step:
        if self._client is None or self._keys is None:
            return self._fail("a response before the challenge")
        bound, nonce, unproved, proof = _parse_final(text_of(response))
        if bound != self._client.header.encode() + self._binding:
            raise _Malformed("channel-bindings-dont-match")
        if nonce != self._nonce:
            raise _Malformed("the nonce is not ours")
        message = f"{self._client.bare},{self._server_first},{unproved}".encode()
        fitting = [one for one in (self._keys, *self._others) if proof_fits(one, message, proof)]
        if not fitting:
            return self._fail("invalid-proof", guessed=True)
        self._keys = fitting[0]
        self._await = self._over
        return Challenge(b"v=" + base64.b64encode(server_signature(self._keys, message)))

    def _over(self, response: bytes) -> Step:
        """The client answers the server-final-message with nothing; then it is over (RFC 4422 §3.6)."""
        if response or self._client is None:
            return self._fail("a response after the end")
        self._await = self._early
        proof = ScramProof(self._keys.stored_key if self._keys else b"")
        return Done(self._username, self._client.authzid, proof)

    def _fail(self, reason: str, *, guessed: bool = False) -> Failed:
        self._await = self._early
        self._client = None
        return Failed(reason, guessed, self._username)


def _parse_first(text: str) -> _First:
    parts = text.split(",", 2)
    if len(parts) != 3:
        raise _Malformed("malformed client-first-message")
    flag, authorize, bare = parts
    if flag not in ("n", "y") and not re.fullmatch(r"p=[A-Za-z0-9.-]+", flag):
        raise _Malformed("malformed gs2-cbind-flag")
    if authorize and not authorize.startswith("a="):
        raise _Malformed("malformed authzid")
    attributes = bare.split(",")
    if attributes[0].startswith("m="):
        raise _Malformed("extensions-not-supported")
    if len(attributes) < 2 or not attributes[0].startswith("n=") or not attributes[1].startswith("r="):
        raise _Malformed("malformed client-first-message-bare")
    nonce = attributes[1][2:]
    if not _NONCE.fullmatch(nonce):
        raise _Malformed("malformed nonce")
    _check_extensions(attributes[2:])
    authzid = _saslname(authorize[2:]) if authorize else ""
    return _First(flag, f"{flag},{authorize},", bare, authzid, _saslname(attributes[0][2:]), nonce)


def _parse_final(text: str) -> tuple[bytes, str, str, bytes]:
    """The cbind-input, the nonce, the message without its proof, and the proof."""
    unproved, _, proof = text.rpartition(",p=")
    attributes = unproved.split(",")
    if len(attributes) < 2 or not attributes[0].startswith("c=") or not attributes[1].startswith("r="):
        raise _Malformed("malformed client-final-message")
    _check_extensions(attributes[2:])
    return _base64(attributes[0][2:]), attributes[1][2:], unproved, _base64(proof)


def _check_extensions(attributes: list[str]) -> None:
    """Unknown optional extensions are ignored, a mandatory one fails (RFC 5802 §5.1)."""
    for attribute in attributes:
        if not _EXTENSION.fullmatch(attribute):
            raise _Malformed("malformed extension")
        if attribute.startswith("m="):
            raise _Malformed("extensions-not-supported")


def _saslname(text: str) -> str:
    if not text or "\0" in text or _ESCAPE.search(text):
        raise _Malformed("invalid-username-encoding")
    return text.replace("=2C", ",").replace("=3D", "=")


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _Malformed("invalid-encoding") from error
