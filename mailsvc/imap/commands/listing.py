"""LIST (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154, RFC 8440, RFC 9590) and LSUB (RFC 3501 §6.3.9)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailsvc.imap.commands import acl, metadata, status
from mailsvc.imap.commands.mailbox import SPECIAL_USES
from mailsvc.imap.entries import Entry, above, entries
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.listing import ListMailboxes, parse_list, parse_lsub
from mailsvc.imap.grammar.patterns import Pattern, compile_pattern
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail import access, naming
from mailsvc.store import notes
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Listed:
    """One response: attributes, whether something selected lies below (CHILDINFO), and what else was asked for."""

    entry: Entry
    attributes: tuple[str, ...]
    child_info: tuple[str, ...] = ()
    numbers: tuple[tuple[str, int], ...] | None = None
    notes: metadata.Chosen | None = None
    my_rights: str = ""


def _attributes(entry: Entry, arguments: ListMailboxes) -> tuple[str, ...]:
    found = []
    if entry.box is None:
        found.append("\\NonExistent" if arguments.extended else "\\Noselect")
    elif not entry.box.selectable:
        found.append("\\Noselect")
    found.append("\\HasChildren" if entry.children else "\\HasNoChildren")
    if entry.subscribed and arguments.extended and {"SUBSCRIBED"} & (arguments.selects | arguments.returns):
        found.append("\\Subscribed")
    if entry.own and entry.box is not None and entry.box.special_use:
        found.append(entry.box.special_use)
    return tuple(found)


def _is_selected(entry: Entry, selects: frozenset[str]) -> bool:
    """Whether the selection options let it through (RFC 5258 §3.1)."""
    if "SUBSCRIBED" in selects and not entry.subscribed:
        return False
    if "SPECIAL-USE" in selects and not (entry.own and entry.box is not None and entry.box.special_use):
        return False
    return bool(selects & {"SUBSCRIBED", "SPECIAL-USE"}) or entry.box is not None or entry.children


def find(tx: Tx, account_id: int, arguments: ListMailboxes) -> list[Listed]:
    """What LIST answers, in order."""
    patterns = [compile_pattern(arguments.reference, text) for text in arguments.patterns]
    every = entries(tx, account_id)
    chosen = {name for name, entry in every.items() if _is_selected(entry, arguments.selects)}
    holders: set[str] = set()
    if "RECURSIVEMATCH" in arguments.selects:  # what is listed itself needs no hint above it (RFC 5258 §3.5)
        holders = {upper for name in chosen if not _fits(patterns, name) for upper in above(name)}
    basis = tuple(sorted(arguments.selects & {"SUBSCRIBED", "SPECIAL-USE"}))
    found = []
    for name, entry in every.items():
        if (name not in chosen and name not in holders) or not _fits(patterns, name):
            continue
        listed = Listed(entry, _attributes(entry, arguments), basis if name in holders else ())
        found.append(_described(tx, account_id, listed, arguments) if name in chosen else listed)
    return found + [Listed(one, _attributes(one, arguments)) for one in _prefixes(every, patterns)]


def _prefixes(every: dict[str, Entry], patterns: list[Pattern]) -> list[Entry]:
    """Namespaces asked for by their prefix as NAMESPACE tells it, delimiter and all: so clients look whether one exists
    (RFC 2342 §5)."""
    asked = {pattern.text for pattern in patterns}
    return [replace(every[one], name=one + "/") for one in naming.ROOTS if one in every and one + "/" in asked]


def _described(tx: Tx, account_id: int, listed: Listed, arguments: ListMailboxes) -> Listed:
    """With what the return options ask about the mailbox itself."""
    box = listed.entry.box
    if box is None:
        return listed
    rights = listed.entry.rights
    if "MYRIGHTS" in arguments.returns and access.may_know(rights):
        listed = replace(listed, my_rights=rights)
    if arguments.status is not None and box.selectable and "r" in rights:
        listed = replace(listed, numbers=tuple(status.values(tx, account_id, box, arguments.status)))
    if arguments.metadata and set("rswip") & set(rights):
        values = notes.of(tx, box.id, account_id)
        listed = replace(listed, notes=metadata.chosen(values, arguments.metadata))
    return listed


def _fits(patterns: list[Pattern], name: str) -> bool:
    return any(pattern.matches(name) for pattern in patterns)


_ATTRIBUTES_OF = {"CHILDREN": {"\\HasChildren", "\\HasNoChildren"}, "SPECIAL-USE": SPECIAL_USES}
"""The attributes that belong to a capability, and are not told where it is switched off."""


def line(session: Session, word: bytes, name: str, attributes: tuple[str, ...], child_info: tuple[str, ...]) -> bytes:
    for capability, some in _ATTRIBUTES_OF.items():
        if capability in session.off:
            attributes = tuple(one for one in attributes if one not in some)
    tail = b""
    if child_info:
        tail = b' ("CHILDINFO" (%s))' % " ".join(f'"{one}"' for one in child_info).encode("ascii")
    return b'* %s (%s) "/" %s%s\r\n' % (word, " ".join(attributes).encode("ascii"), session.name(name), tail)


async def list_(session: Session, cursor: Cursor) -> Done:
    arguments = parse_list(cursor)
    if arguments.patterns == ("",) and not arguments.extended:  # asks for the delimiter
        session.write(b'* LIST (\\Noselect) "/" ""\r\n')
        return DONE
    if arguments.status is not None and "HIGHESTMODSEQ" in arguments.status:
        session.enable_condstore()
    db = session.office.db
    read = db.read if arguments.status is not None or arguments.metadata else db.glance
    for listed in await read(find, session.account_id, arguments):
        session.write(line(session, b"LIST", listed.entry.name, listed.attributes, listed.child_info))
        if listed.numbers is not None:
            session.write(status.line(session, listed.entry.name, listed.numbers))
        if listed.my_rights:
            session.write(acl.line(session, listed.entry.name, listed.my_rights))
        if listed.notes is not None:
            session.write(metadata.line(session, listed.entry.name, listed.notes))
    return DONE


def find_subscribed(tx: Tx, account_id: int, arguments: ListMailboxes) -> list[tuple[str, tuple[str, ...]]]:
    """What LSUB answers: subscribed names, and with `%` the levels above them that are not (RFC 3501 §6.3.9)."""
    (pattern,) = (compile_pattern(arguments.reference, text) for text in arguments.patterns)
    every = entries(tx, account_id)
    subscribed = {name for name, entry in every.items() if entry.subscribed}
    holders = {name for one in subscribed for name in above(one)} - subscribed if "%" in pattern.text else set()
    found: list[tuple[str, tuple[str, ...]]] = []
    for name in sorted(subscribed | holders, key=lambda name: (name != "INBOX", name)):
        if pattern.matches(name):
            entry = every.get(name)
            plain = name in subscribed and entry is not None and entry.box is not None and entry.box.selectable
            found.append((name, () if plain else ("\\Noselect",)))
    return found


async def lsub(session: Session, cursor: Cursor) -> Done:
    arguments = parse_lsub(cursor)
    for name, attributes in await session.office.db.read(find_subscribed, session.account_id, arguments):
        session.write(line(session, b"LSUB", name, attributes, ()))
    return DONE
