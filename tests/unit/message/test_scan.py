"""What the scan tells about letters of every shape (RFC 2045 §5, RFC 2046 §5.1)."""

import mmap
from dataclasses import replace
from pathlib import Path

import pytest
from imap_text import check_body, check_envelope, read

from mailsvc.message.scan import Limits, Scan, decode_part, pack_parts, part_text, plain_text, scan, unpack_parts
from tests.places import SAMPLES

HEAD = (
    b"From: =?utf-8?q?=C4=90=C3=A0o?= <dao@so.example>\r\nTo: Ba <ba@so.example>, c@so.example\r\n"
    b"Subject: =?utf-8?b?Q8O0bmcgdsSDbg==?=\r\nDate: Tue, 10 Mar 2026 09:00:00 +0700\r\nMessage-ID: <1@so.example>\r\n"
)


def checked(data: bytes, limits: Limits | None = None) -> Scan:
    """The scan, after the promises that hold for every message have been checked."""
    found = scan(data, limits or Limits())
    check_envelope(read(found.envelope))
    check_body(read(found.body), False)
    check_body(read(found.bodystructure), True)
    assert unpack_parts(pack_parts(found.parts)) == found.parts
    for part in found.parts:
        assert 0 <= part.header_start <= part.body_start <= part.body_end <= len(data)
        if part.parent >= 0:
            parent = found.parts[part.parent]
            assert part.parent < part.index
            assert parent.body_start <= part.header_start and part.body_end <= parent.body_end
        decode_part(data, part)
        part_text(data, part).encode()
    (found.head_text + found.body_text + found.preview + found.subject + found.to_text).encode()
    assert len(found.preview) <= 200 and "\0" not in found.body_text + found.head_text
    check_without_bodies(found, scan(data, limits or Limits(), bodies=False))
    return found


def check_without_bodies(whole: Scan, found: Scan) -> None:
    """The same but for the texts; in a letter with more text than is kept, the preview may come from beyond."""
    without = replace(whole, body_text="", text_truncated=False, defects=found.defects)
    assert set(whole.defects) - {"encoding"} <= set(found.defects) <= set(whole.defects)
    assert found == (replace(without, preview=found.preview) if whole.text_truncated else without)


def kinds(found: Scan) -> list[tuple[str, str]]:
    return [(part.section, part.content_type) for part in found.parts]


def test_a_plain_letter() -> None:
    found = checked(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "Kính gửi Sở.\r\nHết.\r\n".encode())
    assert kinds(found) == [("1", "text/plain")]
    assert (found.subject, found.from_name, found.from_address) == ("Công văn", "Đào", "dao@so.example")
    assert (found.to_text, found.message_id, found.sent_ms) == ("Ba, c@so.example", "<1@so.example>", 1773108000000)
    assert found.preview == "Kính gửi Sở. Hết."
    assert found.body_text == "Kính gửi Sở.\nHết.\n"
    assert "Subject: Công văn\n" in found.head_text
    assert found.parts[0].lines == 2
    assert found.defects == () and not found.opaque and not found.text_truncated
    assert read(found.envelope) == [
        b"Tue, 10 Mar 2026 09:00:00 +0700",
        b"=?utf-8?b?Q8O0bmcgdsSDbg==?=",
        [[b"=?utf-8?q?=C4=90=C3=A0o?=", None, b"dao", b"so.example"]],
        [[b"=?utf-8?q?=C4=90=C3=A0o?=", None, b"dao", b"so.example"]],
        [[b"=?utf-8?q?=C4=90=C3=A0o?=", None, b"dao", b"so.example"]],
        [[b"Ba", None, b"ba", b"so.example"], [None, None, b"c", b"so.example"]],
        None,
        None,
        None,
        b"<1@so.example>",
    ]
    assert found.body == b'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" %d 2)' % found.parts[0].size
    assert found.bodystructure == found.body[:-1] + b" NIL NIL NIL NIL)"


