"""A client that trusts nothing: it reads every response strictly by the grammar of the RFCs and takes it apart."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import Any

from abnf import NARROW, TEXTS, WIDE, check_response
from world import PASSWORD, World

_ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){"\[\]]+')
_LITERAL = re.compile(rb"~?\{(\d+)\}\Z")
_TEXT = re.compile(rb"[^\x00\r\n]+")


class Text(bytes):
    """A quoted string or literal, as against an atom."""


@dataclass(frozen=True)
class Reply:
    """What came before the tagged line, each response taken apart; and the tagged line itself."""

    untagged: list[list[Any]]
    status: bytes
    code: list[Any]
    text: bytes

    def of(self, word: bytes) -> list[list[Any]]:
        """The untagged responses of that kind without their kind: `* 3 EXISTS` gives [3]."""
        found = []
        for one in self.untagged:
            if one[0] == word:
                found.append(one[1:])
            elif len(one) > 1 and one[1] == word and isinstance(one[0], int):
                found.append([one[0], *one[2:]])
        return found

    def codes(self) -> dict[bytes, list[Any]]:
        """The response codes of the untagged OKs, and their arguments."""
        return {one[1][0]: one[1][1:] for one in self.untagged if one[0] == b"OK" and one[1]}

    def fetched(self) -> dict[int, dict[bytes, Any]]:
        """Sequence number to item to value; several responses for one message are joined."""
        found: dict[int, dict[bytes, Any]] = {}
        for number, items in self.of(b"FETCH"):
            assert len(items) % 2 == 0, items
            found.setdefault(number, {}).update(zip(items[::2], items[1::2], strict=True))
        return found


class Speaker:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")
        self.count = 0
        self.utf8 = False
        self.language = False
        self.said_nul = False

    # ---- octets -------------------------------------------------------------------------------------------------
    def send(self, data: bytes | str) -> None:
        octets = data.encode() if isinstance(data, str) else data
        self.said_nul |= b"\0" in octets
        self.socket.sendall(octets)

    def line(self) -> bytes:
        line = self.file.readline()
        if not line:
            raise EOFError
        assert line.endswith(b"\r\n"), line
        return line[:-2]

    def response(self) -> tuple[bytes, list[bytes]]:
        """A response's text with a mark for each literal, and the literals."""
        text, literals = self.line(), []
        whole = text + b"\r\n"
        while match := _LITERAL.search(text):
            literals.append(self.file.read(int(match[1])))
            line = self.line()
            whole += literals[-1] + line + b"\r\n"
            text = text[: match.start()] + b"{}" + line
        if self.said_nul:  # what it gave against the grammar it gets back as it was
            whole = whole.replace(b"\0", b"\x80")
        check_response(whole, WIDE if self.utf8 else TEXTS if self.language else NARROW)
        return text, literals

    # ---- commands -----------------------------------------------------------------------------------------------
    def start(self, command: bytes | str) -> bytes:
        """Send the command; its tag."""
        self.count += 1
        tag = b"A%d" % self.count
        self.send(tag + b" " + (command.encode() if isinstance(command, str) else command) + b"\r\n")
        return tag

    def finish(self, tag: bytes) -> Reply:
        untagged = []
        while True:
            text, literals = self.response()
            if text.startswith(tag + b" "):
                status, code, rest = parse_status(text[len(tag) + 1 :], literals)
                return Reply(untagged, status, code, rest)
            assert text.startswith(b"* "), text
            untagged.append(parse_untagged(text[2:], literals, utf8=self.utf8))

    def do(self, command: bytes | str) -> Reply:
        return self.finish(self.start(command))

    def ok(self, command: bytes | str) -> Reply:
        reply = self.do(command)
        assert reply.status == b"OK", (command, reply)
        return reply

    def no(self, command: bytes | str, code: str = "") -> Reply:
        reply = self.do(command)
        assert reply.status == b"NO", (command, reply)
        if code:
            assert reply.code and reply.code[0] == code.encode(), (command, reply)
        return reply

    def bad(self, command: bytes | str) -> Reply:
        reply = self.do(command)
        assert reply.status == b"BAD", (command, reply)
        return reply

    def wait_literal(self, command: str, *pieces: bytes) -> Reply:
        """A command with synchronizing literals: each piece but the last is announced and awaited."""
        text = command.encode()
        tag = self.start(text)
        for piece in pieces:
            assert self.line().startswith(b"+ "), "a continuation request"
            self.send(piece + b"\r\n")
        return self.finish(tag)

    def append(self, message: bytes, mailbox: str = "INBOX", head: str = "") -> Reply:
        text = f"APPEND {mailbox} {head + ' ' if head else ''}{{{len(message)}+}}\r\n"
        return self.ok(text.encode() + message)

    def enable_rev2(self) -> None:
        self.ok("ENABLE IMAP4rev2")
        self.utf8 = True


