"""A conversation as the reading page shows it: one letter open, the others folded to a line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailsvc.store import conversations, private_flags
from mailsvc.store.conversations import Spot
from mailsvc.store.flags import DRAFT, SEEN
from mailsvc.store.tx import Tx
from webmail.opening import Placed
from webmail.views import Folder

NEAR = 3
"""Folded letters that stand before and after the open one; those farther away are folded together."""
_ASIDE = ("junk", "trash")


@dataclass(frozen=True, slots=True)
class Fold:
    """A letter of the conversation. `away` tells the folder when it is another one than that of the open letter."""

    folder: Folder
    spot: Spot
    opened: bool
    away: bool

    @property
    def base(self) -> str:
        return f"/thu/{self.folder.id}/{self.spot.line.uid}"

    @property
    def draft(self) -> bool:
        return self.folder.icon == "draft" or bool(self.spot.line.flags & DRAFT)

    @property
    def sent(self) -> bool:
        return self.folder.icon == "sent"

    @property
    def unread(self) -> bool:
        return not self.spot.line.flags & SEEN and not self.draft and not self.sent


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring letters; those of a folded group are reached through one line that says how many they are."""

    folded: bool
    folds: tuple[Fold, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """All letters, oldest first. `newest` is the last one when that is not the open one."""

    before: tuple[Group, ...]
    after: tuple[Group, ...]
    total: int
    newest: Fold | None

    def uids_in(self, mailbox_id: int) -> set[int]:
        """The UIDs of its other letters in that mailbox."""
        folds = (fold for group in (*self.before, *self.after) for fold in group.folds)
        return {fold.spot.line.uid for fold in folds if fold.folder.id == mailbox_id}


def conversation(tx: Tx, opened: Placed) -> Conversation:
    """The letters of the thread that the person may read, each once: the copy in the folder of the open letter first,
    then by the order of folders. What was thrown away shows only where it lies itself."""
    folders = {one.id: one for shelf in opened.shelves for one in shelf.folders if one.box.selectable}
    wanted = {key for key, one in folders.items() if one.icon not in _ASIDE or key == opened.folder.id}
    found = _as_seen(tx, folders, conversations.spots(tx, opened.line.content_id, wanted))
    ranks = {key: n for n, key in enumerate(folders)}
    home = opened.folder.id
    chosen: dict[object, Spot] = {}
    for spot in sorted(found, key=lambda one: (one.mailbox_id != home, ranks[one.mailbox_id])):
        chosen.setdefault(spot.message_id or spot.line.content_id, spot)
    own = next((one for one in found if one.mailbox_id == home and one.line.uid == opened.line.uid), None)
    if own is not None:
        chosen[own.message_id or own.line.content_id] = own
    kept = [one for one in found if chosen[one.message_id or one.line.content_id] is one]
    folds = [Fold(folders[one.mailbox_id], one, one is own, one.mailbox_id != home) for one in kept]
    at = next((n for n, one in enumerate(folds) if one.opened), len(folds) - 1)
    newest = folds[-1] if folds and at < len(folds) - 1 else None
    return Conversation(_before(folds[:at]), _after(folds[at + 1 :]), len(folds), newest)


def _as_seen(tx: Tx, folders: dict[int, Folder], found: list[Spot]) -> list[Spot]:
    """With the flags that are the reader's own in other people's mailboxes."""
    foreign: dict[int, list[Spot]] = {}
    for one in found:
        if folders[one.mailbox_id].guest is not None:
            foreign.setdefault(one.mailbox_id, []).append(one)
    seen = {
        (key, line.uid): line
        for key, mine in foreign.items()
        for line in private_flags.lines(tx, folders[key].guest, key, [one.line for one in mine])
    }
    return [replace(one, line=seen.get((one.mailbox_id, one.line.uid), one.line)) for one in found]


def _before(folds: Sequence[Fold]) -> tuple[Group, ...]:
    """The first letter and the last ones show; what is between is one line, when that saves room."""
    if len(folds) <= NEAR + 3:
        return (Group(False, tuple(folds)),) if folds else ()
    parts = ((False, folds[:1]), (True, folds[1:-NEAR]), (False, folds[-NEAR:]))
    return tuple(Group(folded, tuple(part)) for folded, part in parts)


def _after(folds: Sequence[Fold]) -> tuple[Group, ...]:
    if len(folds) <= NEAR + 3:
        return (Group(False, tuple(folds)),) if folds else ()
    parts = ((False, folds[:NEAR]), (True, folds[NEAR:-1]), (False, folds[-1:]))
    return tuple(Group(folded, tuple(part)) for folded, part in parts)
