"""A reply of another server, or what we say in its place when there was none."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from mailsvc.net.connection import Connection
from mailsvc.net.errors import NetError

LINE_LIMIT = 2048
"""Octets of a reply line; RFC 5321 §4.5.3.1.5 promises 512, some servers say more."""
_LINES = 128
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_TEXT_LIMIT = 900


class BadReply(NetError):
    """What the server sent is not a reply of SMTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`code` 200 to 599; `enhanced` '5.1.1', made from the code when the server gave none; `lines` without both."""

    code: int
    enhanced: str
    lines: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return 200 <= self.code < 300

    @property
    def permanent(self) -> bool:
        return self.code >= 500

    @property
    def text(self) -> str:
        """'550 5.1.1 No such user', on one line."""
        return f"{self.code} {self.enhanced} {' '.join(self.lines)}".strip()[:_TEXT_LIMIT]


def said(code: int, enhanced: str, text: str) -> Reply:
    """What we say ourselves."""
    return Reply(code, enhanced, (text,))


def for_now(reply: Reply) -> Reply:
    """A refusal that concerns our settings and not the letter, as one to be tried again."""
    if not reply.permanent:
        return reply
    return Reply(454, f"4{reply.enhanced[1:]}", (f"{reply.code} {' '.join(reply.lines)}",))


async def read_reply(connection: Connection, within: float) -> Reply:
    """The next reply, all of whose lines must come within that many seconds. Raises NetError (BadReply among them)."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    lines: list[bytes] = []
    while len(lines) < _LINES:
        connection.read_timeout = max(0.0, deadline - loop.time())
        found = _LINE.fullmatch(await connection.read_line(LINE_LIMIT))
        if found is None:
            raise BadReply("the server does not speak SMTP")
        lines.append(found[3] or b"")
        if found[2] != b"-":
            return parsed(int(found[1]), lines)
    raise BadReply("a reply without end")


def parsed(code: int, lines: list[bytes]) -> Reply:
    """The reply of raw lines; the enhanced code is taken off each line. RFC 2034 §4"""
    texts = [_CONTROLS.sub(" ", line.decode("utf-8", "replace")).strip() for line in lines]
    enhanced = _ENHANCED.match(texts[0])
    if enhanced is None or enhanced[1][0] != str(code)[0]:
        return Reply(code, f"{min(code // 100, 5) if code >= 400 else 2}.0.0", tuple(texts))
    return Reply(code, enhanced[1], tuple(_ENHANCED.sub("", text, count=1) for text in texts))
