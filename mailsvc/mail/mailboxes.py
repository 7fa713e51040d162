"""What people do with mailboxes, with everything that follows from it in the office, inside one transaction.

A message that comes to lie in a mailbox of the kind "intake" (Văn bản đến/Chờ vào sổ) becomes an intake entry; one that
is moved between the work folders does the act the move stands for (documents.mail_moves).
Mailboxes of others stand below `Dùng chung/` and `Hộp thư người khác/` (mail.naming); every act looks at the rights
that the person has there (mail.access), in the transaction that does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes
from typing import Any

from mailsvc.core.errors import NotFound, TooLarge
from mailsvc.documents import intake, mail_moves
from mailsvc.mail import access, naming
from mailsvc.mail.access import Person
from mailsvc.mail.letter import Letter
from mailsvc.message.scan import scan
from mailsvc.store import accounts, contents, mailbox_rights, mailboxes, placements, private_flags
from mailsvc.store.accounts import Account
from mailsvc.store.blobs import Blobs
from mailsvc.store.mailboxes import INBOX, Mailbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

MOST_MAILBOXES = 10_000
"""Mailboxes of one account."""
INTAKE_FOLDER = "Văn bản đến/Chờ vào sổ"

SPECIAL_FOLDERS = (
    ("Thư nháp", "\\Drafts"),
    ("Đã gửi", "\\Sent"),
    ("Thư rác", "\\Junk"),
    ("Thùng rác", "\\Trash"),
    ("Lưu trữ", "\\Archive"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A mailbox as an account sees it: `name` is the path in its own namespace, INBOX spelt in capitals; `guest` what
    it is there, None for the owner."""

    name: str
    mailbox: Mailbox
    guest: Guest | None = None

    @property
    def rights(self) -> str:
        return access.ALL if self.guest is None else self.guest.rights


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to append. `keywords` are joined by blanks."""

    letter: Letter
    internal_ms: int
    flags: int = 0
    keywords: str = ""


def set_up(tx: Tx, account_id: int) -> None:
    """Make the mailboxes that every account starts with and subscribe to them."""
    mailboxes.create(tx, account_id, INBOX)
    mailboxes.subscribe(tx, account_id, INBOX)
    for name, special_use in SPECIAL_FOLDERS:
        mailboxes.create(tx, account_id, name, special_use=special_use)
        mailboxes.subscribe(tx, account_id, name)


def set_up_intake(tx: Tx, account_id: int) -> None:
    """Give a clerk the folder whose messages wait for the register."""
    parent = INTAKE_FOLDER.rpartition("/")[0]
    for name, kind in ((parent, ""), (INTAKE_FOLDER, "intake")):
        if mailboxes.find(tx, account_id, name) is None:
            mailboxes.create(tx, account_id, name, kind=kind)
            mailboxes.subscribe(tx, account_id, name)


# ---- finding ------------------------------------------------------------------------------------------------
def visible(tx: Tx, account_id: int) -> list[Seen]:
    """All mailboxes the account may know of: its own, then those of others."""
    own = [Seen(box.name, box) for box in mailboxes.of_account(tx, account_id)]
    who = access.person(tx, account_id)
    return own + [seen for owner in access.owners_for(tx, who) for seen in _of_other(tx, who, owner)]


def readable(tx: Tx, account_id: int) -> list[Seen]:
    """Those of them that the account may open."""
    return [seen for seen in visible(tx, account_id) if "r" in seen.rights]


def _of_other(tx: Tx, who: Person, owner: Account) -> list[Seen]:
    letters = access.of_all(tx, who, owner)
    return [
        Seen(
            naming.shown(owner, box.name), box, Guest(who.account_id, mine, private_flags.private_bits(tx, box))
        )
        for box in mailboxes.of_account(tx, owner.id)
        if "l" in (mine := letters.get(box.id, letters[0]))
    ]


def resolve(tx: Tx, account_id: int, name: str, needed: str = "r") -> Mailbox:
    """The mailbox behind a name as the account sees it (INBOX in any case), with all the rights needed there.

    Raises Refused when a right is missing; NotFound when there is no such mailbox, and just so when the account may not
    know of it.
    """
    if not naming.is_foreign(name):
        return mailboxes.by_name(tx, account_id, naming.canonical(name))
    owner, inner = _owner(tx, name)
    box = mailboxes.find(tx, owner.id, inner)
    if box is None:
        raise _unknown(name)
    if needed:
        access.check(access.of(tx, account_id, box), needed, name)
    return box


def _owner(tx: Tx, name: str) -> tuple[Account, str]:
    """The owner of a foreign name, and the name as the owner sees it. Raises NotFound."""
    root, username, inner = naming.parts(name)
    owner = accounts.by_username(tx, username) if username else None
    if owner is None or not owner.active or naming.root_of(owner) != root or owner.username != username:
        raise _unknown(name)
    return owner, inner


def _unknown(name: str) -> NotFound:
    return NotFound(f"Không có hộp thư “{name}”.")


# ---- making -------------------------------------------------------------------------------------------------
def place_for(tx: Tx, account_id: int, name: str) -> tuple[int, str]:
    """(owner's account id, name in the owner's namespace) for a mailbox to be made or renamed to.

    In mailboxes of others that needs the right “k” on the nearest one above. Raises Refused, NotFound.
    """
    if not naming.is_foreign(name):
        return account_id, naming.canonical(name)
    owner, inner = _owner(tx, name)
    if owner.id != account_id:
        above = _nearest_above(tx, owner.id, inner) or mailboxes.by_name(tx, owner.id, INBOX)
        access.check(access.of(tx, account_id, above), "k", name)
    return owner.id, inner


def _nearest_above(tx: Tx, owner_id: int, name: str) -> Mailbox | None:
    while "/" in name:
        name = name.rpartition("/")[0]
        found = mailboxes.find(tx, owner_id, name)
        if found is not None:
            return found
    return None


def make(tx: Tx, actor_id: int, owner_id: int, name: str, special_use: str = "") -> Mailbox:
    """Make the mailbox and what is missing above it; each has the rights written on the one above (RFC 4314 §4 CREATE).

    What others make at the root of a shared account takes them from its inbox. Raises AlreadyThere, TooLarge.
    """
    there = {box.name: box for box in mailboxes.of_account(tx, owner_id)}
    if len(there) >= MOST_MAILBOXES:
        raise TooLarge("Mỗi tài khoản có tối đa %(most_mailboxes)s hộp thư.", most_mailboxes=MOST_MAILBOXES)
    levels = name.split("/")
    parent = there.get(INBOX) if actor_id != owner_id else None
    for depth in range(1, len(levels)):
        above = "/".join(levels[:depth])
        parent = there.get(above) or _make_below(tx, parent, owner_id, above)
    if name in there and not there[name].selectable:  # a name that only held others becomes a mailbox again
        mailboxes.remove(tx, there[name])
    return _make_below(tx, parent, owner_id, name, special_use)


def _make_below(tx: Tx, parent: Mailbox | None, owner_id: int, name: str, special_use: str = "") -> Mailbox:
    made = mailboxes.create(tx, owner_id, name, special_use=special_use)
    if parent is not None:
        mailbox_rights.inherit(tx, parent.id, made.id)
    return made


# ---- letters ------------------------------------------------------------------------------------------------
def append(tx: Tx, actor_id: int, mailbox: Mailbox, new: Sequence[NewMessage]) -> list[int]:
    """Store messages in a mailbox; their UIDs. Raises OverQuota, NotFound or Refused; then none of them is stored."""
    guest = _may_insert(tx, actor_id, mailbox)
    content_ids = contents.add_all(tx, [one.letter.content for one in new])
    uids = _add(
        tx,
        guest,
        mailbox,
        [
            NewPlacement(content_id, one.letter.content.size, one.internal_ms, one.flags, one.keywords)
            for content_id, one in zip(content_ids, new, strict=True)
        ],
    )
    if mailbox.kind == "intake":
        for content_id, uid, one in zip(content_ids, uids, new, strict=True):
            arrival = _filed(tx, actor_id, mailbox.id, content_id, uid)
            intake.arrived(tx, arrival, one.letter.scan, one.letter.data)
    return uids


def _may_insert(tx: Tx, actor_id: int, mailbox: Mailbox) -> Guest | None:
    guest = access.guest(tx, actor_id, mailbox)
    if guest is not None:
        access.demand(guest.rights, "i")
    return guest


def _add(tx: Tx, guest: Guest | None, mailbox: Mailbox, new: Sequence[NewPlacement]) -> list[int]:
    """Place messages; of a guest's flags only those it may set (RFC 4314 §4), its own ones apart."""
    if guest is None:
        return placements.add(tx, mailbox.id, new)
    bits, words = access.flag_bits(guest.rights), "w" in guest.rights
    shared = bits & ~guest.private
    common = [with_changes(one, flags=one.flags & shared, keywords=one.keywords if words else "") for one in new]
    uids = placements.add(tx, mailbox.id, common)
    private_flags.arrived(tx, guest, mailbox.id, [(uid, one.flags & bits) for uid, one in zip(uids, new, strict=True)])
    return uids


