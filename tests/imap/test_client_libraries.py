"""imaplib, IMAPClient, aioimaplib and curl beyond the first steps: what programs written with them rely on."""

from __future__ import annotations

import asyncio
import email
import imaplib
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import aioimaplib
import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from world import PASSWORD, World

pytestmark = pytest.mark.client
FOLDER, WIRE = "Công việc & khác", '"C&APQ-ng vi&Hsc-c &- kh&AOE-c"'


def message(number: int, body: str = "Kính gửi") -> bytes:
    head = f"From: Bình <b@x.example>\r\nTo: an@x.example\r\nSubject: Báo cáo {number}\r\nMessage-ID: <{number}@x>\r\n"
    return f"{head}Date: Tue, {number + 1} Nov 2026 09:00:00 +0700\r\n\r\n{body}\r\n".encode()


@pytest.fixture
def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# ---- imaplib ----------------------------------------------------------------------------------------------------
@pytest.fixture
def plain(world: World) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4("127.0.0.1", world.ports["imap"]) as client:
        client.authenticate("PLAIN", lambda _: f"\0an\0{PASSWORD}".encode())
        for number in range(1, 4):
            client.append("INBOX", "", "", message(number))
        yield client


def test_imaplib_uids_and_codes(plain: imaplib.IMAP4) -> None:
    assert plain.select("INBOX") == ("OK", [b"3"])
    assert plain.response("UIDVALIDITY")[1][0]
    assert plain.response("UIDNEXT") == ("UIDNEXT", [b"4"])
    assert plain.uid("SEARCH", None, 'SUBJECT "2"')[1] == [b"2"]
    assert plain.search("UTF-8", "SUBJECT", '"cáo 3"'.encode())[1] == [b"3"]  # type: ignore[arg-type]
    _, rows = plain.fetch("1:3", "(UID RFC822.SIZE BODY.PEEK[HEADER])")
    parsed = [email.message_from_bytes(row[1]) for row in rows if isinstance(row, tuple)]
    assert [one["Message-ID"] for one in parsed] == ["<1@x>", "<2@x>", "<3@x>"]
    assert plain.uid("STORE", "2", "+FLAGS", "(\\Deleted)")[0] == "OK"
    assert plain.expunge() == ("OK", [b"2"])
    assert plain.uid("COPY", "3", "INBOX")[0] == "OK"
    assert plain.noop()[0] == "OK"
    assert plain.response("EXISTS")[1][-1] == b"3"


def test_imaplib_mailboxes(plain: imaplib.IMAP4) -> None:
    for act, arguments in (
        (plain.create, (WIRE,)), (plain.subscribe, (WIRE,)), (plain.rename, (WIRE, "Moi")),
        (plain.unsubscribe, (WIRE,)), (plain.status, ("Moi", "(MESSAGES UIDNEXT)")), (plain.delete, ("Moi",)),
        (plain.namespace, ()), (plain.enable, ("CONDSTORE",)), (plain.list, ()), (plain.lsub, ()), (plain.noop, ()),
    ):  # fmt: skip
        assert act(*arguments)[0] == "OK", (act, arguments)
    assert plain.select("Moi")[0] == "NO"
    with pytest.raises(imaplib.IMAP4.error, match="BAD"):
        plain.select("INBOX")
        plain.fetch("0", "(FLAGS)")
    assert plain.select("INBOX")[0] == "OK"
    assert plain.unselect()[0] == "OK"


def test_imaplib_two_at_once(world: World, plain: imaplib.IMAP4) -> None:
    """Each of four threads stores what it wants; none is lost."""

    def work(number: int) -> None:
        with imaplib.IMAP4("127.0.0.1", world.ports["imap"]) as client:
            client.authenticate("PLAIN", lambda _: f"\0an\0{PASSWORD}".encode())
            client.select("INBOX")
            for _ in range(20):
                client.append("INBOX", f"(k{number})", "", message(number))
                client.store("1:3", "+FLAGS", f"(t{number})")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert plain.select("INBOX") == ("OK", [b"83"])
    for number in range(4):
        assert plain.search(None, "KEYWORD", f"t{number}")[1] == [b"1 2 3"]
        assert len(plain.search(None, "KEYWORD", f"k{number}")[1][0].split()) == 20


