"""Whether the zones of the office's domains say what they must: each record right, missing, other, or not known.

Bounded in time and all at once: a name server that does not answer leaves "unknown", never an error.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailsvc.core.settings import Settings
from mailsvc.mail import discovery
from mailsvc.mail.discovery import Record
from mailsvc.net.dns import DnsSettings, Resolver
from mailsvc.net.errors import DnsUnavailable, NoSuchName, NullMx

SECONDS = 2.0
KEPT_MS = 600_000
"""How long an answer is shown without asking again: zones change seldom, and a page is not to wait for them."""

Kind = Literal["MX", "SPF", "DKIM", "DMARC"]
State = Literal["right", "missing", "other", "several", "unknown"]
_TAG = re.compile(r"\s*([a-z]+)\s*=\s*(.*?)\s*(?:;|$)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """A record that is wanted, and what the zone says in its place: `found` as text, one for each record there."""

    domain: str
    kind: Kind
    state: State
    wanted: Record
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found at that moment."""

    findings: tuple[Finding, ...] = ()
    at_ms: int = 0


class Kept:
    """The last answer of one running service."""

    def __init__(self) -> None:
        self._asked: tuple[Settings, str] | None = None
        self._answer = Answer()

    async def get(self, settings: Settings, dkim: str, now_ms: int) -> Answer:
        """The answer to what is wanted now, of the last minutes or asked for anew."""
        fresh = 0 <= now_ms - self._answer.at_ms < KEPT_MS
        if not fresh or self._asked != (settings, dkim):
            self._answer = Answer(tuple(await check(settings, dkim)), now_ms)
            self._asked = settings, dkim
        return self._answer

    def forget(self) -> None:
        """Next time it is asked for anew."""
        self._asked = None


async def check(settings: Settings, dkim: str, seconds: float = SECONDS) -> list[Finding]:
    """All findings within so many seconds. `dkim` is the value of the DKIM record, '' when letters are not signed."""
    wanted = [
        (domain, kind, record)
        for domain in settings.organisation.domains
        for record in discovery.records(settings, dkim)
        if (kind := _kind(domain, record)) is not None
    ]
    try:
        resolver = _resolver(settings, seconds)
    except DnsUnavailable:
        return [Finding(domain, kind, "unknown", record) for domain, kind, record in wanted]
    return list(await asyncio.gather(*(_find(resolver, *one, seconds) for one in wanted)))


def _resolver(settings: Settings, seconds: float) -> Resolver:
    host, _, port = settings.queue.dns_server.rpartition(":")
    servers = (host.strip("[]"),) if host else ()
    return Resolver(DnsSettings(servers, int(port) if host and port.isdecimal() else 53, seconds, seconds))


def _kind(domain: str, record: Record) -> Kind | None:
    """Which of the four it is; None for the others and for other domains."""
    if record.name == domain:
        return "MX" if record.type == "MX" else "SPF" if record.type == "TXT" else None
    if record.type != "TXT":
        return None
    if record.name == f"_dmarc.{domain}":
        return "DMARC"
    return "DKIM" if record.name.endswith(f"._domainkey.{domain}") else None


async def _find(resolver: Resolver, domain: str, kind: Kind, wanted: Record, seconds: float) -> Finding:
    try:
        async with asyncio.timeout(seconds):
            if kind == "MX":
                return await _mx(resolver, domain, wanted)
            texts = [one.decode("utf-8", "replace") for one in await resolver.txt(wanted.name)]
    except (TimeoutError, DnsUnavailable):
        return Finding(domain, kind, "unknown", wanted)
    return judge(domain, kind, wanted, texts)


async def _mx(resolver: Resolver, domain: str, wanted: Record) -> Finding:
    own = wanted.value.partition(" ")[2].rstrip(".").lower()
    try:
        hosts = await resolver.mx(domain)
    except NoSuchName:
        return Finding(domain, "MX", "missing", wanted)
    except NullMx:
        return Finding(domain, "MX", "other", wanted, ("0 .",))
    found = tuple(f"{preference} {host}" for preference, host in hosts)
    if own in (host for _, host in hosts):
        return Finding(domain, "MX", "right", wanted, found)
    if hosts == [(0, domain)]:  # RFC 5321 §5.1: without MX the domain itself, if it has an address
        return Finding(domain, "MX", "missing", wanted)
    return Finding(domain, "MX", "other", wanted, found)


def judge(domain: str, kind: Kind, wanted: Record, texts: Sequence[str]) -> Finding:
    """What the TXT records at that name come to."""
    mark = {"SPF": "v=spf1", "DKIM": "", "DMARC": "v=DMARC1"}[kind].lower()
    found = tuple(one for one in texts if one.strip().lower().startswith(mark))
    if not found:
        return Finding(domain, kind, "missing", wanted)
    if len(found) > 1:
        return Finding(domain, kind, "several", wanted, found)  # RFC 7208 §4.5, RFC 7489 §6.6.3: then none counts
    fits = {"SPF": _spf_fits, "DKIM": _dkim_fits, "DMARC": _dmarc_fits}[kind]
    return Finding(domain, kind, "right" if fits(found[0], wanted.value) else "other", wanted, found)


def _spf_fits(found: str, wanted: str) -> bool:
    """The MX hosts may send, and the others may not (RFC 7208 §5)."""
    words = [one.lower() for one in found.split()]
    return any(one in ("mx", "+mx") for one in words) and words[-1] in ("-all", "~all")


def _dkim_fits(found: str, wanted: str) -> bool:
    """The key in the zone is the one that letters are signed with (RFC 6376 §3.6.1)."""
    return _key(found) == _key(wanted) != ""


def _key(record: str) -> str:
    return "".join(dict(_TAG.findall(record)).get("p", "").split())


def _dmarc_fits(found: str, wanted: str) -> bool:
    """It has a policy (RFC 7489 §6.3)."""
    return dict(_TAG.findall(found)).get("p", "").lower() in ("none", "quarantine", "reject")
