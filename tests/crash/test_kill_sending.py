"""SIGKILL while letters wait for the seconds of undoing and while they leave: each goes out exactly once."""

from __future__ import annotations

import json
import re
import time
from collections import Counter

import httpx
import pytest

from tests.crash.test_kill import message_ids
from tests.live import DemoUser, Live

ROUNDS = ((20, 0.0), (20, 0.9), (20, 1.1))
"""Letters of a round, and seconds from the last one to the kill: before, while and after they leave."""
PATIENCE = 60.0


def signed_in(live: Live, user: DemoUser) -> tuple[httpx.Client, str]:
    client = httpx.Client(base_url=live.url, timeout=30)
    page = client.get("/dang-nhap")
    data = {"ma": token_of(page), "ten": user.username, "mat_khau": user.password, "tiep": "/"}
    assert client.post("/dang-nhap", data=data).status_code == 303
    token = token_of(client.get("/thu/soan"))
    sending = {"ma": token, "hoan_tac": "1", "tu": user.address}
    assert client.post("/cai-dat/chu-ky", data=sending).status_code == 303
    return client, token


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="ma" value="([0-9a-f]{64})"', page.text)
    assert found is not None, page.text[:500]
    return found[1]


def press(client: httpx.Client, token: str, user: DemoUser, name: str) -> None:
    data = {"ma": token, "tu": user.address, "den": user.address, "chu_de": name, "chu": "x" * 500, "viec": "gui"}
    data["ma_thu"] = f"<{name}@crash.test>"
    answer = client.post("/thu/soan", data=data, files={"tep": ("", b"")}, headers={"Accept": "application/json"})
    assert answer.status_code == 200 and answer.json()["gui"], answer.text[:500]


@pytest.mark.crash
def test_every_letter_that_was_pressed_leaves_exactly_once(own_live: Live) -> None:
    live = own_live.start()
    user = live.user("chuyen_vien")
    pressed: list[str] = []
    for number, (letters, pause) in enumerate(ROUNDS):
        client, token = signed_in(live, user)
        for count in range(letters):
            name = f"r{number}x{count}"
            press(client, token, user, name)
            pressed.append(f"<{name}@crash.test>")
        client.close()
        time.sleep(pause)  # not to wait for anything: it chooses the moment of death
        live.kill()
        live.start()
    end = time.monotonic() + PATIENCE
    found: Counter[str] = Counter()
    while set(pressed) - set(found) and time.monotonic() < end:
        found = Counter(name for _, name in message_ids(live, user))
    assert [name for name in pressed if found[name] != 1] == []
    assert live.stop() == 0
    checked = live.cli("verify", "--deep", "--json")
    assert json.loads(checked.stdout)["findings"] == [], checked.stdout
