"""LIST, LSUB and their options. RFC 9051 §6.3.9; RFC 3501 §6.3.9; RFC 5258; RFC 5819; RFC 6154 §2; RFC 3348"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import World


@pytest.fixture
def an(world: World) -> Speaker:
    """With a/b/c, a/d, f/g and e; a/b/c and f/g are subscribed, and gone, which is no more."""
    client = speaker(world)
    for name in ("a/b/c", "a/d", "e", "f/g", "gone"):
        client.ok(f"CREATE {name}")
    for name in ("a/b/c", "f/g", "gone", "e"):
        client.ok(f"SUBSCRIBE {name}")
    client.ok("DELETE gone")
    return client


def listed(client: Speaker, arguments: str, word: bytes = b"LIST") -> dict[bytes, set[bytes]]:
    found = client.ok(f"{word.decode()} {arguments}").of(word)
    assert all(one[1] == b"/" for one in found)
    assert len({one[2] for one in found}) == len(found), "no name twice"
    return {one[2]: set(one[0]) for one in found}


def ours(found: dict[bytes, set[bytes]]) -> list[bytes]:
    return [name for name in found if name[:1] in b"aefg"]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ('"" %', [b"a", b"e", b"f"]),
        ('"" *', [b"a", b"a/b", b"a/b/c", b"a/d", b"e", b"f", b"f/g"]),
        ('"" a/%', [b"a/b", b"a/d"]),
        ('"" a/*', [b"a/b", b"a/b/c", b"a/d"]),
        ('"" %/%', [b"a/b", b"a/d", b"f/g"]),
        ('"" */c', [b"a/b/c"]),
        ('"" %b', []),
        ('"" *b', [b"a/b"]),
        ('"" a*c', [b"a/b/c"]),
        ('"" a%c', []),
        ('"" a', [b"a"]),
        ('"" a/', []),
        ('"" A', []),
        ("a/ %", [b"a/b", b"a/d"]),
        ('"a/" "b/*"', [b"a/b/c"]),
        ('a "/%"', [b"a/b", b"a/d"]),
        ('"" (a f/%)', [b"a", b"f/g"]),
        ('"" (a* a/b)', [b"a", b"a/b", b"a/b/c", b"a/d"]),
        ('"" "%%"', [b"a", b"e", b"f"]),
        ('"" nothing', []),
    ],
)
def test_patterns(an: Speaker, arguments: str, names: list[bytes]) -> None:  # RFC 9051 §6.3.9
    assert ours(listed(an, arguments)) == names


@pytest.mark.parametrize("pattern", ["INBOX", "inbox", "iNb%", "%", "*", "%box", "i*x"])
def test_inbox_is_listed_in_any_case(an: Speaker, pattern: str) -> None:  # RFC 9051 §6.3.9
    assert b"INBOX" in listed(an, f'"" "{pattern}"')


def test_the_empty_pattern_asks_for_the_delimiter(an: Speaker) -> None:  # RFC 9051 §6.3.9
    assert an.ok('LIST "" ""').of(b"LIST") == [[[b"\\Noselect"], b"/", b""]]


def test_children_are_told(an: Speaker) -> None:  # RFC 3348 §3, RFC 5258 §4
    found = listed(an, '"" *')
    for name, attributes in found.items():
        assert len(attributes & {b"\\HasChildren", b"\\HasNoChildren"}) == 1, name
    assert b"\\HasChildren" in found[b"a/b"]
    assert b"\\HasNoChildren" in found[b"a/b/c"]


def test_a_plain_list_does_not_show_names_that_are_only_subscribed(an: Speaker) -> None:  # RFC 9051 §6.3.9
    assert b"gone" not in listed(an, '"" *')


def test_list_subscribed(an: Speaker) -> None:  # RFC 5258 §3.1
    found = listed(an, '(SUBSCRIBED) "" *')
    assert ours(found) == [b"a/b/c", b"e", b"f/g", b"gone"]
    assert all(b"\\Subscribed" in attributes for attributes in found.values())
    assert b"\\NonExistent" in found[b"gone"]


def test_return_subscribed_marks_and_does_not_select(an: Speaker) -> None:  # RFC 5258 §3.2
    found = listed(an, '"" * RETURN (SUBSCRIBED CHILDREN)')
    assert ours(found) == [b"a", b"a/b", b"a/b/c", b"a/d", b"e", b"f", b"f/g"]
    assert [name for name in ours(found) if b"\\Subscribed" in found[name]] == [b"a/b/c", b"e", b"f/g"]


def test_empty_options_are_allowed(an: Speaker) -> None:  # RFC 5258 §6
    assert ours(listed(an, '() "" % RETURN ()')) == [b"a", b"e", b"f"]


def test_remote_adds_nothing_here(an: Speaker) -> None:  # RFC 5258 §3.1
    assert ours(listed(an, '(REMOTE) "" %')) == [b"a", b"e", b"f"]
    assert ours(listed(an, '(SUBSCRIBED REMOTE) "" %')) == [b"e", b"gone"]


@pytest.mark.parametrize("selects", ["RECURSIVEMATCH", "REMOTE RECURSIVEMATCH", "NOPE"])
def test_recursivematch_alone_is_bad(an: Speaker, selects: str) -> None:  # RFC 5258 §3.1
    an.bad(f'LIST ({selects}) "" *')


def test_recursivematch_shows_parents_of_the_subscribed(an: Speaker) -> None:  # RFC 5258 §3.5
    found = {one[2]: one for one in an.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" %').of(b"LIST")}
    assert found[b"a"][3] == [b"CHILDINFO", [b"SUBSCRIBED"]]
    assert b"\\Subscribed" not in found[b"a"][0]
    assert found[b"f"][3] == [b"CHILDINFO", [b"SUBSCRIBED"]]
    assert len(found[b"e"]) == 3


def test_recursivematch_suppresses_what_is_redundant(an: Speaker) -> None:  # RFC 5258 §3.5
    found = {one[2]: one for one in an.ok('LIST (SUBSCRIBED RECURSIVEMATCH) "" *').of(b"LIST")}
    assert b"a/b/c" in found
    assert b"a/b" not in found


def test_unknown_options_are_bad(an: Speaker) -> None:  # RFC 5258 §3
    an.bad('LIST (SUBSCRIBED NOPE) "" *')
    an.bad('LIST "" * RETURN (NOPE)')
    an.bad('LIST "" * RETURNS (CHILDREN)')


def test_special_use_is_told_and_selected(an: Speaker) -> None:  # RFC 6154 §2, §5.2
    uses = {use for attributes in listed(an, '"" *').values() for use in attributes}
    assert {b"\\Drafts", b"\\Sent", b"\\Junk", b"\\Trash", b"\\Archive"} <= uses
    assert len(listed(an, '(SPECIAL-USE) "" *')) == 5
    marked = listed(an, '"" % RETURN (SPECIAL-USE)')
    assert sum(b"\\Sent" in attributes for attributes in marked.values()) == 1


def test_list_status_follows_each_name(an: Speaker) -> None:  # RFC 5819 §2
    an.append(b"a: b\r\n\r\n", "a/b")
    reply = an.ok('LIST "" a* RETURN (STATUS (MESSAGES UIDNEXT))')
    kinds = [(one[0], one[3] if one[0] == b"LIST" else one[1]) for one in reply.untagged]
    assert kinds == [(word, name) for name in (b"a", b"a/b", b"a/b/c", b"a/d") for word in (b"LIST", b"STATUS")]
    assert [b"a/b", [b"MESSAGES", 1, b"UIDNEXT", 2]] in reply.of(b"STATUS")


def test_list_status_leaves_out_what_cannot_be_selected(an: Speaker) -> None:  # RFC 5819 §2
    an.ok("DELETE a")
    told = [one[0] for one in an.ok('LIST (SUBSCRIBED) "" (gone e) RETURN (STATUS (MESSAGES))').of(b"STATUS")]
    assert told == [b"e"]
    assert an.ok('LIST "" a RETURN (STATUS (MESSAGES))').of(b"STATUS") == []


def test_lsub_shows_the_subscribed(an: Speaker) -> None:  # RFC 3501 §6.3.9
    assert ours(listed(an, '"" *', b"LSUB")) == [b"a/b/c", b"e", b"f/g", b"gone"]
    assert ours(listed(an, "a/ *", b"LSUB")) == [b"a/b/c"]


def test_lsub_with_percent_shows_unsubscribed_parents_as_noselect(an: Speaker) -> None:  # RFC 3501 §6.3.9
    found = listed(an, '"" %', b"LSUB")
    assert ours(found) == [b"a", b"e", b"f", b"gone"]
    assert b"\\Noselect" in found[b"a"]
    assert b"\\Noselect" in found[b"f"]
    assert b"\\Noselect" not in found[b"e"]
