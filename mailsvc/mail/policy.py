"""The seam where sender checks (SPF, DMARC, junk) speak at the door, before a letter is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.store.blobs import Buffer


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command is refused: reply code (4yz or 5yz), enhanced code and a text for the other side."""

    code: int
    enhanced: str
    text: str


class Policy(Protocol):
    """Asked in this order; None lets the command pass. Raised errors make a temporary failure."""

    async def mail(self, client: Client, door: str, sender: str) -> Refusal | None:
        """At MAIL. `sender` is '' for the null reverse-path."""
        ...

    async def rcpt(self, client: Client, door: str, sender: str, recipient: Recipient) -> Refusal | None:
        """At RCPT, after the address was found to be deliverable."""
        ...

    async def data(self, envelope: Envelope, message: Buffer) -> Refusal | None:
        """When all bytes are there, before delivery. `message` starts with our trace fields."""
        ...


class AllowAll:
    """No objections."""

    async def mail(self, client: Client, door: str, sender: str) -> Refusal | None:
        return None

    async def rcpt(self, client: Client, door: str, sender: str, recipient: Recipient) -> Refusal | None:
        return None

    async def data(self, envelope: Envelope, message: Buffer) -> Refusal | None:
        return None
