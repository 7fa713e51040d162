"""A name server on a loopback port, answering from a table."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import dns.zone

from mailsvc.net.dns import DnsSettings, Resolver

ZONE = """
$ORIGIN example.
@           60 IN SOA ns admin 1 60 60 60 60
so          60 IN MX 20 mx2.so
so          60 IN MX 10 MX1.so
mx1.so      60 IN A 192.0.2.1
mx1.so      60 IN AAAA 2001:db8::1
mx2.so      60 IN A 192.0.2.2
bare        60 IN A 192.0.2.3
nomail      60 IN MX 0 .
only-txt    60 IN TXT "v=spf1 " "-all"
only-txt    60 IN TXT "other"
xn--th-e0a  60 IN A 192.0.2.4
alias       60 IN CNAME bare
"""


class Answerer(asyncio.DatagramProtocol):
    """One datagram in, one out; names under `silent` get none, under `broken` SERVFAIL."""

    def __init__(self) -> None:
        self.zone = dns.zone.from_text(ZONE, origin="example.", relativize=False, check_origin=False)
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text()
        self.asked.append(name)
        if name.startswith("silent"):
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if name.startswith("broken"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        else:
            self.fill(answer, question)
        self.transport.sendto(answer.to_wire(), addr)  # type: ignore[attr-defined]

    def fill(self, answer: dns.message.Message, question: dns.rrset.RRset) -> None:
        alias = self.zone.get_rrset(question.name, "CNAME")
        target = alias[0].target if alias else question.name  # type: ignore[attr-defined]
        found = self.zone.get_rrset(target, question.rdtype)
        answer.answer = [each for each in (alias, found) if each]
        if not self.zone.get_node(question.name):
            answer.set_rcode(dns.rcode.NXDOMAIN)


@asynccontextmanager
async def name_server(timeout_s: float = 10.0) -> AsyncIterator[tuple[Resolver, Answerer]]:
    """A resolver that asks the table, and the table."""
    loop = asyncio.get_running_loop()
    transport, answerer = await loop.create_datagram_endpoint(Answerer, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    try:
        yield Resolver(DnsSettings(("127.0.0.1",), port, timeout_s=timeout_s, lifetime_s=2 * timeout_s)), answerer
    finally:
        transport.close()
