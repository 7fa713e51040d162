"""The stream of news: what it says, whom it says it to, and that it never keeps the door or a database busy."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from mailsvc.http import streams
from mailsvc.http.limits import STOP_SECONDS
from mailsvc.store.engine import READERS
from tests.web.webhouse import Site, token_of

ADDRESS = "daonth@sogddt.tayninh.gov.vn"
LETTER = b"From: a@b.example\r\nSubject: Mot\r\n\r\nx\r\n"
SECONDS = 10.0


@contextmanager
def stream(client: httpx.Client, **headers: str) -> Iterator[Iterator[str]]:
    """The lines of a stream after its first one has come, that is, once it listens."""
    asked = {"accept": "text/event-stream", **headers}
    with client.stream("GET", "/su-kien", headers=asked, timeout=SECONDS) as answer:
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store" and "content-encoding" not in answer.headers
        lines = answer.iter_lines()
        assert next(lines) == "retry: 3000"
        yield lines


def news(lines: Iterator[str]) -> dict[str, Any]:
    for line in lines:
        if line.startswith("data: "):
            found: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return found
    raise AssertionError("the stream ended")


def test_it_names_mailboxes_that_changed_and_nothing_more(site: Site) -> None:
    client = site.signed_in("daonth")
    with stream(client) as lines:
        begun = time.monotonic()
        site.deliver(LETTER, ADDRESS)
        assert news(lines) == {"thu": [site.inbox("daonth")], "het": False}
        assert time.monotonic() - begun < 2
        site.deliver(LETTER, "nganltt@sogddt.tayninh.gov.vn")  # not hers to know
        site.deliver(LETTER)
        assert news(lines)["thu"] == [site.inbox("vanthu")]


def test_who_was_away_is_told_to_look(site: Site) -> None:
    with stream(site.signed_in("daonth"), **{"last-event-id": "1-1"}) as lines:
        assert news(lines) == {"thu": [], "het": True}


def test_it_is_for_people_who_are_signed_in(site: Site) -> None:
    headers = {"accept": "text/event-stream"}
    assert site.client().get("/su-kien", headers=headers).status_code == 303
    client = site.signed_in("daonth")
    assert client.get("/su-kien").status_code == 422  # opened as a page it would never end
    counts = client.get("/su-kien/so").json()
    assert counts["/thu"] == "" and "/viec" in counts
    site.deliver(LETTER, ADDRESS)
    assert client.get("/su-kien/so").json()["/thu"] == "1"


def test_it_ends_with_the_session(site: Site) -> None:
    client = site.signed_in("daonth")
    with stream(client) as lines:
        other = httpx.Client(base_url=site.url, cookies=client.cookies)
        assert other.post("/dang-xuat", data={"ma": token_of(other.get("/thu"))}).status_code == 303
        assert not [line for line in lines if line.startswith("data")]
        other.close()


def test_the_oldest_stream_of_a_session_gives_way(site: Site) -> None:
    client = site.signed_in("daonth")
    with stream(client) as first, _many(client, streams.PER_SESSION):
        assert not [line for line in first if line.startswith("data")]
    assert site.signed_in("locpv").get("/thu").status_code == 200


def test_streams_hold_no_reader_and_the_door_stops_at_once(site: Site) -> None:
    clients = [site.signed_in(name) for name in ("daonth", "locpv", "nganltt")]
    with _many(clients[0], 3), _many(clients[1], 3), _many(clients[2], 3):
        assert READERS < 9
        assert clients[0].get("/thu").status_code == 200
        begun = time.monotonic()
        site.run(site.door.stop())
        assert time.monotonic() - begun < STOP_SECONDS


@contextmanager
def _many(client: httpx.Client, count: int) -> Iterator[None]:
    """That many streams that stay open, each read by a thread of its own."""
    ready, done = threading.Barrier(count + 1), threading.Event()

    def read() -> None:
        with httpx.Client(base_url=client.base_url, cookies=client.cookies) as own, stream(own) as lines:
            ready.wait(SECONDS)
            for _ in lines:
                if done.is_set():
                    return

    threads = [threading.Thread(target=_quietly, args=(read,), daemon=True) for _ in range(count)]
    for one in threads:
        one.start()
    ready.wait(SECONDS)
    try:
        yield
    finally:
        done.set()


def _quietly(read: Any) -> None:
    """The door may cut a stream off when it stops."""
    try:
        read()
    except (httpx.HTTPError, threading.BrokenBarrierError):
        return
