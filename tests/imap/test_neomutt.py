"""neomutt at work: it flags, deletes, moves, answers from its cache with CONDSTORE and QRESYNC, and makes folders."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from world import PASSWORD, Client, World

pytestmark = [
    pytest.mark.client,
    pytest.mark.skipif(shutil.which("neomutt") is None, reason="neomutt is not installed"),
]


class Mutt:
    """Each run is one session of a person at the keyboard: `keys` are what is typed."""

    def __init__(self, world: World, folder: Path, settings: str) -> None:
        self.folder = folder
        (folder / "cache").mkdir()
        self.rc = folder / "muttrc"
        self.rc.write_text(
            f"""
set imap_user = "an"
set imap_pass = "{PASSWORD}"
set ssl_starttls = no
set ssl_force_tls = no
set imap_authenticators = "login"
set folder = "imap://127.0.0.1:{world.ports["imap"]}/"
set spoolfile = "+INBOX"
set header_cache = "{folder}/cache"
set sort = mailbox-order
set confirmappend = no
set confirmcreate = no
set delete = yes
set quit = yes
set beep = no
set wait_key = no
set mark_old = no
{settings}
""",
            "utf-8",
        )

    def type(self, keys: str) -> None:
        environ = {"TERM": "xterm", "LANG": "C.UTF-8", "HOME": str(self.folder), "PATH": "/usr/bin:/bin"}
        words = self.folder / "keys"
        words.write_text(f'source {self.rc}\npush "{keys}"\n', "utf-8")
        command = ["script", "-qec", f"neomutt -F {words} -n", "/dev/null"]
        subprocess.run(command, timeout=40, capture_output=True, stdin=subprocess.DEVNULL, env=environ)


CACHING = ["", "set imap_condstore = yes", "set imap_condstore = yes\nset imap_qresync = yes"]


@pytest.fixture(params=CACHING, ids=["plain", "condstore", "qresync"])
def mutt(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Mutt:
    return Mutt(world, tmp_path, request.param)


@pytest.fixture
def an(world: World) -> Client:
    client = world.login("an")
    for number in range(1, 6):
        client.append(b"From: a@x.example\r\nSubject: thu %d\r\nMessage-ID: <%d@x>\r\n\r\nx\r\n" % (number, number))
    client.ok("CREATE Luu")
    return client


def flags(client: Client, mailbox: str = "INBOX") -> dict[str, set[str]]:
    """Subject to flags."""
    client.ok(f"EXAMINE {mailbox}")
    found = {}
    for line in client.ok("FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])"):
        if b" FETCH " in line:
            words = line.decode()
            found[words.partition("Subject: ")[2].split("\r\n")[0]] = set(words.split("(")[2].split(")")[0].split())
    client.ok("UNSELECT")
    return {subject: {one for one in words if one != "\\Recent"} for subject, words in found.items()}


def test_flags_deletes_and_saves(mutt: Mutt, an: Client) -> None:
    mutt.type("1<enter><flag-message>2<enter><delete-message>3<enter><save-message>=Luu<enter><sync-mailbox><quit>")
    inbox = flags(an)
    assert set(inbox) == {"thu 1", "thu 4", "thu 5"}
    assert "\\Flagged" in inbox["thu 1"]
    assert set(flags(an, "Luu")) == {"thu 3"}


def test_what_happened_meanwhile_is_seen_with_the_cache(mutt: Mutt, an: Client) -> None:
    mutt.type("<quit>")  # fills the cache
    an.ok("SELECT INBOX")
    an.ok("STORE 2 +FLAGS.SILENT (\\Deleted)")
    an.ok("EXPUNGE")
    an.ok("STORE 1 +FLAGS.SILENT (\\Flagged \\Seen)")
    an.append(b"From: a@x.example\r\nSubject: thu 6\r\nMessage-ID: <6@x>\r\n\r\nx\r\n")
    an.ok("UNSELECT")
    # What it does now shows what it believes: 1 is flagged, 2 is the letter that was 3, the last is the new one.
    mutt.type("1<enter><flag-message>2<enter><flag-message><last-entry><flag-message><sync-mailbox><quit>")
    inbox = flags(an)
    assert set(inbox) == {"thu 1", "thu 3", "thu 4", "thu 5", "thu 6"}
    flagged = {subject for subject, words in inbox.items() if "\\Flagged" in words}
    assert flagged == {"thu 3", "thu 6"}
    assert "\\Seen" in inbox["thu 1"]


def test_a_folder_with_marks_is_made_and_used(mutt: Mutt, an: Client) -> None:
    mutt.type("1<enter><copy-message>=Việc<enter><change-folder>=Việc<enter><flag-message><quit>")
    assert "\\Flagged" in flags(an, "Vi&Hsc-c")["thu 1"]
    assert len(flags(an)) == 5
