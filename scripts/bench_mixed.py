"""A mixed load: clients that log in, list, look at counts, open, fetch, flag, expunge, append and log out.

The same for every server: `--port`, twenty clients over twenty accounts, commands per second. Uses the rig's client.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(Path(os.environ.get("MAILSVC_SHARED", ROOT.parent / "shared")) / "rig"))

from peerlib import Imap  # type: ignore[import-not-found]  # noqa: E402

LETTER = b"From: a@example.test\r\nSubject: no. %d\r\nMessage-ID: <%d.%d@bench>\r\n\r\n" + b"Noi dung thu.\r\n" * 100
PROCESSES = 2


class Worker:
    """One client on one account. `commands` counts what was answered."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self.port, self.user, self.password = port, user, password
        self.commands = 0
        self.chance = random.Random(user)

    def run(self, end: float) -> None:
        while time.monotonic() < end:
            self._session(end)

    def _session(self, end: float) -> None:
        client = Imap("127.0.0.1", self.port)
        client.login(self.user, self.password)
        self._do(client, 'LIST "" "*"')
        self._do(client, "STATUS INBOX (MESSAGES UNSEEN UIDNEXT)")
        count = client.select()
        self.commands += 2
        for _ in range(5):
            if time.monotonic() > end:
                break
            count = self._round(client, count)
        self._do(client, "LOGOUT")
        client.close()

    def _round(self, client: Any, count: int) -> int:
        """Append, fetch, flag, and keep the mailbox at some thirty messages."""
        number = self.chance.randrange(1 << 40)
        client.append("INBOX", [LETTER % (number, number, os.getpid())])
        count += 1
        self.commands += 1
        self._do(client, "NOOP")
        self._do(client, "FETCH 1:* (UID FLAGS)")
        self._do(client, f"FETCH {max(1, count - 9)}:* (ENVELOPE INTERNALDATE RFC822.SIZE)")
        one = self.chance.randint(1, count)
        self._do(client, f"FETCH {one} (BODY.PEEK[])")
        self._do(client, f"STORE {one} +FLAGS (\\Seen)")
        if count > 30:
            self._do(client, "STORE 1:5 +FLAGS.SILENT (\\Deleted)")
            self._do(client, "EXPUNGE")
            count -= 5
        return count

    def _do(self, client: Any, command: str) -> None:
        client.cmd(command, False)
        self.commands += 1


def _process(port: int, users: list[str], password: str, seconds: float, results: Any) -> None:
    workers = [Worker(port, user, password) for user in users]
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=one.run, args=(end,)) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(sum(one.commands for one in workers))


def measure(port: int, users: list[str], password: str, seconds: float) -> float:
    """Commands per second of one run."""
    results: Any = multiprocessing.Queue()
    began = time.monotonic()
    processes = [
        multiprocessing.Process(target=_process, args=(port, users[n::PROCESSES], password, seconds, results))
        for n in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    commands = sum(results.get() for _ in processes)
    for process in processes:
        process.join()
    return commands / (time.monotonic() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--label", default="")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--password", default="rigpassword1")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--secs", type=float, default=5)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    users = [f"test{n}@example.test" for n in range(1, options.clients + 1)]
    measure(options.port, users, options.password, 1)  # warm-up
    rates = [measure(options.port, users, options.password, options.secs) for _ in range(options.runs)]
    print(json.dumps({"label": options.label, "per_s": round(statistics.median(rates), 1), "all": rates}))


if __name__ == "__main__":
    main()
