"""SIGKILL while clients change a mailbox: UIDVALIDITY, UIDs and mod-sequences never go back, nothing acknowledged is
lost or doubled, and a client that resynchronises sees what one sees that reads everything.

RFC 9051 §2.3.1.1, RFC 7162 §3.2.5
"""

from __future__ import annotations

import imaplib
import re
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.live import DemoUser, Live

CLIENTS = 6
ROUNDS = (25, 60, 120)  # acknowledged commands after which the service is killed


def connect(live: Live, user: DemoUser) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = imaplib.IMAP4_SSL(live.host, live.port("imaps"), ssl_context=context, timeout=30)
    client.login(user.username, user.password)
    return client


@dataclass
class Known:
    """What a client knows of the mailbox: flags by UID, and the marks that may only rise."""

    uidvalidity: int
    uidnext: int
    modseq: int
    names: dict[int, str]
    flags: dict[int, frozenset[str]]


def number(lines: list[bytes], word: str) -> int:
    (found,) = (int(match[1]) for line in lines if (match := re.search(rb"%s (\d+)" % word.encode(), line)))
    return found


def whole(live: Live, user: DemoUser) -> Known:
    with connect(live, user) as client:
        _, (status,) = client.status("INBOX", "(UIDVALIDITY UIDNEXT HIGHESTMODSEQ)")
        client.select("INBOX", readonly=True)
        _, rows = client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    names, flags = {}, {}
    for head, value in (one for one in rows if isinstance(one, tuple)):
        uid = int(re.search(rb"UID (\d+)", head)[1])  # type: ignore[index]
        names[uid] = value.decode().partition(":")[2].strip()
        flags[uid] = flags_in(head)
    return Known(*(number([status], word) for word in ("UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ")), names, flags)


def flags_in(line: bytes) -> frozenset[str]:
    return frozenset(re.search(rb"FLAGS \(([^)]*)\)", line)[1].decode().split()) - {"\\Recent"}  # type: ignore[index]


def resynchronised(live: Live, user: DemoUser, old: Known) -> dict[int, frozenset[str]]:
    """The flags by UID as a client has them that comes back with what it knew."""
    with connect(live, user) as client:
        client.enable("QRESYNC")
        tag = client._new_tag()  # type: ignore[attr-defined]
        client.send(tag + b" SELECT INBOX (QRESYNC (%d %d))\r\n" % (old.uidvalidity, old.modseq))
        flags = dict(old.flags)
        while not (line := client.readline()).startswith(tag):
            if line.startswith(b"* VANISHED (EARLIER) "):
                for part in line.split()[3].decode().split(","):
                    low, _, high = part.partition(":")
                    for uid in range(int(low), int(high or low) + 1):
                        flags.pop(uid, None)
            elif b" FETCH (" in line:
                flags[int(re.search(rb"UID (\d+)", line)[1])] = flags_in(line)  # type: ignore[index]
        assert b" OK " in line
        client.send(b"bye LOGOUT\r\n")
        return flags


@dataclass
class Busy:
    """Clients that append, flag and expunge until the service is gone. What was acknowledged is noted."""

    live: Live
    user: DemoUser
    round: int
    count: int = 0
    appended: dict[int, str] = field(default_factory=dict)
    expunged: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)
    enough: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, kill_after: int) -> None:
        with ThreadPoolExecutor(CLIENTS) as pool:
            running = [pool.submit(self._work, one, kill_after) for one in range(CLIENTS)]
            assert self.enough.wait(60), self.live.log[-2000:]
            self.live.kill()
            for one in running:
                one.result(60)

    def _work(self, who: int, kill_after: int) -> None:
        try:
            client = connect(self.live, self.user)
            client.select("INBOX")
            for turn in range(10_000):
                self._turn(client, who, turn)
                with self.lock:
                    self.count += 1
                    if self.count >= kill_after:
                        self.enough.set()
        except (OSError, imaplib.IMAP4.abort):
            assert self.enough.is_set()

    def _turn(self, client: imaplib.IMAP4, who: int, turn: int) -> None:
        name = f"r{self.round}-c{who}-{turn}"
        large = b"x" * (90_000 if turn % 5 == 4 else 10)  # some are files
        status, (text,) = client.append("INBOX", "", "", f"Subject: {name}\r\n\r\n".encode() + large)
        assert status == "OK", text
        uid = int(re.search(rb"APPENDUID \d+ (\d+)", text)[1])  # type: ignore[index]
        with self.lock:
            self.appended[uid] = name
        if turn % 3 == 1:
            client.uid("STORE", str(uid), "+FLAGS", "(\\Flagged)")
        if turn % 3 == 2:
            with self.lock:
                self.asked.add(uid)
            client.noop()
            client.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)")
            assert client.uid("EXPUNGE", str(uid))[0] == "OK"
            with self.lock:
                self.expunged.add(uid)


@pytest.mark.crash
def test_marks_only_rise_and_nothing_is_lost(own_live: Live) -> None:
    live = own_live.start()
    user = live.user("chuyen_vien")
    before = whole(live, user)
    for turn, kill_after in enumerate(ROUNDS):
        busy = Busy(live, user, turn)
        busy.run(kill_after)
        live.start()
        after = whole(live, user)
        assert after.uidvalidity == before.uidvalidity
        assert after.uidnext >= max(before.uidnext, max(busy.appended, default=0) + 1)
        assert after.modseq > before.modseq
        new = {uid for uid in after.names if uid >= before.uidnext}
        assert new == after.names.keys() - before.names.keys(), "a UID came back"
        assert {uid for uid in busy.appended if uid not in busy.asked} <= new, "an acknowledged message is gone"
        assert not busy.expunged & new, "an expunged message is back"
        assert all(after.names[uid] == name for uid, name in busy.appended.items() if uid in new)
        assert len({after.names[uid] for uid in new}) == len(new), "a message is there twice"
        assert resynchronised(live, user, before) == after.flags
        before = after
    assert live.stop() == 0


@pytest.mark.crash
def test_what_was_appended_together_is_found_after_a_kill(own_live: Live) -> None:
    """The texts of many messages are made after their acknowledgement."""
    live = own_live.start()
    user = live.user("chuyen_vien")
    messages = [b"Subject: x\r\n\r\nw%dw\r\n" % number for number in range(300)]
    client = connect(live, user)
    tag = client._new_tag()  # type: ignore[attr-defined]
    client.send(tag + b" APPEND INBOX" + b"".join(b" {%d+}\r\n%s" % (len(m), m) for m in messages) + b"\r\n")
    while not (line := client.readline()).startswith(tag):
        pass
    assert b" OK " in line, line
    live.kill()
    client.shutdown()
    live.start()
    with connect(live, user) as client:
        client.select("INBOX")
        assert all(len(client.search(None, "BODY", f"w{n}w")[1][0].split()) == 1 for n in range(0, 300, 7))
    assert live.stop() == 0
