"""What is switched off for an account is not told, and its commands and syntax are unknown. RFC 9051 §6.1.1"""

from __future__ import annotations

import pytest
from world import World

from mailsvc.imap.capabilities import CAPABILITIES
from mailsvc.store import accounts, switches

MESSAGE = b"Subject: 1\r\n\r\n"
ONE = f"{{{len(MESSAGE)}+}}\r\n{MESSAGE.decode()}"
COMMANDS = {
    "ID": "ID NIL",
    "ENABLE": "ENABLE CONDSTORE",
    "NAMESPACE": "NAMESPACE",
    "UIDPLUS": "UID EXPUNGE 1",
    "UNSELECT": "UNSELECT",
    "MOVE": "UID MOVE 1 INBOX",
    "ESEARCH": "SEARCH RETURN (COUNT) ALL",
    "SEARCHRES": "SEARCH RETURN (SAVE) ALL",
    "SORT": "SORT (DATE) UTF-8 ALL",
    "SORT=DISPLAY": "SORT (DISPLAYFROM) UTF-8 ALL",
    "ESORT": "SORT RETURN (COUNT) (DATE) UTF-8 ALL",
    "THREAD=ORDEREDSUBJECT": "THREAD ORDEREDSUBJECT UTF-8 ALL",
    "THREAD=REFERENCES": "THREAD REFERENCES UTF-8 ALL",
    "THREAD=REFS": "UID THREAD REFS UTF-8 ALL",
    "WITHIN": "SEARCH OLDER 60",
    "MULTISEARCH": "ESEARCH IN (personal) ALL",
    "PARTIAL": "SEARCH RETURN (PARTIAL 1:10) ALL",
    "CONTEXT=SEARCH": "SEARCH RETURN (UPDATE) ALL",
    "CONTEXT=SORT": "SORT RETURN (UPDATE) (DATE) UTF-8 ALL",
    "SEARCH=FUZZY": "SEARCH FUZZY SUBJECT x",
    "ACL": "GETACL INBOX",
    "LIST-MYRIGHTS": 'LIST "" * RETURN (MYRIGHTS)',
    "QUOTA": "GETQUOTAROOT INBOX",
    "NOTIFY": "NOTIFY NONE",
    "METADATA": "GETMETADATA INBOX /private/comment",
    "LIST-EXTENDED": 'LIST (SUBSCRIBED) "" *',
    "LIST-STATUS": 'LIST "" * RETURN (STATUS (MESSAGES))',
    "LIST-METADATA": 'LIST "" * RETURN (METADATA (/private/comment))',
    "SPECIAL-USE": 'LIST (SPECIAL-USE) "" *',
    "CREATE-SPECIAL-USE": "CREATE x (USE ())",
    "STATUS=SIZE": "STATUS INBOX (SIZE)",
    "CONDSTORE": "STORE 1 (UNCHANGEDSINCE 1) +FLAGS x",
    "QRESYNC": "SELECT INBOX (QRESYNC (1 1))",
    "MULTIAPPEND": f"APPEND INBOX {ONE} {ONE}",
    "BINARY": "FETCH 1 BINARY[1]",
    "OBJECTID": "FETCH 1 EMAILID",
    "PREVIEW": "FETCH 1 PREVIEW",
    "SAVEDATE": "SEARCH SAVEDON 1-Jan-2020",
    "APPENDLIMIT": "STATUS INBOX (APPENDLIMIT)",
    "CATENATE": f"APPEND INBOX CATENATE (TEXT {ONE})",
    "REPLACE": f"REPLACE 1 INBOX {ONE}",
    "LANGUAGE": "LANGUAGE vi",
    "UTF8=ACCEPT": f"APPEND INBOX UTF8 (~{ONE})",
    "COMPRESS=DEFLATE": "COMPRESS DEFLATE",
    "UNAUTHENTICATE": "UNAUTHENTICATE",
}
"""A command for each that is answered BAD without the capability."""


