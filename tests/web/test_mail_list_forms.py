"""The list of letters through plain forms: conversations, acts on many and their way back, folders, emptying."""

from __future__ import annotations

import re
from html import unescape

import httpx

from mailsvc.mail import bulk
from mailsvc.store import listing, mailboxes
from mailsvc.store.mailboxes import Mailbox
from tests.web.webhouse import Site, token_of

ADDRESS = "daonth@sogddt.tayninh.gov.vn"


def put(site: Site, n: int, *, answers: int | None = None, subject: str = "", body: str = "x") -> int:
    parent = f"In-Reply-To: <n{answers}@b>\r\n" if answers is not None else ""
    head = f"From: Nguyen {n} <a{n}@b.example>\r\nMessage-ID: <n{n}@b>\r\n{parent}Subject: {subject or f'Thu so {n}'}"
    return site.deliver(f"{head}\r\n\r\n{body}\r\n".encode(), ADDRESS)


def box(site: Site, name: str, username: str = "daonth") -> Mailbox:
    return site.office.db.read_now(mailboxes.by_name, site.account_id(username), name)


def act(client: httpx.Client, path: str, **fields: str | list[str]) -> httpx.Response:
    """Do it, and see the page it leads to."""
    answer = client.post(path, data={"ma": token_of(client.get("/thu")), **fields})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"])


def undo(client: httpx.Client, page: httpx.Response) -> httpx.Response:
    toast = page.text.split('class="toast"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', toast))
    action = re.search(r'action="([^"]*)"', toast)
    assert action is not None
    answer = client.post(action[1], data=fields)
    assert answer.status_code == 303
    return client.get(answer.headers["location"])


def rows(page: httpx.Response) -> list[str]:
    return re.findall(r'<li id="t[\d-]+".*?</li>', page.text, re.DOTALL)


def test_a_conversation_is_one_row_and_one_thing_to_act_on(site: Site) -> None:
    put(site, 1)
    put(site, 2)
    put(site, 3, answers=1)
    put(site, 4, answers=3)
    client, inbox = site.signed_in("daonth"), site.inbox("daonth")
    page = client.get("/thu")
    first, second = rows(page)
    assert "Thu so 4" in first and 'class="thread-count"' in first and ">3<" in first and "Thu so 2" in second
    done = act(client, f"/thu/{inbox}/viec", thu=f"{inbox}-4", chuoi="1", viec="luu-tru")
    assert "Đã chuyển 3 thư vào “Lưu trữ”" in done.text and len(rows(done)) == 1
    assert box(site, "Lưu trữ").messages == 3
    back = undo(client, done)
    assert "Đã hoàn tác 3 thư" in back.text and len(rows(client.get("/thu"))) == 2
    single = act(client, f"/thu/{inbox}/kieu", kieu="tung-thu")
    assert len(rows(single)) == 4 and "thread-count" not in single.text
    assert len(rows(act(client, f"/thu/{inbox}/kieu", kieu="hoi-thoai"))) == 2


def test_a_letter_that_came_meanwhile_is_left_alone(site: Site) -> None:
    put(site, 1)
    put(site, 2, answers=1)
    client, inbox = site.signed_in("daonth"), site.inbox("daonth")
    put(site, 3, answers=2)  # the page shows the conversation up to 2
    act(client, f"/thu/{inbox}/viec", thu=f"{inbox}-2", chuoi="1", viec="thung-rac")
    assert box(site, "Thùng rác").messages == 2
    assert "Thu so 3" in client.get("/thu").text
    site.deliver(b"From: a@b.example\r\nSubject: Moi\r\n\r\nx\r\n", ADDRESS)
    act(client, f"/thu/{inbox}/viec", **{"tat-ca": "1", "moc": "4", "viec": "thung-rac"})
    assert [re.search("Moi|Thu so", one)[0] for one in rows(client.get("/thu"))] == ["Moi"]  # type: ignore[index]


def test_everything_is_done_in_small_parts_and_undone(site: Site) -> None:
    count = 2 * bulk.BATCH + 7
    for n in range(count):
        put(site, n)
    client, inbox = site.signed_in("daonth"), site.inbox("daonth")
    shown = act(client, f"/thu/{inbox}/viec", **{"tat-ca": "1", "moc": "999999", "viec": "da-doc"})
    assert f"Đã đánh dấu {count} thư là đã đọc" in shown.text and box(site, "INBOX").unseen == 0
    client.post(f"/thu/{inbox}/viec", data={"ma": token_of(shown), "thu": [f"{inbox}-1"], "viec": "chua-doc"})
    moved = act(client, f"/thu/{inbox}/viec", **{"tat-ca": "1", "viec": "chuyen", "den": str(box(site, "Lưu trữ").id)})
    assert f"Đã chuyển {count} thư" in moved.text and box(site, "INBOX").messages == 0
    assert "Đã hoàn tác" in undo(client, moved).text
    assert (box(site, "INBOX").messages, box(site, "INBOX").unseen) == (count, 1)


