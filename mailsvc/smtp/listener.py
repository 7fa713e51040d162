"""The sockets of one door and the connections that came through them."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Coroutine, Sequence
from typing import Any

from mailsvc.core.log import failure_reference
from mailsvc.net.listeners import BACKLOG, Gate, bind
from mailsvc.net.tls import ServerTls
from mailsvc.smtp.connection import Connection
from mailsvc.smtp.limits import LIMITS, Limits
from mailsvc.smtp.ports import House
from mailsvc.smtp.profiles import Profile

log = logging.getLogger("mailsvc.smtp")


class Listener:
    """Makes a `Connection` for each client of one profile and one port."""

    def __init__(
        self,
        profile: Profile,
        house: House,
        *,
        limits: Limits = LIMITS,
        tls: ServerTls | None = None,
        implicit_tls: bool = False,
        gate: Gate | None = None,
    ) -> None:
        """`tls` is offered by STARTTLS, or from the first octet with `implicit_tls`."""
        self.profile = profile
        self.house = house
        self.limits = limits
        self.implicit_tls = implicit_tls
        self.stopping = False
        self.loop: asyncio.AbstractEventLoop
        self._tls = tls
        self._gate = gate or Gate()
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def context(self) -> ssl.SSLContext | None:
        return self._tls.context if self._tls is not None else None

    @property
    def port(self) -> int:
        """The port of the first socket (the one the system chose for port 0)."""
        return int(self._servers[0].sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many connections stand."""
        return len(self._connections)

    async def start(self, hosts: Sequence[str] = ("127.0.0.1",), port: int = 0) -> None:
        """Listen on each host; with port 0 the system chooses one, the same for all. Raises OSError."""
        for host in hosts:
            await self.start_on([bind(host, port)])
            port = port or self.port

    async def start_on(self, sockets: Sequence[socket.socket]) -> None:
        """Listen on sockets made elsewhere (socket activation, Unix sockets)."""
        self.loop = asyncio.get_running_loop()
        for found in sockets:
            found.setblocking(False)
            create = self.loop.create_unix_server if found.family == socket.AF_UNIX else self.loop.create_server
            self._servers.append(await create(self._connection, sock=found, backlog=BACKLOG))

    async def stop(self, within: float = 5.0) -> None:
        """Accept no more; sessions end with 421 after their present command, those not done in time are cut."""
        self.stopping = True
        for server in self._servers:
            server.close()
        for connection in tuple(self._connections):
            connection.hurry()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=within)
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=1.0)
        for connection in tuple(self._connections):
            connection.transport.abort()
        self._servers.clear()

    # ---- for Connection --------------------------------------------------------------------------------------------
    def admit(self, connection: Connection) -> bool:
        """Whether one more connection is let in."""
        if not self._gate.enter(connection.talk.client.ip):
            log.warning("%s: too many connections, %s not let in", self.profile.name, connection.talk.client.ip)
            return False
        self._connections.add(connection)
        return True

    def adopt(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a connection's task. A task group around each of them would cost more than the task."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def release(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.discard(connection)
            self._gate.leave(connection.talk.client.ip)

    def report(self, where: str) -> str:
        """Log the exception being handled; its reference."""
        return failure_reference(log, where)

    def _connection(self) -> Connection:
        return Connection(self)
