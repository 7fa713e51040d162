"""What the common mail programs say to a server, in their order and spelling, from the first login on.

Taken from what they are documented and seen to send: Thunderbird (its IMAP log), Mail of iOS, Outlook for Windows,
K-9 Mail, FairEmail. RFC 9051; RFC 6154; RFC 7162; RFC 6851; RFC 4315; RFC 2971
"""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from world import PASSWORD, World

from tests.imap.conformance.speaker import Reply, Speaker, newcomer

LETTER = (
    "From: =?utf-8?Q?B=C3=ACnh?= <binh@x.example>\r\nTo: an@x.example\r\nSubject: =?utf-8?B?QsOhbyBjw6Fv?= %d\r\n"
    "Date: Tue, 24 Nov 2026 09:00:00 +0700\r\nMessage-ID: <%d@x.example>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\nKính gửi\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
    "Content-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"
)
PLAIN = base64.b64encode(f"\0an\0{PASSWORD}".encode())
THUNDERBIRD = (
    "UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (From To Cc Bcc Subject Date Message-ID Priority X-Priority "
    "References Newsgroups In-Reply-To Content-Type Reply-To)]"
)
IOS = (
    "INTERNALDATE UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (date subject from to cc message-id in-reply-to "
    "references content-type x-priority x-uniform-type-identifier x-universally-unique-identifier list-id "
    "list-unsubscribe bimi-indicator bimi-location x-bimi-indicator-hash authentication-results dkim-signature)]"
)
K9 = (
    "UID INTERNALDATE RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (date subject from content-type to cc reply-to "
    "message-id references in-reply-to list-unsubscribe sender X-K9mail-Identity Chat-Version)]"
)


def letter(number: int) -> bytes:
    return (LETTER % (number, number)).encode()


@pytest.fixture
def world(world: World) -> World:
    """Three letters in the inbox of `an`."""
    filler = newcomer(world)
    filler.ok(f'LOGIN an "{PASSWORD}"')
    for number in range(1, 4):
        filler.append(letter(number))
    return world


def authenticated(world: World, *, initial: bool) -> Speaker:
    """AUTHENTICATE PLAIN with an initial response (RFC 4959) or after a `+`."""
    client = newcomer(world)
    words = client.ok("capability").of(b"CAPABILITY")[0]
    assert {b"AUTH=PLAIN", b"SASL-IR", b"IDLE", b"NAMESPACE"} <= set(words)
    if initial:
        client.ok(b"AUTHENTICATE PLAIN " + PLAIN)
        return client
    tag = client.start("authenticate PLAIN")
    assert client.line() == b"+ "
    client.send(PLAIN + b"\r\n")
    reply = client.finish(tag)
    assert reply.status == b"OK"
    assert reply.code[0] == b"CAPABILITY"  # so that the client need not ask again
    return client


def uses(reply: Reply) -> dict[bytes, bytes]:
    """Special use to name (RFC 6154)."""
    found = {}
    for attributes, _, name in reply.of(b"LIST"):
        found |= {one: bytes(name) for one in attributes if one in (b"\\Sent", b"\\Trash", b"\\Drafts", b"\\Junk")}
    return found


def names(reply: Reply, word: bytes = b"LIST") -> set[bytes]:
    return {bytes(one[2]) if one[2] != b"INBOX" else b"INBOX" for one in reply.of(word)}


def by_uid(reply: Reply) -> dict[int, dict[bytes, Any]]:
    return {items[b"UID"]: items for items in reply.fetched().values()}


def header(items: dict[bytes, Any]) -> bytes:
    (value,) = (value for name, value in items.items() if name.startswith(b"BODY[HEADER.FIELDS"))
    return bytes(value)


def copied(reply: Reply) -> list[Any]:
    """COPYUID, tagged or untagged (RFC 6851 §4.3)."""
    codes = [one[0] for one in reply.of(b"OK")] + [reply.code]
    return next(one for one in codes if one[:1] == [b"COPYUID"])


