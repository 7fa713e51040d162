"""The steps of a SASL exchange, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from mailsvc.auth.scram import ScramKeys

LONGEST_MESSAGE = 8192
"""Octets of one client response; a longer one fails the exchange."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """Octets to send to the client."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """The machine needs the keys of this account before it can go on."""

    username: str


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """The client told its password; nobody has looked at it yet."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScramProof:
    """The client has proved that it knows the password behind one of the supplied keys, that of `stored_key`."""

    stored_key: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Done:
    """Whose login it is; authzid is '' or equal to authcid."""

    authcid: str
    authzid: str
    proof: PasswordProof | ScramProof


@dataclass(frozen=True, slots=True)
class Failed:
    """The reason is for the log; the client learns only that the login failed."""

    reason: str
    guessed: bool = False
    username: str = ""


Step = Challenge | Wanted | Done | Failed


class Mechanism(Protocol):
    """One exchange with one client."""

    name: str

    def step(self, response: bytes | None) -> Step:
        """The next step after the client's octets. Never raises for what the client sent."""
        ...

    def supply(self, keys: ScramKeys, *others: ScramKeys) -> Step:
        """The step after Wanted. `others`: further passwords of the account; they count if they share its salt."""
        ...


def text_of(response: bytes) -> str:
    """The message as text, or '' (which no machine accepts) when it is too long or not UTF-8."""
    if len(response) > LONGEST_MESSAGE:
        return ""
    try:
        return response.decode()
    except UnicodeDecodeError:
        return ""
