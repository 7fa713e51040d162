"""Hostile input: the grammar answers with its own errors only, and in time that grows with the length."""

import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsvc.imap.errors import ImapError
from mailsvc.imap.grammar import append, arguments, fetch, listing, metadata, search, sorting
from mailsvc.imap.grammar.command import parse_head
from mailsvc.imap.grammar.cursor import Cursor

PARSERS: list[Callable[[Cursor], object]] = [
    parse_head,
    lambda cursor: fetch.parse_fetch(cursor, uid=True),
    lambda cursor: search.parse_search(cursor, uid=False),
    lambda cursor: sorting.parse_sort(cursor, uid=False),
    lambda cursor: sorting.parse_thread(cursor, uid=True),
    lambda cursor: arguments.parse_store(cursor, uid=False),
    lambda cursor: arguments.parse_transfer(cursor, uid=False),
    listing.parse_list,
    listing.parse_lsub,
    listing.parse_status,
    arguments.parse_login,
    arguments.parse_authenticate,
    arguments.parse_id,
    arguments.parse_enable,
    arguments.parse_select,
    arguments.parse_create,
    arguments.parse_rename,
    arguments.parse_mailbox,
    arguments.parse_uid_expunge,
    metadata.parse_get_metadata,
    metadata.parse_set_metadata,
    append.parse_append_mailbox,
    append.parse_append_head,
    append.parse_literal,
    append.parse_replaced,
]
WORDS = [
    b"BODY", b"BODY.PEEK", b"[", b"]", b"HEADER.FIELDS", b"(", b")", b"<0.10>", b"1:*", b"$", b"*", b"%", b"NOT", b"OR",
    b"TEXT", b"{3}\r\nabc", b"{3+}\r\nab",
    b"~{1}\r\n\x00", b'"q\\"s"', b'"', b"\\", b"\\Seen", b"1-Jan-2020", b"RETURN", b"FLAGS", b"+FLAGS",
    b"CHARSET", b"UTF-8", b"MODSEQ", b"UNCHANGEDSINCE", b"CHANGEDSINCE",
    b"&AGE-", b"&", b"\xff", b"\x00", b"\r\n", b"99999999999", b"SUBJECT",
    b"UID", b"ALL", b"STATUS", b"MESSAGES", b"SUBSCRIBED", b"NIL", b"INBOX", b"=", b".", b",", b":",
]  # fmt: skip
soup = st.lists(
    st.one_of(st.sampled_from(WORDS), st.sampled_from([b" ", b" ", b" "]), st.binary(max_size=3)), max_size=24
)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(PARSERS), soup, st.booleans())
def test_only_typed_errors(parse: Callable[[Cursor], object], pieces: list[bytes], utf8: bool) -> None:
    try:
        parse(Cursor(b" " + b"".join(pieces), utf8=utf8))
    except ImapError as error:
        assert error.text


LONG = [
    lambda n: b" " + b"(" * n,
    lambda n: b" 1 (" + b"FLAGS " * n + b"FLAGS)",
    lambda n: b" " + b"1," * n + b"1 FLAGS",
    lambda n: b" " + b"1:*," * n,
    lambda n: b" SUBJECT " + b'"' + b"\\" * n,
    lambda n: b' SUBJECT "' + b"\\\\" * n + b'"',
    lambda n: b" " + b"&" * n,
    lambda n: b" " + b"&-" * n,
    lambda n: b" " + b"NOT " * n,
    lambda n: b' "" ' + b"%*" * n,
    lambda n: b" 1 BODY[" + b"1." * n,
    lambda n: b" 1 +FLAGS (" + b"a " * n + b"a)",
    lambda n: b" " + b"9" * n,
]


@pytest.mark.parametrize("make", LONG)
def test_time_grows_with_length_only(make: Callable[[int], bytes]) -> None:
    for parse in PARSERS:
        wire = make(100_000)
        began = time.perf_counter()
        with contextlib.suppress(ImapError):
            parse(Cursor(wire))
        assert time.perf_counter() - began < 2
