"""GETMETADATA and SETMETADATA (RFC 5464 §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailsvc.imap import filters
from mailsvc.imap.errors import BadCommand, Refused
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.metadata import GetMetadata, parse_get_metadata, parse_set_metadata
from mailsvc.imap.grammar.response import literal, string
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session
from mailsvc.mail import notes
from mailsvc.store.tx import Tx

Chosen = list[tuple[str, bytes | None]]
_SPECIAL = frozenset(' (){"\\')


def chosen(values: Mapping[str, bytes], entries: Sequence[str], depth: int = 0) -> Chosen:
    """The values asked for; None for an entry that is not there and has nothing below it."""
    found: dict[str, bytes | None] = {}
    for entry in entries:
        below = entry + "/"
        hits = [one for one in values if one.startswith(below) and one[len(below) :].count("/") < depth]
        if entry in values or not hits:
            found[entry] = values.get(entry)
        found |= {one: values[one] for one in hits}
    return list(found.items())


def line(session: Session, name: str, values: Chosen) -> bytes:
    """The METADATA response with values; `name` is '' for the server."""
    pairs = b" ".join(b"%s %s" % (_entry(entry), _value(value)) for entry, value in values)
    return b"* METADATA %s (%s)\r\n" % (session.name(name) if name else b'""', pairs)


def _entry(entry: str) -> bytes:
    """An entry name as an astring."""
    return string(entry.encode("ascii")) if _SPECIAL & set(entry) else entry.encode("ascii")


def _value(value: bytes | None) -> bytes:
    if value is None:
        return b"NIL"
    return b"~" + literal(value) if b"\x00" in value else string(value)


def _read(tx: Tx, account_id: int, name: str, contact: str) -> dict[str, bytes]:
    if not name:
        return notes.of_server(tx, account_id, contact)
    return notes.of_mailbox(tx, account_id, name)


def _expect_offered(session: Session, name: str) -> None:
    """Raises BadCommand where the account has annotations of that kind switched off."""
    if "METADATA" in session.off and (name or "METADATA-SERVER" in session.off):
        raise BadCommand("METADATA đang tắt cho tài khoản này")


async def get_metadata(session: Session, cursor: Cursor) -> Done:
    arguments = parse_get_metadata(cursor)
    _expect_offered(session, arguments.mailbox)
    contact = f"mailto:postmaster@{session.office.settings.primary_domain}"
    values = await session.office.db.read(_read, session.account_id, arguments.mailbox, contact)
    return _answer(session, arguments, chosen(values, arguments.entries, arguments.depth))


def _answer(session: Session, arguments: GetMetadata, found: Chosen) -> Done:
    """Values above MAXSIZE are left out, and the largest of them is told (RFC 5464 §4.2.1)."""
    most = arguments.max_size
    long = [len(value) for _, value in found if value is not None and most is not None and len(value) > most]
    if long:
        found = [(entry, value) for entry, value in found if value is None or len(value) <= (most or 0)]
    if found:
        session.write(line(session, arguments.mailbox, found))
    return Done(code=f"METADATA LONGENTRIES {max(long)}") if long else DONE


async def set_metadata(session: Session, cursor: Cursor) -> Done:
    arguments = parse_set_metadata(cursor)
    _expect_offered(session, arguments.mailbox)
    values = dict(arguments.values)
    write = session.office.db.write
    try:
        if arguments.mailbox:
            await write(notes.set_on_mailbox, session.account_id, arguments.mailbox, values)
        else:
            filters.check(values)
            await write(notes.set_on_server, session.account_id, values)
    except notes.ValueTooLarge as error:
        raise Refused(error.message, f"METADATA MAXSIZE {notes.MAX_VALUE}") from None
    except notes.TooMany as error:
        raise Refused(error.message, "METADATA TOOMANY") from None
    session.did(arguments.mailbox)
    return DONE