def test_the_way_back_is_one_persons_and_once(site: Site) -> None:
    put(site, 1)
    client, inbox = site.signed_in("daonth"), site.inbox("daonth")
    page = act(client, f"/thu/{inbox}/viec", thu=f"{inbox}-1", viec="sao")
    name = re.search(r'name="lan" value="([^"]+)"', page.text)
    assert name is not None
    other = site.signed_in("locpv")
    assert other.post("/thu/hoan-tac", data={"ma": token_of(other.get("/thu")), "lan": name[1]}).status_code == 404
    undo(client, page)
    assert not site.office.db.read_now(listing.line, inbox, 1).flags & 4
    again = client.post("/thu/hoan-tac", data={"ma": token_of(client.get("/thu")), "lan": name[1]})
    assert again.status_code == 404 and "Không hoàn tác được nữa" in again.text
    scripted = client.post(
        "/thu/hoan-tac",
        data={"ma": token_of(client.get("/thu")), "lan": name[1]},
        headers={"accept": "application/json"},
    )
    assert scripted.status_code == 404 and "Không hoàn tác" in scripted.json()["loi"]


def test_deleted_for_good_only_out_of_the_trash(site: Site) -> None:
    for n in range(3):
        put(site, n)
    client, inbox, trash = site.signed_in("daonth"), site.inbox("daonth"), box(site, "Thùng rác")
    token = token_of(client.get("/thu"))
    refused = client.post(f"/thu/{inbox}/viec", data={"ma": token, "thu": f"{inbox}-1", "viec": "xoa-han"})
    assert refused.status_code == 403 and box(site, "INBOX").messages == 3
    assert client.get(f"/thu/{inbox}/don").status_code == 403
    assert client.post(f"/thu/{inbox}/don", data={"ma": token, "moc": "99"}).status_code == 403
    act(client, f"/thu/{inbox}/viec", thu=[f"{inbox}-1", f"{inbox}-2", f"{inbox}-3"], viec="thung-rac")
    gone = act(client, f"/thu/{trash.id}/viec", thu=f"{trash.id}-1", viec="xoa-han")
    assert "Đã xóa hẳn 1 thư" in gone.text and 'action="/thu/hoan-tac"' not in gone.text
    asked = client.get(f"/thu/{trash.id}/don")
    assert "Xóa hẳn 2 thư" in asked.text
    mark = re.search(r'name="moc" value="(\d+)"', asked.text)
    assert mark is not None
    put(site, 9)
    act(client, f"/thu/{inbox}/viec", thu=f"{inbox}-4", viec="thung-rac")  # comes after the page was opened
    act(client, f"/thu/{trash.id}/don", moc=mark[1])
    assert box(site, "Thùng rác").messages == 1


def test_folders_are_made_renamed_and_deleted(site: Site) -> None:
    client, inbox = site.signed_in("daonth"), site.inbox("daonth")
    put(site, 1)
    token = token_of(client.get("/thu/thu-muc"))
    for name, words in (
        ("", "đặt tên"),
        ("a/b", "không dùng các dấu"),
        ("lưu TRỮ", "Đã có thư mục"),
        ("x" * 81, "dài quá"),
    ):
        wrong = client.post("/thu/thu-muc", data={"ma": token, "ten": name, "trong": "0"})
        assert wrong.status_code == 422 and words in wrong.text and f'value="{name}"' in wrong.text
    made = act(client, "/thu/thu-muc", ten="Khảo  sát <b>", trong="0")
    assert "Khảo sát &lt;b&gt;" in made.text
    folder = box(site, "Khảo sát <b>")
    inner = act(client, "/thu/thu-muc", ten="2026", trong=str(folder.id))
    assert box(site, "Khảo sát <b>/2026") and "2026" in inner.text
    act(client, f"/thu/{inbox}/viec", thu=f"{inbox}-1", viec="chuyen", den=str(folder.id))
    act(client, f"/thu/{folder.id}/thu-muc", ten="Khảo sát năm")
    assert box(site, "Khảo sát năm/2026")
    refused = client.post(f"/thu/{folder.id}/xoa-thu-muc", data={"ma": token})
    assert refused.status_code == 403 and "thư mục con" in refused.text
    act(client, f"/thu/{box(site, 'Khảo sát năm/2026').id}/xoa-thu-muc")
    gone = act(client, f"/thu/{folder.id}/xoa-thu-muc")
    assert "1 thư đã vào Thùng rác" in gone.text and box(site, "Thùng rác").messages == 1
    for name in ("INBOX", "Thùng rác", "Văn bản đến"):
        answer = client.post(f"/thu/{box(site, name).id}/xoa-thu-muc", data={"ma": token})
        assert answer.status_code == 403, name
        assert client.post(f"/thu/{box(site, name).id}/thu-muc", data={"ma": token, "ten": "khac"}).status_code == 403


