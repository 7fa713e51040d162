"""A clerk's day without JavaScript: reading, putting forward, entering, dismissing, correcting, paper."""

from __future__ import annotations

import re

import httpx

from tests.web.webhouse import Site, sample, token_of

FIELD = re.compile(r'<(?:input|textarea|select)[^>]*\bid="f-(\w+)"')
VALUE = re.compile(r'name="(\w+)"(?: rows="\d")? ?(?:required)?[^>]*?value="([^"]*)"')


def filled(page: httpx.Response) -> dict[str, str]:
    """The register form of a page as a browser would send it."""
    import html

    form = page.text.split('id="vao-so"')[1].split("</form>")[0]
    found = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    for name, value in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', form):
        found[name] = html.unescape(value)
    chosen = re.search(r'<option value="(\w+)" selected>', form)
    found.pop("tiep", None)
    return found | {"urgency": chosen[1] if chosen else "thuong"}


def test_mail_to_register_and_back(site: Site) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.deliver(sample("01-hoa-toc.eml"))
    site.read_files()
    client = site.signed_in("daonth")
    listed = client.get("/van-ban-den/cho-vao-so")
    assert "5120/BGDĐT-GDPT" in listed.text and "Hỏa tốc" in listed.text
    page = client.get("/van-ban-den/cho-vao-so/1")
    form = filled(page)
    assert form["code"] == "5120/BGDĐT-GDPT"
    assert form["issue_date"] == "03/09/2026"
    assert page.text.count("tự nhận dạng") >= 6
    answer = client.post("/van-ban-den/cho-vao-so/1", data=form)
    assert answer.headers["location"] == "/van-ban-den/2026/1?moi=1"
    document = client.get(answer.headers["location"])
    assert "ĐẾN" in document.text and "Vào sổ thư tiếp theo" in document.text
    assert "Nguyễn Thị Hồng Đào" in document.text
    letter = client.get(f"/thu/{site.inbox('vanthu')}/1")
    assert "số đến 1/2026" in letter.text
    assert client.get("/van-ban-den/cho-vao-so/1").headers["location"] == "/van-ban-den/2026/1"
    found = client.get("/van-ban-den?tim=khao+sat+hoc+ba")
    assert "1 văn bản có" in found.text and "/van-ban-den/2026/1" in found.text
    next_form = filled(client.get("/van-ban-den/cho-vao-so/2"))
    second = client.post("/van-ban-den/cho-vao-so/2", data=next_form | {"tiep": "1"})
    assert second.headers["location"] == "/van-ban-den/2026/2?moi=1"  # nothing is left to go on with


def test_save_and_next_opens_the_next_letter(site: Site) -> None:
    for name in ("01-ext-bo.eml", "01-hoa-toc.eml", "01-ext-ubnd-tinh.eml"):
        site.deliver(sample(name))
        site.clock.advance(60_000)
    site.read_files()
    client = site.signed_in("daonth")
    form = filled(client.get("/van-ban-den/cho-vao-so/1"))
    answer = client.post("/van-ban-den/cho-vao-so/1", data=form | {"tiep": "1"})
    assert answer.headers["location"] == "/van-ban-den/cho-vao-so/2"
    assert "số đến 1/2026" in client.get("/van-ban-den/cho-vao-so/2").text


def test_two_clerks_on_one_letter(site: Site) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    first, second = site.signed_in("daonth"), site.signed_in("locpv")
    one, two = (filled(client.get("/van-ban-den/cho-vao-so/1")) for client in (first, second))
    assert first.post("/van-ban-den/cho-vao-so/1", data=one).status_code == 303
    answer = second.post("/van-ban-den/cho-vao-so/1", data=two | {"subject": "Trích yếu khác"})
    assert answer.status_code == 409
    assert "Trích yếu khác" in answer.text and "khảo sát việc sử dụng học bạ số" in answer.text
    assert "/van-ban-den/2026/1" in answer.text
    assert "1 văn bản" in second.get("/van-ban-den").text


def test_wrong_fields_keep_what_was_typed(site: Site) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    client = site.signed_in("daonth")
    form = filled(client.get("/van-ban-den/cho-vao-so/1"))
    answer = client.post(
        "/van-ban-den/cho-vao-so/1", data=form | {"subject": "", "issue_date": "31/02/2026", "note": 'giữ "nguyên" <b>'}
    )
    assert answer.status_code == 422
    assert "Chưa ghi trích yếu." in answer.text and "31/02/2026" in answer.text
    assert "giữ &#34;nguyên&#34; &lt;b&gt;" in answer.text
    answer = client.post("/van-ban-den/cho-vao-so/1", data=form | {"arrival_date": "hôm nào"})
    assert answer.status_code == 422 and "hôm nào" in answer.text


