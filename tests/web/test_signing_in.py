"""Sessions, sign-in and out."""

from __future__ import annotations

import html
import re

import pytest

from tests.web.webhouse import PASSWORD, Site, token_of


def attempt(site: Site, name: str, password: str, wanted: str = "/") -> tuple[int, str]:
    client = site.client()
    page = client.get("/dang-nhap")
    data = {"ma": token_of(page), "ten": name, "mat_khau": password, "tiep": wanted}
    answer = client.post("/dang-nhap", data=data)
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.parametrize(
    "name", ["daonth", "DAONTH", "daonth@sogddt.tayninh.gov.vn", "daonth@tayninh.gov.vn", " daonth "]
)
def test_name_and_address_both_work(site: Site, name: str) -> None:
    assert attempt(site, name, PASSWORD) == (303, "/")


@pytest.mark.parametrize(("name", "password"), [("daonth", "sai"), ("khong-co", PASSWORD), ("vanthu", PASSWORD)])
def test_wrong_names_and_passwords_look_the_same(site: Site, name: str, password: str) -> None:
    client = site.client()
    token = token_of(client.get("/dang-nhap"))
    answer = client.post("/dang-nhap", data={"ma": token, "ten": name, "mat_khau": password})
    assert answer.status_code == 403
    assert "Sai tên đăng nhập hoặc mật khẩu" in answer.text
    assert "phien" not in {cookie.name for cookie in client.cookies.jar}


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/van-ban-den?nam=2026&tim=a", "/van-ban-den?nam=2026&tim=a"),
        ("//hostile.example/", "/"),
        ("/\\hostile.example", "/"),
        ("https://hostile.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/hostile.example", "/"),
        ("", "/"),
    ],
)
def test_next_page_is_local(site: Site, wanted: str, place: str) -> None:
    assert attempt(site, "daonth", PASSWORD, wanted) == (303, place)


def test_pages_lead_to_sign_in_and_back(site: Site) -> None:
    answer = site.client().get("/van-ban-den?nam=2026")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/dang-nhap?tiep=/van-ban-den%3Fnam%3D2026"


def test_session_gets_a_new_token_and_ends(site: Site) -> None:
    client = site.signed_in("daonth")
    first = client.cookies["phien"]
    page = client.get("/thu")
    assert page.status_code == 200
    other = site.client()
    other.cookies.set("phien", "a" * 43)  # fixation: a token given from outside opens nothing and is not kept
    token = token_of(other.get("/dang-nhap"))
    other.post("/dang-nhap", data={"ma": token, "ten": "daonth", "mat_khau": PASSWORD})
    assert "a" * 43 not in {cookie.value for cookie in other.cookies.jar if cookie.domain}
    out = client.post("/dang-xuat", data={"ma": token_of(page)})
    assert out.status_code == 303
    again = site.client()
    again.cookies.set("phien", first)
    assert again.get("/thu").status_code == 303


def test_session_ends_when_idle(site: Site) -> None:
    client = site.signed_in("daonth")
    assert client.get("/thu").status_code == 200
    site.clock.advance(11 * 3_600_000)
    assert client.get("/thu").status_code == 200  # used: it lives on
    site.clock.advance(11 * 3_600_000)
    assert client.get("/thu").status_code == 200
    site.clock.advance(13 * 3_600_000)
    assert client.get("/thu").status_code == 303


def test_cookies_cannot_be_read_or_sent_by_others(site: Site) -> None:
    client = site.client()
    page = client.get("/dang-nhap")
    data = {"ma": token_of(page), "ten": "daonth", "mat_khau": PASSWORD}
    set_cookie = client.post("/dang-nhap", data=data).headers.get_list("set-cookie")
    session = next(one for one in set_cookie if one.startswith("phien="))
    assert "HttpOnly" in session and "SameSite=lax" in session and "Path=/" in session


def test_sign_out_needs_the_form(site: Site) -> None:
    client = site.signed_in("daonth")
    assert client.post("/dang-xuat").status_code == 403
    assert client.get("/dang-xuat").status_code == 405
    assert client.get("/thu").status_code == 200


def test_what_was_typed_outlives_the_session(site: Site) -> None:
    client = site.signed_in("daonth")
    token = token_of(client.get("/van-ban-den/moi"))
    site.clock.advance(13 * 3_600_000)
    typed = {
        "arrival_date": "24/11/2026", "issuer": 'Sở "A" & B', "subject": "Không được mất\nchữ nào", "urgency": "khan",
    }  # fmt: skip
    late = client.post("/van-ban-den/moi", data={"ma": token, **typed})
    assert late.status_code == 401 and "được giữ lại" in late.text
    wrong = client.post("/dang-nhap", data=hidden(late.text) | {"ten": "daonth", "mat_khau": "sai"})
    assert wrong.status_code == 403
    again = client.post("/dang-nhap", data=hidden(wrong.text) | {"ten": "daonth", "mat_khau": PASSWORD})
    assert again.status_code == 200 and 'action="/van-ban-den/moi"' in again.text
    assert "chưa có văn bản" in client.get("/van-ban-den").text  # nothing was done yet
    saved = client.post("/van-ban-den/moi", data=hidden(again.text))
    assert saved.headers["location"] == "/van-ban-den/2026/1?moi=1"
    assert "Không được mất chữ nào" in client.get("/van-ban-den/2026/1").text


def hidden(text: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'name="([\w.]+)" value="([^"]*)"', text)}