def copy(
    tx: Tx, blobs: Blobs, actor_id: int, source_id: int, wanted: Sequence[int], target: Mailbox
) -> list[tuple[int, int]]:
    """Copy messages: (UID in the source, UID in the target) for each that was there. All or none.

    Flags, keywords and the internal date go along (RFC 9051 §6.4.7). Raises OverQuota, NotFound or Refused.
    """
    source = mailboxes.get(tx, source_id)
    reader = _reader(tx, actor_id, source, "r")
    rows = private_flags.rows_of(tx, reader, source_id, sorted(wanted), _COPIED)
    pairs = _put(tx, blobs, actor_id, rows, target)
    mail_moves.moved(tx, actor_id, source, target, pairs)
    return pairs


def move(
    tx: Tx, blobs: Blobs, actor_id: int, source_id: int, wanted: Sequence[int], target: Mailbox
) -> list[tuple[int, int]]:
    """Copy and take away from the source as one act (RFC 6851 §3.3). A full mailbox can still be tidied up."""
    source = mailboxes.get(tx, source_id)
    reader = _reader(tx, actor_id, source, "rte")
    rows = private_flags.rows_of(tx, reader, source_id, sorted(wanted), _COPIED)
    uids = [row[0] for row in rows]
    marked = []
    if reader is not None and source.account_id == target.account_id:  # what the others have read stays read
        marked = private_flags.others(tx, reader, source_id, uids)
    placements.expunge(tx, source_id, uids)
    pairs = _put(tx, blobs, actor_id, rows, target)
    private_flags.carry(tx, target.id, dict(pairs), marked)
    mail_moves.moved(tx, actor_id, source, target, pairs)
    return pairs


