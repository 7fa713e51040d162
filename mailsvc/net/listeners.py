"""Listeners: sockets that make a `Connection` and run a door's handler for each, within limits."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailsvc.net.connection import Connection
from mailsvc.net.errors import NetError
from mailsvc.net.tls import ServerTls

log = logging.getLogger(__name__)

Handler = Callable[[Connection], Awaitable[None]]

BACKLOG = 1024
_FIRST_INHERITED = 3
"""The first descriptor that systemd passes (sd_listen_fds(3))."""


@dataclass(frozen=True, slots=True)
class GateRules:
    """How many connections may stand at once; loopback and Unix sockets count only towards the total."""

    total: int = 10_000
    per_address: int = 200
    per_network: int = 10_000
    """IPv4 addresses with the same first 24 bits, IPv6 ones with the same 64: who has one of them has them all."""


class Gate:
    """Counts connections. One may be shared by several listeners, also by those that make their own protocols."""

    def __init__(self, rules: GateRules | None = None) -> None:
        self._rules = rules or GateRules()
        self._total = 0
        self._addresses: Counter[str] = Counter()
        self._networks: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self._total

    def enter(self, address: str) -> bool:
        """Whether one more from this address is let in; each True needs a `leave` later."""
        if self._total >= self._rules.total:
            return False
        network = _network(address)
        full = self._addresses[address] >= self._rules.per_address or self._networks[network] >= self._rules.per_network
        if full and not _is_local(address):
            return False
        self._total += 1
        self._addresses[address] += 1
        self._networks[network] += 1
        return True

    def leave(self, address: str) -> None:
        self._total -= 1
        for counter, key in ((self._addresses, address), (self._networks, _network(address))):
            counter[key] -= 1
            if counter[key] <= 0:
                del counter[key]


class Listener:
    """One door's listening sockets and the handlers of its connections."""

    def __init__(
        self,
        handler: Handler,
        *,
        name: str = "",
        tls: ServerTls | None = None,
        gate: Gate | None = None,
        busy: bytes = b"",
        read_timeout: float = 300.0,
    ) -> None:
        """`tls` encrypts from the first octet. `busy` is said, in plain text listeners, to who is not let in."""
        self._handler = handler
        self._name = name
        self._tls = tls
        self._gate = gate or Gate()
        self._busy = busy
        self._read_timeout = read_timeout
        self._servers: list[asyncio.Server] = []
        self._tasks: dict[asyncio.Task[None], Connection] = {}
        self._open: set[Connection] = set()

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Host and port of every listening TCP socket."""
        names = [found.getsockname() for server in self._servers for found in server.sockets]
        return tuple((str(name[0]), int(name[1])) for name in names if isinstance(name, tuple))

    @property
    def port(self) -> int:
        """The port of the first socket (the one the system chose for port 0)."""
        return self.addresses[0][1]

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections whose handlers are running."""
        return tuple(self._tasks.values())

    async def start(self, hosts: Sequence[str] = ("127.0.0.1",), port: int = 0) -> None:
        """Listens on each host; with port 0 the system chooses one, the same for all. Raises OSError."""
        for host in hosts:
            self._servers.append(await self._listen(bind(host, port)))
            port = port or self.port

    async def start_on(self, sockets: Sequence[socket.socket]) -> None:
        """Listens on sockets made elsewhere (socket activation, Unix sockets)."""
        for found in sockets:
            self._servers.append(await self._listen(found))

    async def stop(self, *, within: float = 5.0) -> None:
        """Accepts no more, cancels the handlers (which may still say goodbye), then drops what is left."""
        for server in self._servers:
            server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=within)
        for connection in tuple(self._open):
            connection.abort()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def _listen(self, found: socket.socket) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        found.setblocking(False)
        if found.family == socket.AF_UNIX:
            return await loop.create_unix_server(self._connection, sock=found, backlog=BACKLOG)
        return await loop.create_server(self._connection, sock=found, backlog=BACKLOG)

    def _connection(self) -> Connection:
        return Connection(self._made, self._lost, read_timeout=self._read_timeout)

    def _made(self, connection: Connection) -> None:
        if not self._gate.enter(connection.peer):
            log.warning("%s: connection from %s not let in, too many", self._name, connection.peer)
            if self._busy and self._tls is None:
                connection.write(self._busy)
            connection.close(within=1.0, linger=False)
            return
        self._open.add(connection)
        end_point = b""
        if self._tls is not None:  # now, before the ClientHello can be taken for plain text
            end_point = self._tls.end_point
            connection.begin_tls(self._tls.context)
        task = asyncio.get_running_loop().create_task(self._serve(connection, end_point))
        self._tasks[task] = connection
        task.add_done_callback(self._tasks.pop)

    def _lost(self, connection: Connection) -> None:
        if connection in self._open:
            self._open.discard(connection)
            self._gate.leave(connection.peer)

    async def _serve(self, connection: Connection, end_point: bytes) -> None:
        try:
            if self._tls is not None:
                await connection.handshake(end_point=end_point)
            await self._handler(connection)
        except asyncio.CancelledError:
            connection.close(linger=False)  # a stop does not wait for slow leavers
            raise
        except NetError as error:
            log.debug("%s: %s: %s", self._name, connection.peer, error)
        except Exception:
            log.exception("%s: handler of %s failed", self._name, connection.peer)
        finally:
            connection.close()


def bind(host: str, port: int) -> socket.socket:
    """A bound stream socket on an address, or on everything for '' and '*'. Raises OSError that names them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, or asyncio would not set TCP_NODELAY on what is accepted, and answers wait 40 ms.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _keep_alive(found)
        if family == socket.AF_INET6:  # each family has its own socket, so neither takes the other's port
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        found.bind(("" if host == "*" else host, port))
    except OSError as error:
        found.close()
        raise OSError(error.errno, f"{error.strerror}: {host or '*'} port {port}") from error
    return found


def _keep_alive(found: socket.socket) -> None:
    """Has the kernel ask silent peers whether they still exist; accepted sockets inherit it from the listening one."""
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 600), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5)):
        if hasattr(socket, option):
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def inherited(environment: Mapping[str, str] = os.environ) -> dict[str, list[socket.socket]]:
    """Sockets passed by systemd socket activation, by FileDescriptorName; {} when there are none for us.

    Call it once: the sockets own their descriptors.
    """
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return {}
    count = int(environment.get("LISTEN_FDS", "0"))
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    found: dict[str, list[socket.socket]] = {}
    for index in range(count):
        name = names[index] if index < len(names) and names[index] else "unknown"
        with contextlib.suppress(OSError):
            os.set_inheritable(_FIRST_INHERITED + index, False)
            found.setdefault(name, []).append(socket.socket(fileno=_FIRST_INHERITED + index))
    return found


@lru_cache(maxsize=4096)
def _is_local(address: str) -> bool:
    parsed = _parsed(address)
    return parsed.is_loopback if parsed is not None else not address


@lru_cache(maxsize=4096)  # asked for each connection, when it comes and when it goes
def _network(address: str) -> str:
    """The network that the address stands for; the address itself when it is none."""
    parsed = _parsed(address)
    if parsed is None:
        return address
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 64), strict=False))


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address without its zone, IPv4 inside IPv6 unwrapped; None when there is none (Unix socket)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if parsed.version == 6 else None
    return mapped or parsed