def speaker(world: World, username: str = "an") -> Speaker:
    """A client that is logged in."""
    one = newcomer(world)
    one.ok(f'LOGIN {username} "{PASSWORD}"')
    return one


def newcomer(world: World) -> Speaker:
    """A client that has read the greeting."""
    one = Speaker(world.ports["imap"])
    world._clients.append(one.socket)  # type: ignore[arg-type]
    assert one.line().startswith(b"* OK ")
    return one


# ---- the grammar of responses -----------------------------------------------------------------------------------
def parse_status(text: bytes, literals: list[bytes]) -> tuple[bytes, list[Any], bytes]:
    """`OK [CODE arguments] text`."""
    status, _, rest = text.partition(b" ")
    assert status in (b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"), text
    code: list[Any] = []
    if rest.startswith(b"["):
        reader = Reader(rest[1:], literals)
        code = reader.items(b"]")
        rest = reader.text[reader.at :]
        assert rest.startswith(b" "), text
        rest = rest[1:]
    assert _TEXT.fullmatch(rest), text  # RFC 9051 §9 resp-text: text must not be empty
    return status, code, rest


def parse_untagged(text: bytes, literals: list[bytes], *, utf8: bool = False) -> list[Any]:
    if text.split(b" ")[0] in (b"OK", b"NO", b"BAD", b"BYE"):
        status, code, rest = parse_status(text, literals)
        return [status, code, rest]
    reader = Reader(text, literals, utf8=utf8)
    items = reader.items(b"")
    assert reader.at == len(text), text
    return items


class Reader:
    """Reads items with exactly one space between them."""

    def __init__(self, text: bytes, literals: list[bytes], *, utf8: bool = False) -> None:
        self.text = text
        self.literals = literals
        self.utf8 = utf8
        self.at = 0

    def next(self) -> bytes:
        return self.text[self.at : self.at + 1]

    def items(self, end: bytes) -> list[Any]:
        """Up to `end`, which is taken too. Lists may follow each other without a space, as addresses do."""
        found: list[Any] = []
        while True:
            if self.next() == end:
                self.at += len(end)
                return found
            if found and not (self.next() == b"(" and isinstance(found[-1], list)):
                assert self.next() == b" ", (self.text, self.at)
                self.at += 1
            found.append(self.item())

    def item(self) -> Any:
        match self.next():
            case b"(":
                self.at += 1
                return self.items(b")")
            case b'"':
                return self.quoted()
            case b"{" | b"~" if self.text[self.at :].lstrip(b"~").startswith(b"{}"):
                self.at += 3 if self.next() == b"~" else 2
                return Text(self.literals.pop(0))
            case _:
                return self.atom()

    def quoted(self) -> Text:
        match = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"').match(self.text, self.at)
        assert match, (self.text, self.at)
        assert self.utf8 or match[1].isascii(), match[1]
        match[1].decode("utf-8")
        self.at = match.end()
        return Text(re.sub(rb"\\(.)", rb"\1", match[1]))

    def atom(self) -> Any:
        start = self.at
        while True:
            if match := _ATOM.match(self.text, self.at):
                self.at = match.end()
            if self.next() != b"[":
                break
            self.at = self.text.index(b"]", self.at) + 1  # a section; no field name of ours has a bracket
        word = self.text[start : self.at]
        assert word, (self.text, self.at)
        if word == b"NIL":
            return None
        return int(word) if word.isdigit() else word