def test_multipart_with_all_extension_data() -> None:
    data = (
        b'Content-Type: multipart/mixed; boundary="=-b"\r\nContent-Language: vi, en\r\n'
        b"Content-Location: http://so.example/a\r\n\r\npreamble\r\n--=-b\r\n\r\nmot\r\n--=-b  \r\n"
        b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <x@y>\r\n'
        b"Content-Description: ban ky\r\nContent-MD5: AAAA\r\nContent-Language: vi\r\n"
        b'Content-Disposition: attachment; filename="a.pdf"; size=3\r\n\r\nAAAA\r\n--=-b--\r\nepilogue\r\n'
    )
    found = checked(data)
    assert kinds(found) == [("", "multipart/mixed"), ("1", "text/plain"), ("2", "application/pdf")]
    assert found.bodystructure == (
        b'(("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 3 1 NIL NIL NIL NIL)'
        b'("APPLICATION" "PDF" ("NAME" "a.pdf") "<x@y>" "ban ky" "BASE64" 4 "AAAA" ("ATTACHMENT" ("FILENAME" "a.pdf" '
        b'"SIZE" "3")) ("vi") NIL) "MIXED" ("BOUNDARY" "=-b") NIL ("vi" "en") "http://so.example/a")'
    )
    assert found.body == (
        b'(("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 3 1)'
        b'("APPLICATION" "PDF" ("NAME" "a.pdf") "<x@y>" "ban ky" "BASE64" 4) "MIXED")'
    )
    pdf = found.parts[2]
    assert (pdf.filename, pdf.content_id, pdf.disposition, pdf.encoding) == ("a.pdf", "<x@y>", "attachment", "base64")
    assert data[pdf.body_start : pdf.body_end] == b"AAAA"
    assert found.defects == ()


def test_attached_messages_carry_envelope_structure_and_lines() -> None:
    inner = HEAD + b"Content-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--i--\r\n"
    data = (
        b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: hai\r\n\r\nmot dong\r\n--o--\r\n"
    )
    found = checked(data)
    assert kinds(found) == [
        ("", "multipart/mixed"),
        ("1", "message/rfc822"),
        ("1.TEXT", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("2", "message/rfc822"),
        ("2.1", "text/plain"),
    ]
    first = read(found.body)[0]
    assert first[7][1] == b"=?utf-8?b?Q8O0bmcgdsSDbg==?=" and first[9] == found.parts[1].lines == 11
    assert "Subject: Công văn" in found.body_text and "mot dong" in found.body_text


def test_digest_parts_are_messages_by_default() -> None:
    found = checked(b"Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: a\r\n\r\nx\r\n--d--\r\n")
    assert kinds(found)[1:] == [("1", "message/rfc822"), ("1.1", "text/plain")]


@pytest.mark.parametrize(
    ("data", "header_end", "preview"),
    [
        (b"", 0, ""),
        (b"\r\n", 2, ""),
        (b"\n\n\n", 1, ""),
        (b"Subject: x", 10, ""),
        (b"Subject: x\r\n", 12, ""),
        (b"Subject: x\r\n\r\n", 14, ""),
        (b"\r\nchi co noi dung", 2, "chi co noi dung"),
        (b"khong co dau thu\r\n\r\nvan la thu", 0, "khong co dau thu van la thu"),
        (b"Subject: x\n\nLF\n", 12, "LF"),
        (b"Subject: x\r\rCR\r", 12, "CR"),
        (b"From me Tue\r\nSubject: x\r\n\r\nmbox", 27, "mbox"),
        (b"A: \0b\r\n\r\nc\0d", 9, "cd"),
    ],
)
def test_letters_that_are_hardly_letters(data: bytes, header_end: int, preview: str) -> None:
    found = checked(data)
    assert (found.header_end, found.preview, len(found.parts)) == (header_end, preview, 1)


def test_bare_carriage_returns_are_line_ends_too() -> None:
    crlf = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nmot\r\n--b\r\n\r\nhai\r\n--b--\r\n"
    for line_end in (b"\r", b"\n"):
        found = checked(crlf.replace(b"\r\n", line_end))
        assert kinds(found) == kinds(checked(crlf))
        assert found.subject == "Công văn" and found.preview == "mot"


def test_the_outer_boundary_closes_inner_parts() -> None:
    found = checked(
        b"Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: multipart/mixed; boundary=inner"
        b"\r\n\r\n--inner\r\n\r\ntrong\r\n--outer\r\n\r\nngoai\r\n--inner--\r\n--outer--\r\n"
    )
    assert kinds(found) == [
        ("", "multipart/mixed"),
        ("1", "multipart/mixed"),
        ("1.1", "text/plain"),
        ("2", "text/plain"),
    ]
    assert "ngoai\n--inner--" in found.body_text and "unclosed" in found.defects


@pytest.mark.parametrize(("outer", "inner"), [("b", "b1"), ("b1", "b"), ("b-", "b"), ("b", "b-")])
def test_a_boundary_that_begins_as_another_one(outer: str, inner: str) -> None:
    data = (
        f"Content-Type: multipart/mixed; boundary={outer}\r\n\r\n--{outer}\r\n"
        f"Content-Type: multipart/mixed; boundary={inner}\r\n\r\n--{inner}\r\n\r\nx\r\n--{inner}\r\n\r\ny\r\n"
        f"--{inner}--\r\n--{outer}\r\n\r\nz\r\n--{outer}--\r\n"
    ).encode()
    found = checked(data)
    assert [data[p.body_start : p.body_end] for p in found.parts if p.type == "text"] == [b"x", b"y", b"z"]


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: multipart/mixed\r\n\r\nthan",
        b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\nthan',
        b"Content-Type: multipart/mixed; boundary=khong\r\n\r\n--co\r\n\r\nthan\r\n--co--",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\nthan\r\n--b--\r\n",
    ],
)
def test_a_multipart_without_parts_is_shown_as_text(data: bytes) -> None:
    found = checked(data)
    assert kinds(found) == [("1", "text/plain")]
    assert "boundary" in found.defects and "than" in found.preview


