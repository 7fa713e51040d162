"""What people do with mailboxes, with everything that follows from it in the office, inside one transaction.

A message that comes to lie in a mailbox of the kind "intake" (Văn bản đến/Chờ vào sổ) becomes an intake entry; one that
is moved between the work folders does the act the move stands for (documents.mail_moves).
Shared mailboxes of units and roles appear to their members under `Dùng chung/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailsvc.core.errors import NotFound
from mailsvc.documents import intake, mail_moves
from mailsvc.mail.letter import Letter
from mailsvc.message.scan import scan
from mailsvc.store import accounts, contents, mailboxes, placements
from mailsvc.store.blobs import Blobs
from mailsvc.store.mailboxes import INBOX, Mailbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

SHARED = "Dùng chung"
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
    """A mailbox as an account sees it: `name` is the path in its own namespace, INBOX spelt in capitals."""

    name: str
    mailbox: Mailbox


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


def visible(tx: Tx, account_id: int) -> list[Seen]:
    """All mailboxes the account may open: its own, then the shared ones."""
    own = [Seen(box.name, box) for box in mailboxes.of_account(tx, account_id)]
    shared = [
        Seen(_shared_name(owner.username, box.name), box)
        for owner in accounts.shared_with(tx, account_id)
        for box in mailboxes.of_account(tx, owner.id)
    ]
    return own + shared


def resolve(tx: Tx, account_id: int, name: str) -> Mailbox:
    """The mailbox behind a name as the account sees it (INBOX in any case). Raises NotFound."""
    top, _, rest = name.partition("/")
    if top == SHARED:
        username, _, inner = rest.partition("/")
        for owner in accounts.shared_with(tx, account_id):
            if owner.username == username:
                return mailboxes.by_name(tx, owner.id, inner or INBOX)
        raise NotFound(f"Không có hộp thư “{name}”.")
    return mailboxes.by_name(tx, account_id, canonical(name))


def owner_and_name(tx: Tx, account_id: int, name: str) -> tuple[int, str]:
    """(owner's account id, name in the owner's namespace) for a name that may not exist yet. Raises NotFound."""
    top, _, rest = name.partition("/")
    if top != SHARED:
        return account_id, canonical(name)
    username, _, inner = rest.partition("/")
    for owner in accounts.shared_with(tx, account_id):
        if owner.username == username:
            return owner.id, inner or INBOX
    raise NotFound(f"Không có hộp thư chung “{username}”.")


def canonical(name: str) -> str:
    """INBOX is one name in any case (RFC 9051 §5.1), also as the first level of a path."""
    top, slash, rest = name.partition("/")
    return (INBOX if top.upper() == INBOX else top) + slash + rest


def append(tx: Tx, actor_id: int, mailbox: Mailbox, new: Sequence[NewMessage]) -> list[int]:
    """Store messages in a mailbox; their UIDs. Raises OverQuota or NotFound; then none of them is stored."""
    content_ids = [contents.add(tx, one.letter.content) for one in new]
    uids = placements.add(
        tx,
        mailbox.id,
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


def copy(
    tx: Tx, blobs: Blobs, actor_id: int, source_id: int, wanted: Sequence[int], target: Mailbox
) -> list[tuple[int, int]]:
    """Copy messages: (UID in the source, UID in the target) for each that was there. All or none.

    Flags, keywords and the internal date go along (RFC 9051 §6.4.7). Raises OverQuota or NotFound.
    """
    rows = placements.rows_of(tx, source_id, sorted(wanted), _COPIED)
    pairs = _put(tx, blobs, actor_id, rows, target)
    mail_moves.moved(tx, actor_id, mailboxes.get(tx, source_id), target, pairs)
    return pairs


def move(
    tx: Tx, blobs: Blobs, actor_id: int, source_id: int, wanted: Sequence[int], target: Mailbox
) -> list[tuple[int, int]]:
    """Copy and take away from the source as one act (RFC 6851 §3.3). A full mailbox can still be tidied up."""
    rows = placements.rows_of(tx, source_id, sorted(wanted), _COPIED)
    placements.expunge(tx, source_id, [row[0] for row in rows])
    pairs = _put(tx, blobs, actor_id, rows, target)
    mail_moves.moved(tx, actor_id, mailboxes.get(tx, source_id), target, pairs)
    return pairs


def replace(tx: Tx, actor_id: int, source_id: int, uid: int, target: Mailbox, new: NewMessage) -> int | None:
    """Take one message away and store another as one act; its UID, None when the old one is not there.

    Only what the new one needs beyond the old counts for the quota (RFC 8508 §3.4). Raises OverQuota or NotFound.
    """
    gone, _ = placements.expunge(tx, source_id, [uid])
    return append(tx, actor_id, target, [new])[0] if gone else None


_COPIED = ("uid", "content_id", "size", "internal_ms", "flags", "keywords")


def _put(
    tx: Tx, blobs: Blobs, actor_id: int, rows: Sequence[tuple[Any, ...]], target: Mailbox
) -> list[tuple[int, int]]:
    uids = placements.add(tx, target.id, [NewPlacement(*row[1:]) for row in rows])
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


def _shared_name(username: str, name: str) -> str:
    return f"{SHARED}/{username}" if name == INBOX else f"{SHARED}/{username}/{name}"
