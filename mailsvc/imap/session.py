"""One client's session: where it stands, what it has enabled, which mailbox it has open, and how it is written to."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import IntFlag
from ipaddress import ip_address
from typing import TYPE_CHECKING

from mailsvc.core.errors import NotFound
from mailsvc.core.errors import Refused as NotPermitted
from mailsvc.imap import capabilities, limits
from mailsvc.imap.contexts import Again, Context, additions, look_again, removals
from mailsvc.imap.errors import BadCommand, Farewell, Refused
from mailsvc.imap.finding import Scope
from mailsvc.imap.grammar import response
from mailsvc.imap.grammar.cursor import MAX_NUMBER
from mailsvc.imap.grammar.notify import Notify
from mailsvc.imap.grammar.returns import NOTHING, Fetched
from mailsvc.imap.grammar.sequence import Range
from mailsvc.imap.sync import changes_since
from mailsvc.imap.texts import english
from mailsvc.imap.view import Manner, SelectedView
from mailsvc.imap.watching import Watch
from mailsvc.mail import access
from mailsvc.net.connection import Connection
from mailsvc.store import mailboxes

if TYPE_CHECKING:
    from mailsvc.imap.doorkeeper import Doorkeeper
    from mailsvc.mail.office import Office


NO_MORE = "Hộp thư đang mở đã bị xóa hoặc không còn được chia sẻ; xin kết nối lại"


class State(IntFlag):
    """RFC 9051 §3; a command names all the states it may be given in."""

    NEW = 1
    LOGGED_IN = 2
    SELECTED = 4
    INSIDE = LOGGED_IN | SELECTED
    ANY = NEW | LOGGED_IN | SELECTED


class Session:
    """`saved` is the result of the last SEARCH with SAVE, as UID ranges; `off` are capabilities the account lacks.

    The session is its own listener on the bus: a wake-up marks the view and, while idle, queues it for pushing.
    """

    __slots__ = (
        "account_id", "client", "closing", "compressed", "condstore", "connection", "contexts", "due", "hidden",
        "idling", "keeper", "language", "login_until", "mine", "mistakes", "off", "office", "qresync", "resting",
        "rev2", "saved", "strikes", "uidonly", "username", "utf8_accept", "version", "view", "watch",
    )  # fmt: skip

    def __init__(self, keeper: Doorkeeper, connection: Connection) -> None:
        self.keeper = keeper
        self.office: Office = keeper.office
        self.connection = connection
        self.idling = self.closing = self.resting = False
        self.watch: Watch | None = None  # since the first NOTIFY
        self.strikes = self.mistakes = 0
        self.client = ""
        self.hidden: frozenset[str] = frozenset()  # from this client, see quirks
        self.view: SelectedView | None = None
        self.begin()

    def begin(self) -> None:
        """Where everybody stands before a login, and again after UNAUTHENTICATE (RFC 8437 §4.1)."""
        self.login_until = asyncio.get_running_loop().time() + limits.LOGIN_TOTAL_SECONDS
        self.unwatch()
        self.account_id = 0
        self.username = ""
        self.condstore = self.qresync = self.rev2 = self.utf8_accept = self.compressed = False
        self.uidonly = False
        self.language = ""
        self.saved: tuple[Range, ...] = ()
        self.contexts: dict[bytes, Context] = {}
        self.due: dict[int, Fetched] = {}  # what to fetch of new messages, by UID
        self.mine: frozenset[int] = frozenset()  # UIDs the client has put into the open mailbox itself
        self.version = 0  # of the credentials; 0: not looked at yet
        self.off: frozenset[str] = frozenset()

    # ---- where it stands ----------------------------------------------------------------------------------------
    @property
    def state(self) -> State:
        if not self.account_id:
            return State.NEW
        return State.LOGGED_IN if self.view is None else State.SELECTED

    @property
    def selected(self) -> SelectedView:
        """The open view. The command table has made sure that there is one."""
        if self.view is None:
            raise Refused("Chưa chọn hộp thư nào", "CLIENTBUG")
        return self.view

    @property
    def may_login(self) -> bool:
        """Passwords go over encrypted connections only; a bench may ask for them in clear on loopback."""
        if self.connection.tls is not None:
            return True
        return self.office.settings.imap.clear_login_on_loopback and _is_loopback(self.connection.peer)

    @property
    def end_point(self) -> bytes:
        """The channel binding data of this connection's TLS (RFC 5929 §4), b'' in clear."""
        return b"" if self.connection.tls is None else self.connection.tls.end_point

    @property
    def can_tls(self) -> bool:
        return self.keeper.tls is not None and self.connection.tls is None

    def capability(self) -> str:
        names = capabilities.offered(
            logged_in=bool(self.account_id), may_login=self.may_login, can_tls=self.can_tls,
            can_bind=bool(self.end_point), off=self.off | self.hidden,
            append_limit=self.office.settings.smtp.max_size,
        )
        return " ".join(names)

    @property
    def utf8(self) -> bool:
        """Whether the client reads UTF-8 in quoted strings and names (RFC 9051 §5.1, RFC 6855 §3)."""
        return self.rev2 or self.utf8_accept

    @property
    def refused(self) -> frozenset[str]:
        """Whose syntax is unknown to this session. Beside capabilities: CHARSET, which would contradict UTF8=ACCEPT
        (RFC 6855 §3), and MSN, sequence numbers, after ENABLE UIDONLY."""
        found = self.off
        if self.utf8_accept and not self.rev2:
            found |= {"CHARSET"}
        return found | {"MSN"} if self.uidonly else found

    @property
    def manner(self) -> Manner:
        """How this client is told of changes."""
        return Manner(
            modseq=self.condstore,
            recent=not self.rev2,
            vanished=self.qresync or self.uidonly,
            uidonly=self.uidonly,
            flags=self.watch is None or not self.watch.notify.selected or "FlagChange" in self.watch.notify.selected,
        )

    # ---- writing ------------------------------------------------------------------------------------------------
    def write(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.connection.write(piece)

    def status(self, tag: bytes, word: str, text: str, code: str = "") -> None:
        self.write(self.status_line(tag, word, text, code))

    def status_line(self, tag: bytes, word: str, text: str, code: str = "") -> bytes:
        """The line as this client reads it: in its language, in ASCII until it has asked for more."""
        told = english(text) if self.language == "en" else text
        return response.status(tag, word, told, code, utf8=self.utf8 or bool(self.language))

    def code(self, capability: str, code: str) -> str:
        """The response code, '' where its capability is switched off."""
        return "" if capability in self.off else code

    def name(self, mailbox: str) -> bytes:
        """A mailbox name as this client reads it."""
        return response.mailbox_name(mailbox, utf8=self.utf8)

    # ---- the selected mailbox -----------------------------------------------------------------------------------
    def wake(self) -> None:
        """Something changed in the selected mailbox (called by the bus)."""
        if self.view is not None:
            self.view.dirty = True
            if self.watch is not None:
                self.nudge()
            elif self.idling:
                self.keeper.pusher.add(self)

    def nudge(self) -> None:
        """There is news for a session that watches: its own task tells it, when it waits for the client."""
        if self.idling or self.resting:
            self.connection.nudge()

    def look_again(self) -> None:
        """Rights in other people's mailboxes end with a day, or another process took them away; nobody wakes us."""
        if self.view is not None and self.view.guest is not None:
            self.wake()
        if self.watch is not None and self.watch.is_guest:
            self.watch.wake()

    def watching(self, notify: Notify) -> Watch:
        """From now on tell what NOTIFY asks for, and nothing else."""
        self.unwatch()
        self.watch = Watch(self, notify, self.office.db.bus)
        return self.watch

    def unwatch(self) -> None:
        if self.watch is not None:
            self.watch.end()
            self.watch = None

    def did(self, *names: str) -> None:
        """The client itself changed these mailboxes, and need not be told (RFC 5465 §5)."""
        if self.watch is not None:
            self.watch.quiet.update(names)

    @property
    def has_news(self) -> bool:
        """Whether something waits to be told to a session that watches."""
        if self.watch is None:
            return False
        return self.watch.has_news or (self.view is not None and self.view.dirty and self.hears)

    @property
    def hears(self) -> bool:
        """Whether changes of the selected mailbox are told unasked (RFC 5465 §3.1)."""
        return self.watch is None or bool(self.watch.notify.selected)

    def select(self, view: SelectedView) -> None:
        self.view = view
        self.office.db.bus.attach(self, ("mailbox", view.mailbox_id))
        view.dirty = self.watch is not None  # who listens all the time misses nothing that came while it was opened

    async def unselect(self) -> None:
        """Leave the mailbox without changing anything in it but who has seen what is recent."""
        view, self.view = self.view, None
        self.saved = ()
        self.contexts.clear()
        self.due.clear()
        self.mine = frozenset()
        if view is None:
            return
        self.office.db.bus.detach(self, ("mailbox", view.mailbox_id))
        if view.claim and not view.readonly:
            await self.office.db.write(mailboxes.claim_recent, view.mailbox_id)

    async def sync(self, *, expunge: bool, always: bool = False) -> None:
        """Tell the client what changed in its mailbox. Reads only after a wake-up, or when `always`."""
        view = self.view
        if view is None or not (view.dirty or always or (expunge and view.gone)) or not (self.hears or always):
            return
        for _ in range(2):  # the second time whole, when the counts did not agree
            view.dirty = False
            changes = await self.office.db.glance(changes_since, *view.asks)
            if changes is None:
                raise Farewell(NO_MORE, "UNAVAILABLE")
            following = list(self.contexts.values())
            results = await self.office.db.read(look_again, self._again(view, following)) if following else []
            self.write(*removals(view, following, results))
            last = view.uids[-1] if view.uids else 0
            self.write(*view.tell(changes, self.manner, expunge=expunge))
            self.write(*additions(view, following, results))
            self._note_fresh(view, last, following)
            if not view.stale:
                return

    def _note_fresh(self, view: SelectedView, last: int, following: Sequence[Context]) -> None:
        """Remember what is to be fetched of the messages after that UID (RFC 5465 §5.2 and §7), each only once; nothing
        of those that the client has put there itself."""
        notify = self.watch.notify if self.watch is not None else Notify()
        fresh = [uid for uid in view.uids[bisect_right(view.uids, last) :] if uid not in self.mine]
        asked = [(notify.fetch, set(fresh)), *((one.fetch, set(one.uids)) for one in following if one.fetch != NOTHING)]
        for uid in fresh:
            wanted = [fetch for fetch, uids in asked if uid in uids and fetch != NOTHING]
            if wanted:
                plain = frozenset[str]().union(*(one[0] for one in wanted))
                self.due[uid] = plain, tuple(dict.fromkeys(section for one in wanted for section in one[1]))
        if fresh:
            self.mine = frozenset()

    def put_itself(self, uidvalidity: int, uids: Iterable[int]) -> None:
        """The client itself has put these messages into the open mailbox."""
        if self.view is not None and self.view.uidvalidity == uidvalidity:
            self.mine |= frozenset(uids)

    def _again(self, view: SelectedView, following: Sequence[Context]) -> Again:
        """The searches whose changes are told, over all there is in the mailbox by now."""
        return Again(
            Scope(view.mailbox_id, MAX_NUMBER, view.recent_from, view.guest, self.keeper.answers), following
        )

    async def check_standing(self) -> None:
        """Before a guest does anything in another's mailbox: may they still? Raises Farewell (RFC 4314 §5.1.1)."""
        view = self.view
        if view is None or view.guest is None:
            return
        try:
            now = await self.office.db.glance(access.again, view.guest, view.mailbox_id, "r")
        except (NotFound, NotPermitted):
            raise Farewell(NO_MORE, "UNAVAILABLE") from None
        if now != view.guest:
            view.guest = now
            self.write(*view.flag_lines())

    def enable_condstore(self) -> None:
        """From now on the client follows mod-sequences (RFC 7162 §3.1). BadCommand where that is switched off."""
        if "CONDSTORE" in self.off:
            raise BadCommand("CONDSTORE đang tắt cho tài khoản này")
        if not self.condstore:
            self.condstore = True
            if self.view is not None:
                self.status(b"*", "OK", "CONDSTORE bật", f"HIGHESTMODSEQ {self.view.modseq}")

    def save(self, ranges: Sequence[Range]) -> None:
        self.saved = tuple(ranges)

    def expect_writable(self) -> SelectedView:
        view = self.selected
        if view.readonly:
            raise Refused("Hộp thư đang mở chỉ để đọc", "READ-ONLY")
        return view


def _is_loopback(peer: str) -> bool:
    try:
        return not peer or ip_address(peer).is_loopback
    except ValueError:
        return False
