"""Invitations: shown as a card, answered by mail, remembered on the letter."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar

from mailsvc.message.invitation import read_invitation
from mailsvc.store import contents, listing, mailboxes, queue
from mailsvc.store.tx import Tx
from tests.web.webhouse import Site, sample, token_of

DAO = "daonth@sogddt.tayninh.gov.vn"


def invitation(organizer: str, event: str = "", method: str = "REQUEST") -> bytes:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y", f"METHOD:{method}", "BEGIN:VEVENT", "UID:hop-1@x.example",
        "SEQUENCE:2", "DTSTAMP:20261120T010000Z", "DTSTART:20261130T073000Z", "DTEND:20261130T090000Z",
        "SUMMARY:Họp giao ban <b>khối</b>", "LOCATION:Phòng 2\\, lầu 1", f"ORGANIZER;CN=Ban tổ chức:mailto:{organizer}",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Đào:mailto:{DAO}", *event.split("\n"),
        "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    head = (
        f"From: Ban <{organizer}>\r\nTo: {DAO}\r\nSubject: Moi hop\r\nMessage-ID: <moi1@x.example>\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: text/calendar; charset=utf-8; method={method}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    )
    return (head + "\r\n".join(one for one in lines if one) + "\r\n").encode()


def sent(tx: Tx, site: Site, account_id: int) -> list[bytes]:
    box = mailboxes.with_special_use(tx, account_id, "\\Sent")
    assert box is not None
    return [bytes(contents.load(tx, site.office.blobs, one.content_id)[:]) for one in listing.page(tx, box.id, 0, 10)]


def test_the_card_says_what_when_and_where(site: Site) -> None:
    uid = site.deliver(sample("08-lich-moi-hop.eml"), DAO)
    page = site.signed_in("daonth").get(f"/thu/{site.inbox('daonth')}/{uid}").text
    when, how = "Thứ Hai, 05/10/2026, 07:30 – 08:30", "Lặp lại hằng tuần, đến 29/12/2026"
    for words in (when, how, "Phòng họp số 1, trụ sở Sở"):
        assert words in page, words
    assert "Nhận lời" in page and "Nguyễn Thị Hồng Đào" in page
    uid = site.deliver(sample("08-lich-huy-mot-buoi.eml"), DAO)
    page = site.signed_in("daonth").get(f"/thu/{site.inbox('daonth')}/{uid}").text
    assert "Đã hủy" in page and "Chỉ riêng buổi này" in page and 'value="nhan"' not in page


ANSWERS = (("nhan", "ACCEPTED"), ("tu-choi", "DECLINED"), ("chua-chac", "TENTATIVE"))


@pytest.mark.parametrize(("value", "status"), ANSWERS)
def test_the_answer_goes_to_who_invited(site: Site, value: str, status: str) -> None:
    uid = site.deliver(invitation("moi@x.example"), DAO)
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('daonth')}/{uid}"
    page = client.get(base)
    assert "Thứ Hai, 30/11/2026, 14:30 – 16:00" in page.text and "&lt;b&gt;khối" in page.text
    done = client.post(f"{base}/loi-moi", data={"ma": token_of(page), "tra_loi": value})
    assert done.status_code == 303, done.text
    shown = client.get(base).text
    assert "bấm nút khác để đổi ý" in shown and "Đã trả lời người mời" in shown
    (copy,) = site.office.db.read_now(sent, site, site.account_id("daonth"))
    message = message_from_bytes(copy, policy=default)
    assert message["To"] == "Ban tổ chức <moi@x.example>" and DAO in message["From"]
    assert message["In-Reply-To"] == "<moi1@x.example>"
    part = next(one for one in message.walk() if one.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REPLY"
    calendar = Calendar.from_ical(part.get_content())
    event = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == "REPLY" and event["UID"] == "hop-1@x.example" and event["SEQUENCE"] == 2
    assert event["ATTENDEE"].params["PARTSTAT"] == status and str(event["ATTENDEE"]) == f"mailto:{DAO}"
    waiting = site.office.db.read_now(lambda tx: [row.recipient for row in queue.listing(tx)])
    assert waiting == ["moi@x.example"]


def test_the_same_answer_is_sent_once_and_another_one_again(site: Site) -> None:
    uid = site.deliver(invitation("nganltt@sogddt.tayninh.gov.vn"), DAO)
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('daonth')}/{uid}"
    token = token_of(client.get(base))
    for value in ("nhan", "nhan", "tu-choi"):
        assert client.post(f"{base}/loi-moi", data={"ma": token, "tra_loi": value}).status_code == 303
    assert len(site.office.db.read_now(sent, site, site.account_id("daonth"))) == 2
    director = site.signed_in("nganltt")
    page = director.get(f"/thu/{site.inbox('nganltt')}/1").text
    assert "Trả lời giấy mời" in page and "(nhận lời)" in page


def test_who_cannot_be_reached_is_told(site: Site) -> None:
    uid = site.deliver(invitation("khong-co@sogddt.tayninh.gov.vn"), DAO)
    client, base = site.signed_in("daonth"), f"/thu/{site.inbox('daonth')}/{uid}"
    answer = client.post(f"{base}/loi-moi", data={"ma": token_of(client.get(base)), "tra_loi": "nhan"})
    assert answer.status_code >= 400 and "không nhận thư" in answer.text
    assert "bấm nút khác để đổi ý" not in client.get(base).text
    assert site.office.db.read_now(sent, site, site.account_id("daonth")) == []


def test_nobody_answers_for_another(site: Site) -> None:
    uid = site.deliver(invitation("moi@x.example"), DAO)
    other = site.signed_in("phuongvh")
    token = token_of(other.get("/thu"))
    path = f"/thu/{site.inbox('daonth')}/{uid}/loi-moi"
    assert other.post(path, data={"ma": token, "tra_loi": "nhan"}).status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        b"", b"BEGIN:VCALENDAR", b"BEGIN:VCALENDAR\r\n" * 5000, b"\0\xff" * 100,
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
        b"BEGIN:VEVENT\r\nUID:x\r\nDTSTART:99999999T999999Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20261130T073000Z\r\nSUMMARY:"
        + b"x" * 300_000 + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ],
)  # fmt: skip
def test_what_is_no_invitation_is_none(data: bytes) -> None:
    assert read_invitation(data) is None


def test_odd_events() -> None:
    body = invitation("a@b.example").split(b"\r\n\r\n", 1)[1]
    times = b"DTSTART:20261130T073000Z\r\nDTEND:20261130T090000Z"
    day = read_invitation(body.replace(times, b"DTSTART;VALUE=DATE:20261130\r\nDURATION:P2D"))
    assert day is not None and day.whole_days and day.end_ms - day.start_ms == 2 * 86_400_000
    back = read_invitation(body.replace(b"DTEND:20261130", b"DTEND:20001130"))
    assert back is not None and back.end_ms == back.start_ms