def switch_off(world: World, *names: str) -> None:
    def change(tx):  # type: ignore[no-untyped-def]
        account = accounts.by_username(tx, "an")
        for name in names:
            switches.switch(tx, account.id, name, False)

    world.write(change)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_syntax_is_unknown(world: World, name: str) -> None:
    one = world.login("an")
    one.append(MESSAGE)
    one.ok("SELECT INBOX")
    if name != "QRESYNC":
        one.ok(COMMANDS[name])
    switch_off(world, name)
    client = world.login("an")
    (line,) = client.ok("CAPABILITY")
    assert name not in {word.partition("=")[0] if "APPEND" in word else word for word in line.decode().split()}
    client.ok("SELECT INBOX")
    assert client.fails(COMMANDS[name]).startswith(b"BAD ")
    assert client.ok("NOOP") == []
    assert name.encode() in b"".join(world.login("binh").ok("CAPABILITY"))  # nobody else's


def test_other_syntax_of_the_same(world: World) -> None:
    switch_off(world, "CONDSTORE", "OBJECTID", "BINARY", "SEARCHRES", "SAVEDATE")
    client = world.login("an")
    client.append(MESSAGE)
    lines = client.ok("SELECT INBOX")
    assert not [line for line in lines if b"HIGHESTMODSEQ" in line or b"MAILBOXID" in line]
    assert client.ok("ENABLE CONDSTORE QRESYNC") == [b"* ENABLED"]
    for command in (
        "SELECT INBOX (CONDSTORE)", "STATUS INBOX (HIGHESTMODSEQ)", "FETCH 1 MODSEQ", "SEARCH MODSEQ 1",
        "FETCH 1 FLAGS (CHANGEDSINCE 1)", "STATUS INBOX (MAILBOXID)", "SEARCH EMAILID M1", "SEARCH THREADID T1",
        f"APPEND INBOX ~{ONE}", "FETCH 1 BINARY.SIZE[]", "FETCH $ UID", "FETCH 1 SAVEDATE", "SEARCH SAVEDATESUPPORTED",
    ):  # fmt: skip
        assert client.fails(command).startswith(b"BAD "), command
    assert client.command("CREATE x")[1] == b"OK CREATE xong"


def test_what_is_told_unasked_is_not(world: World) -> None:
    switch_off(world, "UIDPLUS", "CHILDREN", "SPECIAL-USE", "IDLE")
    client = world.login("an")
    assert client.append(MESSAGE) == b"OK Da luu"
    client.ok("SELECT INBOX")
    assert b"COPYUID" not in client.command("COPY 1 INBOX")[1]
    assert not [line for line in client.ok("MOVE 1 INBOX") if b"COPYUID" in line]
    listed = b"".join(client.ok('LIST "" *'))
    assert b"Children" not in listed
    assert b"\\Sent" not in listed
    assert client.fails("IDLE").startswith(b"BAD ")


def test_parts_of_what_is_switched_off(world: World) -> None:
    switch_off(world, "ACL", "QUOTA", "METADATA")
    (line,) = world.login("an").ok("CAPABILITY")
    told = set(line.decode().split())
    assert not {word for word in told if word.startswith(("RIGHTS", "QUOTA", "LIST-MYRIGHTS", "LIST-METADATA"))}
    assert "METADATA-SERVER" in told


def test_what_is_enabled(world: World) -> None:
    switch_off(world, "UTF8=ACCEPT", "UIDONLY", "QRESYNC", "IMAP4rev2")
    client = world.login("an")
    assert client.ok("ENABLE UTF8=ACCEPT UIDONLY QRESYNC IMAP4rev2") == [b"* ENABLED"]


def test_a_session_keeps_what_it_was_told(world: World) -> None:
    client = world.login("an")
    switch_off(world, "NAMESPACE")
    client.ok("NAMESPACE")
    assert world.login("an").fails("NAMESPACE").startswith(b"BAD ")


SHOWN_OTHERWISE = {
    "IMAP4rev2", "UIDONLY",  # enabled, above
    "IDLE", "CHILDREN",  # above
    "INPROGRESS",  # nothing is said
    "FILTERS",  # a filter must be there first
    "METADATA-SERVER", "QUOTASET", "RIGHTS=kxte", "QUOTA=RES-STORAGE", "QUOTA=RES-MESSAGE",  # parts of others
}  # fmt: skip


def test_every_capability_that_can_be_switched_off_is_here() -> None:
    switchable = {one.name for one in CAPABILITIES if one.switchable}
    assert set(COMMANDS) <= switchable
    assert switchable - set(COMMANDS) - SHOWN_OTHERWISE == set()
