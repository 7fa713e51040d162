"""Cài đặt cá nhân: password, browsers, passwords of mail programs, the second factor (RFC 6238)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from mailsvc.auth import sasl, totp
from mailsvc.auth.authenticate import AuthFailed
from mailsvc.auth.vault import Vault
from mailsvc.store import accounts, audit, ways_in
from tests.browsing import WIDTHS, fits, open_page, press, shoot, sign_in
from tests.web.webhouse import PASSWORD, Site, token_of

NEW = "canh chua sông Vàm Cỏ"


def program(site: Site, password: str, username: str = "phuongvh") -> bool:
    """Whether IMAP and SMTP would let a program in."""
    try:
        site.run(site.office.authenticator.password(username, password, "192.0.2.9"))
    except AuthFailed:
        return False
    return True


def scram(site: Site, password: str) -> bool:
    """A whole SCRAM-SHA-256 exchange as a client does it (RFC 5802 §3)."""
    machine = sasl.machine("SCRAM-SHA-256")
    assert machine is not None
    bare = "n=phuongvh,r=cai-gi-do"

    async def ask(challenge: bytes) -> bytes:
        if challenge.startswith(b"v="):
            return b""
        fields = dict(one.split("=", 1) for one in challenge.decode().split(","))
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        unproved = f"c=biws,r={fields['r']}"
        signed = hmac.digest(hashlib.sha256(key).digest(), f"{bare},{challenge.decode()},{unproved}".encode(), "sha256")
        proof = bytes(a ^ b for a, b in zip(key, signed, strict=True))
        return f"{unproved},p={base64.b64encode(proof).decode()}".encode()

    try:
        site.run(site.office.authenticator.sasl(machine, f"n,,{bare}".encode(), ask, "192.0.2.9"))
    except AuthFailed:
        return False
    return True


def test_a_new_password_ends_other_browsers(site: Site) -> None:
    mine, other = site.signed_in("phuongvh"), site.signed_in("phuongvh")
    token = token_of(mine.get("/cai-dat/mat-khau"))
    data = {"ma": token, "cu": PASSWORD, "moi": NEW, "lai": NEW}
    for wrong, said in (
        ({"cu": "khong-phai"}, "chưa đúng"),
        ({"lai": "khác"}, "không giống nhau"),
        ({"moi": "ngan", "lai": "ngan"}, "ít nhất 10"),
        ({"moi": "phuongvh1234", "lai": "phuongvh1234"}, "tên của bạn"),
        ({"moi": "1234567890", "lai": "1234567890"}, "hay bị dò"),
    ):
        answer = mine.post("/cai-dat/mat-khau", data=data | wrong)
        assert answer.status_code == 422 and said in answer.text, wrong
    assert mine.post("/cai-dat/mat-khau", data=data).status_code == 303
    assert mine.get("/cai-dat").status_code == 200
    assert other.get("/cai-dat").status_code == 303
    assert program(site, NEW) and not program(site, PASSWORD)


def test_browsers_are_listed_and_ended(site: Site) -> None:
    mine, other = site.signed_in("phuongvh"), site.signed_in("phuongvh")
    page = mine.get("/cai-dat/phien")
    keys = re.findall(r'name="phien" value="([0-9a-f]{16})"', page.text)
    assert len(keys) == 1 and "Đang dùng" in page.text
    stranger = site.signed_in("locpv")
    theirs = {"ma": token_of(stranger.get("/cai-dat/phien")), "phien": keys[0]}
    assert stranger.post("/cai-dat/phien", data=theirs).status_code == 404
    assert mine.post("/cai-dat/phien", data={"ma": token_of(page), "phien": keys[0]}).status_code == 303
    assert other.get("/cai-dat").status_code == 303
    third = site.signed_in("phuongvh")
    mine.post("/cai-dat/phien/tat-ca", data={"ma": token_of(page)})
    assert third.get("/cai-dat").status_code == 303 and mine.get("/cai-dat").status_code == 200


def make_app(site: Site) -> tuple[str, int]:
    client = site.signed_in("phuongvh")
    answer = client.post("/cai-dat/ung-dung", data={"ma": token_of(client.get("/cai-dat")), "ten": "Điện thoại"})
    found = re.search(r"<code>([a-z2-9 ]{19})</code>", answer.text)
    assert found is not None and 'src="data:image/svg+xml' in answer.text
    assert found[1] not in client.get("/cai-dat/ung-dung").text  # shown once
    (app,) = site.office.db.read_now(ways_in.listing, site.account_id("phuongvh"))
    return found[1], app.id


def test_an_app_password_opens_programs_until_it_is_revoked(site: Site) -> None:
    password, number = make_app(site)
    assert program(site, password) and program(site, password.replace(" ", ""))
    assert scram(site, password.replace(" ", "")) and scram(site, PASSWORD) and not scram(site, "sai")
    (app,) = site.office.db.read_now(ways_in.listing, site.account_id("phuongvh"))
    assert app.used_ms and app.used_peer == "192.0.2.9"
    web = site.client()
    data = {"ma": token_of(web.get("/dang-nhap")), "ten": "phuongvh", "mat_khau": password, "tiep": "/"}
    assert web.post("/dang-nhap", data=data).status_code == 403  # never the web
    stranger, mine = site.signed_in("locpv"), site.signed_in("phuongvh")
    path = f"/cai-dat/ung-dung/{number}/thu-hoi"
    assert stranger.post(path, data={"ma": token_of(stranger.get("/cai-dat"))}).status_code == 404
    before = site.office.db.read_now(accounts.get, site.account_id("phuongvh")).credential_version
    assert mine.post(path, data={"ma": token_of(mine.get("/cai-dat"))}).status_code == 303
    assert not program(site, password) and not scram(site, password.replace(" ", ""))
    assert site.office.db.read_now(accounts.get, site.account_id("phuongvh")).credential_version > before  # IMAP ends
    assert mine.get("/cai-dat").status_code == 200


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238 Appendix B, cut to six digits."""
    secret = b"12345678901234567890"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037"), (20000000000, "353130")):
        assert totp.code_at(secret, totp.step_of(seconds * 1000)) == code
    now = 1111111109_000
    assert totp.fitting_step(secret, "081804", now + 30_000, 0) is not None
    assert totp.fitting_step(secret, "081804", now + 90_000, 0) is None
    assert totp.fitting_step(secret, "081804", now, totp.step_of(now)) is None


