"""A line-and-literal connection with bounded memory, for doors and for dialling out.

Reading never stores more than a line's limit, or what fits between two high-water marks. Writing collects small
pieces into one send, and a peer that does not read holds no more than the write limit. Layers (TLS, DEFLATE) lie
between the socket and the lines.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable

from mailsvc.net.errors import PlaintextLeftover, WriteTimeout
from mailsvc.net.layers import Layer, TlsInfo, TlsLayer
from mailsvc.net.wire import LINGER_SECONDS, WRITE_HIGH, Event, Wire

CHUNK = 64 * 1024


class Connection(Wire):
    """One TCP (or Unix) connection, plain or with layers.

    One task reads, and the same or another one writes. `read_timeout` and `write_timeout` are seconds, may be
    changed at any time, and count from the next wait. Reading raises Disconnected at end of file, after everything
    that came before it has been read.
    """

    __slots__ = ("read_timeout", "tls", "write_timeout")

    def __init__(
        self,
        made: Event | None = None,
        lost: Event | None = None,
        *,
        read_timeout: float = 300.0,
        write_timeout: float = 120.0,
    ) -> None:
        """`made` is called with this object when the connection stands, `lost` when it is gone; once each."""
        super().__init__(made, lost)
        self.read_timeout, self.write_timeout = read_timeout, write_timeout
        self.tls: TlsInfo | None = None
        """What is known of the encryption; None for plain text."""

    # ---- reading ------------------------------------------------------------------------------------------------

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

    # ---- writing ------------------------------------------------------------------------------------------------

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

    async def drain(self) -> None:
        """Flushes, then waits while more than the high-water mark is unsent.

        Raises Disconnected, or WriteTimeout when the peer takes nothing for `write_timeout` seconds; slow but
        steady readers are not cut.
        """
        self.flush()
        while self._writing_paused and self._transport is not None:
            await self._wait_drained(self._transport)
        if self._since_turn >= WRITE_HIGH:
            self._since_turn = 0
            await asyncio.sleep(0)  # a fast reader of much must not keep the loop from everybody else
        if self._transport is None or self._transport.is_closing():
            raise self._ended()

    async def ease(self) -> None:
        """As `drain` when the peer lags behind or much has been sent; a little stays queued for what follows it."""
        if self._writing_paused or self._since_turn >= WRITE_HIGH or self._transport is None:
            await self.drain()

    async def _wait_drained(self, transport: asyncio.Transport) -> None:
        unsent = transport.get_write_buffer_size()
        if self._drained is None:  # several tasks may write
            self._drained = self._loop.create_future()
        try:
            async with asyncio.timeout(self.write_timeout):
                await asyncio.shield(self._drained)
        except TimeoutError:
            if transport.get_write_buffer_size() >= unsent:
                self._break(WriteTimeout("the peer reads nothing"))

    # ---- layers -------------------------------------------------------------------------------------------------

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

    def pop_layer(self) -> None:
        """Takes the top layer away: what is queued still goes through it, what comes from now on does not."""
        self.flush()
        self._layers = self._layers[:-1]

    def rest(self) -> None:
        """Lets the layers give memory back, if the reader only waits for the peer."""
        if self._waiter is not None and not self._in:
            for layer in self._layers:
                layer.rest()

    # ---- ending -------------------------------------------------------------------------------------------------

    def close(self, *, within: float = 10.0, linger: bool = True) -> None:
        """Sends what is queued, says goodbye on each layer and closes; a peer that takes nothing is cut later.

        With `linger` a peer that has not closed yet is given some seconds to read our last words (see `Wire._shut`).
        """
        if self._transport is None or self._closing:
            return
        self.flush()
        for index in reversed(range(len(self._layers))):
            self._send_through(self._layers[:index], self._layers[index].close())
        linger = linger and self._end is None
        unsent = self._transport.get_write_buffer_size() if self._transport is not None else 0
        self._shut(within if unsent or not linger else LINGER_SECONDS, linger=linger)
        self._wake()

    async def aclose(self, *, within: float = 10.0, linger: bool = False) -> None:
        """`close`, then waits until the socket is gone."""
        self.close(within=within, linger=linger)
        if self._transport is not None:
            if self._closed is None:
                self._closed = self._loop.create_future()
            await asyncio.shield(self._closed)