def idle(client: Speaker) -> bytes:
    tag = client.start("IDLE")
    while not client.line().startswith(b"+ "):
        pass
    return tag


def done(client: Speaker, tag: bytes) -> Reply:
    client.send("DONE\r\n")
    return client.finish(tag)


def test_thunderbird(world: World) -> None:
    main = authenticated(world, initial=False)
    assert main.ok('ID ("name" "Thunderbird" "version" "128.5.0")').of(b"ID")
    main.ok("ENABLE CONDSTORE")
    assert main.ok("namespace").of(b"NAMESPACE")[0][0] == [[b"", b"/"]]
    folders = main.ok('list (subscribed) "" "*" return (special-use)')
    assert b"INBOX" in names(folders)
    special = uses(folders)
    assert set(special) == {b"\\Sent", b"\\Trash", b"\\Drafts", b"\\Junk"}
    assert names(main.ok('list "" "INBOX"')) == {b"INBOX"}
    assert names(main.ok('lsub "" "*"'), b"LSUB") >= names(folders) - {b"INBOX"}
    sent, trash = special[b"\\Sent"].decode(), special[b"\\Trash"].decode()

    reply = main.ok('select "INBOX" (CONDSTORE)')
    assert reply.of(b"EXISTS") == [[3]]
    modseq = reply.codes()[b"HIGHESTMODSEQ"][0]
    assert set(by_uid(main.ok("UID fetch 1:* (FLAGS)"))) == {1, 2, 3}
    rows = by_uid(main.ok(f"UID fetch 1:3 ({THUNDERBIRD})"))
    assert b"Subject: =?utf-8?B?QsOhbyBjw6Fv?= 2\r\n" in header(rows[2])
    assert rows[2][b"RFC822.SIZE"] == len(letter(2))
    waiting = idle(main)

    # A second connection looks after another folder, and the first one hears of what comes.
    second = authenticated(world, initial=False)
    second.ok(f'select "{sent}" (CONDSTORE)')
    assert second.ok('STATUS "INBOX" (UIDNEXT MESSAGES UNSEEN RECENT)').of(b"STATUS")[0][1][:4] == [
        b"UIDNEXT", 4, b"MESSAGES", 3,
    ]  # fmt: skip
    text = letter(9)
    reply = second.wait_literal(f'append "{sent}" (\\Seen) {{{len(text)}}}', text)
    assert reply.status == b"OK"
    assert reply.code[0] == b"APPENDUID"
    assert by_uid(second.ok(f"uid fetch {reply.code[2]} (UID RFC822.SIZE FLAGS BODY.PEEK[])"))[1][b"BODY[]"] == text
    second.append(letter(4))
    assert main.line() == b"* 4 EXISTS"
    assert done(main, waiting).status == b"OK"
    rows = by_uid(main.ok(f"UID fetch 4:* ({THUNDERBIRD})"))
    assert set(rows) == {4}

    # Reading, answering, throwing away.
    body = by_uid(main.ok("UID fetch 4 (UID RFC822.SIZE BODY.PEEK[])"))[4][b"BODY[]"]
    assert body == letter(4)
    structure = by_uid(main.ok("UID fetch 4 (BODYSTRUCTURE)"))[4][b"BODYSTRUCTURE"]
    assert structure[1][:2] == [b"APPLICATION", b"PDF"]
    assert by_uid(main.ok("UID fetch 4 (BODY.PEEK[1])"))[4][b"BODY[1]"] == "Kính gửi".encode()
    chunk = by_uid(main.ok("UID fetch 4 (UID RFC822.SIZE BODY.PEEK[]<0.100>)"))[4]
    assert chunk[b"BODY[]<0>"] == letter(4)[:100]
    assert by_uid(main.ok("uid store 4 +Flags (\\Seen $label1)"))[4][b"FLAGS"]
    main.ok("uid store 4 +Flags (\\Answered)")
    reply = main.ok(f'uid move 4 "{trash}"')
    assert copied(reply)[2] == 4
    assert reply.of(b"EXPUNGE") == [[4]]
    main.ok("uid store 3 +Flags (\\Deleted)")
    assert main.ok("expunge").of(b"EXPUNGE") == [[3]]
    assert set(by_uid(main.ok(f"UID fetch 1:* (FLAGS) (CHANGEDSINCE {modseq})"))) == set()
    main.ok('create "Vi&Hsc-c"')
    main.ok('subscribe "Vi&Hsc-c"')
    main.ok("check")
    main.ok("close")
    main.ok("logout")


