"""What clients do that a server has to live with: faults of theirs, folders they make. RFC 2971, RFC 6154"""

from __future__ import annotations

import re

import pytest
from world import PASSWORD, Client, World

from mailsvc.imap.capabilities import CAPABILITIES
from mailsvc.imap.quirks import QUIRKS, hidden_from

OFFICE = '("name" "Microsoft Office 365" "version" "15.20.9160.4" "vendor" "Microsoft Corporation")'


def told(client: Client) -> set[str]:
    (line,) = client.ok("CAPABILITY")
    return set(line.decode().split())


def test_every_row_has_its_reason() -> None:
    names = {one.name for one in CAPABILITIES if one.switchable}
    for quirk in QUIRKS:
        assert quirk.hidden and quirk.hidden <= names
        assert len(quirk.reason) > 20
        assert re.fullmatch(r"https://\S+/\S+", quirk.thread)


@pytest.mark.parametrize("when", ["before login", "after login"])
def test_what_a_client_breaks_on_is_hidden_from_it(world: World, when: str) -> None:
    client = world.connect()
    client.line()
    assert "UIDONLY" in told(client)
    if when == "after login":
        client.ok(f'LOGIN an "{PASSWORD}"')
    lines = client.ok(f"ID {OFFICE}")
    assert lines[0].startswith(b"* ID ")
    assert lines[1].startswith(b"* CAPABILITY IMAP4rev1 ")
    assert b"UIDONLY" not in lines[1]
    if when == "before login":
        _, status = client.command(f'LOGIN an "{PASSWORD}"')
        assert b"UIDONLY" not in status
    assert "UIDONLY" not in told(client)
    assert client.ok("ENABLE UIDONLY") == [b"* ENABLED"]
    assert "UIDONLY" in told(world.login("an"))  # nobody else's


def test_others_are_told_all(world: World) -> None:
    client = world.login("an")
    for fields in ('("name" "Thunderbird" "version" "128.3.1")', "NIL", '("name" "iPhone Mail" "version" "22G100")'):
        assert client.ok(f"ID {fields}") == [b'* ID ("name" "mailsvc")']
    assert {"UIDONLY", "UTF8=ACCEPT"} <= told(client)


def test_the_version_counts() -> None:
    assert hidden_from({"name": "K-9 Mail", "version": "12.0b1"}) == {"UTF8=ACCEPT"}
    assert hidden_from({"name": "K-9 Mail", "version": "13.0"}) == frozenset()
    assert hidden_from({}) == frozenset()


def test_a_phone_that_goes_on_in_the_same_packet(world: World) -> None:
    """iOS 18 sends DONE and its next commands together."""
    client = world.login("an")
    client.ok("SELECT INBOX")
    client.send(b"i IDLE\r\n")
    assert client.line().startswith(b"+ ")
    client.send(b"DONE\r\nj NOOP\r\nk STATUS INBOX (MESSAGES)\r\nl IDLE\r\n")
    assert client.line().startswith(b"i OK")
    assert client.line().startswith(b"j OK")
    assert client.line() == b"* STATUS INBOX (MESSAGES 0)"
    assert client.line().startswith(b"k OK")
    assert client.line().startswith(b"+ ")


def uses(client: Client, command: str) -> dict[str, str]:
    found = {}
    for line in client.ok(command):
        attributes, _, name = line.decode().partition(") ")
        use = re.search(r"\\(Sent|Drafts|Trash|Junk|Archive)", attributes)
        if use:
            found[use[1]] = name.rpartition('"/" ')[2].strip('"')
    return found


def test_folders_for_a_purpose_have_vietnamese_names(world: World) -> None:
    client = world.login("an")
    client.ok("ENABLE UTF8=ACCEPT")
    named = {"Sent": "Đã gửi", "Drafts": "Thư nháp", "Trash": "Thùng rác", "Junk": "Thư rác", "Archive": "Lưu trữ"}
    for command in ('LIST "" *', 'LIST (SPECIAL-USE) "" *', 'LIST "" % RETURN (SPECIAL-USE)'):
        assert uses(client, command) == named
    assert {line.decode().rpartition('"/" ')[2].strip('"') for line in client.ok('LSUB "" *')} >= set(named.values())


@pytest.mark.parametrize("name", ["Sent", "Sent Items", "Drafts", "Trash", "Deleted Items", "Junk", "Spam"])
def test_a_folder_that_a_client_makes_is_kept_beside_ours(world: World, name: str) -> None:
    """It stays what the client made, and the purpose stays with the one folder that others find."""
    client = world.login("an")
    before = uses(client, 'LIST "" *')
    client.ok(f'CREATE "{name}"')
    client.append(b"Subject: sent\r\n\r\n", name)
    assert uses(client, 'LIST "" *') == before
    assert client.fails(f'CREATE "{name} 2" (USE (\\Sent))').startswith(b"NO [USEATTR]")
    client.ok(f'DELETE "{name}"')
