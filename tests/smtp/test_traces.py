"""What the doors leave for the postmaster: every letter that was taken, and every one that was not."""

from __future__ import annotations

import asyncio
import smtplib
import socket

import pytest

from mailsvc.mail.envelope import Client
from mailsvc.mail.tracing import Refusals, TurnedAway
from mailsvc.net.tls import opportunistic_context
from mailsvc.store import traces
from mailsvc.store.traces import Trace, TracedRecipient, Wanted
from mailsvc.store.tx import Tx
from tests.smtp.conftest import DOMAIN, PASSWORD, Doors
from tests.smtp.test_lists import lists, number

LETTER = b"From: ai@xa.example\r\nMessage-ID: <mot@xa.example>\r\nSubject: Chuyen rieng\r\n\r\nnoi dung\r\n"


def mx(doors: Doors) -> smtplib.SMTP:
    client = smtplib.SMTP("127.0.0.1", doors.ports["mx"], local_hostname="mail.xa.example", timeout=20)
    client.ehlo()
    return client


def found(doors: Doors, **wanted: str) -> list[tuple[Trace, list[TracedRecipient]]]:
    doors.refusals_written()
    return doors.office.db.read_now(_found, Wanted(0, 1 << 60, **wanted))


def _found(tx: Tx, wanted: Wanted) -> list[tuple[Trace, list[TracedRecipient]]]:
    return [(one, traces.recipients_of(tx, one.id, 50)) for one in traces.find(tx, wanted, 50)]


def test_a_letter_that_was_taken(doors: Doors) -> None:
    with mx(doors) as client:
        client.starttls(context=opportunistic_context())
        client.sendmail("Ai@XA.example", [f"an@{DOMAIN}", f"binh+viec@{DOMAIN}"], LETTER)
    ((trace, people),) = found(doors, message_id="<mot@xa.example>")
    assert (trace.door, trace.sender, trace.helo, trace.ip) == ("mx", "ai@xa.example", "mail.xa.example", "127.0.0.1")
    assert trace.cipher.startswith("TLS_") and trace.account_id is None and not trace.reply
    assert trace.letter.encode() in doors.only("an") and trace.size == len(doors.only("an"))
    assert [(one.recipient, one.reply, one.account_id is None) for one in people] == [
        (f"an@{DOMAIN}", "", False),
        (f"binh+viec@{DOMAIN}", "", False),
    ]
    assert found(doors, sender="ai@xa.example") == found(doors, recipient=f"an@{DOMAIN}") == [(trace, people)]
    assert found(doors, sender="xa.exam") == [(trace, people)]
    assert not found(doors, sender="ai@xa.exampl") and not found(doors, recipient="100%")


def test_a_letter_of_our_own(doors: Doors) -> None:
    client = smtplib.SMTP_SSL("127.0.0.1", doors.ports["submissions"], context=opportunistic_context(), timeout=20)
    with client:
        client.login("an", PASSWORD)
        client.sendmail(f"an@{DOMAIN}", ["ai@xa.example"], b"From: an@" + DOMAIN.encode() + b"\r\n\r\nx\r\n")
    ((trace, (person,)),) = found(doors, recipient="ai@xa.example")
    assert trace.door == "submission" and trace.account_id is not None
    assert (person.reply, person.account_id) == ("", None)


