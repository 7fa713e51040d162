"""Mod-sequences. RFC 7162 §3.1"""

from __future__ import annotations

from typing import Any

import pytest
from speaker import Speaker, speaker
from world import World


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    for number in range(1, 4):
        client.append(b"Subject: %d\r\n\r\nx\r\n" % number)
    return client


def modseq(client: Speaker, number: int) -> int:
    found = client.ok(f"FETCH {number} MODSEQ").fetched()[number][b"MODSEQ"][0]
    assert isinstance(found, int)
    return found


def highest(client: Speaker) -> int:
    found = client.ok("STATUS INBOX (HIGHESTMODSEQ)").of(b"STATUS")[0][1][1]
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize(
    "command",
    ["FETCH 1 (MODSEQ)", "FETCH 1 FLAGS (CHANGEDSINCE 1)", "STATUS INBOX (HIGHESTMODSEQ)", "SEARCH MODSEQ 1",
     "STORE 1 (UNCHANGEDSINCE 0) +FLAGS (x)", "ENABLE CONDSTORE", "SELECT INBOX (CONDSTORE)",
     'LIST "" INBOX RETURN (STATUS (HIGHESTMODSEQ))', "EXAMINE INBOX (condstore)"],
)  # fmt: skip
def test_every_enabling_command_enables(an: Speaker, world: World, command: str) -> None:  # RFC 7162 §3.1
    an.ok("SELECT INBOX")
    reply = an.ok(command)
    assert b"HIGHESTMODSEQ" in reply.codes()
    other = speaker(world)
    other.ok("SELECT INBOX")
    other.ok("STORE 2 +FLAGS (\\Seen)")
    told = an.ok("NOOP").fetched()[2]
    assert b"MODSEQ" in told
    assert b"UID" in told


def test_before_enabling_nothing_is_told_of_modseq(an: Speaker) -> None:  # RFC 7162 §3.1
    an.ok("SELECT INBOX")
    assert b"MODSEQ" not in an.ok("STORE 1 +FLAGS (\\Seen)").fetched()[1]


def test_select_tells_highestmodseq(an: Speaker) -> None:  # RFC 7162 §3.1.2.1
    before = an.ok("SELECT INBOX (CONDSTORE)").codes()[b"HIGHESTMODSEQ"][0]
    an.ok("STORE 1 +FLAGS (\\Seen)")
    after = an.ok("SELECT INBOX").codes()[b"HIGHESTMODSEQ"][0]
    assert after > before
    assert after == max(modseq(an, number) for number in (1, 2, 3)) == highest(an)


def test_every_change_raises_the_modseq_of_its_message_only(an: Speaker) -> None:  # RFC 7162 §3.1.1
    an.ok("SELECT INBOX (CONDSTORE)")
    others = modseq(an, 2), modseq(an, 3)
    last = modseq(an, 1)
    for command in ("STORE 1 +FLAGS (\\Seen)", "STORE 1 FLAGS.SILENT (x)", "UID STORE 1 -FLAGS (x)", "FETCH 1 BODY[]"):
        told = an.ok(command).fetched()[1][b"MODSEQ"][0]
        assert told > last, command
        last = told
        assert modseq(an, 1) == last
    assert (modseq(an, 2), modseq(an, 3)) == others


def test_expunge_raises_the_highest(an: Speaker) -> None:  # RFC 7162 §3.1.1
    an.ok("SELECT INBOX (CONDSTORE)")
    an.ok("STORE 1 +FLAGS (\\Deleted)")
    before = highest(an)
    an.ok("EXPUNGE")
    assert highest(an) > before


def test_new_messages_have_higher_modseqs(an: Speaker) -> None:  # RFC 7162 §3.1.1
    an.ok("SELECT INBOX (CONDSTORE)")
    before = highest(an)
    an.append(b"Subject: 4\r\n\r\n")
    assert modseq(an, 4) > before
    an.ok("COPY 1 INBOX")
    assert modseq(an, 5) > modseq(an, 4)


def test_unchangedsince_keeps_what_others_changed(an: Speaker) -> None:  # RFC 7162 §3.1.3
    an.ok("SELECT INBOX (CONDSTORE)")
    base = highest(an)
    an.ok("STORE 2 +FLAGS (\\Seen)")
    reply = an.ok(f"STORE 1:3 (UNCHANGEDSINCE {base}) +FLAGS.SILENT (\\Deleted)")
    assert reply.code == [b"MODIFIED", 2]
    assert set(reply.fetched()) - {2} == {1, 3}
    assert all(b"MODSEQ" in one for one in reply.fetched().values())
    assert b"\\Deleted" not in an.ok("FETCH 2 FLAGS").fetched()[2][b"FLAGS"]
    reply = an.ok(f"UID STORE 1:3 (unchangedsince {base}) -FLAGS (\\Deleted)")
    assert reply.code == [b"MODIFIED", b"1:3"]
    assert an.ok("STORE 1:3 (UNCHANGEDSINCE 0) +FLAGS (\\Seen)").code == [b"MODIFIED", b"1:3"]


