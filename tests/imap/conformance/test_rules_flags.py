"""STORE, COPY and MOVE. RFC 9051 §2.3.2, §6.4.6 to §6.4.9; RFC 4315; RFC 6851; RFC 5530"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import World


@pytest.fixture
def an(world: World) -> Speaker:
    """Four messages, no longer recent; the second is seen and has a keyword."""
    client = speaker(world)
    for number in range(1, 5):
        client.append(b"Subject: %d\r\n\r\nx\r\n" % number, head="(\\Seen viec)" if number == 2 else "")
    client.ok("CREATE Luu")
    client.ok("SELECT INBOX")
    client.ok("SELECT INBOX")
    return client


def flags(client: Speaker, number: int) -> set[bytes]:
    return set(client.ok(f"FETCH {number} FLAGS").fetched()[number][b"FLAGS"]) - {b"\\Recent"}


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("FLAGS (\\Flagged)", {b"\\Flagged"}), ("FLAGS ()", set()), ("FLAGS \\Draft", {b"\\Draft"}),
        ("FLAGS \\Draft \\Answered", {b"\\Draft", b"\\Answered"}), ("+FLAGS (\\Seen)", {b"\\Seen", b"viec"}),
        ("+FLAGS (\\Deleted gap)", {b"\\Seen", b"viec", b"\\Deleted", b"gap"}), ("-FLAGS (\\Seen)", {b"viec"}),
        ("-FLAGS (VIEC)", {b"\\Seen"}), ("-FLAGS (\\Draft none)", {b"\\Seen", b"viec"}),
        ("+FLAGS ()", {b"\\Seen", b"viec"}), ("-FLAGS ()", {b"\\Seen", b"viec"}),
        ("+flags (\\SEEN)", {b"\\Seen", b"viec"}),
        ("FLAGS (viec viec VIEC)", {b"viec"}), ("FLAGS ($MDNSent $Forwarded)", {b"$MDNSent", b"$Forwarded"}),
    ],
)  # fmt: skip
def test_store_sets_adds_and_takes_away(an: Speaker, command: str, after: set[bytes]) -> None:  # RFC 9051 §6.4.6
    told = an.ok(f"STORE 2 {command}").fetched()
    assert set(told[2][b"FLAGS"]) == after
    assert flags(an, 2) == after
    assert flags(an, 1) == set()


@pytest.mark.parametrize("sign", ["", "+", "-"])
@pytest.mark.parametrize("words", ["\\Seen", "gap", "\\Seen gap", "viec \\Deleted"])
def test_silent_store_says_nothing_of_the_messages(an: Speaker, sign: str, words: str) -> None:  # RFC 9051 §6.4.6
    assert an.ok(f"STORE 1:3 {sign}FLAGS.SILENT ({words})").of(b"FETCH") == []
    before = {b"\\Seen", b"viec"}
    named = {word.encode() for word in words.split()}
    assert flags(an, 2) == {"": named, "+": before | named, "-": before - named}[sign]


def test_uid_store_tells_uids(an: Speaker) -> None:  # RFC 9051 §6.4.9
    an.ok("STORE 1 FLAGS (\\Deleted)")
    an.ok("EXPUNGE")
    assert an.ok("UID STORE 3:4 +FLAGS (\\Seen)").fetched()[2][b"UID"] == 3
    assert an.ok("UID STORE 1,99 +FLAGS (\\Seen)").untagged == []
    assert flags(an, 2) == {b"\\Seen"}


def test_recent_cannot_be_stored(an: Speaker) -> None:  # RFC 3501 §2.3.2
    an.do("STORE 1 +FLAGS (\\Recent)")
    assert b"\\Recent" not in an.ok("FETCH 1 FLAGS").fetched()[1][b"FLAGS"]


@pytest.mark.parametrize("word", ["a]b", "a%b", "a*b", "a(b", '"a"', "\\*", "\\Nonsense", "{1+}\r\na", "\u00e9"])
def test_words_that_are_no_flags_are_bad(an: Speaker, word: str) -> None:  # RFC 9051 §9 flag-keyword
    an.bad(f"STORE 1 FLAGS ({word})")


def test_a_new_keyword_is_announced_with_flags(an: Speaker) -> None:  # RFC 9051 §7.3.5
    reply = an.ok("STORE 1 +FLAGS (moi)")
    assert b"moi" in reply.of(b"FLAGS")[0][0]
    assert b"moi" in an.ok("SELECT INBOX").of(b"FLAGS")[0][0]


# ---- COPY -------------------------------------------------------------------------------------------------------
def test_copyuid_names_both_sides(an: Speaker) -> None:  # RFC 4315 §3
    validity = an.ok("STATUS Luu (UIDVALIDITY)").of(b"STATUS")[0][1][1]
    assert an.ok("COPY 2:3 Luu").code == [b"COPYUID", validity, b"2:3", b"1:2"]
    assert an.ok("UID COPY 1,4 Luu").code == [b"COPYUID", validity, b"1,4", b"3:4"]
    assert an.ok("UID COPY 99 Luu").code == []


def test_copy_keeps_flags_date_and_octets(an: Speaker) -> None:  # RFC 9051 §6.4.7
    an.append(b"Subject: old\r\n\r\nx", head='(\\Flagged gap) "17-Jul-1996 02:44:25 +0700"')
    an.ok("COPY 5 Luu")
    an.ok("SELECT Luu")
    items = an.ok("FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])").fetched()[1]
    assert {b"\\Flagged", b"gap"} <= set(items[b"FLAGS"])
    assert b"\\Recent" in items[b"FLAGS"]
    assert items[b"INTERNALDATE"] == b"17-Jul-1996 02:44:25 +0700"
    assert items[b"BODY[]"] == b"Subject: old\r\n\r\nx"


def test_copy_to_nowhere_is_trycreate(an: Speaker) -> None:  # RFC 9051 §6.4.7
    for command in ("COPY 1", "UID COPY 1", "MOVE 1", "UID MOVE 1"):
        an.no(f"{command} nothing", "TRYCREATE")
    assert an.ok('LIST "" nothing').of(b"LIST") == []
    assert an.ok("FETCH 1:* UID").fetched().keys() == {1, 2, 3, 4}


def test_copy_into_the_selected_mailbox_tells_exists(an: Speaker) -> None:  # RFC 9051 §6.4.7
    reply = an.ok("COPY 1:2 INBOX")
    assert reply.of(b"EXISTS") == [[6]]
    assert an.ok("FETCH 5:6 UID").fetched() == {5: {b"UID": 5}, 6: {b"UID": 6}}


# ---- MOVE -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("uid", ["", "UID "])
def test_move_tells_copyuid_then_expunge(an: Speaker, uid: str) -> None:  # RFC 6851 §4.3
    reply = an.ok(f"{uid}MOVE 2:3 Luu")
    assert reply.untagged[0][0] == b"OK"
    assert reply.codes()[b"COPYUID"][1:] == [b"2:3", b"1:2"]
    numbers = [1, 2, 3, 4]
    for (number,) in reply.of(b"EXPUNGE"):
        del numbers[number - 1]
    assert numbers == [1, 4]
    an.ok("SELECT Luu")
    assert flags(an, 1) == {b"\\Seen", b"viec"}


def test_move_takes_messages_whatever_their_deleted_flag(an: Speaker) -> None:  # RFC 6851 §3.3
    an.ok("STORE 1 +FLAGS (\\Deleted)")
    assert an.ok("MOVE 2 Luu").of(b"EXPUNGE") == [[2]]
    assert flags(an, 1) == {b"\\Deleted"}


def test_move_within_the_selected_mailbox_is_allowed(an: Speaker) -> None:  # RFC 6851 §3, RFC 9051 §6.4.8
    reply = an.ok("MOVE 1 INBOX")
    assert reply.codes()[b"COPYUID"][1:] == [1, 5]
    an.ok("NOOP")
    told = an.ok("FETCH 1:* UID").fetched()
    assert [one[b"UID"] for one in told.values()] == [2, 3, 4, 5]


def test_uid_move_of_nothing_is_ok(an: Speaker) -> None:  # RFC 6851 §3.3
    assert an.ok("UID MOVE 99 Luu").untagged == []
