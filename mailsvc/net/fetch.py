"""One file from the web, fetched so that nobody is led astray: the address that was judged is the one dialled, each
hop of a redirect is judged anew, and size, time and hops are bounded (RFC 9112 §6, §7)."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from mailsvc.net.connection import Connection
from mailsvc.net.dial import DialRules, Resolve, connect
from mailsvc.net.errors import DialRefused, Disconnected, NetError

_LINE = 8192
_SAFE = "/%:@!$&'()*+,;=~-._"
_FIELDS_SENT = ("User-Agent: mailsvc", "Accept: image/*", "Accept-Encoding: identity", "Connection: close")
_FIELDS = 100
_PORTS = (80, 443)
_REDIRECTS = (301, 302, 303, 307, 308)


class FetchFailed(NetError):
    """The other side gave no such file: wrong status, too large, too slow, not HTTP."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """seconds: for everything together. octets: of the body. hops: redirects that are followed."""

    seconds: float = 10.0
    octets: int = 8 * 1024 * 1024
    hops: int = 3


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    fields: dict[str, str]
    body: bytes


async def fetch(
    url: str, bounds: Bounds | None = None, rules: DialRules | None = None, resolve: Resolve | None = None
) -> bytes:
    """The body of what is at an http(s) address. Sends no cookie, no referrer, nothing of the reader.

    Raises DialRefused for an address that may not be dialled, FetchFailed, or another NetError.
    """
    bounds, rules = bounds or Bounds(), rules or DialRules()
    try:
        async with asyncio.timeout(bounds.seconds):
            return await _follow(url, bounds, rules, resolve)
    except TimeoutError as error:
        raise FetchFailed("too slow") from error
    except (ValueError, UnicodeError) as error:
        raise FetchFailed(f"not understood: {error}") from error


async def _follow(url: str, bounds: Bounds, rules: DialRules, resolve: Resolve | None) -> bytes:
    for _hop in range(bounds.hops + 1):
        target = _judged(url, rules)
        answer = await _ask(target, bounds, rules, resolve)
        if answer.status == 200:
            return answer.body
        if answer.status not in _REDIRECTS or "location" not in answer.fields:
            raise FetchFailed(f"status {answer.status}")
        url = urljoin(url, answer.fields["location"])
    raise FetchFailed("too many redirects")


def _judged(url: str, rules: DialRules) -> SplitResult:
    """The address in its pieces. Raises DialRefused for what is no plain web address."""
    target = urlsplit(url)
    if target.scheme not in ("http", "https") or not target.hostname or "@" in target.netloc:
        raise DialRefused("not an address of the web")
    if target.port not in (None, *_PORTS) and not rules.allow_private:
        raise DialRefused("a port of other services")
    return target


async def _ask(target: SplitResult, bounds: Bounds, rules: DialRules, resolve: Resolve | None) -> _Answer:
    host = (target.hostname or "").encode("idna").decode() if not _is_ascii(target) else target.hostname or ""
    secure = target.scheme == "https"
    port = target.port or (443 if secure else 80)
    tls = ssl.create_default_context() if secure else None
    connection = await connect(host, port, bounds.seconds, tls, rules=rules, resolve=resolve)
    try:
        connection.read_timeout = bounds.seconds
        connection.write(_question(target, host))
        await connection.drain()
        return await _read_answer(connection, bounds.octets)
    finally:
        connection.abort()


def _question(target: SplitResult, host: str) -> bytes:
    path = quote(target.path or "/", safe=_SAFE)
    if target.query:
        path += "?" + quote(target.query, safe=f"{_SAFE}?")
    name = f"[{host}]" if ":" in host else host
    name += "" if target.port is None else f":{target.port}"
    lines = (f"GET {path} HTTP/1.1", f"Host: {name}", *_FIELDS_SENT, "", "")
    return "\r\n".join(lines).encode("ascii")


def _is_ascii(target: SplitResult) -> bool:
    return (target.hostname or "").isascii()


async def _read_answer(connection: Connection, most: int) -> _Answer:
    first = (await connection.read_line(_LINE)).decode("latin-1").split(" ", 2)
    if len(first) < 2 or not first[0].startswith("HTTP/1.") or not first[1].isdigit():
        raise FetchFailed("not HTTP")
    fields: dict[str, str] = {}
    for _count in range(_FIELDS):
        line = (await connection.read_line(_LINE)).decode("latin-1")
        if not line:
            break
        name, _colon, value = line.partition(":")
        fields.setdefault(name.strip().lower(), value.strip())
    else:
        raise FetchFailed("too many header fields")
    status = int(first[1])
    return _Answer(status, fields, await _read_body(connection, fields, most) if status == 200 else b"")


async def _read_body(connection: Connection, fields: dict[str, str], most: int) -> bytes:
    if fields.get("content-encoding", "identity").lower() != "identity":
        raise FetchFailed("packed although not asked for")
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return await _read_chunks(connection, most)
    length = fields.get("content-length", "")
    if length:
        if not length.isdigit() or int(length) > most:
            raise FetchFailed("too large")
        return await connection.read_exact(int(length))
    pieces: list[bytes] = []
    try:
        await connection.read_into(most + 1, pieces.append)
    except Disconnected:
        return b"".join(pieces)
    raise FetchFailed("too large")


async def _read_chunks(connection: Connection, most: int) -> bytes:
    """RFC 9112 §7.1; what follows the last chunk is not waited for."""
    pieces: list[bytes] = []
    total = 0
    while size := int((await connection.read_line(_LINE)).split(b";")[0].strip(), 16):
        total += size
        if size < 0 or total > most:
            raise FetchFailed("too large")
        pieces.append(await connection.read_exact(size))
        await connection.read_line(_LINE)
    return b"".join(pieces)
