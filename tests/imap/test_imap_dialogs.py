"""The conversations of tests/dialogs/imap-*.txt, held with a running door.

# text          a comment; the first ones say which RFC the dialog shows
door: imap      or imaps (TLS from the first octet)
clear: no       logins in clear are refused, as anywhere but on a bench
C: text         the client sends the line; \\r \\n \\0 and \\xNN are octets. C2: the same on a second connection
C> text         the same without CRLF at its end; {+} before such lines stands for the announcement of their octets
S: text         the server says this line; … stands for anything. S2: on the second connection
TLS             the client begins its handshake
CLOSED          the server has closed the connection, having said nothing more
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from world import PASSWORD, Client, World, on_both

from mailsvc.imap.capabilities import CAPABILITIES, Capability
from mailsvc.imap.dispatch import COMMANDS

DIALOGS = sorted((Path(__file__).parents[1] / "dialogs").glob("imap-*.txt"))
_ESCAPE = re.compile(r"\\(r|n|0|x[0-9a-f]{2})")
_OCTETS = {"r": b"\r", "n": b"\n", "0": b"\0"}
_LINE = re.compile(r"([CS])(2?)([:>]) ?(.*)")


def octets(text: str) -> bytes:
    parts = _ESCAPE.split(text)
    return b"".join(
        part.encode() if at % 2 == 0 else _OCTETS.get(part) or bytes([int(part[1:], 16)])
        for at, part in enumerate(parts)
    )


def fits(said: bytes, expected: str) -> bool:
    pattern = b".*".join(re.escape(octets(part)) for part in expected.split("…"))
    return re.fullmatch(pattern, said, re.DOTALL) is not None


class Play:
    """One dialog under way."""

    def __init__(self, world: World, lines: list[str], door: str) -> None:
        self.world = world
        self.lines = lines
        self.door = door
        self.clients: dict[str, Client] = {}

    def client(self, which: str) -> Client:
        if which not in self.clients:
            self.clients[which] = self.world.connect(self.door)
        return self.clients[which]

    def hold(self) -> None:
        for number, line in enumerate(self.lines, 1):
            line = line.replace("PASSWORD", f'"{PASSWORD}"')
            self.step(number, line.replace("{+}", f"{{{self.following(number)}+}}") if line.endswith("{+}") else line)

    def following(self, number: int) -> int:
        """The octets of the lines without CRLF that follow."""
        pieces = itertools.takewhile(lambda line: line.startswith(("C> ", "C2> ")), self.lines[number:])
        return sum(len(octets(line.partition("> ")[2])) for line in pieces)

    def step(self, number: int, line: str) -> None:
        match = _LINE.fullmatch(line)
        if match and match[1] == "C":
            self.client(match[2]).send(octets(match[4]) + (b"\r\n" if match[3] == ":" else b""))
        elif match:
            said = self.client(match[2]).line()
            assert fits(said, match[4]), f"line {number}: said {said.decode()!r}, expected {match[4]!r}"
        elif line == "TLS":
            self.client("").start_tls()
        elif line == "CLOSED":
            assert self.client("").rest() == b""
        else:
            assert not line or line.startswith(("#", "door:", "clear:")), f"line {number}: {line!r}"


@on_both
@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda path: path.stem)
def test_dialog(dialog: Path, world: World) -> None:
    lines = dialog.read_text("utf-8").splitlines()
    heads = dict(line.split(": ", 1) for line in lines if line.startswith(("door: ", "clear: ")))
    if heads.get("clear") == "no":
        world.office.settings.imap.__dict__["clear_login_on_loopback"] = False
    Play(world, lines, heads.get("door", "imap")).hold()


def said_in_dialogs() -> str:
    return "\n".join(path.read_text("utf-8") for path in DIALOGS)


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_has_a_dialog(verb: str) -> None:
    assert re.search(rf"^C2?: \S+ {verb}\b", said_in_dialogs(), re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda one: one.name)
def test_every_capability_has_a_dialog(capability: Capability) -> None:
    text = said_in_dialogs()
    assert f"RFC {capability.rfc}" in text
    assert re.search(rf"^S2?: .*CAPABILITY .*\b{re.escape(capability.name)}(?![\w-]|=\D)", text, re.MULTILINE)
