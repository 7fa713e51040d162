"""Mail that this house writes: read back by the scan and by the standard library."""

from email import message_from_bytes, policy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailsvc.message.compose import (
    File,
    Letter,
    Person,
    bare_subject,
    compose,
    forward_subject,
    forwarded_block,
    quote,
    reply_references,
    reply_subject,
)
from mailsvc.message.fieldwriter import plain_line, storable
from mailsvc.message.forwarded import forwarded
from mailsvc.message.scan import decode_part, part_text, scan
from mailsvc.vietnamese.normal import nfc

MORNING_MS = 1_773_108_000_000
SCHOOLS = tuple(Person(f"Trường THPT số {n}, Tây Ninh", f"truong{n}@so.example") for n in range(9))


def letter(**changes: object) -> Letter:
    told: dict[str, object] = {
        "sender": Person("Nguyễn, Thị “Hồng” Đào", "dao@so.example"),
        "to": SCHOOLS,
        "subject": "Về việc báo cáo tình hình tổ chức dạy học trực tuyến đầu năm học 2026 - 2027",
        "text": "Kính gửi các trường.\n\n> trích\n",
        "message_id": "<mot@so.example>",
        "date_ms": MORNING_MS,
    }
    return Letter(**(told | changes))  # type: ignore[arg-type]


def test_a_plain_letter_is_read_back() -> None:
    data = compose(letter(cc=(Person("", "c@so.example"),), in_reply_to="<0@x>", references=("<9@x>", "<0@x>")))
    found = scan(data)
    assert found.subject == letter().subject
    assert (found.from_name, found.from_address) == ("Nguyễn, Thị “Hồng” Đào", "dao@so.example")
    assert found.to_text == ", ".join(person.name for person in SCHOOLS) + ", c@so.example"
    assert (found.message_id, found.sent_ms, found.references) == ("<mot@so.example>", MORNING_MS, ("<9@x>", "<0@x>"))
    assert part_text(data, found.parts[0]).rstrip() == letter().text.rstrip()
    assert found.defects == ()
    library = message_from_bytes(data, policy=policy.SMTP)
    assert [address.display_name for address in library["To"].addresses] == [person.name for person in SCHOOLS]
    assert library["Subject"] == letter().subject
    assert "Tue, 10 Mar 2026 09:00:00 +0700" in data.decode("ascii")


def test_lines_end_with_crlf_and_are_short() -> None:
    data = compose(letter(html="<p>" + "chữ " * 2000 + "</p>", files=(File("a.pdf", "application/pdf", bytes(5000)),)))
    assert b"\n" not in data.replace(b"\r\n", b"") and b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) < 100


def test_bcc_stays_in_drafts_only() -> None:
    hidden = (Person("", "kin@so.example"),)
    assert b"kin@so.example" not in compose(letter(bcc=hidden))
    assert b"Bcc: kin@so.example\r\n" in compose(letter(bcc=hidden, keep_bcc=True))
    assert b"To: undisclosed-recipients:;\r\n" in compose(letter(to=(), bcc=hidden))


def test_html_pictures_and_files() -> None:
    original = b"From: a@b\r\nSubject: g\xc3\xb3c\r\n\r\nthan\r\n"
    files = (
        File("Quyết định số 12.pdf", "application/pdf", b"%PDF"),
        File("logo.png", "image/png", b"PNG", "logo@so"),
        File("thư gốc.eml", "message/rfc822", original),
        File("khong kieu", "", b"x"),
        File("a.txt", "text/plain", b"a\nb\r\n"),
    )
    data = compose(letter(html='<img src="cid:logo@so">', files=files))
    found = scan(data)
    assert [(p.section, p.content_type, p.filename) for p in found.parts] == [
        ("", "multipart/mixed", ""),
        ("1", "multipart/alternative", ""),
        ("1.1", "text/plain", ""),
        ("1.2", "multipart/related", ""),
        ("1.2.1", "text/html", ""),
        ("1.2.2", "image/png", "logo.png"),
        ("2", "application/pdf", "Quyết định số 12.pdf"),
        ("3", "message/rfc822", "thư gốc.eml"),
        ("3.1", "text/plain", ""),
        ("4", "application/octet-stream", "khong kieu"),
        ("5", "text/plain", "a.txt"),
    ]
    assert found.parts[5].content_id == "<logo@so>"
    assert decode_part(data, found.parts[7]) == original
    assert decode_part(data, found.parts[10]) == b"a\nb\r\n"


