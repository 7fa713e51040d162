"""UNAUTHENTICATE: nothing of one account is left to the next. RFC 8437"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import PASSWORD, World

MESSAGE = b"Subject: 1\r\n\r\n"


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    for _ in range(3):
        client.append(MESSAGE)
    client.ok("ENABLE CONDSTORE QRESYNC UTF8=ACCEPT UIDONLY IMAP4rev2")
    client.ok("LANGUAGE en")
    client.ok("SELECT INBOX")
    client.ok("UID SEARCH RETURN (SAVE) ALL")
    return client


def become(client: Speaker, username: str = "binh") -> None:
    client.ok("UNAUTHENTICATE")
    client.ok(f'LOGIN {username} "{PASSWORD}"')


def test_it_is_not_logged_in_and_nothing_is_selected(an: Speaker) -> None:
    reply = an.ok("UNAUTHENTICATE")
    assert reply.untagged == []
    assert reply.code[0] == b"CAPABILITY"
    assert b"AUTH=PLAIN" in reply.code
    for command in ("SELECT INBOX", "NOOP x", "UID FETCH 1 FLAGS", "CLOSE", "UNAUTHENTICATE", "IDLE"):
        an.bad(command)
    an.ok("NOOP")


def test_whatever_was_enabled_is_off(an: Speaker) -> None:
    become(an, "an")
    reply = an.ok("SELECT INBOX")
    assert reply.of(b"RECENT")  # IMAP4rev1 again
    assert reply.text.isascii()
    assert an.ok("FETCH 1 FLAGS").of(b"FETCH")  # numbers again
    assert b"MODSEQ" not in an.ok("STORE 1 +FLAGS (x)").fetched()[1]
    an.bad("SELECT INBOX (QRESYNC (1 1))")
    an.ok("SELECT INBOX")
    assert an.ok("STORE 1 +FLAGS.SILENT (\\Deleted)").untagged == []
    assert an.ok("EXPUNGE").of(b"EXPUNGE") == [[1]]
    an.ok("SEARCH CHARSET UTF-8 ALL")
    an.ok('CREATE "Th&AbA-"')
    assert b"Th&AbA-" in [one[-1] for one in an.ok('LIST "" *').of(b"LIST")]


def test_the_saved_result_is_empty(an: Speaker) -> None:
    become(an, "an")
    an.ok("SELECT INBOX")
    assert an.ok("FETCH $ FLAGS").untagged == []


def test_the_next_sees_its_own_only(world: World, an: Speaker) -> None:
    an.ok("CREATE secret")
    become(an)
    assert b"secret" not in [one[-1] for one in an.ok('LIST "" *').of(b"LIST")]
    an.no("SELECT secret", "NONEXISTENT")
    other = speaker(world)
    other.append(MESSAGE)  # into an's inbox: nobody tells binh
    assert an.ok("NOOP").untagged == []
    an.send("i IDLE\r\n")
    assert an.line().startswith(b"+ ")
    other.append(MESSAGE)
    an.send("DONE\r\n")
    assert an.line().startswith(b"i OK")


def test_it_may_be_sent_ahead(an: Speaker) -> None:
    """RFC 8437 §3: UNAUTHENTICATE and the next login in one round trip."""
    an.send(f'p UNAUTHENTICATE\r\nq LOGIN binh "{PASSWORD}"\r\nr SELECT INBOX\r\n')
    assert an.line().startswith(b"p OK")
    assert an.line().startswith(b"q OK")
    line = an.line()
    while not line.startswith(b"r "):
        line = an.line()
    assert line.startswith(b"r OK")


def test_it_is_never_no(an: Speaker) -> None:
    an.bad("UNAUTHENTICATE please")
    assert an.ok("UID FETCH 1 FLAGS").untagged != []  # nothing has changed
    an.ok("UNAUTHENTICATE")
    an.bad("UNAUTHENTICATE")
