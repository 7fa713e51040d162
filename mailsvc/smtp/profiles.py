"""The three doors: what each asks for and what each offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from mailsvc.auth.sasl import MECHANISMS
from mailsvc.smtp.limits import Limits


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of door. `protocol` is the transmission word of RFC 3848 before A and S are added."""

    name: str
    hello: tuple[str, ...] = ("EHLO", "HELO")
    protocol: str = "ESMTP"
    login: bool = False
    lmtp: bool = False

    @property
    def greeting(self) -> str:
        return "LMTP" if self.lmtp else "ESMTP"


MX = Profile("mx")
SUBMISSION = Profile("submission", login=True)  # RFC 6409 §4.3
LMTP = Profile("lmtp", hello=("LHLO",), protocol="LMTP", lmtp=True)  # RFC 2033 §4.1


@dataclass(frozen=True, slots=True)
class State:
    """What the offers depend on."""

    profile: Profile
    limits: Limits
    in_tls: bool
    can_tls: bool
    logged_in: bool


@dataclass(frozen=True, slots=True)
class Capability:
    """One EHLO keyword: where it is described, and its line in a state ('' when it is not true there)."""

    keyword: str
    rfc: str
    line: Callable[[State], str]


def _always(line: str) -> Callable[[State], str]:
    return lambda state: line


def _starttls(state: State) -> str:
    return "STARTTLS" if state.can_tls and not state.in_tls else ""  # RFC 3207 §4.2


def _auth(state: State) -> str:
    # Without TLS a password would cross the wire readable. RFC 4954 §4, RFC 8314 §3.3
    offered = state.profile.login and state.in_tls and not state.logged_in
    return "AUTH " + " ".join(MECHANISMS) if offered else ""


CAPABILITIES: tuple[Capability, ...] = (
    Capability("PIPELINING", "RFC 2920 §3", _always("PIPELINING")),
    Capability("SIZE", "RFC 1870 §4", lambda state: f"SIZE {state.limits.message_size}"),
    Capability("8BITMIME", "RFC 6152 §2", _always("8BITMIME")),
    Capability("SMTPUTF8", "RFC 6531 §3.1", _always("SMTPUTF8")),
    Capability("ENHANCEDSTATUSCODES", "RFC 2034 §3", _always("ENHANCEDSTATUSCODES")),
    Capability("CHUNKING", "RFC 3030 §2", _always("CHUNKING")),
    Capability("DSN", "RFC 3461 §4", _always("DSN")),
    Capability("STARTTLS", "RFC 3207 §3", _starttls),
    Capability("AUTH", "RFC 4954 §3", _auth),
    Capability("LIMITS", "RFC 9422 §3", lambda state: f"LIMITS RCPTMAX={state.limits.recipients}"),
    Capability("HELP", "RFC 5321 §4.1.1.1", _always("HELP")),
)


@lru_cache(maxsize=64)
def offers(state: State) -> tuple[str, ...]:
    """The EHLO lines that are true in this state."""
    return tuple(line for capability in CAPABILITIES if (line := capability.line(state)))


def transmission(profile: Profile, *, esmtp: bool, smtputf8: bool, tls: bool, logged_in: bool) -> str:
    """The word after "with" in Received: ESMTPSA, UTF8SMTPS, LMTP … (RFC 3848, RFC 6531 §3.7.3)"""
    if not esmtp:
        return "SMTP"
    word = profile.protocol
    if smtputf8:
        word = "UTF8LMTP" if profile.lmtp else "UTF8SMTP"
    return word + ("S" if tls else "") + ("A" if logged_in else "")
