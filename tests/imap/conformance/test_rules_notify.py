"""News without asking: RFC 5465."""

from __future__ import annotations

from typing import Any

import pytest
from speaker import Speaker, parse_untagged, speaker
from world import World

from mailsvc.imap import limits
from mailsvc.store import accounts

LETTER = b"Subject: x\r\n\r\nxx\r\n"
NEW = "MessageNew MessageExpunge"


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    client.ok("CREATE a")
    client.append(LETTER)
    client.append(LETTER)
    return client


@pytest.fixture
def other(world: World, an: Speaker) -> Speaker:
    """Another session of the same person."""
    return speaker(world)


def heard(client: Speaker) -> list[Any]:
    """The next untagged response."""
    text, literals = client.response()
    assert text.startswith(b"* "), text
    return parse_untagged(text[2:], literals, utf8=client.utf8)


def nothing_but(client: Speaker, expected: list[list[Any]]) -> None:
    """What was told so far is exactly this: the reply to a NOOP ends it."""
    assert client.ok("NOOP").untagged == expected


# ---- the command ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    ["", "SET", "SET ()", "SET (PERSONAL)", "SET (PERSONAL ())", "SET (PERSONAL (MessageNew))",
     "SET (PERSONAL (MessageExpunge))", "SET (PERSONAL (FlagChange))", "SET (NOBODY NONE)",
     "SET (SELECTED (MailboxName))", f"SET (SELECTED ({NEW})) (SELECTED-DELAYED ({NEW}))",
     "SET (PERSONAL (MessageNew (UID) MessageExpunge))", f"SET (MAILBOXES ({NEW}))", f"SET (SUBTREE ({NEW}))",
     "NONE x", "OTHER"],
)  # fmt: skip
def test_wrong_requests_are_bad(an: Speaker, wrong: str) -> None:  # RFC 5465 §5, §6.1, §8
    an.bad(f"NOTIFY {wrong}")


def test_unknown_events_are_named(an: Speaker) -> None:  # RFC 5465 §3.1
    reply = an.no("NOTIFY SET (PERSONAL (MessageNew MessageExpunge AnnotationChange))", "BADEVENT")
    assert b"FlagChange" in reply.code[1]
    assert b"AnnotationChange" not in reply.code[1]


def test_set_tells_what_has_gathered(an: Speaker, other: Speaker) -> None:  # RFC 5465 §3.1
    an.ok("SELECT INBOX")
    other.append(LETTER)
    assert an.ok("NOTIFY SET (SELECTED NONE)").of(b"EXISTS") == [[3]]


def test_status_first(an: Speaker) -> None:  # RFC 5465 §3.1
    an.ok("SELECT INBOX")
    reply = an.ok(f"NOTIFY SET STATUS (SELECTED NONE) (PERSONAL ({NEW} FlagChange))")
    names = [one[0] for one in reply.of(b"STATUS")]
    assert b"a" in names
    assert b"INBOX" not in names  # RFC 5465 §6: it is open
    items = dict(zip(*[iter(reply.of(b"STATUS")[0][1])] * 2, strict=True))
    assert {b"MESSAGES", b"UIDNEXT", b"UIDVALIDITY", b"HIGHESTMODSEQ"} <= set(items)


def test_names_that_are_not_there_are_passed_over(an: Speaker) -> None:  # RFC 5465 §3.1
    assert an.ok(f"NOTIFY SET STATUS (MAILBOXES (nothing a) ({NEW}))").of(b"STATUS")[0][0] == b"a"


