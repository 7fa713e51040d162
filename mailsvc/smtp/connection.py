"""One client's connection: the command loop, and the bytes of letters on their way into the spool."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mailsvc.mail.envelope import Client
from mailsvc.smtp import login, replies, trace
from mailsvc.smtp.data import ChunkReader, DotReader, Flaw, Intake
from mailsvc.smtp.errors import Gone, TimedOut, TooSlow
from mailsvc.smtp.limits import Limits
from mailsvc.smtp.replies import Reply, Then
from mailsvc.smtp.session import Session
from mailsvc.smtp.wire import Wire

if TYPE_CHECKING:
    from mailsvc.smtp.listener import Listener

_TURN = 50
"""Pipelined commands after which other connections get their turn."""


class Connection(Wire):
    """The protocol object of one connection and its one task."""

    def __init__(self, listener: Listener) -> None:
        self.limits = limits = listener.limits
        super().__init__(listener.loop, _shortest(limits) / 4)
        self.listener = listener
        self.talk: Session
        self._searched = 0
        self._may_be_hurried = False
        self._looked_ahead = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        ip, port = (peer[0], peer[1]) if isinstance(peer, tuple) else ("", 0)
        listener = self.listener
        context = listener.context
        self.talk = Session(
            listener.profile, listener.house, self.limits, Client(ip, port), self._ask, can_tls=context is not None
        )
        if listener.implicit_tls and context is not None:
            self.encrypt(context)  # now, because uvloop may bring octets before the task runs
        if listener.admit(self):
            listener.adopt(self._handle_client())
            return
        if not listener.implicit_tls:
            self.out.append(replies.TOO_MANY_CONNECTIONS.wire)
        self.close()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.listener.release(self)

    def hurry(self) -> None:
        """The service stops: end now if the client is waited for; otherwise end after the present command."""
        if self._may_be_hurried:
            self.hang_up()

    # ---- the command loop ------------------------------------------------------------------------------------------
    async def _handle_client(self) -> None:
        """The connection's only task. Does not raise."""
        last = b""
        try:
            await self._converse()
        except Gone:
            last = replies.STOPPING.wire if self.listener.stopping else b""
        except TimedOut:
            last = replies.TIMEOUT.wire
        except TooSlow:
            last = replies.TOO_SLOW.wire
        except Exception:
            last = replies.failure(self.listener.report("connection")).wire
        finally:
            self.talk.reset()
            if last:
                self.out.append(last)
            self.close()

    async def _converse(self) -> None:
        if self.tls is not None:
            await self._tls_stands()
        self.out.append(self.talk.greeting().wire)
        turn = 0
        while True:
            if self.listener.stopping:
                self.out.append(replies.STOPPING.wire)
                return
            self._may_be_hurried = True
            line = await self._line(self.limits.command_timeout)
            self._may_be_hurried = False
            if isinstance(line, bytes) and line[:4].upper() == b"RCPT":
                await self._look_ahead()
            reply = line if isinstance(line, Reply) else await self.talk.command(line)
            if await self._answer(reply):
                return
            turn += 1
            if turn % _TURN == 0:
                await self.breathe(self.loop.time() + self.limits.command_timeout)

    async def _look_ahead(self) -> None:
        """At the first of many pipelined recipients, let them be looked up together."""
        if self._looked_ahead:
            self._looked_ahead -= 1
        elif self.buffer:
            self._looked_ahead = await self.talk.look_ahead(self.buffer)

    async def _answer(self, reply: Reply) -> bool:
        """Send the reply and do what it announces; whether the connection is over."""
        then = reply.then
        if then is Then.READ_CHUNK:
            return await self._read_chunk()
        if then is Then.START_TLS:
            return await self._start_tls(reply)
        self.out.append(reply.wire)
        if then is Then.READ_DATA:
            return await self._read_data()
        self.polite = reply is replies.BYE
        return then is Then.CLOSE

    async def _start_tls(self, reply: Reply) -> bool:
        """RFC 3207 §4. What was sent in clear behind STARTTLS must not be taken for something said in TLS."""
        context = self.listener.context
        if self.buffer or context is None:
            return True
        self.out.append(reply.wire)
        self.encrypt(context)
        await self._tls_stands()
        return False

    async def _tls_stands(self) -> None:
        self._may_be_hurried = True
        self.talk.tls_started(trace.cipher_name(await self.handshake(self.limits.tls_timeout)))

    # ---- lines -----------------------------------------------------------------------------------------------------
    async def _line(self, seconds: float) -> bytes | Reply:
        """The next line without CRLF, or the reply to something that is no line. Replies go out before waiting."""
        deadline = self.loop.time() + seconds
        while True:
            end = self.buffer.find(b"\n", self._searched)
            if end >= 0:
                return self._cut_line(end)
            if len(self.buffer) > self.limits.auth_line:
                await self._skip_line(deadline)
                return self.talk.wrong_line(replies.LINE_TOO_LONG)
            self._searched = len(self.buffer)
            await self.more(deadline)

    def _cut_line(self, end: int) -> bytes | Reply:
        line = bytes(self.buffer[: end + 1])
        del self.buffer[: end + 1]
        self._searched = 0
        limit = self.limits.auth_line if line[:5].upper() == b"AUTH " else self.limits.command_line
        if len(line) > limit:
            return self.talk.wrong_line(replies.LINE_TOO_LONG)
        if not line.endswith(b"\r\n"):
            return self.talk.wrong_line(replies.LINE_ENDS)
        return line[:-2]

    async def _skip_line(self, deadline: float) -> None:
        self._searched = 0
        while (end := self.buffer.find(b"\n")) < 0:
            self.buffer.clear()
            await self.more(deadline)
        del self.buffer[: end + 1]

    async def _ask(self, challenge: Reply) -> bytes:
        """One round of AUTH: send the challenge, give the client's line. RFC 4954 §4"""
        self.out.append(challenge.wire)
        deadline = self.loop.time() + self.limits.login_timeout
        self._may_be_hurried = True
        while (end := self.buffer.find(b"\n")) < 0:
            if len(self.buffer) > self.limits.auth_line:
                await self._skip_line(deadline)
                raise login.Ended(replies.AUTH_LINE_TOO_LONG)
            await self.more(deadline)
        self._may_be_hurried = False
        line = bytes(self.buffer[: end + 1])
        del self.buffer[: end + 1]
        if len(line) > self.limits.auth_line:
            raise login.Ended(replies.AUTH_LINE_TOO_LONG)
        if not line.endswith(b"\r\n"):
            raise login.Ended(replies.LINE_ENDS)
        return line[:-2]

    # ---- letters ---------------------------------------------------------------------------------------------------
    async def _read_data(self) -> bool:
        transaction = self.talk.transaction
        assert transaction is not None and transaction.intake is not None  # noqa: S101 - tells the type checker
        intake = transaction.intake
        reader = DotReader()
        pace = _Pace(self)
        while not reader.done:
            if not self.buffer:
                await pace.wait()
            content, rest = reader.feed(self.take())
            if rest:
                self.buffer[:0] = rest
            await self._keep(intake, content, reader.bare)
            if intake.size > 4 * self.limits.message_size:
                self.out.append(self.talk.turned_away(transaction, replies.TOO_LARGE_CLOSE).wire)
                return True
        return await self._finish()

    async def _read_chunk(self) -> bool:
        """BDAT: so many octets, whether they are wanted or not. RFC 3030 §2"""
        refusal = self.talk.begin_chunk()
        chunk, transaction = self.talk.chunk, self.talk.transaction
        intake = transaction.intake if transaction and not refusal else None
        left = chunk.size
        if left > 4 * self.limits.message_size:
            self.out.append(replies.TOO_LARGE_CLOSE.wire)
            return True
        reader = transaction.chunk_reader if transaction else ChunkReader()
        pace = _Pace(self)
        while left:
            if not self.buffer:
                await pace.wait()
            data = self.take(left)
            left -= len(data)
            if intake is not None:
                await self._keep(intake, reader.feed(data), reader.bare)
        if refusal is not None or not chunk.last or intake is None:
            return await self._answer(self.talk.end_chunk(refusal))
        await self._keep(intake, reader.finish(), reader.bare)
        return await self._finish()

    async def _keep(self, intake: Intake, content: bytes, bare: bool) -> None:
        intake.feed(content)
        if bare:
            intake.refuse(Flaw.BARE_LINE_ENDS)
        if intake.backlog >= self.limits.spool_memory:
            await intake.flush()

    async def _finish(self) -> bool:
        result = await self.talk.finish()
        self.out.extend(reply.wire for reply in result)
        return any(reply.then is Then.CLOSE for reply in result)


def _shortest(limits: Limits) -> float:
    return min(limits.command_timeout, limits.data_timeout, limits.login_timeout, limits.tls_timeout)


class _Pace:
    """Waiting for a letter's octets: each read may take its time, but in each window enough must come."""

    __slots__ = ("_came", "_connection", "_waited")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waited = 0.0
        self._came = 0

    async def wait(self) -> None:
        """Wait for octets. Raises TooSlow when a window of waiting has brought too few of them."""
        connection = self._connection
        limits, clock = connection.limits, connection.loop.time
        began = clock()
        await connection.more(began + limits.data_timeout)
        self._waited += clock() - began
        self._came += len(connection.buffer)
        if self._waited < limits.window:
            return
        if self._came < limits.window_octets:
            raise TooSlow
        self._waited, self._came = 0.0, 0
