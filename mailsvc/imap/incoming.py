"""Messages as APPEND and REPLACE bring them: literals in the midst of a command, and pieces of messages that are here.

Each message goes into a spool while it arrives, in a file when it is large. Whatever is wrong, the rest of the command
is read away before it is told, or it would be taken for commands.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from mailsvc.core.errors import MailsvcError, StorageFull
from mailsvc.imap import limits
from mailsvc.imap.catenating import octets_of
from mailsvc.imap.errors import BadCommand, ImapError, Refused, TooMuch
from mailsvc.imap.grammar.append import AppendHead, Literal, announced, parse_append_head, parse_literal, skip_word
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.urls import parse_message_url
from mailsvc.imap.reader import CONTINUE, refuse_literal
from mailsvc.imap.session import Session
from mailsvc.message.binary import without_nul
from mailsvc.message.scan import scan
from mailsvc.store.blobs import Spool

Arrived = list[tuple[Spool, AppendHead]]


class Incoming:
    """One command under way: `cursor` reads its present line, up to the literal that the line announces."""

    def __init__(self, session: Session, cursor: Cursor) -> None:
        self.session = session
        self.cursor = cursor
        self._waiting = announced(cursor.data)
        self._total = 0

    @property
    def client_waits(self) -> bool:
        """Whether the client asks before it sends the octets."""
        return self._waiting is None or self._waiting.synchronising

    @asynccontextmanager
    async def reading_away(self) -> AsyncIterator[None]:
        """When the block fails, gets past what is still to come of the command."""
        try:
            yield
        except (ImapError, MailsvcError):
            if self._waiting is not None:
                await refuse_literal(self.session, self._waiting)
            raise

    async def messages(self, spools: ExitStack) -> Arrived:
        """All messages of the command."""
        arrived: Arrived = []
        while True:
            if len(arrived) >= limits.APPEND_MESSAGES:
                raise Refused(f"Mỗi lệnh APPEND nhận tối đa {limits.APPEND_MESSAGES} thư", "LIMIT")
            arrived.append(await self._message(spools))
            if self.cursor.at_end():
                return arrived
            if "MULTIAPPEND" in self.session.off:
                raise BadCommand("Mỗi lệnh APPEND chỉ nhận một thư")

    async def message(self, spools: ExitStack) -> Arrived:
        """The only message of the command."""
        arrived = [await self._message(spools)]
        if not self.cursor.at_end():
            raise BadCommand("Lệnh này chỉ nhận một thư")
        return arrived

    async def _message(self, spools: ExitStack) -> tuple[Spool, AppendHead]:
        cursor = self.cursor
        head = parse_append_head(cursor)
        into = _Growing(spools.enter_context(Spool(self.session.office.spool_folder)), self._room())
        if skip_word(cursor, b"CATENATE"):
            cursor.needs("CATENATE", "CATENATE")
            await self._parts(into)
        elif skip_word(cursor, b"UTF8"):
            await self._utf8(into)
        else:
            await self._literal(into)
        if into.failure is not None:
            raise into.failure
        if into.size == 0:  # RFC 3502 §6.3.11: how a client cancels
            raise Refused("Thư rỗng: đã hủy, chưa lưu gì", "CANNOT")
        self._total += into.size
        if into.binary:
            plain = await self.session.office.work(_without_nul, into.spool, self.session.office.spool_folder)
            return spools.enter_context(plain), head
        return into.spool, head

    def _room(self) -> int:
        return min(self.session.office.settings.smtp.max_size, limits.APPEND_TOTAL - self._total)

    # ---- the data of a message ------------------------------------------------------------------------------------
    async def _literal(self, into: _Growing) -> None:
        literal = parse_literal(self.cursor)
        into.announce(literal.size)
        if literal.size == 0 and into.size == 0:
            raise Refused("Thư rỗng: đã hủy, chưa lưu gì", "CANNOT")
        into.binary = into.binary or literal.binary
        await self._octets(literal, into.write)

    async def _utf8(self, into: _Growing) -> None:
        """`UTF8 (literal8)`: a message whose header is UTF-8, which we keep as any other (RFC 6855 §4)."""
        self.cursor.needs("UTF8=ACCEPT", "UTF8")
        await self._literal(into)
        self.cursor.expect(b")")

    async def _parts(self, into: _Growing) -> None:
        """RFC 4469 §5: `TEXT literal`, `URL astring` and `UTF8 (literal8)`, at least one, up to the parenthesis."""
        for _ in range(limits.CATENATE_PARTS):
            word = self.cursor.word()
            self.cursor.space()
            if word == "URL":
                await self._url(into)
            elif word == "TEXT":
                literal = parse_literal(self.cursor)
                into.announce(literal.size)
                into.binary = into.binary or literal.binary
                await self._octets(literal, into.write)
            elif word == "UTF8":
                self.cursor.expect(b"(")
                await self._utf8(into)
            else:
                raise self.cursor.error("cần TEXT hoặc URL")
            if self.cursor.skip(b")"):
                return
            self.cursor.space()
        raise TooMuch(f"CATENATE có quá {limits.CATENATE_PARTS} phần")

    async def _url(self, into: _Growing) -> None:
        session = self.session
        written = await self._astring()
        url = parse_message_url(written)
        selected = None if session.view is None else session.view.mailbox_id
        arguments = (session.office.blobs, session.account_id, selected, url, written, into.room)
        into.append(await session.office.db.read(octets_of, *arguments))

    async def _astring(self) -> bytes:
        """A string, which may come as a literal of its own."""
        if not (self.cursor.peek(b"{") or self.cursor.peek(b"~{")):
            return self.cursor.astring()
        literal = parse_literal(self.cursor)
        if literal.size > limits.BEFORE_LOGIN:
            raise TooMuch("URL quá dài")
        chunks: list[bytes] = []
        await self._octets(literal, chunks.append)
        return b"".join(chunks)

    async def _octets(self, literal: Literal, take: Callable[[bytes], object]) -> None:
        """Take a literal and go on with the line after it."""
        session, connection = self.session, self.session.connection
        self._waiting = None
        if literal.synchronising:
            session.write(CONTINUE)
        await connection.read_into(literal.size, take)
        line = await connection.read_line(limits.LINE)
        self.cursor = Cursor(line, utf8=self.cursor.utf8, off=self.cursor.off)
        self._waiting = announced(line)


class _Growing:
    """A message that grows. A full disk is told after the octets have been read: `failure` keeps it."""

    def __init__(self, spool: Spool, largest: int) -> None:
        self.spool = spool
        self.size = 0
        self.binary = False
        self.failure: StorageFull | None = None
        self._largest = largest

    @property
    def room(self) -> int:
        return self._largest - self.size

    def announce(self, size: int) -> None:
        """These octets will come. Raises Refused [TOOBIG] when the message would be too large (RFC 7889 §4)."""
        if size > self.room:
            raise Refused(f"Thư lớn hơn {self._largest} byte", "TOOBIG")
        self.size += size

    def append(self, octets: bytes) -> None:
        """Octets that are here already."""
        self.announce(len(octets))
        self.write(octets)

    def write(self, octets: bytes) -> None:
        if self.failure is None:
            try:
                self.spool.write(octets)
            except StorageFull as error:
                self.failure = error


def _without_nul(spool: Spool, folder: Path) -> Spool:
    """The message as BODY[] may tell it (RFC 3516 §6); BINARY gives the octets again that came. Raises StorageFull,
    and Refused where NUL is no part's content."""
    data = spool.view()
    if b"\x00" not in data[:]:
        return spool
    made = Spool(folder)
    made.write(without_nul(data, scan(data).parts))
    if b"\x00" in made.view()[:]:
        made.close()
        raise Refused("Thư có ký tự NUL ngoài nội dung của các phần", "UNKNOWN-CTE")
    return made
