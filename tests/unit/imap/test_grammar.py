"""The arguments of each command."""

from datetime import date

import pytest

from mailsvc.imap.errors import BadCommand, Refused, TooMuch
from mailsvc.imap.grammar.append import (
    AppendHead,
    Literal,
    announced,
    parse_append_head,
    parse_append_mailbox,
    parse_literal,
)
from mailsvc.imap.grammar.arguments import (
    Authenticate,
    Login,
    Rename,
    Select,
    parse_authenticate,
    parse_create,
    parse_enable,
    parse_id,
    parse_login,
    parse_rename,
    parse_select,
    parse_store,
    parse_transfer,
)
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.dates import format_date_time, parse_date, parse_date_time
from mailsvc.imap.grammar.fetch import Section, parse_fetch
from mailsvc.imap.grammar.flags import ANSWERED, DELETED, FLAGGED, SEEN, Flags, format_flags, parse_flag_list
from mailsvc.imap.grammar.listing import ListMailboxes, parse_list, parse_lsub, parse_status
from mailsvc.imap.grammar.response import mailbox_name, plain_text, status, string
from mailsvc.imap.grammar.returns import Returns
from mailsvc.imap.grammar.search import All, And, Day, HasFlag, ModSeq, Not, Or, Size, Text, parse_search
from mailsvc.imap.grammar.sequence import STAR
from mailsvc.imap.grammar.sorting import Criterion, parse_sort, parse_thread


def sections(items: bytes) -> tuple[Section, ...]:
    return parse_fetch(Cursor(b" 1 " + items), uid=False).sections