def replace(tx: Tx, actor_id: int, source_id: int, uid: int, target: Mailbox, new: NewMessage) -> int | None:
    """Take one message away and store another as one act; its UID, None when the old one is not there.

    Only what the new one needs beyond the old counts for the quota (RFC 8508 §3.4). Raises OverQuota, NotFound or
    Refused.
    """
    _reader(tx, actor_id, mailboxes.get(tx, source_id), "te")
    gone, _ = placements.expunge(tx, source_id, [uid])
    return append(tx, actor_id, target, [new])[0] if gone else None


def _reader(tx: Tx, actor_id: int, source: Mailbox, needed: str) -> Guest | None:
    guest = access.guest(tx, actor_id, source)
    if guest is not None:
        access.demand(guest.rights, needed)
    return guest


_COPIED = ("uid", "content_id", "size", "internal_ms", "flags", "keywords")


def _put(
    tx: Tx, blobs: Blobs, actor_id: int, rows: Sequence[tuple[Any, ...]], target: Mailbox
) -> list[tuple[int, int]]:
    guest = _may_insert(tx, actor_id, target)
    uids = _add(tx, guest, target, [NewPlacement(*row[1:]) for row in rows])
    if target.kind == "intake":
        for row, uid in zip(rows, uids, strict=True):
            data = contents.load(tx, blobs, row[1])
            intake.arrived(tx, _filed(tx, actor_id, target.id, row[1], uid), scan(data), data)
    return [(row[0], uid) for row, uid in zip(rows, uids, strict=True)]


def _filed(tx: Tx, actor_id: int, mailbox_id: int, content_id: int, uid: int) -> intake.Arrival:
    return intake.Arrival(
        content_id=content_id,
        mailbox_id=mailbox_id,
        uid=uid,
        received_ms=tx.now_ms,
        sender="",
        actor_id=actor_id,
        filed=True,
    )
