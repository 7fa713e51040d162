"""Passwords: argon2id in bounded workers, credentials as the store gives them, and the memory of verified logins."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import argon2

from mailsvc.auth.saslprep import saslprep
from mailsvc.auth.scram import ITERATIONS, ScramKeys, derive_keys
from mailsvc.core.errors import Busy, Invalid

T = TypeVar("T")

MEMORY_KIB = 19 * 1024
PASSES = 2
MADE_MEMORY_KIB = 256
"""What a password costs that was made here at random: guessing 79 bits is hopeless however cheap a guess is."""
AT_ONCE = 25
"""Passwords made here that are hashed before others have their turn."""
LONGEST = 1024
"""Characters of a password; longer ones are refused before any work is spent on them."""


@dataclass(frozen=True, slots=True)
class PasswordKeys:
    """What is stored when a password is set; the password itself is not."""

    argon2: str = field(repr=False)
    scram_salt: bytes
    scram_iterations: int
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AppKey:
    """A password of one mail program. `digest`: SHA-256 of it (`app_digest`); the salt is mostly the account's."""

    id: int
    digest: bytes = field(repr=False)
    scram_salt: bytes
    scram_iterations: int
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)

    @property
    def scram(self) -> ScramKeys:
        return ScramKeys(self.scram_salt, self.scram_iterations, self.stored_key, self.server_key)


@dataclass(frozen=True, slots=True)
class Credentials:
    """One account's login as the store knows it; an account without SCRAM keys has an empty stored_key.

    `apps` are the passwords of mail programs; the person's own opens these doors too only while `own_everywhere`.
    """

    account_id: int
    username: str
    argon2: str = field(repr=False)
    scram_salt: bytes
    scram_iterations: int
    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)
    active: bool
    apps: tuple[AppKey, ...] = ()
    own_everywhere: bool = True

    @property
    def scram(self) -> ScramKeys:
        return ScramKeys(self.scram_salt, self.scram_iterations, self.stored_key, self.server_key)


class PasswordHasher:
    """Hashes and verifies in its own few threads; the event loop never waits for argon2.

    Each running hash holds `memory_kib`, so `workers` also bounds memory. At most `queue` callers wait;
    beyond that Busy is raised at once, which the doors turn into a temporary failure.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        queue: int = 200,
        memory_kib: int = MEMORY_KIB,
        passes: int = PASSES,
        iterations: int = ITERATIONS,
    ) -> None:
        _give_back_large_blocks()
        self._argon2 = argon2.PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._cheap = argon2.PasswordHasher(
            time_cost=1, memory_cost=min(MADE_MEMORY_KIB, memory_kib), parallelism=1
        )
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._room = workers + queue
        self._iterations = iterations
        self._decoy = ""

    async def derive(self, password: str, salt: bytes = b"") -> PasswordKeys:
        """The keys to store for a new password. Raises Invalid (not a usable password) or Busy.

        `salt`: the SCRAM salt the account has; all its passwords share one, since the server has to name it before it
        learns which of them is meant.
        """
        return await self._run(self.derive_now, password, salt)

    def derive_now(self, password: str, salt: bytes = b"") -> PasswordKeys:
        """The same from a plain thread (command line, provisioning)."""
        return self._keys(self._argon2, password, salt)

    async def derive_made(self, made: Sequence[tuple[str, bytes]]) -> list[PasswordKeys]:
        """The keys of many passwords that were made here at random, each with its salt, in order: quickly, and with
        room between for those who log in. Raises Busy."""
        found: list[PasswordKeys] = []
        for start in range(0, len(made), AT_ONCE):
            found += await self._run(self._made_now, made[start : start + AT_ONCE])
        return found

    def _made_now(self, made: Sequence[tuple[str, bytes]]) -> list[PasswordKeys]:
        return [self._keys(self._cheap, password, salt) for password, salt in made]

    def _keys(self, hasher: argon2.PasswordHasher, password: str, salt: bytes) -> PasswordKeys:
        if len(password) > LONGEST:
            raise Invalid("Mật khẩu dài quá %(longest)s ký tự.", longest=LONGEST)
        prepared = saslprep(password, stored=True)
        keys = derive_keys(prepared, salt=salt or None, iterations=self._iterations)
        return PasswordKeys(hasher.hash(prepared), keys.salt, keys.iterations, keys.stored_key, keys.server_key)

    async def verify(self, stored: str, prepared: str) -> bool:
        """Whether `prepared` (after SASLprep) is the password behind the argon2 text. Raises Busy.

        An empty `stored` (no such account) costs as much time as a real one and is never true; so does one that was
        made cheaply.
        """
        return await self._run(self._verify_now, stored, prepared)

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than today's, or is none of ours."""
        try:
            return self._argon2.check_needs_rehash(stored)
        except argon2.exceptions.InvalidHashError:
            return True

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _verify_now(self, stored: str, prepared: str) -> bool:
        if not stored or self.needs_rehash(stored):
            self._fits(self._decoy_hash(), prepared)
        return bool(stored) and self._fits(stored, prepared)

    def _fits(self, stored: str, prepared: str) -> bool:
        try:
            return self._argon2.verify(stored, prepared)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def _decoy_hash(self) -> str:
        if not self._decoy:
            self._decoy = self._argon2.hash(secrets.token_urlsafe(24))
        return self._decoy

    async def _run(self, fn: Callable[..., T], *args: Any) -> T:
        if self._room <= 0:
            raise Busy("Máy chủ đang bận, xin thử lại sau giây lát.")
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, fn, *args)
        finally:
            self._room += 1


class VerifiedLogins:
    """Remembers which passwords were right and which were wrong, without keeping them.

    An entry is the keyed hash of name, stored argon2 text and password; the key lives and dies with the process.
    A changed password has another argon2 text, so old entries no longer match: nothing has to be told about the
    change, and a disabled account is refused before it is asked. Right and wrong answers are both remembered, so a
    phone repeating an outdated password costs no argon2 either.
    """

    def __init__(self, capacity: int = 20_000) -> None:
        self._secret = secrets.token_bytes(32)
        self._capacity = capacity
        # Two memories, so that a stranger's guesses never push out the logins of the staff.
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._wrong: OrderedDict[bytes, None] = OrderedDict()

    def key(self, name: str, stored: str, prepared: str) -> bytes:
        """The entry's name: 32 bytes that say nothing about the password without this process."""
        return hmac.digest(self._secret, "\0".join((name, stored, prepared)).encode(), "sha256")

    def get(self, key: bytes) -> bool | None:
        """True (was right), False (was wrong) or None (never seen, or forgotten)."""
        if key in self._right:
            self._right.move_to_end(key)
            return True
        return False if key in self._wrong else None

    def put(self, key: bytes, right: bool) -> None:
        """Remembers one answer, at the cost of the oldest of its kind."""
        memory = self._right if right else self._wrong
        memory[key] = None
        if len(memory) > self._capacity:
            memory.popitem(last=False)

    def clear(self) -> None:
        """Forgets everything; the next login of each person costs one argon2 again."""
        self._right.clear()
        self._wrong.clear()

    def __len__(self) -> int:
        return len(self._right) + len(self._wrong)


_M_MMAP_THRESHOLD = -3  # malloc.h of the GNU library
_LARGE = 8 * 1024 * 1024


def _give_back_large_blocks() -> None:
    """Let the memory of a hash go back to the system when it is done.

    Left to itself the GNU library learns to keep blocks of that size, for each thread that has hashed. Other C
    libraries have no such habit.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
