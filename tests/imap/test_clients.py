"""Real mail clients against the running door."""

from __future__ import annotations

import asyncio
import imaplib
import shutil
import ssl
import subprocess
from pathlib import Path

import aioimaplib
import pytest
from imapclient import IMAPClient
from world import PASSWORD, World

pytestmark = pytest.mark.client

MESSAGE = (
    "From: Trần Thị Bình <binh@x.example>\r\nTo: an@x.example\r\nSubject: Báo cáo %d\r\n"
    "Message-ID: <%d@x.example>\r\nDate: Tue, 24 Nov 2026 09:00:00 +0700\r\n\r\nKính gửi\r\n"
)


def message(number: int) -> bytes:
    return (MESSAGE % (number, number)).encode()


@pytest.fixture
def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_imaplib(world: World, trusting: ssl.SSLContext) -> None:
    with imaplib.IMAP4("127.0.0.1", world.ports["imap"]) as client:
        client.starttls(trusting)
        client.authenticate("PLAIN", lambda _: f"\0an\0{PASSWORD}".encode())
        assert client.append("INBOX", r"(\Seen)", imaplib.Time2Internaldate(1_700_000_000), message(1))[0] == "OK"
        assert client.select()[1] == [b"1"]
        status, data = client.fetch("1", "(FLAGS BODY[])")
        assert status == "OK"
        assert isinstance(data[0], tuple)
        assert data[0][1] == message(1)
        assert client.store("1", "+FLAGS", r"(\Deleted)")[0] == "OK"
        assert client.expunge()[1] == [b"1"]
        assert client.select("Nowhere")[0] == "NO"
        assert client.noop()[0] == "OK"


def test_imapclient(world: World, trusting: ssl.SSLContext) -> None:
    with IMAPClient("127.0.0.1", world.ports["imaps"], ssl_context=trusting) as client:
        client.plain_login("an", PASSWORD)
        folders = {name: flags for flags, _, name in client.list_folders()}
        assert b"\\Sent" in folders["Đã gửi"]
        client.create_folder("Công việc & khác")
        assert client.folder_exists("Công việc & khác")
        for number in range(3):
            client.append("Công việc & khác", message(number), flags=[b"\\Flagged"])
        assert client.select_folder("Công việc & khác")[b"EXISTS"] == 3
        assert client.search(["SUBJECT", "báo cáo 1"], "UTF-8") == [2]
        found = client.fetch([1, 2, 3], ["ENVELOPE", "BODYSTRUCTURE", "FLAGS", "RFC822.SIZE", "INTERNALDATE"])
        assert found[2][b"RFC822.SIZE"] == len(message(1))
        assert found[2][b"ENVELOPE"].message_id == b"<1@x.example>"
        client.add_flags([1], [b"\\Answered", b"viec"])
        assert set(client.get_flags([1])[1]) >= {b"\\Answered", b"viec"}
        client.move([1], "Thùng rác")
        client.copy([2], "INBOX")
        assert client.folder_status("Thùng rác", ["MESSAGES", "UIDNEXT"]) == {b"MESSAGES": 1, b"UIDNEXT": 2}
        client.idle()
        with_other = world.login("an")
        with_other.append(message(9), "C&APQ-ng vi&Hsc-c &- kh&AOE-c")
        assert (3, b"EXISTS") in client.idle_check(timeout=10)
        client.idle_done()
        client.rename_folder("Công việc & khác", "Cũ")
        client.delete_folder("Cũ")
        client.id_({"name": "test"})


def test_aioimaplib_idles(world: World, trusting: ssl.SSLContext) -> None:
    async def converse() -> None:
        client = aioimaplib.IMAP4_SSL("127.0.0.1", world.ports["imaps"], ssl_context=trusting)
        await client.wait_hello_from_server()
        assert (await client.login("an", PASSWORD)).result == "OK"
        assert (await client.select("INBOX")).result == "OK"
        waiting = await client.idle_start(timeout=20)
        await asyncio.to_thread(lambda: world.login("an").append(message(1)))
        pushed = await client.wait_server_push(timeout=10)
        assert b"1 EXISTS" in pushed
        client.idle_done()
        await asyncio.wait_for(waiting, 10)
        answer = await client.uid("fetch", "1:*", "(FLAGS RFC822)")
        assert message(1) in [bytes(line) for line in answer.lines]
        await client.logout()

    asyncio.run(converse())


