"""R15, R27: the mail of 07:00 with what is overdue, due today, this week and waited for; none when there is nothing."""

from __future__ import annotations

from email import message_from_bytes, policy

from mailsvc.documents.tasks import doing
from mailsvc.store import accounts, contents, mailboxes, placements
from mailsvc.store.tx import Tx
from tests.office.following_world import actor, give, tick, told
from tests.office.incoming_world import Desk


def digest_of(desk: Desk, username: str) -> tuple[str, str]:
    """(subject, text) of the latest morning mail in the inbox."""

    def read(tx: Tx) -> bytes:
        account = accounts.by_username(tx, username)
        assert account is not None
        box = mailboxes.by_name(tx, account.id, mailboxes.INBOX)
        rows = placements.rows(tx, box.id, 1, 1 << 40, ("content_id", "subject"))
        content_id = [one[0] for one in rows if one[1].startswith("Việc ngày")][-1]
        return bytes(contents.load(tx, desk.office.blobs, content_id))

    message = message_from_bytes(desk.read(read), policy=policy.default)
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body()
    assert body is not None
    return str(message["Subject"]), body.get_content().replace("\r\n", "\n")


def test_r27_the_morning_mail(desk: Desk) -> None:
    desk.set_time("2026-11-24 14:00")
    for title, day in (("Quá hạn rồi", "25/11/2026"), ("Đến hạn", "26/11/2026"), ("Tuần này", "27/11/2026"),
                       ("Tuần sau", "04/12/2026")):  # fmt: skip
        task = give(desk, "dungmh", title, "khuetm", deadline=day)
        if title != "Tuần sau":
            desk.write(doing.acknowledge, actor(desk, "khuetm"), task.id)
    desk.set_time("2026-11-26 06:59")
    tick(desk)
    assert told(desk, "Việc ngày 26") == []
    desk.set_time("2026-11-26 07:00")
    for _ in range(3):
        tick(desk)
    subject, text = digest_of(desk, "khuetm")
    assert subject == "Việc ngày 26/11/2026: 1 quá hạn, 1 hôm nay, 1 tuần này"
    assert "QUÁ HẠN (1)\n- Quá hạn rồi (hạn 25/11/2026, từ Mai Hoài Dung)" in text
    assert "HÔM NAY (1)\n- Đến hạn" in text and "TUẦN NÀY (1)\n- Tuần này" in text
    assert "SAU ĐÓ, CHƯA CÓ HẠN (1)\n- Tuần sau (hạn 04/12/2026, từ Mai Hoài Dung, mới)" in text
    assert "CHỜ NGƯỜI KHÁC (4)" in digest_of(desk, "dungmh")[1]
    people = [one[1] for one in told(desk, "Việc ngày 26/11/2026")]
    assert people.count("khuetm") == people.count("dungmh") == 1 and "hand" not in people and "nganltt" not in people


def test_r27_no_morning_mail_on_days_off_and_none_in_the_evening(desk: Desk) -> None:
    desk.set_time("2026-11-27 14:00")
    give(desk, "dungmh", "Việc", "khuetm", deadline="30/11/2026")
    for moment in ("2026-11-28 07:00", "2026-11-29 09:00", "2026-11-30 17:30"):
        desk.set_time(moment)
        tick(desk)
    assert told(desk, "Việc ngày") == []
    desk.set_time("2026-12-01 10:30")  # it was started late
    tick(desk)
    assert [one[0] for one in told(desk, "Việc ngày") if one[1] == "khuetm"] == ["2026-12-01 10:30"]


def test_a_new_office_does_not_ask_for_reports_of_before(desk: Desk) -> None:
    desk.set_time("2026-11-24 13:00")  # it began at noon of this day
    tick(desk)
    assert told(desk, "Việc ngày") == []
