"""Address lists on delivery: who may write to one, whom it reaches, and the letter as it hands it on.

A letter to a list is one for each of its members; the list itself has no mailbox. RFC 5321 §3.9
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailsvc.mail import addresses
from mailsvc.mail.envelope import Envelope, Outcome, Recipient
from mailsvc.mail.letter import Letter, from_bytes, from_spool
from mailsvc.mail.office import Office
from mailsvc.message import headers
from mailsvc.message.fieldwriter import list_fields
from mailsvc.store import accounts, groups, mailboxes
from mailsvc.store.blobs import MEMORY, Spool
from mailsvc.store.groups import Group
from mailsvc.store.mailboxes import Inbox
from mailsvc.store.tx import Tx

# RFC 3463 §3.3 (X.2.4: the list could not be expanded), §3.8 (X.7.2: not allowed to write to the list)
PRIVATE = Outcome("", 550, "5.7.2", "Not allowed to send to this list")
EMPTY = Outcome("", 550, "5.2.4", "This list has no members")
TOO_MANY = Outcome("", 550, "5.2.4", "This list has too many members")
ALL_FULL = Outcome("", 452, "4.2.2", "The mailboxes of all members are full, try again later")
MEMBER_FULL = Outcome("", 452, "4.2.2", "Mailbox is full")


def find(tx: Tx, domains: Sequence[str], address: str) -> Group | None:
    """The list that a local address means, in either domain and with any subaddress; None when it means none."""
    found = (groups.by_address(tx, form) for form in addresses.forms(domains, address))
    return next((one for one in found if one is not None), None)


def refusal(tx: Tx, group: Group, *, inside: bool) -> Outcome | None:
    """Why the list takes no letter, None when it does; `inside`: the sender has logged in."""
    return _members(tx, group, inside)[1]


def _members(tx: Tx, group: Group, inside: bool) -> tuple[list[int], Outcome | None]:
    if group.inside_only and not inside:
        return [], PRIVATE
    found = groups.accounts_of(tx, group.id, groups.MOST + 1)
    if not found:
        return [], EMPTY
    return (found, None) if len(found) <= groups.MOST else ([], TOO_MANY)


@dataclass(frozen=True, slots=True)
class Share:
    """What one recipient that is a list comes to: `inboxes` get the letter through it and through nothing before it;
    those accounts of `full` would, but have no room."""

    recipient: Recipient
    group: Group
    outcome: Outcome
    inboxes: tuple[Inbox, ...] = ()
    full: tuple[int, ...] = ()


def shares(
    tx: Tx, envelope: Envelope, lists: Iterable[tuple[Recipient, Group]], served: Mapping[int, bool], size: int
) -> list[Share]:
    """What becomes of a letter of `size` octets at these lists.

    `served` are the accounts that are recipients themselves, and whether they have room: each account gets a letter
    once, however often it is named.
    """
    found, known = [], dict(served)
    for recipient, group in lists:
        members, refused = _members(tx, group, envelope.account_id is not None)
        boxes = mailboxes.inboxes(tx, [one for one in members if one not in known]) if members else {}
        known |= {one: box.room is None or box.room >= size for one, box in boxes.items()}
        outcome = refused or (Outcome("") if any(known.get(one) for one in members) else ALL_FULL)
        inboxes = tuple(box for one, box in boxes.items() if known[one])
        full = tuple(one for one in boxes if not known[one]) if outcome.ok else ()
        found.append(Share(recipient, group, outcome, inboxes, full))
    return found


def missed(tx: Tx, envelope: Envelope, found: Iterable[Share]) -> list[tuple[Recipient, Outcome]]:
    """Members who did not get what the others did, for the report. A stranger does not learn who they are."""
    told = []
    for share in found:
        to = share.recipient
        if envelope.account_id is None and share.full:
            text = f"{len(share.full)} members of the list have no room; the others have got it"
            told.append((to, Outcome(to.address, 452, "4.2.2", text)))
            continue
        for one in share.full:
            address = accounts.primary_address(tx, one) or to.address
            told.append((Recipient(address, to.notify, to.orcpt or f"rfc822;{to.address}"), MEMBER_FULL))
    return told


# ---- the letter as the list hands it on ---------------------------------------------------------------------
def to_prepare(letter: Letter, lists: Iterable[tuple[Recipient, Group]]) -> list[Group]:
    """The lists whose copy of the letter is too large to be made inside the transaction."""
    if letter.content.size <= MEMORY // 2:
        return []
    return list({group.id: group for _, group in lists}.values())


def prepare(office: Office, envelope: Envelope, letter: Letter, group: Group) -> Letter:
    """The list's copy, large bytes already on disk. For a worker thread. Raises StorageFull."""
    if _is_from_list(letter):
        return letter
    with Spool(office.spool_folder, office.settings.store.inline_limit) as spool:
        digest = hashlib.sha256()
        for piece in _pieces(envelope, letter, group):
            digest.update(piece)
            spool.write(piece)
        return from_spool(spool, office.blobs, digest.digest())


def copy(envelope: Envelope, letter: Letter, group: Group) -> Letter:
    """The letter with the fields of the list in front; a large one, and one that comes from a list already, as it is.

    Everything the sender has written stays in its place, so that signatures over it hold.
    """
    if to_prepare(letter, [(Recipient(group.address), group)]) or _is_from_list(letter):
        return letter
    return from_bytes(b"".join(_pieces(envelope, letter, group)))


def _pieces(envelope: Envelope, letter: Letter, group: Group) -> tuple[bytes, bytes, bytes]:
    """Behind Return-Path and before Received, where a field always begins."""
    start = envelope.return_path_size
    return bytes(letter.data[:start]), list_fields(group.name, group.address), bytes(letter.data[start:])


def _is_from_list(letter: Letter) -> bool:
    """Whether there is a List-Id: a letter has one, and that of the first list stays. RFC 2919 §4, §5"""
    head = headers.values(bytes(letter.data[: letter.scan.header_end]))
    return any(name.lower() == b"list-id" for name, _ in head)
