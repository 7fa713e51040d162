"""The frame of every page: posts, language, colours, the session's token, the one search."""

from __future__ import annotations

import re

from tests.web.webhouse import Site, sample, token_of
from webmail.seeking import marked


def test_language_is_chosen_for_all_of_a_persons_pages(site: Site) -> None:
    client = site.signed_in("nganltt")
    page = client.get("/phim-tat")
    assert '<html lang="vi"' in page.text and "Phím tắt" in page.text
    answer = client.post("/cai-dat/giao-dien", data={"ma": token_of(page), "language": "en", "ve": "/phim-tat"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/phim-tat")
    page = client.get("/phim-tat")
    assert '<html lang="en"' in page.text and "Keyboard shortcuts" in page.text
    assert "Not found" in client.get("/khong-co").text
    assert '<html lang="en"' in site.signed_in("nganltt").get("/phim-tat").text
    assert '<html lang="vi"' in site.signed_in("daonth").get("/phim-tat").text


def test_a_stranger_chooses_the_language_of_the_door(site: Site) -> None:
    client = site.client()
    assert client.get("/noi?ngon_ngu=en").status_code == 303
    assert "Sign in" in client.get("/dang-nhap").text
    client.get("/noi?ngon_ngu=xx")
    assert "Sign in" in client.get("/dang-nhap").text


def test_colours_are_kept_and_others_are_not_taken(site: Site) -> None:
    client = site.signed_in("nganltt")
    token = token_of(client.get("/phim-tat"))
    client.post("/cai-dat/giao-dien", data={"ma": token, "theme": "dark"})
    assert 'data-theme="dark"' in client.get("/phim-tat").text
    client.post("/cai-dat/giao-dien", data={"ma": token, "theme": '"><b>'})
    assert 'data-theme="dark"' in client.get("/phim-tat").text


def test_posts_are_chosen_among_ones_own(site: Site) -> None:
    client = site.signed_in("daonth")
    page = client.get("/phim-tat")
    refused = client.post("/cai-dat/chuc-danh", data={"ma": token_of(page), "chuc_danh": "lanh_dao_so@BGD"})
    assert refused.status_code == 403
    taken = client.post("/cai-dat/chuc-danh", data={"ma": token_of(page), "chuc_danh": "van_thu@VP"})
    assert taken.status_code == 303
    assert client.get("/van-ban-den/cho-vao-so").status_code == 200


def test_the_token_for_scripts_is_the_sessions(site: Site) -> None:
    client = site.signed_in("daonth")
    said = client.get("/phien").json()
    assert said["vao"] is True and re.fullmatch(r"[0-9a-f]{64}", said["ma"])
    assert client.post("/cai-dat/giao-dien", data={"ma": said["ma"], "theme": "auto"}).status_code == 303
    assert site.client().get("/phien").json() == {"vao": False, "ma": ""}


def test_signing_in_over_a_page(site: Site) -> None:
    client = site.client()
    client.get("/dang-nhap")
    said = client.get("/phien").json()
    fields = {"ma": said["ma"], "ten": "daonth", "mat_khau": "sai", "tiep": "/"}
    answer = client.post("/dang-nhap", data=fields, headers={"accept": "application/json"})
    assert answer.json()["vao"] is False and "Sai tên" in answer.json()["loi"]
    fields["mat_khau"] = "mot-mat-khau-dai"
    answer = client.post("/dang-nhap", data=fields, headers={"accept": "application/json"})
    assert answer.json()["vao"] is True
    data = {"ma": answer.json()["ma"], "theme": "auto"}
    assert client.post("/cai-dat/giao-dien", data=data).status_code == 303


def test_search_finds_commands_and_sections_without_marks(site: Site) -> None:
    client = site.signed_in("daonth")
    found = client.get("/tim/nhanh?q=so+van").text
    assert 'href="/van-ban-den"' in found and "<mark>Sổ</mark>" in found
    assert "cho-vao-so" not in site.signed_in("phuongvh").get("/tim/nhanh?q=van").text
    assert client.get("/tim?q=<script>alert(1)</script>").text.count("<script>alert") == 0


def test_search_finds_what_is_in_the_register(site: Site) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    client = site.signed_in("daonth")
    form = client.get("/van-ban-den/cho-vao-so/1")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.text.split('id="vao-so"')[1].split("</form>")[0]))
    area = re.search(r'<textarea[^>]*name="subject"[^>]*>([^<]*)<', form.text)
    assert area is not None
    client.post("/van-ban-den/cho-vao-so/1", data=fields | {"subject": area[1], "urgency": "thuong", "viec": "vao-so"})
    word = area[1].split()[0]
    assert "/van-ban-den/2026/1" in client.get("/tim", params={"q": word}).text
    assert "/van-ban-den/2026/1" not in site.signed_in("phuongvh").get("/tim", params={"q": word}).text


def test_marks_stand_where_the_words_are() -> None:
    assert marked("Đường Hoà <b>", "duong hoa") == "<mark>Đường</mark> <mark>Hoà</mark> &lt;b&gt;"
    assert marked("ﬁle", "f") in ("<mark>ﬁ</mark>le", "ﬁle")
    assert marked("", "x") == ""
    assert marked("aaa", "a a") == "<mark>a</mark><mark>a</mark><mark>a</mark>"


def test_pages_are_compressed_and_tokens_differ(site: Site) -> None:
    client = site.signed_in("daonth")
    first, second = client.get("/phim-tat"), client.get("/phim-tat")
    assert first.headers["content-encoding"] == "gzip"
    assert token_of(first) != token_of(second)
