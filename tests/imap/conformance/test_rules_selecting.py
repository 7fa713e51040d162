"""Opening, leaving and emptying a mailbox. RFC 9051 §6.3.2, §6.3.3, §6.3.11, §6.4.1 to §6.4.3; RFC 3691; RFC 4315"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import World


@pytest.fixture
def an(world: World) -> Speaker:
    """Four messages; the first is seen, the second and fourth are deleted."""
    client = speaker(world)
    for number, flags in enumerate(("(\\Seen)", "(\\Deleted)", "()", "(\\Deleted \\Seen)"), 1):
        client.append(b"Subject: %d\r\n\r\nx\r\n" % number, head=flags)
    return client


def status(client: Speaker, items: str, name: str = "INBOX") -> dict[bytes, int]:
    ((told, flat),) = client.ok(f"STATUS {name} ({items})").of(b"STATUS")
    assert told == name.encode()
    return dict(zip(flat[::2], flat[1::2], strict=True))


def test_select_tells_everything_required_of_rev1(an: Speaker) -> None:  # RFC 3501 §6.3.1
    reply = an.ok("SELECT INBOX")
    assert reply.of(b"EXISTS") == [[4]]
    assert reply.of(b"RECENT") == [[4]]
    ((flags,),) = reply.of(b"FLAGS")
    assert {b"\\Answered", b"\\Flagged", b"\\Deleted", b"\\Seen", b"\\Draft"} <= set(flags)
    codes = reply.codes()
    assert codes[b"UNSEEN"] == [2]
    assert codes[b"UIDNEXT"] == [5]
    assert codes[b"UIDVALIDITY"][0] > 0
    assert set(codes[b"PERMANENTFLAGS"][0]) - {b"\\*"} <= set(flags)
    assert codes[b"HIGHESTMODSEQ"][0] > 0
    assert reply.code == [b"READ-WRITE"]


def test_select_tells_everything_required_of_rev2(an: Speaker) -> None:  # RFC 9051 §6.3.2
    an.enable_rev2()
    reply = an.ok("SELECT INBOX")
    assert reply.of(b"EXISTS") == [[4]]
    assert reply.of(b"RECENT") == []
    assert reply.of(b"LIST")[0][2] == b"INBOX"
    assert {b"PERMANENTFLAGS", b"UIDNEXT", b"UIDVALIDITY"} <= set(reply.codes())
    assert b"UNSEEN" not in reply.codes()


def test_unseen_is_left_out_when_all_are_seen(an: Speaker) -> None:  # RFC 3501 §7.1
    an.ok("SELECT INBOX")
    an.ok("STORE 1:* +FLAGS (\\Seen)")
    assert b"UNSEEN" not in an.ok("SELECT INBOX").codes()


def test_an_empty_mailbox_is_selected(an: Speaker) -> None:  # RFC 9051 §6.3.2
    an.ok("CREATE a")
    reply = an.ok("SELECT a")
    assert reply.of(b"EXISTS") == [[0]]
    assert reply.codes()[b"UIDNEXT"] == [1]
    assert an.ok("UID FETCH 1:* FLAGS").untagged == []
    assert an.ok("SEARCH ALL").of(b"SEARCH") == [[]]


def test_selecting_another_tells_that_the_first_is_closed(an: Speaker) -> None:  # RFC 9051 §7.1 CLOSED
    an.ok("CREATE a")
    assert b"CLOSED" not in an.ok("SELECT INBOX").codes()
    reply = an.ok("SELECT a")
    assert reply.untagged[0][1] == [b"CLOSED"]
    assert b"CLOSED" in an.ok("SELECT a").codes()


@pytest.mark.parametrize("name", ["nothing", '"&broken"', '""'])
def test_a_failed_select_leaves_nothing_selected(an: Speaker, name: str) -> None:  # RFC 9051 §6.3.2
    an.ok("SELECT INBOX")
    assert b"CLOSED" in an.no(f"SELECT {name}").codes()
    an.bad("FETCH 1 UID")


def test_examine_is_read_only(an: Speaker) -> None:  # RFC 9051 §6.3.3
    reply = an.ok("EXAMINE INBOX")
    assert reply.code == [b"READ-ONLY"]
    assert reply.codes()[b"PERMANENTFLAGS"] == [[]]
    for command in ("STORE 1 FLAGS ()", "EXPUNGE", "UID EXPUNGE 1:*", "MOVE 1 Luu", "UID STORE 1 +FLAGS (\\Seen)"):
        an.no(command)
    an.ok("FETCH 3 BODY[]")
    assert b"\\Seen" not in an.ok("FETCH 3 FLAGS").fetched()[3][b"FLAGS"]
    an.ok("COPY 1 INBOX")
    an.ok("CLOSE")
    assert status(an, "MESSAGES") == {b"MESSAGES": 5}


def test_examine_leaves_recent_to_others(an: Speaker, world: World) -> None:  # RFC 3501 §2.3.2
    assert an.ok("EXAMINE INBOX").of(b"RECENT") == [[4]]
    other = speaker(world)
    assert other.ok("SELECT INBOX").of(b"RECENT") == [[4]]
    assert an.ok("SELECT INBOX").of(b"RECENT") == [[0]]


def test_recent_is_told_to_one_session_only(an: Speaker, world: World) -> None:  # RFC 3501 §2.3.2
    an.ok("SELECT INBOX")
    assert b"\\Recent" in an.ok("FETCH 1 FLAGS").fetched()[1][b"FLAGS"]
    other = speaker(world)
    assert other.ok("SELECT INBOX").of(b"RECENT") == [[0]]
    assert b"\\Recent" not in other.ok("FETCH 1 FLAGS").fetched()[1][b"FLAGS"]
    an.ok("CLOSE")
    assert status(an, "RECENT") == {b"RECENT": 0}


def test_status_of_a_mailbox(an: Speaker) -> None:  # RFC 9051 §6.3.11, RFC 8438 §3
    found = status(an, "MESSAGES UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE RECENT HIGHESTMODSEQ")
    assert found[b"MESSAGES"] == 4
    assert found[b"UIDNEXT"] == 5
    assert found[b"UNSEEN"] == 2
    assert found[b"DELETED"] == 2
    assert found[b"SIZE"] == 4 * len(b"Subject: 1\r\n\r\nx\r\n")
    assert found[b"RECENT"] == 4


def test_status_takes_recent_from_nobody(an: Speaker) -> None:  # RFC 3501 §6.3.10
    status(an, "RECENT MESSAGES")
    assert an.ok("SELECT INBOX").of(b"RECENT") == [[4]]


def test_status_of_the_selected_mailbox_is_allowed(an: Speaker) -> None:  # RFC 9051 §6.3.11
    an.ok("SELECT INBOX")
    assert status(an, "MESSAGES UNSEEN") == {b"MESSAGES": 4, b"UNSEEN": 2}
    an.ok("EXPUNGE")
    assert status(an, "MESSAGES") == {b"MESSAGES": 2}


def test_status_of_nothing_is_no(an: Speaker) -> None:  # RFC 9051 §6.3.11, RFC 5530 §3
    an.no("STATUS nothing (MESSAGES)", "NONEXISTENT")


def test_close_removes_the_deleted_and_says_nothing(an: Speaker) -> None:  # RFC 9051 §6.4.1
    an.ok("SELECT INBOX")
    assert an.ok("CLOSE").untagged == []
    an.bad("CLOSE")
    assert status(an, "MESSAGES DELETED") == {b"MESSAGES": 2, b"DELETED": 0}


def test_unselect_removes_nothing(an: Speaker) -> None:  # RFC 3691 §2
    an.ok("SELECT INBOX")
    assert an.ok("UNSELECT").untagged == []
    an.bad("UNSELECT")
    assert status(an, "MESSAGES") == {b"MESSAGES": 4}


def test_logout_and_reselect_remove_nothing(an: Speaker, world: World) -> None:  # RFC 9051 §6.1.3, §6.3.2
    an.ok("SELECT INBOX")
    an.ok("SELECT INBOX")
    an.ok("LOGOUT")
    assert status(speaker(world), "MESSAGES") == {b"MESSAGES": 4}


def test_expunge_tells_numbers_that_hold_when_told(an: Speaker) -> None:  # RFC 9051 §6.4.3, §7.5.1
    an.ok("SELECT INBOX")
    numbers = [1, 2, 3, 4]
    for (number,) in an.ok("EXPUNGE").of(b"EXPUNGE"):
        del numbers[number - 1]
    assert numbers == [1, 3]
    assert {one[b"UID"] for one in an.ok("FETCH 1:* UID").fetched().values()} == {1, 3}
    assert an.ok("EXPUNGE").untagged == []


def test_uid_expunge_takes_only_the_deleted_among_those_named(an: Speaker) -> None:  # RFC 4315 §2.1
    an.ok("SELECT INBOX")
    assert an.ok("UID EXPUNGE 1:3").of(b"EXPUNGE") == [[2]]
    assert an.ok("UID EXPUNGE 99:200").untagged == []
    assert an.ok("UID EXPUNGE *").of(b"EXPUNGE") == [[3]]


def test_uids_are_never_used_again(an: Speaker) -> None:  # RFC 9051 §2.3.1.1
    an.ok("SELECT INBOX")
    an.ok("STORE 1:* +FLAGS (\\Deleted)")
    an.ok("EXPUNGE")
    an.append(b"a: b\r\n\r\n")
    assert an.ok("FETCH 1 UID").fetched() == {1: {b"UID": 5}}


def test_check_is_a_noop(an: Speaker) -> None:  # RFC 3501 §6.4.1
    an.ok("SELECT INBOX")
    assert an.ok("CHECK").untagged == []
