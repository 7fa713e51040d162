"""A line-and-literal connection with bounded memory: its own asyncio protocol, the same on asyncio and uvloop.

Reading never stores more than a line's limit, or what fits between two high-water marks. Writing collects small
pieces into one send, and a peer that does not read holds no more than the write limit. Layers (TLS, DEFLATE) lie
between the socket and the lines.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable
from typing import cast

from mailsvc.net.errors import (
    Disconnected,
    NetError,
    PlaintextLeftover,
    ReadTimeout,
    TlsFailed,
    WriteTimeout,
)
from mailsvc.net.layers import Layer, TlsInfo, TlsLayer
from mailsvc.net.lines import LineBuffer

READ_HIGH = 64 * 1024
"""Octets waiting unread beyond which the socket is not read."""
WRITE_HIGH = 64 * 1024
"""Octets unsent beyond which `drain` waits."""
WRITE_LIMIT = 64 * 1024 * 1024
"""Octets unsent beyond which the connection is given up: somebody writes without draining to a peer that sleeps."""
CHUNK = 64 * 1024


class Connection(asyncio.Protocol):
    """One TCP (or Unix) connection, plain or with layers.

    One task reads, and the same or another one writes. `read_timeout` and `write_timeout` are seconds, may be
    changed at any time, and count from the next wait. Reading raises Disconnected at end of file, after everything
    that came before it has been read.
    """

    __slots__ = (
        "_closed", "_deadline", "_drained", "_end", "_flushing", "_in", "_layers", "_loop", "_lost", "_made", "_nudged",
        "_out", "_out_size", "_reading_paused", "_since_turn",
        "_timer", "_transport", "_waiter", "_writing_paused", "bytes_in",
        "bytes_out", "local_port", "peer", "peer_port", "read_timeout", "tls", "write_timeout",
    )  # fmt: skip

    def __init__(
        self,
        made: Callable[[Connection], None] | None = None,
        *,
        read_timeout: float = 300.0,
        write_timeout: float = 120.0,
    ) -> None:
        """`made` is called once, when the connection stands."""
        self._loop = asyncio.get_running_loop()
        self._made = made
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
        self._lost = self._flushing = self._nudged = self._reading_paused = self._writing_paused = False
        self.read_timeout, self.write_timeout = read_timeout, write_timeout
        self.peer, self.peer_port, self.local_port = "", 0, 0
        self.bytes_in = self.bytes_out = 0
        self.tls: TlsInfo | None = None
        """What is known of the encryption; None for plain text."""

    # What the door asks

    @property
    def buffered(self) -> int:
        """Octets received and not yet read."""
        return len(self._in)

    @property
    def gone(self) -> bool:
        """Whether the peer has closed its side or the connection broke; what it sent before may still be read."""
        return self._end is not None

    # Reading

    def take_line(self, limit: int) -> bytes | None:
        """The next line if it is here already; otherwise None, without waiting. Raises LineTooLong."""
        return self._in.take_line(limit)

    async def read_line(self, limit: int) -> bytes:
        """The next line without its CRLF (a bare LF is taken for one).

        The whole line must come within `read_timeout`. Raises LineTooLong (once, at once; the rest of the line is
        skipped), ReadTimeout, Disconnected. A line that has come already is returned without giving way.
        """
        line = self._in.take_line(limit)
        if line is None:
            deadline = self._loop.time() + self.read_timeout
            while line is None:
                await self._more(deadline)
                line = self._in.take_line(limit)
        return line

    async def read_exact(self, count: int) -> bytes:
        """Exactly `count` octets; the caller bounds them. Each progress must come within `read_timeout`."""
        if len(self._in) >= count:
            return self._in.take(count)
        chunks: list[bytes] = []
        await self.read_into(count, chunks.append)
        return b"".join(chunks)

    async def read_into(self, count: int, sink: Callable[[bytes], object]) -> None:
        """Hands exactly `count` octets to `sink` in chunks as they come; slow but steady senders are not cut."""
        while count:
            while not self._in:
                await self._more(self._loop.time() + self.read_timeout)
            chunk = self._in.take(min(count, CHUNK))
            count -= len(chunk)
            sink(chunk)

    async def discard(self, count: int) -> None:
        """Reads and forgets `count` octets (a literal that was refused)."""
        await self.read_into(count, len)

    async def wait_input(self, within: float | None = None) -> bool:
        """Waits until something can be read: True; or until `nudge`: False. End of file counts as readable.

        Raises ReadTimeout after `within` seconds (default `read_timeout`).
        """
        deadline = self._loop.time() + (self.read_timeout if within is None else within)
        while not self._in and self._end is None:
            if self._nudged:
                self._nudged = False
                return False
            await self._more(deadline)
        return True

    def nudge(self) -> None:
        """Wakes `wait_input` from outside, now or the next time it is called (a mailbox changed, a stop)."""
        self._nudged = True
        self._wake()

    # Writing

    def write(self, data: bytes) -> None:
        """Queues octets; they go out together before the next wait, at `drain`, or when the loop turns."""
        self._out.append(data)
        self._out_size += len(data)
        if self._out_size >= WRITE_HIGH:
            self.flush()
        elif not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush_soon)

    def write_many(self, pieces: Iterable[bytes]) -> None:
        """Queues all pieces, in order."""
        self.write(b"".join(pieces))

    def flush(self) -> None:
        """Gives everything queued to the socket now."""
        if not self._out:
            return
        data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        self._out_size = 0
        if self._lost or self._transport is None:
            return
        try:
            for layer in reversed(self._layers):
                data = layer.send(data)
        except NetError as error:
            self._break(error)
            return
        self._send(data)

    async def drain(self) -> None:
        """Flushes, then waits while more than the high-water mark is unsent.

        Raises Disconnected, or WriteTimeout when the peer takes nothing for `write_timeout` seconds; slow but
        steady readers are not cut.
        """
        self.flush()
        while self._writing_paused and not self._lost and self._transport is not None:
            unsent = self._transport.get_write_buffer_size()
            self._drained = self._loop.create_future()
            try:
                async with asyncio.timeout(self.write_timeout):
                    await self._drained
            except TimeoutError:
                if self._transport.get_write_buffer_size() >= unsent:
                    self._break(WriteTimeout("the peer reads nothing"))
            finally:
                self._drained = None
        if self._since_turn >= WRITE_HIGH:
            self._since_turn = 0
            await asyncio.sleep(0)  # a fast reader of much must not keep the loop from everybody else
        if self._lost or self._transport is None or self._transport.is_closing():
            raise self._end or Disconnected()

    # Layers

    async def start_tls(
        self,
        context: ssl.SSLContext,
        *,
        server_side: bool = True,
        server_hostname: str | None = None,
        go_ahead: bytes = b"",
        end_point: bytes = b"",
        within: float = 30.0,
    ) -> TlsInfo:
        """Encrypts from here on. A server passes its go-ahead line here, so that nothing can come in between.

        Raises PlaintextLeftover when octets are waiting that came before the change (the caller closes),
        TlsFailed, ReadTimeout after `within` seconds, Disconnected.
        """
        self.begin_tls(context, server_side=server_side, server_hostname=server_hostname, go_ahead=go_ahead)
        return await self.handshake(end_point=end_point, within=within)

    def begin_tls(
        self,
        context: ssl.SSLContext,
        *,
        server_side: bool = True,
        server_hostname: str | None = None,
        go_ahead: bytes = b"",
    ) -> None:
        """The first half of `start_tls`, for whoever must not give way before it (TLS from the first octet)."""
        self.push_layer(TlsLayer(context, server_side=server_side, server_hostname=server_hostname), go_ahead)
        self._pump(b"")

    async def handshake(self, *, end_point: bytes = b"", within: float = 30.0) -> TlsInfo:
        """The second half of `start_tls`: waits until both sides agree."""
        layer = self._layers[-1]
        if not isinstance(layer, TlsLayer):
            raise RuntimeError("begin_tls comes first")
        deadline = self._loop.time() + within
        while not layer.ready:
            await self._more(deadline)
        self.tls = layer.info(end_point)
        return self.tls

    def push_layer(self, layer: Layer, go_ahead: bytes = b"") -> None:
        """Sends `go_ahead` as things are, then puts a layer on top. Raises PlaintextLeftover as `start_tls` does."""
        if self._in:
            self._in.clear()
            raise PlaintextLeftover("octets before the change of layer")
        if go_ahead:
            self.write(go_ahead)
        self.flush()
        self._layers = (*self._layers, layer)

    # Ending

    def close(self, *, within: float = 10.0) -> None:
        """Sends what is queued, says goodbye on each layer and closes; a peer that takes nothing is cut later."""
        transport = self._transport
        if transport is None or self._lost or transport.is_closing():
            return
        self.flush()
        for layer in reversed(self._layers):
            below = self._layers[: self._layers.index(layer)]
            self._send_through(below, layer.close())
        transport.close()
        self._end = self._end or Disconnected("closed here")
        self._wake()
        if transport.get_write_buffer_size():
            self._stop_timer()
            self._timer = self._loop.call_later(within, self.abort)

    async def aclose(self, *, within: float = 10.0) -> None:
        """`close`, then waits until the socket is gone."""
        self.close(within=within)
        if not self._lost and self._transport is not None:
            if self._closed is None:
                self._closed = self._loop.create_future()
            await asyncio.shield(self._closed)

    def abort(self) -> None:
        """Drops the connection and everything unsent, at once."""
        self._end = self._end or Disconnected("closed here")
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=WRITE_HIGH)
        self.peer, self.peer_port = _address(transport.get_extra_info("peername"))
        self.local_port = _address(transport.get_extra_info("sockname"))[1]
        if self._made is not None:
            made, self._made = self._made, None
            made(self)

    def data_received(self, data: bytes) -> None:
        self.bytes_in += len(data)
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
        return True  # answers to what came before may still be sent

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._end = self._end or Disconnected(str(exc) if exc else "the peer has closed")
        self._stop_timer()
        self._out.clear()
        for future in (self._drained, self._closed):
            if future is not None and not future.done():
                future.set_result(None)
        self._wake()

    def pause_writing(self) -> None:
        self._writing_paused = True

    def resume_writing(self) -> None:
        self._writing_paused = False
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    # Inside

    async def _more(self, deadline: float) -> None:
        """Waits for anything new; raises ReadTimeout at the deadline, or how the connection ended."""
        self.flush()
        if self._layers and self._pump_held():
            return
        if self._end is not None:
            raise self._end
        if self._waiter is not None:
            raise RuntimeError("two tasks read one connection")
        if self._reading_paused and self._transport is not None:
            self._reading_paused = False
            self._transport.resume_reading()
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

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _pump(self, data: bytes) -> None:
        """Takes octets up through the layers, and sends what a layer answers by itself."""
        try:
            for index, layer in enumerate(self._layers):
                data = layer.receive(data)
                self._send_through(self._layers[:index], layer.reply())
                if layer.ended:
                    self._end = self._end or Disconnected("the peer has closed")
        except NetError as error:
            self._send_through((), self._layers[0].reply())
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

    def _send_through(self, layers: tuple[Layer, ...], data: bytes) -> None:
        if not data:
            return
        try:
            for layer in reversed(layers):
                data = layer.send(data)
        except TlsFailed:
            return
        self._send(data)

    def _send(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or not data or transport.is_closing():
            return
        self.bytes_out += len(data)
        self._since_turn += len(data)
        transport.write(data)
        if transport.get_write_buffer_size() > WRITE_LIMIT:
            self._break(WriteTimeout("too much unread by the peer"))

    def _flush_soon(self) -> None:
        self._flushing = False
        self.flush()

    def _break(self, error: NetError) -> None:
        """Ends the connection for a reason that readers and writers shall see."""
        self._end = error
        if self._transport is not None:
            if isinstance(error, WriteTimeout):
                self._transport.abort()
            else:
                self._transport.close()
        self._wake()


def _address(name: object) -> tuple[str, int]:
    """Host and port of a socket name; ('', 0) for a Unix socket."""
    if isinstance(name, tuple) and len(name) >= 2:
        return str(name[0]), int(name[1])
    return "", 0
