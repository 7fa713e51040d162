"""SIGKILL in the middle of deliveries and of registering: what was acknowledged is there exactly once."""

from __future__ import annotations

import imaplib
import json
import re
import smtplib
import ssl
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.live import DemoUser, Live

SENDERS = 20
ROUNDS = 3
KILL_AFTER = (15, 60, 120)  # acknowledged letters of the round


class Sending:
    """Twenty senders, each a letter after the other, until the service is gone."""

    def __init__(self, live: Live, recipient: str, round_number: int) -> None:
        self.live, self.recipient, self.round_number = live, recipient, round_number
        self.acknowledged: list[str] = []
        self.enough = threading.Event()
        self._lock = threading.Lock()

    def run(self, kill_after: int) -> list[str]:
        """Send until the kill; the Message-IDs that got a 250."""
        with ThreadPoolExecutor(SENDERS) as pool:
            running = [pool.submit(self._send, number, kill_after) for number in range(SENDERS)]
            assert self.enough.wait(60), self.live.log[-2000:]
            self.live.kill()
            for one in running:
                one.result(30)
        return self.acknowledged

    def _send(self, number: int, kill_after: int) -> None:
        for count in range(10_000):
            name = f"<r{self.round_number}-s{number}-{count}@crash.test>"
            # Some letters are large, so that blobs are written while the service dies.
            body = "x" * 70 + "\r\n"
            text = f"From: a@crash.test\r\nTo: {self.recipient}\r\nSubject: c\r\nMessage-ID: {name}\r\n\r\n"
            text += body * (2000 if count % 5 == 4 else 20)
            try:
                with smtplib.SMTP(self.live.host, self.live.port("mx"), timeout=10) as client:
                    client.sendmail("a@crash.test", [self.recipient], text)
                    with self._lock:
                        self.acknowledged.append(name)
                        if len(self.acknowledged) >= kill_after:
                            self.enough.set()
                    client.quit()
            except (OSError, smtplib.SMTPException):
                if self.enough.is_set():
                    return


def message_ids(live: Live, user: DemoUser) -> list[tuple[int, str]]:
    """(UID, Message-ID) of everything in the user's inbox, in the order the server tells it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with imaplib.IMAP4_SSL(live.host, live.port("imaps"), ssl_context=context) as client:
        client.login(user.username, user.password)
        client.select("INBOX", readonly=True)
        _, found = client.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
    rows = [one for one in found if isinstance(one, tuple)]
    return [
        (int(re.search(rb"UID (\d+)", head).group(1)), value.decode().partition(":")[2].strip())  # type: ignore[union-attr]
        for head, value in rows
    ]


@pytest.mark.crash
def test_every_acknowledged_letter_is_there_exactly_once(own_live: Live) -> None:
    live = own_live.start()
    user = live.user("chuyen_vien")
    acknowledged: list[str] = []
    highest = 0
    for round_number in range(ROUNDS):
        acknowledged += Sending(live, user.address, round_number).run(KILL_AFTER[round_number])
        live.start()
        found = message_ids(live, user)
        counted = Counter(name for _, name in found)
        assert [name for name in acknowledged if counted[name] != 1] == []
        assert all(count == 1 for count in counted.values())
        uids = [uid for uid, _ in found]
        assert uids == sorted(set(uids))
        assert uids[-1] > highest
        highest = uids[-1]
    assert live.stop() == 0
    checked = live.cli("verify", "--deep", "--json")
    assert json.loads(checked.stdout)["findings"] == [], checked.stdout


REGISTERING = Path(__file__).parent / "registering.py"


@pytest.mark.crash
def test_register_numbers_survive_a_kill_without_gap_or_double(tmp_path: Path) -> None:
    data = tmp_path / "data"
    told: list[int] = []
    for kill_after in (10, 40, 90):
        child = subprocess.Popen([sys.executable, str(REGISTERING), str(data)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for line in child.stdout:
            told.append(int(line))
            if len(told) >= kill_after:
                break
        child.kill()
        # What was acknowledged before the kill may still lie in the pipe.
        told += [int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        child.wait(10)
    assert len(told) == len(set(told))
    live = Live(data)
    checked = live.cli("verify", "--json")
    assert json.loads(checked.stdout)["findings"] == [], checked.stdout + checked.stderr
    listed = json.loads(live.cli("register", "list", "--json").stdout)
    numbers = sorted(row["arrival_number"] for row in listed)
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(told) <= set(numbers)
