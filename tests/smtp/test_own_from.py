"""Whose name a submitted letter may bear, through the real doors. RFC 6409 §6.1"""

from __future__ import annotations

import smtplib

import pytest

from mailsvc.accounts.people import NewPerson, add_person, add_shared
from mailsvc.auth.passwords import PasswordHasher
from mailsvc.net.tls import opportunistic_context
from mailsvc.store import accounts
from mailsvc.store.tx import Tx
from tests.smtp.conftest import DOMAIN, PASSWORD, Doors

ALIAS = "tayninh.gov.vn"


def submission(doors: Doors, user: str = "an") -> smtplib.SMTP:
    client = smtplib.SMTP_SSL("127.0.0.1", doors.ports["submissions"], context=opportunistic_context(), timeout=20)
    client.login(user, PASSWORD)
    return client


def sent(client: smtplib.SMTP, *fields: str, sender: str = f"an@{DOMAIN}") -> str:
    """The reply to a letter with these header fields."""
    letter = "\r\n".join((*fields, "Subject: x", "", "noi dung", ""))
    client.ehlo_or_helo_if_needed()
    client.rset()
    assert client.mail(sender, ["SMTPUTF8"])[0] == 250
    assert client.rcpt(f"binh@{DOMAIN}")[0] == 250
    code, text = client.data(letter.encode())
    return f"{code} {text.decode('ascii')}"


@pytest.mark.parametrize(
    "fields",
    [
        (f"From: An <an@{DOMAIN}>",),
        (f"From: AN@{DOMAIN.upper()}",),
        (f"From: nguyen.an@{DOMAIN}",),
        (f"From: an@{ALIAS}",),
        (f'From: "Phòng, TH" <phongth@{ALIAS}>', f"Sender: an@{DOMAIN}"),
        (f"From: an+viec@{DOMAIN}, phongth@{DOMAIN}",),
        (f"From: To TH: an@{DOMAIN};",),
        (f"From: =?utf-8?Q?binh=40{DOMAIN}?= <an@{DOMAIN}>",),
        ("To: x@ngoai.example",),  # RFC 6409 §8 leaves it to us whether one is put in
    ],
)
def test_own_names(doors: Doors, fields: tuple[str, ...]) -> None:
    with submission(doors) as client:
        assert sent(client, *fields).startswith("250 2.0.0 ")
        assert sent(client, *fields, sender="").startswith("250 2.0.0 ")
    assert len(doors.inbox("binh")) == 2


OTHER = f"553 5.7.1 You may not send as <binh@{DOMAIN}>"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ((f"From: Binh <binh@{DOMAIN}>",), f"{OTHER} (From) / Ban khong duoc gui bang dia chi nay o muc From"),
        ((f"From: binh@{ALIAS}",), f"553 5.7.1 You may not send as <binh@{ALIAS}>"),
        ((f"From: khong.co@{DOMAIN}",), "553 5.7.1 You may not send as <khong.co@"),
        ((f"From: an@{DOMAIN}, binh@{DOMAIN}",), OTHER),
        ((f"From: an@{DOMAIN}", f"From: binh@{DOMAIN}"), OTHER),
        ((f"From: To TH: an@{DOMAIN}, binh@{DOMAIN};",), OTHER),
        ((f"From: an@{DOMAIN}", f"Sender: binh@{DOMAIN}"), f"{OTHER} (Sender) /"),
        (("From: an@ngoai.example",), "553 5.7.1 From <an@ngoai.example> is not an address of this office / Dia chi"),
        ((f"From: an@{DOMAIN}.ngoai.example",), "553 5.7.1 From <an@"),
        ((f"From: ăn@{DOMAIN}",), "553 5.7.1 You may not send as <?n@"),
        (("From:",), "553 5.7.1 From has to be a plain list of addresses"),
        (("From: an",), "553 5.7.1 From has to be"),
        (("From: undisclosed:;",), "553 5.7.1 From has to be"),
        ((f"From: <binh@{DOMAIN}> <an@{DOMAIN}>",), "553 5.7.1 From has to be"),
        ((f"From: =?utf-8?Q?an?=@{DOMAIN}",), "553 5.7.1 From has to be"),
        ((f"From: =?utf-8?Q?an=40{DOMAIN}?=",), "553 5.7.1 From has to be"),
        ((f"From: an+=?utf-8?Q?=3Cbinh=40{DOMAIN}=3E?=@{DOMAIN}",), "553 5.7.1 From has to be"),
        (("X-Long: " + "x" * 300_000, f"From: an@{DOMAIN}"), "553 5.7.1 The header is too long"),
    ],
)
def test_names_of_others(doors: Doors, fields: tuple[str, ...], said: str) -> None:
    with submission(doors) as client:
        assert sent(client, *fields).startswith(said)
        assert sent(client, *fields, sender="").startswith(said)
        assert sent(client, f"From: an@{DOMAIN}").startswith("250 ")
    assert len(doors.inbox("binh")) == 1


def test_clerks_write_as_the_clerks_office(doors: Doors, quick_hasher: PasswordHasher) -> None:
    keys = quick_hasher.derive_now(PASSWORD)

    def clerks(tx: Tx) -> None:
        office = [f"vanthu@{DOMAIN}"]
        add_shared(tx, username="vanthu", kind="role", full_name="Văn thư", addresses=office, unit_code="")
        clerk = NewPerson(username="dung", full_name="Dũng", addresses=(f"dung@{DOMAIN}",), roles=("van_thu",))
        add_person(tx, clerk, keys)

    doors.write(clerks)
    with submission(doors, "dung") as client:
        assert sent(client, f"From: vanthu@{ALIAS}", sender=f"dung@{DOMAIN}").startswith("250 ")
        assert sent(client, f"From: an@{DOMAIN}", sender=f"vanthu@{DOMAIN}").startswith("553 5.7.1 ")
    with submission(doors) as client:
        assert sent(client, f"From: vanthu@{DOMAIN}").startswith("553 5.7.1 ")


@pytest.mark.parametrize("door", ["mx", "lmtp"])
def test_mail_from_elsewhere_names_whom_it_likes(doors: Doors, door: str) -> None:
    kind = smtplib.LMTP if door == "lmtp" else smtplib.SMTP
    with kind("127.0.0.1", doors.ports[door]) as client:
        client.sendmail("x@ngoai.example", [f"an@{DOMAIN}"], b"From: <a> <b>, c\r\n\r\nx\r\n")
    assert b"From: <a> <b>, c\r\n" in doors.only("an")


def test_a_closed_account_has_no_name_left(doors: Doors) -> None:
    def close(tx: Tx) -> None:
        account = accounts.by_username(tx, "an")
        assert account is not None
        accounts.set_active(tx, account.id, False)

    with submission(doors) as client:
        client.ehlo_or_helo_if_needed()
        assert client.mail("")[0] == 250
        assert client.rcpt(f"binh@{DOMAIN}")[0] == 250
        doors.write(close)
        assert client.data(b"Subject: x\r\n\r\nx\r\n")[1].startswith(b"5.7.1 Your account is closed / Tai khoan")
        assert client.mail("")[0] == 553
    assert doors.inbox("binh") == []
