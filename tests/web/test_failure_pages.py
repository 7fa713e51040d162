"""Pages about errors: who is signed in stays in the office and finds the way back to where he was."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browsing import WIDTHS, look, open_page, press, sign_in
from tests.web.test_mail_read_invites import DAO, invitation
from tests.web.webhouse import Site, token_of

RAIL = '<header class="rail">'


def test_a_lost_address_keeps_the_rail_and_leads_back(site: Site) -> None:
    client = site.signed_in("daonth")
    inbox = site.inbox("daonth")
    page = client.get(f"/thu/{inbox}/999")
    assert page.status_code == 404 and RAIL in page.text and f'href="/thu/{inbox}">' in page.text
    page = client.get(f"/thu/{inbox}/999", headers={"HX-Current-URL": f"{site.url}/danh-ba?tim=dao"})
    assert 'class="button first" href="/danh-ba?tim=dao"' in page.text
    page = client.get("/quan-tri")
    assert page.status_code == 403 and RAIL in page.text and "Quay lại</a>" not in page.text


def test_an_act_refused_leads_back_to_its_page_without_a_script(site: Site) -> None:
    uid = site.deliver(invitation("moi@x.example"), DAO)
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('daonth')}/{uid}"
    page = client.post(f"{base}/sao", data={"ma": "0" * 64, "co": "1"})
    assert page.status_code == 403 and RAIL in page.text and f'class="button first" href="{base}"' in page.text
    assert page.headers["hx-push-url"] == "false"
    page = client.get(f"{base}/loi-moi")
    assert page.status_code == 405 and f'class="button first" href="{base}"' in page.text


def test_another_host_is_no_way_back(site: Site) -> None:
    client = site.signed_in("daonth")
    page = client.get("/khong-co", headers={"HX-Current-URL": "https://x.example//y.example/z"})
    assert "y.example" not in page.text


def test_a_stranger_is_led_to_the_door(site: Site) -> None:
    page = site.client().get("/khong-co")
    assert page.status_code == 404 and RAIL not in page.text and "Đăng nhập</a>" in page.text


def test_an_invitation_refused_stays_the_letter(site: Site, browser: Browser, pictures: Path) -> None:
    uid = site.deliver(invitation("khong-co@sogddt.tayninh.gov.vn"), DAO)
    base = f"{site.url}/thu/{site.inbox('daonth')}/{uid}"
    for width, height in WIDTHS:
        page = open_page(browser, width, height)
        sign_in(page, site, "daonth")
        page.goto(base)
        with page.expect_response(base + "/loi-moi") as answer:
            page.click("button[value=nhan]")
        assert answer.value.status == 422
        told = page.locator(".invite [role=alert]")
        told.wait_for()
        assert "hộp thư của người mời không nhận thư" in told.inner_text() and page.url == base
        look(page, pictures, "loi-moi-khong-gui-duoc")
        assert page.reload() and page.locator(".invite").is_visible() and not told.is_visible()
        page.goto(site.url + "/quan-tri")
        look(page, pictures, "khong-duoc-phep")
        page.goto(base + "9")
        look(page, pictures, "khong-tim-thay")
        press(page, ".failure .button.first")
        assert page.url == f"{site.url}/thu/{site.inbox('daonth')}"
        page.context.close()


def test_without_a_script_an_invitation_refused_stays_the_letter(site: Site) -> None:
    uid = site.deliver(invitation("khong-co@sogddt.tayninh.gov.vn"), DAO)
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('daonth')}/{uid}"
    page = client.post(f"{base}/loi-moi", data={"ma": token_of(client.get(base)), "tra_loi": "nhan"})
    assert page.status_code == 422 and RAIL in page.text
    assert 'value="tu-choi"' in page.text and "Xin gọi điện cho người mời" in page.text
