"""The fields that say who wrote what to whom and when, decoded for people."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mailsvc.message.addresses import Address, addresses
from mailsvc.message.dates import date_ms
from mailsvc.message.headers import decode

_MESSAGE_ID = re.compile(rb"<\s*([^<>\s]{1,900})\s*>")
_MANY_REFERENCES = 100
_SHOWN_ADDRESSES = 200
_SINGLE = frozenset({b"from", b"sender", b"subject", b"date", b"message-id", b"to", b"cc", b"reply-to"})
_JOINED = (b"to", b"cc", b"bcc")
_PEOPLE = (b"from", b"sender", b"reply-to", *_JOINED)

People = dict[bytes, tuple[Address, ...]]


class Summary(NamedTuple):
    """See Scan for the meaning of each."""

    subject: str
    from_name: str
    from_address: str
    to_text: str
    sent_ms: int | None
    message_id: str
    references: tuple[str, ...]
    defects: tuple[str, ...]


def people(fields: Sequence[tuple[bytes, bytes]], header: Mapping[bytes, bytes]) -> People:
    """The addresses of the six address fields by lower-case name; of To, Cc and Bcc every occurrence is read."""
    found = {name: addresses(header[name]) if name in header else () for name in _PEOPLE}
    if len(fields) > len(header):
        names = [name.lower() for name, _ in fields]
        for name in _JOINED:
            if names.count(name) > 1:
                joined = b",".join(value for other, (_, value) in zip(names, fields, strict=True) if other == name)
                found[name] = addresses(joined)
    return found


def summary(fields: Sequence[tuple[bytes, bytes]], header: Mapping[bytes, bytes], who: People) -> Summary:
    """The summary of one header."""
    sender = next((address for address in who[b"from"] + who[b"sender"] if address.domain is not None), None)
    return Summary(
        decode(header.get(b"subject", b"")),
        sender.display if sender else "",
        sender.mailbox if sender else "",
        _shown(who[b"to"] + who[b"cc"]),
        date_ms(decode(header.get(b"date", b""))),
        message_id(header.get(b"message-id", b"")),
        references(header),
        ("repeated",) if _repeated(fields, header) else (),
    )


def _repeated(fields: Sequence[tuple[bytes, bytes]], header: Mapping[bytes, bytes]) -> bool:
    """True when a field occurs again that may occur once only (RFC 5322 §3.6)."""
    if len(fields) == len(header):
        return False
    names = [name.lower() for name, _ in fields if name.lower() in _SINGLE]
    return len(names) > len(set(names))


def _shown(who: Sequence[Address]) -> str:
    """The first 200 people: names where there are names, else addresses, comma separated."""
    texts = (address.display or address.mailbox for address in who[:_SHOWN_ADDRESSES])
    return ", ".join(text for text in texts if text)


def message_id(value: bytes) -> str:
    """'<left@right>', tolerant of missing angle brackets; '' when there is none."""
    found = _MESSAGE_ID.search(value)
    if found is not None:
        return "<" + decode(found[1]) + ">"
    bare = value.strip(b"<> \t")
    return "<" + decode(bare) + ">" if bare and not bare[:900].split()[1:] and len(bare) <= 900 else ""


def references(header: Mapping[bytes, bytes]) -> tuple[str, ...]:
    """The ids of References and In-Reply-To in that order, each once; of very many the first and the latest."""
    value = header.get(b"references", b"") + b" " + header.get(b"in-reply-to", b"")
    ids = list(dict.fromkeys("<" + decode(found) + ">" for found in _MESSAGE_ID.findall(value)))
    return tuple(ids if len(ids) <= _MANY_REFERENCES else ids[:1] + ids[1 - _MANY_REFERENCES :])
