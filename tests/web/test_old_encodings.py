"""Letters in old Vietnamese encodings are read as they were meant, and letters inside signatures are shown."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import WIDTHS, look, open_page, press, shoot, sign_in
from tests.places import SAMPLES
from tests.web.webhouse import CLERKS_MAIL, Site, sample

VNI = (SAMPLES / "legacy" / "van-ban-vni.txt").read_bytes()
WINDOWS = "Kính gửi các đơn vị trực thuộc Sở, đề nghị triển khai."


def letter(text: bytes, charset: str) -> bytes:
    head = f"From: a@x.example\r\nSubject: Thu cu\r\nContent-Type: text/plain; charset={charset}\r\n"
    return head.encode() + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + text


def in_1258(text: str) -> bytes:
    """Each letter as Windows-1258 writes it: the vowel with its hat or horn, then the tone."""
    out = b""
    for one in text:
        spread = unicodedata.normalize("NFD", one)
        tones = "".join(mark for mark in spread if mark in "\u0300\u0301\u0303\u0309\u0323")
        bare = unicodedata.normalize("NFC", "".join(mark for mark in spread if mark not in tones))
        out += (bare + tones).encode("cp1258")
    return out


LETTERS = (
    (sample("c-html-tcvn3.eml"), "tcvn3", "TCVN3", "kính gửi phòng giáo dục trung học"),
    (sample("c-viqr.eml"), "viqr", "VIQR", "Em xin gửi trước số liệu lớp dạy trực tuyến"),
    (letter(VNI, "iso-8859-1"), "vni", "VNI", "DANH SÁCH HỌC SINH DỰ THI HỌC SINH GIỎI CẤP TỈNH LỚP 9"),
    (letter("kÝnh göi phßng gi¸o dôc".encode(), "utf-8"), "tcvn3", "TCVN3", "kính gửi phòng giáo dục"),
    (letter(in_1258(WINDOWS), "iso-8859-1"), "cp1258", "Windows-1258", WINDOWS),
)


@pytest.mark.parametrize(("data", "code", "name", "meant"), LETTERS)
def test_an_old_encoding_is_noticed_and_read(site: Site, data: bytes, code: str, name: str, meant: str) -> None:
    uid = site.deliver(data)
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('vanthu')}/{uid}"
    page = client.get(base).text
    assert f"bảng mã cũ {name}." in page and f'class="button" href="{base}?doc={code}"' in page
    page = client.get(f"{base}?doc={code}").text
    assert meant in page and f"Đang đọc theo bảng mã {name}" in page
    assert client.get(f"{base}/nguon.eml").content == data


TODAY = ("09-thu-ca-nhan.eml", "02-fwd-gmail.eml", "15-tieu-de-8bit-cp1258.eml", "10-ban-tin.eml")


@pytest.mark.parametrize("name", TODAY)
def test_a_letter_of_today_is_left_alone(site: Site, name: str) -> None:
    uid = site.deliver(sample(name))
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('vanthu')}/{uid}"
    page = client.get(base).text
    assert "bảng mã cũ" not in page and f'href="{base}?doc=vni"' in page
    assert client.get(f"{base}?doc=khong-co").status_code == 200


def test_the_text_inside_a_signature_is_shown(site: Site) -> None:
    uid = site.deliver(sample("16-smime-p7m.eml"))
    page = site.signed_in("daonth").get(f"/thu/{site.inbox('vanthu')}/{uid}").text
    assert "Văn bản ký số kèm theo." in page and "Thư không có phần chữ" not in page
    assert "chữ ký chưa được kiểm tra" in page and ".docx" in page


@pytest.mark.browser
def test_old_letters_in_pictures(site: Site, browser: Browser, pictures: Path) -> None:
    uids = [site.deliver(sample(name), CLERKS_MAIL) for name in ("c-html-tcvn3.eml", "16-smime-p7m.eml")]
    for width, height in WIDTHS:
        page = open_page(browser, width, height)
        sign_in(page, site, "daonth")
        page.goto(f"{site.url}/thu/{site.inbox('vanthu')}/{uids[1]}")
        look(page, pictures, "trong-chu-ky")
        page.goto(f"{site.url}/thu/{site.inbox('vanthu')}/{uids[0]}")
        look(page, pictures, "bang-ma-cu")
        press(page, ".strip-acts a[href$='?doc=tcvn3']")
        look(page, pictures, "doc-theo-tcvn3")
        page.click(".main-letter .further > summary")
        page.wait_for_selector(".main-letter .old-letters a[aria-current]", state="visible")
        shoot(page, pictures, "doc-theo-muc")
        page.context.close()


@pytest.mark.browser
def test_the_menu_of_a_short_letter_is_never_cut_off(site: Site, browser: Browser) -> None:
    uid = site.deliver(b"From: a@x.example\r\nSubject: Ngan\r\n\r\nChao anh.\r\n")
    for width, height in WIDTHS:
        page = open_page(browser, width, height)
        sign_in(page, site, "daonth")
        page.goto(f"{site.url}/thu/{site.inbox('vanthu')}/{uid}")
        page.click(".main-letter .further > summary")
        card, bar = page.locator(".main-letter .further-card"), page.locator(".rail")
        card.wait_for(state="visible")
        box, rail = card.bounding_box(), bar.bounding_box()
        assert box is not None and rail is not None
        assert box["y"] >= 0 and box["y"] + box["height"] <= (rail["y"] if width == 390 else height), box
        card.locator("a[href$='?doc=vni']").click()
        page.wait_for_url("**/*?doc=vni")
        page.context.close()
