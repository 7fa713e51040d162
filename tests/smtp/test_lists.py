"""Address lists through the real doors: who may write to one, whom it reaches, each once, and what its members see."""

from __future__ import annotations

import hashlib
import smtplib

import pytest

from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.store import accounts, contents, groups, queue
from mailsvc.store.groups import ACCOUNT, PEOPLE, UNIT, Group, Member
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit
from mailsvc.store.units import put as put_unit
from tests.smtp.conftest import DOMAIN, Doors
from tests.smtp.test_store_and_doors import LETTER, count, mx, submission

ALL = f"moi-nguoi@{DOMAIN}"
OPEN = f"gop-y@{DOMAIN}"
STRANGER = "x@ngoai.example"
OURS = LETTER.replace(STRANGER.encode(), f"an@{DOMAIN}".encode())


def number(tx: Tx, username: str) -> int:
    account = accounts.by_username(tx, username)
    assert account is not None
    return account.id


def lists(tx: Tx) -> dict[str, int]:
    """One only from inside (an, binh, the unit's mailbox), one open to all (binh, chi)."""
    inside = groups.put(tx, Group(0, ALL, "Mọi người của Sở", "", 1))
    wanted = [Member(ACCOUNT, str(number(tx, one))) for one in ("an", "binh")]
    groups.set_members(tx, inside, [*wanted, Member(UNIT, "TH")])
    outside = groups.put(tx, Group(0, OPEN, "Góp ý", "", 0))
    groups.set_members(tx, outside, [Member(ACCOUNT, str(number(tx, one))) for one in ("binh", "chi")])
    return {ALL: inside, OPEN: outside}


def copies(doors: Doors, *usernames: str) -> list[int]:
    return [len(doors.inbox(one)) for one in usernames]


def written(letter: bytes) -> bytes:
    """The letter as its sender wrote it."""
    return letter[letter.index(b"From: ") :]


def rcpt(client: smtplib.SMTP, address: str) -> str:
    client.ehlo_or_helo_if_needed()
    client.rset()
    client.mail(STRANGER)
    code, text = client.rcpt(address)
    return f"{code} {text.decode()}"


def test_strangers_do_not_write_to_a_list_for_inside(doors: Doors) -> None:
    doors.write(lists)
    for address in (ALL, ALL.upper(), "moi-nguoi@tayninh.gov.vn", f"moi-nguoi+x@{DOMAIN}"):
        with mx(doors) as client:
            assert rcpt(client, address).startswith("550 5.7.2 Not allowed to send to this list / Ban khong duoc gui")
    with smtplib.LMTP("127.0.0.1", doors.ports["lmtp"]) as client:
        assert rcpt(client, ALL).startswith("550 5.7.2 ")
    with mx(doors) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail(f"an@{DOMAIN}", [ALL], LETTER)  # whatever name he writes under
    assert copies(doors, "an", "binh", "chi", "phongth") == [0, 0, 0, 0]


@pytest.mark.parametrize("address", [ALL, "moi-nguoi@tayninh.gov.vn", f"Moi-Nguoi+viec@{DOMAIN}"])
def test_our_own_people_reach_everybody_once(doors: Doors, address: str) -> None:
    doors.write(lists)
    before = doors.office.db.read_now(count, "contents")
    with submission(doors) as client:
        client.sendmail(f"an@{DOMAIN}", [address], OURS)
    assert copies(doors, "an", "binh", "chi", "phongth") == [1, 1, 0, 1]
    assert doors.office.db.read_now(count, "contents") == before + 1
    letter = doors.only("binh")
    head, own = letter.split(b"From: an@")[0], written(letter)
    assert own == OURS  # signatures of the sender hold
    assert b"\r\nList-Id: =?utf-8?b?" in head and f" <moi-nguoi.{DOMAIN}>\r\n".encode() in head
    assert f"\r\nList-Post: <mailto:{ALL}>\r\nReceived: ".encode() in head


def test_who_is_named_twice_gets_one(doors: Doors) -> None:
    doors.write(lists)
    with submission(doors) as client:
        client.sendmail(f"an@{DOMAIN}", [ALL, f"binh@{DOMAIN}", OPEN, "moi-nguoi@tayninh.gov.vn"], OURS)
    assert copies(doors, "an", "binh", "chi", "phongth") == [1, 1, 1, 1]
    assert b"List-Id:" not in doors.only("binh")  # he is a recipient himself
    assert f"<moi-nguoi.{DOMAIN}>".encode() in doors.only("an")
    assert f"<gop-y.{DOMAIN}>".encode() in doors.only("chi")
    assert written(doors.only("chi")) == written(doors.only("binh")) == OURS


def test_a_list_open_to_all(doors: Doors) -> None:
    doors.write(lists)
    with mx(doors) as client:
        client.sendmail(STRANGER, [OPEN], LETTER)
    with smtplib.LMTP("127.0.0.1", doors.ports["lmtp"]) as client:
        client.sendmail(STRANGER, [OPEN], LETTER.replace(b"<1@", b"<2@"))
    assert copies(doors, "an", "binh", "chi") == [0, 2, 2]


def test_a_letter_that_comes_from_a_list_keeps_its_list(doors: Doors) -> None:
    doors.write(lists)
    with mx(doors) as client:
        client.sendmail(STRANGER, [OPEN], b"List-Id: <tin.bo.example>\r\n" + LETTER)
    letter = doors.only("chi")
    assert letter.count(b"List-Id:") == 1 and b"List-Id: <tin.bo.example>" in letter


