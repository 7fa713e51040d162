"""Reading a conversation: all its letters on one page, each with its acts; the print view and the source."""

from __future__ import annotations

import io
import re
import time
import zipfile

from tests.web.webhouse import Site, sample, token_of

AN = "An Bình <an@truong.example>"
OWN = "phuongvh@sogddt.tayninh.gov.vn"


def letter(
    number: int, *, parent: int | None = None, sender: str = "An Bình <an@truong.example>", text: str = ""
) -> bytes:
    head = f"From: {sender}\r\nTo: {OWN}\r\nSubject: Kế hoạch\r\nMessage-ID: <m{number}@truong.example>\r\n"
    if parent is not None:
        head += f"In-Reply-To: <m{parent}@truong.example>\r\nReferences: <m{parent}@truong.example>\r\n"
    return (head + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + (text or f"Lời thứ {number}.") + "\r\n").encode()


def test_the_whole_conversation_is_on_one_page(site: Site) -> None:
    uids = [site.deliver(letter(n, parent=n - 1 if n else None), OWN) for n in range(3)]
    client, box = site.signed_in("phuongvh"), site.inbox("phuongvh")
    page = client.get(f"/thu/{box}/{uids[2]}").text
    assert page.count('class="fold unread"') == 2 and "3 thư trong hội thoại" in page
    assert "Lời thứ 2." in page.split("<article")[1]
    for uid in uids[:2]:
        assert f'hx-get="/thu/{box}/{uid}/mot-thu"' in page and f'href="/thu/{box}/{uid}">Mở thư này' in page
    older = client.get(f"/thu/{box}/{uids[0]}").text
    assert "Xem thư mới nhất" in older and f'href="/thu/{box}/{uids[2]}"' in older


def test_a_folded_letter_comes_by_itself_and_is_seen_then(site: Site) -> None:
    first, second = site.deliver(letter(0), OWN), site.deliver(letter(1, parent=0), OWN)
    client, box = site.signed_in("phuongvh"), site.inbox("phuongvh")
    page = client.get(f"/thu/{box}/{second}").text
    assert re.search(rf'class="fold unread" id="l{box}-{first}"', page)
    piece = client.get(f"/thu/{box}/{first}/mot-thu", headers={"hx-request": "true"})
    assert piece.status_code == 200 and "<html" not in piece.text and "Lời thứ 0." in piece.text
    assert f"tra_loi={box}.{first}" in piece.text
    assert 'class="fold unread"' not in client.get(f"/thu/{box}/{second}").text
    plain = client.get(f"/thu/{box}/{first}/mot-thu")
    assert (plain.status_code, plain.headers["location"]) == (303, f"/thu/{box}/{first}")


def test_letters_in_other_folders_belong_to_it_once_and_the_trash_does_not(site: Site) -> None:
    uids = [site.deliver(letter(n, parent=n - 1 if n else None), OWN) for n in range(4)]
    client, box = site.signed_in("phuongvh"), site.inbox("phuongvh")
    token = token_of(client.get(f"/thu/{box}"))
    client.post(f"/thu/{box}/viec", data={"ma": token, "uid": [str(uids[0])], "viec": "luu-tru"})
    client.post(f"/thu/{box}/viec", data={"ma": token, "uid": [str(uids[1])], "viec": "thung-rac"})
    page = client.get(f"/thu/{box}/{uids[3]}").text
    assert "3 thư trong hội thoại" in page and re.search(r'class="chip">(Lưu trữ|Archive|.*[Ll]ưu)', page)


def test_nobody_sees_a_letter_of_the_conversation_that_is_not_his(site: Site) -> None:
    other = "locpv@sogddt.tayninh.gov.vn"
    site.deliver(letter(0, text="Chỉ cho anh Lộc."), other)
    mine = site.deliver(letter(1, parent=0), OWN)
    page = site.signed_in("phuongvh").get(f"/thu/{site.inbox('phuongvh')}/{mine}").text
    assert "Chỉ cho anh Lộc." not in page and 'class="fold-body"' not in page
    theirs = site.inbox("locpv")
    for tail in ("", "/mot-thu", "/in", "/nguon", "/noi-dung", "/nguon.eml"):
        assert site.signed_in("phuongvh").get(f"/thu/{theirs}/1{tail}", headers={"hx-request": "1"}).status_code == 404


