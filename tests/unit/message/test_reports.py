"""Delivery reports: written by RFC 3464 and RFC 6533, and read back."""

import pytest
from test_scan import checked

from mailsvc.message.recognise import recognise
from mailsvc.message.reports import Outcome, Report, delivery_report, from_unitext, typed_address, unitext
from mailsvc.message.scan import decode_part, scan

ORIGINAL = b"From: a@b.example\r\nSubject: =?utf-8?q?=C4=90=C6=A1n?=\r\nMessage-ID: <goc@b.example>\r\n\r\nthan\r\n"
FAILED = Outcome("khong@co.example", "failed", "5.1.1", diagnostic="550 5.1.1 khong co", remote_mta="mx.co.example")


def report(*outcomes: Outcome, original: bytes = ORIGINAL, headers_only: bool = False, utf8: bool = False) -> Report:
    return Report(
        to="a@b.example",
        sender="mailer-daemon@so.example",
        reporting_mta="mx.so.example",
        message_id="<bao@so.example>",
        date_ms=1_773_108_000_000,
        outcomes=outcomes,
        original=original,
        envelope_id="QQ+2B314+0D+0A",
        arrival_ms=1_773_100_000_000,
        headers_only=headers_only,
        utf8=utf8,
    )


def status_of(data: bytes) -> bytes:
    found = checked(data)
    return decode_part(data, found.parts[2])


def test_a_failure_with_the_whole_message() -> None:
    original_recipient = Outcome(
        **{name: getattr(FAILED, name) for name in ("address", "action", "status", "diagnostic", "remote_mta")},
        original="rfc822;Khong+2BTen@co.example",
        last_attempt_ms=1_773_108_000_000,
    )
    data = delivery_report(report(original_recipient))
    found = checked(data)
    assert [p.content_type for p in found.parts][:4] == [
        *("multipart/report", "text/plain", "message/delivery-status", "message/rfc822"),
    ]
    assert data.startswith(b"From: ") and b"\r\nAuto-Submitted: auto-replied\r\n" in data
    assert decode_part(data, found.parts[3]).strip() == ORIGINAL.strip()
    assert status_of(data) == (
        b"Original-Envelope-Id: QQ+314\r\nReporting-MTA: dns; mx.so.example\r\n"
        b"Arrival-Date: Tue, 10 Mar 2026 06:46:40 +0700\r\n\r\n"
        b"Original-Recipient: rfc822; Khong+Ten@co.example\r\nFinal-Recipient: rfc822; khong@co.example\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.co.example\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 khong co\r\nLast-Attempt-Date: Tue, 10 Mar 2026 09:00:00 +0700\r\n"
    )
    assert "không gửi được" in found.body_text and "could not be delivered" in found.body_text
    told = recognise(data, found)
    assert told.kind == "delivery_report" and told.original_message_id == "<goc@b.example>"
    assert told.original_subject == "Đơn" and told.envelope_id == "QQ+314"
    assert [(r.address, r.original, r.action, r.status, r.diagnostic) for r in told.recipients] == [
        ("khong@co.example", "Khong+Ten@co.example", "failed", "5.1.1", "550 5.1.1 khong co")
    ]
    assert found.auto.automatic and found.auto.report


@pytest.mark.parametrize(
    ("outcome", "headers_only", "kind", "subject"),
    [
        (FAILED, True, "text/rfc822-headers", "Thư không gửi được"),
        (Outcome("a@c", "delayed", "4.4.1", will_retry_until_ms=0), True, "text/rfc822-headers", "Thư bị chậm"),
        (Outcome("a@c", "relayed", "2.0.0"), False, "text/rfc822-headers", "Thư đã chuyển"),
        (Outcome("a@c", "delivered", "2.0.0"), False, "text/rfc822-headers", "Thư đã tới nơi"),
        (Outcome("a@c", "expanded", "2.0.0"), False, "text/rfc822-headers", "Thư đã tới danh sách"),
    ],
)
def test_the_header_alone(outcome: Outcome, headers_only: bool, kind: str, subject: str) -> None:
    data = delivery_report(report(outcome, headers_only=headers_only))
    found = checked(data)
    assert found.parts[3].content_type == kind and found.subject.startswith(subject)
    assert b"than\r\n" not in data and b"Message-ID: <goc@b.example>" in data
    assert recognise(data, found).original_message_id == "<goc@b.example>"


def test_utf8_addresses_in_both_worlds() -> None:
    outcome = Outcome("đào@vị.example", "failed", "5.1.1", original="utf-8;\\x{111}ào@vị.example")
    narrow = delivery_report(report(outcome))
    assert status_of(narrow).isascii()
    assert b"Final-Recipient: utf-8; \\x{111}\\x{E0}o@v\\x{1ECB}.example\r\n" in narrow
    assert recognise(narrow, scan(narrow)).recipients[0].address == "đào@vị.example"
    original = "From: đào@vị.example\r\n\r\nthân\r\n".encode()
    wide = delivery_report(report(outcome, original=original, utf8=True))
    assert "Original-Recipient: utf-8; đào@vị.example\r\n".encode() in wide
    found = checked(wide)
    assert [p.content_type for p in found.parts][2:4] == ["message/global-delivery-status", "message/global"]
    assert recognise(wide, found).recipients[0].original == "đào@vị.example"


def test_the_utf8_address_type() -> None:
    assert typed_address("a+b@c") == "rfc822; a+b@c"
    assert unitext("a+b=c\\đ") == "a\\x{2B}b\\x{3D}c\\x{5C}\\x{111}"
    assert from_unitext(unitext("a+b=c\\đ😀")) == "a+b=c\\đ😀"
    assert from_unitext("\\x{D800}\\x{FFFFFF}") == "\\x{D800}\\x{FFFFFF}"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (b"From: a@b\r\nSubject: chao", ""),
        (b"From: MAILER-DAEMON@b\r\nReturn-Path: <>\r\nSubject: failure notice", "delivery_report"),
        (b"From: postmaster@b\r\nSubject: =?utf-8?q?Th=C6=B0_b=E1=BB=8B_tr=E1=BA=A3_l=E1=BA=A1i?=", "delivery_report"),
        (b"From: a@b\r\nAuto-Submitted: auto-replied", "auto_reply"),
        (b"From: a@b\r\nAuto-Submitted: no\r\nSubject: x", ""),
        (b"From: a@b\r\nSubject: Automatic reply: x", "auto_reply"),
        (b"From: a@b\r\nX-Autoreply: yes", "auto_reply"),
        (b"From: a@b\r\nList-Id: <x.y>", "bulk"),
        (b"From: a@b\r\nPrecedence: bulk", "bulk"),
    ],
)
def test_kinds_of_automatic_mail(header: bytes, kind: str) -> None:
    data = header + b"\r\n\r\nx"
    assert recognise(data, scan(data)).kind == kind
