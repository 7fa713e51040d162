"""Making, naming and removing mailboxes. RFC 9051 §5.1, §6.3.4 to §6.3.8; RFC 3501 §5.1.3; RFC 6154 §3; RFC 5530"""

from __future__ import annotations

from typing import Any

import pytest
from speaker import Speaker, speaker
from world import World


@pytest.fixture
def an(world: World) -> Speaker:
    return speaker(world)


def names(client: Speaker, pattern: str = "*", reference: str = "") -> dict[bytes, list[bytes]]:
    """Name to attributes."""
    return {one[2]: one[0] for one in client.ok(f'LIST "{reference}" "{pattern}"').of(b"LIST")}


def validity(client: Speaker, name: str) -> Any:
    return dict(pairs(client.ok(f"STATUS {name} (UIDVALIDITY UIDNEXT MESSAGES)").of(b"STATUS")[0][1]))


def pairs(flat: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def test_create_makes_what_is_missing_above(an: Speaker) -> None:  # RFC 9051 §6.3.4
    an.ok("CREATE a/b/c")
    assert list(names(an, "a*")) == [b"a", b"a/b", b"a/b/c"]


def test_create_with_a_trailing_delimiter_makes_the_name_without(an: Speaker) -> None:  # RFC 9051 §6.3.4
    an.ok("CREATE a/")
    assert list(names(an, "a*")) == [b"a"]
    an.ok("CREATE a/b")
    an.ok("CREATE q/r/")
    assert list(names(an, "q*")) == [b"q", b"q/r"]


def test_create_of_what_is_there_is_no(an: Speaker) -> None:  # RFC 9051 §6.3.4, RFC 5530 §3
    an.ok("CREATE a")
    for name in ("a", "INBOX", "inbox", "Inbox/"):
        an.no(f"CREATE {name}", "ALREADYEXISTS")


@pytest.mark.parametrize("name", ['""', '"a//b"', '"/a"', '"a*"', '"a%"', '"/"', '"a\x01"', '"//"'])
def test_create_of_a_useless_name_is_no(an: Speaker, name: str) -> None:  # RFC 9051 §5.1
    assert an.do(f"CREATE {name}").status in (b"NO", b"BAD")


def test_names_other_than_inbox_have_case(an: Speaker) -> None:  # RFC 9051 §5.1
    for name in ("Viec", "viec", "VIEC"):
        an.ok(f"CREATE {name}")
    assert len(names(an, "v%") | names(an, "V%")) == 3


def test_inbox_below_has_no_case_in_its_first_level(an: Speaker) -> None:  # RFC 9051 §5.1
    an.ok("CREATE inbox/Sub")
    assert list(names(an, "INBOX*")) == [b"INBOX", b"INBOX/Sub"]
    an.ok("SELECT Inbox/Sub")
    an.no("SELECT INBOX/sub")


def test_a_deleted_name_made_again_has_a_higher_uidvalidity(an: Speaker) -> None:  # RFC 9051 §2.3.1.1
    an.ok("CREATE a")
    an.append(b"a: b\r\n\r\n", "a")
    first = validity(an, "a")
    an.ok("DELETE a")
    an.ok("CREATE a")
    again = validity(an, "a")
    assert again[b"UIDVALIDITY"] > first[b"UIDVALIDITY"]
    assert again[b"MESSAGES"] == 0


def test_a_name_renamed_over_a_deleted_one_has_other_uids(an: Speaker) -> None:  # RFC 9051 §6.3.6
    an.ok("CREATE a")
    an.ok("CREATE b")
    before = validity(an, "b")
    an.ok("DELETE b")
    an.ok("RENAME a b")
    assert validity(an, "b")[b"UIDVALIDITY"] != before[b"UIDVALIDITY"]


def test_delete_of_a_name_with_children_keeps_the_name_and_the_children(an: Speaker) -> None:  # RFC 9051 §6.3.5
    an.ok("CREATE a/b")
    an.append(b"a: b\r\n\r\n", "a")
    an.ok("DELETE a")
    listed = names(an, "a*")
    assert b"\\Noselect" in listed[b"a"]
    assert b"a/b" in listed
    an.no("SELECT a")
    an.no("DELETE a")
    an.ok("CREATE a")
    an.ok("SELECT a")
    assert an.ok("STATUS a (MESSAGES)").of(b"STATUS")[0][1] == [b"MESSAGES", 0]


def test_delete_of_inbox_and_of_nothing_is_no(an: Speaker) -> None:  # RFC 9051 §6.3.5
    an.no("DELETE inbox")
    an.no("DELETE nothing", "NONEXISTENT")


def test_deleting_the_selected_mailbox_leaves_it(an: Speaker) -> None:  # RFC 9051 §6.3.5
    an.ok("CREATE a")
    an.ok("SELECT a")
    an.ok("DELETE a")
    an.bad("FETCH 1 UID")
    an.ok("SELECT INBOX")


def test_rename_takes_messages_and_children_along(an: Speaker) -> None:  # RFC 9051 §6.3.6
    an.ok("CREATE a/b/c")
    an.append(b"a: b\r\n\r\n", "a/b")
    before = validity(an, "a/b")
    an.ok("RENAME a x/y")
    assert list(names(an, "x*")) == [b"x", b"x/y", b"x/y/b", b"x/y/b/c"]
    assert names(an, "a*") == {}
    assert validity(an, "x/y/b") == before


def test_rename_onto_what_is_there_or_from_nothing_is_no(an: Speaker) -> None:  # RFC 9051 §6.3.6, RFC 5530 §3
    an.ok("CREATE a")
    an.ok("CREATE b")
    an.no("RENAME a b", "ALREADYEXISTS")
    an.no("RENAME a a", "ALREADYEXISTS")
    an.no("RENAME none c", "NONEXISTENT")
    an.no("RENAME a INBOX", "ALREADYEXISTS")
    an.no("RENAME a a/b")


def test_rename_of_the_selected_mailbox_goes_on(an: Speaker) -> None:  # RFC 9051 §6.3.6
    an.ok("CREATE a")
    an.append(b"a: b\r\n\r\n", "a")
    an.ok("SELECT a")
    an.ok("RENAME a b")
    assert an.ok("FETCH 1 UID").fetched() == {1: {b"UID": 1}}


def test_rename_inbox_moves_its_messages_and_leaves_it_empty(an: Speaker) -> None:  # RFC 9051 §6.3.6
    an.ok("CREATE INBOX/sub")
    for number in range(2):
        an.append(b"a: %d\r\n\r\n" % number)
    an.ok("RENAME INBOX old/mail")
    assert validity(an, "INBOX")[b"MESSAGES"] == 0
    assert validity(an, "INBOX")[b"UIDNEXT"] == 3
    assert validity(an, "old/mail")[b"MESSAGES"] == 2
    assert b"INBOX/sub" in names(an, "INBOX/%")
    assert b"old/mail/sub" not in names(an)


def test_rename_inbox_while_selected_tells_the_expunges(an: Speaker) -> None:  # RFC 9051 §6.3.6, §7.5.1
    an.append(b"a: 1\r\n\r\n")
    an.ok("SELECT INBOX")
    reply = an.ok("RENAME INBOX old")
    assert (reply.of(b"EXPUNGE") or an.ok("NOOP").of(b"EXPUNGE")) == [[1]]


def test_subscriptions_outlive_their_mailbox(an: Speaker) -> None:  # RFC 9051 §6.3.7
    an.ok("CREATE a")
    an.ok("SUBSCRIBE a")
    an.ok("DELETE a")
    assert [one[2] for one in an.ok('LSUB "" a').of(b"LSUB")] == [b"a"]
    (listed,) = an.ok('LIST (SUBSCRIBED) "" a').of(b"LIST")
    assert {b"\\NonExistent", b"\\Subscribed"} <= set(listed[0])
    an.ok("UNSUBSCRIBE a")
    an.ok("UNSUBSCRIBE a")
    assert an.ok('LSUB "" a').of(b"LSUB") == []


def test_subscribe_twice_is_ok(an: Speaker) -> None:  # RFC 9051 §6.3.7
    an.ok("SUBSCRIBE INBOX")
    an.ok("SUBSCRIBE inbox")
    assert len(an.ok('LSUB "" INBOX').of(b"LSUB")) == 1


# ---- names that are not ASCII -----------------------------------------------------------------------------------
def test_rev1_names_are_modified_utf7(an: Speaker) -> None:  # RFC 3501 §5.1.3
    an.ok('CREATE "~peter/mail/&U,BTFw-/&ZeVnLIqe-"')
    assert b"~peter/mail/&U,BTFw-/&ZeVnLIqe-" in names(an)
    an.ok('CREATE "a&-b"')
    assert b"a&-b" in names(an)


@pytest.mark.parametrize("name", ["a&b", "&Jjo", "&Jj!-", "&2D0-", "&AAAA"])
def test_broken_modified_utf7_is_no(an: Speaker, name: str) -> None:  # RFC 3501 §5.1.3
    an.no(f'CREATE "{name}"')


def test_rev2_names_are_utf8_and_an_ampersand_is_itself(an: Speaker) -> None:  # RFC 9051 §5.1, Appendix A
    an.ok('CREATE "C&APQ-ng vi&Hsc-c"')
    an.enable_rev2()
    assert "Công việc".encode() in names(an)
    an.ok('CREATE "Tom & Jerry"')
    an.ok('SELECT "Công việc"')
    an.ok("STATUS {11+}\r\nCông việc (MESSAGES)".replace("11", str(len("Công việc".encode()))))
    assert b"Tom & Jerry" in names(an)


def test_one_name_in_both_languages(world: World, an: Speaker) -> None:  # RFC 9051 Appendix A
    old = speaker(world)
    an.enable_rev2()
    an.ok('CREATE "Sở & Phòng"')
    assert b"S&Ht8- &- Ph&API-ng" in names(old)
    old.ok('DELETE "S&Ht8- &- Ph&API-ng"')
    assert "Sở & Phòng".encode() not in names(an)


def test_decomposed_names_are_the_same_name(an: Speaker) -> None:  # RFC 9051 §5.1
    an.enable_rev2()
    an.ok(b'CREATE "Vie\xcc\xa3\xcc\x82c"')
    assert "Việc".encode() in names(an)
    an.no('CREATE "Việc"', "ALREADYEXISTS")
    an.ok(b'SELECT "Vie\xcc\xa3\xcc\x82c"')


def test_rev2_select_of_a_decomposed_name_tells_the_old_name(an: Speaker) -> None:  # RFC 9051 §6.3.2, §6.3.9.7
    an.enable_rev2()
    an.ok('CREATE "Việc"')
    reply = an.ok(b'SELECT "Vie\xcc\xa3\xcc\x82c"')
    assert reply.of(b"LIST")[0][2:] == ["Việc".encode(), [b"OLDNAME", [b"Vie\xcc\xa3\xcc\x82c"]]]


def test_broken_utf8_in_a_rev2_name_is_refused(an: Speaker) -> None:  # RFC 9051 §5.1
    an.enable_rev2()
    assert an.do(b'CREATE "a\xffb"').status in (b"NO", b"BAD")
    an.ok("NOOP")


# ---- special use ------------------------------------------------------------------------------------------------
def test_create_with_a_special_use(an: Speaker) -> None:  # RFC 6154 §3
    an.ok("CREATE Quan (USE (\\Flagged))")
    assert b"\\Flagged" in names(an, "Quan")[b"Quan"]
    an.no("CREATE Khac (USE (\\Nonsense))", "USEATTR")
    an.no("CREATE Khac (USE (\\Sent))", "USEATTR")
    assert names(an, "Khac") == {}
    an.ok("CREATE Thuong (USE ())")