def now_code(site: Site) -> str:
    account_id = site.account_id("phuongvh")
    factor = site.office.db.read_now(ways_in.factor, account_id)
    assert factor is not None
    secret = site.office.vault.unlock(factor.secret, f"second factor of {account_id}")
    return totp.code_at(secret, totp.step_of(site.clock.now_ms()))


def enrolled(site: Site) -> list[str]:
    client = site.signed_in("phuongvh")
    token = token_of(client.get("/cai-dat/hai-lop"))
    client.post("/cai-dat/hai-lop/bat", data={"ma": token})
    assert client.post("/cai-dat/hai-lop", data={"ma": token, "ma_xac_thuc": "000000"}).status_code == 422
    answer = client.post("/cai-dat/hai-lop", data={"ma": token, "ma_xac_thuc": now_code(site)})
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", answer.text)
    assert len(codes) == 10 and client.get("/cai-dat").status_code == 200
    return codes


def test_signing_in_takes_a_code_once(site: Site) -> None:
    codes = enrolled(site)
    assert not program(site, PASSWORD) and not scram(site, PASSWORD)  # programs need their own passwords
    assert program(site, make_app_with_factor(site, codes[1]))

    def first_step() -> tuple[object, dict[str, str]]:
        client = site.client()
        data = {"ma": token_of(client.get("/dang-nhap")), "ten": "phuongvh", "mat_khau": PASSWORD, "tiep": "/viec"}
        page = client.post("/dang-nhap", data=data)
        note = re.search(r'name="buoc_mot" value="([^"]+)"', page.text)
        assert page.status_code == 200 and note is not None
        assert client.get("/viec").status_code == 303  # not in yet
        return client, {"ma": token_of(page), "buoc_mot": note[1], "tiep": "/viec"}

    def enter(code: str) -> int:
        client, data = first_step()
        return int(client.post("/dang-nhap/ma", data=data | {"ma_xac_thuc": code}).status_code)  # type: ignore[attr-defined]

    assert enter(now_code(site)) == 403  # it was used to enrol
    site.clock.advance(60_000)
    code = now_code(site)
    assert enter(code) == 303 and enter(code) == 403
    assert enter(codes[0]) == 303 and enter(codes[0]) == 403
    client, data = first_step()
    other = site.client()
    token = token_of(other.get("/dang-nhap"))
    site.clock.advance(60_000)
    stolen = data | {"ma": token, "ma_xac_thuc": now_code(site)}
    assert other.post("/dang-nhap/ma", data=stolen).status_code == 403  # another browser's note
    site.clock.advance(600_000)
    late = client.post("/dang-nhap/ma", data=data | {"ma_xac_thuc": now_code(site)})  # type: ignore[attr-defined]
    assert late.status_code == 403
    for _ in range(4):
        assert enter("111111") == 403
    assert enter(now_code(site)) == 429
    site.clock.advance(3_600_000)
    assert enter(now_code(site)) == 303


