"""R1 at the mail doors: what our own people send or file with a mark of secrecy."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailsvc.mail.secret_policy import subjects
from mailsvc.store import audit, intake
from tests.office.incoming_world import Desk
from tests.office.test_r01_secrecy import INNOCENT, inbox

DOMAIN = "sogddt.tayninh.gov.vn"
WAITING = "Văn bản đến/Chờ vào sổ"


def letter(subject: str, to: str, sender: str = "khuetm") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"{sender}@{DOMAIN}", f"{to}@{DOMAIN}", subject
    message["Message-ID"] = f"<{abs(hash((subject, to)))}@demo>"
    message.set_content("Kính gửi.")
    message.add_attachment(b"%PDF-1.4 demo", maintype="application", subtype="pdf", filename="cv.pdf")
    return message


def test_r01_our_people_cannot_mail_what_bears_a_mark_and_the_two_are_told(open_desk: Desk) -> None:
    with pytest.raises(smtplib.SMTPDataError, match="state secrecy"):
        open_desk.submit("khuetm", letter("TỐI MẬT: Kế hoạch diễn tập", "vinhpt"))
    for username in ("nganltt", "lyhc"):
        assert "Khẩn: từ chối thư có dấu hiệu bí mật" in open_desk.read(inbox, username)
    assert [one["object"] for one in open_desk.read(audit.listing, actions=("held.refuse",))] == ["mail"]
    before = len(open_desk.read(inbox, "vinhpt"))
    for subject in INNOCENT[:4]:
        open_desk.submit("khuetm", letter(subject, "vinhpt"))
    assert len(open_desk.read(inbox, "vinhpt")) == before + 4


def test_r01_sent_on_to_the_clerks_it_is_held(open_desk: Desk) -> None:
    open_desk.submit("khuetm", letter("TỐI MẬT: Kế hoạch diễn tập", "vanthu"))
    assert len(open_desk.read(intake.listing, "SGDDT", ("held",), limit=9)) == 1
    assert open_desk.read(inbox, "vanthu") == []


def test_r01_filed_by_a_mail_client_it_is_held_and_gone_from_the_folder(open_desk: Desk) -> None:
    clerk = "daonth"
    marked = letter("(MẬT) Báo cáo tình hình", "vanthu").as_bytes(policy=SMTP)
    plain = letter("Gửi công văn 12/UBND-VX", "vanthu").as_bytes(policy=SMTP)
    with open_desk.mail(clerk) as client:
        client.append(WAITING, marked)
        client.select_folder(WAITING)
        assert client.search() == []
        client.append("INBOX", marked)
        client.append(WAITING, plain)
        client.noop()
        assert len(client.search()) == 1
        client.select_folder("INBOX")
        uid = client.search()[-1]
        client.move([uid], WAITING)
        client.select_folder(WAITING)
        assert len(client.search()) == 1  # the marked one is gone at once
    assert len(open_desk.read(intake.listing, "SGDDT", ("held",), limit=9)) == 1


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"Subject: =?utf-8?B?VOG7kEkgTeG6rFQ=?=\r\n\r\nx", ["TỐI MẬT"]),
        (b"subject: a\r\nSUBJECT: b\r\n c\r\n\r\nSubject: not this", ["a", "b c"]),
        (b"From: x", []),
        (b"", []),
    ],
)
def test_subjects_are_read_as_people_see_them(raw: bytes, found: list[str]) -> None:
    assert subjects(raw) == found
