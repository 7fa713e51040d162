"""Names and types of files that are sent."""

from __future__ import annotations

import pytest

from mailsvc.http.files import disposition, file_response


def test_names_keep_vietnamese_and_lose_what_breaks_out() -> None:
    value = disposition("attachment", 'Tờ trình "số 1"\r\nX: y.pdf')
    assert "\r" not in value and "\n" not in value
    assert value.count('"') == 2
    assert "filename*=UTF-8''T%E1%BB%9D%20tr%C3%ACnh%20_s%E1%BB%91%201___X_%20y.pdf" in value
    value.encode("latin-1")


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "", "a/b\\c", "tep\x00.txt", "\u202egnp.exe"])
def test_names_never_lead_elsewhere(name: str) -> None:
    value = disposition("attachment", name)
    for piece in ("/", "\\", "\x00", "\u202e", '=""'):
        assert piece not in value.replace("UTF-8''", "")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.JPG", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.pdf", b"<html>", "application/octet-stream"),
        ("a.svg", b"<svg>", "application/octet-stream"),
        ("a.html", b"<html>", "application/octet-stream"),
        ("a.xml", b"<a/>", "application/octet-stream"),
    ],
)
def test_only_what_it_really_is_may_be_shown(name: str, data: bytes, kind: str) -> None:
    shown = file_response(data, name, show=True)
    assert shown.headers["content-type"] == kind
    assert shown.headers["content-disposition"].startswith(
        "inline" if kind != "application/octet-stream" else "attachment"
    )
    assert "sandbox" in shown.headers["content-security-policy"]
    stored = file_response(data, name)
    assert stored.headers["content-disposition"].startswith("attachment")
    assert stored.headers["content-type"] == "application/octet-stream"
