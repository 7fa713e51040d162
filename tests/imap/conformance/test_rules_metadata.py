"""Annotations: RFC 5464, and in LIST RFC 9590."""

from __future__ import annotations

from typing import Any

import pytest
from speaker import Speaker, speaker
from world import World

from mailsvc.mail import notes
from mailsvc.mail.notes import MAX_COUNT, MAX_VALUE
from mailsvc.store import accounts


@pytest.fixture
def an(world: World) -> Speaker:
    return speaker(world)


def values(client: Speaker, name: str, entries: str, options: str = "") -> dict[bytes, Any]:
    found: dict[bytes, Any] = {}
    for _, flat in client.ok(f"GETMETADATA {name} {options} {entries}".replace("  ", " ")).of(b"METADATA"):
        found |= dict(zip(flat[::2], flat[1::2], strict=True))
    return found


def test_a_value_replaces_the_earlier_one(an: Speaker) -> None:  # RFC 5464 §4.3
    for value in ("mot", "hai"):
        an.ok(f'SETMETADATA INBOX (/shared/comment "{value}")')
    assert values(an, "INBOX", "/shared/comment") == {b"/shared/comment": b"hai"}


def test_entry_names_have_no_case(an: Speaker) -> None:  # RFC 5464 §3.2
    an.ok('SETMETADATA INBOX (/Private/Comment "x")')
    assert values(an, "INBOX", "/PRIVATE/comment") == {b"/private/comment": b"x"}


def test_private_values_are_ones_own(an: Speaker, world: World) -> None:  # RFC 5464 §3.2
    binh = speaker(world, "binh")
    an.ok('SETMETADATA "" (/private/vendor/mailsvc/x "an")')
    assert values(binh, '""', "/private/vendor/mailsvc/x") == {b"/private/vendor/mailsvc/x": None}


def test_shared_server_values_are_set_by_administrators_only(an: Speaker, world: World) -> None:  # RFC 5464 §3.3
    an.no('SETMETADATA "" (/shared/comment "x")', "NOPERM")
    world.write(accounts.add_role, 1, "quan_tri", "")
    an.ok('SETMETADATA "" (/shared/comment "x")')
    assert values(speaker(world, "binh"), '""', "/shared/comment") == {b"/shared/comment": b"x"}


@pytest.mark.parametrize(
    "entry",
    ["comment", "/shared", "/shared//x", "/shared/x/", "/shared/*", '"/shared/%"', "/other/x", "/shared/vendor/x"],
)
def test_bad_entry_names_are_bad(an: Speaker, entry: str) -> None:  # RFC 5464 §3.2
    an.bad(f'SETMETADATA INBOX ({entry} "x")')
    an.bad(f"GETMETADATA INBOX {entry}")


def test_all_or_nothing(an: Speaker) -> None:  # RFC 5464 §4.3
    big = b"x" * (MAX_VALUE + 1)
    reply = an.do(b'SETMETADATA INBOX (/shared/comment "ok" /private/comment {%d+}\r\n%s)' % (len(big), big))
    assert reply.status == b"NO"
    assert reply.code == [b"METADATA", b"MAXSIZE", MAX_VALUE]
    assert values(an, "INBOX", "/shared/comment") == {b"/shared/comment": None}


def test_too_many(an: Speaker) -> None:  # RFC 5464 §4.3
    for number in range(MAX_COUNT):
        an.ok(f'SETMETADATA INBOX (/private/x/{number} "x")')
    reply = an.no('SETMETADATA INBOX (/private/x/more "x")', "METADATA")
    assert reply.code == [b"METADATA", b"TOOMANY"]
    an.ok('SETMETADATA INBOX (/private/x/1 NIL /private/x/more "x")')
    an.ok('SETMETADATA INBOX (/shared/x "x")')


BELOW = ["/private/a", "/private/a/b", "/private/a/b/c"]


