"""A house of three people and a shared mailbox, at the edge that the doors see: no store behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mailsvc.auth.authenticate import Authenticator
from mailsvc.auth.passwords import Credentials, PasswordHasher
from mailsvc.auth.throttle import Throttle
from mailsvc.core.clock import Clock, FixedClock
from mailsvc.mail.envelope import Envelope, Outcome
from mailsvc.mail.policy import AllowAll, Policy
from mailsvc.mail.tracing import TurnedAway
from mailsvc.smtp.ports import Standing
from mailsvc.store.blobs import Spool

DOMAIN = "so.example"
NOON_MS = 1_795_496_400_000
STANDINGS = {
    "khoa": Standing.CLOSED,
    "day": Standing.FULL,
    "chat": Standing.NO_ROOM,
    "nhom": Standing.PRIVATE,
    "rong": Standing.EMPTY,
}


@dataclass
class SmallHouse:
    """`letters` are what was delivered; `outcome` may turn a recipient away at the end, `trouble` raise."""

    spool_folder: Path
    clock: Clock = field(default_factory=lambda: FixedClock(NOON_MS))
    host: str = "mail.so.example"
    policy: Policy = field(default_factory=AllowAll)
    people: tuple[str, ...] = ("an", "binh", "vanthu", "postmaster")
    password: str = "mật khẩu 1"
    letters: list[tuple[Envelope, bytes]] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)
    refused: list[TurnedAway] = field(default_factory=list)
    outcome: Callable[[str], Outcome] = Outcome
    trouble: Exception | None = None

    def __post_init__(self) -> None:
        self.hasher = PasswordHasher(memory_kib=64, passes=1, iterations=4096)
        keys = self.hasher.derive_now(self.password)
        self._credentials = Credentials(
            7, "an", keys.argon2, keys.scram_salt, keys.scram_iterations, keys.stored_key, keys.server_key, True
        )
        self.authenticator = Authenticator(self._lookup, Throttle(self.clock), self.hasher, b"secret")

    async def _lookup(self, name: str) -> Credentials | None:
        return self._credentials if name.lower() in ("an", "an@so.example") else None

    async def standing(self, address: str, sender: str, size: int, account_id: int | None) -> Standing:
        local, _, domain = address.rpartition("@")
        if local and domain != DOMAIN:
            return Standing.ELSEWHERE
        name = (local or domain).lower()
        if name.startswith("user") or name in self.people:
            return Standing.HERE
        return STANDINGS.get(name, Standing.UNKNOWN)

    async def expect(self, wanted: Sequence[str]) -> None:
        self.expected.append(len(wanted))

    async def may_send(self, account_id: int) -> bool:
        return True

    async def may_send_as(self, account_id: int, address: str) -> bool:
        return address in ("an@so.example", "an.nguyen@so.example", "vanthu@so.example")

    def turned_away(self, one: TurnedAway) -> None:
        self.refused.append(one)

    async def deliver(self, envelope: Envelope, spool: Spool) -> list[Outcome]:
        if self.trouble is not None:
            raise self.trouble
        self.letters.append((envelope, bytes(spool.view())))
        return [self.outcome(one.address) for one in envelope.recipients]
