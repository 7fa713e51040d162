"""Layers between a socket and its lines: TLS (and DEFLATE in deflate.py). Octets in, octets out; no I/O.

TLS is done here, on memory buffers, rather than by the event loop: asyncio's own holds a 256 KiB read buffer for
every connection, uvloop's as much address space and twice this one's memory. Measured with 1,000 idle connections that
have read small commands: 21 KiB here on either loop, 44 KiB with uvloop's, 268 KiB with asyncio's (55 KiB after
`tls.shrink_asyncio_tls`). It also makes STARTTLS one assignment: no octet can be counted to both sides of the change.
"""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from typing import Protocol

from mailsvc.net.errors import TlsFailed

_RECORD = 16_384
"""Octets taken in at once: the most that one TLS record holds."""
_SENT_RECORD = 8_192
"""Octets of plaintext in a record we send. OpenSSL's memory buffer keeps the largest size it ever had, so one large
FETCH would otherwise cost a connection twice that for the rest of its days."""


class Layer(Protocol):
    """One transformation of both directions."""

    def receive(self, data: bytes) -> bytes:
        """What the peer's octets mean, b'' for nothing yet. Raises NetError when they mean nothing."""
        ...

    def send(self, data: bytes) -> bytes:
        """The octets to send for `data`."""
        ...

    def reply(self) -> bytes:
        """Octets the layer itself wants to send now (handshake, alert)."""
        ...

    def close(self) -> bytes:
        """The octets that end the layer politely."""
        ...

    def rest(self) -> None:
        """Give back what memory can be spared: nothing has been said for a while."""
        ...

    @property
    def ready(self) -> bool:
        """Whether data may be sent."""
        ...

    @property
    def held(self) -> bool:
        """Whether receive(b'') would yield more."""
        ...

    @property
    def ended(self) -> bool:
        """Whether the peer has ended the layer, which counts as end of file."""
        ...


@dataclass(frozen=True, slots=True)
class TlsInfo:
    """The TLS of a connection; end_point is the channel binding data of our certificate, b'' for a client."""

    version: str
    cipher: str
    end_point: bytes = b""


class TlsLayer:
    """One side of a TLS session."""

    __slots__ = ("_incoming", "_outgoing", "_session", "ended", "held", "ready")

    def __init__(self, context: ssl.SSLContext, *, server_side: bool, server_hostname: str | None = None) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._session = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_side, server_hostname=server_hostname
        )
        self.ready = False
        self.ended = False
        self.held = False

    def info(self, end_point: bytes = b"") -> TlsInfo:
        """Version and cipher, once ready."""
        cipher = self._session.cipher()
        return TlsInfo(self._session.version() or "", cipher[0] if cipher else "", end_point)

    def peer_certificate(self) -> bytes:
        """The peer's certificate (DER), b'' when it showed none."""
        return self._session.getpeercert(binary_form=True) or b""

    def receive(self, data: bytes) -> bytes:
        chunks: list[bytes] = []
        try:
            if len(data) <= _RECORD:
                self._receive(data, chunks)
            else:
                view = memoryview(data)
                for at in range(0, len(data), _RECORD):
                    self._receive(view[at : at + _RECORD], chunks)
        except ssl.SSLError as error:
            raise TlsFailed(_brief(error)) from error
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def send(self, data: bytes) -> bytes:
        if not self.ready:
            return b""
        session, outgoing = self._session, self._outgoing
        try:
            if len(data) <= _SENT_RECORD:
                session.write(data)
                return outgoing.read()
            view, records = memoryview(data), []
            while view:
                view = view[session.write(view[:_SENT_RECORD]) :]
                records.append(outgoing.read())
        except ssl.SSLError as error:
            raise TlsFailed(_brief(error)) from error
        return b"".join(records)

    def reply(self) -> bytes:
        return self._outgoing.read() if self._outgoing.pending else b""

    def rest(self) -> None:
        """OpenSSL's buffers are small already (see above)."""

    def close(self) -> bytes:
        # WantRead is what comes of it: our alert is written, and the peer's is not waited for.
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._session.unwrap()
        return self._outgoing.read()

    def _receive(self, data: bytes | memoryview, chunks: list[bytes]) -> None:
        """Takes at most a record's worth, because a memory buffer keeps the largest size it ever had."""
        session, incoming = self._session, self._incoming
        incoming.write(data)
        try:
            if not self.ready:
                session.do_handshake()
                self.ready = True
            while incoming.pending or session.pending():
                chunk = session.read(_RECORD)
                if not chunk:
                    self.ended = True
                    return
                chunks.append(chunk)
        except ssl.SSLWantReadError:
            return
        except ssl.SSLZeroReturnError:
            self.ended = True


def _brief(error: ssl.SSLError) -> str:
    verify = getattr(error, "verify_message", "")
    return str(verify or error.reason or "TLS error").replace("_", " ").lower()