def test_parts_without_blank_line_or_content() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\n--b\r\nContent-Type: text/html\r\n--b\r\n"
        b"Content-Type: image/png\r\n\r\n--b\r\nkhong dau\r\n--b--"
    )
    found = checked(data)
    assert [p.content_type for p in found.parts[1:]] == [
        *("text/plain", "text/plain", "text/html", "image/png", "text/plain"),
    ]
    assert [data[p.body_start : p.body_end] for p in found.parts[1:]] == [b"", b"", b"", b"", b"khong dau"]


def test_of_repeated_fields_the_first_counts() -> None:
    found = checked(
        b"From: a@b.example\r\nFrom: ke@gia.example\r\nSubject: mot\r\nSubject: hai\r\nTo: x@y\r\nTo: z@y\r\n"
        b"Content-Type: text/html\r\nContent-Type: text/plain\r\n\r\n<p>than"
    )
    assert (found.from_address, found.subject, found.to_text) == ("a@b.example", "mot", "x@y, z@y")
    assert "repeated" in found.defects and found.parts[0].content_type == "text/html"


def test_raw_eight_bit_goes_out_as_literal() -> None:
    found = checked("Subject: Công văn\r\nFrom: Đào <đào@vị.example>\r\n\r\n".encode())
    assert b"{10}\r\nC\xc3\xb4ng v\xc4\x83n " in found.envelope
    assert (found.from_name, found.from_address) == ("Đào", "đào@vị.example")


def test_specials_and_controls_go_out_as_literal_without_nul() -> None:
    found = checked(b'Subject: a "b" \\ c\x00\x07d\r\n\r\n')
    assert b'{11}\r\na "b" \\ c\x07d' in found.envelope


def test_a_header_over_the_limit_makes_an_opaque_leaf() -> None:
    data = (
        b"Subject: x\r\n"
        + b"X-A: "
        + b"a" * 5000
        + b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"
    )
    found = checked(data, Limits(header=1000))
    assert found.opaque and found.subject == "x" and len(found.parts) == 1
    assert found.header_end == data.index(b"\r\n\r\n") + 4


def test_nesting_beyond_the_limit_is_an_opaque_leaf() -> None:
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))
    found = checked(HEAD + levels + b"\r\nday\r\n" + b"".join(b"--b%d--\r\n" % n for n in reversed(range(1000))))
    assert found.opaque and len(found.parts) == 101
    assert found.parts[-1].content_type == "application/octet-stream"


def test_deep_nesting_of_a_large_message_is_not_searched_for_ever() -> None:
    levels = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(90))
    data = HEAD + levels + b"\r\n" + b"x" * 30_000_000
    found = scan(data)
    assert found.opaque and 10 < len(found.parts) < 25
    assert not scan(HEAD + levels + b"\r\n" + b"x" * 1_000_000).opaque


def test_messages_in_messages_beyond_the_limit() -> None:
    found = checked(b"Content-Type: message/rfc822\r\n\r\n" * 1000)
    assert found.opaque and len(found.parts) == 101


