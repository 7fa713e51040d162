"""A draft that lies in a shared mailbox: who shares it goes on where it lies, and it leaves once."""

from __future__ import annotations

import html
import re

import httpx

from mailsvc.mail.letter import from_bytes
from mailsvc.store import contents, mailbox_rights, placements
from mailsvc.store.flags import DRAFT, SEEN
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx
from tests.web.test_composing import box, fields_of, lying, release, write
from tests.web.webhouse import CLERKS_MAIL, Site, token_of

DRAFT_LETTER = (
    f"From: Van thu <{CLERKS_MAIL}>\r\nTo: phuongvh@sogddt.tayninh.gov.vn\r\nSubject: Chung\r\n"
    "Message-ID: <chung@sogddt.tayninh.gov.vn>\r\n\r\nDở dang\r\n"
).encode()


def lay(site: Site) -> str:
    """Put a draft into the clerks' mailbox, as a mail program does; its place."""
    drafts = box(site, "vanthu", "Thư nháp")
    letter = from_bytes(DRAFT_LETTER)

    def put(tx: Tx) -> int:
        content_id = contents.add(tx, letter.content)
        new = NewPlacement(content_id, letter.content.size, tx.now_ms, DRAFT | SEEN)
        (uid,) = placements.add(tx, drafts.id, [new])
        return uid

    return f"{drafts.id}.{site.office.db.write_now(put)}"


def texts(site: Site, username: str, name: str) -> list[str]:
    return [str(one.get_content()).strip() for one in lying(site, username, name)]


def test_members_go_on_where_it_lies_and_it_leaves_once(site: Site) -> None:
    place = lay(site)
    dao, loc = site.signed_in("daonth"), site.signed_in("locpv")
    listed = dao.get(f"/thu/{place.partition('.')[0]}").text
    assert f"/thu/soan?nhap={place}" in listed
    saved = write(dao, f"/thu/soan?nhap={place}", chu="Đào viết tiếp", viec="luu")
    assert saved.status_code == 303, saved.text[-2000:]
    assert texts(site, "vanthu", "Thư nháp") == ["Đào viết tiếp"] and lying(site, "daonth", "Thư nháp") == []
    address = saved.headers["location"]
    late = fields_of(dao.get(address))
    sent = write(loc, address, chu="Lộc viết xong", viec="gui")
    assert sent.status_code == 303, sent.text[-2000:]
    assert lying(site, "vanthu", "Thư nháp") == []
    site.clock.advance(60_000)
    assert release(site) == 1
    assert texts(site, "phuongvh", "INBOX") == ["Lộc viết xong"] == texts(site, "vanthu", "Đã gửi")
    again = dao.post("/thu/soan", data=late | {"viec": "gui"}, files={"tep": ("", b"")})
    assert again.status_code == 422 and "vừa được người khác gửi" in html.unescape(again.text)
    site.clock.advance(60_000)
    assert release(site) == 0 and len(lying(site, "phuongvh", "INBOX")) == 1


def test_thrown_away_it_lies_in_the_shared_trash(site: Site) -> None:
    place = lay(site)
    dao = site.signed_in("daonth")
    data = {"ma": token_of(dao.get("/thu/soan")), "nhap": place, "viec": "bo"}
    assert dao.post("/thu/soan", data=data, files={"tep": ("", b"")}).status_code == 303
    assert len(lying(site, "vanthu", "Thùng rác")) == 1 and lying(site, "vanthu", "Thư nháp") == []


def test_it_is_for_those_who_may_work_there(site: Site) -> None:
    place = lay(site)
    number = place.partition(".")[0]
    assert site.signed_in("phuongvh").get(f"/thu/soan?nhap={place}").status_code == 404
    site.office.db.write_now(mailbox_rights.put, int(number), "$thanh_vien", "lr")
    loc = site.signed_in("locpv")
    assert f"/thu/soan?nhap={place}" not in loc.get(f"/thu/{number}").text
    assert loc.get(f"/thu/soan?nhap={place}").status_code == 404
    data = {"ma": token_of(loc.get("/thu/soan")), "nhap": place, "viec": "bo"}
    loc.post("/thu/soan", data=data, files={"tep": ("", b"")})
    assert len(lying(site, "vanthu", "Thư nháp")) == 1


def taken_back(client: httpx.Client, sent: httpx.Response) -> httpx.Response:
    """Press "Hoàn tác" on the page after sending."""
    page = client.get(sent.headers["location"], follow_redirects=True)
    held = re.search(r'name="gui" value="(\d+)"', page.text)
    assert held is not None, page.text[-2000:]
    undone = client.post("/thu/soan/hoan-tac", data={"ma": token_of(page), "gui": held[1]})
    assert undone.status_code == 303
    return undone


def test_taken_back_it_lies_where_it_was_written(site: Site) -> None:
    place = lay(site)
    dao = site.signed_in("daonth")
    undone = taken_back(dao, write(dao, f"/thu/soan?nhap={place}", chu="Đào gửi nhầm", viec="gui"))
    assert texts(site, "vanthu", "Thư nháp") == ["Đào gửi nhầm"] and lying(site, "daonth", "Thư nháp") == []
    assert undone.headers["location"].startswith(f"/thu/soan?nhap={place.partition('.')[0]}.")
    assert "hộp thư chung ban đầu" not in html.unescape(dao.get(undone.headers["location"]).text)
    loc = site.signed_in("locpv")
    assert write(loc, undone.headers["location"], chu="Lộc sửa", viec="gui").status_code == 303
    site.clock.advance(60_000)
    assert release(site) == 1 and texts(site, "phuongvh", "INBOX") == ["Lộc sửa"]


def test_without_the_right_it_comes_to_ones_own_drafts_and_one_is_told(site: Site) -> None:
    place = lay(site)
    dao = site.signed_in("daonth")
    sent = write(dao, f"/thu/soan?nhap={place}", chu="Đào gửi nhầm", viec="gui")
    site.office.db.write_now(mailbox_rights.put, int(place.partition(".")[0]), "$thanh_vien", "lr")
    undone = taken_back(dao, sent)
    assert texts(site, "daonth", "Thư nháp") == ["Đào gửi nhầm"] and lying(site, "vanthu", "Thư nháp") == []
    assert "hộp thư chung ban đầu" in html.unescape(dao.get(undone.headers["location"]).text)
