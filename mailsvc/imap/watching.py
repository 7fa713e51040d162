"""What NOTIFY watches beside the open mailbox (RFC 5465): pictures of the mailboxes, and what tells two of them apart.

Wake-ups only say that something changed. Then a new picture is read and compared with the last, so a lost or a doubled
wake-up costs nothing but time. Mailboxes of one's own that had news are looked at alone; everything else is read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailsvc.core.errors import NotFound
from mailsvc.imap.entries import Entry, entries
from mailsvc.imap.grammar.notify import Group, Notify
from mailsvc.mail import naming
from mailsvc.store import mailboxes, notes, private_flags
from mailsvc.store.bus import Bus, Topic
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx

if TYPE_CHECKING:
    from mailsvc.imap.session import Session

MESSAGES = frozenset(("MessageNew", "FlagChange"))


@dataclass(frozen=True, slots=True)
class Shown:
    """A watched name: what is to be told of it, and how it stands. `notes` is the version of its annotations."""

    entry: Entry
    events: frozenset[str]
    unseen: int = 0
    notes: int = 0

    @property
    def box(self) -> Mailbox | None:
        return self.entry.box

    @property
    def tells_messages(self) -> bool:
        box = self.box
        return bool(self.events & MESSAGES) and box is not None and bool(box.selectable) and "r" in self.entry.rights


@dataclass(frozen=True, slots=True)
class Picture:
    """All watched names as they stood at one moment; `server_notes` is the version of the server's annotations."""

    names: dict[str, Shown]
    server_notes: int = 0


def events_of(groups: Iterable[Group], entry: Entry) -> frozenset[str]:
    """What is to be told of the name: groups that mean the same mailbox add up (RFC 5465 §6)."""
    found: set[str] = set()
    for group in groups:
        if _means(group, entry):
            found |= group.events
    return frozenset(found)


def _means(group: Group, entry: Entry) -> bool:
    match group.filter:
        case "SUBSCRIBED":
            return entry.subscribed
        case "MAILBOXES":
            return entry.name in group.names
        case "SUBTREE":
            return any(entry.name == name or entry.name.startswith(name + "/") for name in group.names)
        case _:  # PERSONAL; INBOXES too, since letters about work come into many folders (RFC 5465 §6.3)
            return not naming.is_foreign(entry.name)


def look(tx: Tx, account_id: int, notify: Notify) -> Picture:
    """The whole picture."""
    names = {}
    for name, entry in entries(tx, account_id).items():
        events = events_of(notify.groups, entry)
        if events:
            names[name] = _shown(tx, account_id, entry, events)
    server = any("ServerMetadataChange" in group.events for group in notify.groups)
    return Picture(names, notes.latest(tx, notes.SERVER, account_id) if server else 0)


def _shown(tx: Tx, account_id: int, entry: Entry, events: frozenset[str]) -> Shown:
    shown, box = Shown(entry, events), entry.box
    if box is None:
        return shown
    if "FlagChange" in events and shown.tells_messages:
        shown = replace(shown, unseen=private_flags.unseen_by(tx, account_id, box))
    if "MailboxMetadataChange" in events and "r" in entry.rights:
        shown = replace(shown, notes=notes.latest(tx, box.id, account_id))
    return shown


def look_at(tx: Tx, picture: Picture, mailbox_ids: frozenset[int]) -> Picture:
    """The picture with the present state of some of one's own mailboxes."""
    names = dict(picture.names)
    for name, shown in picture.names.items():
        if shown.box is None or shown.box.id not in mailbox_ids:
            continue
        try:
            box = mailboxes.get(tx, shown.box.id)
        except NotFound:
            continue  # the whole picture, which comes next, tells of it
        names[name] = replace(shown, entry=replace(shown.entry, box=box), unseen=box.unseen)
    return Picture(names, picture.server_notes)


def changed_notes(tx: Tx, account_id: int, wanted: list[tuple[str, int, int]]) -> list[tuple[str, list[str]]]:
    """(name, entries) for each (name, mailbox, version): the annotations set or removed since."""
    return [(name, notes.changed_since(tx, mailbox_id, account_id, since)) for name, mailbox_id, since in wanted]


# ---- two pictures ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Listed:
    """A name of which a LIST response tells; `old` is what it was called before. `shown` is None when it is gone."""

    name: str
    shown: Shown | None
    old: str = ""


def names_changed(before: Picture, after: Picture, quiet: set[str]) -> Iterator[Listed]:
    """Mailboxes made, removed and renamed, and subscriptions that changed; not those that the client did itself."""
    renamed = dict(_renamed(before, after))
    told: dict[str, Listed] = {}
    for name, old in renamed.items():
        if not _explained(name, old, renamed):
            told[name] = Listed(name, after.names[name], old)
    gone = before.names.keys() - after.names.keys() - set(renamed.values())
    come = {name for name in after.names.keys() - before.names.keys() - renamed.keys()}
    for name in sorted(come | gone | (before.names.keys() & after.names.keys())):
        then, now = before.names.get(name), after.names.get(name)
        existed, exists = _is_mailbox(then), _is_mailbox(now)
        events = (then.events if then else frozenset()) | (now.events if now else frozenset())
        if existed != exists and "MailboxName" in events:
            told[name] = Listed(name, now)
            _tell_parent(told, name, after)
        elif "SubscriptionChange" in events and _subscribed(then) != _subscribed(now):
            told.setdefault(name, Listed(name, now))
    return (one for one in told.values() if one.name not in quiet and not (one.old and one.old in quiet))


