"""UIDONLY: no sequence number goes either way. RFC 9586"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import World

ONE = b"Subject: 1\r\n\r\nbody\r\n"
LITERAL = b"{%d+}\r\n%s" % (len(ONE), ONE)


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    for _ in range(4):
        client.append(ONE)
    client.ok("SELECT INBOX")
    client.ok("UID STORE 1 +FLAGS.SILENT (\\Deleted)")
    client.ok("EXPUNGE")
    client.ok("UNSELECT")
    client.ok("ENABLE UIDONLY")
    client.ok("SELECT INBOX")
    return client


@pytest.mark.parametrize(
    "command",
    [
        b"FETCH 1 FLAGS", b"STORE 1 +FLAGS (x)", b"COPY 1 INBOX", b"MOVE 1 INBOX", b"SEARCH ALL", b"SEARCH UID 2",
        b"UID SEARCH 1", b"UID SEARCH NOT *", b"UID SEARCH OR SEEN (ALL 1:3)", b"REPLACE 1 INBOX " + LITERAL,
        b"SORT (DATE) UTF-8 ALL", b"THREAD REFERENCES UTF-8 ALL", b"UID SORT (DATE) UTF-8 1:2",
    ],
)  # fmt: skip
def test_numbers_are_refused(an: Speaker, command: bytes) -> None:
    reply = an.bad(command)
    assert reply.code == [b"UIDREQUIRED"]
    assert an.ok("NOOP").untagged == []


def test_what_a_client_knew_by_numbers_is_refused(an: Speaker) -> None:
    ((_, (_, validity)),) = an.ok("STATUS INBOX (UIDVALIDITY)").of(b"STATUS")
    an.ok("ENABLE QRESYNC")
    an.ok(f"SELECT INBOX (QRESYNC ({validity} 1 1:4))")
    assert an.bad(f"SELECT INBOX (QRESYNC ({validity} 1 1:4 (1:3 2:4)))").code == [b"UIDREQUIRED"]


def test_nothing_told_has_a_number(world: World, an: Speaker) -> None:
    other = speaker(world)
    other.ok("SELECT INBOX")
    other.ok("UID STORE 3 +FLAGS (\\Flagged)")
    reply = an.ok("NOOP")
    assert reply.untagged == [[3, b"UIDFETCH", [b"FLAGS", [b"\\Flagged", b"\\Recent"]]]] or reply.untagged == [
        [3, b"UIDFETCH", [b"FLAGS", [b"\\Flagged"]]]
    ]
    other.ok("UID STORE 3 +FLAGS.SILENT (\\Deleted)")
    other.ok("EXPUNGE")
    assert [b"VANISHED", 3] in an.ok("NOOP").untagged
    other.append(ONE)
    assert [3, b"EXISTS"] in an.ok("NOOP").untagged


def test_uid_commands_do_as_ever(an: Speaker) -> None:
    assert an.ok("UID FETCH 1:* (UID)").untagged == [[n, b"UIDFETCH", [b"UID", n]] for n in (2, 3, 4)]
    ((uid, word, items),) = an.ok("UID FETCH * (BODY[])").untagged
    assert (uid, word) == (4, b"UIDFETCH")
    assert items[items.index(b"BODY[]") + 1] == ONE
    an.ok("CREATE there")
    assert an.ok("UID COPY 2 there").code[0] == b"COPYUID"
    reply = an.ok("UID MOVE 3 there")
    assert [b"VANISHED", 3] in reply.untagged
    assert an.ok("UID SEARCH RETURN (SAVE COUNT) ALL").of(b"ESEARCH")[0][-2:] == [b"COUNT", 2]
    assert an.ok("UID SEARCH $ UNSEEN").of(b"SEARCH") == [[2]]
    an.ok(b"UID REPLACE 2 INBOX " + LITERAL)
    an.ok("UID STORE 4 +FLAGS.SILENT (\\Deleted)")
    assert [b"VANISHED", 4] in an.ok("UID EXPUNGE 4").untagged


def test_with_mod_sequences(an: Speaker) -> None:
    an.ok("ENABLE CONDSTORE")
    ((uid, word, items),) = an.ok("UID STORE 2 +FLAGS (x)").untagged[-1:]
    assert (uid, word, items[0], items[2]) == (2, b"UIDFETCH", b"FLAGS", b"MODSEQ")
    modseq = items[3][0]
    told = an.ok(f"UID FETCH 1:* (FLAGS) (CHANGEDSINCE {modseq - 1})").untagged
    assert [(one[0], one[1]) for one in told] == [(2, b"UIDFETCH")]
    assert an.ok(f"UID STORE 2,3 (UNCHANGEDSINCE {modseq - 1}) +FLAGS (y)").code == [b"MODIFIED", 2]


def test_it_ends_with_the_account(an: Speaker) -> None:
    an.ok("UNAUTHENTICATE")
    an.ok('LOGIN an "bí mật 1"')
    an.ok("SELECT INBOX")
    assert an.ok("FETCH 1 UID").fetched() == {1: {b"UID": 2}}
