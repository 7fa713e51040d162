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


def summary(fields: Sequence[tuple[bytes, bytes]], header: dict[bytes, bytes]) -> Summary:
    """The summary of a header; repeated To, Cc and Bcc fields are joined in `header` first."""
    repeated = _join_repeated(fields, header)
    sender = _sender(header)
    return Summary(
        decode(header.get(b"subject", b"")),
        sender.display if sender else "",
        sender.mailbox if sender else "",
        _people(header),
        date_ms(decode(header.get(b"date", b""))),
        message_id(header.get(b"message-id", b"")),
        references(header),
        ("repeated",) if repeated else (),
    )


def _join_repeated(fields: Sequence[tuple[bytes, bytes]], header: dict[bytes, bytes]) -> bool:
    if len(fields) == len(header):
        return False
    seen: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        seen.setdefault(name.lower(), []).append(value)
    for name in _JOINED:
        if len(seen.get(name, ())) > 1:
            header[name] = b", ".join(seen[name])
    return any(len(found) > 1 for name, found in seen.items() if name in _SINGLE)


def _sender(header: Mapping[bytes, bytes]) -> Address | None:
    for name in (b"from", b"sender"):
        people = [address for address in addresses(header.get(name, b"")) if address.domain is not None]
        if people:
            return people[0]
    return None


def _people(header: Mapping[bytes, bytes]) -> str:
    """The people of To, then Cc: names where there are names, else addresses, comma separated."""
    shown: list[str] = []
    for name in (b"to", b"cc"):
        for address in addresses(header.get(name, b""))[:_SHOWN_ADDRESSES]:
            text = address.display or address.mailbox
            if text:
                shown.append(text)
    return ", ".join(shown[:_SHOWN_ADDRESSES])


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