# ---- IMAPClient -------------------------------------------------------------------------------------------------
@pytest.fixture
def friendly(world: World, trusting: ssl.SSLContext) -> Iterator[IMAPClient]:
    with IMAPClient("127.0.0.1", world.ports["imap"], ssl=False) as client:
        client.starttls(trusting)
        client.plain_login("an", PASSWORD)
        client.create_folder(FOLDER)
        for number in range(1, 6):
            client.append(FOLDER, message(number), msg_time=datetime(2026, 11, number, 9))
        yield client


def test_imapclient_searches(friendly: IMAPClient) -> None:
    friendly.select_folder(FOLDER)
    for criteria, expected in (
        (["SUBJECT", "báo cáo 2"], [2]), (["OR", "SUBJECT", "cáo 1", "SUBJECT", "cáo 5"], [1, 5]),
        (["NOT", ["UID", "2:4"]], [1, 5]), (["FROM", "bình", "UNSEEN"], [1, 2, 3, 4, 5]),
        (["SENTSINCE", date(2026, 11, 4)], [3, 4, 5]), (["BEFORE", date(2026, 11, 3)], [1, 2]),
        (["TEXT", "kính gửi", "NOT", "DELETED"], [1, 2, 3, 4, 5]), (["HEADER", "Message-ID", "<3@x>"], [3]),
    ):  # fmt: skip
        assert friendly.search(criteria, "UTF-8") == expected, criteria
    friendly.add_flags([2, 3], ["\\Flagged", "viec"])
    assert friendly.search(["KEYWORD", "viec"]) == friendly.search("FLAGGED") == [2, 3]


def test_imapclient_follows_modseqs(friendly: IMAPClient) -> None:
    friendly.select_folder(FOLDER)
    before = friendly.folder_status(FOLDER, ["HIGHESTMODSEQ"])[b"HIGHESTMODSEQ"]
    friendly.set_flags([4], ["\\Seen"])
    changed = friendly.fetch([1, 2, 3, 4, 5], ["FLAGS"], modifiers=[f"CHANGEDSINCE {before}"])
    assert set(changed) == {4}
    assert changed[4][b"MODSEQ"][0] > before
    assert set(friendly.search(["MODSEQ", str(before + 1)])) == {4}


def test_imapclient_moves_and_expunges(friendly: IMAPClient) -> None:
    friendly.select_folder(FOLDER)
    friendly.move([1, 2], "INBOX")
    friendly.copy([3], "Đã gửi")
    friendly.delete_messages([4, 5])
    friendly.uid_expunge([5])
    assert friendly.search() == [3, 4]
    friendly.expunge()
    assert friendly.search() == [3]
    assert friendly.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"] == 2
    friendly.unselect_folder()
    friendly.rename_folder(FOLDER, "Cũ/Rất cũ")
    assert {"Cũ", "Cũ/Rất cũ"} <= {name for _, _, name in friendly.list_folders("", "Cũ*")}
    with pytest.raises(IMAPClientError, match="NONEXISTENT"):
        friendly.select_folder(FOLDER)
    assert friendly.select_folder("Cũ/Rất cũ", readonly=True)[b"EXISTS"] == 1
    assert friendly.find_special_folder(b"\\Trash") == "Thùng rác"


def test_imapclient_appends_many(friendly: IMAPClient) -> None:
    letters = [message(number, "x" * number * 1000) for number in range(1, 4)]
    friendly.multiappend("INBOX", [{"msg": one, "flags": ["\\Seen"]} for one in letters])
    friendly.select_folder("INBOX")
    found = friendly.fetch([1, 2, 3], ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])
    assert [found[uid][b"BODY[]"] for uid in (1, 2, 3)] == letters
    assert all(b"\\Seen" in one[b"FLAGS"] for one in found.values())


