"""Several sessions on one mailbox, IDLE, and when what may be told. RFC 9051 §5.2, §7.5.1; RFC 2177; RFC 5530"""

from __future__ import annotations

import pytest
from speaker import Reply, Speaker, newcomer, speaker
from world import PASSWORD, World


@pytest.fixture
def an(world: World) -> Speaker:
    """Four messages in the selected INBOX."""
    client = speaker(world)
    for number in range(1, 5):
        client.append(b"Subject: %d\r\n\r\nx\r\n" % number)
    client.ok("SELECT INBOX")
    return client


@pytest.fixture
def other(world: World, an: Speaker) -> Speaker:
    client = speaker(world)
    client.ok("SELECT INBOX")
    return client


def remove(client: Speaker, numbers: str) -> Reply:
    client.ok(f"UID STORE {numbers} +FLAGS.SILENT (\\Deleted)")
    return client.ok(f"UID EXPUNGE {numbers}")


@pytest.mark.parametrize(
    "command",
    ["FETCH 1:4 UID", "STORE 4 +FLAGS (\\Seen)", "SEARCH ALL", "SEARCH SUBJECT 4", "FETCH 3 FLAGS", "FETCH 4 BODY[]"],
)
def test_no_expunge_is_told_during_fetch_store_and_search(
    an: Speaker, other: Speaker, command: str
) -> None:  # RFC 9051 §7.5.1
    remove(an, "2")
    reply = other.ok(command)
    assert reply.of(b"EXPUNGE") == []
    for number, items in reply.fetched().items():
        assert items.get(b"UID", number) == number
    assert other.ok("NOOP").of(b"EXPUNGE") == [[2]]


@pytest.mark.parametrize("command", ["NOOP", "CHECK", "UID FETCH 4 UID", "UID SEARCH ALL", "UID STORE 4 FLAGS (x)"])
def test_expunges_of_others_are_told_where_they_may(
    an: Speaker, other: Speaker, command: str
) -> None:  # RFC 9051 §7.5.1
    remove(an, "2")
    assert (other.ok(command).of(b"EXPUNGE") or other.ok("NOOP").of(b"EXPUNGE")) == [[2]]
    assert [one[b"UID"] for one in other.ok("FETCH 1:3 UID").fetched().values()] == [1, 3, 4]


def test_several_expunges_of_others_hold_their_numbers(an: Speaker, other: Speaker) -> None:  # RFC 9051 §7.5.1
    remove(an, "1,3,4")
    uids = [1, 2, 3, 4]
    for (number,) in other.ok("NOOP").of(b"EXPUNGE"):
        del uids[number - 1]
    assert uids == [2]


def test_numbers_stand_until_the_expunge_is_told(an: Speaker, other: Speaker) -> None:  # RFC 9051 §7.5.1
    remove(an, "1")
    assert other.ok("FETCH 4 UID").fetched() == {4: {b"UID": 4}}
    assert set(other.ok("STORE 3 +FLAGS (\\Flagged)").fetched()) == {3}
    assert b"\\Flagged" in an.ok("UID FETCH 3 FLAGS").fetched()[2][b"FLAGS"]


def test_what_is_gone_is_passed_over_with_a_hint(an: Speaker, other: Speaker) -> None:  # RFC 5530 §3 EXPUNGEISSUED
    remove(an, "2")
    for command in ("FETCH 1:2 BODY.PEEK[]", "STORE 2 +FLAGS (\\Seen)"):
        reply = other.do(command)
        assert reply.status in (b"OK", b"NO")
        assert reply.code == [b"EXPUNGEISSUED"]
        assert 2 not in reply.fetched()


def test_new_messages_are_told_with_any_command(an: Speaker, other: Speaker) -> None:  # RFC 9051 §5.2
    an.append(b"Subject: 5\r\n\r\n")
    assert other.ok("FETCH 1 UID").of(b"EXISTS") == [[5]]
    an.append(b"Subject: 6\r\n\r\n")
    assert other.ok("SEARCH ALL").of(b"EXISTS") == [[6]]
    assert other.ok("FETCH 6 UID").fetched() == {6: {b"UID": 6}}


def test_exists_never_falls_without_expunge(an: Speaker, other: Speaker) -> None:  # RFC 9051 §7.4.1
    remove(an, "1:2")
    an.append(b"Subject: 5\r\n\r\n")
    reply = other.ok("FETCH 3 UID")
    assert reply.of(b"EXISTS") == [[5]]
    reply = other.ok("NOOP")
    assert len(reply.of(b"EXPUNGE")) == 2
    assert all(count >= 3 for (count,) in reply.of(b"EXISTS"))
    assert [one[b"UID"] for one in other.ok("FETCH 1:* UID").fetched().values()] == [3, 4, 5]


def test_flags_of_others_are_told(an: Speaker, other: Speaker) -> None:  # RFC 9051 §5.2
    an.ok("STORE 2 +FLAGS (\\Flagged moi)")
    reply = other.ok("NOOP")
    assert {b"\\Flagged", b"moi"} <= set(reply.fetched()[2][b"FLAGS"])
    assert b"moi" in reply.of(b"FLAGS")[0][0]
    an.ok("STORE 3 +FLAGS.SILENT (\\Flagged)")
    assert b"\\Flagged" in other.ok("NOOP").fetched()[3][b"FLAGS"]