def test_dismissed_with_a_reason_and_restored(site: Site) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    client = site.signed_in("daonth")
    form = filled(client.get("/van-ban-den/cho-vao-so/1"))
    data = {"ma": form["ma"], "version": form["version"]}
    assert client.post("/van-ban-den/cho-vao-so/1/khong-vao-so", data=data).status_code == 422
    answer = client.post("/van-ban-den/cho-vao-so/1/khong-vao-so", data=data | {"reason": "Gửi nhầm"})
    assert answer.headers["location"] == "/van-ban-den/cho-vao-so"
    shown = client.get("/van-ban-den/cho-vao-so")
    assert "Hoàn tác" in shown.text and "Không còn văn bản nào chờ vào sổ" in shown.text
    assert "Hoàn tác" not in client.get("/van-ban-den/cho-vao-so").text  # said once
    assert "Gửi nhầm" in client.get("/van-ban-den/cho-vao-so?muc=bo").text
    undo = shown.text.split('class="toast"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', undo))
    assert client.post("/van-ban-den/cho-vao-so/1/khoi-phuc", data=fields).status_code == 303
    assert "5120" in client.get("/van-ban-den/cho-vao-so").text


def test_any_letter_can_be_put_forward(site: Site) -> None:
    site.deliver(sample("09-thu-ca-nhan.eml"))
    client = site.signed_in("daonth")
    box = site.inbox("vanthu")
    page = client.get(f"/thu/{box}/1")
    answer = client.post(f"/thu/{box}/1/vao-so", data={"ma": token_of(page)})
    assert answer.headers["location"] == "/van-ban-den/cho-vao-so/1"
    assert "Nội dung thư" in client.get("/van-ban-den/cho-vao-so/1").text
    again = client.post(f"/thu/{box}/1/vao-so", data={"ma": token_of(page)})
    assert again.headers["location"] == "/van-ban-den/cho-vao-so/1"


def test_held_letters_show_nothing_of_themselves(site: Site) -> None:
    site.deliver(sample("11-mat-trong-chu-de.eml"))
    site.read_files()
    client = site.signed_in("daonth")
    held = client.get("/van-ban-den/cho-vao-so?muc=giu")
    assert "18/UBND-NC" not in held.text and "Tạm giữ" in held.text
    page = client.get("/van-ban-den/cho-vao-so/1")
    assert "18/UBND-NC" not in page.text and "Thư đang tạm giữ" in page.text
    assert client.get("/van-ban-den/cho-vao-so/1/tep/0").status_code in (403, 404)


def test_duplicates_are_told_with_a_link(site: Site) -> None:
    site.deliver(sample("01-ext-bo.eml"))
    site.read_files()
    client = site.signed_in("daonth")
    client.post("/van-ban-den/cho-vao-so/1", data=filled(client.get("/van-ban-den/cho-vao-so/1")))
    site.deliver(sample("14-trung-noi-dung-khac-tep.eml"))
    site.read_files()
    assert "Trùng số đến 1/2026" in client.get("/van-ban-den/cho-vao-so").text
    assert 'href="/van-ban-den/2026/1"' in client.get("/van-ban-den/cho-vao-so/2").text


def test_letters_with_several_documents_are_divided(site: Site) -> None:
    site.deliver(sample("03-nhieu-van-ban.eml"))
    site.read_files()
    client = site.signed_in("daonth")
    page = client.get("/van-ban-den/cho-vao-so/1")
    assert "Thư này có 2 văn bản" in page.text
    form = filled(page)
    answer = client.post("/van-ban-den/cho-vao-so/1/tach", data={"ma": form["ma"], "version": form["version"]})
    assert answer.status_code == 303
    assert "/van-ban-den/cho-vao-so/2" in client.get("/van-ban-den/cho-vao-so").text


def test_paper_is_entered_and_corrected(site: Site) -> None:
    client = site.signed_in("daonth")
    page = client.get("/van-ban-den/moi")
    data = {
        "ma": token_of(page), "arrival_date": "24/11/2026", "issuer": "UBND tỉnh", "code": "12/UBND-VX",
        "issue_date": "20/11/2026", "type_name": "Công văn", "subject": "Thử sổ giấy", "urgency": "khan",
    }  # fmt: skip
    wrong = client.post("/van-ban-den/moi", data=data | {"issuer": ""})
    assert wrong.status_code == 422 and "Thử sổ giấy" in wrong.text
    answer = client.post("/van-ban-den/moi", data=data)
    assert answer.headers["location"] == "/van-ban-den/2026/1?moi=1"
    form = client.get("/van-ban-den/2026/1/sua")
    assert "12/UBND-VX" in form.text
    change = data | {"version": re.search(r'name="version" value="(\d+)"', form.text)[1], "subject": "Trích yếu đúng"}  # type: ignore[index]
    assert client.post("/van-ban-den/2026/1/sua", data=change).status_code == 422  # no reason
    assert client.post("/van-ban-den/2026/1/sua", data=change | {"reason": "Gõ sai"}).status_code == 303
    document = client.get("/van-ban-den/2026/1")
    assert "Trích yếu đúng" in document.text and "Lý do: Gõ sai" in document.text
    stale = client.post("/van-ban-den/2026/1/sua", data=change | {"reason": "Muộn", "subject": "Của tôi"})
    assert stale.status_code == 409
    assert "Của tôi" in stale.text and "Trích yếu đúng" in stale.text


