"""Slowing wrong passwords: counts with growing delays per address, per network and per account name.

Four rules shape it. A stranger may be refused for a while; loopback and trusted proxies never are. A name under
attack from everywhere is slowed by seconds at most, so that guessing cannot lock its owner out. Who has logged in
from an address before answers there for his own mistakes only, so one infected machine does not lock out an office
behind the same address. And only new logins are asked: a session that is logged in is never touched.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from mailsvc.core.clock import Clock

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Slowing:
    """The growth of one kind of delay: nothing for `free` failures, then doubling from `first_ms` up to `most_ms`."""

    free: int
    first_ms: int
    most_ms: int

    def delay_ms(self, failures: float) -> int:
        beyond = int(failures) - self.free
        return 0 if beyond < 0 else min(self.most_ms, self.first_ms << min(beyond, 30))


@dataclass(frozen=True, slots=True)
class ThrottleRules:
    """How much patience there is; all times in milliseconds."""

    pair: Slowing = Slowing(free=5, first_ms=1_000, most_ms=900_000)
    """One name from one address."""
    address: Slowing = Slowing(free=20, first_ms=1_000, most_ms=900_000)
    network: Slowing = Slowing(free=60, first_ms=1_000, most_ms=300_000)
    """All of an IPv4 /24 or an IPv6 /64."""
    name: Slowing = Slowing(free=10, first_ms=250, most_ms=3_000)
    """One name from anywhere: a pause, never a refusal."""
    forget_ms: int = 60_000
    """One failure is forgiven for each such time that passes."""
    hashes: int = 60
    """argon2 runs a network may start at once; each one that found the right password is given back."""
    hash_ms: int = 500
    """The time after which one more run is granted."""
    capacity: int = 50_000
    """Counters kept; the least recently used goes first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refuse_ms` > 0: answer at once with a refusal, try again after that time. `pause_ms`: wait so long first."""

    refuse_ms: int = 0
    pause_ms: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What more wrong passwords bring: `left` until one has to wait; then `wait_ms` before the next try, at most
    `most_ms`. Nothing of it says whether the name exists."""

    left: int
    wait_ms: int
    most_ms: int


@dataclass(slots=True)
class _Counter:
    failures: float = 0.0
    last_ms: int = 0


class _Counters:
    """Failure counts by key that decay with time, at most `capacity` of them."""

    def __init__(self, capacity: int, forget_ms: int) -> None:
        self._capacity = capacity
        self._forget_ms = forget_ms
        self._counters: OrderedDict[str, _Counter] = OrderedDict()

    def get(self, key: str, now_ms: int) -> tuple[float, int]:
        """Failures left after decay, and the time of the last one."""
        counter = self._counters.get(key)
        if counter is None:
            return 0.0, 0
        counter.last_ms = min(counter.last_ms, now_ms)  # the machine's clock may have been set back
        passed = now_ms - counter.last_ms
        return max(0.0, counter.failures - passed / self._forget_ms), counter.last_ms

    def add(self, key: str, amount: float, now_ms: int) -> None:
        failures, _ = self.get(key, now_ms)
        self._counters[key] = _Counter(failures + amount, now_ms)
        self._counters.move_to_end(key)
        if len(self._counters) > self._capacity:
            self._counters.popitem(last=False)

    def forgive(self, key: str, amount: float, now_ms: int) -> None:
        """Takes `amount` back without moving the time of the last failure."""
        counter = self._counters.get(key)
        if counter is None:
            return
        counter.failures -= amount
        if self.get(key, now_ms)[0] <= 0:
            del self._counters[key]

    def __len__(self) -> int:
        return len(self._counters)


class Throttle:
    """Asked before a password is checked, told the outcome afterwards. Never sleeps itself."""

    def __init__(self, clock: Clock, *, rules: ThrottleRules | None = None, trusted: Iterable[str] = ()) -> None:
        """`trusted`: networks of our own proxies, e.g. '10.0.0.0/8'; loopback always is. ValueError for a bad one."""
        self._clock = clock
        self._rules = rules or ThrottleRules()
        self._trusted = tuple(ip_network(network) for network in trusted)
        capacity, forget = self._rules.capacity, self._rules.forget_ms
        self._pairs = _Counters(capacity, forget)
        self._addresses = _Counters(capacity, forget)
        self._networks = _Counters(capacity, forget)
        self._names = _Counters(capacity, forget)
        self._hashes = _Counters(capacity, self._rules.hash_ms)
        self._known: OrderedDict[str, None] = OrderedDict()

    def check(self, peer: str, name: str) -> Verdict:
        """Whether a login for `name` (lower case, prepared) from the address `peer` may be tried now."""
        now_ms = self._clock.now_ms()
        pause_ms = self._rules.name.delay_ms(self._names.get(name, now_ms)[0])
        keys = self._keys(peer)
        if keys is None:
            return Verdict(pause_ms=pause_ms)
        address, network = keys
        pair = f"{address} {name}"
        refuse_ms = _left_ms(self._rules.pair, self._pairs.get(pair, now_ms), now_ms)
        if pair not in self._known:
            refuse_ms = max(
                refuse_ms,
                _left_ms(self._rules.address, self._addresses.get(address, now_ms), now_ms),
                _left_ms(self._rules.network, self._networks.get(network, now_ms), now_ms),
            )
        return Verdict(refuse_ms=refuse_ms, pause_ms=pause_ms)

    def outlook(self, peer: str, name: str) -> Outlook | None:
        """What lies ahead for this name from this address; None where nobody is ever refused."""
        keys = self._keys(peer)
        if keys is None:
            return None
        rules, now_ms = self._rules.pair, self._clock.now_ms()
        failures, _ = self._pairs.get(f"{keys[0]} {name}", now_ms)
        return Outlook(max(0, rules.free - int(failures)), self.check(peer, name).refuse_ms, rules.most_ms)

    def failed(self, peer: str, name: str) -> None:
        """A wrong password, or a name nobody has."""
        now_ms = self._clock.now_ms()
        self._names.add(name, 1, now_ms)
        keys = self._keys(peer)
        if keys is None:
            return
        address, network = keys
        self._pairs.add(f"{address} {name}", 1, now_ms)
        self._addresses.add(address, 1, now_ms)
        self._networks.add(network, 1, now_ms)

    def succeeded(self, peer: str, name: str) -> None:
        """The right password: this person's mistakes are forgotten, those made here under other names are not.

        Otherwise somebody with an account of their own could clear the count after every few guesses at others'.
        """
        now_ms = self._clock.now_ms()
        self._names.forgive(name, float("inf"), now_ms)
        keys = self._keys(peer)
        if keys is None:
            return
        address, network = keys
        pair = f"{address} {name}"
        self._known[pair] = None
        self._known.move_to_end(pair)
        if len(self._known) > self._rules.capacity:
            self._known.popitem(last=False)
        failures, _ = self._pairs.get(pair, now_ms)
        if failures:
            self._pairs.forgive(pair, float("inf"), now_ms)
            self._addresses.forgive(address, failures, now_ms)
            self._networks.forgive(network, failures, now_ms)

    def take_hash(self, peer: str) -> int:
        """Takes one argon2 run from the budget of the peer's network: 0, or the milliseconds until there is one."""
        keys = self._keys(peer)
        if keys is None:
            return 0
        now_ms = self._clock.now_ms()
        used, _ = self._hashes.get(keys[1], now_ms)
        if used > self._rules.hashes - 1:
            return max(1, int((used - self._rules.hashes + 1) * self._rules.hash_ms))
        self._hashes.add(keys[1], 1, now_ms)
        return 0

    def give_hash_back(self, peer: str) -> None:
        """The run found the right password, so it does not count."""
        keys = self._keys(peer)
        if keys is not None:
            self._hashes.forgive(keys[1], 1, self._clock.now_ms())

    def exempt(self, peer: str) -> bool:
        """Whether the address is loopback, a Unix socket ('') or one of our proxies."""
        return self._keys(peer) is None

    def _keys(self, peer: str) -> tuple[str, str] | None:
        """The address's and its network's key, None for an address that is never refused."""
        address = _address(peer)
        if address is None or address.is_loopback or any(address in network for network in self._trusted):
            return None
        length = 24 if address.version == 4 else 64
        return str(address), str(ip_network((address, length), strict=False))


def _left_ms(slowing: Slowing, count: tuple[float, int], now_ms: int) -> int:
    failures, last_ms = count
    return max(0, last_ms + slowing.delay_ms(failures) - now_ms) if failures else 0


def _address(peer: str) -> Address | None:
    """The address without its zone, IPv4 inside IPv6 unwrapped; None when there is none (Unix socket)."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
