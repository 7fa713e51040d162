"""R42: everybody answers for what he sends. Nobody sends in another's name; who sent what, from where, is kept."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailsvc.store import accounts, audit, chain, contents, listing, mailboxes
from tests.office.incoming_world import Desk

DOMAIN = "sogddt.tayninh.gov.vn"


def letter(sender: str, *to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = f"{sender}@{DOMAIN}", ", ".join(f"{one}@{DOMAIN}" for one in to)
    message["Subject"] = "Gửi tài liệu họp"
    message.set_content("Kính gửi.")
    return message


def test_r42_nobody_sends_with_anothers_name(open_desk: Desk) -> None:
    with pytest.raises(smtplib.SMTPException, match=r"5\.7\.1"):
        open_desk.submit("khuetm", letter("nganltt", "lyhc"))
    assert open_desk.read(audit.listing, actions=("mail.send",)) == []


def test_r42_every_letter_sent_is_written_into_the_chain_with_who_and_from_where(open_desk: Desk) -> None:
    open_desk.submit("khuetm", letter("khuetm", "lyhc", "vinhpt"))
    (row,) = open_desk.read(audit.listing, actions=("mail.send",))
    assert row["actor_id"] == open_desk["khuetm"]
    assert row["source"] == "smtp 127.0.0.1"
    assert row["detail"]["to"] == [f"lyhc@{DOMAIN}", f"vinhpt@{DOMAIN}"]
    assert open_desk.read(chain.verify) == []
    kept = open_desk.read(listing.page, open_desk.read(mailboxes.by_name, open_desk["lyhc"], "INBOX").id, 0, 5)
    assert row["detail"]["sha256"] in {open_desk.read(contents.get, one.content_id).digest.hex() for one in kept}
    assert open_desk.read(accounts.get, row["actor_id"]).username == "khuetm"


def test_r42_mail_that_comes_from_outside_is_nobodys_sending(open_desk: Desk) -> None:
    open_desk.arrive(letter("khuetm", "vanthu").as_bytes(policy=SMTP))
    assert open_desk.read(audit.listing, actions=("mail.send",)) == []