def test_curl(world: World, tmp_path: Path) -> None:
    file = tmp_path / "letter"
    file.write_bytes(message(1))

    def curl(path: str, *options: str) -> bytes:
        url = f"imaps://127.0.0.1:{world.ports['imaps']}/{path}"
        command = ["curl", "-sS", "-k", "--max-time", "20", "-u", f"an:{PASSWORD}", url, *options]
        return subprocess.run(command, check=True, capture_output=True, timeout=30).stdout

    curl("INBOX", "-T", str(file))
    assert curl("INBOX;UID=1") == message(1)
    assert b"SEARCH 1" in curl("INBOX?SUBJECT%20cao")
    assert b"LIST" in curl("", "-X", 'LIST "" *')


@pytest.mark.skipif(shutil.which("mbsync") is None, reason="mbsync is not installed")
def test_mbsync_both_ways(world: World, tmp_path: Path) -> None:
    client = world.login("an")
    for number in range(5):
        client.append(message(number))
    (tmp_path / "mail").mkdir()
    config = tmp_path / "mbsyncrc"
    config.write_text(
        f"""
IMAPAccount office
Host 127.0.0.1
Port {world.ports["imap"]}
User an
Pass "{PASSWORD}"
SSLType None
AuthMechs LOGIN

IMAPStore far
Account office

MaildirStore near
Path {tmp_path}/mail/
Inbox {tmp_path}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Both
Expunge Both
SyncState *
"""
    )

    def sync() -> None:
        subprocess.run(
            ["mbsync", "-c", str(config), "all"],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )

    sync()
    files = sorted((tmp_path / "mail/INBOX/new").iterdir()) + sorted((tmp_path / "mail/INBOX/cur").iterdir())
    assert len(files) == 5
    (tmp_path / "mail/INBOX/new/written-here").write_bytes(message(77).replace(b"\r\n", b"\n"))
    files[0].rename(tmp_path / "mail/INBOX/cur" / (files[0].name.partition(":")[0] + ":2,FST"))
    sync()
    assert client.ok("STATUS INBOX (MESSAGES)") == [b"* STATUS INBOX (MESSAGES 5)"]
    client.ok("SELECT INBOX")
    assert client.ok("UID SEARCH HEADER Message-ID 77@x.example") == [b"* SEARCH 6"]


@pytest.mark.skipif(shutil.which("neomutt") is None, reason="neomutt is not installed")
def test_neomutt_reads_and_saves(world: World, tmp_path: Path) -> None:
    client = world.login("an")
    client.append(message(1))
    client.ok("CREATE Luu")
    rc = tmp_path / "muttrc"
    rc.write_text(
        f"""
set imap_user = "an"
set imap_pass = "{PASSWORD}"
set ssl_starttls = no
set ssl_force_tls = no
set imap_authenticators = "login"
set folder = "imap://127.0.0.1:{world.ports["imap"]}/"
set spoolfile = "+INBOX"
set header_cache = ""
set confirmappend = no
set delete = yes
set quit = yes
set beep = no
set wait_key = no
push "<save-message>=Luu<enter><quit>"
"""
    )
    environ = {"TERM": "xterm", "LANG": "C.UTF-8", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = ["script", "-qec", f"neomutt -F {rc} -n", "/dev/null"]
    subprocess.run(command, timeout=30, capture_output=True, stdin=subprocess.DEVNULL, env=environ)
    assert client.ok("STATUS Luu (MESSAGES)") == [b'* STATUS "Luu" (MESSAGES 1)']
    assert client.ok("STATUS INBOX (MESSAGES)") == [b"* STATUS INBOX (MESSAGES 0)"]
