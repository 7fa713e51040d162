"""Starting and stopping as scripts/run does it: ready, quick the second time, clean within five seconds, data kept."""

from __future__ import annotations

import contextlib
import imaplib
import os
import smtplib
import socket
import time
import urllib.request

import pytest

from tests.live import OFFSETS, Live


def test_second_start_is_quick_and_keeps_the_accounts(own_live: Live) -> None:
    live = own_live.start()
    users = live.users()
    assert {"daonth", "nganltt"} <= {one.username for one in users}
    assert len(users) == 160
    table = live.log
    for door in ("http", "imap", "imaps", "submission", "submissions", "mx", "lmtp"):
        assert str(live.port(door)) in table
    assert table.count("@sogddt.tayninh.gov.vn") == 3
    assert (live.data / "demo-accounts.csv").stat().st_mode & 0o077 == 0
    assert live.stop() == 0
    begun = time.monotonic()
    live.start()
    assert time.monotonic() - begun < 2 * slowness()
    assert live.users() == users
    for form in (users[0].username, users[0].address, users[0].address.replace("sogddt.", "")):
        with imaplib.IMAP4_SSL(live.host, live.port("imaps")) as client:
            assert client.login(form, users[0].password)[0] == "OK"


def slowness() -> float:
    """How much slower than an idle machine of two cores this one is now."""
    return max(1.0, os.getloadavg()[0] / 2)


def test_stops_within_five_seconds_with_clients_connected(own_live: Live) -> None:
    live = own_live.start()
    user = live.user("chuyen_vien")
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            client = imaplib.IMAP4_SSL(live.host, live.port("imaps"))
            stack.callback(client.shutdown)
            client.login(user.username, user.password)
            client.select("INBOX")
            client.send(b"x IDLE\r\n")
        half = smtplib.SMTP(live.host, live.port("mx"))
        stack.callback(half.close)
        half.ehlo("x.test")
        half.mail("a@x.test")
        half.rcpt(user.address)
        half.docmd("DATA")
        half.send(b"Subject: half\r\n")
        web = socket.create_connection((live.host, live.port("http")))
        stack.callback(web.close)
        web.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        begun = time.monotonic()
        assert live.stop() == 0
        assert time.monotonic() - begun < 5
    for door in OFFSETS:
        with pytest.raises(OSError, match=r"refused|Connection"):
            socket.create_connection((live.host, live.port(door)), timeout=2)


def test_a_second_service_on_the_same_folder_is_refused(own_live: Live) -> None:
    live = own_live.start()
    second = Live(live.data)
    with pytest.raises(AssertionError, match="đang được một mailsvc khác dùng"):
        second.start()
    with urllib.request.urlopen(live.url + "/healthz", timeout=5) as answer:
        assert answer.status == 200


def test_a_taken_port_is_told_and_ends_the_program(own_live: Live) -> None:
    live = own_live.start()
    second = Live(live.data.parent / "other", base_port=live.base_port, demo=False)
    begun = time.monotonic()
    with pytest.raises(AssertionError, match="the service ended"):
        second.start()
        # /healthz answers from the first service, so the second's end is what counts.
        assert second.process is not None
        second.process.wait(20)
        raise AssertionError(f"the service ended with {second.process.returncode}:\n{second.log}")
    assert time.monotonic() - begun < 30
    assert "Có chương trình khác đang dùng cổng này" in second.log
    assert f"port {live.port('http')}" in second.log
