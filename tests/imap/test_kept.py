"""What is kept of answers never outlives the truth: large fetches and openings, repeated while things change."""

from __future__ import annotations

import random
from array import array

from world import Client, World, on_both

from mailsvc.imap.commands.store import Change, change_flags
from mailsvc.imap.kept import Kept
from mailsvc.imap.rendering import WORTH_KEEPING
from mailsvc.imap.snapshots import Snapshots
from mailsvc.store import accounts, mailboxes, placements
from mailsvc.store.tx import Tx

MANY = WORTH_KEEPING + 50
WHOLE = "FETCH 1:* (UID FLAGS ENVELOPE)"


def fill(client: Client, mailbox: str = "INBOX", count: int = MANY) -> None:
    letters = [b"Subject: no. %03d\r\n\r\n." % n for n in range(count)]
    messages = b"".join(b" {%d+}\r\n%s" % (len(one), one) for one in letters)
    client.send(b"fill APPEND %s%s\r\n" % (mailbox.encode(), messages))
    while not (line := client.line()).startswith(b"fill "):
        pass
    assert line.startswith(b"fill OK"), line


def fetched(client: Client) -> list[bytes]:
    return [line for line in client.ok(WHOLE) if b" FETCH (" in line]


def afresh(world: World, client: Client) -> list[bytes]:
    """The same from a service that remembers nothing."""
    assert world.door is not None
    keeper = world.door.keeper
    held, keeper.renderings = keeper.renderings, type(keeper.renderings)()
    try:
        return fetched(client)
    finally:
        keeper.renderings = held


def test_a_repeated_fetch_tells_what_changed_in_between(world: World) -> None:
    one, other = world.login(), world.login()
    fill(one)
    one.ok("SELECT INBOX")
    other.ok("SELECT INBOX")
    assert fetched(one) == fetched(one) == afresh(world, one)
    assert fetched(other) == fetched(other) == afresh(world, other) != fetched(one)  # to one of them they are recent
    for command in (
        "STORE 7 +FLAGS (\\Flagged)", "STORE 9:12 +FLAGS (viec)", "STORE 7 -FLAGS (\\Flagged)",
        "UID STORE 20 +FLAGS (\\Deleted)", "EXPUNGE", "COPY 3 INBOX", "STORE 1:* +FLAGS.SILENT (\\Seen)",
    ):  # fmt: skip
        one.ok(command)
        one.ok("NOOP")
        other.ok("NOOP")
        assert fetched(one) == afresh(world, one), command
        assert fetched(other) == afresh(world, other), command


def test_two_sessions_that_number_differently_share_no_answer(world: World) -> None:
    one, other = world.login(), world.login()
    fill(one)
    one.ok("SELECT INBOX")
    other.ok("SELECT INBOX")
    fetched(other)
    one.ok("STORE 5 +FLAGS (\\Deleted)")
    one.ok("EXPUNGE")
    assert len(fetched(one)) == MANY - 1
    lines, status = other.command(WHOLE)  # its numbers still stand, and one message is gone
    assert b"EXPUNGEISSUED" in status
    numbers = [int(line.split()[1]) for line in lines if b"ENVELOPE" in line]
    assert numbers == [n for n in range(1, MANY + 1) if n != 5]
    other.ok("NOOP")
    assert fetched(other) == afresh(world, other)
    assert len(fetched(other)) == MANY - 1


def test_a_mailbox_made_anew_has_nothing_of_the_old_one(world: World) -> None:
    client = world.login()
    for _ in range(2):
        client.ok("CREATE tam")
        fill(client, "tam")
        client.ok("SELECT tam")
        lines = fetched(client)
        assert len(lines) == MANY
        client.ok("UNSELECT")
        client.ok("DELETE tam")
        client.ok("CREATE tam")
        client.ok("SELECT tam")
        assert fetched(client) == []
        client.ok("UNSELECT")
        client.ok("DELETE tam")


@on_both
def test_snapshots_follow_a_mailbox_through_any_history(world: World) -> None:
    """Whatever happens between two openings, a snapshot that followed equals one that was read whole."""
    client = world.login()
    fill(client, count=40)
    chance = random.Random(5)
    snapshots = Snapshots()
    an = world.read(accounts.by_username, "an")
    assert an is not None
    box = world.read(mailboxes.by_name, an.id, "INBOX")
    for _ in range(60):
        world.write(_something, box.id, chance)
        for one in (snapshots, Snapshots()):
            found = world.read(lambda tx, one=one: one.at(tx, mailboxes.get(tx, box.id)))
            there = world.read(placements.uids, box.id)
            assert found.uids == array("I", there)
            assert set(world.read(placements.keywords, box.id)) <= set(found.keywords)
            now = world.read(mailboxes.get, box.id)
            assert (found.uidvalidity, found.modseq) == (now.uidvalidity, now.modseq)
            assert found.first_unseen == (world.read(mailboxes.first_unseen_uid, box.id) if now.unseen else None)


def _something(tx: Tx, mailbox_id: int, chance: random.Random) -> None:
    there = placements.uids(tx, mailbox_id)
    for _ in range(chance.randrange(3)):
        uid = chance.choice(there)
        match chance.randrange(4):
            case 0:
                placements.expunge(tx, mailbox_id, [uid])
            case 1:
                change_flags(tx, mailbox_id, [(uid, uid + 3)], Change(chance.choice("+-"), 1, (f"nhan{uid}",)))
            case _:
                content, size = placements.rows(tx, mailbox_id, 1, 1 << 31, ("content_id", "size"))[0]
                placements.add(tx, mailbox_id, [placements.NewPlacement(content, size, 1)])
        there = placements.uids(tx, mailbox_id)


def test_what_is_kept_stays_within_its_room() -> None:
    kept: Kept[str] = Kept(100)
    for name in "abcd":
        kept.put(name, name, 30)
    assert [kept.get(name) for name in "abcd"] == [None, "b", "c", "d"]
    kept.get("b")
    kept.put("e", "e", 30)
    assert [kept.get(name) for name in "bcde"] == ["b", None, "d", "e"]
    kept.put("b", "B", 40)
    kept.put("f", "f", 60)  # too large for so small a room
    assert [kept.get(name) for name in "bdef"] == ["B", "d", "e", None]