def test_fetch_macros_and_attributes() -> None:
    fetch = parse_fetch(Cursor(b" 1:* all"), uid=True)
    assert fetch.attributes == {"FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "UID"}
    assert fetch.messages.pairs == ((1, STAR),)
    assert parse_fetch(Cursor(b" 1 bodystructure"), uid=False).attributes == {"BODYSTRUCTURE"}
    assert parse_fetch(Cursor(b" 1 BODY"), uid=False).attributes == {"BODY"}


@pytest.mark.parametrize(
    ("wire", "section"),
    [
        (b"BODY[]", Section("BODY", label=b"BODY[]")),
        (b"body.peek[text]<0.5>", Section("BODY", (), "TEXT", (), (0, 5), True, b"BODY[TEXT]<0>")),
        (b"BODY[1.2.MIME]", Section("BODY", (1, 2), "MIME", label=b"BODY[1.2.MIME]")),
        (b"BODY[1.HEADER]", Section("BODY", (1,), "HEADER", label=b"BODY[1.HEADER]")),
        (b"BODY[3]", Section("BODY", (3,), label=b"BODY[3]")),
        (
            b'BODY[2.HEADER.FIELDS.NOT (From "To")]',
            Section("BODY", (2,), "HEADER.FIELDS.NOT", ("From", "To"), label=b"BODY[2.HEADER.FIELDS.NOT (From To)]"),
        ),
        (b"RFC822.HEADER", Section("BODY", (), "HEADER", peek=True, label=b"RFC822.HEADER")),
        (b"RFC822", Section("BODY", label=b"RFC822")),
        (b"BINARY.PEEK[1.2]<7.9>", Section("BINARY", (1, 2), partial=(7, 9), peek=True, label=b"BINARY[1.2]<7>")),
        (b"BINARY.SIZE[1]", Section("BINARY.SIZE", (1,), peek=True, label=b"BINARY.SIZE[1]")),
    ],
)
def test_fetch_sections(wire: bytes, section: Section) -> None:
    assert sections(wire) == (section,)


def test_fetch_modifiers() -> None:
    fetch = parse_fetch(Cursor(b" 1:3 (FLAGS) (CHANGEDSINCE 12 VANISHED)"), uid=True)
    assert (fetch.changed_since, fetch.vanished) == (12, True)
    assert "MODSEQ" in fetch.attributes
    assert not fetch.marks_seen
    assert parse_fetch(Cursor(b" 1 BODY[]"), uid=False).marks_seen


@pytest.mark.parametrize(
    "wire",
    [
        b" 1 ()", b" 1", b" FLAGS", b" 1 NONSENSE", b" 1 BODY[MIME]", b" 1 BODY[0]", b" 1 BODY[1.]", b" 1 BODY[]<0>",
        b" 1 BODY[]<0.0>", b" 1 (FLAGS) (CHANGEDSINCE)", b" 1 (FLAGS UID", b" 1 BODY[HEADER.FIELDS ()]",
        b" 1 FLAGS (CHANGEDSINCE 1 VANISHED)", b" 1 BODY[1.2.3.HEADER.]", b" 1 FLAGS extra", b" 1 (ALL)",
    ],
)  # fmt: skip
def test_fetch_refuses(wire: bytes) -> None:
    with pytest.raises(BadCommand):
        parse_fetch(Cursor(wire), uid=False)


def test_fetch_caps() -> None:
    with pytest.raises(TooMuch):
        parse_fetch(Cursor(b" 1 BODY[" + b".".join([b"1"] * 101) + b"]"), uid=False)


def test_search_tree() -> None:
    search = parse_search(Cursor(b" UNSEEN SINCE 1-Dec-2023 OR FROM a (LARGER 5 NOT SUBJECT {2}\r\nhi)"), uid=True)
    assert search.program.key == And(
        (
            Not(HasFlag(SEEN)),
            Day(False, date(2023, 12, 1), None),
            Or(Text("from", "a"), And((Size(5, None), Not(Text("subject", "hi"))))),
        )
    )
    assert search.returns is None


def test_search_returns_and_modseq() -> None:
    search = parse_search(Cursor(b' RETURN (MIN COUNT) MODSEQ "/flags/\\\\seen" all 620162338'), uid=False)
    assert search.returns == Returns(frozenset(("MIN", "COUNT")))
    assert search.program.key == ModSeq(620162338)
    assert search.program.modseq
    assert parse_search(Cursor(b" RETURN () ALL"), uid=False).returns == Returns(frozenset(("ALL",)))


@pytest.mark.parametrize(
    ("wire", "page"),
    [
        (b"1:2", [1, 2]), (b"2:1", [1, 2]), (b"4:9", [4, 5]), (b"6:9", []), (b"-1:-2", [4, 5]), (b"-2:-1", [4, 5]),
        (b"-4:-9", [1, 2]), (b"-6:-9", []), (b"-5:-5", [1]),
    ],
)  # fmt: skip
def test_pages(wire: bytes, page: list[int]) -> None:  # RFC 9394 §3.1
    returns = parse_search(Cursor(b" RETURN (PARTIAL %b COUNT) ALL" % wire), uid=False).returns
    assert returns is not None and returns.partial is not None
    assert list(returns.partial.of([1, 2, 3, 4, 5])) == page
    assert returns.partial.written == wire


def test_sort_and_thread() -> None:  # RFC 5256 §5
    sort = parse_sort(Cursor(b" RETURN (ALL) (SUBJECT REVERSE date) utf-8 DELETED UNSEEN"), uid=True)
    assert sort.criteria == (Criterion("SUBJECT"), Criterion("DATE", True))
    assert sort.program.key == And((HasFlag(DELETED), Not(HasFlag(SEEN))))
    thread = parse_thread(Cursor(b" references US-ASCII ALL"), uid=False)
    assert (thread.algorithm, thread.program.key) == ("REFERENCES", All())


@pytest.mark.parametrize(
    "wire",
    [
        b" (DATE) UTF-8", b" () UTF-8 ALL", b" (REVERSE) UTF-8 ALL", b" (REVERSE REVERSE DATE) UTF-8 ALL",
        b" (RELEVANCY) UTF-8 ALL", b" DATE UTF-8 ALL", b" (DATE)", b" (" + b"DATE " * 50 + b"DATE) UTF-8 ALL",
        b" RETURN (PARTIAL 0:1) (DATE) UTF-8 ALL", b" RETURN (PARTIAL 1:-2) (DATE) UTF-8 ALL",
        b" RETURN (PARTIAL 1:2 PARTIAL 3:4) (DATE) UTF-8 ALL", b" RETURN (PARTIAL) (DATE) UTF-8 ALL",
    ],
)  # fmt: skip
def test_sort_refuses(wire: bytes) -> None:
    with pytest.raises(BadCommand):
        parse_sort(Cursor(wire), uid=False)


def test_search_charset() -> None:
    found = parse_search(Cursor(b" CHARSET utf-8 BODY {5}\r\n\xc4\x91\xe1\xba\xbf"), uid=False)
    assert found.program.key == Text("BODY", "đế")
    found = parse_search(Cursor(b" CHARSET windows-1258 BODY {3}\r\nk\xea\xec"), uid=False)
    assert found.program.key == Text("BODY", "kế")
    with pytest.raises(Refused) as caught:
        parse_search(Cursor(b" CHARSET rot13 ALL"), uid=False)
    assert caught.value.code.startswith("BADCHARSET")
    with pytest.raises(BadCommand):
        parse_search(Cursor(b" CHARSET US-ASCII BODY {2}\r\n\xc4\x91"), uid=False)


@pytest.mark.parametrize(
    "wire", [b"", b" ", b" WHAT", b" NOT", b" OR ALL", b" (ALL", b" ON 31-Feb-2020", b" BEFORE x", b" HEADER a",
             b" KEYWORD \\Seen", b" RETURN (WHAT) ALL", b" LARGER 9223372036854775808"]
)  # fmt: skip
def test_search_refuses(wire: bytes) -> None:
    with pytest.raises(BadCommand):
        parse_search(Cursor(wire), uid=False)


@pytest.mark.parametrize(
    "wire",
    [
        b" " + b"(" * 70 + b"ALL" + b")" * 70,
        b" " + b"NOT " * 5000 + b"ALL",
        b" " + b"ALL " * 3000 + b"ALL",
        b" TEXT x" * 101,
    ],
)
def test_search_caps(wire: bytes) -> None:
    with pytest.raises(TooMuch):
        parse_search(Cursor(wire), uid=False)


def test_list_plain_and_extended() -> None:
    assert parse_list(Cursor(b' "" *')) == ListMailboxes("", ("*",))
    extended = parse_list(
        Cursor(b' (SUBSCRIBED RECURSIVEMATCH) "a/" (% "b c") RETURN (CHILDREN STATUS (MESSAGES UNSEEN))')
    )
    assert extended.reference == "a/"
    assert extended.patterns == ("%", "b c")
    assert extended.selects == {"SUBSCRIBED", "RECURSIVEMATCH"}
    assert extended.returns == {"CHILDREN"}
    assert extended.status == ("MESSAGES", "UNSEEN")
    assert extended.extended
    assert parse_lsub(Cursor(b' "" %')).patterns == ("%",)


@pytest.mark.parametrize("wire", [b' ""', b' (RECURSIVEMATCH) "" *', b' (X) "" *', b' "" * RETURN', b' "" () '])
def test_list_refuses(wire: bytes) -> None:
    with pytest.raises(BadCommand):
        parse_list(Cursor(wire))


def test_status_items() -> None:
    assert parse_status(Cursor(b" inbox (messages SIZE messages)")).items == ("MESSAGES", "SIZE")
    with pytest.raises(BadCommand):
        parse_status(Cursor(b" inbox (NOTHING)"))


def test_small_arguments() -> None:
    assert parse_login(Cursor(b' a@b "p\\"w"')) == Login("a@b", 'p"w')
    assert parse_authenticate(Cursor(b" plain AGE=")) == Authenticate("PLAIN", b"AGE=")
    assert parse_authenticate(Cursor(b" PLAIN")) == Authenticate("PLAIN", None)
    assert parse_id(Cursor(b' ("Name" "x" "version" NIL)')) == {"name": "x", "version": ""}
    assert parse_id(Cursor(b" nil")) == {}
    assert parse_enable(Cursor(b" CONDSTORE imap4rev2")) == ("CONDSTORE", "IMAP4REV2")
    assert parse_select(Cursor(b" inbox (CONDSTORE)")) == Select("INBOX", True)
    assert parse_create(Cursor(b" x (USE (\\sent))")) == ("x", "\\Sent")
    assert parse_rename(Cursor(b" a b")) == Rename("a", "b")
    assert parse_transfer(Cursor(b" 1:2 Trash"), uid=False).target == "Trash"


def test_store() -> None:
    store = parse_store(Cursor(b" 1:* (UNCHANGEDSINCE 5) +flags.silent (\\seen $Forwarded \\Recent)"), uid=True)
    assert (store.mode, store.silent, store.unchanged_since) == ("+", True, 5)
    assert store.flags == Flags(SEEN, ("$Forwarded",))
    assert parse_store(Cursor(b" 1 FLAGS \\Answered x"), uid=False).flags == Flags(ANSWERED, ("x",))
    assert parse_store(Cursor(b" 1 FLAGS ()"), uid=False).flags == Flags()
    with pytest.raises(BadCommand):
        parse_store(Cursor(b" 1 FLAGS (\\Strange)"), uid=False)


def test_flags() -> None:
    assert parse_flag_list(Cursor(b"(a A b)")).keywords == ("a", "b")
    assert format_flags(SEEN | FLAGGED, ("$x",)) == b"(\\Seen \\Flagged $x)"
    assert format_flags(0) == b"()"


def test_append_in_pieces() -> None:
    cursor = Cursor(b' INBOX (\\Seen) "17-Jul-2024 02:44:25 +0700" {310+}\r\n')
    assert parse_append_mailbox(cursor) == "INBOX"
    assert parse_append_head(cursor) == AppendHead(Flags(SEEN), 1721159065000)
    assert parse_literal(cursor) == Literal(310, False)
    assert parse_literal(Cursor(b"~{5}\r\n")) == Literal(5, True, binary=True)
    assert announced(b"a LOGIN {4}\r\n") == Literal(4, True)
    assert announced(b"a LOGIN {4\r\n") is None


def test_dates() -> None:
    assert parse_date(Cursor(b'"1-feb-2024"')) == date(2024, 2, 1)
    assert parse_date_time(Cursor(b'" 1-Jan-1970 00:00:00 +0000"')) == 0
    assert parse_date_time(Cursor(b'"01-Jan-1960 00:00:00 +0000"')) == 0
    assert format_date_time(1721159065000) == b'"17-Jul-2024 02:44:25 +0700"'
    for wire in (b'"1-Jan-2024 00:00:00 +0000"', b'"01-Jan-2024 25:00:00 +0000"', b'"01-Xyz-2024 00:00:00 +0000"'):
        with pytest.raises(BadCommand):
            parse_date_time(Cursor(wire))


def test_response_strings() -> None:
    assert string(b'a"b\\') == b'"a\\"b\\\\"'
    assert string("đ".encode()) == b"{2}\r\n\xc4\x91"
    assert string("đ".encode(), utf8=True) == b'"\xc4\x91"'
    assert string(b"\xff", utf8=True) == b"{1}\r\n\xff"
    assert string(b"a\r\nb") == b"{4}\r\na\r\nb"
    assert mailbox_name("Văn bản", utf8=True) == '"Văn bản"'.encode()
    assert mailbox_name("INBOX", utf8=False) == b"INBOX"


def test_status_lines_carry_marks_only_where_allowed() -> None:
    assert status(b"a1", "NO", "Không có hộp thư “Đến”", "NONEXISTENT") == (
        b'a1 NO [NONEXISTENT] Khong co hop thu "Den"\r\n'
    )
    assert plain_text("Không có", utf8=True) == "Không có".encode()
    assert plain_text("a\r\nb", utf8=False) == b"a  b"
