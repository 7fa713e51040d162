"""Behind a TLS proxy: secure cookies, and the lock-out counts the client, not the proxy."""

from __future__ import annotations

import pytest

from mailsvc.core.settings import Settings
from tests.web.webhouse import PASSWORD, Site, token_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    web = settings.web.model_copy(update={"trusted_proxies": ["127.0.0.1"], "secure_cookies": True})
    helping = {"help": "Phòng Khảo thí – CNTT, phòng 205", "help_phone": "02763822111"}
    return settings.model_copy(
        update={"web": web, "organisation": settings.organisation.model_copy(update=helping)}
    )


def test_the_door_names_who_helps(site: Site) -> None:
    page = site.client().get("/dang-nhap").text
    assert "Xin hỏi Phòng Khảo thí – CNTT, phòng 205." in page and 'href="tel:02763822111"' in page


def test_many_wrong_passwords_are_told_how_long_to_wait(site: Site) -> None:
    client = site.client()
    page = client.get("/dang-nhap")
    guest = {"cookie": f"__Host-khach={client.cookies['__Host-khach']}"}  # httpx keeps secure cookies from plain HTTP
    headers = guest | {"x-forwarded-for": "198.51.100.7, 203.0.113.9"}
    data = {"ma": token_of(page), "ten": "daonth"}
    last, told = None, []
    for n in range(8):
        last = client.post("/dang-nhap", data=data | {"mat_khau": f"sai{n}"}, headers=headers)
        told.append(last.text)
    assert "phải đợi" not in told[0]
    assert "Sai thêm 3 lần nữa thì phải đợi" in told[1] and "Sai thêm 1 lần nữa thì phải đợi" in told[3]
    assert "Lần thử tới phải đợi 1 giây" in told[4] and "tối đa 15 phút" in told[4]
    assert last is not None and last.status_code == 429
    assert int(last.headers["retry-after"]) >= 1
    assert "Xin đợi" in last.text and "giây" in last.text
    right = data | {"mat_khau": PASSWORD}
    assert client.post("/dang-nhap", data=right, headers=headers).status_code == 429
    elsewhere = guest | {"x-forwarded-for": "203.0.113.77"}
    assert client.post("/dang-nhap", data=right, headers=elsewhere).status_code == 303


def test_cookies_are_for_https_only(site: Site) -> None:
    client = site.client()
    answer = client.get("/dang-nhap")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-khach=") and "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