def _tell_parent(told: dict[str, Listed], name: str, after: Picture) -> None:
    """The direct parent of a mailbox that came or went is affected too (RFC 5465 §5.4)."""
    parent = name.rpartition("/")[0]
    shown = after.names.get(parent)
    if shown is not None and "MailboxName" in shown.events:
        told.setdefault(parent, Listed(parent, shown))


def _is_mailbox(shown: Shown | None) -> bool:
    return shown is not None and shown.box is not None


def _subscribed(shown: Shown | None) -> bool:
    return shown is not None and shown.entry.subscribed


def _renamed(before: Picture, after: Picture) -> Iterator[tuple[str, str]]:
    """(new name, old name) of mailboxes that are called otherwise now."""
    old_names = {shown.box.id: name for name, shown in before.names.items() if shown.box is not None}
    for name, shown in after.names.items():
        old = old_names.get(shown.box.id) if shown.box is not None else None
        if old is not None and old != name and "MailboxName" in shown.events and not _is_mailbox(after.names.get(old)):
            yield name, old


def _explained(name: str, old: str, renamed: dict[str, str]) -> bool:
    """Whether a mailbox above it was renamed, which says all (RFC 5465 §5.4)."""
    while "/" in name and "/" in old and name.rpartition("/")[2] == old.rpartition("/")[2]:
        name, old = name.rpartition("/")[0], old.rpartition("/")[0]
        if renamed.get(name) == old:
            return True
    return False


def messages_changed(before: Picture, after: Picture, selected_id: int, *, condstore: bool) -> Iterator[Shown]:
    """Mailboxes, but the open one, whose messages changed in a way that is to be told."""
    for name, now in after.names.items():
        then = before.names.get(name)
        if then is None or then.box is None or now.box is None or not now.tells_messages:
            continue
        if now.box.id != selected_id and _has_changed(then, now, condstore=condstore):
            yield now


def _has_changed(then: Shown, now: Shown, *, condstore: bool) -> bool:
    old, new = then.box, now.box
    if old is None or new is None:
        return False
    if (old.uidvalidity, old.uidnext, old.messages) != (new.uidvalidity, new.uidnext, new.messages):
        return True
    return "FlagChange" in now.events and old.modseq != new.modseq and (condstore or then.unseen != now.unseen)


# ---- who is woken ---------------------------------------------------------------------------------------------
class _Tap:
    """Listens to one mailbox for a watch."""

    __slots__ = ("_mailbox_id", "_watch")

    def __init__(self, watch: Watch, mailbox_id: int) -> None:
        self._watch = watch
        self._mailbox_id = mailbox_id

    def wake(self) -> None:
        self._watch.changed.add(self._mailbox_id)
        self._watch.session.nudge()


class Watch:
    """What one session watches. `full`: the whole picture is to be read; `changed`: own mailboxes that had news;
    `quiet`: names of which nothing is to be told this time, because the client changed them itself."""

    __slots__ = ("_bus", "_taps", "_topics", "changed", "full", "notify", "picture", "quiet", "session")

    def __init__(self, session: Session, notify: Notify, bus: Bus) -> None:
        self.session = session
        self.notify = notify
        self.picture = Picture({})
        self.full = False
        self.changed: set[int] = set()
        self.quiet: set[str] = set()
        self._bus = bus
        self._topics: set[Topic] = set()
        self._taps: dict[int, _Tap] = {}

    @property
    def has_news(self) -> bool:
        return self.full or bool(self.changed)

    def wake(self) -> None:
        self.full = True
        self.session.nudge()

    def follow(self, picture: Picture) -> None:
        """Take the picture for the last one, and listen to what is in it.

        What happened to a mailbox after the picture and before we listened has woken nobody: then it is read again.
        """
        self.picture = picture
        wanted = set(self._wanted()) if self.notify.groups else set()
        self.full = self.full or bool(wanted - self._topics)
        self._listen(wanted)
        heard = {one.box.id for one in picture.names.values() if one.box is not None and one.tells_messages}
        for mailbox_id in self._taps.keys() - heard:
            self._bus.detach(self._taps.pop(mailbox_id), ("mailbox", mailbox_id))
        self.full = self.full or bool(heard - self._taps.keys())
        for mailbox_id in heard - self._taps.keys():
            self._taps[mailbox_id] = _Tap(self, mailbox_id)
            self._bus.attach(self._taps[mailbox_id], ("mailbox", mailbox_id))

    def _wanted(self) -> Iterator[Topic]:
        """What makes the whole picture new."""
        yield "account", self.session.account_id
        yield "rights", 0
        if any("ServerMetadataChange" in group.events for group in self.notify.groups):
            yield "notes", notes.SERVER
        for shown in self.picture.names.values():
            if shown.box is not None:
                yield "account", shown.box.account_id
                if "MailboxMetadataChange" in shown.events:
                    yield "notes", shown.box.id

    def _listen(self, wanted: set[Topic]) -> None:
        self._bus.detach(self, *(self._topics - wanted))
        self._bus.attach(self, *(wanted - self._topics))
        self._topics = wanted

    def is_own(self, mailbox_id: int) -> bool:
        """Whether the mailbox may be looked at alone: of others the rights are to be read again."""
        boxes = (shown.box for shown in self.picture.names.values() if shown.box is not None)
        return any(box.id == mailbox_id and box.account_id == self.session.account_id for box in boxes)

    @property
    def is_guest(self) -> bool:
        """Whether mailboxes of others are watched, in which rights may end by themselves."""
        boxes = (shown.box for shown in self.picture.names.values() if shown.box is not None)
        return any(box.account_id != self.session.account_id for box in boxes)

    def end(self) -> None:
        """Listen no more."""
        self._listen(set())
        for mailbox_id, tap in self._taps.items():
            self._bus.detach(tap, ("mailbox", mailbox_id))
        self._taps = {}
