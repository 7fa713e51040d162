"""The socket side of a connection: an asyncio protocol of our own, the same on asyncio and uvloop, with layers.

What the event loop calls and what waiting needs is here; what a door calls is in connection.py.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, cast

from mailsvc.net.errors import Disconnected, NetError, ReadTimeout, WriteTimeout
from mailsvc.net.layers import Layer
from mailsvc.net.lines import LineBuffer

READ_SIZE = 64 * 1024
"""Octets read from a socket at once, at most."""
READ_HIGH = 64 * 1024
"""Octets waiting unread beyond which the socket is not read."""
WRITE_HIGH = 64 * 1024
"""Octets unsent beyond which `drain` waits."""
WRITE_LIMIT = 64 * 1024 * 1024
"""Octets unsent beyond which the connection is given up: somebody writes without draining to a peer that sleeps."""
LINGER_SECONDS = 3.0
"""How long a closed connection listens for the peer to close as well."""

Event = Callable[[Any], None]


class _Thread(threading.local):
    """The octets of one read, shared by all connections of a loop: each copies out what it got before the next read.

    asyncio allocates 256 KiB for every read of a plain protocol, which costs more than all else a small command does.
    """

    def __init__(self) -> None:
        self.scratch = memoryview(bytearray(READ_SIZE))


_thread = _Thread()


class Wire(asyncio.BufferedProtocol):
    """Moves octets between a transport, the layers and the line buffer, and lets one task wait for them."""

    __slots__ = (
        "_closed", "_closing", "_deadline", "_drained", "_end", "_flushing", "_in", "_layers", "_loop", "_lost",
        "_made", "_nudged", "_on_lost", "_out", "_out_size", "_reading_paused", "_scratch", "_since_turn", "_timer",
        "_transport", "_waiter", "_writing_paused", "bytes_in", "bytes_out", "local_port", "peer", "peer_port",
    )  # fmt: skip

    def __init__(self, made: Event | None = None, lost: Event | None = None) -> None:
        """`made` is called with this object when the connection stands, `lost` when it is gone; once each."""
        self._loop = asyncio.get_running_loop()
        self._scratch = _thread.scratch
        self._made = made
        self._on_lost = lost
        self._transport: asyncio.Transport | None = None
        self._in = LineBuffer()
        self._out: list[bytes] = []
        self._out_size = self._since_turn = 0
        self._layers: tuple[Layer, ...] = ()
        self._waiter: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._closed: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._end: NetError | None = None
        self._lost = self._closing = self._flushing = self._nudged = False
        self._reading_paused = self._writing_paused = False
        self.peer, self.peer_port, self.local_port = "", 0, 0
        self.bytes_in = self.bytes_out = 0

    @property
    def buffered(self) -> int:
        """Octets received and not yet read."""
        return len(self._in)

    @property
    def congested(self) -> bool:
        """Whether the peer has not taken what was sent before: who can wait should not write more."""
        return self._writing_paused

    @property
    def gone(self) -> bool:
        """Whether the peer has closed its side or the connection broke; what it sent before may still be read."""
        return self._end is not None

    # ---- what the event loop calls ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=WRITE_HIGH)
        self.peer, self.peer_port = _address(transport.get_extra_info("peername"))
        self.local_port = _address(transport.get_extra_info("sockname"))[1]
        if self._made is not None:
            made, self._made = self._made, None
            made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._scratch

    def buffer_updated(self, nbytes: int) -> None:
        self.bytes_in += nbytes
        if self._closing:
            return
        data = bytes(self._scratch[:nbytes])
        if self._layers:
            self._pump(data)
        else:
            self._in.feed(data)
        if len(self._in) > READ_HIGH and not self._reading_paused and self._transport is not None:
            self._reading_paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._end = self._end or Disconnected("the peer has closed")
        self._wake()
        return not self._closing  # answers to what came before may still be sent

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._transport = None
        self._end = self._end or Disconnected(str(exc) if exc else "the peer has closed")
        self._stop_timer()
        self._out.clear()
        for future in (self._drained, self._closed):
            if future is not None and not future.done():
                future.set_result(None)
        self._wake()
        if self._on_lost is not None:
            lost, self._on_lost = self._on_lost, None
            lost(self)

    def pause_writing(self) -> None:
        self._writing_paused = True

    def resume_writing(self) -> None:
        self._writing_paused = False
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    # ---- waiting ------------------------------------------------------------------------------------------------

    async def _more(self, deadline: float) -> None:
        """Waits for anything new; raises ReadTimeout at the deadline, or how the connection ended."""
        self.flush()
        if self._layers and self._pump_held():
            return
        if self._end is not None:
            raise self._ended()
        if self._waiter is not None:
            raise RuntimeError("two tasks read one connection")
        self._resume()
        self._waiter = self._loop.create_future()
        self._deadline = deadline
        if self._timer is None or self._timer.when() > deadline:
            self._stop_timer()
            self._timer = self._loop.call_at(deadline, self._tick)
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _tick(self) -> None:
        """One timer serves many waits: it looks when it rings, and sets itself again if the deadline has moved."""
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() + 0.001 < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._tick)
        else:
            self._waiter.set_exception(ReadTimeout("the peer sent nothing in time"))

    def _ended(self) -> NetError:
        """How it ended, as a fresh exception: one raised twice would keep the frames of both alive."""
        return type(self._end)(self._end.message) if self._end else Disconnected()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _resume(self) -> None:
        if self._reading_paused and self._transport is not None:
            self._reading_paused = False
            self._transport.resume_reading()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # ---- sending ------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Gives everything queued to the socket now (or when the handshake is over)."""
        if not self._out or not all(layer.ready for layer in self._layers):
            return
        data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        self._out_size = 0
        self._send_through(self._layers, data)

    def _flush_soon(self) -> None:
        self._flushing = False
        self.flush()

    def _send_through(self, layers: tuple[Layer, ...], data: bytes) -> None:
        if not data or self._transport is None:
            return
        try:
            for layer in reversed(layers):
                data = layer.send(data)
        except NetError as error:
            self._break(error)
        else:
            self._send(data)

    def _send(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or self._closing or transport.is_closing():
            return
        self.bytes_out += len(data)
        self._since_turn += len(data)
        transport.write(data)
        if transport.get_write_buffer_size() > WRITE_LIMIT:
            self._break(WriteTimeout("too much unread by the peer"))

    # ---- layers -------------------------------------------------------------------------------------------------

    def _pump(self, data: bytes) -> None:
        """Takes octets up through the layers, and sends what a layer answers by itself."""
        try:
            for index, layer in enumerate(self._layers):
                data = layer.receive(data)
                self._send_through(self._layers[:index], layer.reply())
                if layer.ended:
                    self._end = self._end or Disconnected("the peer has closed")
        except NetError as error:
            self._send(self._layers[0].reply())
            self._break(error)
            return
        if data:
            self._in.feed(data)

    def _pump_held(self) -> bool:
        """Lets layers give what they held back; whether something came of it."""
        if not any(layer.held for layer in self._layers):
            return False
        before = len(self._in)
        self._pump(b"")
        return len(self._in) > before

    # ---- ending -------------------------------------------------------------------------------------------------

    def abort(self) -> None:
        """Drops the connection and everything unsent, at once."""
        self._end = self._end or Disconnected("closed here")
        self._closing = True
        if self._transport is not None:
            self._transport.abort()

    def _break(self, error: NetError) -> None:
        """Ends the connection for a reason that readers and writers shall see."""
        self._end = error
        if isinstance(error, WriteTimeout):
            self.abort()
        elif not self._closing:
            self._shut(LINGER_SECONDS, linger=False)
        self._wake()

    def _shut(self, within: float, *, linger: bool) -> None:
        """Sends what the transport has and closes; whatever happens, the socket is gone after `within` seconds.

        Closing while octets of the peer are unread would reset the connection and could take our last words from
        the peer. So our side is closed first, and what still comes is thrown away until the peer closes too.
        """
        transport = self._transport
        self._closing = True
        self._end = self._end or Disconnected("closed here")
        self._stop_timer()
        if transport is None or transport.is_closing():
            return
        self._timer = self._loop.call_later(within, self.abort)
        if linger:
            self._in.clear()
            self._resume()
            try:
                transport.write_eof()
            except OSError:  # the peer has reset the connection, and the loop has not told us yet
                transport.abort()
        else:
            transport.close()


def _address(name: object) -> tuple[str, int]:
    """Host and port of a socket name; ('', 0) for a Unix socket."""
    if isinstance(name, tuple) and len(name) >= 2:
        return str(name[0]), int(name[1])
    return "", 0
