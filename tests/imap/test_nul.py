"""NUL in what a client says: PostgreSQL cannot even look for it, so it must not come that far. RFC 9051 §4.3, §9"""

from __future__ import annotations

import base64

import pytest
from world import Client, World, on_both

LITERAL = b"~{3+}\r\na\0b"
SHIFTED = b'"a&AAA-b"'  # NUL in modified UTF-7
COMMANDS = [
    b"SELECT %s", b"EXAMINE %s", b"CREATE %s", b"DELETE %s", b"RENAME %s x", b"RENAME Moi %s", b"SUBSCRIBE %s",
    b"UNSUBSCRIBE %s", b"STATUS %s (MESSAGES)", b'LIST "" %s', b'LIST %s ""', b'LSUB "" %s', b"COPY 1 %s", b"MOVE 1 %s",
    b"APPEND %s {1+}\r\nx", b"SEARCH SUBJECT %s", b"SEARCH TEXT %s", b"SEARCH BODY %s", b"SEARCH FROM %s",
    b"SEARCH HEADER X-A %s", b"SEARCH HEADER %s a", b"SEARCH KEYWORD %s", b"STORE 1 +FLAGS (%s)",
    b"FETCH 1 BODY[HEADER.FIELDS (%s)]", b"GETMETADATA %s /private/comment", b"SETMETADATA %s (/private/comment x)",
    b"SETMETADATA INBOX (/private/comment %s)", b"ID (%s NIL)", b'ID ("name" %s)', b"UID SEARCH RETURN (SAVE) CC %s",
]  # fmt: skip


@pytest.fixture
def an(world: World) -> Client:
    client = world.login("an")
    client.append(b"Subject: a\0b\r\n\r\na\0b\r\n")
    client.ok("CREATE Moi")
    client.ok("SELECT INBOX")
    return client


@on_both
def test_nul_is_no_fault_of_ours(world: World, an: Client) -> None:
    for command in COMMANDS:
        for name in (LITERAL, SHIFTED):
            _, status = an.command(command % name)
            assert b"SERVERBUG" not in status, (command % name, status)
            assert an.command("SELECT INBOX")[1].startswith(b"OK")


@on_both
def test_nul_in_names_and_passwords(world: World) -> None:
    client = world.connect()
    client.line()
    for command in (
        b"LOGIN %s x" % LITERAL,
        b"LOGIN an %s" % LITERAL,
        b"AUTHENTICATE PLAIN " + base64.b64encode(b"\0a\0b\0c"),
        b"AUTHENTICATE PLAIN " + base64.b64encode(b"a\0\0"),
        b"AUTHENTICATE SCRAM-SHA-256 " + base64.b64encode(b"n,,n=a\0b,r=abc"),
    ):
        client.send(b"x " + command + b"\r\n")
        status = client.line()
        assert status.startswith((b"x NO ", b"x BAD ")), (command, status)
        assert b"SERVERBUG" not in status, (command, status)
    client.ok("NOOP")
