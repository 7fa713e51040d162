"""interimap keeps two accounts the same with QRESYNC, MULTIAPPEND and UIDPLUS, and objects to any odd response."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from world import Client, World

from mailsvc.store import accounts

pytestmark = [
    pytest.mark.client,
    pytest.mark.skipif(shutil.which("interimap") is None, reason="interimap is not installed"),
]
PASSWORD = "mat-khau-1"
"""interimap takes ASCII only."""
SIDE = """
[{side}]
type = imap
host = 127.0.0.1
port = {port}
username = {username}
password = {password}
STARTTLS = no
auth = LOGIN
"""
FOLDER = "V&AQM-n b&HqM-n &- kh&AOE-c"


class Pair:
    """The accounts an and binh, and interimap between them."""

    def __init__(self, world: World, folder: Path) -> None:
        self.folder = folder
        self.clients = []
        rows = []
        for account, (side, username) in enumerate((("local", "an"), ("remote", "binh")), 1):
            world.write(accounts.set_password, account, world._hasher.derive_now(PASSWORD))
            client = world.connect()
            client.line()
            client.ok(f"LOGIN {username} {PASSWORD}")
            self.clients.append(client)
            rows.append(SIDE.format(side=side, port=world.ports["imap"], username=username, password=PASSWORD))
        (folder / "config").write_text("database = pair.db\n" + "".join(rows), "utf-8")
        (folder / "interimap").mkdir()

    def sync(self) -> str:
        """What it had to say."""
        environ = {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder), "PATH": "/usr/bin:/bin"}
        command = ["interimap", f"--config={self.folder / 'config'}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environ)
        assert done.returncode == 0, done.stderr
        assert "WARNING" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def picture(self, client: Client) -> dict[str, list[bytes]]:
        """What lies in the mailboxes, with its flags; numbers differ on the two sides."""
        found = {}
        for name in ("INBOX", FOLDER):
            client.ok(f'SELECT "{name}"')
            lines = client.ok("FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])") if client.ok("SEARCH ALL") else []
            found[name] = sorted(line.partition(b" FETCH ")[2].replace(b"\\Recent", b"") for line in lines)
        return found


@pytest.fixture
def pair(world: World, tmp_path: Path) -> Pair:
    return Pair(world, tmp_path)


def test_two_accounts_become_the_same_and_stay_so(pair: Pair) -> None:
    an, binh = pair.clients
    an.ok(f'CREATE "{FOLDER}"')
    an.ok(f'SUBSCRIBE "{FOLDER}"')
    for number in range(3):
        an.append(b"Subject: a%d\r\n\r\nx\r\n" % number)
        an.append(b"Subject: f%d\r\n\r\nx\r\n" % number, FOLDER, "(\\Seen)")
    binh.append(b"Subject: b\r\n\r\nx\r\n")
    pair.sync()
    pair.sync()  # only now it knows the mod-sequences of what it appended itself
    assert pair.picture(an) == pair.picture(binh)
    assert len(pair.picture(binh)["INBOX"]) == 4
    binh.ok("SELECT INBOX")
    binh.ok("STORE 1 +FLAGS (\\Flagged)")
    an.ok(f'SELECT "{FOLDER}"')
    an.ok("STORE 2 +FLAGS (\\Deleted)")
    an.ok("EXPUNGE")
    pair.sync()
    assert pair.picture(an) == pair.picture(binh)
    assert len(pair.picture(binh)[FOLDER]) == 2
    again = pair.sync()
    assert not [line for line in again.splitlines() if "Added" in line or "Updated flags" in line]
