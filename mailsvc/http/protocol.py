"""uvicorn's HTTP protocol with bounds on what a client may send before a request is complete."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mailsvc.http.limits import HEAD_BYTES, HEAD_FIELDS, HEAD_SECONDS
from mailsvc.http.peers import is_trusted
from mailsvc.net.listeners import Gate

_TARGET = re.compile(rb"/[!-~]*")


class HeadTooLargeError(Exception):
    """Raised inside the parser, which then answers 400 and closes."""


class BoundedProtocol(HttpToolsProtocol):
    """Refuses header blocks that are too large or come too slowly, and requests that are not in origin form.

    Made for one door by `with_gate`, which counts its connections.
    """

    gate = Gate()
    trusted: frozenset[str] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._counted: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        # All clients of a trusted proxy have its address; it counts like loopback.
        counted = "" if is_trusted(peer, self.trusted) else peer
        if not self.gate.enter(counted):
            transport.abort()
            return
        self._counted = counted
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        if self._counted is not None:
            self.gate.leave(self._counted)
            self._counted = None
        super().connection_lost(exc)

    @classmethod
    def with_gate(cls, gate: Gate, trusted: Collection[str]) -> type[BoundedProtocol]:
        """The protocol of one door."""
        return type("DoorProtocol", (cls,), {"gate": gate, "trusted": frozenset(trusted)})

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_late)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        if len(self.headers) >= HEAD_FIELDS:
            raise HeadTooLargeError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_timer()
        # RFC 9112 §3.2.1: only a proxy has use for the other forms of a target.
        if _TARGET.fullmatch(self.url) is None:
            raise HeadTooLargeError
        super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES:
            raise HeadTooLargeError

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_late(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()
