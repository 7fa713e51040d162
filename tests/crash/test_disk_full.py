"""A disk without room: 452, nothing half-written, and mail goes on by itself once there is room again."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import DemoUser, Live

DISK_MB = 48


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    if os.getuid() != 0:
        pytest.skip("only root may mount a tmpfs")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def send(live: Live, user: DemoUser, name: str, lines: int) -> int:
    """Send a letter of some 72 bytes a line; the reply code to its end."""
    text = f"From: a@x.test\r\nTo: {user.address}\r\nMessage-ID: <{name}@x.test>\r\nSubject: {name}\r\n\r\n"
    text += ("y" * 70 + "\r\n") * lines
    with smtplib.SMTP(live.host, live.port("mx"), timeout=20) as client:
        client.ehlo("x.test")
        client.mail("a@x.test")
        client.rcpt(user.address)
        return client.data(text)[0]


@pytest.mark.crash
@pytest.mark.parametrize("lines", [300, 15_000], ids=["in the database", "as a blob"])
def test_a_full_disk_refuses_and_recovers(small_disk: Path, lines: int) -> None:
    live = Live(small_disk / "data").start()
    try:
        user = live.user("chuyen_vien")
        ballast = small_disk / "ballast"
        free = os.statvfs(small_disk)
        ballast.write_bytes(b"\0" * (free.f_bavail * free.f_frsize - 3_000_000))
        codes = [send(live, user, f"m{number}", lines) for number in range(200 if lines < 1000 else 12)]
        assert set(codes) == {250, 452}
        assert codes[-1] == 452
        ballast.unlink()
        assert send(live, user, "after", lines) == 250
        assert live.stop() == 0
        checked = live.cli("verify", "--deep", "--json")
        assert json.loads(checked.stdout)["findings"] == [], checked.stdout
        listed = json.loads(live.cli("mailbox", "list", user.username, "--json").stdout)
        inbox = next(row for row in listed if row["name"] == "INBOX")
        assert inbox["messages"] == codes.count(250) + 1
    finally:
        if live.process is not None:
            live.kill()
