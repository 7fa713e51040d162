"""The HTTP door: uvicorn inside the running event loop, on a socket of our own, without its signal handlers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from mailsvc.http.application import application
from mailsvc.http.face import Face
from mailsvc.http.helpers import Helpers
from mailsvc.http.limits import CONNECTIONS, CONNECTIONS_PER_ADDRESS, KEEP_ALIVE_SECONDS, STOP_SECONDS
from mailsvc.http.protocol import BoundedProtocol
from mailsvc.mail.office import Office
from mailsvc.net.listeners import BACKLOG, Gate, GateRules, bind

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to the service and tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class HttpDoor:
    """The web pages of the office on its HTTP port. `ready` says whether every door of the service accepts."""

    def __init__(self, office: Office, face: Face, *, ready: Callable[[], bool] = lambda: True) -> None:
        self._office = office
        self._helpers = Helpers()
        self._app = application(office, face, self._helpers, ready)
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._port = 0

    @property
    def application(self) -> Starlette:
        """What answers behind the socket, with its routes."""
        return self._app

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the start."""
        return self._port

    async def start(self) -> None:
        """Accepts connections when this returns. Raises OSError when the port is taken."""
        listen = self._office.settings.listen
        found = bind(listen.address, listen.base_port + listen.http)
        found.setblocking(False)
        self._port = found.getsockname()[1]
        self._server = _Server(self._config())
        self._task = asyncio.create_task(self._server.serve([found]), name="http")
        listening = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait((self._task, listening), return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if self._task.done():
            found.close()
            self._task.result()
        log.info("http: listening on %s port %d", listen.address, self._port)

    async def stop(self) -> None:
        """Accepts no more, lets running requests end for a moment, then cuts them off. Idempotent."""
        if self._server is None or self._task is None:
            return
        self._app.state.streams.close()
        self._server.should_exit = True
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(asyncio.shield(self._task), STOP_SECONDS)
        if not self._task.done():
            self._server.force_exit = True
            self._task.cancel()
            await asyncio.wait((self._task,))
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        await self._helpers.close()
        self._server = self._task = None

    def _config(self) -> uvicorn.Config:
        rules = GateRules(CONNECTIONS, CONNECTIONS_PER_ADDRESS)
        return uvicorn.Config(
            self._app,
            http=BoundedProtocol.with_gate(Gate(rules), self._office.settings.web.trusted_proxies),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=int(STOP_SECONDS),
        )
