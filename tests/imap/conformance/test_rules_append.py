"""APPEND, one message or several. RFC 9051 §6.3.12; RFC 3502; RFC 4315 §3; RFC 7888; RFC 5530"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import World

MAIL = b"Subject: x\r\n\r\nbody\r\n"


@pytest.fixture
def an(world: World) -> Speaker:
    return speaker(world)


def messages(client: Speaker, name: str = "INBOX") -> int:
    count = client.ok(f"STATUS {name} (MESSAGES)").of(b"STATUS")[0][1][1]
    assert isinstance(count, int)
    return count


def literal(data: bytes = MAIL) -> bytes:
    return b"{%d+}\r\n%b" % (len(data), data)


def test_appenduid_names_validity_and_uid(an: Speaker) -> None:  # RFC 4315 §3
    reply = an.append(MAIL)
    validity = an.ok("STATUS INBOX (UIDVALIDITY)").of(b"STATUS")[0][1][1]
    assert reply.code == [b"APPENDUID", validity, 1]


def test_flags_and_date_are_kept(an: Speaker) -> None:  # RFC 9051 §6.3.12
    an.append(MAIL, head='(\\Seen \\Draft viec $Forwarded) " 7-Feb-1994 21:52:25 -0800"')
    an.ok("SELECT INBOX")
    items = an.ok("FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])").fetched()[1]
    assert set(items[b"FLAGS"]) - {b"\\Recent"} == {b"\\Seen", b"\\Draft", b"viec", b"$Forwarded"}
    assert items[b"INTERNALDATE"] == b"08-Feb-1994 12:52:25 +0700"
    assert items[b"RFC822.SIZE"] == len(MAIL)
    assert items[b"BODY[]"] == MAIL


@pytest.mark.parametrize(
    "date",
    ['"32-Feb-1994 21:52:25 -0800"', '"7-Feb-1994 21:52:25 -0800"', '"07-Feb-1994"', '"07-Foo-1994 21:52:25 -0800"',
     '"07-Feb-1994 25:52:25 -0800"', '"07-Feb-94 21:52:25 -0800"', '"07-Feb-1994 21:52:25"', '(\\Seen', "\\Seen",
     '"17-Jul-1996 02:44:25 -0700" (\\Seen)'],
)  # fmt: skip
def test_wrong_flags_or_dates_are_bad_and_the_octets_are_no_command(an: Speaker, date: str) -> None:  # RFC 7888 §4
    tag = an.start(f"APPEND INBOX {date} ".encode() + literal(b"x DELETE INBOX\r\n"))
    assert an.finish(tag).status == b"BAD"
    an.ok("NOOP")
    assert messages(an) == 0


@pytest.mark.parametrize("name", ["nothing", "&broken", '""', "a/b/c", '"Dung chung/x"'])
def test_a_refused_name_does_not_make_commands_of_the_octets(an: Speaker, name: str) -> None:  # RFC 7888 §4
    reply = an.finish(an.start(f"APPEND {name} ".encode() + literal(b"x1 CREATE injected\r\nx2 NOOP\r\n")))
    assert reply.status in (b"NO", b"BAD")
    assert an.ok("NOOP").untagged == []
    assert an.ok('LIST "" injected').of(b"LIST") == []


def test_a_missing_mailbox_is_trycreate_and_is_not_made(an: Speaker) -> None:  # RFC 9051 §6.3.12
    assert an.do(b"APPEND nothing " + literal()).code == [b"TRYCREATE"]
    assert an.do("APPEND nothing {300}").code == [b"TRYCREATE"]
    assert an.ok('LIST "" nothing').of(b"LIST") == []


def test_a_synchronizing_literal_is_asked_for(an: Speaker) -> None:  # RFC 9051 §6.3.12
    assert an.wait_literal(f"APPEND INBOX (\\Seen) {{{len(MAIL)}}}", MAIL).code[0] == b"APPENDUID"


def test_a_name_and_a_message_as_literals(an: Speaker) -> None:  # RFC 9051 §4.3
    tag = an.start("APPEND {5}")
    assert an.line().startswith(b"+ ")
    an.send(b"inbox () {%d}\r\n" % len(MAIL))
    assert an.line().startswith(b"+ ")
    an.send(MAIL + b"\r\n")
    assert an.finish(tag).code[0] == b"APPENDUID"


def test_a_quoted_message_is_bad(an: Speaker) -> None:  # RFC 9051 §9 append-data
    an.bad('APPEND INBOX "Subject: x"')


def test_an_empty_message_is_no(an: Speaker) -> None:  # RFC 3502 §6.3.11
    an.no("APPEND INBOX {0+}\r\n")
    assert messages(an) == 0


def test_too_large_is_refused_before_the_octets_come(an: Speaker) -> None:  # RFC 9051 §6.3.12
    an.no("APPEND INBOX {90000000}")
    an.ok("NOOP")


def test_appending_to_the_selected_mailbox_tells_exists(an: Speaker) -> None:  # RFC 9051 §6.3.12
    an.ok("SELECT INBOX")
    assert an.append(MAIL).of(b"EXISTS") == [[1]]
    assert an.ok("FETCH 1 UID").fetched() == {1: {b"UID": 1}}


def test_several_messages_get_rising_uids(an: Speaker) -> None:  # RFC 3502 §6.3.11
    reply = an.ok(
        b"APPEND INBOX (\\Seen) " + literal() + b' "17-Jul-2024 02:44:25 +0700" ' + literal() + b" " + literal()
    )
    assert reply.code[2] == b"1:3"
    an.ok("SELECT INBOX")
    flags = [set(one[b"FLAGS"]) - {b"\\Recent"} for one in an.ok("FETCH 1:3 FLAGS").fetched().values()]
    assert flags == [{b"\\Seen"}, set(), set()]


@pytest.mark.parametrize(
    "second", [b" {0+}\r\n", b' "no date" ' + literal(), b" (\\Bogus) " + literal(), b" {90000000}", b" nonsense"]
)
def test_several_messages_are_all_or_none(an: Speaker, second: bytes) -> None:  # RFC 3502 §6.3.11
    reply = an.finish(an.start(b"APPEND INBOX " + literal() + second))
    assert reply.status in (b"NO", b"BAD")
    an.ok("NOOP")
    assert messages(an) == 0


def test_octets_are_kept_as_they_came(an: Speaker) -> None:  # RFC 9051 §6.3.12
    odd = b"no header at all\n\rbare\nlines\xff\xfe\r\n\r\n.\r\n"
    an.append(odd)
    an.ok("SELECT INBOX")
    items = an.ok("FETCH 1 (BODY.PEEK[] RFC822.SIZE)").fetched()[1]
    assert items[b"BODY[]"] == odd
    assert items[b"RFC822.SIZE"] == len(odd)
