"""Files of letters: small pictures, previews in page pictures, Word and Excel in a frame, hostile ones refused."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest
from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import Browser

from tests.browsing import fits, open_page, sign_in
from tests.places import SAMPLES
from tests.web.webhouse import Site, sample

OWN = "phuongvh@sogddt.tayninh.gov.vn"


def with_files(*files: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "An <an@truong.example>", OWN, "Tệp"
    message.set_content("Kèm tệp.")
    for name, data in files:
        message.add_attachment(data, "application", "octet-stream", filename=name)
    return message.as_bytes()


def docx() -> bytes:
    return next(iter(sorted((SAMPLES / "docx").glob("*.docx")))).read_bytes()


def xlsx() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Trường", "Số học sinh", "<script>window.XSSMAU=1</script>"])
    for n in range(300):
        sheet.append([f"THPT số {n}", 1000.5 + n])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, "PNG")
    return out.getvalue()


def bomb(inner: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(inner, b"0" * 150_000_000)
    return out.getvalue()


def place(site: Site, *files: tuple[str, bytes]) -> str:
    return f"/thu/{site.inbox('phuongvh')}/{site.deliver(with_files(*files), OWN)}"


def test_cards_have_small_pictures(site: Site) -> None:
    uid = site.deliver(sample("03-nhieu-van-ban.eml"))
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('vanthu')}/{uid}"
    assert f'src="{base}/tep/0/nho"' in client.get(base).text
    for _again in range(2):
        small = client.get(f"{base}/tep/0/nho")
        assert small.headers["content-type"] == "image/webp"
        picture = Image.open(io.BytesIO(small.content))
        assert max(picture.size) == 360 and picture.format == "WEBP"
    own = place(site, ("anh.png", png(2000, 1200)), ("hong.pdf", b"%PDF-1.4 x"), ("a.docx", docx()))
    me = site.signed_in("phuongvh")
    assert max(Image.open(io.BytesIO(me.get(f"{own}/tep/0/nho").content)).size) == 360
    assert max(Image.open(io.BytesIO(me.get(f"{own}/tep/0/anh").content)).size) == 1600
    assert [me.get(f"{own}/tep/{n}/nho").status_code for n in (1, 2)] == [404, 404]


def test_word_and_excel_are_glanced_at_behind_the_walls(site: Site, browser: Browser) -> None:
    base = place(site, ("bao-cao.docx", docx()), ("so-lieu.xlsx", xlsx()))
    client = site.signed_in("phuongvh")
    page = client.get(f"{base}/tep/0/xem").text
    assert "định dạng có thể khác" in page and 'sandbox=""' in page
    word = client.get(f"{base}/tep/0/nhanh")
    assert "sandbox" in word.headers["content-security-policy"] and word.text.count("<p") > 5
    sheet = client.get(f"{base}/tep/1/nhanh").text
    assert "<td>THPT số 3</td><td>1003,5</td>" in sheet and "THPT số 250" not in sheet and "<script" not in sheet
    shown = open_page(browser, 390, 844)
    sign_in(shown, site, "phuongvh")
    for number in (0, 1):
        shown.goto(f"{site.url}{base}/tep/{number}/xem")
        shown.wait_for_load_state("networkidle")
        fits(shown)
        frame = next(one for one in shown.frames if one.url.endswith("/nhanh"))
        assert len(frame.locator("body").inner_text()) > 50


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bom.docx", bomb("word/document.xml")),
        ("bom.xlsx", bomb("xl/workbook.xml")),
        ("hong.docx", b"PK\x03\x04 khong phai zip"),
        ("rong.xlsx", b""),
    ],
)
def test_bombs_are_refused_with_a_sentence(site: Site, name: str, data: bytes) -> None:
    base = place(site, (name, data))
    client = site.signed_in("phuongvh")
    assert client.get(base).status_code == 200
    for number in range(3):  # a bomb may be listed with what it holds
        answer = client.get(f"{base}/tep/{number}/nhanh")
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            assert "Không xem nhanh được tệp này" in answer.text


def test_texts_letters_and_pictures_are_shown(site: Site) -> None:
    text = "Dòng một <b>\n".encode("cp1258", "replace") + "Hết".encode()
    base = place(site, ("ghi-chu.txt", text), ("thu.eml", sample("09-thu-ca-nhan.eml")), ("anh.gif", png(40, 30)))
    client = site.signed_in("phuongvh")
    assert "&lt;b&gt;" in client.get(f"{base}/tep/0/xem").text
    assert client.get(f"{base}/tep/1/xem").status_code == 200
    assert f"{base}/tep/2/anh" in client.get(f"{base}/tep/2/xem").text


def test_what_cannot_be_viewed_says_so(site: Site) -> None:
    base = place(site, ("hong.pdf", b"%PDF-1.4 x"), ("la.xyz", b"x"))
    client = site.signed_in("phuongvh")
    for number in (0, 1):
        assert "Không xem trước được tệp này" in client.get(f"{base}/tep/{number}/xem").text
    for path in ("nhanh", "nho", "anh"):
        assert client.get(f"{base}/tep/1/{path}").status_code == 404
    assert site.signed_in("locpv").get(f"{base}/tep/0/nho").status_code == 404
