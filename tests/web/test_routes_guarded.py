"""Every route of the application, called by strangers and by people it is not for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from starlette.routing import Route

from mailsvc.http.setup import PREFIXES
from tests.web.webhouse import PASSWORD, Site, sample, token_of

OPEN = {"/dang-nhap", "/phien", "/noi", "/healthz", "/manifest.webmanifest"}
"""Routes for whoever comes; everything else is for who has signed in."""
OPEN_PREFIXES = ("/static/", "/anh/", *PREFIXES)
PARAMETER = re.compile(r"{[^}]+}")


def routes(site: Site) -> list[Route]:
    """All routes of the running application, the face's and the door's own."""
    return [one for one in site.door.application.routes if isinstance(one, Route)]


def address_of(route: Route, number: str = "999999") -> str:
    """An address of the route with a number that nothing has."""
    return PARAMETER.sub(number, route.path)


def guarded(site: Site, method: str) -> Iterator[str]:
    for route in routes(site):
        path = address_of(route)
        if method in (route.methods or ()) and path not in OPEN and not path.startswith(OPEN_PREFIXES):
            yield path


def test_strangers_are_sent_to_sign_in(site: Site) -> None:
    stranger = site.client()
    found = list(guarded(site, "GET"))
    assert len(found) > 60
    for path in found:
        answer = stranger.get(path)
        assert answer.status_code in (303, 401, 404), path
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/dang-nhap"), path


def test_forms_of_strangers_do_nothing(site: Site) -> None:
    stranger = site.client()
    for path in guarded(site, "POST"):
        assert stranger.post(path, data={"ma": "x" * 64}).status_code in (401, 403, 404), path


@pytest.mark.parametrize("username", ["phuongvh", "admin", "nganltt"])
def test_no_page_breaks_for_whom_it_is_not(site: Site, username: str) -> None:
    """Things that are not there, and pages of other posts: an answer with words, never 500."""
    client = site.signed_in(username)
    for path in guarded(site, "GET"):
        assert client.get(path).status_code in (200, 303, 400, 403, 404, 405, 422), path


@pytest.mark.parametrize("username", ["phuongvh", "admin"])
def test_no_form_breaks_for_whom_it_is_not(site: Site, username: str) -> None:
    for path in guarded(site, "POST"):
        if path in ("/dang-xuat", "/cai-dat/phien/tat-ca"):
            continue
        client = site.signed_in(username) if path.startswith("/cai-dat") else _kept(site, username)
        data = {"ma": token_of(client.get("/viec"))}
        answer = client.post(path, data=data)
        assert answer.status_code in (200, 303, 400, 403, 404, 405, 409, 413, 422), path


_SIGNED: dict[tuple[int, str], httpx.Client] = {}


def _kept(site: Site, username: str) -> httpx.Client:
    key = (id(site), username)
    if key not in _SIGNED:
        _SIGNED[key] = site.signed_in(username)
    return _SIGNED[key]


def test_numbers_of_others_lead_nowhere(site: Site) -> None:
    """With the real number of somebody else's letter in every place of every address."""
    site.deliver(sample("09-tra-loi-thu.eml"), "daonth@sogddt.tayninh.gov.vn")
    box = str(site.inbox("daonth"))
    client = site.signed_in("phuongvh")
    for route in routes(site):
        if "{mailbox}" not in route.path or "GET" not in (route.methods or ()):
            continue
        path = PARAMETER.sub("1", route.path.replace("{mailbox}", box))
        answer = client.get(path)
        assert answer.status_code in (403, 404), path
        assert "Nguyễn Thị Hồng Đào" not in answer.text, path


def test_every_form_wants_the_token_of_its_own_session(site: Site) -> None:
    client = site.signed_in("phuongvh")
    other = token_of(site.signed_in("locpv").get("/viec"))
    for path in guarded(site, "POST"):
        for token in ("", other, "0" * 64):
            assert client.post(path, data={"ma": token}).status_code in (403, 404), path


def test_administration_is_for_administrators(site: Site) -> None:
    for username in ("phuongvh", "daonth", "nganltt"):
        client = site.signed_in(username)
        token = token_of(client.get("/viec"))
        for route in routes(site):
            if not route.path.startswith("/quan-tri"):
                continue
            path = address_of(route, "1")
            if "GET" in (route.methods or ()):
                assert client.get(path).status_code == 403, path
            else:
                assert client.post(path, data={"ma": token}).status_code == 403, path


def test_a_session_does_not_outlive_signing_in(site: Site) -> None:
    """Session fixation: a cookie that was there before is worth nothing after."""
    client = site.client()
    page = client.get("/dang-nhap")
    client.cookies.set("phien", "chon-san-boi-ke-gian", domain="127.0.0.1")
    data = {"ma": token_of(page), "ten": "phuongvh", "mat_khau": PASSWORD, "tiep": "/"}
    answer = client.post("/dang-nhap", data=data)
    assert answer.status_code == 303
    given = answer.headers.get_list("set-cookie")
    (session,) = [one for one in given if one.startswith("phien=")]
    assert "chon-san" not in session
    assert "HttpOnly" in session and "samesite=lax" in session.lower()
    planted = site.client()
    planted.cookies.set("phien", "chon-san-boi-ke-gian", domain="127.0.0.1")
    assert planted.get("/viec").status_code == 303


def test_nobody_frames_a_page(site: Site) -> None:
    client = site.signed_in("admin")
    for path in guarded(site, "GET"):
        headers = client.get(path).headers
        assert headers["x-frame-options"] in ("DENY", "SAMEORIGIN"), path
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy or "frame-ancestors 'self'" in policy, path


@pytest.mark.parametrize(
    "wanted",
    ["//hostile.example", "https://hostile.example/", "/\\hostile.example", "javascript:alert(1)", "/%0d%0aX: y"],
)
def test_no_address_leads_out_of_the_house(site: Site, wanted: str) -> None:
    client = site.client()
    data = {"ma": token_of(client.get("/dang-nhap")), "ten": "phuongvh", "mat_khau": PASSWORD, "tiep": wanted}
    location = client.post("/dang-nhap", data=data).headers["location"]
    assert location.startswith("/") and not location.startswith(("//", "/\\")), wanted
    token = token_of(client.get("/viec"))
    for path in ("/cai-dat/giao-dien", "/cai-dat/chuc-danh"):
        location = client.post(path, data={"ma": token, "ve": wanted}).headers["location"]
        assert location.startswith("/") and not location.startswith(("//", "/\\")), (path, wanted)