def test_ios(world: World) -> None:
    client = authenticated(world, initial=True)
    client.ok('ID ("name" "iPhone Mail" "version" "21A329" "os" "iOS" "os-version" "17.0 (21A329)" "vendor" "Apple")')
    client.ok("CAPABILITY")
    client.ok('LIST "" ""')
    client.ok("NAMESPACE")
    folders = client.ok('LIST "" "*"')
    special = uses(folders)
    sent, trash = special[b"\\Sent"].decode(), special[b"\\Trash"].decode()
    items = "MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ"
    assert client.ok(f"STATUS INBOX ({items})").of(b"STATUS")[0][1][:2] == [b"MESSAGES", 3]
    reply = client.ok("SELECT INBOX (CONDSTORE)")
    modseq = reply.codes()[b"HIGHESTMODSEQ"][0]
    assert len(client.ok("FETCH 1:* (FLAGS UID) (CHANGEDSINCE 1)").fetched()) == 3
    rows = client.ok(f"FETCH 1:3 ({IOS} BODYSTRUCTURE)").fetched()
    assert all(b"MODSEQ" not in items or items[b"MODSEQ"] for items in rows.values())
    assert b"message-id: <3@x.example>" in header(rows[3]).lower()
    assert by_uid(client.ok("UID FETCH 3 (BODY.PEEK[1] BODY.PEEK[2.MIME] BODY.PEEK[2])"))[3][b"BODY[2]"] == b"JVBERi0="
    assert client.ok("UID STORE 3 +FLAGS.SILENT (\\Seen)").fetched()[3][b"MODSEQ"][0] > modseq
    assert set(by_uid(client.ok(f"UID FETCH 1:* (FLAGS UID) (CHANGEDSINCE {modseq})"))) == {3}
    assert client.ok("UID SEARCH 1:* NOT DELETED").of(b"SEARCH") == [[1, 2, 3]]
    sought = "kính gử".encode()
    reply = client.wait_literal(f"UID SEARCH CHARSET UTF-8 TEXT {{{len(sought)}}}", sought)
    assert reply.of(b"SEARCH") == [[1, 2, 3]]
    assert copied(client.ok(f'UID MOVE 2 "{trash}"'))[2] == 2
    text = letter(8)
    reply = client.wait_literal(f'APPEND "{sent}" (\\Seen) "24-Nov-2026 09:00:00 +0700" {{{len(text)}}}', text)
    assert reply.code[0] == b"APPENDUID"
    waiting = idle(client)
    other = authenticated(world, initial=True)
    other.append(letter(5))
    assert client.line() == b"* 3 EXISTS"
    assert done(client, waiting).status == b"OK"
    other.ok("LOGOUT")
    client.ok("CLOSE")
    client.ok("LOGOUT")


