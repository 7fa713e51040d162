"""What the doors do with the real store behind them."""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select

from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.net.tls import opportunistic_context
from mailsvc.store import accounts, schema
from mailsvc.store.tx import Tx
from tests.smtp.conftest import DOMAIN, PASSWORD, Doors

LETTER = b"From: x@ngoai.example\r\nSubject: =?utf-8?Q?th=E1=BB=AD?=\r\nMessage-ID: <1@x.example>\r\n\r\nthu\r\n"


def mx(doors: Doors) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", doors.ports["mx"], local_hostname="client.example", timeout=20)


def submission(doors: Doors, user: str = "an") -> smtplib.SMTP:
    client = smtplib.SMTP_SSL("127.0.0.1", doors.ports["submissions"], context=opportunistic_context(), timeout=20)
    client.login(user, PASSWORD)
    return client


def own_bytes(letter: bytes) -> bytes:
    """The letter without the fields that the door put in front."""
    return letter[letter.index(b"From: x@ngoai") :]


def count(tx: Tx, table: str) -> int:
    return int(tx.execute(select(func.count()).select_from(getattr(schema, table))).scalar_one())


def test_a_letter_is_on_disk_when_250_is_said(doors: Doors) -> None:
    with mx(doors) as client:
        assert client.sendmail("x@ngoai.example", [f"an@{DOMAIN}"], LETTER) == {}
        letter = doors.only("an")
    assert letter.startswith(b"Return-Path: <x@ngoai.example>\r\nReceived: from client.example ([127.0.0.1])\r\n")
    assert own_bytes(letter) == LETTER


@pytest.mark.parametrize(
    "address", [f"AN@{DOMAIN}", f"an+viec@{DOMAIN}", f"nguyen.an@{DOMAIN}", "an@tayninh.gov.vn", f'"an"@{DOMAIN}']
)
def test_addresses_of_one_person(doors: Doors, address: str) -> None:
    with mx(doors) as client:
        client.sendmail("x@ngoai.example", [address], LETTER)
    assert own_bytes(doors.only("an")) == LETTER


def refused(client: smtplib.SMTP, address: str, size: int = 0) -> tuple[int, bytes]:
    client.ehlo_or_helo_if_needed()
    client.rset()
    client.mail("x@ngoai.example", [f"SIZE={size}"] if size else [])
    code, text = client.rcpt(address)
    return code, text.split(b" ")[0]


def test_who_is_not_taken(doors: Doors) -> None:
    def change(tx: Tx) -> None:
        for name, quota in (("binh", 100_000), ("chi", 0)):
            account = accounts.by_username(tx, name)
            assert account is not None
            accounts.set_quota(tx, account.id, quota)
            accounts.set_active(tx, account.id, name == "binh")

    with mx(doors) as client:
        assert refused(client, f"chi@{DOMAIN}") == (250, b"2.1.5")
        doors.write(change)
        assert refused(client, f"khong.co@{DOMAIN}") == (550, b"5.1.1")
        assert refused(client, "somebody@elsewhere.example") == (554, b"5.7.1")
        assert refused(client, f"binh@{DOMAIN}", 200_000) == (552, b"5.2.2")
        assert refused(client, f"binh@{DOMAIN}", 90_000) == (250, b"2.1.5")
        client.rset()
        client.sendmail("x@ngoai.example", [f"binh@{DOMAIN}"], LETTER + b"x" * 60_000)
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail("x@ngoai.example", [f"binh@{DOMAIN}"], LETTER + b"x" * 60_000)
        assert caught.value.smtp_code == 452
    assert len(doors.inbox("binh")) == 1


def test_changes_in_the_directory_are_seen_at_once(doors: Doors) -> None:
    with mx(doors) as client:
        assert refused(client, f"dung@{DOMAIN}") == (550, b"5.1.1")
        person = NewPerson(username="dung", full_name="Dũng", addresses=(f"dung@{DOMAIN}",))
        doors.write(add_person, person, None)
        assert refused(client, f"dung@{DOMAIN}") == (250, b"2.1.5")


def test_hundreds_of_recipients_share_one_content(doors: Doors) -> None:
    def many(tx: Tx) -> None:
        for number in range(600):
            name = f"truong{number:03}"
            add_person(tx, NewPerson(username=name, full_name=name, addresses=(f"{name}@{DOMAIN}",)), None)

    doors.write(many)
    before = doors.office.db.read_now(count, "placements")
    with socket.create_connection(("127.0.0.1", doors.ports["mx"])) as raw:
        reader = raw.makefile("rb")
        lines = "".join(f"RCPT TO:<truong{number:03}@{DOMAIN}>\r\n" for number in range(600))
        raw.sendall(f"EHLO c.example\r\nMAIL FROM:<x@ngoai.example>\r\n{lines}DATA\r\n".encode())
        while not (line := reader.readline()).startswith(b"354"):
            assert line[:3] in (b"220", b"250"), line
        raw.sendall(LETTER + b".\r\nQUIT\r\n")
        assert reader.readline().startswith(b"250 2.0.0 ")
    assert doors.office.db.read_now(count, "contents") == 1
    assert doors.office.db.read_now(count, "placements") == before + 600
    assert b" for " not in doors.only("truong599").split(b"\r\nFrom:")[0]


def test_large_letters_become_blobs_of_their_digest(doors: Doors) -> None:
    large = LETTER + b"0123456789 tai lieu\r\n" * 60_000
    with mx(doors) as client:
        client.sendmail("x@ngoai.example", [f"an@{DOMAIN}"], large)
    letter = doors.only("an")
    assert own_bytes(letter) == large
    digest = hashlib.sha256(letter).hexdigest()
    assert (doors.office.settings.folder / "blobs" / digest[:2] / digest).read_bytes() == letter


