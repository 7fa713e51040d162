"""The grammar that every response is held against tells right from wrong. RFC 9051 §9"""

from __future__ import annotations

import pytest
from abnf import NARROW, RESPONSES, TEXTS, WIDE, check_response

RIGHT = [
    b"* OK [CAPABILITY IMAP4rev1] x", b"+ idling", b"+ ", b"a1 NO [BADCHARSET (UTF-8 US-ASCII)] x", b"* 0 EXISTS",
    b'* LIST (\\HasChildren \\Noselect) "/" "a \\"b"', b'* LIST () NIL INBOX ("CHILDINFO" ("SUBSCRIBED"))',
    b'* STATUS {3}\r\na b (MESSAGES 1 HIGHESTMODSEQ 0)', b"* SEARCH 1 2 (MODSEQ 5)", b"* THREAD (1 2 (3)(4 5))(6)",
    b'* ESEARCH (TAG "a") UID ALL 1:3,5 COUNT 4', b"* VANISHED (EARLIER) 1:3", b'* 1 FETCH (BODY[1.MIME]<0> "x")',
    b"* 1 FETCH (BODY[HEADER.FIELDS (A {1}\r\nB)] {2}\r\n\r\n UID 3)", b"* 1 FETCH (BINARY[1] ~{2}\r\n\x00\x00)",
    b'* 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1))', b"* 1 FETCH (UID 1 FLAGS (\\Recent $x))",
    b'* 1 FETCH (INTERNALDATE " 1-Jan-2026 00:00:00 +0700")', b"* OK [HIGHESTMODSEQ 4] x",
    b'* 1 FETCH (BODYSTRUCTURE (("A" "B" NIL NIL NIL "7BIT" 3 NIL)("TEXT" "C" ("D" "E") NIL NIL "7BIT" 1 1) "MIXED"))',
]  # fmt: skip
WRONG = [
    b"* OK", b"* OK ", b"* OK [CAPABILITY] x", b"* OK [NOTHING] x", b"* OK [ALERT]x", b"+", b"a+ OK x",
    b"* 0 FETCH (UID 1)",
    b'* LIST (\\Noselect \\NonExistent) "/" a', b'* LIST () "//" a', b'* LIST () "/" a b', b"* STATUS a (UIDNEXT 0)",
    b"* LIST () \"/\" \"\xc4\x90\"", b"* SEARCH 1  2", b"* SEARCH 0", b"* SEARCH (MODSEQ 5)", b"* THREAD (1)(2 (3))",
    b"* ESEARCH ALL *", b"* 1 FETCH ()", b"* 1 FETCH (UID 1 )", b'* 1 FETCH (BODY[1.0] "x")',
    b"* 1 FETCH (FLAGS (\\*))",
    b"* 1 FETCH (BODY[] {2}\r\na)", b"* 1 FETCH (BODY[] {1}\r\n\x00)", b"* 1 FETCH (ENVELOPE (NIL NIL))",
    b'* 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3))', b'* 1 FETCH (BODY ("A" "B" NIL NIL NIL "7BIT" 3 1))',
    b'* 1 FETCH (BODY ("A" "B" () NIL NIL "7BIT" 3))', b'* 1 FETCH (BODY ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 3))',
    b'* 1 FETCH (INTERNALDATE "1-Jan-2026 00:00:00 +0700")', b"* 1 FETCH (MODSEQ 5)", b"a OK \xc4\x90",
    b"* QUOTA a (b)", b"* OK [HIGHESTMODSEQ 0] x",
]  # fmt: skip


@pytest.mark.parametrize("response", RIGHT)
def test_right_responses_are_read(response: bytes) -> None:
    check_response(response + b"\r\n")


@pytest.mark.parametrize("response", WRONG)
def test_wrong_responses_are_not(response: bytes) -> None:
    assert RESPONSES.stuck("response", response + b"\r\n") is not None


def test_utf8_is_read_where_it_may_be() -> None:  # RFC 6855 §3, RFC 5255 §3.4
    text, quoted, broken = "a OK Đã\r\n".encode(), '* LIST () "/" "Đã"\r\n'.encode(), b"a OK \xc4\r\n"
    allowed = [[RESPONSES.stuck("response", one, wide) is None for one in (text, quoted, broken)]
               for wide in (NARROW, TEXTS, WIDE)]  # fmt: skip
    assert allowed == [[False, False, False], [True, False, False], [True, True, False]]
