"""NOTIFY (RFC 5465 §8): which events of which mailboxes the client wants to be told of."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.errors import Refused, TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.fetch import parse_items
from mailsvc.imap.grammar.names import mailbox
from mailsvc.imap.grammar.returns import NOTHING, Fetched

MESSAGE_EVENTS = ("MessageNew", "MessageExpunge", "FlagChange")
EVENTS = (
    *MESSAGE_EVENTS, "MailboxName", "SubscriptionChange", "MailboxMetadataChange", "ServerMetadataChange",
)  # fmt: skip
_BY_UPPER = {one.upper(): one for one in EVENTS}
_OF_SELECTED = ("SELECTED", "SELECTED-DELAYED")
_NAMED = ("SUBTREE", "MAILBOXES")
_FILTERS = (*_OF_SELECTED, "INBOXES", "PERSONAL", "SUBSCRIBED", *_NAMED)
MAX_GROUPS = 50
MAX_NAMES = 500


@dataclass(frozen=True, slots=True)
class Group:
    """Some mailboxes and the events that are to be told of them; `names` of SUBTREE and MAILBOXES."""

    filter: str
    names: tuple[str, ...]
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Notify:
    """`selected` are the events of the open mailbox, `delayed` whether expunges wait there for a command; `fetch`
    what to fetch of new messages in it. `status`: tell first how things stand."""

    groups: tuple[Group, ...] = ()
    status: bool = False
    selected: frozenset[str] = frozenset()
    delayed: bool = False
    fetch: Fetched = NOTHING


def parse_notify(cursor: Cursor) -> Notify:
    """Raises Refused [BADEVENT] for an event that is not known."""
    cursor.space()
    word = cursor.word()
    if word == "NONE":
        cursor.end()
        return Notify()
    if word != "SET":
        raise cursor.error("cần SET hoặc NONE")
    cursor.space()
    status = cursor.data[cursor.pos : cursor.pos + 7].upper() == b"STATUS "
    if status:
        cursor.pos += 7
    reader = _Reader(cursor)
    reader.group()
    while cursor.skip(b" "):
        if len(reader.groups) > MAX_GROUPS:
            raise TooMuch(f"NOTIFY có quá {MAX_GROUPS} nhóm")
        reader.group()
    cursor.end()
    return reader.whole(status)


class _Reader:
    """The groups as they are read."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.groups: list[Group] = []
        self.unknown = False
        self.fetch = NOTHING

    def group(self) -> None:
        cursor = self.cursor
        cursor.expect(b"(")
        which = cursor.word()
        if which not in _FILTERS:
            raise cursor.error(f"không có nhóm hộp thư {which[:40]}")
        names = self._names() if which in _NAMED else ()
        cursor.space()
        events = self._events(of_selected=which in _OF_SELECTED)
        cursor.expect(b")")
        self.groups.append(Group(which, names, events))

    def _names(self) -> tuple[str, ...]:
        cursor = self.cursor
        cursor.space()
        if not cursor.peek(b"("):
            return (mailbox(cursor),)
        names = cursor.parenthesised(lambda: mailbox(cursor))
        if len(names) > MAX_NAMES:
            raise TooMuch(f"NOTIFY nêu quá {MAX_NAMES} hộp thư")
        return names

    def _events(self, *, of_selected: bool) -> frozenset[str]:
        cursor = self.cursor
        if not cursor.peek(b"("):
            if cursor.word() != "NONE":
                raise cursor.error("cần một danh sách sự kiện hoặc NONE")
            return frozenset()
        events: set[str] = set()
        cursor.expect(b"(")
        while True:
            event = _BY_UPPER.get(cursor.word(), "")
            self.unknown = self.unknown or not event
            events.add(event)
            if cursor.peek(b" (") and event == "MessageNew":
                self._fetched(of_selected=of_selected)
            if cursor.skip(b")"):
                break
            cursor.space()
        events.discard("")
        self._check(events, of_selected=of_selected)
        return frozenset(events)

    def _fetched(self, *, of_selected: bool) -> None:
        if not of_selected:
            raise self.cursor.error("mục FETCH chỉ dùng với hộp thư đang mở")
        self.cursor.space()
        self.fetch = parse_items(self.cursor)

    def _check(self, events: set[str], *, of_selected: bool) -> None:
        """RFC 5465 §5 and §6.1."""
        if self.unknown:
            return
        if of_selected and not events <= set(MESSAGE_EVENTS):
            raise self.cursor.error("với hộp thư đang mở chỉ có sự kiện về thư")
        both = {"MessageNew", "MessageExpunge"}
        if events & both and not both <= events:
            raise self.cursor.error("MessageNew và MessageExpunge phải đi cùng nhau")
        if "FlagChange" in events and not both <= events:
            raise self.cursor.error("FlagChange cần MessageNew và MessageExpunge")

    def whole(self, status: bool) -> Notify:
        if self.unknown:
            raise Refused("Có sự kiện không được hỗ trợ", f"BADEVENT ({' '.join(EVENTS)})")
        selected = [one for one in self.groups if one.filter in _OF_SELECTED]
        if len(selected) > 1:
            raise self.cursor.error("chỉ nêu hộp thư đang mở một lần")
        return Notify(
            tuple(one for one in self.groups if one.filter not in _OF_SELECTED),
            status,
            selected[0].events if selected else frozenset(),
            bool(selected) and selected[0].filter == "SELECTED-DELAYED",
            self.fetch,
        )