def test_nothing_of_others(site: Site) -> None:
    put(site, 1)
    put(site, 2)
    mine, theirs = site.inbox("nganltt"), site.inbox("daonth")
    client = site.signed_in("nganltt")
    token = token_of(client.get("/thu"))
    for path in (f"/thu/{theirs}", f"/thu/{theirs}/thu-muc", f"/thu/{theirs}/don", f"/thu/{theirs}?tim=thu"):
        assert client.get(path).status_code == 404, path
    for viec in ("da-doc", "sao", "luu-tru", "thung-rac", "xoa-han", f"sao:{theirs}-1"):
        for data in ({"thu": f"{theirs}-1"}, {"thu": f"{theirs}-1", "chuoi": "1"}, {"uid": "1"}, {"tat-ca": "1"}):
            for path in (f"/thu/{theirs}/viec", "/thu/viec" if "thu" in data else f"/thu/{theirs}/viec"):
                answer = client.post(path, data={"ma": token, "viec": viec, **data})
                assert answer.status_code == 404, (viec, data, path)
    for path in ("kieu", "thu-muc", "xoa-thu-muc", "don"):
        assert client.post(f"/thu/{theirs}/{path}", data={"ma": token, "ten": "x", "moc": "9"}).status_code == 404, path
    assert client.post("/thu/thu-muc", data={"ma": token, "ten": "x", "trong": str(theirs)}).status_code == 404
    inbox = site.signed_in("daonth").get("/thu").text
    assert inbox.count("letter-row unread") == 2 and mine != theirs
    assert "Thu so" not in client.get("/thu/tim?q=thu").text.split("<main")[1].split("operators")[0]


def test_what_is_not_understood_changes_nothing(site: Site) -> None:
    put(site, 1)
    client, inbox = site.signed_in("daonth"), site.inbox("daonth")
    token = token_of(client.get("/thu"))
    one = f"{inbox}-1"
    for data in (
        {"viec": "gi-do", "thu": one}, {"viec": "chuyen", "thu": one}, {"viec": "sao", "thu": "x"},
        {"viec": "sao:9-9-9"}, {"viec": "chuyen", "den": "²", "thu": one},
    ):  # fmt: skip
        assert client.post(f"/thu/{inbox}/viec", data={"ma": token, **data}).status_code in (404, 422), data
    nothing = client.post(f"/thu/{inbox}/viec", data={"ma": token, "viec": "sao"})
    assert nothing.status_code == 303 and "Chưa chọn thư nào" in client.get("/thu").text
    elsewhere = client.post(
        f"/thu/{inbox}/viec", data={"ma": token, "viec": "sao", "uid": "1", "ve": "//evil.example/"}
    )
    assert elsewhere.headers["location"] == f"/thu/{inbox}"
    assert "Thu so 1" in client.get("/thu").text


def test_hostile_names_stay_text(site: Site) -> None:
    name = '"><img src=x onerror=alert(1)>'
    head = f'From: "{name.replace(chr(34), "")}" <a@b.example>\r\nSubject: {name} tim thay'
    body = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\n"
        f"{name} trong than\r\n--q\r\nContent-Type: text/plain\r\n"
        "Content-Disposition: attachment; filename*=utf-8''%22%3E%3Cimg%20src%3Dx%3E%E2%80%AEfdp.exe\r\n\r\n"
        "x\r\n--q--\r\n"
    )
    site.deliver(f"{head}\r\n{body}".encode(), ADDRESS)
    client = site.signed_in("daonth")
    for page in (
        client.get("/thu"),
        client.get("/thu/tim", params={"q": "tim thay <img"}),
        client.get("/thu/tim?q=src=x"),
    ):
        assert "<img src=x" not in page.text and "\u202e" not in page.text
        assert "&lt;img src=x" in page.text or "&lt;<mark>" in page.text or "<mark>&lt;img</mark>" in page.text
    assert '"><img' in unescape(client.get("/thu").text)
    told = client.get("/thu/tim", params={"q": 'trong:"<script>alert(1)</script>" là:"<b>"'}).text
    assert "<script>alert" not in told and "&lt;script&gt;alert" in told