def test_outlook(world: World) -> None:
    client = newcomer(world)
    client.ok("CAPABILITY")
    client.ok(f'LOGIN an "{PASSWORD}"')
    client.ok("CAPABILITY")
    assert client.ok('LIST "" ""').of(b"LIST")[0][1:] == [b"/", b""]
    folders = names(client.ok('LIST "" "*"'))
    assert names(client.ok('LSUB "" "*"'), b"LSUB") <= folders
    assert client.no("SELECT Outbox").status == b"NO"
    client.ok('CREATE "Sent Items"')
    client.ok('SUBSCRIBE "Sent Items"')
    assert client.ok("SELECT INBOX").of(b"EXISTS") == [[3]]
    assert set(by_uid(client.ok("UID FETCH 1:* (UID FLAGS)"))) == {1, 2, 3}
    rows = by_uid(client.ok("UID FETCH 1:3 (UID FLAGS RFC822.SIZE BODY.PEEK[HEADER] INTERNALDATE)"))
    assert rows[1][b"BODY[HEADER]"].endswith(b"\r\n\r\n")
    size, taken = rows[2][b"RFC822.SIZE"], b""
    while len(taken) < size:
        items = by_uid(client.ok(f"UID FETCH 2 (UID BODY.PEEK[]<{len(taken)}.200>)"))[2]
        taken += items[b"BODY[]<%d>" % len(taken)]
    assert taken == letter(2)
    assert by_uid(client.ok("UID FETCH 2 (UID BODY.PEEK[]<100000.200>)"))[2][b"BODY[]<100000>"] == b""
    client.ok("UID STORE 2 +FLAGS.SILENT (\\Seen)")
    reply = client.ok('UID COPY 2 "Sent Items"')
    assert copied(reply)[2:] == [2, 1]
    client.ok("UID STORE 2 +FLAGS (\\Deleted)")
    client.ok("NOOP")
    assert client.ok("EXPUNGE").of(b"EXPUNGE") == [[2]]
    text = letter(7)
    assert client.wait_literal(f'APPEND "Sent Items" (\\Seen) {{{len(text)}}}', text).status == b"OK"
    client.ok('SELECT "Sent Items"')
    assert client.ok('UID SEARCH HEADER Message-ID "<7@x.example>"').of(b"SEARCH") == [[2]]
    found = client.ok('STATUS "INBOX" (UIDNEXT UIDVALIDITY MESSAGES UNSEEN)').of(b"STATUS")[0][1]
    assert found[4:6] == [b"MESSAGES", 2]
    client.ok("NOOP")
    client.ok("CLOSE")
    client.ok("LOGOUT")


def test_k9(world: World) -> None:
    client = authenticated(world, initial=True)
    client.ok("CAPABILITY")
    client.ok('ID ("name" "K-9 Mail" "version" "8.0")')
    client.ok("NAMESPACE")
    assert names(client.ok('LIST "" "INBOX"')) == {b"INBOX"}
    special = uses(client.ok('LIST (SUBSCRIBED) "" "*" RETURN (SPECIAL-USE)'))
    trash, sent = special[b"\\Trash"].decode(), special[b"\\Sent"].decode()
    assert client.ok('SELECT "INBOX"').of(b"EXISTS") == [[3]]
    assert client.ok("UID SEARCH 1:* NOT DELETED SINCE 1-Jan-2020").of(b"SEARCH") == [[1, 2, 3]]
    rows = by_uid(client.ok(f"UID FETCH 1,2,3 ({K9})"))
    assert re.search(rb"(?im)^message-id: <1@x.example>\r$", header(rows[1]))
    assert by_uid(client.ok("UID FETCH 1,2,3 (UID FLAGS)"))[1][b"FLAGS"] in ([], [b"\\Recent"])
    assert by_uid(client.ok("UID FETCH 1 (UID BODYSTRUCTURE)"))[1][b"BODYSTRUCTURE"][0][:2] == [b"TEXT", b"PLAIN"]
    assert by_uid(client.ok("UID FETCH 1 (UID BODY.PEEK[]<0.32768>)"))[1][b"BODY[]<0>"] == letter(1)
    assert by_uid(client.ok("UID FETCH 1 (UID BODY.PEEK[TEXT])"))[1][b"BODY[TEXT]"].startswith(b"--b\r\n")
    client.ok("UID STORE 1 +FLAGS.SILENT (\\Seen)")
    client.ok("UID STORE 1 -FLAGS.SILENT (\\Seen)")
    client.ok("UID STORE 1,2 +FLAGS.SILENT (\\Flagged)")
    assert client.ok("UID SEARCH 1:* FLAGGED").of(b"SEARCH") == [[1, 2]]
    assert copied(client.ok(f'UID MOVE 1 "{trash}"'))[2] == 1
    client.ok("UID STORE 2 +FLAGS.SILENT (\\Deleted)")
    assert client.ok("UID EXPUNGE 2").of(b"EXPUNGE") == [[1]]
    text = letter(6)
    assert client.wait_literal(f'APPEND "{sent}" (\\Seen) {{{len(text)}}}', text).status == b"OK"
    client.ok(f'EXAMINE "{sent}"')
    assert client.ok('UID SEARCH HEADER MESSAGE-ID "<6@x.example>"').of(b"SEARCH") == [[1]]
    push = authenticated(world, initial=True)  # K-9 waits on a connection of its own
    push.ok('SELECT "INBOX"')
    waiting = idle(push)
    client.append(letter(5))
    assert push.line() == b"* 2 EXISTS"
    assert done(push, waiting).status == b"OK"
    push.ok("LOGOUT")
    client.ok("LOGOUT")


