"""Logins end to end: real hashes, real throttle, time set by the test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from scram_client import client_final

from mailsvc.auth import sasl
from mailsvc.auth.authenticate import Authenticator, AuthFailed, Identity, TooManyAttempts
from mailsvc.auth.passwords import Credentials, PasswordHasher
from mailsvc.auth.throttle import Slowing, Throttle, ThrottleRules
from mailsvc.core.clock import FixedClock

OFFICE, HOME = "198.51.100.7", "203.0.113.9"
SECRET = b"the installation's own"


class Directory:
    """Accounts as the store would give them."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.hasher = hasher
        self.people: dict[str, Credentials] = {}

    def put(self, account_id: int, username: str, password: str, *, active: bool = True) -> None:
        keys = self.hasher.derive_now(password)
        self.people[username] = Credentials(
            account_id, username, keys.argon2, keys.scram_salt, keys.scram_iterations, keys.stored_key,
            keys.server_key, active,
        )  # fmt: skip

    async def lookup(self, name: str) -> Credentials | None:
        return self.people.get(name.lower().removesuffix("@so.example"))


class Desk:
    """An authenticator with everything around it."""

    def __init__(self, hasher: PasswordHasher, rules: ThrottleRules | None = None) -> None:
        self.clock = FixedClock(1_800_000_000_000)
        self.pauses: list[float] = []
        self.directory = Directory(hasher)
        self.directory.put(7, "hue", "mật khẩu của Huệ")
        self.directory.put(8, "cu", "nghỉ hưu", active=False)
        self.throttle = Throttle(self.clock, rules=rules)
        self.auth = Authenticator(self.directory.lookup, self.throttle, hasher, SECRET, pause=self.pause)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def fails(self, name: str, password: str, peer: str) -> str:
        with pytest.raises(AuthFailed) as caught:
            await self.auth.password(name, password, peer)
        return caught.value.reason


@pytest.fixture(scope="module")
def hasher() -> Iterator[PasswordHasher]:
    made = PasswordHasher(memory_kib=64, passes=1, iterations=4096)
    yield made
    made.close()


def test_login_by_both_names(hasher: PasswordHasher) -> None:
    async def run() -> None:
        desk = Desk(hasher)
        for name in ("hue", "hue@so.example"):
            assert await desk.auth.password(name, "mật khẩu của Huệ", OFFICE) == Identity(7, "hue")
        assert await desk.fails("hue", "sai", OFFICE) == "wrong password"
        assert await desk.fails("ai", "sai", OFFICE) == "no such account"
        assert await desk.fails("cu", "nghỉ hưu", OFFICE) == "account disabled"
        assert "malformed" in await desk.fails("hue", "\x07", OFFICE)
        assert "malformed" in await desk.fails("hue", "\ud800", OFFICE)

    asyncio.run(run())


def test_decomposed_password_is_the_same_password(hasher: PasswordHasher) -> None:
    import unicodedata

    async def run() -> None:
        desk = Desk(hasher)
        typed_on_a_mac = unicodedata.normalize("NFD", "mật khẩu của Huệ")
        assert (await desk.auth.password("hue", typed_on_a_mac, OFFICE)).account_id == 7

    asyncio.run(run())


def test_repeat_login_is_cheap_and_ends_with_the_password() -> None:
    async def run() -> None:
        hasher = PasswordHasher()
        desk = Desk(hasher)
        await desk.auth.password("hue", "mật khẩu của Huệ", OFFICE)
        desk.directory.put(9, "an", "plain ascii")
        await desk.auth.password("an", "plain ascii", OFFICE)
        rounds = 200
        started = time.process_time()
        for _ in range(rounds):
            await desk.auth.password("an", "plain ascii", OFFICE)
        assert (time.process_time() - started) / rounds < 0.001  # an argon2 run is 20 times that
        desk.directory.put(7, "hue", "mới")
        assert await desk.fails("hue", "mật khẩu của Huệ", OFFICE) == "wrong password"
        hasher.close()

    asyncio.run(run())


def test_stranger_is_refused_for_a_growing_time(hasher: PasswordHasher) -> None:
    async def run() -> None:
        desk = Desk(hasher)
        waits = []
        for attempt in range(9):
            try:
                await desk.fails("hue", f"đoán {attempt}", HOME)
            except TooManyAttempts as refused:
                waits.append(refused.retry_after_ms)
                desk.clock.advance(refused.retry_after_ms)
                await desk.fails("hue", f"đoán {attempt} nữa", HOME)
        assert waits == sorted(waits)
        assert waits[-1] >= 4 * waits[0] > 0
        # Her own place is not refused, only slowed by moments.
        assert (await desk.auth.password("hue", "mật khẩu của Huệ", OFFICE)).account_id == 7
        assert all(seconds <= 3 for seconds in desk.pauses)

    asyncio.run(run())


