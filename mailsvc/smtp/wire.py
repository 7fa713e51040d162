"""The bytes of one connection: buffer, TLS, waiting with deadlines, sending without growing.

A subclass of aiosmtpd's SMTP with a reader and a writer of its own. The base class is not initialised: its constructor
scans for handlers and mechanisms on each connection, which costs more than a whole letter does here.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import cast

from aiosmtpd.smtp import SMTP

from mailsvc.net.errors import TlsFailed
from mailsvc.net.layers import TlsLayer
from mailsvc.smtp.errors import Gone, TimedOut

HIGH = 262_144
"""Octets waiting in the buffer above which reading from the socket pauses."""

LINGER = 10.0
"""Seconds after which a closed connection is cut though its last reply was not taken."""


class Wire(SMTP):
    """What lies between the event loop and the conversation. One task reads it."""

    transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop, tick_seconds: float) -> None:
        """`tick_seconds`: how often it is looked whether the client is late."""
        self.loop = loop
        self.buffer = bytearray()
        self.out: list[bytes] = []
        self.eof = False
        self.gone = False
        self.polite = False  # the client knows that this is the end: it has said QUIT
        self.tls: TlsLayer | None = None
        self._closing = False
        self._reading_paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._tick_seconds = tick_seconds

    # ---- what the event loop calls ---------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are not of that class
        self._timer = self.loop.call_later(self._tick_seconds, self._tick)

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        self.buffer += data if self.tls is None else self._decrypted(self.tls, data)
        if len(self.buffer) > HIGH and not self._reading_paused:
            self._reading_paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self.eof = True
        if self._closing:
            return False
        self._wake()
        return True  # commands that came before the end still get their replies

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        self.buffer.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        if self._writable is None:
            self._writable = self.loop.create_future()

    def resume_writing(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)

    # ---- reading ---------------------------------------------------------------------------------------------------
    def take(self, most: int = HIGH * 4) -> bytes:
        """What is in the buffer, at most so many octets."""
        data = bytes(self.buffer) if len(self.buffer) <= most else bytes(self.buffer[:most])
        del self.buffer[: len(data)]
        self._resume_reading()
        return data

    async def more(self, deadline: float) -> None:
        """Send what is to be sent and wait for octets. Raises Gone, TimedOut."""
        self.flush()
        if self._writable is not None:  # who does not take replies is not read either
            await self._until(self._writable, deadline)
        if self.eof or self.gone:
            raise Gone
        self._resume_reading()
        await self._until(self.loop.create_future(), deadline)

    async def breathe(self, deadline: float) -> None:
        """Let others have their turn, and a client that does not take its replies wait. Raises TimedOut."""
        self.flush()
        if self._writable is not None:
            await self._until(self._writable, deadline)
        else:
            await asyncio.sleep(0)

    def hang_up(self) -> None:
        """Let the reading task find the end now."""
        self.eof = True
        self._wake()

    def _resume_reading(self) -> None:
        if self._reading_paused and len(self.buffer) < HIGH and not self.gone:
            self._reading_paused = False
            self.transport.resume_reading()

    async def _until(self, waiter: asyncio.Future[None], deadline: float) -> None:
        self._deadline = deadline
        self._waiter = waiter
        try:
            await waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and waiter is not self._writable and not waiter.done():
            waiter.set_result(None)

    def _tick(self) -> None:
        """Look whether the client is late. One timer per connection: setting one for each read would cost more."""
        waiter = self._waiter
        if waiter is not None and not waiter.done() and self.loop.time() >= self._deadline:
            waiter.set_exception(TimedOut())
        self._timer = self.loop.call_later(self._tick_seconds, self._tick)

    # ---- TLS -------------------------------------------------------------------------------------------------------
    def encrypt(self, context: ssl.SSLContext) -> None:
        """Take what comes from here on for TLS. What is to be sent in clear goes out first."""
        self.flush()
        self.tls = TlsLayer(context, server_side=True)

    async def handshake(self, seconds: float) -> str:
        """Wait until TLS stands; OpenSSL's name of the cipher. Raises Gone, TimedOut."""
        tls = self.tls
        assert tls is not None  # noqa: S101 - after `encrypt`
        deadline = self.loop.time() + seconds
        while not tls.ready:
            await self.more(deadline)
        return tls.info().cipher

    def _decrypted(self, tls: TlsLayer, data: bytes) -> bytes:
        try:
            plain = tls.receive(data)
        except TlsFailed:
            plain, self.eof = b"", True
        answer = tls.reply()
        if answer:
            self.transport.write(answer)
        self.eof = self.eof or tls.ended
        return plain

    # ---- writing ---------------------------------------------------------------------------------------------------
    def flush(self) -> None:
        """Send the replies that have gathered, in one write."""
        if self.out and not self.gone:
            data = self.out[0] if len(self.out) == 1 else b"".join(self.out)
            self.transport.write(data if self.tls is None else self.tls.send(data))
        self.out.clear()

    def close(self) -> None:
        """Send what is to be sent and close.

        A peer that takes nothing is cut off a little later. One that still sends is listened to, and ignored, for as
        long: closing at once would reset the connection, and it would never see the last reply.
        """
        if self.gone or self._closing:
            return
        if self._writable is not None:  # nothing more would be taken
            self._closing = True
            self.transport.abort()
            return
        with contextlib.suppress(TlsFailed):
            self.flush()
            if self.tls is not None:
                self.transport.write(self.tls.close())
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(LINGER, self.transport.abort)
        if self.eof or self.polite:
            self.transport.close()
            return
        self.buffer.clear()
        self._resume_reading()
        self.transport.write_eof()