def test_an_address_in_utf8_makes_a_utf8_letter() -> None:
    data = compose(letter(sender=Person("Đào", "đào@vị.example")))
    assert 'From: "Đào" <đào@vị.example>\r\n'.encode() in data
    assert scan(data).subject == letter().subject
    assert data.isascii() is False and compose(letter()).isascii()


@pytest.mark.parametrize("field", ["subject", "message_id", "in_reply_to"])
def test_no_value_can_start_another_field(field: str) -> None:
    data = compose(letter(**{field: "<a@b>\r\nBcc: ke@gian.example\n\nthan gia"}))
    assert b"\r\nBcc" not in data
    data = compose(letter(to=(Person('x"\r\nBcc: a@b', "a@b>\r\nBcc: <c@d"),), headers=(("X-A", "1\r\nX-B: 2"),)))
    assert b"\r\nBcc" not in data and b"\r\nX-B" not in data


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.characters(exclude_characters="\r\0", exclude_categories=[]), max_size=200),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=100),
)
def test_any_text_and_subject(text: str, subject: str) -> None:
    data = compose(letter(text=text, subject=subject))
    found = scan(data)
    assert " ".join(found.subject.split()) == " ".join(compose_line(subject).split())
    assert " ".join(part_text(data, found.parts[0]).split()) == " ".join(compose_line(text, True).split())


def compose_line(text: str, keep: bool = False) -> str:
    return nfc(storable(text)) if keep else plain_line(text)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Re[2]: Công văn", "Công văn"),
        ("Fwd: FW: Trả lời: a", "a"),
        ("Report: x", "Report: x"),
        ("", ""),
        ("TL: a", "a"),
    ],
)
def test_marks_of_answers(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare
    assert (reply_subject(subject), forward_subject(subject)) == (f"Re: {bare}", f"Fwd: {bare}")


def test_references_of_an_answer() -> None:
    assert reply_references("<3@x>", ("<1@x>", "<2@x>")) == ("<1@x>", "<2@x>", "<3@x>")
    assert reply_references("", ()) == ()
    long = reply_references("<z@x>", tuple(f"<{n}@x>" for n in range(100)))
    assert len(long) == 30 and long[0] == "<0@x>" and long[-1] == "<z@x>"


def test_quoting() -> None:
    assert quote("a\n> b\n\n", "Đào", MORNING_MS) == "Vào 09:00 10/03/2026, Đào đã viết:\n> a\n>> b\n"
    assert quote("a", "Đào", None).startswith("Đào đã viết:")


def test_what_is_forwarded_here_is_recognised_here() -> None:
    block = forwarded_block("Văn thư Bộ", "vanthu@bo.example", MORNING_MS, "Công văn 12", "So", "Kính gửi")
    data = compose(letter(subject="Fwd: Công văn 12", text="Chuyển vào sổ.\n\n" + block))
    found = forwarded(data, scan(data))
    assert found is not None
    assert (found.from_name, found.from_address, found.subject) == ("Văn thư Bộ", "vanthu@bo.example", "Công văn 12")
    assert found.sent_ms == MORNING_MS


def test_a_subject_of_nothing_but_marks_is_read_in_one_pass() -> None:
    """A stranger's subject is read while the store waits (mail/vacation.py)."""
    assert bare_subject("Re:" * 700_000 + " họp") == "họp"
