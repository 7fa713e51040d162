"""What protects the pages: headers, form tokens, origin, bounds, and that nobody reads what is not theirs."""

from __future__ import annotations

import re
import socket

import pytest

from mailsvc.http.paths import local_path
from tests.web.webhouse import Site, sample, token_of


def test_headers_are_on_every_answer(site: Site) -> None:
    client = site.signed_in("daonth")
    for path in ("/thu", "/dang-nhap", "/khong-co", "/healthz", "/van-ban-den/cho-vao-so", "/static/x/y.css"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
        for piece in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for"):
            assert piece in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "server" not in headers


def test_static_files_are_kept_for_good(site: Site) -> None:
    page = site.client().get("/dang-nhap")
    total = page.num_bytes_downloaded
    for address in re.findall(r'="(/static/[^"]+)"', page.text):
        answer = site.client().get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        total += answer.num_bytes_downloaded
    assert 20_000 < total < 75_000, total  # as it comes over the line; half of what a first visit may weigh


def test_pages_are_not_kept_by_browsers(site: Site) -> None:
    assert site.signed_in("daonth").get("/thu").headers["cache-control"] == "no-store"


def form_routes() -> list[str]:
    """An address for every form of the face, but the one that signs in."""
    from webmail.face import WebFace

    posts = [one.path for one in WebFace().routes() if "POST" in getattr(one, "methods", ())]  # type: ignore[attr-defined]
    return sorted({re.sub(r"{[^}]+}", "1", one) for one in posts} - {"/dang-nhap"})


def test_every_form_needs_its_token_and_a_session(site: Site) -> None:
    client = site.signed_in("daonth")
    other = token_of(site.signed_in("locpv").get("/thu"))
    assert len(form_routes()) > 80
    stranger = site.client()
    for path in form_routes():
        assert stranger.post(path, data={"ma": "x"}).status_code in (401, 403), path
        for token in ("", "x" * 64, other):
            assert client.post(path, data={"ma": token}).status_code == 403, path


def test_forms_from_other_sites_are_refused(site: Site) -> None:
    client = site.signed_in("daonth")
    data = {"ma": token_of(client.get("/thu")), "viec": "da-doc"}
    path = f"/thu/{site.inbox('daonth')}/viec"
    for site_word in ("cross-site", "same-site"):
        assert client.post(path, data=data, headers={"sec-fetch-site": site_word}).status_code == 403
    assert client.post(path, data=data, headers={"origin": "https://hostile.example"}).status_code == 403
    assert client.post(path, data=data, headers={"origin": site.url}).status_code == 303
    assert client.post(path, data=data, headers={"sec-fetch-site": "same-origin"}).status_code == 303


def test_other_sites_may_open_a_page_but_not_load_one(site: Site) -> None:
    client = site.signed_in("daonth")
    opened = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/thu", headers=opened).status_code == 200
    assert client.get("/thu", headers={**opened, "sec-fetch-dest": "iframe"}).status_code == 403
    assert client.get("/thu", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}).status_code == 403


def test_large_bodies_are_refused_before_they_are_read(site: Site) -> None:
    client = site.signed_in("daonth")
    token = token_of(client.get("/thu"))
    answer = client.post("/thu/1/viec", data={"ma": token, "den": "x" * 2_000_000})
    assert answer.status_code == 413
    many = "&".join(f"a{n}=1" for n in range(3000))
    answer = client.post("/thu/1/viec", content=many, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code in (400, 403)


def test_header_blocks_are_bounded(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.door.port), 10) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 60_000 + b"\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    with socket.create_connection(("127.0.0.1", site.door.port), 10) as connection:
        connection.sendall(b"GET http://hostile.example/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")


