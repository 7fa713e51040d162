"""The address a request comes from, seen through trusted proxies only."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.requests import Request


def peer_of(request: Request, trusted: Collection[str]) -> str:
    """The client's IP address, '' when there is none.

    Walks X-Forwarded-For from its end, as long as the speaker is a trusted proxy; the first who is not is the client.
    """
    peer = request.client.host if request.client else ""
    claimed = [one.strip() for one in ",".join(request.headers.getlist("x-forwarded-for")).split(",") if one.strip()]
    while claimed and is_trusted(peer, trusted):
        before = claimed.pop()
        if not _is_address(before):
            break
        peer = before
    return peer


def is_trusted(peer: str, trusted: Collection[str]) -> bool:
    """Whether the address is one of these, or lies in one of these networks ('10.0.0.0/8')."""
    if not trusted or not _is_address(peer):
        return False
    address = ipaddress.ip_address(peer)
    return any(address in ipaddress.ip_network(one) for one in trusted)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