def test_more_parts_than_the_limit_end_in_one_opaque_leaf() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 200_000 + b"--b--\r\n"
    found = checked(data)
    assert found.opaque and len(found.parts) == 10_001
    assert found.parts[-1].body_end == len(data)


def test_text_beyond_the_limit_is_told() -> None:
    found = checked(b"Content-Type: text/plain\r\n\r\n" + b"chu " * 600_000)
    assert found.text_truncated and len(found.body_text) == 1024 * 1024
    assert not checked(b"Content-Type: text/plain\r\n\r\n" + b"chu " * 200_000).text_truncated


def test_a_base64_message_part_is_not_taken_apart_by_offsets() -> None:
    found = checked(
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0KDQp4\r\n"
    )
    assert len(found.parts) == 1 and found.parts[0].content_type == "message/rfc822"
    assert b'"APPLICATION" "OCTET-STREAM"' in found.body


def test_threads() -> None:
    found = checked(
        b"Message-ID: khong-ngoac@so.example\r\nReferences: <1@a>\r\n\t<2@a> <1@a>\r\nIn-Reply-To: <2@a> (ba)\r\n\r\n"
    )
    assert found.message_id == "<khong-ngoac@so.example>"
    assert found.references == ("<1@a>", "<2@a>")


def test_marks_of_automatic_mail() -> None:
    found = checked(
        b"Return-Path: <>\r\nList-Id: Ban tin <ban-tin.so.example>\r\nAuto-Submitted: Auto-Replied (nghi)\r\n"
        b"Precedence: Bulk\r\nX-Auto-Response-Suppress: All\r\nList-Unsubscribe: <mailto:a@b>\r\n"
        b'Content-Type: multipart/report; report-type="Delivery-Status"; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n'
    ).auto
    assert (found.list_id, found.precedence, found.return_path) == ("Ban tin <ban-tin.so.example>", "bulk", "")
    assert found.report_type == "delivery-status" and found.content_type == "multipart/report"
    assert found.auto_submitted == "auto-replied"
    assert found.bulk and found.report and found.automatic and found.null_sender and found.replied
    plain = checked(b"From: a@b\r\nAuto-Submitted: no\r\n\r\n").auto
    assert plain.return_path is None and not (plain.bulk or plain.report or plain.automatic)


def test_preview_takes_the_letter_before_its_attachments() -> None:
    found = checked(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>&nbsp;&zwnj;</p>"
        b"<style>p{}</style><p>Ch&agrave;o&nbsp;anh</p>\r\n--b\r\nContent-Type: text/plain; name=a.txt\r\n"
        b"Content-Disposition: attachment\r\n\r\ntep\r\n--b--\r\n"
    )
    assert found.preview == "Chào anh"


def test_a_memory_map_is_read_like_bytes(tmp_path: Path) -> None:
    data = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n\r\n" + b"A" * 3_000_000
    data += b"\r\n--b\r\n\r\ncuoi\r\n--b--\r\n"
    (tmp_path / "thu").write_bytes(data)
    with (tmp_path / "thu").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert scan(mapped) == scan(data)
        assert plain_text(mapped, scan(mapped).parts[3]) == "cuoi"


def test_what_is_searched_for_is_in_the_text() -> None:
    found = checked(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nthan\r\n--b\r\nContent-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename*=utf-8''%C4%90%C6%A1n.pdf\r\n\r\nx\r\n--b\r\n"
        b"Content-Type: text/plain; name=a.doc\r\n\r\n\0\0rac\r\n--b--\r\n"
    )
    assert found.body_text == "than\nĐơn.pdf\na.doc"
    signed = scan((SAMPLES / "mail/16-smime-p7m.eml").read_bytes())
    assert "Công văn số 2314-UBND-KGVX.docx" in signed.body_text and signed.preview


def test_soiled_base64_is_told() -> None:
    head = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    assert "encoding" in checked(head + b"AAAA!!AAAA").defects
    assert checked(head + b"QUJD\r\n\tQUI=\r\n").defects == ()


def test_a_type_that_cannot_be_read() -> None:
    assert kinds(checked(b"Content-Type: giay\r\n\r\nx")) == [("1", "text/plain")]
    attached = checked(b"Content-Type: giay\r\nContent-Disposition: attachment; filename=a\r\n\r\nx")
    assert kinds(attached) == [("1", "application/octet-stream")] and attached.defects == ("content-type",)
