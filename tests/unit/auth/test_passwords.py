"""Passwords: preparation, hashing in workers, the memory of verified logins."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.auth import scram
from mailsvc.auth.app_passwords import new_app_password
from mailsvc.auth.passwords import PasswordHasher, VerifiedLogins
from mailsvc.auth.saslprep import saslprep
from mailsvc.core.errors import Busy, Invalid


@pytest.mark.parametrize(
    ("given_text", "prepared"),
    [
        ("I\u00adX", "IX"),  # RFC 4013 §3, examples 1 to 5
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b\u3000c", "a b c"),
        ("mật khẩu", "mật khẩu"),
        ("m\u00e2\u0323t", "mật"),
        ("\u00bd", "1\u20442"),
    ],
)
def test_saslprep(given_text: str, prepared: str) -> None:
    assert saslprep(given_text) == prepared


@pytest.mark.parametrize("text", ["\u0007", "\u0627\u0031", "", "\u00ad", "\ud800", "a\ufffeb", "a\u0627", "\u200e"])
def test_saslprep_refuses(text: str) -> None:
    with pytest.raises(Invalid):
        saslprep(text)


def test_unassigned_code_points_may_be_presented_but_not_stored() -> None:
    assert saslprep("mật 🔑") == "mật 🔑"
    with pytest.raises(Invalid):
        saslprep("mật 🔑", stored=True)


@given(st.text(max_size=30))
def test_saslprep_is_settled_after_one_time(text: str) -> None:
    try:
        once = saslprep(text)
    except Invalid:
        return
    assert once
    assert saslprep(once) == once


@pytest.fixture(scope="module")
def hasher() -> Iterator[PasswordHasher]:
    made = PasswordHasher()
    yield made
    made.close()


def test_derived_keys_verify(hasher: PasswordHasher) -> None:
    async def main() -> None:
        keys = await hasher.derive("mật khẩu")
        assert keys.argon2.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert await hasher.verify(keys.argon2, "mật khẩu")
        assert not await hasher.verify(keys.argon2, "mật khẩu ")
        assert not await hasher.verify("", "mật khẩu")
        assert not await hasher.verify("rubbish", "mật khẩu")
        assert scram.derive_keys("mật khẩu", salt=keys.scram_salt, iterations=keys.scram_iterations) == scram.ScramKeys(
            keys.scram_salt, keys.scram_iterations, keys.stored_key, keys.server_key
        )
        assert not hasher.needs_rehash(keys.argon2)
        assert "argon2id" not in repr(keys)

    asyncio.run(main())


def test_unusable_passwords_are_refused(hasher: PasswordHasher) -> None:
    for password in ("", "\u0007", "x" * 1025):
        with pytest.raises(Invalid):
            hasher.derive_now(password)


def test_nobody_costs_as_much_as_somebody(hasher: PasswordHasher) -> None:
    """The best of some runs each, in processor time, so that a busy machine does not decide."""
    stored = hasher.derive_now("mật khẩu").argon2

    def best(text: str) -> float:
        def once() -> float:
            started = time.process_time()
            asyncio.run(hasher.verify(text, "đoán"))
            return time.process_time() - started

        return min(once() for _ in range(5))

    asyncio.run(hasher.verify("", "warm"))
    assert 0.5 < best("") / best(stored) < 2
    (made,) = asyncio.run(hasher.derive_made([(new_app_password(), b"")]))
    assert 0.5 < best(made.argon2) / best(stored) < 2  # nor is a temporary password told from others


def test_many_passwords_made_here_cost_little_and_verify_like_any(hasher: PasswordHasher) -> None:
    salt = b"0123456789abcdef"

    async def main() -> None:
        made = [(new_app_password(), salt if number % 2 else b"") for number in range(60)]
        keys = await hasher.derive_made(made)
        assert len(keys) == 60 and len({one.argon2 for one in keys}) == 60
        for (password, given_salt), one in [*zip(made, keys, strict=True)][::20]:
            assert await hasher.verify(one.argon2, password) and not await hasher.verify(one.argon2, password[1:])
            assert one.scram_salt == given_salt or not given_salt
            assert one.scram_iterations == scram.ITERATIONS  # the same as for everybody: clients are told
            assert scram.derive_keys(password, salt=one.scram_salt).stored_key == one.stored_key

    asyncio.run(main())


def test_one_who_logs_in_need_not_wait_for_many() -> None:
    async def main() -> None:
        hasher = PasswordHasher(workers=1, queue=1, memory_kib=64, passes=1, iterations=4096)
        known = hasher.derive_now("mật khẩu").argon2
        many = asyncio.ensure_future(hasher.derive_made([(new_app_password(), b"")] * 1000))
        await asyncio.sleep(0)
        assert await hasher.verify(known, "mật khẩu") and not many.done()
        assert len(await many) == 1000
        hasher.close()

    asyncio.run(main())


def test_loop_turns_while_hashing(hasher: PasswordHasher) -> None:
    async def main() -> None:
        hashing = asyncio.ensure_future(hasher.derive("mật khẩu"))
        turns = 0
        while not hashing.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 100

    asyncio.run(main())


def test_queue_is_bounded() -> None:
    async def main() -> None:
        hasher = PasswordHasher(workers=1, queue=2, memory_kib=64, passes=1, iterations=4096)
        waiting = [asyncio.ensure_future(hasher.derive("mật khẩu")) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await hasher.derive("mật khẩu")
        await asyncio.gather(*waiting)
        await hasher.derive("mật khẩu")
        hasher.close()

    asyncio.run(main())


def test_memory_of_logins_is_bounded_and_kept_apart() -> None:
    verified = VerifiedLogins(capacity=3)
    right = verified.key("hue", "$argon2id$1", "mật khẩu")
    verified.put(right, True)
    for number in range(100):
        verified.put(verified.key("hue", "$argon2id$1", str(number)), False)
    assert verified.get(right) is True
    assert len(verified) == 4
    assert verified.get(verified.key("hue", "$argon2id$1", "99")) is False
    assert verified.get(verified.key("hue", "$argon2id$2", "mật khẩu")) is None
    assert verified.get(verified.key("an", "$argon2id$1", "mật khẩu")) is None
    assert verified.key("hue", "a", "b") != VerifiedLogins().key("hue", "a", "b")
    verified.clear()
    assert verified.get(right) is None


def test_least_recently_used_login_goes_first() -> None:
    verified = VerifiedLogins(capacity=2)
    keys = [verified.key("hue", "", str(number)) for number in range(3)]
    verified.put(keys[0], True)
    verified.put(keys[1], True)
    verified.get(keys[0])
    verified.put(keys[2], True)
    assert [verified.get(key) for key in keys] == [True, None, True]
