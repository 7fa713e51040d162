"""In whose name a person may write: own addresses, and those of shared mailboxes that let him send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.mail import access, addresses
from mailsvc.store import accounts, mailboxes
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx

SENT, DRAFTS = "\\Sent", "\\Drafts"
_NAMES = {SENT: "Đã gửi", DRAFTS: "Thư nháp"}


@dataclass(frozen=True, slots=True)
class Sender:
    """An address one may write as. `account_id` is whose it is."""

    name: str
    address: str
    account_id: int


def of(tx: Tx, account_id: int) -> tuple[Sender, ...]:
    """All of them, the person's own first and the main address before the others. Empty for a closed account."""
    if not addresses.may_send(tx, account_id):
        return ()
    found: list[Sender] = []
    for owner in (accounts.get(tx, account_id), *accounts.shared_with(tx, account_id)):
        first = accounts.primary_address(tx, owner.id)
        every = dict.fromkeys((first, *accounts.addresses_of(tx, owner.id)))
        found += [
            Sender(owner.full_name, one, owner.id) for one in every if one and accounts.may_send_as(tx, account_id, one)
        ]
    return tuple(found)


def named(tx: Tx, domains: Sequence[str], account_id: int, address: str) -> Sender | None:
    """The sender with that address; None when the person may not write as it."""
    if not addresses.may_send_as(tx, domains, account_id, address):
        return None
    owner = addresses.find(tx, domains, address)
    return None if owner is None else Sender(owner.full_name, address, owner.id)


def find_place(tx: Tx, account_id: int, use: str) -> Mailbox | None:
    """The person's mailbox of a special use (DRAFTS, SENT), or one that bears its name."""
    found = mailboxes.with_special_use(tx, account_id, use)
    if found is None:
        found = mailboxes.find(tx, account_id, _NAMES[use])
    return found if found is not None and found.selectable else None


def place(tx: Tx, account_id: int, use: str) -> Mailbox:
    """The same; made anew when it was removed."""
    found = find_place(tx, account_id, use)
    if found is not None:
        return found
    name = _NAMES[use]
    there = mailboxes.find(tx, account_id, name)
    return mailboxes.create(tx, account_id, f"{name} (thư)" if there is not None else name, special_use=use)


def sent_place(tx: Tx, account_id: int, sender: Sender) -> Mailbox:
    """Where the copy of what was sent lies: with a shared mailbox when the person may put letters there, so that its
    other members see it too; else with the person."""
    if sender.account_id != account_id:
        shared = mailboxes.with_special_use(tx, sender.account_id, SENT)
        if shared is not None and "i" in access.of(tx, account_id, shared):
            return shared
    return place(tx, account_id, SENT)
