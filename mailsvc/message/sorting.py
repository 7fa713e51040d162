"""What a message is sorted and threaded by (RFC 5256 §2, RFC 5957 §3), read once at arrival."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from mailsvc.message.addresses import Address
from mailsvc.message.envelope import People, message_id
from mailsvc.message.headers import decode

_SUBJECT_LIMIT = 4000
_MANY_PARENTS = 100
_BLANKS = re.compile(r"[ \t\r\n]+")
_BLOB = re.compile(r"\[[^\[\]]*+\] *+")
# Possessive: a run of blobs is tried once, with all of them.
_LEADER = re.compile(r"(?: ++|(?:\[[^\[\]]*+\] *+)*+(re|fwd?) *+(?:\[[^\[\]]*+\] *+)?+:)", re.IGNORECASE | re.ASCII)
_TRAILER = "(fwd)"
_FORWARD = "[fwd:"
_MESSAGE_ID = re.compile(rb"<\s*+((?:\"(?:[^\"\\]|\\.)*\"|[^<>\s\"])++)\s*+>")
_QUOTED_LOCAL = re.compile(r'<"((?:[^"\\]|\\.)*)"@')


class SortFields(NamedTuple):
    """base_subject: without Re, Fwd and marks of lists; reply: whether such was taken off.

    from_mailbox, to_mailbox, cc_mailbox: the local part of the first address. from_display, to_display: its name,
    else local@domain. message_id: normalised '<…>', '' for none. parents: the ids of References, else the first of
    In-Reply-To, oldest first; of very many the first and the latest.
    """

    base_subject: str
    reply: bool
    from_mailbox: str
    to_mailbox: str
    cc_mailbox: str
    from_display: str
    to_display: str
    message_id: str
    parents: tuple[str, ...]


def sort_fields(header: Mapping[bytes, bytes], who: People) -> SortFields:
    """Read from unfolded raw values by lower-case name and the addresses in them."""
    base, reply = base_subject(decode(header.get(b"subject", b"")))
    return SortFields(
        base,
        reply,
        _mailbox(who[b"from"]),
        _mailbox(who[b"to"]),
        _mailbox(who[b"cc"]),
        _display(who[b"from"]),
        _display(who[b"to"]),
        normal_id(message_id(header.get(b"message-id", b""))),
        _parents(header),
    )


def base_subject(subject: str) -> tuple[str, bool]:
    """The base subject of a decoded subject, and whether it is that of a reply or forward (RFC 5256 §2.1)."""
    text = _BLANKS.sub(" ", subject[:_SUBJECT_LIMIT])
    start, end, reply = 0, len(text), False
    while True:
        end, found = _without_trailers(text, start, end)
        reply = reply or found
        start, found = _without_leaders(text, start, end)
        reply = reply or found
        if text[start : start + len(_FORWARD)].lower() != _FORWARD or text[end - 1] != "]":
            return text[start:end], reply
        start, end, reply = start + len(_FORWARD), end - 1, True


def _without_trailers(text: str, start: int, end: int) -> tuple[int, bool]:
    """Step 2: blanks and (fwd) at the end."""
    found = False
    while end > start:
        if text[end - 1] == " ":
            end -= 1
        elif text[max(start, end - len(_TRAILER)) : end].lower() == _TRAILER:
            end, found = end - len(_TRAILER), True
        else:
            break
    return end, found


def _without_leaders(text: str, start: int, end: int) -> tuple[int, bool]:
    """Steps 3 to 5: blanks, Re: and Fwd: with their blobs, and blobs that something follows."""
    found = False
    while start < end:
        leader = _LEADER.match(text, start, end)
        if leader is not None and leader.end() > start:
            start, found = leader.end(), found or leader[1] is not None
            continue
        blob = _BLOB.match(text, start, end)
        if blob is None or blob.end() == end:
            break
        start = blob.end()
    return start, found


def normal_id(written: str) -> str:
    """A message id without needless quoting: `<"a"@b>` is `<a@b>` (RFC 5256 §3)."""
    quoted = _QUOTED_LOCAL.match(written)
    if quoted is None:
        return written
    return "<" + re.sub(r"\\(.)", r"\1", quoted[1]) + written[quoted.end() - 1 :]


def _parents(header: Mapping[bytes, bytes]) -> tuple[str, ...]:
    ids = [normal_id("<" + decode(found) + ">") for found in _MESSAGE_ID.findall(header.get(b"references", b""))]
    if not ids:
        first = _MESSAGE_ID.search(header.get(b"in-reply-to", b""))
        ids = [normal_id("<" + decode(first[1]) + ">")] if first else []
    ids = ["".join(one.split()) for one in dict.fromkeys(ids)]
    return tuple(ids if len(ids) <= _MANY_PARENTS else ids[:1] + ids[1 - _MANY_PARENTS :])


def _mailbox(found: tuple[Address, ...]) -> str:
    """The addr-mailbox of the first address as an ENVELOPE has it; of a group its name."""
    return decode(found[0].local) if found and found[0].local is not None else ""


def _display(found: tuple[Address, ...]) -> str:
    """RFC 5957 §3."""
    if not found:
        return ""
    first = found[0]
    if first.display:
        return first.display
    if first.local is None or first.domain is None:
        return _mailbox(found)
    return f"{decode(first.local)}@{decode(first.domain)}"
