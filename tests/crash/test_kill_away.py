"""SIGKILL while letters come in for somebody who is away: each acknowledged one is answered exactly once."""

from __future__ import annotations

import json
import smtplib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from mailsvc.core import settings
from mailsvc.core.clock import SystemClock, office_date
from mailsvc.opening import close_office, open_office
from mailsvc.store import queue
from tests.crash.test_kill_sending import token_of
from tests.live import DemoUser, Live

SENDERS = 8
KILL_AFTER = 40  # acknowledged letters; answers to the world are fewer than are given in a day


def be_away(live: Live, user: DemoUser) -> None:
    today = office_date(SystemClock().now_ms())
    with httpx.Client(base_url=live.url, timeout=30) as client:
        page = client.get("/dang-nhap")
        data = {"ma": token_of(page), "ten": user.username, "mat_khau": user.password, "tiep": "/"}
        assert client.post("/dang-nhap", data=data).status_code == 303
        days = {"tu_ngay": today.isoformat(), "den_ngay": (today + timedelta(days=3)).isoformat()}
        form = {
            "ma": token_of(client.get("/cai-dat/vang-mat")),
            "bat": "1",
            "chu": "Tôi đi vắng.",
            "ai": "tat-ca",
            **days,
        }
        assert client.post("/cai-dat/vang-mat", data=form).status_code == 303


def send_until_killed(live: Live, to: str) -> list[str]:
    """Letters, each of a sender of its own, until the service is gone; the senders that got a 250."""
    acknowledged: list[str] = []
    enough, telling = threading.Event(), threading.Lock()

    def send(number: int) -> None:
        for count in range(1000):
            sender = f"s{number}-{count}@crash.test"
            text = f"From: {sender}\r\nTo: {to}\r\nSubject: c\r\nMessage-ID: <{sender}>\r\n\r\n" + "x" * 70 + "\r\n"
            try:
                with smtplib.SMTP(live.host, live.port("mx"), timeout=10) as client:
                    client.sendmail(sender, [to], text)
                    with telling:
                        acknowledged.append(sender)
                        if len(acknowledged) >= KILL_AFTER:
                            enough.set()
                    client.quit()
            except (OSError, smtplib.SMTPException):
                if enough.is_set():
                    return

    with ThreadPoolExecutor(SENDERS) as pool:
        running = [pool.submit(send, number) for number in range(SENDERS)]
        assert enough.wait(60), live.log[-2000:]
        live.kill()
        for one in running:
            one.result(30)
    return acknowledged


@pytest.mark.crash
def test_every_acknowledged_letter_is_answered_exactly_once(own_live: Live) -> None:
    live = own_live.start()
    user = live.user("chuyen_vien")
    be_away(live, user)
    acknowledged = send_until_killed(live, user.address)
    live.start()
    assert live.stop() == 0
    office = open_office(settings.load(environ={}, data=str(live.data)))
    answered = Counter(row.recipient for row in office.db.read_now(queue.listing, None))
    close_office(office)
    assert [one for one in acknowledged if answered[one] != 1] == []
    assert max(answered.values()) == 1
    checked = live.cli("verify", "--deep", "--json")
    assert json.loads(checked.stdout)["findings"] == [], checked.stdout
