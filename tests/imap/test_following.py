"""A search that is followed stays equal to a fresh one, whatever happens to the mailbox. RFC 5267 §4.3"""

from __future__ import annotations

import random
import re

import pytest
from world import Client, World, on_both

from mailsvc.imap import limits

KEYS = ["UNSEEN", "ALL", "UNDELETED KEYWORD viec", "OR FLAGGED SUBJECT hop", "2:5 NOT SEEN"]
CRITERIA = ["DATE", "REVERSE SUBJECT DATE", "SIZE REVERSE ARRIVAL", "FROM"]
_TOLD = re.compile(rb'\* ESEARCH \(TAG "(\w+)"\)( UID)? (ADDTO|REMOVEFROM) \((.*)\)')


def numbers(text: bytes) -> list[int]:
    found: list[int] = []
    for part in text.split(b","):
        low, _, high = part.partition(b":")
        found.extend(range(int(low), int(high or low) + 1))
    return found


class Follower:
    """A client that believes what it is told, and knows messages by UID through its own numbers."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.uids: list[int] = []
        self.results: dict[bytes, list[int]] = {}
        self.commands: dict[bytes, str] = {}

    def follow(self, command: str) -> None:
        lines = self.client.ok(command.replace("RETURN ()", "RETURN (UPDATE ALL)"))
        tag = b"t%d" % self.client._count
        found = re.search(rb" ALL (\S+)", lines[-1])
        self.results[tag] = numbers(found[1]) if found else []
        self.commands[tag] = command.replace("UPDATE", "ALL")
        if b" UID" not in lines[-1]:
            self.results[tag] = [self.uids[number - 1] for number in self.results[tag]]

    def hear(self, lines: list[bytes]) -> None:
        for line in lines:
            told = _TOLD.fullmatch(line)
            if told:
                self.change(told[1], told[2] is not None, told[3] == b"ADDTO", told[4].split(b" "))
            elif line.endswith(b" EXPUNGE"):
                del self.uids[int(line.split()[1]) - 1]
            elif line.endswith(b" EXISTS"):
                found = self.client.ok(f"UID SEARCH {len(self.uids) + 1}:*") if int(line.split()[1]) else []
                new = [one for one in found if one.startswith(b"* SEARCH")]
                self.uids += [int(word) for word in new[0].split()[2:]] if new else []
                self.hear([one for one in found if not one.startswith(b"* SEARCH")])

    def change(self, tag: bytes, uid: bool, adding: bool, pairs: list[bytes]) -> None:
        result = self.results[tag]
        for position, members in zip(map(int, pairs[::2]), map(numbers, pairs[1::2]), strict=True):
            uids = members if uid else [self.uids[number - 1] for number in members]
            if adding and position:
                result[position - 1 : position - 1] = uids
            elif adding:
                result[:] = sorted((*result, *uids))
            elif position:
                assert result[position - 1 : position - 1 + len(uids)] == uids
                del result[position - 1 : position - 1 + len(uids)]
            else:
                assert set(uids) <= set(result)
                result[:] = [one for one in result if one not in uids]

    def compare(self) -> None:
        for tag, command in self.commands.items():
            lines = self.client.ok("UID " + command.removeprefix("UID "))
            found = re.search(rb" ALL (\S+)", lines[-1])
            assert self.results[tag] == (numbers(found[1]) if found else []), command


def append(client: Client, chance: random.Random, number: int) -> None:
    day, subject, sender = chance.randint(1, 28), chance.choice(["hop", "bao cao", "An"]), chance.choice("abc")
    data = f"From: {sender}@x\r\nSubject: {subject} {number % 3}\r\nDate: {day} Jan 2024 10:00:00 +0700\r\n\r\n"
    flags = " ".join(flag for flag in ("\\Seen", "\\Flagged", "viec") if chance.random() < 0.4)
    client.append(data.encode() + b"x" * chance.randint(0, 5), head=f"({flags})")


@on_both
def test_what_is_followed_equals_a_fresh_search(world: World) -> None:
    chance = random.Random(5267)
    mine, other = world.login("an"), world.login("an")
    for number in range(8):
        append(mine, chance, number)
    other.ok("SELECT INBOX")
    mine.ok("SELECT INBOX")
    follower = Follower(mine)
    follower.uids = list(range(1, 9))
    for key in KEYS[:4]:
        follower.follow(f"UID SEARCH RETURN () {key}")
        follower.follow(f"SEARCH RETURN () {key}")
    for sort in CRITERIA[:2]:
        follower.follow(f"UID SORT RETURN () ({sort}) UTF-8 UNDELETED")
    for number in range(150):
        act = chance.randrange(6)
        flag = chance.choice(["\\Seen", "\\Flagged", "\\Deleted", "viec"])
        some = f"{chance.randint(1, 5)}:{chance.randint(1, 9)}"
        if act == 0 and len(follower.uids) < 30:
            append(other, chance, number)
        elif act == 1:
            other.ok("EXPUNGE")
        elif act < 4:
            other.command(f"STORE {some} {chance.choice('+-')}FLAGS.SILENT ({flag})")
        else:
            follower.hear(mine.command(f"STORE 1:2 {chance.choice('+-')}FLAGS.SILENT ({flag})")[0])
        if chance.random() < 0.6:
            follower.hear(mine.ok("NOOP"))
            follower.hear(mine.ok("NOOP"))
            follower.compare()


def test_only_so_many_searches_are_followed(world: World) -> None:  # RFC 5267 §4.3.1
    client = world.login("an")
    client.ok("SELECT INBOX")
    for _ in range(limits.CONTEXTS):
        assert len(client.ok("SEARCH RETURN (UPDATE COUNT) ALL")) == 1
    tag = b"t%d" % (client._count + 1)
    refused, told = client.ok("SEARCH RETURN (UPDATE COUNT) ALL")
    assert refused.startswith(b'* NO [NOUPDATE "%b"]' % tag) and told.endswith(b"COUNT 0")
    client.ok('CANCELUPDATE "t3"')
    assert len(client.ok("SEARCH RETURN (UPDATE COUNT) ALL")) == 1
    client.ok("SELECT INBOX")
    assert len(client.ok("SEARCH RETURN (UPDATE COUNT) ALL")) == 1


@pytest.mark.parametrize("command", ["SEARCH RETURN (UPDATE) ALL", "UID SORT RETURN (UPDATE) (DATE) UTF-8 ALL"])
def test_a_followed_search_alone_tells_no_numbers(world: World, command: str) -> None:
    client = world.login("an")
    client.append(b"Subject: x\r\n\r\n")
    client.ok("SELECT INBOX")
    (line,) = client.ok(command)
    assert re.fullmatch(rb'\* ESEARCH \(TAG "t\d"\)( UID)?', line)
