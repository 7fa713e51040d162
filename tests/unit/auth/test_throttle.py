"""Slowing: growth, forgiveness, bounds; the clock is the test's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.auth.throttle import Slowing, Throttle, ThrottleRules, Verdict
from mailsvc.core.clock import FixedClock

OFFICE, HOME = "198.51.100.7", "203.0.113.9"
RULES = ThrottleRules(
    pair=Slowing(free=3, first_ms=1_000, most_ms=60_000),
    address=Slowing(free=6, first_ms=1_000, most_ms=60_000),
    network=Slowing(free=12, first_ms=1_000, most_ms=60_000),
    name=Slowing(free=4, first_ms=250, most_ms=2_000),
    capacity=100,
)


def made(**kwargs: object) -> tuple[Throttle, FixedClock]:
    clock = FixedClock(1_800_000_000_000)
    return Throttle(clock, rules=RULES, **kwargs), clock  # type: ignore[arg-type]


def test_slowing_grows_to_its_most() -> None:
    slowing = Slowing(free=2, first_ms=1_000, most_ms=5_000)
    assert [slowing.delay_ms(failures) for failures in (0, 1, 2, 3, 4, 5, 1e9)] == [
        0,
        0,
        1_000,
        2_000,
        4_000,
        5_000,
        5_000,
    ]


def test_pair_is_refused_then_admitted_again() -> None:
    throttle, clock = made()
    for _ in range(3):
        assert throttle.check(HOME, "hue") == Verdict()
        throttle.failed(HOME, "hue")
    assert throttle.check(HOME, "hue").refuse_ms == 1_000
    assert throttle.check(HOME, "an").refuse_ms == 0
    assert throttle.check(OFFICE, "hue").refuse_ms == 0
    clock.advance(1_000)
    assert throttle.check(HOME, "hue").refuse_ms == 0
    throttle.failed(HOME, "hue")
    assert throttle.check(HOME, "hue").refuse_ms > 0


def test_many_names_from_one_address() -> None:
    throttle, _ = made()
    for number in range(6):
        throttle.failed(HOME, f"user{number}")
    assert throttle.check(HOME, "another").refuse_ms == 1_000
    assert throttle.check("203.0.113.10", "another").refuse_ms == 0


@pytest.mark.parametrize(
    ("addresses", "inside", "outside"),
    [
        ([f"203.0.113.{number}" for number in range(12)], "203.0.113.200", "203.0.114.1"),
        ([f"2001:db8::{number}" for number in range(12)], "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ([f"::ffff:203.0.113.{number}" for number in range(12)], "203.0.113.200", "203.0.112.1"),
    ],
)
def test_many_addresses_of_one_network(addresses: list[str], inside: str, outside: str) -> None:
    throttle, _ = made()
    for number, address in enumerate(addresses):
        throttle.failed(address, f"user{number}")
    assert throttle.check(inside, "another").refuse_ms == 1_000
    assert throttle.check(outside, "another").refuse_ms == 0


def test_name_under_attack_from_everywhere_is_only_slowed() -> None:
    throttle, _ = made()
    for number in range(1000):
        throttle.failed(f"2001:db8:{number:x}::1", "hue")
    assert throttle.check(OFFICE, "hue") == Verdict(refuse_ms=0, pause_ms=2_000)
    throttle.succeeded(OFFICE, "hue")
    assert throttle.check(OFFICE, "hue") == Verdict()


@pytest.mark.parametrize(
    "peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "", "10.1.1.1", "::ffff:10.1.1.1"]
)
def test_loopback_and_proxies_are_never_refused(peer: str) -> None:
    throttle, _ = made(trusted=["10.0.0.0/8"])
    for _ in range(1000):
        throttle.failed(peer, "hue")
        assert throttle.take_hash(peer) == 0
    assert throttle.check(peer, "hue") == Verdict(refuse_ms=0, pause_ms=2_000)
    assert throttle.check(peer, "an") == Verdict()
    assert throttle.exempt(peer)


def test_success_forgives_own_mistakes_only() -> None:
    throttle, clock = made()
    for _ in range(2):
        throttle.failed(HOME, "attacker")
    for number in range(6):
        throttle.failed(HOME, f"user{number}")
    clock.advance(30_000)
    throttle.succeeded(HOME, "attacker")
    throttle.failed(HOME, "user9")
    assert throttle.check(HOME, "user9").refuse_ms > 0


def test_success_clears_an_office_behind_one_address() -> None:
    throttle, clock = made()
    for number in range(50):
        name = f"user{number}"
        assert throttle.check(OFFICE, name) == Verdict()
        throttle.failed(OFFICE, name)
        throttle.failed(OFFICE, name)
        throttle.succeeded(OFFICE, name)
        clock.advance(10)


def test_one_infected_machine_does_not_lock_out_its_office() -> None:
    throttle, _ = made()
    throttle.succeeded(OFFICE, "hue")
    for number in range(200):
        throttle.failed(OFFICE, f"user{number}")
    assert throttle.check(OFFICE, "hue") == Verdict()
    assert throttle.check(OFFICE, "an").refuse_ms > 0
    for _ in range(3):
        throttle.failed(OFFICE, "hue")
    assert throttle.check(OFFICE, "hue").refuse_ms > 0


def test_failures_are_forgotten_with_time() -> None:
    throttle, clock = made()
    for _ in range(6):
        throttle.failed(HOME, "hue")
    clock.advance(6 * RULES.forget_ms)
    for _ in range(2):
        throttle.failed(HOME, "hue")
        assert throttle.check(HOME, "hue") == Verdict()


def test_clock_stepping_back_does_no_harm() -> None:
    throttle, clock = made()
    for _ in range(3):
        throttle.failed(HOME, "hue")
    clock.advance(-3_600_000)
    assert 0 < throttle.check(HOME, "hue").refuse_ms <= 60_000


def test_budget_of_hashes() -> None:
    throttle, clock = made()
    assert [throttle.take_hash(HOME) for _ in range(RULES.hashes)] == [0] * RULES.hashes
    wait_ms = throttle.take_hash("203.0.113.77")
    assert wait_ms > 0
    assert throttle.take_hash(OFFICE) == 0
    clock.advance(wait_ms)
    assert throttle.take_hash(HOME) == 0
    assert throttle.take_hash(HOME) > 0
    throttle.give_hash_back(HOME)
    assert throttle.take_hash(HOME) == 0


def test_memory_is_bounded() -> None:
    throttle, _ = made()
    for number in range(5_000):
        throttle.failed(f"2001:db8:{number:x}::1", f"user{number}")
        throttle.take_hash(f"2001:db8:{number:x}::1")
        throttle.succeeded(f"2001:db9:{number:x}::1", f"user{number}x")
    memories = (throttle._pairs, throttle._addresses, throttle._networks, throttle._names, throttle._hashes)
    assert len(throttle._known) == RULES.capacity
    for counters in memories:
        assert len(counters) == RULES.capacity


def test_trusted_must_be_networks() -> None:
    with pytest.raises(ValueError, match="proxy"):
        made(trusted=["proxy"])


steps = st.tuples(st.sampled_from(["failed", "succeeded", "advance"]), st.sampled_from([OFFICE, HOME, "::1", "odd"]))


@given(st.lists(steps, max_size=60))
def test_delays_stay_within_their_rules(script: list[tuple[str, str]]) -> None:
    throttle, clock = made()
    for act, peer in script:
        if act == "advance":
            clock.advance(7_777)
        else:
            getattr(throttle, act)(peer, "hue")
        verdict = throttle.check(peer, "hue")
        assert 0 <= verdict.refuse_ms <= 60_000
        assert 0 <= verdict.pause_ms <= 2_000
