"""Writing letters without JavaScript: drafts, sending, taking back, answering, and what is refused."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from mailsvc.mail import releasing
from mailsvc.store import accounts, contents, mailboxes, placements, queue
from mailsvc.store.flags import ANSWERED
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx
from tests.web.webhouse import Site, token_of

DOMAIN = "sogddt.tayninh.gov.vn"


def box(site: Site, username: str, name: str) -> Mailbox:
    return site.office.db.read_now(mailboxes.by_name, site.account_id(username), name)


def lying(site: Site, username: str, name: str) -> list[EmailMessage]:
    """The messages of a mailbox, oldest first."""
    return [message for _, message in placed(site, username, name)]


def placed(site: Site, username: str, name: str) -> list[tuple[int, EmailMessage]]:
    found = box(site, username, name)

    def read(tx: Tx) -> list[tuple[int, bytes]]:
        rows = placements.rows(tx, found.id, 1, 1 << 40, ("uid", "content_id"))
        return [(uid, bytes(contents.load(tx, site.office.blobs, content_id))) for uid, content_id in rows]

    parsed = [(uid, message_from_bytes(data, policy=policy.default)) for uid, data in site.office.db.read_now(read)]
    return [(uid, one) for uid, one in parsed if isinstance(one, EmailMessage)]


def fields_of(page: httpx.Response) -> dict[str, str]:
    """What a browser would send of the form for writing, texts as they stand there."""
    form = page.text[page.text.index('id="soan"') :]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', form):
        found[name] = text
    subject = re.search(r'name="chu_de" value="([^"]*)"', form)
    found["chu_de"] = subject[1] if subject else ""
    chosen = re.search(r'<option value="([^"]*)" selected>[^<]*&lt;', form)
    if chosen:
        found["tu"] = chosen[1]
    return {name: text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"') for name, text in found.items()}


def write(client: httpx.Client, path: str = "/thu/soan", files: Any = None, **typed: str) -> httpx.Response:
    """Open the page, type, and press a button."""
    page = client.get(path)
    assert page.status_code == 200, page.text[:3000]
    data: dict[str, Any] = fields_of(page) | typed
    kept = re.findall(r'name="giu" value="(\w+)" checked', page.text)
    if kept:
        data["giu"] = kept
    return client.post("/thu/soan", data=data, files=files or {"tep": ("", b"")})


def release(site: Site) -> int:
    return site.run(releasing.run_due(site.office))


def test_a_letter_is_held_then_delivered_with_a_copy(site: Site) -> None:
    client = site.signed_in("phuongvh")
    answer = write(
        client, den=f"Lâm Thị Thu Ngân <nganltt@{DOMAIN}>", bcc="daonth", chu_de="Báo cáo tuần", chu="Kính gửi chị.",
        viec="gui",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text[:3000]
    assert "Đang gửi…" in client.get(answer.headers["location"], follow_redirects=True).text
    assert release(site) == 0
    assert not lying(site, "nganltt", "INBOX")
    site.clock.advance(15_000)
    assert release(site) == 1
    assert release(site) == 0
    (got,) = lying(site, "nganltt", "INBOX")
    assert got["subject"] == "Báo cáo tuần"
    assert got["from"] == f"Võ Hoài Phượng <phuongvh@{DOMAIN}>"
    assert got["bcc"] is None
    assert got["return-path"] == f"<phuongvh@{DOMAIN}>"
    assert got.get_content().strip() == "Kính gửi chị."
    assert len(lying(site, "daonth", "INBOX")) == 1
    (copy,) = lying(site, "phuongvh", "Đã gửi")
    assert copy["bcc"] == f"daonth@{DOMAIN}"
    assert copy["message-id"] == got["message-id"]
    assert not lying(site, "phuongvh", "Thư nháp")


def test_undo_gives_the_draft_back_exactly(site: Site) -> None:
    client = site.signed_in("phuongvh")
    saved = write(
        client, files={"tep": ("kế hoạch.txt", b"abc")}, den="nganltt", chu_de="Nháp", chu="Một\n\nhai", viec="luu"
    )
    assert saved.status_code == 303, saved.text[:2000]
    (before,) = lying(site, "phuongvh", "Thư nháp")
    sent = write(client, saved.headers["location"], viec="gui")
    assert not lying(site, "phuongvh", "Thư nháp")
    page = client.get(sent.headers["location"], follow_redirects=True)
    held = re.search(r'name="gui" value="(\d+)"', page.text)
    assert held is not None
    undone = client.post("/thu/soan/hoan-tac", data={"ma": token_of(page), "gui": held[1]})
    assert undone.headers["location"].startswith("/thu/soan?nhap=")
    site.clock.advance(3_600_000)
    assert release(site) == 0
    (after,) = lying(site, "phuongvh", "Thư nháp")
    assert after["message-id"] == before["message-id"]
    assert after.get_body(("plain",)).get_content() == before.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert [one.get_filename() for one in after.iter_attachments()] == ["kế hoạch.txt"]
    page = client.get(undone.headers["location"])
    assert "kế hoạch.txt" in page.text and "Một" in page.text


def test_it_leaves_also_to_other_offices(site: Site) -> None:
    client = site.signed_in("phuongvh")
    write(client, den="truong@ngoai.example, nganltt", chu_de="x", chu="y", viec="gui")
    site.clock.advance(15_000)
    release(site)
    (row,) = site.office.db.read_now(queue.listing)
    assert (row.sender, row.recipient) == (f"phuongvh@{DOMAIN}", "truong@ngoai.example")
    assert row.account_id == site.account_id("phuongvh")


def test_wrong_addresses_are_named_and_all_is_kept(site: Site) -> None:
    client = site.signed_in("phuongvh")
    answer = write(client, den="khong-co-ai, nganltt; a@@b", chu_de="Giữ tôi", chu="Chữ cũng giữ", viec="gui")
    assert answer.status_code == 422
    assert f"Không có hộp thư “khong-co-ai@{DOMAIN}” trong cơ quan." in answer.text
    assert "“a@@b” không phải là địa chỉ thư." in answer.text
    assert "Giữ tôi" in answer.text and "Chữ cũng giữ" in answer.text
    (draft,) = lying(site, "phuongvh", "Thư nháp")
    page = client.get(
        f"/thu/soan?nhap={box(site, 'phuongvh', 'Thư nháp').id}.{placed(site, 'phuongvh', 'Thư nháp')[0][0]}"
    )
    assert fields_of(page)["den"] == "khong-co-ai, nganltt; a@@b"
    assert draft["subject"] == "Giữ tôi"
    empty = write(client, chu="x", viec="gui")
    assert "Chưa có người nhận." in empty.text


@pytest.mark.parametrize(
    "typed",
    [
        {"chu_de": "a\r\nBcc: ke-xau@evil.example"},
        {"den": f"nganltt@{DOMAIN}\r\nX-Evil: 1"},
        {"den": f'"a\r\nX-Evil: 1" <nganltt@{DOMAIN}>'},
        {"ma_thu": "<a@b>\r\nX-Evil: 1"},
        {"the": "a\r\nX-Evil: 1"},
        {"nguon": "1.1\r\nX-Evil: 1", "cach": "tra_loi"},
    ],
)
def test_no_field_can_be_slipped_in(site: Site, typed: dict[str, str]) -> None:
    client = site.signed_in("phuongvh")
    write(client, **({"den": "nganltt", "chu": "x", "viec": "gui"} | typed))
    site.clock.advance(15_000)
    release(site)
    every = [one for name in ("Thư nháp", "Đã gửi") for one in lying(site, "phuongvh", name)]
    assert every
    for message in (*every, *lying(site, "nganltt", "INBOX")):
        assert message["x-evil"] is None and message["bcc"] is None
    assert not [one for one in site.office.db.read_now(queue.listing) if "evil" in one.recipient]


def test_names_of_files_are_only_names(site: Site) -> None:
    client = site.signed_in("phuongvh")
    name = 'a"\r\nX-Evil: 1\r\n\r\nb.txt'
    write(client, files={"tep": (name, b"abc")}, den="nganltt", chu="x", viec="gui")
    site.clock.advance(15_000)
    release(site)
    (got,) = lying(site, "nganltt", "INBOX")
    (file,) = got.iter_attachments()
    assert file["x-evil"] is None and got["x-evil"] is None
    assert file.get_content() in ("abc", b"abc")


def test_nobody_writes_in_anothers_name(site: Site) -> None:
    client = site.signed_in("phuongvh")
    for sender in (
        f"nganltt@{DOMAIN}",
        f"vanthu@{DOMAIN}",
        "ai@ngoai.example",
        "",
        f"phuongvh@{DOMAIN}, nganltt@{DOMAIN}",
    ):
        answer = write(client, tu=sender, den="daonth", chu="x", viec="gui")
        assert answer.status_code == 422, sender
        assert "Bạn không được gửi bằng địa chỉ" in answer.text
    site.clock.advance(60_000)
    assert release(site) == 0


def test_a_form_without_its_token_does_nothing(site: Site) -> None:
    client = site.signed_in("phuongvh")
    for ma in ("", "0" * 64):
        assert write(client, ma=ma, den="daonth", chu="x", viec="gui").status_code == 403
    assert not lying(site, "phuongvh", "Thư nháp")
    assert client.post("/thu/soan/hoan-tac", data={"gui": "1"}).status_code == 403


def test_what_waits_is_its_writers_alone(site: Site) -> None:
    client, other = site.signed_in("phuongvh"), site.signed_in("daonth")
    write(client, den="nganltt", chu_de="Riêng", chu="x", viec="hen", gui_luc="2031-01-01T07:30")
    wrong = write(client, den="nganltt", chu_de="Riêng", chu="x", viec="hen", gui_luc="hôm qua")
    assert wrong.status_code == 422 and "Chưa rõ gửi lúc nào" in wrong.text
    for at in ("2020-01-01T07:30", "2031-01-01T07:30"):
        assert write(client, den="nganltt", chu="x", viec="hen", gui_luc=at).status_code == 422
    token = token_of(other.get("/thu/hen-gio"))
    assert "Riêng" not in other.get("/thu/hen-gio").text
    for path in ("/thu/soan/hoan-tac", "/thu/hen-gio/1/thu-hoi", "/thu/hen-gio/1/gio"):
        other.post(path, data={"ma": token, "gui": "1", "gui_luc": "2026-12-31T07:30"})
    drafts = lying(site, "daonth", "Thư nháp")
    assert not drafts


def test_a_chosen_time_can_be_changed_and_called_back(site: Site) -> None:
    client = site.signed_in("phuongvh")
    page = client.get("/thu/soan")
    suggested = re.search(r'data-time="([^"]+)"', page.text)
    assert suggested is not None
    answer = write(client, den="nganltt", chu_de="Sáng mai", chu="x", viec="hen", gui_luc=suggested[1])
    assert answer.status_code == 303, answer.text[:2000]
    listed = client.get("/thu/hen-gio")
    assert "Sáng mai" in listed.text and "07:30" in listed.text
    site.clock.advance(60_000)
    assert release(site) == 0
    number = re.search(r"/thu/hen-gio/(\d+)/gio", listed.text)
    assert number is not None
    data = {"ma": token_of(listed), "gui_luc": suggested[1].replace("07:30", "09:15")}
    assert client.post(f"/thu/hen-gio/{number[1]}/gio", data=data).status_code == 303
    assert "09:15" in client.get("/thu/hen-gio").text
    back = client.post(f"/thu/hen-gio/{number[1]}/thu-hoi", data={"ma": token_of(listed)})
    assert back.headers["location"].startswith("/thu/soan?nhap=")
    site.clock.advance(48 * 3_600_000)
    assert release(site) == 0
    assert len(lying(site, "phuongvh", "Thư nháp")) == 1


def letter(**fields: str) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    for name, value in fields.items():
        if name not in ("html", "text"):
            message[name.replace("_", "-")] = value
    message.set_content(fields.get("text", "Nội dung gốc"))
    if "html" in fields:
        message.add_alternative(fields["html"], subtype="html")
    message.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="kèm.pdf")
    return bytes(message)


def original(site: Site) -> str:
    data = letter(
        From="Trường A <a@truong.example>", To=f"Phượng <phuongvh@{DOMAIN}>, b@truong.example", Cc=f"nganltt@{DOMAIN}",
        Subject="Re: Hỏi", Message_ID="<goc@truong.example>", References="<dau@truong.example>",
        Reply_To="traloi@truong.example", Date="Thu, 26 Nov 2026 08:05:00 +0700",
        html="<p>Chào <b>chị</b><script>alert(1)</script><img src='http://evil.example/x.gif'></p>",
    )  # fmt: skip
    uid = site.deliver(data, f"phuongvh@{DOMAIN}")
    return f"{site.inbox('phuongvh')}.{uid}"


def test_an_answer_goes_to_the_right_people_and_hangs_on_the_original(site: Site) -> None:
    client = site.signed_in("phuongvh")
    at = original(site)
    page = client.get(f"/thu/soan?tra_loi={at}")
    fields = fields_of(page)
    assert fields["den"] == "traloi@truong.example" and fields["cc"] == ""
    assert fields["chu_de"] == "Re: Hỏi"
    assert "<script" not in page.text[page.text.index("data-html") :].split("</template>")[0]
    assert "evil.example" not in page.text
    every = fields_of(client.get(f"/thu/soan?tra_loi_tat_ca={at}"))
    assert every["den"] == "traloi@truong.example, b@truong.example"
    assert every["cc"] == f"nganltt@{DOMAIN}"
    write(client, f"/thu/soan?tra_loi={at}", chu="Cảm ơn.", viec="gui")
    site.clock.advance(15_000)
    assert release(site) == 1
    (copy,) = lying(site, "phuongvh", "Đã gửi")
    assert copy["in-reply-to"] == "<goc@truong.example>"
    assert copy["references"] == "<dau@truong.example> <goc@truong.example>"
    mailbox, uid = map(int, at.split("."))
    ((_, flags),) = site.office.db.read_now(placements.rows, mailbox, uid, uid, ("uid", "flags"))
    assert flags & ANSWERED


def test_a_forward_keeps_files_or_takes_the_letter_whole(site: Site) -> None:
    client = site.signed_in("phuongvh")
    at = original(site)
    page = client.get(f"/thu/soan?chuyen_tiep={at}")
    assert "kèm.pdf" in page.text and "Thư chuyển tiếp" in page.text
    write(client, f"/thu/soan?chuyen_tiep={at}", den="daonth", viec="gui")
    write(client, f"/thu/soan?chuyen_tiep_dinh_kem={at}", den="daonth", chu="Xem thư kèm", viec="gui")
    site.clock.advance(15_000)
    assert release(site) == 2
    inline, whole = lying(site, "daonth", "INBOX")
    assert inline["subject"] == "Fwd: Hỏi"
    assert [one.get_filename() for one in inline.iter_attachments()] == ["kèm.pdf"]
    (attached,) = whole.iter_attachments()
    assert attached.get_content_type() == "message/rfc822"
    assert attached.get_content()["message-id"] == "<goc@truong.example>"
    mailbox, uid = map(int, at.split("."))
    ((_, words),) = site.office.db.read_now(placements.rows, mailbox, uid, uid, ("uid", "keywords"))
    assert "$Forwarded" in words


def test_others_letters_and_drafts_cannot_be_opened(site: Site) -> None:
    at = original(site)
    client, other = site.signed_in("phuongvh"), site.signed_in("daonth")
    assert other.get(f"/thu/soan?tra_loi={at}").status_code == 404
    saved = write(client, den="nganltt", chu_de="Kín", chu="x", viec="luu").headers["location"]
    assert other.get(saved).status_code == 404
    place = saved.partition("=")[2]
    write(other, den="nganltt", chu="y", nhap=place, viec="luu")
    assert [one["subject"] for one in lying(site, "phuongvh", "Thư nháp")] == ["Kín"]


def test_too_much_is_refused_and_programs_are(site: Site) -> None:
    client = site.signed_in("phuongvh")
    large = {"tep": ("to.bin", b"\0" * (26 << 20))}
    answer = write(client, files=large, den="nganltt", chu="Giữ chữ này", viec="gui")
    assert answer.status_code == 422
    assert "mỗi thư chở được 25 MB" in answer.text and "Giữ chữ này" in answer.text
    answer = write(client, files={"tep": ("game.exe", b"MZ\0\0")}, den="nganltt", chu="x", viec="gui")
    assert answer.status_code == 422 and "là chương trình" in answer.text


def test_marks_of_secrecy_do_not_leave(site: Site) -> None:
    client = site.signed_in("phuongvh")
    answer = write(client, den="nganltt", chu_de="TỐI MẬT: kế hoạch", chu="x", viec="gui")
    assert answer.status_code == 422 and "dấu mật" in answer.text


def test_a_draft_is_continued_from_its_folder_and_from_its_conversation(site: Site) -> None:
    client = site.signed_in("phuongvh")
    saved = write(client, den="nganltt", chu_de="Kế hoạch", chu="Kính gửi chị", viec="luu").headers["location"]
    drafts = box(site, "phuongvh", "Thư nháp").id
    listed = client.get(f"/thu/{drafts}").text
    assert f'class="open" href="{saved}"' in listed
    read = client.get(f"/thu/{drafts}/{saved.rpartition('.')[2]}").text
    assert f'href="{saved}"' in read and "Viết tiếp" in read and "?tra_loi=" not in read
    assert "Kính gửi chị" in client.get(saved).text


def test_two_windows_on_one_draft_lose_nothing(site: Site) -> None:
    client = site.signed_in("phuongvh")
    saved = write(client, den="nganltt", chu_de="Chung", chu="đầu", viec="luu").headers["location"]
    one, two = fields_of(client.get(saved)), fields_of(client.get(saved))
    client.post("/thu/soan", data=one | {"chu": "của cửa sổ một", "viec": "luu"}, files={"tep": ("", b"")})
    answer = client.post(
        "/thu/soan", data=two | {"chu": "của cửa sổ hai", "viec": "luu"}, files={"tep": ("", b"")},
        headers={"Accept": "application/json"},
    ).json()  # fmt: skip
    assert answer["noi_khac"]
    texts = {one.get_content().strip() for one in lying(site, "phuongvh", "Thư nháp")}
    assert texts == {"của cửa sổ một", "của cửa sổ hai"}
    # The first answer was lost on the way: the same window saves again and replaces its own.
    client.post("/thu/soan", data=one | {"chu": "một, lần nữa", "viec": "luu"}, files={"tep": ("", b"")})
    texts = {one.get_content().strip() for one in lying(site, "phuongvh", "Thư nháp")}
    assert texts == {"một, lần nữa", "của cửa sổ hai"}


def test_pressing_twice_sends_once(site: Site) -> None:
    client = site.signed_in("phuongvh")
    form = fields_of(client.get("/thu/soan")) | {"den": "nganltt", "chu": "x", "viec": "gui"}
    for _ in range(2):
        assert client.post("/thu/soan", data=form, files={"tep": ("", b"")}).status_code == 303
    site.clock.advance(15_000)
    assert release(site) == 1
    again = client.post("/thu/soan", data=form, files={"tep": ("", b"")})
    assert again.status_code == 422 and "đã gửi rồi" in again.text
    assert len(lying(site, "nganltt", "INBOX")) == 1


def test_a_shared_address_sends_and_keeps_its_copy(site: Site) -> None:
    vanthu = site.account_id("vanthu")
    site.office.db.write_now(accounts.grant, vanthu, site.account_id("daonth"), can_read=True, can_send=True)
    client = site.signed_in("daonth")
    answer = write(client, tu=f"vanthu@{DOMAIN}", den="phuongvh", chu_de="Từ văn thư", chu="x", viec="gui")
    assert answer.status_code == 303, answer.text[:2000]
    site.clock.advance(15_000)
    assert release(site) == 1
    (got,) = lying(site, "phuongvh", "INBOX")
    assert got["from"].startswith("Văn thư Sở") and got["from"].endswith(f"<vanthu@{DOMAIN}>")
    assert len(lying(site, "vanthu", "Đã gửi")) == 1
    # The right ends while a letter waits: it goes back to its writer.
    write(client, tu=f"vanthu@{DOMAIN}", den="phuongvh", chu_de="Muộn", chu="x", viec="gui")
    site.office.db.write_now(accounts.grant, vanthu, site.account_id("daonth"), can_read=True, can_send=False)
    site.clock.advance(15_000)
    assert release(site) == 0
    assert [one["subject"] for one in lying(site, "daonth", "Thư nháp")] == ["Muộn"]
    assert "Chưa gửi được" in lying(site, "daonth", "INBOX")[-1]["subject"]


def test_groups_reach_their_members_and_name_only_the_group(site: Site) -> None:
    client = site.signed_in("phuongvh")
    found = client.get("/thu/soan/nguoi-nhan", params={"q": "moi nguoi van phong"}).json()
    group = next(one for one in found if one["loai"] == "people")
    assert group["so"] == 4 and group["ten"] == "Mọi người ở Văn phòng"
    answer = write(client, den=f"{group['ten']} <{group['thu']}>", chu_de="Cả phòng", chu="x", viec="gui")
    assert answer.status_code == 303, answer.text[:2000]
    site.clock.advance(15_000)
    assert release(site) == 1
    for username in ("daonth", "locpv", "admin", "phuongvh"):
        got = lying(site, username, "INBOX")[-1]
        assert got["to"].replace(" ", "") == "MọingườiởVănphòng:;", got["to"]
    people = client.get("/thu/soan/nguoi-nhan", params={"q": "ngan"}).json()
    assert people[0]["thu"] == f"nganltt@{DOMAIN}"
    assert client.get("/thu/soan/nguoi-nhan", params={"q": ""}).status_code == 200


def test_signatures_and_templates(site: Site) -> None:
    client = site.signed_in("phuongvh")
    page = client.get("/cai-dat/chu-ky")
    data = {"ma": token_of(page), "dia_chi": f"phuongvh@{DOMAIN}", "kieu": "html", "chu": ""}
    data["html"] = "<div><b>Phượng</b><script>x</script><img src=x onerror=alert(1)></div>"
    assert client.post("/cai-dat/chu-ky", data=data).status_code == 303
    page = client.get("/thu/soan")
    assert "<b>Phượng</b>" in page.text and "onerror" not in page.text and "-- \nPhượng" in page.text
    assert client.post("/cai-dat/chu-ky", data=data | {"dia_chi": f"nganltt@{DOMAIN}"}).status_code == 404
    for seconds, status in (("0", 303), ("61", 422), ("x", 422)):
        sent = {"ma": token_of(page), "hoan_tac": seconds}
        assert client.post("/cai-dat/chu-ky", data=sent).status_code == status
    write(client, den="nganltt", chu="ngay", viec="gui")
    assert release(site) == 1
    owner = str(site.account_id("phuongvh"))
    assert f'value="{owner}"' in client.get("/cai-dat/mau-thu").text
    template = {"ma": token_of(page), "ten": "Mời họp", "chu_de": "Giấy mời", "chu": "Kính mời", "so": "", "cua": owner}
    assert client.post("/cai-dat/mau-thu", data=template).status_code == 303
    listed = client.get("/cai-dat/mau-thu")
    number = re.search(r"mau-thu/(\d+)/xoa", listed.text)
    assert number is not None
    other = site.signed_in("daonth")
    token = token_of(other.get("/thu/soan"))
    assert other.post(f"/cai-dat/mau-thu/{number[1]}/xoa", data={"ma": token}).status_code == 404
    assert other.post("/cai-dat/mau-thu", data=template | {"ma": token}).status_code == 404
    assert "Mời họp" in client.get("/thu/soan").text
    assert client.post(f"/cai-dat/mau-thu/{number[1]}/xoa", data={"ma": token_of(page)}).status_code == 303
    client.get("/thu/soan")  # shows the news
    assert "Mời họp" not in client.get("/thu/soan").text


def test_one_form_saves_every_signature_and_the_way_of_sending(site: Site) -> None:
    clerks, own = "vanthu@" + DOMAIN, "daonth@" + DOMAIN
    client = site.signed_in("daonth")
    page = client.get("/cai-dat/chu-ky")
    asked = re.findall(r'name="dia_chi" value="([^"]+)"', page.text)
    assert {own, clerks} < set(asked)
    typed = {own: "Đào\nVăn thư", clerks: "Bộ phận Văn thư"}
    count = len(asked)
    data: dict[str, Any] = {
        "ma": token_of(page), "hoan_tac": "99", "tu": clerks, "dia_chi": asked, "kieu": ["chu"] * count,
        "html": [""] * count, "chu": [typed.get(one, "") for one in asked],
    }  # fmt: skip
    refused = client.post("/cai-dat/chu-ky", data=data)
    assert refused.status_code == 422 and "từ 0 tới 60" in refused.text
    assert 'value="99"' in refused.text and "Bộ phận Văn thư</textarea>" in refused.text
    assert client.post("/cai-dat/chu-ky", data=data | {"hoan_tac": "20"}).status_code == 303
    page = client.get("/cai-dat/chu-ky")
    assert 'value="20"' in page.text and "<div>Đào</div><div>Văn thư</div>" in page.text
    assert f'<option value="{clerks}" selected>' in page.text
    again = re.findall(r'name="chu" rows="5">([^<]*)<', page.text)
    client.post("/cai-dat/chu-ky", data=data | {"hoan_tac": "30", "chu": again})
    page = client.get("/cai-dat/chu-ky")
    assert 'value="30"' in page.text and "<div>Đào</div><div>Văn thư</div>" in page.text
    assert client.post("/cai-dat/chu-ky", data=data | {"hoan_tac": "20", "chu": "một"}).status_code == 422


def test_groups_and_units_come_first_with_their_head_counts(site: Site) -> None:
    client = site.signed_in("phuongvh")

    def asked(typed: str) -> list[dict[str, Any]]:
        return list(client.get("/thu/soan/nguoi-nhan", params={"q": typed}).json())

    for typed in ("thpt", "truong thpt", "tat ca truong thpt"):
        first = asked(typed)[0]
        assert first["ten"] == "Tất cả trường THPT" and first["loai"] == "group" and first["so"] > 10, typed
    schools = [one for one in asked("truong thpt")[1:] if one["loai"] == "unit"]
    assert len(schools) >= 6 and all("THPT" in one["ten"] and one["so"] == 1 for one in schools)
    office, everybody = asked("van phong")[:2]
    assert (office["loai"], office["trong"], office["so"]) == ("unit", 4, 1)
    assert (everybody["ten"], everybody["so"]) == ("Mọi người ở Văn phòng", 4)
