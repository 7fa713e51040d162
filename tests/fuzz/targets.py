"""What is fuzzed: functions of bytes that may raise nothing, whatever the bytes. Each has a folder of seeds.

They are run by hypothesis, by atheris (libFuzzer) and, for the seeds, by a plain loop.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterator

import mailsvc.imap.grammar
from mailsvc.imap.errors import ImapError
from mailsvc.imap.grammar import names, patterns, response, sequence
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.mail.letter import from_bytes
from mailsvc.message import addresses, dates, headers, parameters, parts, section, sorting, text, transfer
from mailsvc.message.attachments import attachments
from mailsvc.message.forwarded import forwarded
from mailsvc.message.recognise import recognise
from mailsvc.smtp import errors as smtp_errors
from mailsvc.smtp import grammar as smtp
from mailsvc.smtp import header as smtp_header
from mailsvc.smtp.data import ChunkReader, DotReader, has_bare_line_ends
from mailsvc.vietnamese.fold import fold

Parser = Callable[[Cursor], object]


def _parsers() -> Iterator[Parser]:
    """Every `parse_…(cursor)` of the grammar, also those that are written after this; with `uid` in both manners."""
    for module in pkgutil.iter_modules(mailsvc.imap.grammar.__path__):
        found = importlib.import_module(f"mailsvc.imap.grammar.{module.name}")
        for name, function in sorted(vars(found).items()):
            if not name.startswith("parse_") or getattr(function, "__module__", "") != found.__name__:
                continue
            parameters_of = list(inspect.signature(function).parameters.values())
            if not parameters_of or parameters_of[0].name != "cursor":
                continue
            needed = [one.name for one in parameters_of[1:] if one.default is one.empty]
            if needed == ["uid"]:
                yield lambda cursor, function=function: function(cursor, uid=True)
                yield lambda cursor, function=function: function(cursor, uid=False)
            elif not needed:
                yield function


PARSERS = tuple(_parsers())


def imap_grammar(data: bytes) -> None:
    """The first octet chooses the parser and the encoding of names; errors are typed and say something."""
    if not data:
        return
    parse, utf8 = PARSERS[data[0] // 2 % len(PARSERS)], bool(data[0] & 1)
    try:
        parse(Cursor(data[1:], utf8=utf8))
    except ImapError as error:
        assert error.text


def imap_values(data: bytes) -> None:
    """Names, sets and strings: what is read and written again is the same."""
    with contextlib.suppress(ImapError):
        name = names.check_new_name(names.decode_name(data, utf8=False))
        assert names.decode_name(names.encode_name(name, utf8=False), utf8=False) == name
        assert names.decode_name(names.encode_name(name, utf8=True), utf8=True) == name
        patterns.compile_pattern("", name).matches(name[::-1])
        if len(name) <= patterns.MAX_PATTERN:
            assert patterns.compile_pattern("", name).matches(name)
    with contextlib.suppress(ImapError):
        ranges = sequence.parse_set(Cursor(data)).resolve(1000)
        assert all(low <= high for low, high in ranges)
        assert all(left[1] + 1 < right[0] for left, right in itertools.pairwise(ranges))
        again = sequence.parse_set(Cursor(sequence.format_ranges(ranges))) if ranges and ranges[0][0] else None
        assert again is None or again.resolve(1000) == ranges
    for utf8 in (False, True):
        assert b"\0" in data or Cursor(response.string(data, utf8=utf8)).string() == data
        line = response.status(b"x", "OK", data.decode("utf-8", "replace"), utf8=utf8)
        assert line.count(b"\r\n") == 1
        assert line.endswith(b"\r\n")
        assert b"\0" not in line


def message(data: bytes) -> None:
    """A letter as the doors hand it to the store, then everything that reads it later."""
    letter = from_bytes(data)
    found = letter.scan
    assert parts.unpack_parts(letter.content.parts) == found.parts
    for part in found.parts[:20]:
        numbers = tuple(int(one) for one in part.section.split(".") if one.isdigit())
        for kind in ("", "HEADER", "TEXT", "MIME", "HEADER.FIELDS", "HEADER.FIELDS.NOT"):
            section.section(data, found.parts, numbers, kind, [b"from"], (1, 5))
        with contextlib.suppress(section.UnknownEncodingError):
            section.binary(data, found.parts, numbers)
        parts.part_text(data, part, 1000)
    for attachment in attachments(data, found):
        assert len(attachment.read()) == attachment.size
    forwarded(data, found)
    recognise(data, found)
    for rendered in (found.envelope, found.body, found.bodystructure):
        _balanced(rendered)


def _balanced(rendered: bytes) -> None:
    """What goes out as it is: parentheses, quoted strings and literals come out even."""
    depth = at = 0
    cursor = Cursor(rendered)
    while at < len(rendered):
        cursor.pos = at
        octet = rendered[at : at + 1]
        if octet == b'"':
            cursor.quoted()
        elif octet == b"{":
            cursor.literal()
        else:
            assert octet not in (b"\r", b"\n", b"\0"), rendered[at - 20 : at + 20]
            depth += (octet == b"(") - (octet == b")")
            cursor.pos += 1
        assert depth > 0 or cursor.pos == len(rendered), rendered
        at = cursor.pos
    assert depth == 0


def header_values(data: bytes) -> None:
    """One header field's value, or a header, in every way we read one."""
    words = headers.decode(data.replace(b"\r", b" ").replace(b"\n", b" "))
    assert "\r" not in words
    assert "\n" not in words
    for _, value in headers.values(data):
        headers.decode(value)
    headers.fields(data)
    addresses.addresses(data)
    parameters.parse(data)
    dates.date_ms(words)
    sorting.base_subject(words)
    sorting.normal_id(words)
    text.html_to_text(words)
    transfer.decode_transfer(data, "base64")
    transfer.decode_transfer(data, "quoted-printable")
    transfer.decode_transfer(data, "x-uuencode")
    fold(words)


def smtp_commands(data: bytes) -> None:
    """Arguments of MAIL, RCPT, BDAT and what stands in them; errors are replies."""
    try:
        line = data.decode("utf-8")
    except UnicodeDecodeError:
        return  # the session says so itself
    for parse in (smtp.parse_mail, smtp.parse_rcpt, smtp.parse_bdat, smtp.parse_mailbox, smtp.decode_xtext):
        with contextlib.suppress(smtp_errors.BadSyntax):
            parse(line)
    smtp.is_host_name(line)


def smtp_data(data: bytes) -> None:
    """DATA and BDAT cut anywhere read the same as in one piece."""
    if not data:
        return
    step, data = data[0] % 7 + 1, data[1:]
    whole = DotReader()
    content, rest = whole.feed(data)
    pieces, reader, left = b"", DotReader(), data
    while left and not reader.done:
        piece, over = reader.feed(left[:step])
        pieces, left = pieces + piece, over + left[step:]
    assert (reader.done, reader.bare) == (whole.done, whole.bare)
    assert pieces == content
    if whole.done:
        assert left == rest
        assert content == b"" or content.endswith(b"\r\n")
    chunks = ChunkReader()
    taken = b"".join(chunks.feed(data[at : at + step]) for at in range(0, len(data), step)) + chunks.finish()
    assert taken == data
    assert chunks.bare == has_bare_line_ends(data)
    end = smtp_header.header_end(bytearray(data), 0)
    own = data[: max(end, 0)]
    smtp_header.hops(own)
    smtp_header.without_return_path(own)


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (imap_grammar, imap_values, message, header_values, smtp_commands, smtp_data)
}  # fmt: skip
