"""What the doors know of a letter besides its bytes, and what became of it for each recipient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """The other end of the connection. `ip` is '' for a Unix socket, `cipher` (IANA name) '' without TLS."""

    ip: str = ""
    port: int = 0
    helo: str = ""
    cipher: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One accepted RCPT, in the order they came. `notify` and `orcpt` ('rfc822;a@b') are of RFC 3461 §4.1 and §4.2."""

    address: str
    notify: tuple[str, ...] = ()
    orcpt: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail transaction.

    `door` is 'mx', 'submission', 'web' or 'lmtp'; `sender` is '' for the null reverse-path; `account_id` is who logged
    in. `digest` is the SHA-256 of all bytes in the spool, trace fields included. The first `return_path_size` of them
    are the Return-Path field, which does not leave the house; the first `trace_size` are what the door put in front.
    """

    id: str
    door: str
    client: Client
    sender: str
    recipients: tuple[Recipient, ...]
    received_ms: int
    digest: bytes = b""
    account_id: int | None = None
    smtputf8: bool = False
    body: str = ""
    ret: str = ""
    envid: str = ""
    return_path_size: int = 0
    trace_size: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the letter for one recipient, as an SMTP reply: 250, 4yz (try again) or 5yz (refused)."""

    recipient: str
    code: int = 250
    enhanced: str = "2.1.5"
    text: str = "Delivered"

    @property
    def ok(self) -> bool:
        return self.code < 300

    @property
    def reply(self) -> str:
        """On one line: '452 4.2.2 Mailbox is full'."""
        return f"{self.code} {self.enhanced} {self.text}"