def test_a_silent_store_still_tells_what_another_changed(an: Speaker, other: Speaker) -> None:  # RFC 9051 §6.4.6
    an.ok("STORE 2 +FLAGS (\\Flagged)")
    told = [other.ok("STORE 2 +FLAGS.SILENT (\\Seen)"), other.ok("NOOP")]
    assert any(b"\\Flagged" in one.fetched().get(2, {}).get(b"FLAGS", []) for one in told)


def test_a_deleted_mailbox_ends_the_session_or_empties_it(world: World, an: Speaker) -> None:  # RFC 9051 §6.3.5
    an.ok("CREATE Tam")
    other = speaker(world)
    other.ok("SELECT Tam")
    an.ok("DELETE Tam")
    other.send(b"x NOOP\r\n")
    assert other.line().startswith((b"* BYE ", b"x NO ", b"x OK "))


def test_two_expunges_of_the_same_message(an: Speaker, other: Speaker) -> None:  # RFC 9051 §6.4.3
    an.ok("STORE 1 +FLAGS (\\Deleted)")
    assert an.ok("EXPUNGE").of(b"EXPUNGE") == [[1]]
    assert other.ok("EXPUNGE").of(b"EXPUNGE") == [[1]]


def test_a_move_elsewhere_is_an_expunge_here(an: Speaker, other: Speaker) -> None:  # RFC 6851 §3.3
    an.ok("CREATE Luu")
    an.ok("MOVE 2 Luu")
    assert other.ok("NOOP").of(b"EXPUNGE") == [[2]]


# ---- IDLE -------------------------------------------------------------------------------------------------------
def idle(client: Speaker) -> bytes:
    tag = client.start("IDLE")
    assert client.line().startswith(b"+ ")
    return tag


def test_idle_tells_at_once_and_ends_with_done(an: Speaker, other: Speaker) -> None:  # RFC 2177 §3
    tag = idle(other)
    an.append(b"Subject: 5\r\n\r\n")
    assert other.line() == b"* 5 EXISTS"
    assert other.line().endswith(b" RECENT")
    an.ok("STORE 1 +FLAGS (\\Flagged)")
    assert other.line().startswith(b"* 1 FETCH (")
    remove(an, "1")
    while (line := other.line()) != b"* 1 EXPUNGE":
        assert line.startswith(b"* 1 FETCH ")
    other.send(b"done\r\n")
    assert other.finish(tag).status == b"OK"
    assert other.ok("NOOP").untagged == []


def test_idle_before_select_is_allowed(world: World) -> None:  # RFC 2177 §3
    client = speaker(world)
    tag = idle(client)
    client.send(b"DONE\r\n")
    assert client.finish(tag).status == b"OK"


def test_idle_with_done_sent_ahead(an: Speaker) -> None:  # RFC 9051 §5.5
    an.send(b"i IDLE\r\nDONE\r\nn NOOP\r\n")
    assert an.line().startswith(b"+ ")
    assert an.finish(b"i").status == b"OK"
    assert an.finish(b"n").status == b"OK"


@pytest.mark.parametrize("text", [b"NOOP", b"x NOOP", b"", b"DONE x", b"y" * 500])
def test_idle_ended_by_something_else_is_bad_and_the_session_goes_on(an: Speaker, text: bytes) -> None:  # RFC 2177 §3
    tag = idle(an)
    an.send(text + b"\r\n")
    assert an.finish(tag).status == b"BAD"
    an.ok("NOOP")


def test_changes_before_idle_are_told_as_it_begins(an: Speaker, other: Speaker) -> None:  # RFC 2177 §3
    remove(an, "4")
    other.start("IDLE")
    assert {other.line()[:1], other.line()[:1]} == {b"+", b"*"}


def test_idle_in_rev2_speaks_no_recent(an: Speaker, world: World) -> None:  # RFC 9051 Appendix E
    client = speaker(world)
    client.enable_rev2()
    client.ok("SELECT INBOX")
    tag = idle(client)
    an.append(b"Subject: 5\r\n\r\n")
    assert client.line() == b"* 5 EXISTS"
    client.send(b"DONE\r\n")
    assert client.finish(tag).of(b"RECENT") == []


# ---- limits -----------------------------------------------------------------------------------------------------
def test_lines_of_8192_octets_are_taken(an: Speaker) -> None:  # RFC 2683 §3.2.1.5, RFC 7162 §4
    numbers = ",".join(str(number) for number in range(1, 1900))
    assert len(numbers) > 8192
    assert len(an.ok(f"UID FETCH {numbers} UID").fetched()) == 4


def test_logins_of_two_people_do_not_mix(world: World, an: Speaker) -> None:  # RFC 9051 §3
    binh = newcomer(world)
    binh.ok(f'LOGIN binh "{PASSWORD}"')
    assert binh.ok("SELECT INBOX").of(b"EXISTS") == [[0]]
    an.append(b"Subject: 5\r\n\r\n")
    assert binh.ok("NOOP").untagged == []