def test_same_outdated_password_is_one_mistake(hasher: PasswordHasher) -> None:
    async def run() -> None:
        desk = Desk(hasher)
        for _ in range(100):
            await desk.fails("hue", "mật khẩu cũ", OFFICE)
        assert (await desk.auth.password("hue", "mật khẩu của Huệ", OFFICE)).account_id == 7

    asyncio.run(run())


def test_loopback_is_never_refused(hasher: PasswordHasher) -> None:
    async def run() -> None:
        desk = Desk(hasher)
        for peer in ("127.0.0.1", "::1", "::ffff:127.0.0.1", ""):
            for attempt in range(60):
                await desk.fails("hue", f"{peer} {attempt}", peer)
            assert (await desk.auth.password("hue", "mật khẩu của Huệ", peer)).account_id == 7
        assert max(desk.pauses) <= 3

    asyncio.run(run())


def test_hash_budget_of_a_network(hasher: PasswordHasher) -> None:
    async def run() -> None:
        patient = Slowing(free=10_000, first_ms=0, most_ms=0)
        rules = ThrottleRules(pair=patient, address=patient, network=patient, name=patient, hashes=5, hash_ms=1_000)
        desk = Desk(hasher, rules)
        for attempt in range(5):
            await desk.fails("hue", f"đoán {attempt}", f"203.0.113.{attempt}")
        with pytest.raises(TooManyAttempts) as caught:
            await desk.auth.password("hue", "mật khẩu của Huệ", "203.0.113.99")
        desk.clock.advance(caught.value.retry_after_ms)
        await desk.auth.password("hue", "mật khẩu của Huệ", "203.0.113.99")

    asyncio.run(run())


def test_whole_offices_log_in_at_once(hasher: PasswordHasher) -> None:
    async def run() -> None:
        desk = Desk(hasher, ThrottleRules(hashes=5))
        for number in range(40):
            desk.directory.put(100 + number, f"user{number}", "đúng")
        for number in range(40):
            await desk.auth.password(f"user{number}", "đúng", OFFICE)

    asyncio.run(run())


async def scram_login(desk: Desk, name: str, password: str, peer: str) -> tuple[Identity, list[bytes]]:
    first, challenges = f"n,,n={name},r=abcdef".encode(), []

    async def ask(challenge: bytes) -> bytes:
        challenges.append(challenge)
        return b"" if challenge.startswith(b"v=") else client_final(challenge, first, password)

    return await desk.auth.sasl(sasl.Scram(), first, ask, peer), challenges


def test_scram_login(hasher: PasswordHasher) -> None:
    async def run() -> None:
        desk = Desk(hasher)
        identity, challenges = await scram_login(desk, "hue", "mật khẩu của Huệ", OFFICE)
        assert identity == Identity(7, "hue")
        assert len(challenges) == 2
        for name, password in (("hue", "sai"), ("ai", "sai"), ("cu", "nghỉ hưu")):
            with pytest.raises(AuthFailed):
                await scram_login(desk, name, password, OFFICE)

    asyncio.run(run())


def test_scram_guesses_are_throttled_too(hasher: PasswordHasher) -> None:
    async def run() -> None:
        desk = Desk(hasher)
        with pytest.raises(TooManyAttempts):
            for _ in range(20):
                with pytest.raises(AuthFailed):
                    await scram_login(desk, "hue", "sai", HOME)

    asyncio.run(run())


def test_scram_shows_unknown_names_a_stable_salt(hasher: PasswordHasher) -> None:
    async def run() -> None:
        salts = []
        for _ in range(2):
            challenges: list[bytes] = []

            async def ask(challenge: bytes, seen: list[bytes] = challenges) -> bytes:
                seen.append(challenge)
                return b"c=biws,r=x,p=AAAA"

            with pytest.raises(AuthFailed):
                await Desk(hasher).auth.sasl(sasl.Scram(), b"n,,n=ai,r=abc", ask, OFFICE)
            salts.append(challenges[0].split(b",s=")[1])
        assert salts[0] == salts[1]

    asyncio.run(run())


def test_plain_and_login_through_sasl(hasher: PasswordHasher) -> None:
    async def run() -> None:
        desk = Desk(hasher)
        answers = [b"hue", "mật khẩu của Huệ".encode()]

        async def ask(challenge: bytes) -> bytes:
            return answers.pop(0)

        assert (await desk.auth.sasl(sasl.Login(), None, ask, OFFICE)).account_id == 7
        message = "\0hue\0mật khẩu của Huệ".encode()
        assert (await desk.auth.sasl(sasl.Plain(), message, ask, OFFICE)).account_id == 7
        with pytest.raises(AuthFailed):
            await desk.auth.sasl(sasl.Plain(), b"rubbish", ask, OFFICE)

    asyncio.run(run())


def test_cancelled_exchange_ends_with_the_doors_own_error(hasher: PasswordHasher) -> None:
    async def ask(challenge: bytes) -> bytes:
        raise KeyError("the client sent *")

    async def run() -> None:
        with pytest.raises(KeyError):
            await Desk(hasher).auth.sasl(sasl.Plain(), None, ask, OFFICE)

    asyncio.run(run())