def test_letters_are_marked_moved_and_brought_back(site: Site) -> None:
    address = "daonth@sogddt.tayninh.gov.vn"
    for name in ("09-tra-loi-thu.eml", "09-thu-ca-nhan.eml", "10-ban-tin.eml"):
        site.deliver(sample(name), address)
    client = site.signed_in("daonth")
    box = site.inbox("daonth")
    assert client.get("/thu").text.count("letter-row unread") == 2  # two of them are one conversation
    client.post(f"/thu/{box}/kieu", data={"ma": token_of(client.get("/thu")), "kieu": "tung-thu"})
    assert client.get("/thu").text.count("letter-row unread") == 3
    client.get(f"/thu/{box}/2", headers={"sec-purpose": "prefetch"})
    assert client.get("/thu").text.count("letter-row unread") == 3
    page = client.get(f"/thu/{box}/2")
    assert client.get("/thu").text.count("letter-row unread") == 2
    token = token_of(page)
    back = client.post(f"/thu/{box}/viec", data={"ma": token, "uid": ["2"], "viec": "chua-doc"})
    assert back.headers["location"] == f"/thu/{box}"
    assert client.get("/thu").text.count("letter-row unread") == 3
    client.post(f"/thu/{box}/viec", data={"ma": token, "uid": ["1", "3"], "viec": "thung-rac", "ve": f"/thu/{box}"})
    shown = client.get("/thu")
    assert shown.text.count('class="letter-row') == 1 and "Thùng rác" in shown.text
    undo = shown.text.split('class="toast"')[1].split("</form>")[0]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', undo):
        fields.setdefault(name, []).append(value)
    action = re.search(r'action="([^"]*)"', undo)
    assert action is not None
    client.post(action[1], data=fields)
    assert client.get("/thu").text.count('class="letter-row') == 3


def test_search_finds_without_marks_and_by_several_words(site: Site) -> None:
    for name in ("01-ext-bo.eml", "09-thu-ca-nhan.eml", "10-ban-tin.eml"):
        site.deliver(sample(name))
    client = site.signed_in("daonth")
    box = site.inbox("vanthu")
    assert "1 thư có" in client.get(f"/thu/{box}?tim=khao+sat+hoc+ba").text
    assert "1 thư có" in client.get(f"/thu/{box}", params={"tim": "học khảo"}).text
    assert "0 thư có" in client.get(f"/thu/{box}", params={"tim": '"học khảo"'}).text
    assert "Không có thư nào khớp" in client.get(f"/thu/{box}?tim=zzzzzz").text


def next_of(page: str, direction: str = "next") -> str:
    """Where the link to the next page of a list leads."""
    found = re.search(rf'rel="{direction}" href="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_long_lists_have_pages(site: Site) -> None:
    for n in range(103):
        site.deliver(b"From: a@b.example\r\nSubject: Thu so %d\r\n\r\nx\r\n" % n, "daonth@sogddt.tayninh.gov.vn")
    client = site.signed_in("daonth")
    box = site.inbox("daonth")
    first = client.get("/thu").text
    assert first.count('class="letter-row') == 50 and "Thu so 102" in first and 'rel="prev"' not in first
    second = client.get(next_of(first)).text
    last = client.get(next_of(second)).text
    assert second.count('class="letter-row') == 50 and "Thu so 52<" in second
    assert last.count('class="letter-row') == 3 and "Thu so 0<" in last and 'rel="next"' not in last
    back = client.get(next_of(last, "prev")).text
    assert back.count('class="letter-row') == 50 and "Thu so 52<" in back and "Thu so 3<" in back
    assert client.get(f"/thu/{box}?truoc=1").text.count('class="letter-row') == 0
    reader = client.get(f"/thu/{box}/2").text
    assert "Thu so 0<" in reader and "Thu so 102" not in reader
    found = client.get(f"/thu/{box}?tim=thu+so").text
    assert found.count('class="letter-row') == 50
    assert client.get(next_of(client.get(next_of(found)).text)).text.count('class="letter-row') == 3


def test_the_register_is_printed_with_all_columns(site: Site) -> None:
    client = site.signed_in("daonth")
    token = token_of(client.get("/van-ban-den/moi"))
    for n in range(3):
        data = {"ma": token, "arrival_date": "24/11/2026", "issuer": f"Cơ quan {n}", "subject": f"Việc {n}"}
        assert client.post("/van-ban-den/moi", data=data).status_code == 303
    printed = client.get("/van-ban-den/in?nam=2026").text
    assert "từ số 1 đến số 3" in printed and "(10)" in printed
    assert printed.index("Việc 0") < printed.index("Việc 2")
    assert "Không có văn bản nào" in client.get("/van-ban-den/in?nam=2026&tu=25/11/2026").text
    assert site.signed_in("phuongvh").get("/van-ban-den/in").status_code == 403


def test_the_manifest_names_an_icon(site: Site) -> None:
    answer = site.client().get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    assert site.client().get(answer.json()["icons"][0]["src"]).status_code == 200