def test_who_cannot_be_checked_any_more_is_told_what_to_do(site: Site) -> None:
    codes = enrolled(site)
    client, entered = with_code(site, codes[0])
    assert entered.status_code == 303
    site.clock.advance(60_000)
    code, lost = now_code(site), "tệp secret trong thư mục dữ liệu đã khác"
    object.__setattr__(site.office, "vault", Vault(b"of another installation"))
    page = client.post("/cai-dat/hai-lop/tat", data={"ma": token_of(client.get("/cai-dat")), "ma_xac_thuc": code})
    assert page.status_code == 403 and lost in page.text
    refused = with_code(site, code)[1]
    assert refused.status_code == 403 and lost in refused.text
    assert with_code(site, codes[1])[1].status_code == 303


def with_code(site: Site, code: str) -> tuple[httpx.Client, httpx.Response]:
    """A browser after both steps of signing in, and the answer to the second."""
    client = site.client()
    data = {"ma": token_of(client.get("/dang-nhap")), "ten": "phuongvh", "mat_khau": PASSWORD, "tiep": "/"}
    page = client.post("/dang-nhap", data=data)
    note = re.search(r'name="buoc_mot" value="([^"]+)"', page.text)
    assert note is not None
    step = {"ma": token_of(page), "buoc_mot": note[1], "tiep": "/", "ma_xac_thuc": code}
    return client, client.post("/dang-nhap/ma", data=step)


def make_app_with_factor(site: Site, recovery: str) -> str:
    client, answer = with_code(site, recovery)
    assert answer.status_code == 303
    answer = client.post("/cai-dat/ung-dung", data={"ma": token_of(client.get("/cai-dat")), "ten": "Máy bàn"})
    found = re.search(r"<code>([a-z2-9 ]{19})</code>", answer.text)
    assert found is not None
    return found[1]


def test_a_given_password_opens_one_page_only(site: Site) -> None:
    keys = asyncio.run(site.office.authenticator.hasher.derive(PASSWORD))
    site.office.db.write_now(lambda tx: accounts.set_password(tx, site.account_id("phuongvh"), keys, must_change=True))
    client = site.signed_in("phuongvh")
    assert client.get("/thu").headers["location"] == "/cai-dat/mat-khau"
    assert not program(site, PASSWORD)
    page = client.get("/cai-dat/mat-khau")
    assert "mật khẩu tạm" in page.text
    data = {"ma": token_of(page), "cu": PASSWORD, "moi": NEW, "lai": NEW}
    assert client.post("/cai-dat/mat-khau", data=data).status_code == 303
    assert client.get("/thu").status_code in (200, 303) and program(site, NEW)
    actions = [one["action"] for one in site.office.db.read_now(audit.of, f"account/{site.account_id('phuongvh')}")]
    assert "account.password" in actions


def test_habits_are_kept(site: Site) -> None:
    client = site.signed_in("phuongvh")
    data = {"ma": token_of(client.get("/cai-dat")), "undo_seconds": "30", "start_page": "/cong-viec"}
    client.post("/cai-dat/thoi-quen", data=data)
    assert client.get("/").headers["location"] == "/cong-viec"
    assert '<option value="30" selected>' in client.get("/cai-dat").text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_settings_in_pictures(site: Site, browser: Browser, pictures: Path, width: int, height: int) -> None:
    page = open_page(browser, width, height)
    sign_in(page, site, "phuongvh")
    for name in ("", "/mat-khau", "/phien"):
        page.goto(f"{site.url}/cai-dat{name}")
        shoot(page, pictures, "cai-dat" + name.replace("/", "-"), full=True)
        fits(page)
    page.goto(site.url + "/cai-dat/ung-dung")
    page.fill("#ten", "Điện thoại của tôi")
    press(page, "button:has-text('Tạo mật khẩu')")
    shoot(page, pictures, "cai-dat-ung-dung", full=True)
    fits(page)
    page.goto(site.url + "/cai-dat/hai-lop")
    press(page, "button:has-text('Bắt đầu bật')")
    page.wait_for_selector("#ma_xac_thuc")
    shoot(page, pictures, "cai-dat-hai-lop", full=True)
    fits(page)
