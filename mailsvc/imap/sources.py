"""The mailboxes behind source options (RFC 7377 §2.2), and a search in one that is not selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mailsvc.core.errors import NotFound, Refused
from mailsvc.imap.finding import Found, Scope, find, resolve
from mailsvc.imap.grammar import search as keys
from mailsvc.imap.grammar.cursor import MAX_NUMBER
from mailsvc.imap.grammar.sequence import Range
from mailsvc.imap.grammar.sources import Source
from mailsvc.imap.progress import Progress
from mailsvc.imap.searching import within
from mailsvc.mail import access, naming
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.mail.mailboxes import Seen
from mailsvc.store import mailboxes, placements
from mailsvc.store.mailboxes import INBOX
from mailsvc.store.tx import Tx


def chosen(tx: Tx, account_id: int, sources: Sequence[Source]) -> list[Seen]:
    """The selectable mailboxes meant, each once. Those that are not there, or not to be read, are passed over."""
    found: dict[int, Seen] = {}
    readable = [one for one in office_mailboxes.readable(tx, account_id) if one.mailbox.selectable]
    for source in sources:
        for seen in _of_source(tx, account_id, source, readable):
            found.setdefault(seen.mailbox.id, seen)
    return list(found.values())


def _of_source(tx: Tx, account_id: int, source: Source, readable: Sequence[Seen]) -> Iterable[Seen]:
    match source.kind:
        case "PERSONAL":
            return [one for one in readable if one.mailbox.account_id == account_id]
        case "INBOXES":
            return [one for one in readable if one.mailbox.account_id == account_id and one.name == INBOX]
        case "SUBSCRIBED":
            names = mailboxes.subscribed(tx, account_id)
            return [one for one in readable if one.name in names]
        case "MAILBOXES":
            return [one for name in source.names if (one := _named(tx, account_id, name)) is not None]
        case "SUBTREE" | "SUBTREE-ONE":
            deep = source.kind == "SUBTREE"
            tops = [naming.canonical(name) for name in source.names]
            return [one for one in readable if any(_is_below(one.name, top, deep=deep) for top in tops)]
        case _:  # the selected mailbox is the session's matter
            return []


def _named(tx: Tx, account_id: int, name: str) -> Seen | None:
    try:
        box = office_mailboxes.resolve(tx, account_id, name)
    except (NotFound, Refused):
        return None
    return Seen(naming.canonical(name), box, access.guest(tx, account_id, box)) if box.selectable else None


def _is_below(name: str, top: str, *, deep: bool) -> bool:
    """Whether the mailbox is the top one or below it, at any depth when `deep`."""
    if name == top:
        return True
    return name.startswith(top + "/") and (deep or "/" not in name[len(top) + 1 :])


def find_in(tx: Tx, seen: Seen, key: Any, *, modseq: bool, progress: Progress) -> Found:
    """Search a mailbox that is not selected: all there is in it; numbers count what lies there at the moment."""
    uids: list[int] = []

    def ranges(messages: keys.Messages) -> tuple[Range, ...]:
        if not uids:
            uids.extend(placements.uids(tx, seen.mailbox.id))
        return messages.messages.resolve(uids[-1] if uids else 0) if messages.uid else within(uids, messages)

    scope = Scope(seen.mailbox.id, MAX_NUMBER, seen.mailbox.recent_uid, seen.guest)
    return find(tx, scope, resolve(key, ranges), modseq=modseq, progress=progress)