def test_a_list_without_anybody_says_so(doors: Doors) -> None:
    ids = doors.write(lists)

    def close(tx: Tx) -> None:
        for name in ("binh", "chi"):
            accounts.set_active(tx, number(tx, name), False)

    with mx(doors) as client:
        assert rcpt(client, OPEN).startswith("250 ")
        doors.write(close)
        assert rcpt(client, OPEN) == "550 5.2.4 This list has no members / Nhom nay chua co ai nhan thu"
    doors.write(groups.remove, ids[OPEN])
    with mx(doors) as client:
        assert rcpt(client, OPEN).startswith("550 5.1.1 ")


def test_who_is_emptied_between_rcpt_and_data_is_told(doors: Doors) -> None:
    ids = doors.write(lists)
    with mx(doors) as client:
        assert rcpt(client, OPEN).startswith("250 ")
        doors.write(groups.set_members, ids[OPEN], [])
        code, text = client.data(LETTER)
    assert (code, text[:6]) == (550, b"5.2.4 ")


def test_closed_members_are_left_out_and_full_ones_are_reported(doors: Doors) -> None:
    doors.write(lists)

    def change(tx: Tx) -> None:
        accounts.set_active(tx, number(tx, "phongth"), False)
        accounts.set_quota(tx, number(tx, "binh"), 10)

    doors.write(change)
    with submission(doors) as client:
        client.sendmail(f"an@{DOMAIN}", [ALL], OURS)
    assert copies(doors, "binh", "phongth") == [0, 0]
    letter, report = sorted(doors.inbox("an"), key=lambda one: b"multipart/report" in one)
    assert written(letter) == OURS
    assert f"Final-Recipient: rfc822; binh@{DOMAIN}".encode() in report.replace(b"rfc822;b", b"rfc822; b")
    assert b"Status: 4.2.2" in report and b"phongth" not in report.split(b"message/delivery-status")[1]


def test_a_stranger_does_not_learn_who_is_full(doors: Doors) -> None:
    doors.write(lists)
    doors.write(lambda tx: accounts.set_quota(tx, number(tx, "binh"), 10))
    with mx(doors) as client:
        client.sendmail(STRANGER, [OPEN], LETTER)
    assert copies(doors, "binh", "chi") == [0, 1]
    [content] = doors.office.db.read_now(_queued, doors)
    assert OPEN.encode() in content and b"1 members of the list have no room" in content and b"binh" not in content


def test_lmtp_reports_members_without_room(doors: Doors) -> None:
    doors.write(lists)
    doors.write(lambda tx: accounts.set_quota(tx, number(tx, "binh"), 10))
    with smtplib.LMTP("127.0.0.1", doors.ports["lmtp"]) as client:
        client.sendmail(STRANGER, [OPEN], LETTER)  # 250: chi has it
    assert copies(doors, "binh", "chi") == [0, 1]
    assert len(doors.office.db.read_now(_queued, doors)) == 1


def _queued(tx: Tx, doors: Doors) -> list[bytes]:
    return [bytes(contents.load(tx, doors.office.blobs, one.content_id)) for one in queue.listing(tx)]


def test_when_all_are_full_the_sender_tries_again(doors: Doors) -> None:
    doors.write(lists)
    doors.write(lambda tx: [accounts.set_quota(tx, number(tx, one), 10) for one in ("binh", "chi")])
    with mx(doors) as client, pytest.raises(smtplib.SMTPDataError) as caught:
        client.sendmail(STRANGER, [OPEN], LETTER)
    assert caught.value.smtp_code == 452
    doors.write(lambda tx: accounts.set_quota(tx, number(tx, "chi"), 0))
    with mx(doors) as client:
        client.sendmail(STRANGER, [OPEN], LETTER)
    assert copies(doors, "binh", "chi") == [0, 1]


def test_large_letters_lie_on_the_disk_with_the_lists_fields(doors: Doors) -> None:
    doors.write(lists)
    large = OURS + b"0123456789 tai lieu\r\n" * 60_000
    with submission(doors) as client:
        client.sendmail(f"an@{DOMAIN}", [ALL, f"chi@{DOMAIN}"], large)
    for name in ("an", "chi"):
        letter = doors.only(name)
        assert written(letter) == large
        digest = hashlib.sha256(letter).hexdigest()
        assert (doors.office.settings.folder / "blobs" / digest[:2] / digest).exists()
    assert f"<moi-nguoi.{DOMAIN}>".encode() in doors.only("an")
    assert b"List-Id:" not in doors.only("chi")[:2000]


def test_all_people_of_a_unit_and_below_in_a_large_office(doors: Doors) -> None:
    def office(tx: Tx) -> None:
        for code, parent in (("SO", ""), ("PHONG", "SO"), ("TO", "PHONG")):
            put_unit(tx, Unit(code, code, "phong", parent, "", "", "1900-01-01", None, ""))
        for place in range(300):
            name = f"nguoi{place:03}"
            unit = ("SO", "PHONG", "TO")[place % 3]
            add_person(tx, NewPerson(name, name, (f"{name}@{DOMAIN}",), unit), None)
        everybody = groups.put(tx, Group(0, f"toan-so@{DOMAIN}", "Toàn Sở", "", 1))
        groups.set_members(tx, everybody, [Member(PEOPLE, "SO"), Member(PEOPLE, "TO")])

    doors.write(office)
    before = doors.office.db.read_now(count, "placements")
    with submission(doors) as client:
        client.sendmail(f"an@{DOMAIN}", [f"toan-so@{DOMAIN}"], OURS)
    assert doors.office.db.read_now(count, "placements") == before + 300
    assert copies(doors, "nguoi000", "nguoi298", "nguoi299", "an") == [1, 1, 1, 0]
