"""Header values (RFC 5322 §3): words (RFC 2047 §6), raw UTF-8 (RFC 6532 §3), parameters (RFC 2183 §2, RFC 2231 §3)."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.message.addresses import Address, addresses
from mailsvc.message.dates import date_ms
from mailsvc.message.fieldwriter import people_field, plain_line, text_field
from mailsvc.message.headers import decode, fields, values
from mailsvc.message.parameters import clean_name, filename, parse, texts


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Hello", "Hello"),
        (b"=?utf-8?q?C=C3=B4ng_v=C4=83n?=", "Công văn"),
        (b"=?UTF-8?B?Q8O0bmc=?= =?utf-8?Q?_v=C4=83n?= (a)", "Công văn (a)"),
        (b"a =?utf-8?q?=C3=A0?= b", "a à b"),
        # A letter cut between two words, and an emoji cut into four.
        (b"=?utf-8?b?4buX?= =?utf-8?b?4bs=?= =?utf-8?b?lQ==?=", "ỗổ"),
        (b"=?utf-8?q?=F0=9F?= =?utf-8?q?=98?=\t=?utf-8?q?=80?=", "😀"),
        (b"=?windows-1258?q?Th=F4ng_b=E1o?=", "Thông báo"),
        (b"=?windows-1258?q?Ti=EA=ECng?=", "Tiếng"),
        (b"=?iso-8859-1?q?=93a=94_=E9?=", "“a” é"),
        (b"=?utf-8*vi?b?w6A=?=", "à"),
        (b"=?us-ascii?q?=C3=A0?=", "à"),
        (b"=?x-la?q?=C3=A0?=", "à"),
        (b"=?utf-8?b?w6A?=", "à"),
        (b"=?utf-8?b?w6A*!=?=", "à"),
        (b"=?utf-8?q??=", ""),
        (b"=?utf-8?q?a=0D=0Afrom=3A_b?= =?utf-8?b?Cng=?=", "a  from: b x"),
        (b"=?utf-8?x?abc?= =?", "=?utf-8?x?abc?= =?"),
        ("Công văn".encode(), "Công văn"),
        ("Co\u0302ng".encode(), "Công"),
        (b"G\xfd\xd2i b\xe1o c\xe1o", "Gửi báo cáo"),
        (b"caf\xe9 cr\xe8me", "café crème"),
        (b"a\0b", "ab"),
    ],
)
def test_decode(raw: bytes, text: str) -> None:
    assert decode(raw) == text


def test_values_are_unfolded_and_fields_keep_their_place() -> None:
    block = b"A: 1\r\n 2\r\nbroken\r\nB:\r\n\t3\r\nC : x\ry\r\n\r\n"
    assert values(block) == [(b"A", b"1 2"), (b"B", b"3"), (b"C", b"x y")]
    assert [block[f.start : f.end] for f in fields(block)] == [b"A: 1\r\n 2\r\n", b"B:\r\n\t3\r\n", b"C : x\ry\r\n"]
    first = fields(block)[0]
    assert block[first.value_start : first.end] == b" 1\r\n 2\r\n"


@pytest.mark.parametrize(
    ("raw", "word", "found"),
    [
        (b"attachment; filename=a.pdf", b"attachment", {"filename": "a.pdf"}),
        (b'Inline ; FileName = "a \\"b\\".pdf" ; size=3', b"inline", {"filename": 'a "b".pdf', "size": "3"}),
        (b"x; filename*=UTF-8'vi'%C4%90%C6%A1n.txt", b"x", {"filename": "Đơn.txt"}),
        (b"x; filename=tam.txt; filename*=utf-8''%C4%90%C6%A1n.txt", b"x", {"filename": "Đơn.txt"}),
        (b"x; name*0*=utf-8''%C4; name*1*=%90%C6%A1; name*2=n.txt", b"x", {"name": "Đơn.txt"}),
        (b'x; name*1=" b"; name*0="a%20"', b"x", {"name": "a%20 b"}),
        (b"x; filename*=windows-1258''Ba%D2ng.txt", b"x", {"filename": "Bảng.txt"}),
        (b'x; filename="=?utf-8?b?xJDGoW4udHh0?="', b"x", {"filename": "Đơn.txt"}),
        (b'x; filename="khong dong', b"x", {"filename": "khong dong"}),
        ("x; filename=Đơn đề nghị.txt".encode(), b"x", {"filename": "Đơn đề nghị.txt"}),
        (b"", b"", {}),
        (b";;=;a;=b; c", b"", {}),
    ],
)
def test_parameters(raw: bytes, word: bytes, found: dict[str, str]) -> None:
    typed = parse(raw)
    assert typed.word == word
    assert dict(texts(typed.parameters)) == found


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../a.pdf", "a.pdf"),
        ("C:\\Tai lieu\\a.pdf", "a.pdf"),
        ("a\r\nb\x00c.pdf", "abc.pdf"),
        ("Đo\u031bn.txt", "Đơn.txt"),
        ("CÃ´ng vÄƒn sá»‘ 12.txt", "Công văn số 12.txt"),
        ("Công văn.txt", "Công văn.txt"),
        ("\u202efdp.exe", "fdp.exe"),
    ],
)
def test_names_of_files_are_made_fit_to_show(name: str, clean: str) -> None:
    assert clean_name(name) == clean
    assert filename((("filename", name),), ()) == clean


def shape(raw: bytes) -> list[tuple[bytes | None, ...]]:
    return [tuple(address) for address in addresses(raw)]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"a@b.example", [(None, None, b"a", b"b.example")]),
        (
            b'Ba <a@b>, "C, D" <c@d> , e@f',
            [(b"Ba", None, b"a", b"b"), (b"C, D", None, b"c", b"d"), (None, None, b"e", b"f")],
        ),
        (b'"A \\"x\\" B" <a@b>', [(b'A "x" B', None, b"a", b"b")]),
        (b"a@b (Ba)", [(b"Ba", None, b"a", b"b")]),
        (b"(x (y) z) Ba (c) <a@b>", [(b"Ba", None, b"a", b"b")]),
        (
            b"Nhom: a@b, C <c@d>;, e@f",
            [
                *((None, None, b"Nhom", None), (None, None, b"a", b"b"), (b"C", None, b"c", b"d")),
                *((None, None, None, None), (None, None, b"e", b"f")),
            ],
        ),
        (b"undisclosed-recipients:;", [(None, None, b"undisclosed-recipients", None), (None, None, None, None)]),
        (
            b"nhom khong dong: a@b",
            [(None, None, b"nhom khong dong", None), (None, None, b"a", b"b"), (None, None, None, None)],
        ),
        (b"<@x,@y:a@b>", [(None, b"@x,@y", b"a", b"b")]),
        (b"a@[192.0.2.1]", [(None, None, b"a", b"[192.0.2.1]")]),
        (b'"a b"@c', [(None, None, b"a b", b"c")]),
        (b"mot minh", [(None, None, b"mot minh", b"")]),
        (b"a@b c@d", [(None, None, b"a@bc", b"d")]),
        (b"Ten <a@b", [(b"Ten", None, b"a", b"b")]),
        (b'"chua dong <a@b>', [(None, None, b"chua dong <a@b>", b"")]),
        (b",, ,", []),
        (b"", []),
        (b"<>", []),
        ("Đào <đào@vị.example>".encode(), [("Đào".encode(), None, "đào".encode(), "vị.example".encode())]),
        (b"=?utf-8?q?a=2Cb?= <a@b>", [(b"=?utf-8?q?a=2Cb?=", None, b"a", b"b")]),
    ],
)
def test_addresses(raw: bytes, found: list[tuple[bytes | None, ...]]) -> None:
    assert shape(raw) == found


def test_an_address_as_text() -> None:
    address = Address(b"=?utf-8?q?=C4=90=C3=A0o?=", None, b"dao", b"so.example")
    assert (address.display, address.mailbox) == ("Đào", "dao@so.example")
    assert Address(None, None, b"Nhom", None).mailbox == ""


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8"), max_size=80), st.just("a.b@so.example")), min_size=1, max_size=9
    )
)
def test_people_that_are_written_are_read_again(people: list[tuple[str, str]]) -> None:
    for utf8 in (False, True):
        written = people_field("To", people, utf8)
        assert written.isascii() or utf8
        (pair,) = values(written)
        found = addresses(pair[1])
        assert [address.mailbox for address in found] == [address for _, address in people]
        if not utf8:
            assert all(len(line) < 100 for line in written.split(b"\r\n"))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), max_size=60).map(
        lambda t: " ".join([t] * 3)
    )
)
def test_text_that_is_written_is_read_again(text: str) -> None:
    (pair,) = values(text_field("Subject", text))
    assert decode(pair[1]) == plain_line(text)


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("Tue, 10 Mar 2026 09:00:00 +0700", "2026-03-10T02:00:00"),
        ("10 Mar 2026 09:00 +0700 (ICT)", "2026-03-10T02:00:00"),
        ("Tue,10 Mar 2026 09:00:00 GMT", "2026-03-10T09:00:00"),
        ("Tue, 10-Mar-26 09:00:00 EST", "2026-03-10T14:00:00"),
        ("Tue, 10 Mar 2026 09:00:00", "2026-03-10T09:00:00"),
        ("Tue, 10 Mar 2026 09:00:00 XYZ", "2026-03-10T09:00:00"),
        ("Tue, 10 Mar 2026 23:59:60 -0130", "2026-03-11T01:29:59"),
        ("Tue Mar 10 09:00:00 2026", "2026-03-10T09:00:00"),
        ("Tue Mar 10 09:00:00 ICT 2026", "2026-03-10T02:00:00"),
        ("Fri, 31 Dec 99 00:00:00 +0000", "1999-12-31T00:00:00"),
        ("Wed, 20 May 2026 17:00:00 ICT+7", None),
        ("Tue, 31 Feb 2026 09:00:00 +0700", None),
        ("Tue, 10 Mau 2026 09:00:00 +0700", None),
        ("1 Jan 0000 00:00:00 +0000", None),
        ("1 Jan 0001 00:00:00 +2359", None),
        ("31 Dec 9999 23:59:59 -2359", None),
        ("1 Jan 2026 00:00:00 +9999", None),
        ("hom nay", None),
        ("", None),
    ],
)
def test_dates(raw: str, iso: str | None) -> None:
    expected = None if iso is None else int(datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp() * 1000)
    assert date_ms(raw) == expected


@given(st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1), timezones=st.timezones()))
def test_dates_that_the_library_writes_are_read(moment: datetime) -> None:
    written = format_datetime(moment.replace(microsecond=0))
    assert date_ms(written) == int(datetime.strptime(written, "%a, %d %b %Y %H:%M:%S %z").timestamp()) * 1000
