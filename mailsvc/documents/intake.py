"""Intake (chờ vào sổ): which letters wait for the register, and what clerks decide about them.

A letter that comes to lie in an intake mailbox opens an entry in the same transaction when it holds a document. The
files are read later (extract_job); an entry is usable without that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.documents import clerks, holding
from mailsvc.documents.case import Case, examine
from mailsvc.documents.errors import AlreadyRegistered, Stale
from mailsvc.documents.rights.posts import as_actor
from mailsvc.message.filetypes import extension
from mailsvc.message.scan import Scan
from mailsvc.store import accounts, audit, contents, documents, intake, mailboxes, placements
from mailsvc.store.blobs import Buffer
from mailsvc.store.documents import Document
from mailsvc.store.intake import DISMISSED, HELD, REGISTERED, WAITING, Entry, EntryFile
from mailsvc.store.tx import Tx

__all__ = [
    "Arrival",
    "Case",
    "Item",
    "WaitList",
    "arrived",
    "dismiss",
    "examine",
    "get_entry",
    "open_by_hand",
    "restore",
    "wait_list",
]

EMAIL, FORWARD, FOLDER, HAND, SCAN = "email", "forward", "folder", "hand", "scan"
# A document comes back in these files; the same logo or annex in two letters says nothing. Before the files are read
# their role is "other", and only those that may be documents count.
TELLING_ROLES = ("main", "scan", "original", "other")
DOCUMENT_FILES = frozenset({"pdf", "docx", "doc", "odt", "rtf", "tif", "tiff"})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that came to lie in an intake mailbox.

    `sender` is the reverse-path, '' when filed; `actor_id` who submitted or filed it; `filed`: by a mail client
    (APPEND, COPY, MOVE), not delivered. `channel` says how it came where that is not to be guessed (an upload, and
    whatever else brings letters in: a collected mailbox, edXML).
    """

    content_id: int
    mailbox_id: int
    uid: int
    received_ms: int
    sender: str
    actor_id: int | None
    filed: bool
    channel: str = ""


# ---- arrival ------------------------------------------------------------------------------------------------
def arrived(tx: Tx, arrival: Arrival, scan: Scan, data: Buffer, case: Case | None = None) -> int | None:
    """Open an entry when the letter holds a document; its id, None for every other letter.

    `case` is `examine(data, scan)` where that was done before the transaction. A letter that was only moved keeps its
    entry; one that is here again opens an entry marked as duplicate of the first.
    """
    case = case or examine(data, scan)
    if not (case.opens or case.held):
        return None
    org_code = clerks.organisation_of_mailbox(tx, arrival.mailbox_id)
    earlier = intake.of_content(tx, org_code, arrival.content_id)
    # Several of one letter that brought several documents.
    same = [one for one in earlier if not _lies(tx, one) or (arrival.filed and one.status == DISMISSED)]
    if same:
        for one in same:
            _follow(tx, one, arrival)
        return same[0].id
    channel, actor_id = _channel(tx, arrival, case, scan)
    values = _values(arrival, org_code, case) | {"channel": channel, "actor_id": actor_id}
    return _open(tx, values, case, earlier)


def _channel(tx: Tx, arrival: Arrival, case: Case, scan: Scan) -> tuple[str, int | None]:
    """How the letter came, and which of our people brought it."""
    if arrival.channel:
        return arrival.channel, arrival.actor_id
    if arrival.filed:
        return FOLDER, arrival.actor_id
    author = _ours(tx, scan.from_address)
    carrier = arrival.actor_id or _ours(tx, arrival.sender)
    if case.forwarded and (author or carrier):
        return FORWARD, author or carrier
    if carrier and not author:  # redirected as it was: the From field is still the outsider's
        return FORWARD, carrier
    return EMAIL, arrival.actor_id


def _ours(tx: Tx, address: str) -> int | None:
    """The account of an address of this office."""
    local, at, domain = address.strip().lower().rpartition("@")
    for name in dict.fromkeys((local, local.partition("+")[0])):
        account = accounts.by_address(tx, f"{name}{at}{domain}")
        if account is not None:
            return account.id
    return None


def _values(arrival: Arrival, org_code: str, case: Case) -> dict[str, Any]:
    return {
        "org_code": org_code,
        "content_id": arrival.content_id,
        "mailbox_id": arrival.mailbox_id,
        "uid": arrival.uid,
        "received_ms": arrival.received_ms,
        **case_values(case),
    }


def case_values(case: Case) -> dict[str, Any]:
    """The columns that say what the letter is. Nothing of a letter on hold is written down but where it came from."""
    return {
        "mail_class": case.mail_class,
        "sender_name": case.sender_name,
        "sender_address": case.sender_address,
        "subject": "" if case.held else case.subject,
        "sent_ms": case.sent_ms,
        "original_message_id": case.message_id,
        "reason": case.reason if case.held else "",
        "status": HELD if case.held else WAITING,
    }


