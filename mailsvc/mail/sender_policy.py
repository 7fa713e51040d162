"""Whose name stands in a letter: who logged in may write only as those the account may send as (RFC 6409 §6.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailsvc.mail import addresses
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.office import Office
from mailsvc.mail.policy import AllowAll, Policy, Refusal
from mailsvc.message import addresses as address_lists
from mailsvc.message import headers
from mailsvc.store.blobs import Buffer
from mailsvc.store.tx import Tx

HEADER_MAX = 262_144
"""Octets of the letter's own header; a longer one could name somebody where nobody looks."""

AUTHORS_MAX = 20
"""Different addresses in From and Sender together; each is looked up."""

_SHOWN = 120
_FIELDS = {b"from": "From", b"sender": "Sender"}

# Addresses that every reader reads alike: RFC 5322 §3.4 without its obsolete forms, and with
# nothing in comments or quoted local parts that another reader could take for an address. Possessive: linear.
_BLANK = rb'(?:[ \t]|\([^\x00-\x08\x0a-\x1f\x7f()<>@"\\]*+\))*+'
_ATOM = rb'[^\x00-\x20\x7f()<>@"\\,:;\[\]]++'
_WORD = rb'(?:"(?:[^\x00-\x08\x0a-\x1f\x7f"\\]|\\[\t -~])*+"|\[[^\x00-\x20\x7f()<>@"\\,:;\[\]]*+\]|' + _ATOM + rb")"
_PHRASE = rb"(?:" + _WORD + _BLANK + rb")"
_ADDRESS = rb"(?:" + _ATOM + rb'|"' + _ATOM + rb'")@' + _ATOM
_MAILBOX = rb"(?:%(p)s*+<%(b)s%(a)s%(b)s>|%(a)s)%(b)s" % {b"p": _PHRASE, b"b": _BLANK, b"a": _ADDRESS}
_MAILBOXES = rb"%(m)s(?:,%(b)s%(m)s)*+" % {b"m": _MAILBOX, b"b": _BLANK}
_ITEM = rb"(?:%s|%s++:%s(?:%s)?+;%s)" % (_MAILBOX, _PHRASE, _BLANK, _MAILBOXES, _BLANK)
_WELL_FORMED = re.compile(rb"%(b)s%(i)s(?:,%(b)s%(i)s)*+" % {b"i": _ITEM, b"b": _BLANK})


class OwnFrom:
    """Refuses a submitted letter in another's name; `then` is asked about all that passes, and about other doors."""

    def __init__(self, office: Office, then: Policy | None = None) -> None:
        self._db = office.db
        self._domains = office.settings.organisation.domains
        self._then: Policy = then or AllowAll()

    async def mail(self, client: Client, door: str, sender: str) -> Refusal | None:
        return await self._then.mail(client, door, sender)

    async def rcpt(self, client: Client, door: str, sender: str, recipient: Recipient) -> Refusal | None:
        return await self._then.rcpt(client, door, sender, recipient)

    async def data(self, envelope: Envelope, message: Buffer) -> Refusal | None:
        if envelope.account_id is not None:
            refusal = await self._judge(envelope.account_id, message, envelope.trace_size)
            if refusal is not None:
                return refusal
        return await self._then.data(envelope, message)

    async def _judge(self, account_id: int, message: Buffer, trace_size: int) -> Refusal | None:
        found = authors(message, trace_size)
        if isinstance(found, Refusal):
            return found
        return await self._db.read(_foreign, self._domains, account_id, found)


def authors(message: Buffer, trace_size: int = 0) -> dict[str, str] | Refusal:
    """The addresses of all From and Sender fields, each with the name of its field; the refusal of unreadable ones.

    The first `trace_size` octets are the door's own fields. Empty when there is neither field. Never raises.
    """
    start = bytes(message[: trace_size + HEADER_MAX])
    end = start.find(b"\r\n\r\n")
    if end < 0 and len(message) > len(start):
        return _refusal("The header is too long", "Phan dau thu qua dai")
    found: dict[str, str] = {}
    for name, value in headers.values(start[:end] if end >= 0 else start):
        field = _FIELDS.get(name.lower())
        if field is None:
            continue
        listed = read(value)
        if not listed:
            shown = _shown(value.decode("ascii", "replace"))
            return _refusal(
                f"{field} has to be a plain list of addresses: {shown}", f"Khong doc duoc dia chi o muc {field}"
            )
        for address in listed:
            found.setdefault(address, field)
    if len(found) > AUTHORS_MAX:
        return _refusal("Too many addresses in From", "Qua nhieu dia chi o muc From")
    return found


def read(value: bytes) -> tuple[str, ...]:
    """The addresses of an unfolded From or Sender value; none at all when one of them could be read differently."""
    if _WELL_FORMED.fullmatch(value) is None:
        return ()
    found: list[str] = []
    for one in address_lists.addresses(value):
        if one.domain is None:
            continue  # the mark of a group
        try:
            # Raw, because an encoded word is none inside an address (RFC 2047 §5).
            address = b"@".join((one.local or b"", one.domain)).decode()
        except UnicodeDecodeError:
            return ()
        if not address.isprintable() or "=?" in address:
            return ()
        found.append(address)
    return tuple(found)


def _foreign(tx: Tx, domains: Sequence[str], account_id: int, found: dict[str, str]) -> Refusal | None:
    """The refusal of the first address the account may not send as, and of a closed account."""
    if not addresses.may_send(tx, account_id):
        return _refusal("Your account is closed", "Tai khoan cua ban da khoa")
    for address, field in found.items():
        if addresses.may_send_as(tx, domains, account_id, address):
            continue
        who = _shown(address)
        if not addresses.is_local(address, domains):
            return _refusal(
                f"{field} <{who}> is not an address of this office",
                f"Dia chi o muc {field} khong thuoc co quan nay",
            )
        return _refusal(f"You may not send as <{who}> ({field})", f"Ban khong duoc gui bang dia chi nay o muc {field}")
    return None


def _refusal(text: str, vietnamese: str) -> Refusal:
    return Refusal(553, "5.7.1", f"{text} / {vietnamese}")


def _shown(text: str) -> str:
    """Short enough that what comes after it still fits into the reply, and ASCII as a reply is."""
    plain = "".join(letter if " " <= letter <= "~" else "?" for letter in text)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}..."