def test_nobody_reads_what_is_not_theirs(site: Site) -> None:
    shared, own = site.inbox("vanthu"), site.inbox("daonth")
    site.deliver(sample("01-ext-bo.eml"))
    site.deliver(sample("09-tra-loi-thu.eml"), "daonth@sogddt.tayninh.gov.vn")
    clerk = site.signed_in("daonth")
    assert clerk.get(f"/thu/{shared}/1").status_code == 200
    assert clerk.get(f"/thu/{own}/1").status_code == 200
    for username in ("admin", "phuongvh", "nganltt"):
        client = site.signed_in(username)
        token = token_of(client.get("/thu"))
        for box in (shared, own):
            for tail in ("", "/1", "/1/noi-dung", "/1/nguon.eml", "/1/tep/0", "/1/tep/0/xem", "/1/tep/0/trang/1"):
                assert client.get(f"/thu/{box}{tail}").status_code == 404, (username, tail)
            for deed in ("da-doc", "thung-rac", "chuyen"):
                data = {"ma": token, "uid": "1", "viec": deed, "den": str(site.inbox(username))}
                assert client.post(f"/thu/{box}/viec", data=data).status_code == 404
            assert client.post(f"/thu/{box}/1/vao-so", data={"ma": token}).status_code == 404
    locpv = site.signed_in("locpv")
    assert locpv.get(f"/thu/{shared}/1").status_code == 200  # a member of the role's mailbox
    assert locpv.get(f"/thu/{own}/1").status_code == 404


def test_letters_cannot_be_moved_into_a_strangers_mailbox(site: Site) -> None:
    site.deliver(sample("09-tra-loi-thu.eml"), "daonth@sogddt.tayninh.gov.vn")
    client = site.signed_in("daonth")
    data = {"ma": token_of(client.get("/thu")), "uid": "1", "viec": "chuyen", "den": str(site.inbox("nganltt"))}
    assert client.post(f"/thu/{site.inbox('daonth')}/viec", data=data).status_code == 404


def test_documents_are_for_clerks_and_readers(site: Site) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    clerk = site.signed_in("daonth")
    page = clerk.get("/van-ban-den/cho-vao-so/1")
    data = {"ma": token_of(page), "version": "1", "arrival_date": "24/11/2026", "issuer": "Bộ", "subject": "Thử"}
    assert clerk.post("/van-ban-den/cho-vao-so/1", data=data).headers["location"] == "/van-ban-den/2026/1?moi=1"
    leader = site.signed_in("nganltt")
    assert leader.get("/van-ban-den").status_code == 200
    document = leader.get("/van-ban-den/2026/1")
    assert document.status_code == 200
    assert "/thu/" not in document.text.split("<main")[1]  # no way into the clerks' mail
    assert leader.get("/van-ban-den/2026/1/tep/0").status_code == 200
    assert leader.get("/van-ban-den/cho-vao-so").status_code == 403
    assert leader.get("/van-ban-den/cho-vao-so/1").status_code == 404
    assert leader.get("/van-ban-den/moi").status_code == 403
    assert leader.get("/van-ban-den/2026/1/sua").status_code == 403
    outsider = site.signed_in("phuongvh")
    for path in ("", "/2026/1", "/2026/1/tep/0", "/2026/1/tep/0/trang/1", "/cho-vao-so"):
        assert outsider.get("/van-ban-den" + path).status_code == 403, path
    for path in ("/cho-vao-so/1", "/cho-vao-so/1/tep/0", "/cho-vao-so/1/tep/0/trang/1"):
        assert outsider.get("/van-ban-den" + path).status_code == 404, path


def test_strange_addresses_are_not_found(site: Site) -> None:
    client = site.signed_in("daonth")
    for path in (
        "/thu/x", "/thu/1/x", "/thu/99999999999999999999/1", "/thu/1/0", "/thu/-1", "/thu/1/1/tep/9", "/thu/%00/1",
        "/van-ban-den/2026/999", "/van-ban-den/0/0", "/van-ban-den/99999999999999999999/1", "/van-ban-den/cho-vao-so/0",
        "/anh/x", "/anh/AAAA", "/static/../app.css", "/thu/1/1/", "/van-ban-den/cho-vao-so/١",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    for query in ("?trang=0", "?trang=99999999999999", "?trang=x", "?tim=" + "%00", "?tim=%F0%9F%98%80", "?tim=%22%22"):
        assert client.get("/thu" + query).status_code == 200, query
    for query in ("?nam=0", "?nam=x", "?nam=99999", "?truoc=0", "?truoc=x", "?tim=%25_%5C", "?tim=%00"):
        assert client.get("/van-ban-den" + query).status_code == 200, query
    for query in ("?muc=x", "?truoc=1", "?truoc=x-y", "?truoc=1-1"):
        assert client.get("/van-ban-den/cho-vao-so" + query).status_code == 200, query


@pytest.mark.parametrize("text", ["//a", "/\\a", "\\a", "http://a", "/a\nb", "/a b", "a", "", "/" + "a" * 3000, "/é"])
def test_other_places_are_no_local_path(text: str) -> None:
    assert local_path(text) == "/"