def test_unchangedsince_of_what_is_current_succeeds(an: Speaker) -> None:  # RFC 7162 §3.1.3
    an.ok("SELECT INBOX (CONDSTORE)")
    reply = an.ok(f"STORE 1 (UNCHANGEDSINCE {modseq(an, 1)}) FLAGS.SILENT (\\Seen)")
    assert reply.code == []
    assert reply.fetched()[1][b"MODSEQ"][0] == modseq(an, 1)


def test_a_conditional_store_that_changes_nothing_still_tells_the_modseq(an: Speaker) -> None:  # RFC 7162 §3.1.3
    an.ok("SELECT INBOX (CONDSTORE)")
    reply = an.ok("STORE 1:2 (UNCHANGEDSINCE 99) -FLAGS.SILENT (\\Seen)")
    assert all(b"MODSEQ" in reply.fetched()[number] for number in (1, 2))


def test_changedsince_tells_only_what_changed(an: Speaker) -> None:  # RFC 7162 §3.1.4.1
    an.ok("SELECT INBOX")
    base = highest(an)
    assert an.ok(f"FETCH 1:* (FLAGS) (CHANGEDSINCE {base})").fetched() == {}
    an.ok("STORE 2 +FLAGS (\\Seen)")
    found: dict[int, dict[bytes, Any]] = an.ok(f"UID FETCH 1:* FLAGS (changedsince {base})").fetched()
    assert set(found[2]) == {b"UID", b"FLAGS", b"MODSEQ"}
    assert list(found) == [2]
    assert list(an.ok(f"FETCH 1 FLAGS (CHANGEDSINCE {base})").fetched()) == []


def test_search_modseq(an: Speaker) -> None:  # RFC 7162 §3.1.5
    an.ok("SELECT INBOX (CONDSTORE)")
    an.ok("STORE 2 +FLAGS (\\Seen)")
    now = modseq(an, 2)
    assert an.ok(f"SEARCH MODSEQ {now}").of(b"SEARCH") == [[2, [b"MODSEQ", now]]]
    assert an.ok(f'SEARCH MODSEQ "/flags/\\\\draft" all {now}').of(b"SEARCH") == [[2, [b"MODSEQ", now]]]
    assert an.ok(f"SEARCH MODSEQ {now + 1}").of(b"SEARCH") == [[]]
    assert an.ok(f"SEARCH OR 1 MODSEQ {now}").of(b"SEARCH") == [[1, 2, [b"MODSEQ", now]]]
    reply = an.ok(f"UID SEARCH RETURN (ALL) MODSEQ {now}").of(b"ESEARCH")[0]
    assert reply[1:] == [b"UID", b"ALL", 2, b"MODSEQ", now]
    reply = an.ok("SEARCH RETURN (MIN) MODSEQ 1").of(b"ESEARCH")[0]
    assert reply[1:] == [b"MIN", 1, b"MODSEQ", modseq(an, 1)]
    reply = an.ok("SEARCH RETURN (MIN MAX) MODSEQ 1").of(b"ESEARCH")[0]
    assert reply[1:] == [b"MIN", 1, b"MAX", 3, b"MODSEQ", max(modseq(an, 1), modseq(an, 3))]


def test_plain_fetch_has_no_modseq_unless_asked(an: Speaker) -> None:  # RFC 7162 §3.2.4
    an.ok("SELECT INBOX (CONDSTORE)")
    assert set(an.ok("FETCH 1 FLAGS").fetched()[1]) <= {b"FLAGS", b"UID", b"MODSEQ"}
    assert set(an.ok("FETCH 1 (MODSEQ UID)").fetched()[1]) == {b"UID", b"MODSEQ"}


def test_marking_seen_tells_the_modseq(an: Speaker) -> None:  # RFC 7162 §3.2.4
    an.ok("SELECT INBOX (CONDSTORE)")
    told = an.ok("FETCH 1 BODY[TEXT]").fetched()[1]
    assert {b"MODSEQ", b"FLAGS", b"BODY[TEXT]"} <= set(told)
