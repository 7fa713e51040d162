"""Whose address counts."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from mailsvc.http.peers import peer_of


@pytest.mark.parametrize(
    ("client", "forwarded", "trusted", "peer"),
    [
        ("203.0.113.5", "198.51.100.1", [], "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1", ["127.0.0.1"], "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", ["127.0.0.1"], "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 10.0.0.2", ["127.0.0.1", "10.0.0.2"], "1.1.1.1"),
        ("127.0.0.1", "khong-phai-dia-chi", ["127.0.0.1"], "127.0.0.1"),
        ("127.0.0.1", "", ["127.0.0.1"], "127.0.0.1"),
        ("127.0.0.1", "2001:db8::1", ["127.0.0.1"], "2001:db8::1"),
        ("10.1.2.3", "1.1.1.1, 10.0.0.2", ["10.0.0.0/8"], "1.1.1.1"),
        ("203.0.113.5", "198.51.100.1", ["10.0.0.0/8", "::1"], "203.0.113.5"),
    ],
)
def test_only_trusted_proxies_are_believed(client: str, forwarded: str, trusted: list[str], peer: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = Request({"type": "http", "client": (client, 1), "headers": headers})
    assert peer_of(request, trusted) == peer
