"""REPLACE and CATENATE. RFC 8508, RFC 4469"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import World, on_both

from mailsvc.store import accounts

OLD = b"Subject: old\r\n\r\nold\r\n"
NEW = b"Subject: new\r\n\r\nnew text\r\n"


def literal(data: bytes) -> bytes:
    return b"{%d+}\r\n%s" % (len(data), data)


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    for _ in range(3):
        client.append(OLD)
    client.ok("SELECT INBOX")
    return client


def whole(client: Speaker, number: int) -> bytes:
    found: bytes = client.ok(f"FETCH {number} BODY.PEEK[]").fetched()[number][b"BODY[]"]
    return found


def uids(client: Speaker) -> list[int]:
    return [one[b"UID"] for one in client.ok("UID FETCH 1:* (UID)").fetched().values()]


@on_both
def test_the_new_stands_for_the_old(world: World) -> None:
    client = speaker(world)
    client.append(OLD, head="(\\Flagged $x)")
    client.append(OLD)
    client.ok("SELECT INBOX")
    reply = client.ok(b"REPLACE 1 INBOX (\\Draft) " + literal(NEW))
    kinds = [one[0] if isinstance(one[0], bytes) else one[1] for one in reply.untagged]
    assert kinds.index(b"OK") < kinds.index(b"EXPUNGE")  # RFC 8508 §4.3
    assert reply.codes()[b"APPENDUID"][1] == 3
    assert reply.of(b"EXPUNGE") == [[1]]
    assert not [one for one in reply.fetched().values() if b"\\Deleted" in one.get(b"FLAGS", [])]
    assert uids(client) == [2, 3]
    assert whole(client, 2) == NEW
    flags = client.ok("FETCH 2 FLAGS").fetched()[2][b"FLAGS"]
    assert sorted(flags) == [b"\\Draft", b"\\Recent"]  # nothing is inherited (RFC 8508 §1)


def test_into_another_mailbox(an: Speaker) -> None:
    an.ok("CREATE there")
    reply = an.ok(b"UID REPLACE 2 there " + literal(NEW))
    assert reply.of(b"EXPUNGE") == [[2]]
    assert reply.of(b"EXISTS") == []
    assert uids(an) == [1, 3]
    an.ok("SELECT there")
    assert whole(an, 1) == NEW


def test_only_what_is_more_counts(world: World, an: Speaker) -> None:
    """RFC 8508 §3.4: quota is looked at with the old message away."""
    account = world.read(accounts.by_username, "an")
    world.write(accounts.set_quota, account.id, 3 * len(OLD) + 10)
    an.no(b"APPEND INBOX " + literal(NEW), "OVERQUOTA")
    an.ok(b"REPLACE 1 INBOX " + literal(NEW))
    an.no(b"REPLACE 1 INBOX " + literal(NEW + b"x" * 100), "OVERQUOTA")
    assert len(uids(an)) == 3


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (b"REPLACE 4 INBOX " + literal(NEW), b"BAD"),
        (b"UID REPLACE 9 INBOX " + literal(NEW), b"NO"),
        (b"REPLACE 1,2 INBOX " + literal(NEW), b"BAD"),
        (b"REPLACE 1:2 INBOX " + literal(NEW), b"BAD"),
        (b"REPLACE 1 nowhere " + literal(NEW), b"NO"),
        (b"REPLACE 1 INBOX (\\Bogus) " + literal(NEW), b"BAD"),
        (b"REPLACE 1 INBOX " + literal(b""), b"NO"),
        (b"REPLACE 1 INBOX " + literal(NEW) + b" " + literal(NEW), b"BAD"),
        (b"REPLACE 1 INBOX " + literal(NEW) + b" junk", b"BAD"),
        (b"REPLACE 1 INBOX CATENATE (URL /INBOX/;UID=9 TEXT " + literal(NEW) + b")", b"NO"),
        (b"REPLACE 1 INBOX CATENATE (TEXT " + literal(NEW) + b" URL /INBOX/;UID=9)", b"NO"),
        (b"REPLACE 1 INBOX CATENATE (WORD " + literal(NEW) + b")", b"BAD"),
        (b"REPLACE 1 INBOX CATENATE (TEXT " + literal(NEW), b"BAD"),
        (b"REPLACE 1 INBOX CATENATE (TEXT " + literal(NEW) + b"x", b"BAD"),
    ],
)
def test_what_fails_changes_nothing_and_the_session_goes_on(an: Speaker, command: bytes, status: bytes) -> None:
    reply = an.do(command)
    assert reply.status == status, reply
    assert reply.untagged == []
    assert an.ok("NOOP").untagged == []
    assert uids(an) == [1, 2, 3]


def test_a_message_that_has_gone_meanwhile_is_not_replaced(world: World, an: Speaker) -> None:
    other = speaker(world)
    other.ok("SELECT INBOX")
    other.ok("STORE 2 +FLAGS (\\Deleted)")
    other.ok("EXPUNGE")
    an.no(b"REPLACE 2 INBOX " + literal(NEW), "EXPUNGEISSUED")
    assert uids(an) == [1, 3]


def test_where_it_may_not_be_given_its_octets_are_no_commands(world: World) -> None:
    client = speaker(world)
    client.bad(b"REPLACE 1 INBOX " + literal(b"a LOGOUT\r\n"))
    assert client.ok("NOOP").untagged == []
    client.bad("REPLACE 1 INBOX {14}")


def test_a_mailbox_opened_to_read_only(an: Speaker) -> None:
    an.ok("EXAMINE INBOX")
    an.no(b"REPLACE 1 INBOX " + literal(NEW), "READ-ONLY")


def test_qresync_hears_vanished(an: Speaker) -> None:
    an.ok("ENABLE QRESYNC")
    an.ok("SELECT INBOX")
    reply = an.ok(b"REPLACE 2 INBOX " + literal(NEW))
    assert reply.of(b"VANISHED") == [[2]]
    assert reply.of(b"EXPUNGE") == []


def test_parts_of_any_kind(an: Speaker) -> None:
    """RFC 4469 §3: the octets of FETCH BODY, unchanged, and the source stays unread."""
    mixed = (
        b"Subject: m\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\none\r\n"
        b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n"
    )
    body = mixed.index(b"--b")
    an.append(mixed)
    an.ok("NOOP")
    for section, octets in (
        ("", mixed), ("/;SECTION=HEADER", mixed[:body]), ("/;SECTION=TEXT", mixed[body:]), ("/;SECTION=1", b"one"),
        ("/;SECTION=1.MIME", b"Content-Type: text/plain\r\n\r\n"), ("/;SECTION=2", b"AAEC"),
        ("/;SECTION=TEXT/;PARTIAL=2.3", mixed[body + 2 : body + 5]),
        ('/;SECTION=HEADER.FIELDS%20("subject")', b"Subject: m\r\n\r\n"),
    ):  # fmt: skip
        url = b"/INBOX/;UID=4" + section.encode()
        an.ok(b"APPEND INBOX CATENATE (TEXT {2+}\r\n<< URL {%d+}\r\n%s TEXT {2+}\r\n>>)" % (len(url), url))
        an.ok("NOOP")
        last = max(uids(an))
        assert whole(an, last) == b"<<" + octets + b">>", section
    assert b"\\Seen" not in an.ok("FETCH 4 FLAGS").fetched()[4][b"FLAGS"]


def test_several_messages_some_put_together(an: Speaker) -> None:
    """RFC 3502 with RFC 4469: all of them in one act."""
    reply = an.ok(
        b"APPEND INBOX (\\Seen) " + literal(NEW) + b' "17-Jul-2024 02:44:25 +0700" CATENATE (URL /INBOX/;UID=1) '
        + literal(OLD)
    )  # fmt: skip
    assert reply.code[0] == b"APPENDUID"
    assert uids(an) == [1, 2, 3, 4, 5, 6]
    assert whole(an, 5) == OLD
    an.no(b"APPEND INBOX " + literal(NEW) + b" CATENATE (URL /INBOX/;UID=99)", "BADURL")
    assert len(uids(an)) == 6


def test_nobody_reads_what_is_not_theirs(world: World, an: Speaker) -> None:
    other = speaker(world, "binh")
    other.no("APPEND INBOX CATENATE (URL /INBOX/;UID=1)", "BADURL")
    other.no('APPEND INBOX CATENATE (URL "/D%C3%B9ng%20chung/an/;UID=1")', "BADURL")


def test_it_may_not_grow_without_end(an: Speaker) -> None:
    an.append(b"Subject: large\r\n\r\n" + b"x" * 600_000)
    an.no("APPEND INBOX CATENATE (URL /INBOX/;UID=4 URL /INBOX/;UID=4)", "TOOBIG")
    an.no(b"APPEND INBOX CATENATE (URL /INBOX/;UID=4 TEXT {600000}", "TOOBIG")
    many = b" ".join([b"URL /INBOX/;UID=1"] * 1001)
    an.bad(b"APPEND INBOX CATENATE (" + many + b")")


def test_a_url_may_be_a_literal(an: Speaker) -> None:
    an.ok(b"APPEND INBOX CATENATE (URL {13+}\r\n/INBOX/;UID=1)")
    an.wait_literal("APPEND INBOX CATENATE (URL {13}", b"/INBOX/;UID=1 TEXT {2}", b"x\n)")


def test_a_made_anew_mailbox_is_another(an: Speaker) -> None:
    ((_, (_, validity)),) = an.ok("STATUS INBOX (UIDVALIDITY)").of(b"STATUS")
    an.ok(f"APPEND INBOX CATENATE (URL /INBOX;UIDVALIDITY={validity}/;UID=1)")
    an.no(f"APPEND INBOX CATENATE (URL /INBOX;UIDVALIDITY={validity + 1}/;UID=1)", "BADURL")
