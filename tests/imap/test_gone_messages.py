"""A message that another session expunged still holds its number; an act on it must not fall upon its neighbour."""

from __future__ import annotations

import pytest
from world import Client, World, on_both


@pytest.fixture
def an(world: World) -> Client:
    """Four messages in the selected INBOX; another session has expunged the first, and this one was not told."""
    client = world.login("an")
    for number in range(1, 5):
        client.append(b"Subject: %d\r\n\r\nx\r\n" % number)
    client.ok("CREATE Luu")
    client.ok("SELECT INBOX")
    other = world.login("an")
    other.ok("SELECT INBOX")
    other.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
    other.ok("EXPUNGE")
    return client


def subjects(world: World, mailbox: str) -> list[str]:
    client = world.login("an")
    client.ok(f"EXAMINE {mailbox}")
    lines = client.ok("UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return [line.decode().split("Subject: ")[1][0] for line in lines if b" FETCH " in line]


@on_both
@pytest.mark.parametrize("command", ["MOVE 1,3 Luu", "COPY 1,3 Luu"])
def test_the_neighbour_is_not_taken_along(world: World, an: Client, command: str) -> None:  # RFC 9051 §6.4.7, §7.5.1
    an.ok(command)
    assert subjects(world, "Luu") == ["3"]
    assert subjects(world, "INBOX") == (["2", "4"] if command.startswith("MOVE") else ["2", "3", "4"])


def test_the_neighbour_is_not_expunged(world: World, an: Client) -> None:  # RFC 9051 §6.4.9
    an.ok("STORE 1:4 +FLAGS.SILENT (\\Deleted)")
    an.ok("UID EXPUNGE 1,3")
    assert subjects(world, "INBOX") == ["2", "4"]


@pytest.mark.parametrize("items", ["FLAGS", "ENVELOPE", "BODY.PEEK[]", "(UID INTERNALDATE)"])
def test_the_neighbour_is_not_told_under_another_number(an: Client, items: str) -> None:  # RFC 9051 §7.5.2
    lines, status = an.command(f"FETCH 1,3 {items}")
    assert status.startswith(b"OK [EXPUNGEISSUED]")
    assert [line.split(b" ")[1] for line in lines if b" FETCH " in line] == [b"3"]
    assert "UID" not in items or b"UID 3 " in lines[0]
