"""Many messages in one APPEND (RFC 3502): all that is told of them is what it is of messages that came one by one."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from world import Client, World, on_both

from mailsvc.documents.case import examine
from mailsvc.documents.extraction.junk import GTUBE
from mailsvc.message.scan import scan
from mailsvc.store import mailboxes
from mailsvc.store.schema import intake_entries
from tests.places import SAMPLES

MAILS = sorted((SAMPLES / "mail").glob("*.eml"))[:60]
TOLD = "FETCH 1:* (RFC822.SIZE ENVELOPE BODYSTRUCTURE PREVIEW)"
JUNK = (
    b"From: a@x.vn\r\nSubject: CV\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
    + GTUBE.encode()
    + b"\r\n--b\r\nContent-Type: application/pdf; name=cv.pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n"
)
WORDS = ("so giao duc", "Sở Giáo dục", "bao cao", "cong van", "pdf", "Kính gửi", "a")


def together(client: Client, messages: list[bytes], mailbox: str) -> None:
    tail = b"".join(b" {%d+}\r\n%s" % (len(one), one) for one in messages)
    status = client.command(f"APPEND {mailbox}".encode() + tail)[1]
    assert status.startswith(b"OK [APPENDUID "), status


def answers(client: Client, mailbox: str) -> list[list[bytes]]:
    client.ok(f"SELECT {mailbox}")
    keys = [f'{field} "{word}"' for word in WORDS for field in ("TEXT", "BODY", "SUBJECT", "HEADER MIME-Version")]
    return [client.ok(f"UID SEARCH CHARSET UTF-8 {key}".encode()) for key in keys] + [client.ok(TOLD)]


@pytest.mark.skipif(not MAILS, reason="the sample letters are not beside this project")
@on_both
def test_they_are_found_and_shown_as_if_they_had_come_one_by_one(world: World) -> None:
    client = world.login("an")
    client.ok("CREATE together")
    client.ok("CREATE alone")
    messages = [b"X-Way: together\r\n" + path.read_bytes() for path in MAILS]  # else the bytes would be there already
    together(client, messages, "together")
    several = answers(client, "together")
    client.ok("CLOSE")
    for path in MAILS:
        client.append(b"X-Way: byitself\r\n" + path.read_bytes(), "alone")
    for one, other in zip(answers(client, "alone"), several, strict=True):
        assert one == other
    client.ok("SELECT together")
    (found,) = client.ok("SEARCH HEADER X-Way together")
    assert found.split()[2:] == [b"%d" % number for number in range(1, len(MAILS) + 1)]


@on_both
def test_one_that_is_refused_takes_all_back(world: World) -> None:
    client = world.login("an")
    small = b"Subject: x\r\n\r\nx\r\n"
    tail = b"".join(b" {%d+}\r\n%s" % (len(one), one) for one in [small] * 20)
    status = client.command(b"APPEND INBOX" + tail + b" {0+}\r\n")[1]
    assert status.startswith(b"NO"), status
    assert b"MESSAGES 0" in client.ok("STATUS INBOX (MESSAGES)")[0]


@pytest.mark.skipif(not MAILS, reason="the sample letters are not beside this project")
@on_both
def test_a_batch_that_is_filed_for_intake_is_read_whole(world: World) -> None:
    """What is dropped into the intake folder is looked through for what it is, its text included."""
    clerk = world.add_account("vanthu")
    world.write(lambda tx: mailboxes.set_kind(tx, mailboxes.by_name(tx, clerk, "INBOX").id, "intake"))
    messages = [path.read_bytes() for path in MAILS[:12]]
    messages.append(JUNK)
    cases = [examine(one, scan(one)) for one in messages]
    hasty = [examine(one, scan(one, bodies=False)) for one in messages]
    assert [case.opens for case in cases] != [case.opens for case in hasty]  # the text does matter
    together(world.login("vanthu"), messages, "INBOX")
    entries = world.read(
        lambda tx: tx.execute(select(intake_entries.c.mail_class, intake_entries.c.subject)).all()
    )
    opened = [case for case in cases if case.opens or case.held]
    assert sorted(row[0] for row in entries) == sorted(case.mail_class for case in opened)
