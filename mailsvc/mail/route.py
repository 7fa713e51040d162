"""The way to a domain: its MX hosts in order, or the smarthost; and the first of them that will talk. RFC 5321 §5"""

from __future__ import annotations

import ipaddress
import logging
import secrets
import ssl
from dataclasses import replace
from itertools import groupby

from mailsvc.core.settings import Settings
from mailsvc.mail.relay import Conversation, Terms, Trouble
from mailsvc.mail.reply import for_now, said
from mailsvc.net import dial
from mailsvc.net.connection import Connection
from mailsvc.net.dial import DialRules
from mailsvc.net.dns import DnsSettings, Resolver
from mailsvc.net.errors import DialRefused, DnsUnavailable, NetError, NoSuchName, NullMx, TlsFailed
from mailsvc.net.tls import opportunistic_context, verifying_context

log = logging.getLogger(__name__)

DIAL_SECONDS = 30.0
ADDRESSES = 10
"""Addresses tried in all, over all hosts of a domain."""


class Router:
    """Opens conversations as the settings say: with the servers of each domain, or with the smarthost for all."""

    def __init__(self, settings: Settings) -> None:
        self._queue = settings.queue
        self._own = settings.organisation.host.lower()
        self._resolver: Resolver | None = None
        self._any_tls = opportunistic_context()
        self._checked_tls: ssl.SSLContext | None = None

    @property
    def to_smarthost(self) -> bool:
        """Whether all mail takes one way, so that recipients of different domains travel together."""
        return bool(self._queue.smarthost)

    async def open(self, domain: str) -> Conversation:
        """A server for the domain, greeted and ready. Raises Trouble."""
        return await (self._smarthost() if self.to_smarthost else self._by_mx(domain))

    # ---- each domain's own servers --------------------------------------------------------------------------
    async def _by_mx(self, domain: str) -> Conversation:
        troubles: list[Trouble] = []
        terms = Terms(self._own, tls=self._any_tls)
        left = ADDRESSES
        for host in await self._hosts(domain):
            try:
                addresses = await self._addresses(host)
            except Trouble as trouble:
                troubles.append(trouble)
                continue
            for address in addresses[:left]:
                left -= 1
                try:
                    return await self._talk(host, address, terms)
                except Trouble as trouble:
                    log.info("%s [%s]: %s", host, address, trouble)
                    troubles.append(trouble)
        # One that may work later is reason enough to wait; of several the most preferred speaks.
        raise next((one for one in troubles if not one.reply.permanent), troubles[0])

    async def _talk(self, host: str, address: str, terms: Terms) -> Conversation:
        try:
            conversation = await self._dialled(host, address)
            try:
                await conversation.open(terms)
            except TlsFailed as error:
                # Nobody vouches for the other side anyway; without encryption is better than not at all.
                log.info("%s [%s]: TLS failed (%s), going on without", host, address, error)
                conversation = await self._dialled(host, address)
                await conversation.open(replace(terms, tls=None))
        except TlsFailed as error:
            raise Trouble(said(451, "4.4.2", f"Connection lost: {error}"), host) from error
        return conversation

    async def _dialled(self, host: str, address: str) -> Conversation:
        rules = DialRules(allow_private=self._queue.allow_private)
        try:
            connection = await dial.connect(address, self._queue.smtp_port, DIAL_SECONDS, rules=rules)
        except DialRefused as error:
            reply = said(550, "5.4.4", f"{host} [{address}] lies in a private network, where mail is not sent to")
            raise Trouble(reply, host) from error
        except NetError as error:
            raise Trouble(said(451, "4.4.1", f"{host}: {error}"), host) from error
        return Conversation(connection, host)

    async def _hosts(self, domain: str) -> list[str]:
        """The hosts in the order to be tried: by preference, those of equal preference shuffled. RFC 5321 §5.1"""
        if domain.startswith("["):
            return [_literal(domain)]
        try:
            found = await self._dns().mx(domain)
        except NullMx as error:
            raise Trouble(said(556, "5.1.10", f"{domain} takes no mail (null MX)")) from error  # RFC 7505 §4.1
        except NoSuchName as error:
            raise Trouble(said(550, "5.1.2", f"The domain {domain} does not exist or has no mail server")) from error
        except DnsUnavailable as error:
            raise Trouble(said(451, "4.4.3", f"The name server gives no answer for {domain}")) from error
        ours = [preference for preference, host in found if host == self._own]
        nearer = [pair for pair in found if not ours or pair[0] < ours[0]]
        if not nearer:
            raise Trouble(said(554, "5.4.6", f"The mail server of {domain} is this one, which does not know it"))
        hosts: list[str] = []
        for _, group in groupby(nearer, key=lambda pair: pair[0]):
            equal = [host for _, host in group]
            secrets.SystemRandom().shuffle(equal)
            hosts += equal
        return hosts

    async def _addresses(self, host: str) -> list[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        try:
            return await self._dns().addresses(host)
        except NoSuchName as error:
            raise Trouble(said(550, "5.4.4", f"The mail server {host} has no address"), host) from error
        except DnsUnavailable as error:
            raise Trouble(said(451, "4.4.3", f"The name server gives no answer for {host}"), host) from error

    def _dns(self) -> Resolver:
        if self._resolver is None:
            server, port = _host_and_port(self._queue.dns_server, 53)
            self._resolver = Resolver(DnsSettings((server,), port) if server else None)
        return self._resolver

    # ---- the smarthost --------------------------------------------------------------------------------------
    async def _smarthost(self) -> Conversation:
        queue = self._queue
        implicit = queue.smarthost_tls == "tls"
        host, port = _host_and_port(queue.smarthost, 465 if implicit else 587)
        encrypted = queue.smarthost_tls != "none"
        terms = Terms(
            self._own,
            may_be_us=True,
            tls=self._verifying() if encrypted else None,
            required=encrypted,
            user=queue.smarthost_user,
            password=queue.smarthost_password,
        )
        try:
            connection = await self._to_smarthost(host, port, implicit)
            conversation = Conversation(connection, host)
            await conversation.open(terms)
        except NetError as error:
            kind = "4.7.5" if isinstance(error, TlsFailed) else "4.4.1"
            raise Trouble(said(451, kind, f"Smarthost {host}: {error}"), host) from error
        except Trouble as trouble:
            # Before any letter was named, it is about the way to the smarthost: mail waits until that is mended.
            raise Trouble(for_now(trouble.reply), host) from trouble
        return conversation

    async def _to_smarthost(self, host: str, port: int, implicit: bool) -> Connection:
        rules = DialRules(allow_private=True)
        return await dial.connect(host, port, DIAL_SECONDS, self._verifying() if implicit else None, rules=rules)

    def _verifying(self) -> ssl.SSLContext:
        if self._checked_tls is None:
            self._checked_tls = verifying_context()
        return self._checked_tls


def _literal(domain: str) -> str:
    """The address in `[192.0.2.1]` or `[IPv6:…]`. Raises Trouble. RFC 5321 §4.1.3"""
    text = domain.strip("[]")
    text = text[5:] if text.lower().startswith("ipv6:") else text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise Trouble(said(550, "5.1.2", f"{domain} is not an address")) from error


def _host_and_port(text: str, port: int) -> tuple[str, int]:
    """'host', 'host:port', '[v6]:port'; ('', port) for nothing."""
    host, colon, number = text.rpartition(":")
    if not colon or not number.isdecimal() or (":" in host and not host.startswith("[")):
        return text.strip("[]"), port
    return host.strip("[]"), int(number)
