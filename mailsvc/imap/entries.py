"""Every name there is for an account: what LIST chooses from and NOTIFY watches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailsvc.imap.grammar.names import DELIMITER
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.mail.mailboxes import Seen
from mailsvc.store import mailboxes
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Entry:
    """A name to be listed; `box` is None for one that only stands above others or is only subscribed to."""

    name: str
    box: Mailbox | None
    subscribed: bool
    children: bool
    own: bool
    rights: str = ""


def entries(tx: Tx, account_id: int) -> dict[str, Entry]:
    """Every name there is for the account, by name; INBOX first."""
    seen = {one.name: one for one in office_mailboxes.visible(tx, account_id)}
    subscribed = mailboxes.subscribed(tx, account_id)
    parents = {upper for name in seen for upper in above(name)}
    names = sorted(seen.keys() | subscribed | parents, key=lambda name: (name != "INBOX", name))
    return {name: _entry(account_id, name, seen.get(name), name in subscribed, name in parents) for name in names}


def _entry(account_id: int, name: str, seen: Seen | None, subscribed: bool, children: bool) -> Entry:
    if seen is None:
        return Entry(name, None, subscribed, children, False)
    return Entry(name, seen.mailbox, subscribed, children, seen.mailbox.account_id == account_id, seen.rights)


def above(name: str) -> Iterator[str]:
    while DELIMITER in name:
        name = name.rpartition(DELIMITER)[0]
        yield name
