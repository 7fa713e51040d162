"""Dialling out: the one place from which connections to other machines begin."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mailsvc.net.connection import Connection
from mailsvc.net.errors import DialFailed, DialRefused, NetError

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Resolve = Callable[[str], Awaitable[list[str]]]
"""Addresses of a host, best first; `dns.Resolver.addresses` is one."""


@dataclass(frozen=True, slots=True)
class DialRules:
    """Where we dial from and to."""

    source: str = ""
    """Our own address to dial from; '' lets the system choose. Only targets of its family are dialled then."""
    allow_private: bool = False
    """Whether loopback, private and link-local addresses may be dialled (an office LAN, tests)."""
    addresses: int = 4
    """How many addresses of a host are tried."""


async def connect(
    host: str,
    port: int,
    within: float = 30.0,
    tls: ssl.SSLContext | None = None,
    *,
    rules: DialRules | None = None,
    resolve: Resolve | None = None,
) -> Connection:
    """A connection to the first address of `host` that answers, each tried for `within` seconds.

    `host` is a name or an address. With `tls` the connection is encrypted from the first octet; for STARTTLS call
    `Connection.start_tls(context, server_side=False, server_hostname=host)` after the server's go-ahead. The address
    that was checked is the one dialled, so a name cannot change its mind in between. Raises DialRefused, DialFailed,
    DnsError (from `resolve`), and TlsFailed or ReadTimeout when the encryption fails.
    """
    rules = rules or DialRules()
    allowed = [found for found in await _addresses(host, resolve) if _may_dial(found, rules)]
    if not allowed:
        raise DialRefused(f"{host} has no address that may be dialled")
    troubles: list[str] = []
    for address in allowed[: rules.addresses]:
        try:
            connection = await _dial(address, port, within, tls, host, rules.source)
        except OSError as error:
            troubles.append(f"{address}: {error.strerror or 'timeout'}")
            continue
        return await _encrypted(connection, within) if tls else connection
    raise DialFailed(f"{host}:{port}: " + "; ".join(troubles))


async def _dial(
    address: str, port: int, within: float, tls: ssl.SSLContext | None, host: str, source: str
) -> Connection:
    def made(connection: Connection) -> None:
        if tls is not None:
            connection.begin_tls(tls, server_side=False, server_hostname=host)

    loop = asyncio.get_running_loop()
    local = (source, 0) if source else None
    async with asyncio.timeout(within):
        _, connection = await loop.create_connection(lambda: Connection(made), address, port, local_addr=local)
    return connection


async def _encrypted(connection: Connection, within: float) -> Connection:
    try:
        await connection.handshake(within=within)
    except NetError:
        connection.abort()
        raise
    return connection


async def _addresses(host: str, resolve: Resolve | None) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host.strip("[]")))]
    except ValueError:
        pass
    if resolve is not None:
        return await resolve(host)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise DialFailed(f"{host}: {error.strerror}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _may_dial(address: str, rules: DialRules) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if rules.source and ipaddress.ip_address(rules.source).version != parsed.version:
        return False
    return rules.allow_private or is_public(address)


def is_public(address: str) -> bool:
    """Whether the address is one on the open internet; IPv4 inside IPv6 is judged as IPv4."""
    parsed: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed.sixtofour or _through_nat64(parsed) or parsed
    return parsed.is_global and not (parsed.is_multicast or parsed.is_unspecified or parsed.is_reserved)


def _through_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address behind the well-known translation prefix 64:ff9b::/96."""
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
