"""Identifiers of mailboxes, letters and threads. RFC 8474; save dates: RFC 8514; previews: RFC 8970; sizes: RFC 7889"""

from __future__ import annotations

import re
from typing import Any

from speaker import Speaker, speaker
from world import World, on_both

OBJECT_ID = re.compile(rb"[A-Za-z][A-Za-z0-9_-]{0,254}")


def letter(name: str, *references: str) -> bytes:
    known = f"References: {' '.join(f'<{one}@x>' for one in references)}\r\n" if references else ""
    return f"Message-ID: <{name}@x>\r\n{known}Subject: {name}\r\n\r\nbody of {name}\r\n".encode()


def mailbox_id(client: Speaker, name: str) -> Any:
    ((_, (_, found)),) = client.ok(f'STATUS "{name}" (MAILBOXID)').of(b"STATUS")
    return found


def identifiers(client: Speaker) -> dict[int, tuple[Any, Any]]:
    fetched = client.ok("UID FETCH 1:* (EMAILID THREADID)").fetched()
    return {one[b"UID"]: (one[b"EMAILID"], one[b"THREADID"]) for one in fetched.values()}


def test_a_mailbox_keeps_its_identifier_when_it_is_renamed(world: World) -> None:
    client = speaker(world)
    made = client.ok("CREATE one").code
    assert made[0] == b"MAILBOXID"
    assert OBJECT_ID.fullmatch(made[1][0])
    assert mailbox_id(client, "one") == made[1] == client.ok("SELECT one").codes()[b"MAILBOXID"][0]
    client.ok("RENAME one two")
    assert mailbox_id(client, "two") == made[1]
    again = client.ok("CREATE one").code[1]
    assert again not in (made[1], mailbox_id(client, "INBOX"))


def test_an_identifier_never_comes_back(world: World) -> None:
    client = speaker(world)
    seen = []
    for _ in range(3):
        seen.append(client.ok("CREATE passing").code[1][0])
        client.ok("DELETE passing")
    assert len(set(seen)) == 3


def test_listed_with_status(world: World) -> None:
    client = speaker(world)
    found = client.ok('LIST "" INBOX RETURN (STATUS (MAILBOXID APPENDLIMIT))').of(b"STATUS")
    assert found == [[b"INBOX", [b"MAILBOXID", mailbox_id(client, "INBOX"), b"APPENDLIMIT", 1_000_000]]]


@on_both
def test_copies_and_moved_letters_keep_theirs(world: World) -> None:
    client = speaker(world)
    client.append(letter("a"))
    client.append(letter("b"))
    client.ok("CREATE there")
    client.ok("SELECT INBOX")
    before = identifiers(client)
    assert len({one for email, thread in before.values() for one in (*email, *thread)}) == 4
    client.ok("COPY 1 there")
    client.ok("MOVE 2 there")
    client.ok("SELECT there")
    assert list(identifiers(client).values()) == [before[1], before[2]]


@on_both
def test_a_thread_once_told_stays(world: World) -> None:
    """RFC 8474 §5.2: "The server MUST NOT change the THREADID of a message once reported"."""
    client = speaker(world)
    for one in (letter("a"), letter("b")):
        client.append(one)
    client.ok("SELECT INBOX")
    before = identifiers(client)
    assert before[1][1] != before[2][1]
    client.append(letter("c", "b", "a"))  # joins the two
    client.append(letter("d", "b"))
    after = identifiers(client)
    assert {uid: after[uid] for uid in before} == before
    assert after[3][1] == after[4][1] == before[1][1]
    thread = before[2][1][0].decode()
    assert client.ok(f"SEARCH THREADID {thread}").of(b"SEARCH") == [[2]]
    thread = before[1][1][0].decode()
    assert client.ok(f"SEARCH THREADID {thread}").of(b"SEARCH") == [[1, 3, 4]]


def test_identifiers_are_searched_with_their_case(world: World) -> None:
    client = speaker(world)
    client.append(letter("a"))
    client.ok("SELECT INBOX")
    ((email,), _) = identifiers(client)[1]
    assert client.ok(b"SEARCH EMAILID " + email).of(b"SEARCH") == [[1]]
    assert client.ok(b"SEARCH NOT EMAILID " + email).of(b"SEARCH") == [[]]
    assert client.ok(b"SEARCH EMAILID " + email.lower()).of(b"SEARCH") == [[]]
    for strange in ("M01", "M", "T1", "M99999999999999999999999", "x" * 255):
        assert client.ok(f"SEARCH EMAILID {strange}").of(b"SEARCH") == [[]]
    client.bad("SEARCH EMAILID " + "x" * 256)
    client.bad('SEARCH EMAILID "a b"')


def test_a_moved_letter_is_saved_anew(world: World) -> None:
    """RFC 8514 §3: the save date is that of the mailbox it lies in, whatever the internal date."""
    client = speaker(world)
    client.append(letter("a"), head='"17-Jul-1996 02:44:25 -0700"')
    client.ok("CREATE there")
    client.ok("SELECT INBOX")
    items = client.ok("FETCH 1 (INTERNALDATE SAVEDATE)").fetched()[1]
    assert items[b"INTERNALDATE"] == b"17-Jul-1996 16:44:25 +0700"
    assert int(items[b"SAVEDATE"][7:11]) > 2020
    day = items[b"SAVEDATE"][:11].decode()
    for key, found in (("SAVEDON", [1]), ("SAVEDSINCE", [1]), ("SAVEDBEFORE", []), ("BEFORE", [1])):
        assert client.ok(f"SEARCH {key} {day}").of(b"SEARCH") == [found], key
    client.ok("MOVE 1 there")
    client.ok("SELECT there")
    assert client.ok("SEARCH SAVEDSINCE 1-Jan-2020 SAVEDATESUPPORTED").of(b"SEARCH") == [[1]]
    assert client.ok("SEARCH NOT SAVEDATESUPPORTED").of(b"SEARCH") == [[]]


def test_a_preview_is_text_of_at_most_200_characters(world: World) -> None:
    client = speaker(world)
    html = "<style>p{color:red}</style><p>Kính gửi: <b>các đơn vị</b></p>" + "ă" * 500
    client.append(b"Subject: 1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())
    client.append(b"Subject: 2\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n")
    client.ok("SELECT INBOX")
    found = client.ok("FETCH 1:2 (PREVIEW)").fetched()
    text = found[1][b"PREVIEW"].decode()
    assert text.startswith("Kính gửi: các đơn vị")
    assert len(text) == 200
    assert "style" not in text
    assert found[2][b"PREVIEW"] == b""  # never NIL (RFC 8970 §3.2)
    assert client.ok("FETCH 2 (PREVIEW (LAZY))").fetched()[2][b"PREVIEW"] == b""
    assert client.ok("FETCH 1 FLAGS").fetched()[1][b"FLAGS"] == [b"\\Recent"]  # a preview is not reading


def test_a_letter_beyond_the_limit_is_too_big(world: World) -> None:
    client = speaker(world)
    client.no("APPEND INBOX {1000001}", "TOOBIG")
    client.no(b"APPEND INBOX {1000001+}\r\n" + b"x" * 1_000_001, "TOOBIG")
    ((_, items),) = client.ok("STATUS INBOX (MESSAGES APPENDLIMIT)").of(b"STATUS")
    assert items == [b"MESSAGES", 0, b"APPENDLIMIT", 1_000_000]
