"""When the server fails in the midst of a message, the rest of the message must never be taken for commands."""

from __future__ import annotations

import shutil

import pytest
from world import World

TRAP = b"t1 DELETE Moi\r\nt2 CREATE Bay\r\n"


@pytest.mark.parametrize("command", ["APPEND INBOX", "REPLACE 1 INBOX"])
@pytest.mark.parametrize("more", [b"", b" {20+}\r\nt3 CREATE Bay2\r\n1234"])
def test_what_follows_a_fault_is_not_obeyed(world: World, command: str, more: bytes) -> None:  # RFC 7888 §4
    client = world.login("an")
    client.append(b"Subject: 1\r\n\r\n")
    client.ok("CREATE Moi")
    client.ok("SELECT INBOX")
    folder = world.office.spool_folder
    shutil.rmtree(folder)
    folder.write_text("no folder")  # not a full disk, but something that nobody expects
    message = b"Subject: 2\r\n\r\n" + TRAP * 20_000
    client.send(f"x {command} {{{len(message)}+}}\r\n".encode() + message + more + b"\r\n")
    assert client.line().startswith(b"x NO [SERVERBUG] ")
    assert client.rest().count(b"\r\n") <= 1  # it hangs up: nobody knows how much is still to come
    folder.unlink()
    folder.mkdir()
    after = world.login("an")
    names = b"".join(after.ok('LIST "" *'))
    assert b"Bay" not in names
    assert b"Moi" in names
    assert after.ok("STATUS INBOX (MESSAGES)") == [b"* STATUS INBOX (MESSAGES 1)"]
