"""IMAP sections cut from the stored bytes (RFC 9051 §6.4.5.1)."""

import pytest

from mailsvc.message.scan import pack_parts, scan, unpack_parts
from mailsvc.message.section import UnknownEncodingError, binary, find_part, message_in, section


def part(kind: str, body: str) -> str:
    return f"Content-Type: {kind}\r\n\r\n{body}"


def multipart(boundary: str, subtype: str, *parts: str, head: str = "") -> str:
    inside = "".join(f"--{boundary}\r\n{one}\r\n" for one in parts)
    return f"{head}Content-Type: multipart/{subtype}; boundary={boundary}\r\n\r\n{inside}--{boundary}--\r\n"


# The message that RFC 9051 takes as its example.
MESSAGE_3 = multipart(
    "c", "mixed", part("text/plain", "3.1"), part("application/octet-stream", "3.2"), head="Subject: ba\r\n"
)
MESSAGE_42 = multipart(
    "e",
    "mixed",
    part("text/plain", "4.2.1"),
    multipart("f", "alternative", part("text/plain", "4.2.2.1"), part("text/richtext", "4.2.2.2")),
    head="Subject: bon hai\r\n",
)
WHOLE = multipart(
    "a",
    "mixed",
    part("text/plain", "1"),
    part("application/octet-stream", "2"),
    part("message/rfc822", MESSAGE_3),
    multipart("d", "mixed", part("image/gif", "4.1"), part("message/rfc822", MESSAGE_42)),
    head="From: a@b\r\nSubject: tat ca\r\n",
).encode()
PARTS = unpack_parts(pack_parts(scan(WHOLE).parts))


def cut(
    numbers: str, kind: str = "", names: tuple[bytes, ...] = (), partial: tuple[int, int] | None = None
) -> bytes | None:
    found = section(WHOLE, PARTS, tuple(map(int, numbers.split("."))) if numbers else (), kind, names, partial)
    return WHOLE[found[0] : found[0] + found[1]] if isinstance(found, tuple) else found


@pytest.mark.parametrize("numbers", ["1", "2", "3.1", "3.2", "4.1", "4.2.1", "4.2.2.1", "4.2.2.2"])
def test_every_part_of_the_example(numbers: str) -> None:
    assert cut(numbers) == numbers.encode()
    mime = cut(numbers, "MIME")
    assert mime is not None and mime.startswith(b"Content-Type: ") and mime.endswith(b"\r\n\r\n")


def test_whole_messages() -> None:
    assert cut("") == WHOLE
    assert cut("3") == MESSAGE_3.encode().removesuffix(b"\r\n") + b"\r\n"
    assert cut("4.2") == MESSAGE_42.encode()
    assert cut("4") == WHOLE[WHOLE.index(b"--d\r\n") : WHOLE.index(b"\r\n--a--")]


def test_headers_and_texts() -> None:
    header = cut("", "HEADER")
    assert header == b"From: a@b\r\nSubject: tat ca\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
    assert header + (cut("", "TEXT") or b"") == WHOLE
    assert cut("3", "HEADER") == b"Subject: ba\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
    assert (cut("3", "HEADER") or b"") + (cut("3", "TEXT") or b"") == cut("3")
    assert (cut("4.2", "HEADER") or b"") + (cut("4.2", "TEXT") or b"") == cut("4.2")
    assert cut("4.2", "HEADER.FIELDS", (b"subject",)) == b"Subject: bon hai\r\n\r\n"


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        *(("5", ""), ("1.1", ""), ("3.3", ""), ("0", ""), ("4.2.2.3", ""), ("1.1.1", "MIME"), ("", "MIME")),
        *(("1", "HEADER"), ("1", "TEXT"), ("4", "HEADER"), ("4", "TEXT"), ("4.2.2", "HEADER.FIELDS"), ("9", "MIME")),
    ],
)
def test_sections_that_are_not_there(numbers: str, kind: str) -> None:
    assert cut(numbers, kind, (b"x",)) is None


def test_fields() -> None:
    assert cut("", "HEADER.FIELDS", (b"SUBJECT", b"x-none")) == b"Subject: tat ca\r\n\r\n"
    assert cut("", "HEADER.FIELDS", (b"x-none",)) == b"\r\n"
    assert cut("", "HEADER.FIELDS.NOT", (b"subject", b"content-type")) == b"From: a@b\r\n\r\n"
    assert cut("", "HEADER.FIELDS", (b"subject",), (9, 3)) == b"tat"
    assert cut("", "HEADER.FIELDS", (b"subject",), (900, 3)) == b""


def test_partial_sections_are_cut_to_what_is_there() -> None:
    assert cut("4.2.1", "", (), (2, 2)) == b"2."
    assert cut("4.2.1", "", (), (0, 99)) == b"4.2.1"
    assert cut("4.2.1", "", (), (99, 1)) == b""
    assert cut("", "", (), (0, 4)) == b"From"


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_fields_of_headers_with_any_line_end(line_end: bytes) -> None:
    data = b"A: 1\r\n\t2\r\nB: 3\r\nA : 4\r\n\r\nx".replace(b"\r\n", line_end)
    parts = scan(data).parts
    assert section(data, parts, (), "HEADER.FIELDS", [b"a"]) == b"A: 1\r\n\t2\r\nA : 4\r\n\r\n".replace(
        b"\r\n", line_end
    )
    assert section(data, parts, (), "HEADER.FIELDS.NOT", [b"a"]) == b"B: 3\r\n\r\n".replace(b"\r\n", line_end)


def test_a_message_without_blank_line_gives_none() -> None:
    data = b"A: 1\r\nB: 2\r\n"
    assert section(data, scan(data).parts, (), "HEADER.FIELDS", [b"b"]) == b"B: 2\r\n"


def test_a_plain_message_is_its_own_part_one() -> None:
    data = b"Subject: x\r\n\r\nthan"
    parts = scan(data).parts
    assert section(data, parts, (1,)) == section(data, parts, (), "TEXT") == (14, 4)
    assert section(data, parts, (1,), "MIME") == (0, 14)
    assert section(data, parts, (1,), "HEADER") is None


def test_a_message_that_is_a_message() -> None:
    data = b"Content-Type: message/rfc822\r\n\r\nSubject: trong\r\n\r\nthan"
    parts = scan(data).parts
    assert section(data, parts, (1, 1)) == (len(data) - 4, 4)
    assert section(data, parts, (1,), "HEADER.FIELDS", [b"subject"]) == b"Subject: trong\r\n\r\n"
    part_one = find_part(parts, (1,))
    assert part_one is not None and message_in(parts, part_one) == parts[1]


def test_binary() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"=C3=A0\nb=\r\nc\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEK\r\n"
        b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: x-la\r\n\r\nAAEK\r\n--b--\r\n"
    )
    parts = scan(data).parts
    assert binary(data, parts, (1,)) == "à\r\nbc".encode()
    assert binary(data, parts, (2,)) == b"\x00\x01\x0a"
    assert binary(data, parts, (2,), (1, 9)) == b"\x01\x0a"
    assert binary(data, parts, (4,)) is None
    assert binary(data, parts, ()) == data
    with pytest.raises(UnknownEncodingError):
        binary(data, parts, (3,))