def test_fairemail(world: World) -> None:
    """And whatever else is made with Jakarta Mail."""
    client = authenticated(world, initial=True)
    client.ok("CAPABILITY")
    client.ok('ID ("name" "FairEmail" "version" "1.2200" "os" "Android")')
    client.ok("NAMESPACE")
    client.ok('LIST "" ""')
    special = uses(client.ok('LIST "" "*"'))
    client.ok('LSUB "" "*"')
    assert client.ok("SELECT INBOX").of(b"EXISTS") == [[3]]
    assert client.ok("UID SEARCH SINCE 1-Jan-2020 ALL").of(b"SEARCH") == [[1, 2, 3]]
    assert set(client.ok("FETCH 1:3 (UID)").fetched()) == {1, 2, 3}
    rows = client.ok(
        "FETCH 1:3 (ENVELOPE INTERNALDATE RFC822.SIZE FLAGS BODYSTRUCTURE UID BODY.PEEK[HEADER.FIELDS "
        '("X-Mailer" "Message-ID" "References" "List-Post" "Auto-Submitted")])'
    ).fetched()
    assert rows[1][b"ENVELOPE"][9] == b"<1@x.example>"
    assert rows[1][b"ENVELOPE"][2][0][2:] == [b"binh", b"x.example"]
    assert client.ok("FETCH 2 (BODY.PEEK[HEADER])").fetched()[2][b"BODY[HEADER]"].startswith(b"From: ")
    assert client.ok("FETCH 2 (BODY.PEEK[1]<0.16384>)").fetched()[2][b"BODY[1]<0>"] == "Kính gửi".encode()
    assert client.ok("FETCH 2 (BODY[2])").fetched()[2][b"BODY[2]"] == b"JVBERi0="
    client.ok("STORE 2 +FLAGS (\\Seen)")
    client.ok("STORE 2 +FLAGS ($Forwarded)")
    client.ok("STORE 3 -FLAGS (\\Flagged)")
    assert client.ok("UID FETCH 1:* (FLAGS)").fetched()[2][b"FLAGS"]
    trash, drafts = special[b"\\Trash"].decode(), special[b"\\Drafts"].decode()
    assert copied(client.ok(f'MOVE 3 "{trash}"'))[2] == 3
    text = letter(6)
    draft = f'APPEND "{drafts}" (\\Seen \\Draft) "24-Nov-2026 09:00:00 +0700" {{{len(text)}}}'
    reply = client.wait_literal(draft, text)
    assert reply.code[0] == b"APPENDUID"
    client.ok("UNSELECT")
    client.ok(f'SELECT "{drafts}"')
    assert client.ok('UID SEARCH HEADER Message-ID "<6@x.example>"').of(b"SEARCH") == [[reply.code[2]]]
    client.ok(f"UID STORE {reply.code[2]} +FLAGS (\\Deleted)")
    assert client.ok(f"UID EXPUNGE {reply.code[2]}").of(b"EXPUNGE") == [[1]]
    waiting = idle(client)
    assert done(client, waiting).status == b"OK"
    client.ok("CLOSE")
    client.ok("LOGOUT")