# ---- aioimaplib -------------------------------------------------------------------------------------------------
def test_aioimaplib_many_wait_and_all_hear(world: World, trusting: ssl.SSLContext) -> None:
    """Eight idle clients; each hears of the letter and of its flags, goes back to IDLE and hears again."""
    writer = world.login("an")

    async def wait_twice(ready: asyncio.Barrier) -> list[bytes]:
        client = aioimaplib.IMAP4_SSL("127.0.0.1", world.ports["imaps"], ssl_context=trusting)
        await client.wait_hello_from_server()
        await client.login("an", PASSWORD)
        await client.select("INBOX")
        heard: list[bytes] = []
        for wanted in (b"EXISTS", b"\\Flagged"):
            waiting = await client.idle_start(timeout=60)
            await ready.wait()
            while not any(wanted in line for line in heard):
                heard += await client.wait_server_push(timeout=20)
            client.idle_done()
            await asyncio.wait_for(waiting, 10)
        await client.logout()
        return heard

    async def everybody() -> list[list[bytes]]:
        ready = asyncio.Barrier(9)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(wait_twice(ready)) for _ in range(8)]
            await ready.wait()
            await asyncio.to_thread(writer.append, message(1))
            await asyncio.to_thread(writer.ok, "SELECT INBOX")
            await ready.wait()
            await asyncio.to_thread(writer.ok, "STORE 1 +FLAGS (\\Flagged)")
        return [task.result() for task in tasks]

    assert len(asyncio.run(everybody())) == 8


def test_aioimaplib_commands(world: World) -> None:
    async def converse() -> None:
        client = aioimaplib.IMAP4("127.0.0.1", world.ports["imap"])
        await client.wait_hello_from_server()
        await client.login("an", PASSWORD)
        assert (await client.create(WIRE)).result == "OK"
        for number in range(1, 4):
            assert (await client.append(message(number), mailbox=WIRE, flags="(\\Seen)")).result == "OK"
        assert (await client.select(WIRE)).result == "OK"
        assert (await client.uid("fetch", "1:3", "(UID FLAGS BODY.PEEK[])")).result == "OK"
        assert (await client.uid_search("SEEN")).lines[0] == b"1 2 3"
        assert (await client.uid("move", "1", "INBOX")).result == "OK"
        assert (await client.store("1", "+FLAGS", "(\\Deleted)")).result == "OK"
        assert (await client.expunge()).result == "OK"
        assert (await client.search("ALL")).lines[0] == b"1"
        assert (await client.copy("7", "INBOX")).result == "BAD"
        assert (await client.close()).result == "OK"
        assert (await client.status(WIRE, "(MESSAGES)")).result == "OK"
        await client.logout()

    asyncio.run(converse())


# ---- curl -------------------------------------------------------------------------------------------------------
def test_curl_addresses(world: World, tmp_path: Path) -> None:
    file = tmp_path / "letter"

    def curl(path: str, *options: str, code: int = 0) -> bytes:
        url = f"imap://127.0.0.1:{world.ports['imap']}/{path}"
        command = ["curl", "-sS", "-k", "--ssl-reqd", "--max-time", "20", "-u", f"an:{PASSWORD}", url, *options]
        done = subprocess.run(command, capture_output=True, timeout=30)
        assert done.returncode == code, done
        return done.stdout

    for number in (1, 2):
        file.write_bytes(message(number))
        curl("INBOX", "-T", str(file))
    assert curl("INBOX;MAILINDEX=2") == message(2)
    assert curl("INBOX;UID=1;SECTION=TEXT") == "Kính gửi\r\n".encode()
    assert curl("INBOX;UID=1;SECTION=HEADER.FIELDS%20(MESSAGE-ID)") == b"Message-ID: <1@x>\r\n\r\n"
    assert curl("INBOX?SEEN") == b"* SEARCH 1 2\r\n"
    assert b"* 1 FETCH (FLAGS (\\Flagged" in curl("INBOX", "-X", "STORE 1 FLAGS (\\Flagged)")
    curl("", "-X", f"CREATE {WIRE}")
    assert WIRE.encode() in curl("", "-X", 'LIST "" *')
    validity = curl("", "-X", "STATUS INBOX (UIDVALIDITY)").split()[-1].strip(b")").decode()
    assert curl(f"INBOX;UIDVALIDITY={validity};UID=1") == message(1)
    curl("INBOX;UIDVALIDITY=1;UID=1", code=78)
    curl("Nowhere;UID=1", code=67)
