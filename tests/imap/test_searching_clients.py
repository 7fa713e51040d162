"""Searching as client libraries do it, and by guests in a mailbox of others. RFC 5256; RFC 5267; RFC 7377"""

from __future__ import annotations

import imaplib
import ssl

import pytest
from imapclient import IMAPClient
from world import PASSWORD, Client, World

from mailsvc.store import accounts

VP = "Dùng chung/vp"


def fill(client: Client, mailbox: str = "INBOX") -> None:
    for number, subject in enumerate(("Báo cáo", "Re: Báo cáo", "an"), 1):
        parent = f"References: <{number - 1}@x>\r\n" if number == 2 else ""
        head = f"Subject: {subject}\r\nMessage-ID: <{number}@x>\r\nDate: {9 - number} Jan 2024 10:00:00 +0700\r\n"
        client.append(f"{head}{parent}\r\nchữ {number}\r\n".encode(), mailbox)


@pytest.fixture
def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_imaplib_sorts_and_threads(world: World) -> None:
    fill(world.login("an"))
    with imaplib.IMAP4("127.0.0.1", world.ports["imap"]) as client:
        client.authenticate("PLAIN", lambda _: f"\0an\0{PASSWORD}".encode())
        client.select()
        assert client.sort("(REVERSE DATE)", "UTF-8", "ALL") == ("OK", [b"1 2 3"])
        assert client.sort("(SUBJECT)", "UTF-8", "SUBJECT", '"bao cao"') == ("OK", [b"1 2"])
        assert client.thread("REFERENCES", "UTF-8", "ALL") == ("OK", [b"(3)(1 2)"])
        assert client.uid("SORT", "(DATE)", "UTF-8", "UNSEEN") == ("OK", [b"3 2 1"])


def test_imapclient_sorts_and_threads(world: World, trusting: ssl.SSLContext) -> None:
    fill(world.login("an"))
    with IMAPClient("127.0.0.1", world.ports["imaps"], ssl_context=trusting) as client:
        client.plain_login("an", PASSWORD)
        client.select_folder("INBOX")
        assert client.sort(["REVERSE DATE"]) == [1, 2, 3]
        assert client.sort("SUBJECT", ["SUBJECT", "báo"], "UTF-8") == [1, 2]
        assert client.thread() == ((3,), (1, 2))
        assert client.thread("ORDEREDSUBJECT", "UNSEEN") == ((3,), (2, 1))


def test_a_guest_searches_with_flags_of_ones_own(world: World) -> None:
    owner = world.add_account("vp", kind="unit")
    for person in (1, 2):
        world.write(accounts.grant, owner, person, can_read=True, can_send=True)
    an, binh = world.login("an"), world.login("binh")
    for one in (an, binh):
        one.ok("ENABLE IMAP4rev2")
    fill(an, VP)
    an.ok(f'SELECT "{VP}"')
    binh.ok(f'SELECT "{VP}"')
    an.ok("SEARCH RETURN (UPDATE COUNT) UNSEEN")
    tag = b"t%d" % an._count
    binh.ok("STORE 1 +FLAGS.SILENT (\\Seen)")
    assert not any(b"REMOVEFROM" in line for line in an.ok("NOOP"))
    told = an.ok("STORE 2 +FLAGS.SILENT (\\Seen)") + an.ok("NOOP")
    assert b'* ESEARCH (TAG "%b") REMOVEFROM (0 2)' % tag in told
    assert an.ok("SORT RETURN (ALL) (DATE) UTF-8 UNSEEN")[-1].endswith(b"ALL 3,1")
    assert binh.ok("SORT RETURN (ALL) (DATE) UTF-8 UNSEEN")[-1].endswith(b"ALL 3,2")
    an.ok("UNSELECT")
    found = an.ok(f'ESEARCH IN (mailboxes "{VP}" personal) UNSEEN')
    assert [line.rpartition(b" ")[2] for line in found] == [b"1,3"]
    chi = world.login("binh")
    assert [line.rpartition(b" ")[2] for line in chi.ok('ESEARCH IN (subtree "D&APk-ng chung") SEEN')] == [b"1"]


def test_what_one_may_not_read_is_passed_over(world: World) -> None:
    """RFC 7377 §2.2: no answer, and no word that there is such a mailbox."""
    owner = world.add_account("kt", kind="unit")
    world.write(accounts.grant, owner, 1, can_read=True, can_send=True)
    an, binh = world.login("an"), world.login("binh")
    fill(an, "D&APk-ng chung/kt")
    assert len(an.ok('ESEARCH IN (mailboxes "D&APk-ng chung/kt") ALL')) == 1
    assert binh.ok('ESEARCH IN (mailboxes "D&APk-ng chung/kt" subtree "D&APk-ng chung") ALL') == []
