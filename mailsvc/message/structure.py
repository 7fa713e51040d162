"""ENVELOPE, BODY and BODYSTRUCTURE as IMAP sends them (RFC 9051 §7.5.2), without the words themselves."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote_from_bytes

from mailsvc.message.addresses import Address
from mailsvc.message.envelope import People, people
from mailsvc.message.parameters import Raw
from mailsvc.message.tree import Entity

_QUOTABLE = re.compile(rb"[ !#-\[\]-~\t]{0,1000}\Z")
_LANGUAGE = re.compile(rb"[A-Za-z0-9-]+")
_MANY_LANGUAGES = 50


def string(value: bytes) -> bytes:
    """A quoted string when it is plain ASCII, else a literal without NUL (RFC 9051 §4.3)."""
    if _QUOTABLE.match(value):
        return b'"' + value + b'"'
    value = value.replace(b"\0", b"")
    return b"{%d}\r\n%b" % (len(value), value)


def nstring(value: bytes | None) -> bytes:
    """A string, or NIL."""
    return b"NIL" if value is None else string(value)


def _short(value: bytes | None) -> bytes:
    """`nstring` of what comes again and again: names, domains, types, charsets."""
    return nstring(value) if value is not None and len(value) > _MEMORABLE else _remembered(value)


_MEMORABLE = 60
_remembered = lru_cache(maxsize=4096)(nstring)


def envelope(header: Mapping[bytes, bytes], who: People) -> bytes:
    """The envelope of lower-case field names and unfolded raw values, parenthesised."""
    sender = address_list(who[b"from"])
    values = (
        nstring(header.get(b"date")),
        nstring(header.get(b"subject")),
        sender,
        address_list(who[b"sender"]) if who[b"sender"] else sender,
        address_list(who[b"reply-to"]) if who[b"reply-to"] else sender,
        address_list(who[b"to"]),
        address_list(who[b"cc"]),
        address_list(who[b"bcc"]),
        nstring(header.get(b"in-reply-to")),
        nstring(header.get(b"message-id")),
    )
    return b"(" + b" ".join(values) + b")"


def address_list(found: Sequence[Address]) -> bytes:
    """Addresses in parentheses, NIL when there are none."""
    return b"(" + b"".join(map(_address, found)) + b")" if found else b"NIL"


def _address(address: Address) -> bytes:
    return b"(%b %b %b %b)" % tuple(map(_short, address))


def structures(entities: Sequence[Entity], lines: Sequence[int]) -> tuple[bytes, bytes]:
    """(BODY, BODYSTRUCTURE) of the whole message; built from the last part to the first, without recursion."""
    short: list[bytes] = [b""] * len(entities)
    full: list[bytes] = [b""] * len(entities)
    for index in range(len(entities) - 1, -1, -1):
        entity = entities[index]
        inside = entity.children
        if entity.multipart:
            short[index] = b"(%b %b)" % (b"".join(short[i] for i in inside), string(entity.subtype.upper()))
            full[index] = b"(%b %b %b %b)" % (
                b"".join(full[i] for i in inside),
                string(entity.subtype.upper()),
                _parameters(entity.parameters),
                _extension(entity),
            )
        else:
            basic = _basic(entity)
            tail = b" " + nstring(entity.header.get(b"content-md5")) + b" " + _extension(entity)
            count = b" %d" % lines[index] if entity.has_lines else b""
            if inside:
                head = basic + b" " + _inner_envelope(entities[inside[0]]) + b" "
                short[index] = b"(" + head + short[inside[0]] + count + b")"
                full[index] = b"(" + head + full[inside[0]] + count + tail + b")"
            else:
                short[index] = b"(" + basic + count + b")"
                full[index] = b"(" + basic + count + tail + b")"
        for child in inside:
            short[child] = full[child] = b""
    return short[0], full[0]


def _inner_envelope(entity: Entity) -> bytes:
    return envelope(entity.header, people(entity.fields, entity.header))


def _basic(entity: Entity) -> bytes:
    header = entity.header
    kind, subtype = entity.type.upper(), entity.subtype.upper()
    if kind == b"MESSAGE" and subtype in (b"RFC822", b"GLOBAL") and not entity.children:
        # The grammar demands an envelope there, and this one was too deep or encoded (RFC 9051 §9).
        kind, subtype = b"APPLICATION", b"OCTET-STREAM"
    return b"%b %b %b %b %b %b %d" % (
        _short(kind),
        _short(subtype),
        _parameters(entity.parameters),
        nstring(header.get(b"content-id")),
        nstring(header.get(b"content-description")),
        _short(entity.encoding.upper() or b"7BIT"),
        entity.body_end - entity.body_start,
    )


def _parameters(parameters: Raw) -> bytes:
    if not parameters:
        return b"NIL"
    pairs = (_short(name.upper()) + b" " + _short(_extended(name, value)) for name, value in parameters)
    return b"(" + b" ".join(pairs) + b")"


def _extended(name: bytes, value: bytes) -> bytes:
    # RFC 2231 §4 values are ASCII; what a sender put in raw is encoded, so that they stay quoted strings.
    if not name.endswith(b"*") or value.isascii():
        return value
    return quote_from_bytes(value, safe="%'!#$&+-.^_`{}~").encode()


def _extension(entity: Entity) -> bytes:
    """Disposition, language and location."""
    header = entity.header
    disposition = b"NIL"
    if entity.disposition.word:
        disposition = b"(%b %b)" % (
            string(entity.disposition.word.upper()),
            _parameters(entity.disposition.parameters),
        )
    return b" ".join(
        (disposition, _language(header.get(b"content-language")), nstring(header.get(b"content-location")))
    )


def _language(value: bytes | None) -> bytes:
    tags = _LANGUAGE.findall(value)[:_MANY_LANGUAGES] if value else []
    return b"(" + b" ".join(map(string, tags)) + b")" if tags else b"NIL"
