"""Greets a connection, reads its commands and answers them until it ends; and what all sessions share."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter

from mailsvc.core.log import failure_reference
from mailsvc.imap import limits, news
from mailsvc.imap.dispatch import answer, count_mistake
from mailsvc.imap.errors import Farewell, TooMuch
from mailsvc.imap.grammar.command import parse_tag
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.ordering import Answers
from mailsvc.imap.push import Pusher
from mailsvc.imap.reader import read_command
from mailsvc.imap.renderings import Renderings
from mailsvc.imap.session import Session
from mailsvc.imap.snapshots import Snapshots
from mailsvc.mail.office import Office
from mailsvc.net.connection import Connection
from mailsvc.net.errors import LineTooLong, ReadTimeout
from mailsvc.net.tls import ServerTls
from mailsvc.store import accounts, switches
from mailsvc.store.tx import Tx

log = logging.getLogger("mailsvc.imap")


class Doorkeeper:
    """One for all IMAP listeners of a service: `handle` is their handler, `run` the background work.

    `tls` is what STARTTLS uses; listeners that encrypt from the first octet bring their own.
    """

    def __init__(self, office: Office, tls: ServerTls | None = None) -> None:
        self.office = office
        self.tls = tls
        self.pusher = Pusher(office.db)
        self.answers = Answers()
        self.snapshots = Snapshots()
        self.renderings = Renderings()
        self.sessions: set[Session] = set()
        self.per_account: Counter[int] = Counter()

    async def run(self) -> None:
        """Push to idle sessions and end those of closed accounts, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.pusher.run())
            group.create_task(self._watch_accounts())

    async def handle(self, connection: Connection) -> None:
        """One connection from greeting to end."""
        session = Session(self, connection)
        self.sessions.add(session)
        connection.read_timeout = limits.LOGIN_SECONDS
        try:
            session.status(b"*", "OK", f"{self.office.settings.organisation.host} IMAP", self._greeting(session))
            await self._converse(session)
        except asyncio.CancelledError:
            session.status(b"*", "BYE", "Máy chủ đang dừng, xin kết nối lại sau", "UNAVAILABLE")
            raise
        finally:
            self.sessions.discard(session)
            self.leave(session)
            session.unwatch()
            await session.unselect()

    @staticmethod
    def _greeting(session: Session) -> str:
        return "CAPABILITY " + session.capability()

    def leave(self, session: Session) -> None:
        """The session is no longer its account's."""
        if not session.account_id:
            return
        self.per_account[session.account_id] -= 1
        if self.per_account[session.account_id] <= 0:
            del self.per_account[session.account_id]

    async def _converse(self, session: Session) -> None:
        try:
            while not session.closing:
                await self._one(session)
        except Farewell as error:
            session.status(b"*", "BYE", error.text, error.code)
        except ReadTimeout:
            session.status(b"*", "BYE", "Im lặng quá lâu")

    async def _one(self, session: Session) -> None:
        """One command. Raises Farewell, and what the connection raises."""
        if not session.account_id and asyncio.get_running_loop().time() > session.login_until:
            raise Farewell("Quá lâu chưa đăng nhập", "UNAVAILABLE")
        try:
            await self._rest(session)
            data = await read_command(session)
        except LineTooLong as error:
            self._too_long(session, error.head, "Dòng lệnh quá dài")
            return
        except TooMuch as error:
            self._too_long(session, error.head, error.text)
            return
        await answer(session, data)
        await session.connection.drain()

    @staticmethod
    async def _rest(session: Session) -> None:
        """Until the client says something, tell it what it asked NOTIFY for (RFC 5465 §3.1).

        However much news there is, what the client says comes first.
        """
        while session.watch is not None:
            session.resting = True
            if session.has_news:
                session.connection.nudge()
            try:
                if await session.connection.wait_input():
                    return
            finally:
                session.resting = False
            await session.sync(expunge=not session.watch.notify.delayed)
            await news.tell(session)
            await session.connection.drain()

    @staticmethod
    def _too_long(session: Session, head: bytes, text: str) -> None:
        session.status(parse_tag(Cursor(head)), "BAD", text)
        count_mistake(session, hostile=True)

    # ---- logins -------------------------------------------------------------------------------------------------
    async def admit(self, session: Session, account_id: int, username: str) -> bool:
        """Make the session the account's, unless it has too many already."""
        off = await self.office.db.glance(switches.off, account_id)
        if self.per_account[account_id] >= self.office.settings.imap.max_connections_per_account:
            return False
        self.per_account[account_id] += 1
        session.account_id, session.username = account_id, username
        session.off = off
        session.connection.read_timeout = self.office.settings.imap.idle_minutes * 60.0
        return True

    async def _watch_accounts(self) -> None:
        """End the sessions of accounts that are closed, or whose password is another than when it was last looked at.

        The command line changes accounts in a process of its own and wakes nobody here, so it is looked at regularly.
        """
        with self.office.db.bus.subscribe(("directory", 0)) as changes:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(limits.ACCOUNTS_SECONDS):
                        await changes.wait()
                for session in self.sessions:
                    session.connection.rest()
                try:
                    versions = await self.office.db.read(_versions, sorted(self.per_account))
                except Exception:
                    failure_reference(log, "accounts")
                    continue
                for session in [one for one in self.sessions if one.account_id in versions]:
                    version = versions[session.account_id]
                    if version is None or session.version not in (0, version):
                        self._dismiss(session)
                    else:
                        session.version = version
                for session in list(self.sessions):
                    session.look_again()

    @staticmethod
    def _dismiss(session: Session) -> None:
        session.closing = True
        session.status(b"*", "BYE", "Tài khoản đã bị khóa hoặc đã đổi mật khẩu", "CONTACTADMIN")
        session.connection.close()


def _versions(tx: Tx, account_ids: list[int]) -> dict[int, int | None]:
    """The version of each account's credentials (from 1), None for one that is closed."""
    found = [accounts.get(tx, account_id) for account_id in account_ids]
    return {one.id: one.credential_version if one.active else None for one in found}
