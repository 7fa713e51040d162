"""mbsync keeps a Maildir and the mailboxes the same, whatever happens on both sides in between."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from imapclient import IMAPClient, imap_utf7
from world import PASSWORD, World

pytestmark = [
    pytest.mark.client,
    pytest.mark.skipif(shutil.which("mbsync") is None, reason="mbsync is not installed"),
]
FOLDERS = ("INBOX", "Việc & khác", "Việc & khác/Tháng 1", "Đã gửi")
FLAG_OF = {"F": b"\\Flagged", "R": b"\\Answered", "S": b"\\Seen"}
Picture = dict[str, "Counter[tuple[str, str]]"]  # folder → (subject, flags) → how often


def message(subject: str) -> bytes:
    return f"From: a@x.example\nSubject: {subject}\nMessage-ID: <{subject}@x.example>\n\nKính gửi\n".encode()


class Both:
    """The far side, by IMAP, and the near side, a Maildir."""

    def __init__(self, world: World, folder: Path) -> None:
        self.mail = folder / "mail"
        self.mail.mkdir()
        self.config = folder / "mbsyncrc"
        self.config.write_text(
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
Path {self.mail}/
Inbox {self.mail}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
""",
            "utf-8",
        )
        self.far = IMAPClient("127.0.0.1", world.ports["imap"], ssl=False)
        self.far.plain_login("an", PASSWORD)

    def sync(self) -> None:
        environ = {"HOME": str(self.config.parent), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
        command = ["mbsync", "-c", str(self.config), "all"]
        done = subprocess.run(command, capture_output=True, timeout=60, env=environ)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()

    # ---- the near side ------------------------------------------------------------------------------------------
    def path(self, folder: str) -> Path:
        """mbsync of these days leaves modified UTF-7 as it is."""
        return self.mail / imap_utf7.encode(folder).decode("ascii")

    def make_near(self, folder: str) -> None:
        for part in ("cur", "new", "tmp"):
            (self.path(folder) / part).mkdir(parents=True, exist_ok=True)

    def write_near(self, folder: str, subject: str) -> None:
        (self.path(folder) / "new" / f"1.{subject}.here").write_bytes(message(subject))

    def files(self, folder: str) -> list[Path]:
        return sorted(file for part in ("cur", "new") for file in (self.path(folder) / part).iterdir())

    def find(self, folder: str, subject: str) -> Path:
        (file,) = (one for one in self.files(folder) if f"Subject: {subject}\n".encode() in one.read_bytes())
        return file

    def flag_near(self, file: Path, flags: str) -> None:
        there = file.name.partition(":2,")[2]
        name = file.name.partition(":2,")[0] + ":2," + "".join(sorted(set(there + flags)))
        file.rename(file.parent.parent / "cur" / name)

    def near(self) -> Picture:
        found: Picture = {}
        for cur in sorted(self.mail.rglob("cur")):
            folder = imap_utf7.decode(cur.parent.relative_to(self.mail).as_posix().encode())
            found[folder] = Counter()
            for file in self.files(folder):
                subject = re.search(rb"Subject: (\S+)", file.read_bytes())
                assert subject
                found[folder][subject[1].decode(), file.name.partition(":2,")[2]] += 1
        return found

    # ---- the far side -------------------------------------------------------------------------------------------
    def write_far(self, folder: str, subject: str) -> None:
        self.far.append(folder, message(subject).replace(b"\n", b"\r\n"))

    def uid(self, folder: str, subject: str) -> int:
        self.far.select_folder(folder)
        (uid,) = self.far.search(["HEADER", "Message-ID", f"<{subject}@x.example>"])
        return int(uid)

    def picture(self) -> Picture:
        """The far side."""
        found: Picture = {}
        for flags, _, name in self.far.list_folders():
            if b"\\Noselect" in flags:
                continue
            self.far.select_folder(name, readonly=True)
            found[name] = Counter()
            rows = self.far.fetch(self.far.search(), ["FLAGS", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])
            for row in rows.values():
                letters = "".join(letter for letter, flag in FLAG_OF.items() if flag in row[b"FLAGS"])
                found[name][row[b"BODY[HEADER.FIELDS (SUBJECT)]"].decode().split()[1], letters] += 1
        return found

    def agree(self) -> None:
        """Both sides are the same, and syncing again changes nothing."""
        near, far = self.near(), self.picture()
        assert near == far
        self.sync()
        assert (self.near(), self.picture()) == (near, far)


@pytest.fixture
def both(world: World, tmp_path: Path) -> Both:
    one = Both(world, tmp_path)
    for folder in FOLDERS[1:3]:
        one.far.create_folder(folder)
    for number in range(4):
        for folder in FOLDERS:
            one.write_far(folder, f"m{number}")
    one.sync()
    return one


def test_everything_comes_over(both: Both) -> None:
    both.agree()
    assert both.near()["Việc & khác/Tháng 1"].total() == 4


def test_a_folder_is_made_on_both_sides(both: Both) -> None:
    both.far.create_folder("Mới/Chung")
    both.write_far("Mới/Chung", "far")
    both.make_near("Mới/Chung")
    both.write_near("Mới/Chung", "near")
    both.make_near("Chỉ ở đây")
    both.sync()
    both.agree()
    assert {subject for subject, _ in both.near()["Mới/Chung"]} == {"far", "near"}
    assert both.far.folder_exists("Chỉ ở đây")


def test_flags_change_on_both_sides(both: Both) -> None:
    both.flag_near(both.find("INBOX", "m1"), "FS")
    both.far.add_flags(both.uid("INBOX", "m1"), [b"\\Answered"])
    both.far.add_flags(both.uid("INBOX", "m2"), [b"\\Seen"])
    both.sync()
    both.agree()
    assert ("m1", "FRS") in both.near()["INBOX"]
    assert ("m2", "S") in both.near()["INBOX"]


def test_a_message_is_deleted_here_and_changed_there(both: Both) -> None:
    both.flag_near(both.find("INBOX", "m1"), "T")
    both.far.add_flags(both.uid("INBOX", "m1"), [b"\\Flagged"])
    uid = both.uid("Việc & khác", "m2")
    both.far.delete_messages(uid)
    both.far.expunge([uid])
    both.flag_near(both.find("Việc & khác", "m2"), "F")
    both.find("Đã gửi", "m3").unlink()
    both.sync()
    both.sync()
    both.agree()
    assert not any(subject == "m1" for subject, _ in both.near()["INBOX"])
    assert not any(subject == "m3" for subject, _ in both.picture()["Đã gửi"])


def test_a_message_is_moved_there_and_flagged_here(both: Both) -> None:
    both.far.move(both.uid("INBOX", "m0"), "Việc & khác/Tháng 1")
    both.flag_near(both.find("INBOX", "m0"), "S")
    both.sync()
    both.sync()
    both.agree()
    subjects = [subject for subject, _ in both.picture()["Việc & khác/Tháng 1"].elements()]
    assert sorted(subjects) == ["m0", "m0", "m1", "m2", "m3"]


def test_a_folder_is_renamed_there(both: Both) -> None:
    both.far.rename_folder("Việc & khác/Tháng 1", "Việc & khác/Tháng Một")
    both.sync()
    assert both.near()["Việc & khác/Tháng Một"].total() == 4


@pytest.mark.parametrize("seed", range(2))
def test_many_changes_on_both_sides(both: Both, seed: int) -> None:
    chance = random.Random(seed)
    for turn in range(4):
        for number in range(6):
            folder = chance.choice(FOLDERS)
            files = both.files(folder)
            both.far.select_folder(folder)
            uids = both.far.search()
            match chance.randrange(6):
                case 0:
                    both.write_near(folder, f"n{turn}-{number}")
                case 1:
                    both.write_far(folder, f"f{turn}-{number}")
                case 2 if files:
                    both.flag_near(chance.choice(files), chance.choice("FRST"))
                case 3 if uids:
                    both.far.add_flags(chance.choice(uids), [chance.choice(list(FLAG_OF.values()))])
                case 4 if uids:
                    both.far.delete_messages(chance.choice(uids))
                    both.far.expunge()
                case 5 if uids:
                    both.far.move(chance.choice(uids), chance.choice(FOLDERS))
        both.sync()
    both.sync()
    both.agree()