def test_a_long_conversation_is_quick_and_mostly_folded(site: Site) -> None:
    uids = [site.deliver(letter(n, parent=n - 1 if n else None), OWN) for n in range(150)]
    client, box = site.signed_in("phuongvh"), site.inbox("phuongvh")
    client.get(f"/thu/{box}/{uids[-1]}")
    begun = time.perf_counter()
    page = client.get(f"/thu/{box}/{uids[-1]}")
    took = time.perf_counter() - begun
    assert "150 thư trong hội thoại" in page.text and "145 thư nữa" in page.text
    assert took < 1.0, took
    base = f"/thu/{box}/{uids[-1]}"
    assert page.text.count('class="fold-body"') == 4
    far = client.get(f"{base}/xep?phan=truoc", headers={"hx-request": "true"}).text
    assert far.count('class="fold-body"') == 145 and "<html" not in far
    assert client.get(f"{base}?het=1").text.count('class="fold-body"') == 149
    assert client.get(f"{base}/xep").headers["location"] == f"{base}?het=1"


def test_quotations_are_folded_but_a_letter_of_nothing_else_is_not(site: Site) -> None:
    quoted = "\r\n".join(f"> dòng {n}" for n in range(8))
    client, box = site.signed_in("phuongvh"), site.inbox("phuongvh")
    one = client.get(f"/thu/{box}/{site.deliver(letter(0, text='Đồng ý.' + chr(13) + chr(10) + quoted), OWN)}").text
    assert '<details class="quoted"><summary>Hiện phần trích</summary>' in one
    two = client.get(f"/thu/{box}/{site.deliver(letter(1, text=quoted), OWN)}").text
    assert '<details class="quoted">' not in two
    html = (
        "<p>Đồng ý với anh.</p><blockquote>"
        + "lời cũ " * 60
        + "<blockquote>cũ</blockquote></blockquote>Chào"
    )
    data = f"From: a@b.example\r\nSubject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}".encode()
    body = client.get(f"/thu/{box}/{site.deliver(data, OWN)}/noi-dung").text
    assert body.count("<details") == 1 and "Hiện phần trích</summary><blockquote>" in body and "Chào" in body


def test_star_print_and_source(site: Site) -> None:
    uid = site.deliver(letter(0, text="Nội dung <b>thô</b>"), OWN)
    client, box = site.signed_in("phuongvh"), site.inbox("phuongvh")
    base = f"/thu/{box}/{uid}"
    page = client.get(base)
    assert client.post(f"{base}/sao", data={"ma": token_of(page), "co": "1"}).status_code == 303
    assert 'aria-label="Bỏ sao"' in client.get(base).text
    client.post(f"{base}/sao", data={"ma": token_of(page), "co": "0"})
    assert 'aria-label="Gắn sao"' in client.get(base).text
    printed = client.get(f"{base}/in")
    assert "sandbox" in printed.headers["content-security-policy"]
    assert "Kế hoạch" in printed.text and "&lt;b&gt;thô" in printed.text and "<nav" not in printed.text
    source = client.get(f"{base}/nguon").text
    assert "Message-ID: &lt;m0@truong.example&gt;" in source and "&lt;b&gt;thô" in source


def test_all_files_come_in_one_archive(site: Site) -> None:
    uid = site.deliver(sample("03-nhieu-van-ban.eml"))
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('vanthu')}/{uid}"
    page = client.get(base).text
    assert f"{base}/tat-ca.zip" in page
    answer = client.get(f"{base}/tat-ca.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        for number, name in enumerate(archive.namelist()):
            assert archive.read(name) == client.get(f"{base}/tep/{number}").content, name
        assert len(archive.namelist()) >= 2


def test_programs_stay_out_of_the_archive(site: Site) -> None:
    uid = site.deliver(sample("04-tep-thuc-thi.eml"))
    answer = site.signed_in("daonth").get(f"/thu/{site.inbox('vanthu')}/{uid}/tat-ca.zip")
    if answer.status_code == 200:
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert not [one for one in names if one.lower().endswith((".exe", ".js", ".scr", ".bat"))]
    else:
        assert answer.status_code == 404


def test_a_registered_letter_shows_where_the_matter_is(site: Site) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    client = site.signed_in("daonth")
    form = client.get("/van-ban-den/cho-vao-so/1").text.split('id="vao-so"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    client.post("/van-ban-den/cho-vao-so/1", data=fields | {"subject": "Khảo sát", "urgency": "thuong"})
    page = client.get(f"/thu/{site.inbox('vanthu')}/1").text
    assert 'aria-label="Đường đi của văn bản"' in page and 'href="/van-ban-den/2026/1"' in page