def test_submission_goes_to_people_and_into_the_queue(doors: Doors) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"an@{DOMAIN}", "binh, ngoai", "không có ngày"
    message.set_content("nội dung")
    with submission(doors) as client:
        recipients = [f"binh@{DOMAIN}", "ai@ngoai.example"]
        client.send_message(message, f"nguyen.an@{DOMAIN}", recipients, ["RET=HDRS", "ENVID=1"])
    letter = doors.only("binh")
    assert letter.index(b"Message-ID: <") < letter.index(b"From: an@")
    assert b"\r\nDate: Tue, 24 Nov 2026 12:00:00 +0700\r\n" in letter
    rows = doors.office.db.read_now(lambda tx: tx.execute(select(schema.queue)).mappings().all())
    assert [(row["sender"], row["recipient"], row["ret"], row["envid"]) for row in rows] == [
        (f"nguyen.an@{DOMAIN}", "ai@ngoai.example", "HDRS", "1")
    ]


def test_whose_name_one_may_use(doors: Doors) -> None:
    with submission(doors) as client:
        for sender, code in [
            (f"an@{DOMAIN}", 250),
            (f"nguyen.an@{DOMAIN}", 250),
            (f"an+x@{DOMAIN}", 250),
            (f"phongth@{DOMAIN}", 250),
            (f"binh@{DOMAIN}", 553),
            ("an@ngoai.example", 553),
            ("", 250),
        ]:
            client.rset()
            client.ehlo_or_helo_if_needed()
            assert client.mail(sender)[0] == code, sender


def test_a_session_of_a_closed_account_sends_nothing_more(doors: Doors) -> None:
    def close(tx: Tx) -> None:
        account = accounts.by_username(tx, "an")
        assert account is not None
        accounts.set_active(tx, account.id, False)

    with submission(doors) as client:
        client.ehlo_or_helo_if_needed()
        assert client.mail(f"an@{DOMAIN}")[0] == 250
        client.rset()
        doors.write(close)
        assert client.mail(f"an@{DOMAIN}")[0] == 553


def test_wrong_passwords(doors: Doors) -> None:
    client = smtplib.SMTP_SSL("127.0.0.1", doors.ports["submissions"], context=opportunistic_context(), timeout=20)
    with client, pytest.raises(smtplib.SMTPAuthenticationError) as caught:
        client.login("an", "sai")
    assert caught.value.smtp_code == 535
    assert b"Sai ten dang nhap" in bytes(caught.value.smtp_error)


def test_lmtp_tells_of_each_recipient(doors: Doors) -> None:
    with smtplib.LMTP("127.0.0.1", doors.ports["lmtp"]) as client:
        client.ehlo()
        client.mail("x@ngoai.example")
        for name in ("an", "khong.co", "binh"):
            client.rcpt(f"{name}@{DOMAIN}")
        client.docmd("DATA")
        client.send(LETTER + b".\r\n")
        assert [client.getreply()[0] for _ in range(2)] == [250, 250]
        assert client.noop()[0] == 250
    assert own_bytes(doors.only("an")) == own_bytes(doors.only("binh")) == LETTER


def test_the_trace_tells_of_tls_and_login(doors: Doors) -> None:
    with submission(doors) as client:
        client.sendmail(f"an@{DOMAIN}", [f"binh@{DOMAIN}"], b"Subject: x\r\n\r\nx\r\n")
    with mx(doors) as client:
        client.starttls(context=opportunistic_context())
        client.sendmail("x@ngoai.example", [f"chi@{DOMAIN}"], b"Subject: x\r\n\r\nx\r\n")
    assert b" with ESMTPSA id " in doors.only("binh")
    assert b" with ESMTPS id " in doors.only("chi")
    assert b" tls TLS_AES_256_GCM_SHA384\r\n" in doors.only("chi")


def test_old_tls_names_its_cipher_as_the_registry_does(doors: Doors) -> None:
    context = opportunistic_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with mx(doors) as client:
        client.starttls(context=context)
        client.sendmail("x@ngoai.example", [f"an@{DOMAIN}"], LETTER)
    assert b" tls TLS_ECDHE_ECDSA_WITH_AES_" in doors.only("an")


ENDS = [
    b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r.\n", b"\r\n.\r\r\n",
    b"\n\r.\r\n",
]  # fmt: skip
SMUGGLED = (
    f"MAIL FROM:<gia@ngoai.example>\r\nRCPT TO:<binh@{DOMAIN}>\r\nDATA\r\nSubject: gia\r\n\r\nx\r\n.\r\n".encode()
)


@pytest.mark.parametrize("door", ["mx", "lmtp"])
@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_smuggled_behind_a_false_end(doors: Doors, door: str, end: bytes) -> None:
    """RFC 5321 §4.1.1.4: one letter, one refusal, and the commands inside it were text."""
    hello = "LHLO" if door == "lmtp" else "EHLO"
    with socket.create_connection(("127.0.0.1", doors.ports[door]), timeout=20) as raw:
        reader = raw.makefile("rb")
        raw.sendall(f"{hello} c\r\nMAIL FROM:<x@ngoai.example>\r\nRCPT TO:<an@{DOMAIN}>\r\nDATA\r\n".encode())
        while not reader.readline().startswith(b"354"):
            pass
        # what the sender takes for one letter ends where its own transparent end stands
        raw.sendall(LETTER + b"x" + end + SMUGGLED + b"NOOP\r\nQUIT\r\n")
        assert reader.readline().startswith(b"554 5.6.0 ")
        assert reader.readline().startswith(b"250 2.0.0 OK")
        assert reader.readline().startswith(b"221 ")
    assert doors.inbox("an") == doors.inbox("binh") == []
