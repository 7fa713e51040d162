"""The message inside an opaque S/MIME signature (RFC 8551 §3.5.2); verifying it is not done here."""

from dataclasses import dataclass

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_OCTETS, _OBJECT_ID, _SEQUENCE, _CONTENT = 0x04, 0x06, 0x30, 0xA0
_CONSTRUCTED = 0x20
_DEEPEST = 8
_MOST_PIECES = 1_000_000


@dataclass(frozen=True, slots=True)
class Opaque:
    """kind: `signed`, `encrypted`, `compressed` or ''; content: the signed octets, b'' when there are none."""

    kind: str
    content: bytes


class _BrokenError(ValueError):
    """Not BER, or cut off."""


@dataclass(frozen=True, slots=True)
class _Item:
    tag: int
    start: int
    end: int
    after: int


def open_p7m(data: bytes) -> Opaque:
    """Look into a CMS ContentInfo (RFC 5652 §3). Never raises for input."""
    try:
        outer = _item(data, 0, len(data))
        kind = _item(data, outer.start, outer.end)
        oid = data[kind.start : kind.end]
        if oid == _SIGNED_DATA:
            return Opaque("signed", _signed(data, _item(data, kind.after, outer.end)))
    except _BrokenError:
        return Opaque("", b"")
    if oid in _ENVELOPED:
        return Opaque("encrypted", b"")
    return Opaque("compressed" if oid == _COMPRESSED else "", b"")


def _signed(data: bytes, wrapper: _Item) -> bytes:
    """SignedData: version, digest algorithms, then the content with its type (RFC 5652 §5.1)."""
    signed = _item(data, wrapper.start, wrapper.end)
    version = _item(data, signed.start, signed.end)
    digests = _item(data, version.after, signed.end)
    content = _item(data, digests.after, signed.end)
    kind = _item(data, content.start, content.end)
    if content.tag != _SEQUENCE or kind.after >= content.end:
        return b""
    explicit = _item(data, kind.after, content.end)
    if explicit.tag != _CONTENT:
        return b""
    pieces: list[bytes] = []
    _octets(data, _item(data, explicit.start, explicit.end), pieces, 0)
    return b"".join(pieces)


def _octets(data: bytes, item: _Item, pieces: list[bytes], depth: int) -> None:
    """An octet string, which BER allows to be made of octet strings."""
    if item.tag == _OCTETS:
        pieces.append(data[item.start : item.end])
        return
    if item.tag != _OCTETS | _CONSTRUCTED or depth > _DEEPEST or len(pieces) > _MOST_PIECES:
        raise _BrokenError
    at = item.start
    while at < item.end:
        inner = _item(data, at, item.end)
        _octets(data, inner, pieces, depth + 1)
        at = inner.after


def _item(data: bytes, at: int, end: int) -> _Item:
    """Tag, contents and end of the BER item at `at`; indefinite lengths are followed to their end mark."""
    if at + 2 > end:
        raise _BrokenError
    tag, length, start = data[at], data[at + 1], at + 2
    if length == 0x80:
        return _indefinite(data, tag, start, end)
    if length > 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > end:
        raise _BrokenError
    return _Item(tag, start, start + length, start + length)


def _indefinite(data: bytes, tag: int, start: int, end: int) -> _Item:
    """Contents up to the two zero octets that close it; inner indefinite items are counted, not recursed into."""
    at, depth = start, 1
    while at + 2 <= end:
        if data[at : at + 2] == b"\0\0":
            depth -= 1
            at += 2
            if depth == 0:
                return _Item(tag, start, at - 2, at)
        elif data[at + 1] == 0x80:
            depth += 1
            at += 2
        else:
            at = _item(data, at, end).after
    raise _BrokenError
