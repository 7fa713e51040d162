"""How mail programs find this office: the ways in that they are told of, and the DNS records that lead there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailsvc.core.settings import Settings
from mailsvc.mail.addresses import is_local, split


@dataclass(frozen=True, slots=True)
class Way:
    """One way in. `protocol` is imap or smtp; `tls` tells encryption from the first octet from STARTTLS."""

    protocol: str
    host: str
    port: int
    tls: bool

    @property
    def service(self) -> str:
        """The name in SRV records (RFC 6186 §3.2 and §3.3, RFC 8314 §5.1)."""
        if self.protocol == "imap":
            return "_imaps" if self.tls else "_imap"
        return "_submissions" if self.tls else "_submission"


@dataclass(frozen=True, slots=True)
class Record:
    """One DNS record to be published; `note` is for the people who do it."""

    name: str
    type: str
    value: str
    note: str = ""


def ways(settings: Settings) -> list[Way]:
    """What is told, best first: TLS from the first octet before STARTTLS (RFC 8314 §3)."""
    public = settings.setup
    host = public.host or settings.organisation.host
    every = [
        Way("imap", host, public.imaps, True),
        Way("imap", host, public.imap, False),
        Way("smtp", host, public.submissions, True),
        Way("smtp", host, public.submission, False),
    ]
    return [way for way in every if way.port]


def is_ours(settings: Settings, address: str) -> bool:
    """Whether the address is in a domain of the office; whether anybody has it is nobody's business here."""
    return bool(split(address)[0]) and "@" in address and is_local(address, settings.organisation.domains)


def records(settings: Settings, dkim: str) -> list[Record]:
    """All records of all domains. `dkim` is the value of the DKIM record, '' when letters are not signed."""
    return [record for domain in settings.organisation.domains for record in _of_domain(settings, domain, dkim)]


def _of_domain(settings: Settings, domain: str, dkim: str) -> Iterator[Record]:
    host = settings.setup.host or settings.organisation.host
    yield Record(domain, "MX", f"10 {settings.organisation.host}.", "nơi nhận thư")
    yield Record(domain, "TXT", "v=spf1 mx ~all", "SPF: thêm máy khác nếu có, sau đó đổi thành -all")
    if dkim:
        yield Record(f"{settings.dkim.selector}._domainkey.{domain}", "TXT", dkim, "DKIM: khóa công khai")
    policy = f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    yield Record(f"_dmarc.{domain}", "TXT", policy, "DMARC: xem báo cáo vài tuần rồi đổi p=quarantine, p=reject")
    for way in ways(settings):
        rank = "0 1" if way.tls else "10 1"
        yield Record(f"{way.service}._tcp.{domain}", "SRV", f"{rank} {way.port} {way.host}.", "phần mềm thư tự tìm máy")
    for service in ("_pop3", "_pop3s"):  # RFC 6186 §3.4: a service that there is not
        yield Record(f"{service}._tcp.{domain}", "SRV", "0 0 0 .", "không có POP3")
    yield Record(f"_autodiscover._tcp.{domain}", "SRV", f"0 1 443 {host}.", "Outlook tự cài đặt")
    for name, program in (("autoconfig", "Thunderbird"), ("autodiscover", "Outlook")):
        yield Record(f"{name}.{domain}", "CNAME", f"{host}.", f"{program} tự cài đặt")