def _open(tx: Tx, values: dict[str, Any], case: Case, earlier: Sequence[Entry]) -> int:
    files = () if case.held else case.files
    first = earlier[0] if earlier else same_files(tx, values["org_code"], files)
    entry_id = intake.add(tx, values | {"duplicate_of": None if first is None else root(first)}, files)
    detail = {"channel": values["channel"], "status": values["status"], "duplicate_of": first and root(first)}
    audit.record(tx, values["actor_id"], "intake.open", _thing(entry_id), **detail)
    if case.held:
        keep_back(tx, intake.get(tx, entry_id), case.reason)
    tx.wake("intake")
    return entry_id


def keep_back(tx: Tx, entry: Entry, mark: str) -> None:
    """A mark of secrecy: the letter leaves everybody's sight, two named people are told."""
    origin = f"thư của {entry.sender_address or 'người gửi không rõ'}"
    holding.hold(tx, entry.actor_id, entry.org_code, _thing(entry.id), mark, origin, entry.content_id)
    intake.change(tx, entry.id, {"mailbox_id": None, "uid": None})


def is_intake(tx: Tx, mailbox_id: int) -> bool:
    """Whether what is put into the mailbox waits for the register."""
    return mailboxes.get(tx, mailbox_id).kind == "intake"


def same_files(tx: Tx, org_code: str, files: Sequence[EntryFile], before_id: int | None = None) -> Entry | None:
    """The first entry that brought the same document file, byte for byte."""
    telling = [one.sha256 for one in files if _tells(one)]
    return intake.first_with_files(tx, org_code, telling, TELLING_ROLES, before_id)


def _tells(file: EntryFile) -> bool:
    if file.role == "other":
        return file.size > 0 and extension(file.name) in DOCUMENT_FILES
    return file.size > 0 and file.role in TELLING_ROLES


def root(entry: Entry) -> int:
    """The entry that another one is a duplicate of, seen from any of its duplicates."""
    return entry.duplicate_of or entry.id


def _lies(tx: Tx, entry: Entry) -> bool:
    """Whether the letter still lies where the entry says."""
    if entry.mailbox_id is None or entry.uid is None:
        return False
    return bool(placements.rows(tx, entry.mailbox_id, entry.uid, entry.uid, ("uid",)))


def _follow(tx: Tx, entry: Entry, arrival: Arrival) -> None:
    """The letter was moved: its entry goes along. One that was dismissed waits again when somebody files it anew."""
    if entry.status == HELD:
        holding.keep_out(tx, _thing(entry.id), arrival.content_id)
        return
    values: dict[str, Any] = {"mailbox_id": arrival.mailbox_id, "uid": arrival.uid}
    if entry.status == DISMISSED and arrival.filed:
        values |= {"status": WAITING, "reason": ""}
        audit.record(tx, arrival.actor_id, "intake.restore", _thing(entry.id), by="filing")
    intake.change(tx, entry.id, values, version=entry.version if "status" in values else None)
    audit.record(tx, arrival.actor_id, "intake.follow", _thing(entry.id), mailbox=arrival.mailbox_id, uid=arrival.uid)
    tx.wake("intake")


# ---- lists --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Item:
    """An entry with its files, and what it repeats.

    `first`: the entry it is a duplicate of. `document`: made of this entry, of the first one, or otherwise in the
    register with the same number, notation, issuer and year (on paper, say).
    """

    entry: Entry
    files: tuple[EntryFile, ...]
    first: Entry | None
    document: Document | None


@dataclass(frozen=True, slots=True)
class WaitList:
    """Entries newest first; `counts` by status; `next` goes into `before`, None at the end."""

    items: tuple[Item, ...]
    counts: dict[str, int]
    next: tuple[int, int] | None


def wait_list(
    tx: Tx,
    org_code: str,
    *,
    statuses: Sequence[str] = (WAITING,),
    limit: int = 50,
    before: tuple[int, int] | None = None,
) -> WaitList:
    """What waits for the register of the organisation (or, with other `statuses`, what became of it)."""
    entries = intake.listing(tx, org_code, statuses, limit=limit + 1, before=before)
    shown = entries[:limit]
    more = (shown[-1].received_ms, shown[-1].id) if len(entries) > limit else None
    return WaitList(_items(tx, shown), intake.counts(tx, org_code), more)


def get_entry(tx: Tx, entry_id: int) -> Item:
    """Raises NotFound."""
    return _items(tx, [intake.get(tx, entry_id)])[0]


def _items(tx: Tx, entries: Sequence[Entry]) -> tuple[Item, ...]:
    files = intake.files_of_each(tx, [one.id for one in entries])
    return tuple(_item(tx, one, tuple(files.get(one.id, ()))) for one in entries)