def test_too_many_mailboxes(an: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:  # RFC 5465 §3.1
    monkeypatch.setattr(limits, "WATCHED_MAILBOXES", 3)
    an.no(f"NOTIFY SET (PERSONAL ({NEW}))", "NOTIFICATIONOVERFLOW")
    an.ok(f"NOTIFY SET (MAILBOXES a ({NEW}))")


def test_too_much_at_once_ends_the_telling(
    an: Speaker, other: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:  # RFC 5465 §5.8
    an.ok("NOTIFY SET (PERSONAL (MailboxName))")
    monkeypatch.setattr(limits, "NOTIFICATIONS", 0)
    other.ok("CREATE b")
    assert heard(an)[1] == [b"NOTIFICATIONOVERFLOW"]
    monkeypatch.undo()
    other.ok("CREATE c")
    nothing_but(an, [])


# ---- the open mailbox -----------------------------------------------------------------------------------------
def test_new_messages_come_with_what_was_asked(an: Speaker, other: Speaker) -> None:  # RFC 5465 §5.2
    an.enable_rev2()
    an.ok("NOTIFY SET (SELECTED (MessageNew (UID BODY[HEADER.FIELDS (SUBJECT)]) MessageExpunge))")
    an.ok("SELECT INBOX")
    other.append(LETTER)
    assert heard(an) == [3, b"EXISTS"]
    number, word, items = heard(an)
    assert (number, word) == (3, b"FETCH")
    assert items == [b"UID", 3, b"BODY[HEADER.FIELDS (SUBJECT)]", b"Subject: x\r\n\r\n"]
    assert an.ok("UID FETCH 3 FLAGS").fetched()[3][b"FLAGS"] == []  # looking set nothing


def test_expunges_at_once_or_delayed(an: Speaker, other: Speaker) -> None:  # RFC 5465 §6.1
    for which, told in (("SELECTED", True), ("SELECTED-DELAYED", False)):
        an.ok(f"NOTIFY SET ({which} ({NEW}))")
        an.ok("SELECT INBOX")
        other.append(LETTER)
        other.ok("SELECT INBOX")
        while heard(an)[1] != b"EXISTS":
            pass
        other.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
        other.ok("EXPUNGE")
        other.append(LETTER)
        if told:
            words = []
            while b"EXISTS" not in words:
                words.append(heard(an)[1])
            assert words[0] in (b"EXPUNGE", b"RECENT")
            assert b"EXPUNGE" in words
        else:
            words = []
            while b"EXISTS" not in words:
                words.append(heard(an)[1])
            assert b"EXPUNGE" not in words
            assert [one[1] for one in an.ok("NOOP").untagged if one[1] == b"EXPUNGE"]


def test_flags_only_when_asked(an: Speaker, other: Speaker) -> None:  # RFC 5465 §5.1
    an.enable_rev2()
    an.ok(f"NOTIFY SET (SELECTED ({NEW} FlagChange))")
    an.ok("SELECT INBOX")
    other.ok("SELECT INBOX")
    other.ok("STORE 1 +FLAGS (\\Seen)")
    assert heard(an) == [1, b"FETCH", [b"UID", 1, b"FLAGS", [b"\\Seen"]]]
    an.ok(f"NOTIFY SET (SELECTED ({NEW}))")
    other.ok("STORE 1 +FLAGS (\\Flagged)")
    nothing_but(an, [])


def test_none_for_the_open_mailbox(an: Speaker, other: Speaker) -> None:  # RFC 5465 §3.1
    an.ok("SELECT INBOX")
    an.ok(f"NOTIFY SET (PERSONAL ({NEW}))")
    other.append(LETTER)
    other.append(LETTER, "a")
    assert heard(an)[1] == b"a"  # and nothing of INBOX, though it is a personal mailbox
    assert an.ok("CAPABILITY").of(b"EXISTS") == []


def test_idle_tells_the_same(an: Speaker, other: Speaker) -> None:  # RFC 5465 §4
    an.enable_rev2()
    an.ok(f"NOTIFY SET (SELECTED (MessageNew (UID) MessageExpunge)) (MAILBOXES a ({NEW}))")
    an.ok("SELECT INBOX")
    tag = an.start("IDLE")
    assert an.line().startswith(b"+ ")
    other.append(LETTER, "a")
    assert heard(an)[:2] == [b"STATUS", b"a"]
    other.append(LETTER)
    assert heard(an) == [3, b"EXISTS"]
    assert heard(an) == [3, b"FETCH", [b"UID", 3]]
    an.send("DONE\r\n")
    assert an.finish(tag).status == b"OK"


# ---- other mailboxes ------------------------------------------------------------------------------------------
def test_modseq_for_those_who_follow_it(an: Speaker, other: Speaker) -> None:  # RFC 5465 §5.1, §5.2
    an.ok("ENABLE CONDSTORE")
    an.ok(f"NOTIFY SET (MAILBOXES a ({NEW} FlagChange))")
    other.append(LETTER, "a")
    assert b"HIGHESTMODSEQ" in heard(an)[2]
    other.ok("SELECT a")
    other.ok("STORE 1 +FLAGS (\\Flagged)")
    assert b"HIGHESTMODSEQ" in heard(an)[2]


def test_flags_elsewhere_are_told_by_unseen(an: Speaker, other: Speaker) -> None:  # RFC 5465 §5.1
    an.ok(f"NOTIFY SET (MAILBOXES INBOX ({NEW} FlagChange))")
    other.ok("SELECT INBOX")
    other.ok("STORE 1 +FLAGS (\\Seen)")
    told = heard(an)[2]
    assert told[told.index(b"UNSEEN") + 1] == 1
    other.ok("STORE 1 +FLAGS (\\Flagged)")
    nothing_but(an, [])


def test_expunges_elsewhere(an: Speaker, other: Speaker) -> None:  # RFC 5465 §5.3
    an.ok(f"NOTIFY SET (MAILBOXES INBOX ({NEW}))")
    other.ok("SELECT INBOX")
    other.ok("STORE 1 +FLAGS (\\Deleted)")
    other.ok("EXPUNGE")
    word, name, numbers = heard(an)
    assert (word, name, numbers[:4]) == (b"STATUS", b"INBOX", [b"MESSAGES", 1, b"UIDNEXT", 3])


def test_subtrees_and_names(an: Speaker, other: Speaker) -> None:  # RFC 5465 §6.5, §6.6
    an.ok("CREATE a/b")
    an.ok("CREATE ab")
    an.ok(f"NOTIFY SET (SUBTREE a ({NEW}))")
    for name in ("ab", "a/b", "a"):
        other.append(LETTER, name)
    assert [heard(an)[1], heard(an)[1]] == [b"a/b", b"a"]
    an.ok(f"NOTIFY SET (MAILBOXES (ab) ({NEW}))")
    for name in ("a/b", "ab"):
        other.append(LETTER, name)
    assert heard(an)[1] == b"ab"
    nothing_but(an, [])


def test_the_subscribed_ones_follow_subscriptions(an: Speaker, other: Speaker) -> None:  # RFC 5465 §6.4
    an.ok(f"NOTIFY SET (SUBSCRIBED ({NEW}))")
    other.append(LETTER, "a")
    other.ok("SUBSCRIBE a")
    other.append(LETTER, "a")
    assert heard(an)[1] == b"a"
    other.ok("UNSUBSCRIBE a")
    other.append(LETTER, "a")
    other.append(LETTER)
    assert heard(an)[1] == b"INBOX"


def test_a_mailbox_renamed_under_its_watcher(an: Speaker, other: Speaker) -> None:  # RFC 5465 §5.4
    an.ok("CREATE a/b/c")
    an.ok(f"NOTIFY SET (PERSONAL ({NEW} MailboxName))")
    other.ok("RENAME a x")
    assert heard(an) == [b"LIST", [b"\\HasChildren"], b"/", b"x", [b"OLDNAME", [b"a"]]]
    other.append(LETTER, "x/b")
    assert heard(an)[:2] == [b"STATUS", b"x/b"]
    nothing_but(an, [])


def test_made_and_removed_with_their_parents(an: Speaker, other: Speaker) -> None:  # RFC 5465 §5.4
    an.ok("NOTIFY SET (PERSONAL (MailboxName))")
    other.ok("CREATE a/b")
    told = {bytes(one[3]): one[1] for one in (heard(an), heard(an))}
    assert told == {b"a": [b"\\HasChildren"], b"a/b": [b"\\HasNoChildren"]}
    other.ok("DELETE a/b")
    told = {bytes(one[3]): one[1] for one in (heard(an), heard(an))}
    assert told == {b"a": [b"\\HasNoChildren"], b"a/b": [b"\\NonExistent"]}


def test_ones_own_acts_are_not_told(an: Speaker) -> None:  # RFC 5465 §5
    an.ok("NOTIFY SET (PERSONAL (MailboxName SubscriptionChange MailboxMetadataChange))")
    for command in ("CREATE b", "SUBSCRIBE b", 'SETMETADATA b (/private/x "1")', "RENAME b c", "DELETE c"):
        assert an.ok(command).untagged == []
    nothing_but(an, [])


def test_rights_given_and_taken_are_mailboxes_that_come_and_go(
    world: World, an: Speaker
) -> None:  # RFC 5465 §5.4, §5.9
    binh = speaker(world, "binh")
    binh.enable_rev2()
    name = "Hộp thư người khác/an/a".encode()
    binh.ok(f'NOTIFY SET (SUBTREE "Hộp thư người khác" ({NEW} MailboxName))')
    an.ok("SETACL a binh lr")
    assert [heard(binh)[3], heard(binh)[3]] == [name, name.rpartition(b"/")[0]]
    an.append(LETTER, "a")
    assert heard(binh)[:2] == [b"STATUS", name]
    an.ok("DELETEACL a binh")
    assert heard(binh)[1:] == [[b"\\NonExistent"], b"/", name]
    an.append(LETTER, "a")
    nothing_but(binh, [])
    an.ok("SETACL a binh l")
    assert [heard(binh)[3], heard(binh)[3]] == [name, name.rpartition(b"/")[0]]
    reply = binh.ok(f'NOTIFY SET (SUBTREE "Hộp thư người khác" ({NEW}))')
    assert [one for one in reply.of(b"LIST") if b"\\NoAccess" in one[0]]


def test_a_unit_mailbox_under_two_watchers(world: World, an: Speaker) -> None:  # RFC 5465 §5.1
    unit = world.add_account("vp", kind="unit")
    for person in (1, 2):
        world.write(accounts.grant, unit, person, can_read=True, can_send=False)
    binh = speaker(world, "binh")
    for client in (an, binh):
        client.enable_rev2()
        client.ok(f'NOTIFY SET (MAILBOXES "Dùng chung/vp" ({NEW} FlagChange))')
    writer = speaker(world)
    writer.enable_rev2()
    writer.append(LETTER, '"Dùng chung/vp"')
    for client in (an, binh):
        told = heard(client)[2]
        assert told[told.index(b"UNSEEN") + 1] == 1
    writer.ok('SELECT "Dùng chung/vp"')
    writer.ok("STORE 1 +FLAGS (\\Seen)")
    told = heard(an)[2]
    assert told[told.index(b"UNSEEN") + 1] == 0
    nothing_but(binh, [])  # it is still unseen for binh


def test_ones_own_messages_are_not_fetched(an: Speaker) -> None:  # RFC 5465 §5.2
    an.ok("NOTIFY SET (SELECTED (MessageNew (UID) MessageExpunge))")
    an.ok("SELECT INBOX")
    reply = an.append(LETTER)
    assert reply.of(b"EXISTS") == [[3]]
    assert reply.of(b"FETCH") == []
    assert an.ok("COPY 1 INBOX").of(b"FETCH") == []


# ---- searches that are followed -------------------------------------------------------------------------------
def test_new_messages_of_a_followed_search(an: Speaker, other: Speaker) -> None:  # RFC 5465 §7
    an.enable_rev2()
    an.ok("SELECT INBOX")
    an.ok("UID SEARCH RETURN (COUNT UPDATE (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])) UNSEEN SUBJECT boss")
    other.append(b"Subject: other\r\n\r\n")
    other.append(b"Subject: boss\r\n\r\n")
    reply = an.ok("NOOP")
    words = [one[0] if isinstance(one[0], bytes) else one[1] for one in reply.untagged]
    assert words == [b"EXISTS", b"ESEARCH", b"FETCH"]
    assert reply.of(b"FETCH") == [[4, [b"UID", 4, b"BODY[HEADER.FIELDS (SUBJECT)]", b"Subject: boss\r\n\r\n"]]]
    other.ok("SELECT INBOX")
    other.ok("STORE 4 +FLAGS (\\Seen)")
    an.ok("NOOP")
    other.ok("STORE 4 -FLAGS (\\Seen)")
    assert all(b"BODY" not in str(one).encode() for one in an.ok("NOOP").untagged)  # it came back, and is not new


def test_both_wishes_share_one_fetch(an: Speaker, other: Speaker) -> None:  # RFC 5465 §5.2
    an.enable_rev2()
    an.ok("SELECT INBOX")
    an.ok("NOTIFY SET (SELECTED (MessageNew (UID FLAGS) MessageExpunge))")
    an.ok("UID SEARCH RETURN (COUNT UPDATE (UID RFC822.SIZE)) SUBJECT boss")
    other.append(b"Subject: boss\r\n\r\n")
    other.append(b"Subject: other\r\n\r\n")
    fetched: dict[int, Any] = {}
    while len(fetched) < 2:
        told = heard(an)
        if told[1:2] == [b"FETCH"]:
            assert told[0] not in fetched
            fetched[told[0]] = told[2]
    assert fetched[3] == [b"UID", 3, b"FLAGS", [], b"RFC822.SIZE", 17]
    assert fetched[4] == [b"UID", 4, b"FLAGS", []]