def test_recipients_and_letters_that_were_refused(doors: Doors) -> None:
    with mx(doors) as client:
        client.mail("ai@xa.example")
        assert client.rcpt(f"khong.co@{DOMAIN}")[0] == 550
        assert client.rcpt("nguoi@noi-khac.example")[0] == 554
        assert client.docmd("MAIL", f"FROM:<ai@xa.example> SIZE={1 << 40}")[0] == 503
        client.rset()
        assert client.docmd("MAIL", f"FROM:<lon@xa.example> SIZE={1 << 40}")[0] == 552
    ((trace, (person,)),) = found(doors, recipient=f"khong.co@{DOMAIN}")
    assert trace.content_id is None and trace.reply.startswith("550 5.1.1 ") and person.reply == trace.reply
    ((trace, _),) = found(doors, recipient="nguoi@noi-khac.example")
    assert "5.7.1 Relaying denied" in trace.reply
    ((trace, people),) = found(doors, sender="lon@xa.example")
    assert trace.reply.startswith("552 5.3.4 ") and people == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_letter_with_bare_line_ends(doors: Doors, chunked: bool) -> None:
    with socket.create_connection(("127.0.0.1", doors.ports["mx"]), 20) as client, client.makefile("rb") as answers:

        def say(line: bytes) -> bytes:
            client.sendall(line + b"\r\n")
            while answers.peek(4)[3:4] == b"-":
                answers.readline()
            return answers.readline()

        answers.readline()
        for line in (b"EHLO x.example", b"MAIL FROM:<tran@xa.example>", b"RCPT TO:<an@" + DOMAIN.encode() + b">"):
            assert say(line).startswith(b"250"), line
        if chunked:
            assert say(b"BDAT 7 LAST\r\na: b\nc").startswith(b"554")
        else:
            assert say(b"DATA").startswith(b"354")
            assert say(b"a: b\nc\r\n.").startswith(b"554")
    ((trace, (person,)),) = found(doors, sender="tran@xa.example")
    assert trace.reply.startswith("554 5.6.0 ") and person.recipient == f"an@{DOMAIN}"
    assert doors.inbox("an") == []


def test_a_sender_that_is_not_ones_own(doors: Doors) -> None:
    client = smtplib.SMTP_SSL("127.0.0.1", doors.ports["submissions"], context=opportunistic_context(), timeout=20)
    with client:
        client.login("an", PASSWORD)
        assert client.mail(f"binh@{DOMAIN}")[0] == 553
    ((trace, _),) = found(doors, sender=f"binh@{DOMAIN}")
    assert trace.account_id is not None and trace.reply.startswith("553 5.7.1 ")


def test_strangers_who_try_names_fill_no_table(doors: Doors) -> None:
    for start in range(0, 150, 10):
        with mx(doors) as client:
            client.mail("thu@xa.example")
            for number in range(start, start + 10):
                client.rcpt(f"ten{number}@{DOMAIN}")
    doors.refusals_written()
    assert len(doors.office.db.read_now(_everything)) == 100


def _everything(tx: Tx) -> list[Trace]:
    return traces.find(tx, Wanted(0, 1 << 60), 10_000)


def test_a_list_is_told_of_with_its_members(doors: Doors) -> None:
    """By the list's address, and by each member, whose copy is a line of its own."""
    doors.write(lists)
    with mx(doors) as client:
        client.sendmail("ai@xa.example", [f"gop-y@{DOMAIN}"], LETTER)
    both = found(doors, recipient=f"gop-y@{DOMAIN}")
    assert sorted((trace.door, len(people)) for trace, people in both) == [("list", 2), ("mx", 1)]
    assert len({trace.letter for trace, _ in both}) == 1
    who = doors.office.db.read_now(number, "binh")
    ((copy, _),) = doors.office.db.read_now(_found, Wanted(0, 1 << 60, recipient=f"binh@{DOMAIN}", account_id=who))
    assert (copy.door, copy.sender) == ("list", "ai@xa.example")


def test_what_cannot_be_written_does_not_end_the_writing(doors: Doors) -> None:
    async def story() -> None:
        refusals = Refusals(doors.office)
        for helo, sender in (("\ud800", "la@xa.example"), ("mail.xa.example", "thuong@xa.example")):
            refusals.note(TurnedAway("mx", Client("192.0.2.9", helo=helo), None, "x", sender, (), 0, "550 khong"))
            await refusals.write()

    asyncio.run_coroutine_threadsafe(story(), doors.loop).result(60)
    assert [one.sender for one, _ in found(doors, sender="xa.example")] == ["thuong@xa.example"]
