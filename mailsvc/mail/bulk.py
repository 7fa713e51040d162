"""What is done with many letters at once, in small transactions between which everybody else gets a turn.

With a token (`ways_back.new_token`) each of them also writes down how it is undone (`mail.undoing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from mailsvc.core.errors import MailsvcError, NotFound, Phrase, Refused
from mailsvc.mail import access
from mailsvc.mail import mailboxes as work
from mailsvc.mail.office import Office
from mailsvc.store import conversation_pages, mailboxes, placements, private_flags, ways_back
from mailsvc.store.flags import FLAGGED, SEEN
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx
from mailsvc.store.ways_back import Part

BATCH = 250
"""Letters in one transaction."""
TO_INBOX = "INBOX"
"""The use that means the inbox."""
Chosen = dict[int, list[int]]
"""UIDs by mailbox id."""


@dataclass(slots=True)
class Done:
    """What was done: letters by mailbox. `moved`: (mailbox they came from, mailbox they lie in now) to UIDs there;
    `stopped` why not all was done, None when it was."""

    marked: Chosen = field(default_factory=dict)
    moved: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    removed: int = 0
    stopped: Phrase | None = None

    @property
    def count(self) -> int:
        """How many letters were changed."""
        return sum(map(len, self.marked.values())) + sum(map(len, self.moved.values())) + self.removed

    def add(self, portion: Done) -> None:
        """Count a portion in."""
        for mailbox_id, uids in portion.marked.items():
            self.marked.setdefault(mailbox_id, []).extend(uids)
        for way, uids in portion.moved.items():
            self.moved.setdefault(way, []).extend(uids)
        self.removed += portion.removed


def box_for(tx: Tx, account_id: int, mailbox_id: int, needed: str = "r") -> tuple[Mailbox, Guest | None]:
    """A mailbox that the person may open, with these rights in it. Raises NotFound, Refused."""
    box = mailboxes.get(tx, mailbox_id)
    guest = access.guest(tx, account_id, box)
    if guest is not None and "r" not in guest.rights:
        raise NotFound("Không có hộp thư này, hoặc bạn không được mở.")
    if guest is not None:
        access.demand(guest.rights, needed)
    return box, guest


def mark(
    tx: Tx, account_id: int, mailbox_id: int, uids: Sequence[int], added: int, removed: int, token: str = ""
) -> list[int]:
    """Add and take away flag bits; the UIDs of the letters that this changed. Raises NotFound or Refused."""
    bits = added | removed
    needed = ("s" if bits & SEEN else "") + ("w" if bits & FLAGGED else "")
    _, guest = box_for(tx, account_id, mailbox_id, needed)
    rows = private_flags.rows_of(tx, guest, mailbox_id, sorted(uids), ("uid", "flags", "keywords"))
    changes = [(uid, old, new, words) for uid, old, words in rows if (new := (old | added) & ~removed) != old]
    private_flags.set_flags(tx, guest, mailbox_id, changes)
    changed = [one[0] for one in changes]
    if token and changed:
        way = Part(mailbox_id, changed, added=removed, removed=added)
        ways_back.keep(tx, ways_back.LETTERS, token, account_id, asdict(way))
    return changed


async def mark_all(
    office: Office, account_id: int, chosen: Chosen, added: int, removed: int, token: str = ""
) -> Done:
    """`mark` for letters of several mailboxes."""
    done = Done()
    for mailbox_id, uids in chosen.items():
        for some in _batches(uids):
            try:
                changed = await office.db.write(mark, account_id, mailbox_id, some, added, removed, token)
            except MailsvcError as error:
                return _stopped(done, error)
            done.marked.setdefault(mailbox_id, []).extend(changed)
    return done


def target_for(tx: Tx, account_id: int, source_id: int, use: str) -> Mailbox:
    """The mailbox of that use (RFC 6154) of the account the source belongs to. Raises NotFound."""
    source, _ = box_for(tx, account_id, source_id)
    if use == TO_INBOX:
        return mailboxes.by_name(tx, source.account_id, mailboxes.INBOX)
    found = mailboxes.with_special_use(tx, source.account_id, use)
    if found is None:
        raise NotFound("Hộp thư này không có thư mục đó; xin tạo trong trang Thư mục.")
    return found


def move(
    tx: Tx, office: Office, account_id: int, source_id: int, uids: Sequence[int], target: int | str, token: str = ""
) -> tuple[int, list[int]]:
    """Move letters to a mailbox, or to the one of that use: (its id, their UIDs there). Those there already stay."""
    box_for(tx, account_id, source_id)
    if isinstance(target, str):
        box = target_for(tx, account_id, source_id, target)
    else:
        box, _ = box_for(tx, account_id, target)
    if box.id == source_id:
        return box.id, []
    moved = [new for _, new in work.move(tx, office.blobs, account_id, source_id, uids, box)]
    if token and moved:
        ways_back.keep(tx, ways_back.LETTERS, token, account_id, asdict(Part(box.id, moved, home=source_id)))
    return box.id, moved


async def move_all(office: Office, account_id: int, chosen: Chosen, target: int | str, token: str = "") -> Done:
    """`move` for letters of several mailboxes."""
    done = Done()
    for mailbox_id, uids in chosen.items():
        for some in _batches(uids):
            try:
                box, new = await office.db.write(move, office, account_id, mailbox_id, some, target, token)
            except MailsvcError as error:
                return _stopped(done, error)
            if new:
                done.moved.setdefault((mailbox_id, box), []).extend(new)
    return done


def destroy(tx: Tx, account_id: int, mailbox_id: int, uids: Sequence[int]) -> int:
    """Delete letters for good, out of trash or junk only; how many. Raises NotFound or Refused."""
    box, _ = box_for(tx, account_id, mailbox_id, "te")
    if box.special_use not in ("\\Trash", "\\Junk"):
        raise Refused("Chỉ xóa hẳn được thư trong Thùng rác hoặc Thư rác.")
    gone, _ = placements.expunge(tx, mailbox_id, uids)
    return len(gone)


async def destroy_all(office: Office, account_id: int, chosen: Chosen) -> Done:
    """`destroy` for letters of several mailboxes."""
    done = Done()
    for mailbox_id, uids in chosen.items():
        for some in _batches(uids):
            try:
                done.removed += await office.db.write(destroy, account_id, mailbox_id, some)
            except MailsvcError as error:
                return _stopped(done, error)
    return done


def whole_conversations(tx: Tx, account_id: int, chosen: Chosen) -> Chosen:
    """The letters and all older ones of their conversations in the same mailboxes. Raises NotFound."""
    found: Chosen = {}
    for mailbox_id, uids in chosen.items():
        box_for(tx, account_id, mailbox_id)
        found[mailbox_id] = conversation_pages.members(tx, mailbox_id, uids)
    return found


def everything(tx: Tx, account_id: int, mailbox_id: int, below: int) -> Chosen:
    """All letters of a mailbox with UIDs below that one: what was there when the person looked."""
    box_for(tx, account_id, mailbox_id)
    return {mailbox_id: [uid for uid in placements.uids(tx, mailbox_id) if uid < below]}


def _batches(uids: Sequence[int]) -> list[list[int]]:
    ordered = sorted(uids)
    return [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]


def _stopped(done: Done, error: MailsvcError) -> Done:
    """The first batch fails as a whole; later ones leave done what is done, and say so."""
    if not done.count:
        raise error
    done.stopped = Phrase(error.text, **error.values)
    return done
