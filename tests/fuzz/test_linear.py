"""Time grows about as the input does: eight times as much may not take more than some twenty times as long.

Quadratic work would take sixty-four times as long. What is done in a few milliseconds is not looked at.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from mailsvc.imap.errors import ImapError
from mailsvc.imap.grammar import names, patterns, response, sequence
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.mail.letter import from_bytes
from mailsvc.message import addresses, dates, headers, parameters, sorting, text, transfer
from mailsvc.message.attachments import attachments
from mailsvc.message.forwarded import forwarded
from mailsvc.message.recognise import recognise
from mailsvc.smtp import grammar as smtp
from mailsvc.smtp import header as smtp_header
from mailsvc.smtp.data import ChunkReader, DotReader
from mailsvc.smtp.errors import BadSyntax
from tests.fuzz.targets import PARSERS

TIMES, ALLOWED, FLOOR_S = 8, 24, 0.04

COMMANDS: dict[str, Callable[[int], bytes]] = {
    "open parentheses": lambda n: b" " + b"(" * n,
    "parentheses": lambda n: b" " + b"(" * n + b"ALL" + b")" * n,
    "closed pairs": lambda n: b" (" + b"() " * n + b")",
    "items": lambda n: b" 1 (" + b"FLAGS " * n + b"FLAGS)",
    "numbers": lambda n: b" " + b"1," * n + b"1 FLAGS",
    "ranges": lambda n: b" " + b",".join(b"%d:%d" % (one, one + 1) for one in range(n, 1, -1)) + b" FLAGS",
    "stars": lambda n: b" " + b"1:*," * n,
    "escapes": lambda n: b' SUBJECT "' + b"\\\\" * n + b'"',
    "open string": lambda n: b' SUBJECT "' + b"\\" * n,
    "quotes": lambda n: b" " + b'"' * n,
    "ampersands": lambda n: b" " + b"&" * n,
    "shifts": lambda n: b" " + b"&-" * n,
    "shifted": lambda n: b" " + b"&ARA-" * n,
    "nots": lambda n: b" " + b"NOT " * n,
    "ors": lambda n: b" " + b"OR ALL " * n + b"ALL",
    "keys": lambda n: b" " + b"ALL " * n + b"ALL",
    "wildcards": lambda n: b' "" ' + b"%*" * n,
    "patterns": lambda n: b' "" (' + b"a* " * n + b"a*)",
    "section": lambda n: b" 1 BODY[" + b"1." * n + b"1]",
    "fields": lambda n: b" 1 BODY[HEADER.FIELDS (" + b"a " * n + b"a)]",
    "flags": lambda n: b" 1 +FLAGS (" + b"".join(b"a%d " % one for one in range(n)) + b"a)",
    "digits": lambda n: b" " + b"9" * n,
    "blanks": lambda n: b" " * n,
    "literal": lambda n: b" {%d}\r\n%s x" % (n, b"x" * n),
    "literals": lambda n: b" (" + b"{1}\r\nx " * n + b"{1}\r\nx)",
    "id": lambda n: b" (" + b'"a" "b" ' * n + b'"a" NIL)',
    "words": lambda n: b" " + b"CONDSTORE " * n,
}

HEAD = b"From: a@b.example\r\nSubject: x\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def nested(levels: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))
    return HEAD + opening + b"\r\nx" + b"".join(b"\r\n--b%d--" % n for n in reversed(range(levels)))


MESSAGES: dict[str, Callable[[int], bytes]] = {
    "parts": lambda n: MIXED + b"--b\r\n\r\nx\r\n" * n + b"--b--",
    "named parts": lambda n: MIXED + b"--b\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n" * n,
    "deep parts": nested,
    "deep messages": lambda n: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * n + b"x",
    "nearly boundaries": lambda n: MIXED + b"--bb\r\n--b-\r\n" * n,
    "unused boundaries": lambda n: MIXED
    + b"".join(b"--b\r\nContent-Type: multipart/mixed; boundary=c%d\r\n\r\n" % one for one in range(n)),
    "long line": lambda n: HEAD + b"\r\n" + b"x" * 40 * n,
    "long header line": lambda n: b"Subject: " + b"x" * 40 * n + b"\r\n\r\n",
    "folded header": lambda n: b"Subject: x" + b"\r\n y" * n + b"\r\n\r\n",
    "fields": lambda n: b"".join(b"X-%d: y\r\n" % one for one in range(n)) + b"\r\n",
    "same fields": lambda n: b"To: a@b.example\r\n" * n + b"\r\n",
    "recipients": lambda n: b"To: " + b"\xc4\x90 <a@b.example>, " * n + b"\r\n\r\n",
    "references": lambda n: b"References: " + b"<a@b> " * n + b"\r\n\r\n",
    "encoded words": lambda n: b"Subject: " + b"=?utf-8?q?=C3=A0?= " * n + b"\r\n\r\n",
    "tags": lambda n: HTML + b"<p><b>x</b>" * n,
    "open tags": lambda n: HTML + b"<a" * n,
    "open comments": lambda n: HTML + b"<!--" * n,
    "references to characters": lambda n: HTML + b"&#273;&amp;&" * n,
    "marks": lambda n: HTML + "\u0301\u0323".encode() * n,
    "blanks": lambda n: HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b" " * n + b"x\r\n",
    "base64": lambda n: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"w6A=\r\n" * n,
    "uuencode": lambda n: HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\n" + b"begin 644 a\n" * n,
    "forwarded": lambda n: HEAD + b"\r\n" + b"---------- Forwarded message ---------\r\nFrom: a <a@b.example>\r\n" * n,
    "quoted": lambda n: HEAD + b"\r\n" + b"> " * n,
    "carriage returns": lambda n: HEAD + b"\r\n" + b"\r" * n,
    "report": lambda n: b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\n" + b"Final-Recipient: rfc822; a@b\r\nAction: failed\r\n\r\n" * n,
}  # fmt: skip

PIECES = [
    b"(", b")", b'"', b'\\"', b"<", b">", b",", b";", b":", b"a:b;", b"<[", b"@", b" ", b"a <a@b>,", b"=?", b"=?a?b?",
    b"?=", b"=?utf-8?q?a?= ", b"Re: ", b"[x]", b"[fwd: ", b"(fwd)", b'a="b";', b"a*0=b;", b"1 ", b"\xc4\x91", b"&#",
    b"<p ", b"\t", b"\n ", b"=A", b"%C4", b"\0", b"\xcc\x81", b"a.", b"\\", b"''", b"<<", b"((a)", b"Fwd:[", b"]]",
    b"Re[1]:", b"a\r\n",
]  # fmt: skip
VALUES: dict[str, Callable[[bytes], object]] = {
    "headers.decode": headers.decode,
    "headers.fields": headers.fields,
    "headers.values": headers.values,
    "addresses": addresses.addresses,
    "parameters": parameters.parse,
    "dates": lambda value: dates.date_ms(value.decode("utf-8", "replace")),
    "base_subject": lambda value: sorting.base_subject(value.decode("utf-8", "replace")),
    "normal_id": lambda value: sorting.normal_id(value.decode("utf-8", "replace")),
    "html_to_text": lambda value: text.html_to_text(value.decode("utf-8", "replace")),
    "base64": lambda value: transfer.decode_transfer(value, "base64"),
    "quoted-printable": lambda value: transfer.decode_transfer(value, "quoted-printable"),
    "uuencode": lambda value: transfer.decode_transfer(value, "x-uuencode"),
    "without_return_path": lambda value: smtp_header.without_return_path(b"Return-Path: x\r\n" + value),
    "mail": lambda value: smtp.parse_mail("FROM:<a@b.example> " + value.decode("utf-8", "replace")),
    "rcpt": lambda value: smtp.parse_rcpt("TO:<" + value.decode("utf-8", "replace")),
    "mailbox": lambda value: smtp.parse_mailbox(value.decode("utf-8", "replace")),
    "string": response.string,
    "mailbox name": lambda value: names.encode_mutf7(value.decode("utf-8", "replace")),
}


def taken(act: Callable[[], object]) -> float:
    """Seconds, the best of some."""
    best = 60.0
    for _ in range(3):
        start = time.process_time()
        with contextlib.suppress(ImapError, BadSyntax):
            act()
        best = min(best, time.process_time() - start)
        if best < FLOOR_S / 4:
            break
    return best


def check(what: str, act: Callable[[int], object], size: int) -> None:
    much = taken(lambda: act(TIMES * size))
    if much > FLOOR_S:
        little = taken(lambda: act(size))
        assert much < ALLOWED * little, f"{what}: {little:.3f} s, and {much:.3f} s for {TIMES} times as much"


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name: str) -> None:
    sizes = {count: COMMANDS[name](count) for count in (4000, 32_000)}
    for number, parse in enumerate(PARSERS):
        check(f"{name}, parser {number}", lambda n, parse=parse: parse(Cursor(sizes[n])), 4000)  # type: ignore[misc]


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name: str) -> None:
    made = {count: MESSAGES[name](count) for count in (1500, 12_000)}

    def read(count: int) -> None:
        letter = from_bytes(made[count])
        for attachment in attachments(letter.data, letter.scan):
            attachment.read()
        forwarded(letter.data, letter.scan)
        recognise(letter.data, letter.scan)

    check(name, read, 1500)


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    for piece in PIECES:
        made = {count: piece * count for count in (2000, 16_000)}
        check(f"{name} of {piece!r}", lambda count, made=made: VALUES[name](made[count]), 2000)  # type: ignore[misc]


@pytest.mark.parametrize("name", ["a", "a/", "%", "&-"])
def test_names_and_patterns(name: str) -> None:
    pattern = patterns.compile_pattern("", "*a%" * 300)
    check(name, lambda count: pattern.matches(name * count), 1000)
    check(name, lambda count: names.decode_mutf7(name.encode() * count), 2000)


def test_sets_against_a_large_mailbox() -> None:
    uids = range(1, 200_000, 2)
    texts = {count: b",".join(b"%d" % one for one in range(1, 4 * count, 4)) for count in (5000, 40_000)}

    def resolve(count: int) -> None:
        spans = list(sequence.slices(sequence.parse_set(Cursor(texts[count])).resolve(200_000), uids))
        sequence.format_set(uid for start, stop in spans for uid in uids[start:stop])

    check("sets", resolve, 5000)


@pytest.mark.parametrize("piece", [b"x", b"\r\n", b"\r\n.", b"\r\n..", b".", b"\r", b"\n"])
def test_data_and_chunks(piece: bytes) -> None:
    def read(count: int) -> None:
        dots, chunks, data = DotReader(), ChunkReader(), piece * count
        for at in range(0, len(data), 1000):
            dots.feed(data[at : at + 1000])
            chunks.feed(data[at : at + 1000])

    check(f"{piece!r}", read, 100_000)
