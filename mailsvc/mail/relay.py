"""The client's side of SMTP: one conversation with one server, letter after letter. RFC 5321 §3, RFC 5321 §4"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailsvc.mail.reply import Reply, for_now, read_reply, said
from mailsvc.mail.wire import Outgoing
from mailsvc.net.connection import Connection
from mailsvc.net.errors import Disconnected, NetError, TlsFailed

# Seconds for each answer. RFC 5321 §4.5.3.2
GREETING = 300.0
COMMAND = 300.0
DATA = 120.0
BLOCK = 180.0
FINAL = 600.0
GOODBYE = 2.0
TLS = 60.0

# What all of it may take, for servers that use up each of the limits above only to hold us.
OPENING = 900.0
LETTER = 1800.0
SLOWEST = 4000
"""Octets per second, which a large letter has on top of LETTER."""

RECIPIENTS = 100
"""What every server takes in one transaction. RFC 5321 §4.5.3.1.8"""

NO_EIGHT_BIT = said(554, "5.6.3", "The next server takes no 8-bit text (8BITMIME), which this message has")
NO_UTF8_ADDRESS = said(553, "5.6.7", "The next server takes no addresses in other letters than ASCII (SMTPUTF8)")
NO_UTF8_HEADER = said(554, "5.6.9", "The next server takes no header in other letters than ASCII (SMTPUTF8)")
TOO_SLOW = said(451, "4.4.2", "The server is too slow")
BAD_ADDRESS = said(553, "5.1.3", "The address has control characters")
_TOO_MANY = {(452, "4.5.3"), (552, "5.5.3"), (452, "4.0.0")}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")
_NOT_UNITEXT = re.compile(r"[\x00-\x20+=\\\x7f]")
_NOT_QCHAR = re.compile(r"[^!-*,-<>-\[\]-~]")


class Trouble(Exception):
    """The whole conversation came to nothing; `reply` says why, as it will stand in the queue and in reports."""

    def __init__(self, reply: Reply, host: str = "") -> None:
        super().__init__(reply.text)
        self.reply = reply
        self.host = host


@dataclass(frozen=True, slots=True)
class Terms:
    """How we speak: `name` is ours. `tls` None: never encrypt. `required`: nothing is said without TLS.

    `may_be_us`: a server of our own name is welcome (a smarthost on the same machine); otherwise it means a loop.
    """

    name: str
    may_be_us: bool = False
    tls: ssl.SSLContext | None = None
    required: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """A recipient. `notify` and `orcpt` ('rfc822;a@b', decoded) are of RFC 3461 §4."""

    address: str
    notify: str = ""
    orcpt: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """The envelope of one letter; `smtputf8` when it was submitted as such."""

    sender: str
    targets: tuple[Target, ...]
    smtputf8: bool = False
    ret: str = ""
    envid: str = ""


class Conversation:
    """A greeted server, ready for letters.

    `usable` turns False when the connection is not fit for another one; `begun` says whether octets of the last
    letter went out, so that the server may have it whatever we heard.
    """

    def __init__(self, connection: Connection, host: str) -> None:
        self.host = host
        self.offers: dict[str, str] = {}
        self.usable = True
        self.begun = False
        self._connection = connection
        self._extended = False

    # ---- beginning ------------------------------------------------------------------------------------------
    async def open(self, terms: Terms) -> None:
        """Greeting, EHLO, TLS, login. Raises Trouble; and TlsFailed, when the server failed at encrypting."""
        try:
            async with asyncio.timeout(OPENING):
                await self._greeted(terms)
                await self._hello(terms.name)
                await self._encrypt(terms)
                if terms.user:
                    await self._log_in(terms)
        except TimeoutError as error:
            self.abort()
            raise Trouble(TOO_SLOW, self.host) from error
        except TlsFailed:
            self.abort()
            raise
        except NetError as error:
            self.abort()
            raise Trouble(_lost(error), self.host) from error
        except Trouble:
            await self.quit()
            raise
        except BaseException:
            self.abort()
            raise

    @property
    def takes_reports(self) -> bool:
        """Whether the server takes over the duty of reporting. RFC 3461 §5.2"""
        return "DSN" in self.offers

    @property
    def takes_eight_bit(self) -> bool:
        return "8BITMIME" in self.offers

    async def _greeted(self, terms: Terms) -> None:
        reply = await read_reply(self._connection, GREETING)
        if reply.code != 220:
            raise Trouble(reply, self.host)
        name = reply.lines[0].partition(" ")[0].lower()
        if name == terms.name.lower() and not terms.may_be_us:  # RFC 5321 §5.1: the way leads back to us
            raise Trouble(said(554, "5.4.6", f"Mail loops back to {terms.name}"), self.host)

    async def _hello(self, name: str) -> None:
        reply = await self._ask(f"EHLO {name}", COMMAND)
        self._extended = reply.ok
        self.offers = {}
        if reply.permanent:  # RFC 5321 §3.2
            reply = await self._ask(f"HELO {name}", COMMAND)
        elif reply.ok:
            pairs = (line.partition(" ") for line in reply.lines[1:])
            self.offers = {word.upper(): rest.strip() for word, _, rest in pairs}
        if not reply.ok:
            raise Trouble(reply, self.host)

    async def _encrypt(self, terms: Terms) -> None:
        """RFC 3207 §4"""
        if self._connection.tls is not None or terms.tls is None:
            return
        if "STARTTLS" not in self.offers:
            if terms.required:
                raise Trouble(said(454, "4.7.4", "The server offers no TLS, which we require"), self.host)
            return
        reply = await self._ask("STARTTLS", COMMAND)
        if not reply.ok:
            if terms.required:
                raise Trouble(for_now(reply), self.host)
            return
        try:
            await self._connection.start_tls(terms.tls, server_side=False, server_hostname=self.host, within=TLS)
        except NetError as error:  # some close without a word when they cannot
            raise TlsFailed(str(error)) from error
        await self._hello(terms.name)  # what was said before counts for nothing: RFC 3207 §4.2

    async def _log_in(self, terms: Terms) -> None:
        """RFC 4954 §4. Only over TLS; a refusal is a mistake of our settings, so that mail waits and is not lost."""
        if self._connection.tls is None:
            raise Trouble(said(454, "4.7.4", "No login to the smarthost without TLS"), self.host)
        offered = self.offers.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            token = _base64(f"\0{terms.user}\0{terms.password}")
            reply = await self._ask(f"AUTH PLAIN {token}", COMMAND)
        elif "LOGIN" in offered:
            reply = await self._ask("AUTH LOGIN", COMMAND)
            for word in (terms.user, terms.password):
                if reply.code == 334:
                    reply = await self._ask(_base64(word), COMMAND)
        else:
            reply = said(454, "4.7.0", "The smarthost offers no AUTH mechanism that we know")
        if not reply.ok:
            raise Trouble(for_now(reply), self.host)

    # ---- a letter -------------------------------------------------------------------------------------------
    async def send(self, mail: Mail, letter: Outgoing) -> list[Reply]:
        """Hand the letter over; a reply for each target, in order. Never raises for what the server does.

        A target that the server had too many of gets a reply for which `too_many` is true. When the connection
        breaks, those without a refusal of their own may be tried again.
        """
        self.begun = False
        flaw = self._unfit(mail, letter)
        if flaw is not None:
            return [flaw] * len(mail.targets)
        replies: list[Reply | None] = [None] * len(mail.targets)
        try:
            async with asyncio.timeout(LETTER + letter.size / SLOWEST):
                rest = await self._transaction(mail, letter, replies)
        except TimeoutError:
            self.abort()
            rest = TOO_SLOW
        except NetError as error:
            self.abort()
            rest = _lost(error)
        except BaseException:
            self.abort()
            raise
        return [rest if one is None else one for one in replies]

    async def _transaction(self, mail: Mail, letter: Outgoing, replies: list[Reply | None]) -> Reply:
        """Fill in the targets that are refused; the reply for the rest."""
        reply = await self._envelope(mail, letter, replies)
        if not reply.ok or all(one is not None for one in replies):
            await self._reset()
            return reply
        reply = await self._ask("DATA", DATA)
        if reply.code != 354:
            await self._reset()
            return reply if not reply.ok else said(451, "4.5.0", "Unexpected reply to DATA")
        try:
            await self._octets(letter)
        except Disconnected:
            # A server that refuses in the middle says why before it closes.
            reply = await read_reply(self._connection, GOODBYE)
            self.usable = False
            return reply if not reply.ok else said(451, "4.4.2", "Connection lost during the message")
        return self._noted(await read_reply(self._connection, FINAL))

    async def _envelope(self, mail: Mail, letter: Outgoing, replies: list[Reply | None]) -> Reply:
        """MAIL and RCPT; the reply to MAIL. RFC 2920 §3.1: sent in one go where that is offered."""
        lines = [self._mail_line(mail, letter)]
        places = []
        for place, target in enumerate(mail.targets):
            address = self._address(target.address)
            line = self._rcpt_line(target, address) if address is not None else ""
            if not line or _CONTROLS.search(line):
                replies[place] = BAD_ADDRESS if line else NO_UTF8_ADDRESS
                continue
            places.append(place)
            lines.append(line)
        if not places:
            return said(250, "2.0.0", "")
        answers = await self._all(lines)
        if answers[0].ok:
            for place, answer in zip(places, answers[1:], strict=True):
                replies[place] = None if answer.ok else answer
        return answers[0]

    async def _all(self, lines: Sequence[str]) -> list[Reply]:
        """Say all lines; a reply for each. Without PIPELINING one after the other, up to a MAIL that fails.

        A server that takes leave (421) has answered the rest with it.
        """
        answers: list[Reply] = []
        if "PIPELINING" in self.offers:
            self._connection.write("".join(f"{line}\r\n" for line in lines).encode())
            await self._connection.drain()
            while len(answers) < len(lines) and self.usable:
                answers.append(self._noted(await read_reply(self._connection, COMMAND)))
        else:
            for line in lines:
                answers.append(await self._ask(line, COMMAND))
                if not (self.usable and answers[0].ok):
                    break
        return answers + answers[-1:] * (len(lines) - len(answers))

    async def _octets(self, letter: Outgoing) -> None:
        self.begun = True
        self._connection.write_timeout = BLOCK
        for piece in letter.octets():
            self._connection.write(piece)
            await self._connection.drain()

    def _unfit(self, mail: Mail, letter: Outgoing) -> Reply | None:
        """Why this server cannot take this letter at all."""
        if letter.utf8_header and mail.smtputf8 and "SMTPUTF8" not in self.offers:
            return NO_UTF8_HEADER  # RFC 6531 §3.5
        if self._address(mail.sender) is None:
            return NO_UTF8_ADDRESS
        if _CONTROLS.search(mail.sender + mail.ret):
            return BAD_ADDRESS
        if letter.eight_bit and not self.takes_eight_bit:
            return NO_EIGHT_BIT  # RFC 6152 §3
        limit = self.offers.get("SIZE", "")
        if limit.isdecimal() and 0 < int(limit) < letter.size:  # RFC 1870 §6.1
            return said(552, "5.3.4", f"The message has {letter.size} octets, the next server takes {int(limit)}")
        return None

    def _mail_line(self, mail: Mail, letter: Outgoing) -> str:
        words = [f"MAIL FROM:<{self._address(mail.sender)}>"]
        if "SIZE" in self.offers:
            words.append(f"SIZE={letter.size}")
        if letter.eight_bit:
            words.append("BODY=8BITMIME")
        if "SMTPUTF8" in self.offers and self._needs_utf8(mail, letter):
            words.append("SMTPUTF8")
        if self.takes_reports:
            words += [f"RET={mail.ret}"] if mail.ret else []
            words += [f"ENVID={xtext(mail.envid)}"] if mail.envid else []
        return " ".join(words)

    def _rcpt_line(self, target: Target, address: str) -> str:
        words = [f"RCPT TO:<{address}>"]
        if self.takes_reports:
            words += [f"NOTIFY={target.notify}"] if target.notify else []
            words += [f"ORCPT={self._orcpt(target.orcpt)}"] if target.orcpt else []
        return " ".join(words)

    def _needs_utf8(self, mail: Mail, letter: Outgoing) -> bool:
        plain = mail.sender.isascii() and all(one.address.isascii() for one in mail.targets)
        return not plain or (mail.smtputf8 and letter.utf8_header)

    def _address(self, address: str) -> str | None:
        """The address as this server takes it; a domain may be written in ASCII. None: not at all. RFC 6531 §3.2"""
        if address.isascii() or "SMTPUTF8" in self.offers:
            return address
        local, _, domain = address.rpartition("@")
        try:
            return f"{local}@{domain.encode('idna').decode()}" if local.isascii() else None
        except UnicodeError:
            return None

    def _orcpt(self, orcpt: str) -> str:
        kind, _, address = orcpt.partition(";")
        if kind.lower() != "utf-8":
            return f"{kind};{xtext(address)}"
        # RFC 6533 §3: utf-8-addr-unitext where SMTPUTF8 is offered, utf-8-addr-xtext elsewhere
        odd = _NOT_UNITEXT if "SMTPUTF8" in self.offers else _NOT_QCHAR
        return f"{kind};" + odd.sub(lambda found: f"\\x{{{ord(found[0]):X}}}", address)

    # ---- single steps ---------------------------------------------------------------------------------------
    async def _ask(self, line: str, within: float) -> Reply:
        self._connection.write(f"{line}\r\n".encode())
        await self._connection.drain()
        return self._noted(await read_reply(self._connection, within))

    def _noted(self, reply: Reply) -> Reply:
        if reply.code == 421:  # RFC 5321 §3.8: the server closes
            self.usable = False
        return reply

    async def _reset(self) -> None:
        """After a transaction that ended early."""
        if self.usable and not (await self._ask("RSET", COMMAND)).ok:
            self.usable = False

    async def quit(self, *, hurry: bool = False) -> None:
        """Take leave, whatever comes of it; in a hurry without waiting for an answer."""
        if self.usable and hurry:
            self._connection.write(b"QUIT\r\n")
        elif self.usable:
            with contextlib.suppress(NetError):
                await self._ask("QUIT", GOODBYE)
        self.usable = False
        self._connection.close(within=1.0)

    def abort(self) -> None:
        """Drop the connection."""
        self.usable = False
        self._connection.abort()

    @property
    def ready(self) -> bool:
        """Whether another letter may be begun."""
        return self.usable and not self._connection.gone


def too_many(reply: Reply) -> bool:
    """Whether the server only had enough recipients for one transaction. RFC 5321 §4.5.3.1.10"""
    return (reply.code, reply.enhanced) in _TOO_MANY


def xtext(text: str) -> str:
    """RFC 3461 §4"""
    return _NOT_XTEXT.sub(lambda found: "".join(f"+{octet:02X}" for octet in found[0].encode()), text)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _lost(error: NetError) -> Reply:
    return said(451, "4.4.2", f"Connection lost: {error}")
