"""Charsets, transfer encodings and HTML, as they come and not as they should be."""

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.message.charsets import decode_text, guess, mend_mojibake
from mailsvc.message.text import html_to_text, one_line
from mailsvc.message.transfer import decode_base64, decode_quoted_printable, decode_transfer
from mailsvc.vietnamese.normal import nfc

SENTENCE = "Kính gửi Sở Giáo dục và Đào tạo, trường gửi báo cáo."
TONES = "\u0300\u0301\u0303\u0309\u0323"


def in_1258(text: str) -> bytes:
    """Windows-1258 as Windows writes it: letters with hats whole, tones after them."""
    spread = []
    for character in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", character)
        tone = "".join(mark for mark in marks if mark in TONES)
        spread.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES)) + tone)
    return "".join(spread).encode("cp1258")


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (SENTENCE.encode(), "utf-8", SENTENCE),
        (SENTENCE.encode(), "us-ascii", SENTENCE),
        (SENTENCE.encode(), "", SENTENCE),
        (SENTENCE.encode(), "x-vietnam-tcvn", SENTENCE),
        (unicodedata.normalize("NFD", SENTENCE).encode(), "UTF-8", SENTENCE),
        (in_1258(SENTENCE), "windows-1258", SENTENCE),
        (in_1258(SENTENCE), "CP1258", SENTENCE),
        (in_1258(SENTENCE), "utf-8", SENTENCE),
        (in_1258(SENTENCE), "", SENTENCE),
        (in_1258(SENTENCE), "unknown-8bit", SENTENCE),
        (b"\x93caf\xe9\x94", "iso-8859-1", "“café”"),
        (b"caf\xe9", "us-ascii", "café"),
        (SENTENCE.encode("utf-16"), "utf-16", SENTENCE),
        ("日本".encode("iso2022_jp"), "iso-2022-jp", "日本"),
        (b"+AOA-", "utf-7", "à"),
        (b"+2AA-", "utf-7", "\ufffd"),
        (b"a\0b", "utf-8", "ab"),
        (b"abc", "zlib", "abc"),
        (b"\\u0041", "unicode_escape", "\\u0041"),
        (
            "Một chữ h".encode() + b"\xff" + "ỏng giữa câu rất dài này".encode(),
            "utf-8",
            "Một chữ h\ufffdỏng giữa câu rất dài này",
        ),
    ],
)
def test_charsets(data: bytes, charset: str, text: str) -> None:
    assert decode_text(data, charset) == text


@given(
    st.binary(max_size=200),
    st.one_of(st.text(max_size=20), st.sampled_from(["utf-7", "hz", "utf-32", "iso2022_kr", "idna"])),
)
def test_any_bytes_in_any_charset_become_storable_text(data: bytes, charset: str) -> None:
    text = decode_text(data, charset)
    assert "\0" not in text
    assert unicodedata.is_normalized("NFC", text)
    text.encode()
    guess(data)


@pytest.mark.parametrize(("wrong", "right"), [("CÃ´ng vÄƒn", "Công văn"), ("Đơn", "Đơn"), ("café", "café"), ("Ã", "Ã")])
def test_mojibake(wrong: str, right: str) -> None:
    assert mend_mojibake(wrong) == right


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")))
def test_mojibake_of_any_text_is_mended(text: str) -> None:
    try:
        wrong = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return
    assert mend_mojibake(wrong) == text


@given(st.text(st.sampled_from("aàâầ\u0301\u0323\u0302\u031bx"), max_size=100))
def test_nfc_is_the_normal_form(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text) or any(
        mark * 2 in text for mark in "\u0301\u0323\u0302\u031b"
    )


def test_endless_marks_are_cut() -> None:
    assert len(nfc("a" + "\u0323\u0301" * 500_000)) <= 31


@given(st.binary(max_size=300))
def test_base64_with_dirt_in_it(data: bytes) -> None:
    clean = base64.encodebytes(data)
    assert decode_base64(clean) == data
    assert decode_base64(clean.replace(b"\n", b" !#\x00\r\n")) == data
    assert decode_base64(clean.rstrip(b"=\n")) == data
    assert decode_base64(clean + clean) == data + data or not clean.rstrip().endswith(b"=") or data


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        (b"YQ==YmM=", b"abc"),
        (b"YQ=", b"a"),
        (b"Y", b""),
        (b"=", b""),
        (b"", b""),
        (b"====", b""),
        (b"YWI=\r\n-- \r\n", b"ab"),
    ],
)
def test_base64_in_pieces(raw: bytes, decoded: bytes) -> None:
    assert decode_base64(raw) == decoded


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        (b"=C3=A0=\r\nb  \r\nc", b"\xc3\xa0b\r\nc"),
        (b"a=\nb", b"ab"),
        (b"a=  \r\nb", b"ab"),
        (b"=XX=3", b"=XX=3"),
        (b"x=", b"x"),
        (b"=c3=a0", b"\xc3\xa0"),
    ],
)
def test_quoted_printable(raw: bytes, decoded: bytes) -> None:
    assert decode_quoted_printable(raw) == decoded


@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "7bit", "x-la"]))
def test_any_bytes_in_any_transfer_encoding(data: bytes, encoding: str) -> None:
    decode_transfer(data, encoding)


def test_uuencode() -> None:
    assert decode_transfer(b"x\r\nbegin 644 a\r\n#86)C\r\n`\r\nend\r\n", "x-uuencode") == b"abc"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Kính  gửi<br>Sở</p><p>Hết", "Kính gửi\nSở\n\nHết"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\n\nc"),
        ("<style>p{}</style><script>if (a<b) x()</script><!-- <b> -->a<b>b</b>", "ab"),
        ("a &lt;b&gt; &amp;amp; &#273;&#x1EA1;i &nbsp;x", "a <b> &amp; đại x"),
        ("&#0; &#xD800; &#99999999999; &khong;", "\ufffd \ufffd \ufffd &khong;"),
        ("a < b và c > d", "a < b và c > d"),
        ("a<b", "a"),
        ("<title>x</title><head><p>y</head>z", "yz"),
        ("<PRE>a\nb\n</PRE> c\nd", "a\nb\n\nc d"),
        ("dòng\nmột\r\nhai\tba", "dòng một hai ba"),
        ("<div>a</div>\n\n<div> b </div>", "a\n\nb"),
        ("<!DOCTYPE html><?xml x?>a", "a"),
        ("", ""),
    ],
)
def test_html(source: str, text: str) -> None:
    assert html_to_text(source) == text


@given(st.text(st.sampled_from("<>&#;/!-= \nabp\"'"), max_size=80))
def test_any_html(source: str) -> None:
    assert "<p>" not in html_to_text(source) or "&" in source


def test_one_line() -> None:
    assert one_line("  a \n\n b\u200b\u00ad ", 200) == "a b"
    assert one_line("chữ " * 100, 200).endswith("…") and len(one_line("chữ " * 100, 200)) <= 200
    assert one_line(" " * 1000 + "a", 200) == "a"
