"""DNS questions of a mail server, asked without blocking the loop."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.reversename
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from mailsvc.net.errors import DnsUnavailable, NoSuchName, NullMx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """Which servers to ask; none means the system's own (/etc/resolv.conf)."""

    servers: tuple[str, ...] = ()
    port: int = 53
    timeout_s: float = 5.0
    """For one server's answer."""
    lifetime_s: float = 15.0
    """For the whole question, all servers and repeats."""


class Resolver:
    """Answers come from a small cache while their TTL lasts. One for the process."""

    def __init__(self, settings: DnsSettings | None = None) -> None:
        """Raises DnsUnavailable when no server is given and the system names none."""
        settings = settings or DnsSettings()
        try:
            self._resolver = dns.asyncresolver.Resolver(configure=not settings.servers)
        except dns.resolver.NoResolverConfiguration as error:
            raise DnsUnavailable("no DNS server is configured") from error
        if settings.servers:
            self._resolver.nameservers = list(settings.servers)
        self._resolver.port = settings.port
        self._resolver.timeout = settings.timeout_s
        self._resolver.lifetime = settings.lifetime_s
        self._resolver.cache = dns.resolver.LRUCache(4096)
        self._resolver.search = []

    async def mx(self, domain: str) -> list[tuple[int, str]]:
        """Where mail for the domain goes: (preference, host), best first, hosts without the final dot.

        A domain without MX is its own (RFC 5321 §5.1), at preference 0, if it has an address at all. Raises NullMx
        (RFC 7505), NoSuchName, DnsUnavailable.
        """
        try:
            answer = await self._ask(domain, dns.rdatatype.MX)
        except NoSuchName:
            await self.addresses(domain)
            return [(0, _plain(_name(domain)))]
        found = [(record.preference, _plain(record.exchange)) for record in answer if isinstance(record, MX)]
        if [host for _, host in found] == [""]:
            raise NullMx(f"{domain} takes no mail")
        usable = sorted(pair for pair in found if pair[1])
        if not usable:
            raise NoSuchName(f"{domain} has no usable MX")
        return usable

    async def addresses(self, host: str) -> list[str]:
        """IPv4 addresses, then IPv6 ones. Raises NoSuchName, DnsUnavailable (only when nothing was found)."""
        found: list[str] = []
        trouble: DnsUnavailable | None = None
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            try:
                answer = await self._ask(host, kind)
            except NoSuchName:
                continue
            except DnsUnavailable as error:
                trouble = error
                continue
            found += [record.address for record in answer if isinstance(record, A | AAAA)]
        if found:
            return found
        raise trouble or NoSuchName(f"{host} has no address")

    async def txt(self, name: str) -> list[bytes]:
        """The TXT records, the strings of each joined; [] when there are none. Raises DnsUnavailable."""
        try:
            answer = await self._ask(name, dns.rdatatype.TXT)
        except NoSuchName:
            return []
        return [b"".join(record.strings) for record in answer if isinstance(record, TXT)]

    async def pointers(self, address: str) -> list[str]:
        """The names an address points back to; [] when there are none. Raises DnsUnavailable, ValueError."""
        try:
            answer = await self._ask(dns.reversename.from_address(address).to_text(), dns.rdatatype.PTR)
        except NoSuchName:
            return []
        return [_plain(record.target) for record in answer if isinstance(record, PTR)]

    async def _ask(self, name: str, kind: dns.rdatatype.RdataType) -> dns.resolver.Answer:
        try:
            return await self._resolver.resolve(_name(name), kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
            raise NoSuchName(f"{name} has no {kind.name}") from error
        except (dns.exception.DNSException, OSError) as error:
            log.info("DNS: %s %s: %s", name, kind.name, error)
            raise DnsUnavailable(f"no answer for {name}") from error


def _name(text: str) -> dns.name.Name:
    """The absolute name; Vietnamese and other names in their own letters are encoded (IDNA 2008)."""
    try:
        return dns.name.from_text(text, origin=dns.name.root, idna_codec=dns.name.IDNA_2008_Practical)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise NoSuchName(f"{text!r} is not a domain name") from error


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower().removesuffix(".")