def _item(tx: Tx, entry: Entry, files: tuple[EntryFile, ...]) -> Item:
    first = intake.get(tx, entry.duplicate_of) if entry.duplicate_of else None
    document_id = entry.document_id or (first.document_id if first is not None else None)
    if document_id is not None:
        return Item(entry, files, first, documents.get(tx, document_id))
    same = documents.with_code_key(tx, entry.org_code, entry.code_key) if entry.code_key else []
    return Item(entry, files, first, same[0] if same else None)


# ---- decisions ----------------------------------------------------------------------------------------------
def dismiss(tx: Tx, who: Actor | int, entry_id: int, reason: str, version: int) -> Entry:
    """Decide that the letter does not go into the register. Raises Refused, AlreadyRegistered, Stale, Invalid."""
    entry, actor = _for_clerk(tx, who, entry_id)
    if not reason.strip():
        raise Invalid("Phải ghi lý do không vào sổ.")
    return _decide(tx, actor, entry, "dismiss", {"status": DISMISSED, "reason": reason.strip()}, version)


def restore(tx: Tx, who: Actor | int, entry_id: int, version: int, reason: str = "") -> Entry:
    """Let a dismissed letter wait again. Raises Refused (for one on hold, too), AlreadyRegistered, Stale."""
    entry, actor = _for_clerk(tx, who, entry_id)
    values: dict[str, Any] = {"status": WAITING, "reason": reason.strip()}
    if entry.status == WAITING:
        return entry
    if not intake.files_of(tx, entry_id):
        values |= read_again(released=False)
    return _decide(tx, actor, entry, "restore", values, version)


def read_again(*, released: bool) -> dict[str, Any]:
    """The columns that let extract_job read the letter from the start; `released`: it is not held a second time."""
    proposal = '{"released": true}' if released else "{}"
    return {"extract_state": intake.PENDING, "extract_attempts": 0, "lease_until_ms": 0, "proposal": proposal}


def open_by_hand(tx: Tx, who: Actor | int, mailbox_id: int, uid: int, case: Case | None = None) -> Entry:
    """A clerk presses "Vào sổ" on any message: an entry, whatever the rules think of the letter.

    A letter that waits already gives its entry, a dismissed one waits again. Without `case` the files follow when
    extract_job has read the letter. Raises Refused, NotFound, AlreadyRegistered.
    """
    actor_id = as_actor(who).account_id or 0
    org_code = clerks.organisation_of(tx, actor_id)
    clerks.require_clerk(tx, who, org_code)
    if not clerks.may_open(tx, actor_id, mailbox_id):
        raise Refused("Không được mở hộp thư này.")
    rows = placements.rows(tx, mailbox_id, uid, uid, ("uid", "content_id", "internal_ms"))
    if not rows:
        raise NotFound("Thư này không còn ở đây.")
    _, content_id, received_ms = rows[0]
    known = intake.of_content(tx, org_code, content_id)
    if known:
        return _take_up(tx, who, known)
    arrival = Arrival(content_id, mailbox_id, uid, received_ms, "", actor_id, False)
    chosen = _by_hand(tx, content_id, case)
    values = _values(arrival, org_code, chosen) | {"channel": HAND, "actor_id": actor_id}
    return intake.get(tx, _open(tx, values, chosen, ()))


def _by_hand(tx: Tx, content_id: int, case: Case | None) -> Case:
    """What is known of the letter without its bytes; a mark of secrecy still holds it."""
    if case is not None:
        return case if case.held else replace(case, opens=True)
    letter = contents.get(tx, content_id)
    return Case(
        opens=True,
        sender_name=letter.from_name,
        sender_address=letter.from_address,
        subject=letter.subject,
        sent_ms=letter.sent_ms,
        message_id=letter.message_id,
    )


def _take_up(tx: Tx, who: Actor | int, known: Sequence[Entry]) -> Entry:
    """The entry a letter has: one that waits or is held, else the registered one (an error), else a dismissed one."""
    for one in known:
        if one.status in (WAITING, HELD):
            return one
    for one in known:
        if one.document_id is not None:
            raise AlreadyRegistered(documents.get(tx, one.document_id))
    return restore(tx, who, known[0].id, known[0].version)


def _for_clerk(tx: Tx, who: Actor | int, entry_id: int) -> tuple[Entry, Actor]:
    entry = intake.get(tx, entry_id)
    actor = clerks.require_clerk(tx, who, entry.org_code)
    if entry.status == REGISTERED and entry.document_id is not None:
        raise AlreadyRegistered(documents.get(tx, entry.document_id))
    if entry.status == HELD:
        holding.require_free(tx, _thing(entry_id))
    return entry, actor


def _decide(tx: Tx, actor: Actor, entry: Entry, act: str, values: dict[str, Any], version: int) -> Entry:
    if not intake.change(tx, entry.id, values, version=version):
        raise Stale
    audit.record(tx, actor, f"intake.{act}", _thing(entry.id), was=entry.status, reason=values["reason"])
    tx.wake("intake")
    return intake.get(tx, entry.id)


def _thing(entry_id: int) -> str:
    return f"intake/{entry_id}"
