"""What the doors need from the rest of the house."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol

from mailsvc.auth.authenticate import Authenticator
from mailsvc.core.clock import Clock
from mailsvc.mail.envelope import Envelope, Outcome
from mailsvc.mail.policy import Policy
from mailsvc.mail.tracing import TurnedAway
from mailsvc.store.blobs import Spool


class Standing(Enum):
    """What the house says of a recipient's address."""

    HERE = "here"
    ELSEWHERE = "elsewhere"  # not a domain of ours
    UNKNOWN = "unknown"  # our domain, nobody of that name
    CLOSED = "closed"  # the account exists but takes no mail
    PRIVATE = "private"  # a list that does not take mail from this sender
    EMPTY = "empty"  # a list that reaches nobody
    FULL = "full"  # the message can never fit
    NO_ROOM = "no room"  # no room now


class House(Protocol):
    """What lies behind the doors."""

    @property
    def host(self) -> str:
        """Our name in greetings, replies and Received fields."""
        ...

    @property
    def clock(self) -> Clock: ...

    @property
    def policy(self) -> Policy: ...

    @property
    def authenticator(self) -> Authenticator: ...

    @property
    def spool_folder(self) -> Path:
        """Where large letters grow; on the file system of the blobs."""
        ...

    async def standing(self, address: str, sender: str, size: int, account_id: int | None) -> Standing:
        """Whether `address` takes mail of `size` octets (0: unknown) from `sender`."""
        ...

    async def expect(self, wanted: Sequence[str]) -> None:
        """A hint: `standing` will be asked for these addresses next, so they may be looked up together."""
        ...

    async def may_send(self, account_id: int) -> bool:
        """Whether the account may send at all, be it with the null reverse-path: not once it is closed."""
        ...

    async def may_send_as(self, account_id: int, address: str) -> bool:
        """Whether the account may use `address` as its sender: its own, an alias, or one it was given."""
        ...

    def turned_away(self, one: TurnedAway) -> None:
        """Told of each refusal of a letter or a recipient, without waiting."""
        ...

    async def deliver(self, envelope: Envelope, spool: Spool) -> list[Outcome]:
        """Take over the letter. An outcome for each recipient in order, said only when it is on disk."""
        ...