@pytest.mark.parametrize(("depth", "count"), [("0", 1), ("1", 2), ("infinity", 3)])
def test_depth(an: Speaker, depth: str, count: int) -> None:  # RFC 5464 §4.2.2
    an.ok('SETMETADATA INBOX (/private/a "1" /private/a/b "2" /private/a/b/c "3" /private/ab "4")')
    assert set(values(an, "INBOX", "/private/a", f"(DEPTH {depth})")) == {one.encode() for one in BELOW[:count]}


def test_maxsize_tells_the_largest_left_out(an: Speaker) -> None:  # RFC 5464 §4.2.1
    an.ok('SETMETADATA INBOX (/private/a "1" /private/b "12345" /private/c "123456")')
    reply = an.ok("GETMETADATA (MAXSIZE 1) INBOX (/private/a /private/b /private/c)")
    assert reply.of(b"METADATA") == [[b"INBOX", [b"/private/a", b"1"]]]
    assert reply.code == [b"METADATA", b"LONGENTRIES", 6]


def test_values_follow_a_rename_and_die_with_the_mailbox(an: Speaker) -> None:  # RFC 5464 §4.1
    an.ok("CREATE a")
    an.ok('SETMETADATA a (/shared/comment "x")')
    an.ok("RENAME a b")
    assert values(an, "b", "/shared/comment") == {b"/shared/comment": b"x"}
    an.ok("DELETE b")
    an.ok("CREATE b")
    assert values(an, "b", "/shared/comment") == {b"/shared/comment": None}


def test_rename_of_inbox_copies(an: Speaker) -> None:  # RFC 5464 §4.1
    an.ok('SETMETADATA INBOX (/shared/comment "x" /private/comment "y")')
    an.ok("RENAME INBOX old")
    for name in ("INBOX", "old"):
        both = values(an, name, "(/shared/comment /private/comment)")
        assert both == {b"/shared/comment": b"x", b"/private/comment": b"y"}


def test_annotations_of_a_name_that_only_holds_others(an: Speaker) -> None:  # RFC 5464 §4.1
    an.ok("CREATE a/b")
    an.ok("DELETE a")
    an.ok('SETMETADATA a (/shared/comment "x")')
    assert values(an, "a", "/shared/comment") == {b"/shared/comment": b"x"}


def test_any_octets_come_back(an: Speaker) -> None:  # RFC 5464 §5 value
    octets = bytes(range(256)) * 3
    an.ok(b"SETMETADATA INBOX (/private/x ~{%d+}\r\n%s)" % (len(octets), octets))
    assert values(an, "INBOX", "/private/x") == {b"/private/x": octets}


def test_list_with_metadata(an: Speaker) -> None:  # RFC 9590 §4
    an.ok("CREATE a/b")
    an.ok("DELETE a")
    an.ok('SETMETADATA a/b (/private/x "1")')
    an.ok("SUBSCRIBE a/b")
    an.ok("DELETE a/b")
    reply = an.ok('LIST (SUBSCRIBED) "" (INBOX a/b) RETURN (METADATA (/private/x /shared/y))')
    assert [one[2] for one in reply.of(b"LIST")] == [b"INBOX", b"a/b"]
    assert reply.of(b"METADATA") == [[b"INBOX", [b"/private/x", None, b"/shared/y", None]]]
    an.bad('LIST "" * RETURN (METADATA)')


def test_an_account_has_room_for_so_much(an: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:  # RFC 5464 §4.3
    monkeypatch.setattr(notes, "MAX_TOTAL", 100)
    an.ok("CREATE a")
    an.ok(f'SETMETADATA INBOX (/private/x "{"x" * 60}")')
    assert an.no(f'SETMETADATA a (/private/x "{"x" * 60}")').code == [b"METADATA", b"TOOMANY"]
    assert an.no(f'SETMETADATA "" (/private/x "{"x" * 60}")').code == [b"METADATA", b"TOOMANY"]
    an.ok('SETMETADATA INBOX (/private/x NIL)')
    an.ok(f'SETMETADATA a (/shared/x "{"x" * 60}")')
    assert an.no(f'SETMETADATA INBOX (/shared/x "{"x" * 60}")').code == [b"METADATA", b"TOOMANY"]
