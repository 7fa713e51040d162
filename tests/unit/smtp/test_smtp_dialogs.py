"""The conversations of tests/dialogs/smtp-*.txt, held with a real listener.

# text          a comment; the first ones say which RFC the dialog shows
door: lmtp      mx, submission (STARTTLS), submissions (TLS from the first octet) or lmtp
C: text         the client sends the line; \\r \\n \\0 and \\xNN are octets
C> text         the same without CRLF at its end
S: text         the server says this line; * stands for anything
TLS             the client begins its handshake
CLOSED          the server has closed the connection, having said nothing more
"""

from __future__ import annotations

import asyncio
import fnmatch
import re
from pathlib import Path

import pytest
from door import Client, Door, with_door

from mailsvc.net.tls import opportunistic_context
from mailsvc.smtp import profiles

DIALOGS = sorted((Path(__file__).parents[2] / "dialogs").glob("smtp-*.txt"))
DOORS = {
    "mx": (profiles.MX, False),
    "submission": (profiles.SUBMISSION, False),
    "submissions": (profiles.SUBMISSION, True),
    "lmtp": (profiles.LMTP, False),
}
_ESCAPE = re.compile(r"\\(r|n|0|x[0-9a-f]{2})")
_OCTETS = {"r": "\r", "n": "\n", "0": "\0"}


def octets(text: str) -> bytes:
    parts = _ESCAPE.split(text)
    result = b""
    for at, part in enumerate(parts):
        if at % 2 == 0:
            result += part.encode()
        else:
            result += _OCTETS[part].encode() if part in _OCTETS else bytes([int(part[1:], 16)])
    return result


async def hold(client: Client, lines: list[str]) -> None:
    for number, line in enumerate(lines, 1):
        kind, text = line[:3], line[3:]
        if kind in ("C: ", "C:"):
            client.send(octets(text) + b"\r\n")
        elif kind == "C> ":
            client.send(octets(text))
        elif kind in ("S: ", "S:"):
            said = (await client.reader.readline()).decode("ascii").removesuffix("\r\n")
            pattern = re.sub(r"([\[\]?])", r"[\1]", text)
            assert fnmatch.fnmatchcase(said, pattern), f"line {number}: said {said!r}, expected {text!r}"
        elif line == "TLS":
            await client.writer.start_tls(opportunistic_context())
        elif line == "CLOSED":
            assert await client.closed() == b""
        else:
            assert not line or line.startswith(("#", "door:")), f"line {number}: {line!r}"


@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda path: path.stem)
def test_dialog(dialog: Path, tmp_path: Path) -> None:
    lines = dialog.read_text("utf-8").splitlines()
    name = next(line.removeprefix("door:").strip() for line in lines if line.startswith("door:"))
    profile, implicit_tls = DOORS[name]

    async def script(door: Door) -> None:
        async with asyncio.timeout(20):
            await hold(await door.connect(greet=False), lines)

    with_door(tmp_path, script, profile=profile, implicit_tls=implicit_tls)


def test_every_capability_has_a_dialog() -> None:
    said = "\n".join(path.read_text("utf-8") for path in DIALOGS)
    for capability in profiles.CAPABILITIES:
        assert capability.rfc.partition(" §")[0] in said, capability.keyword
        assert re.search(rf"^S: 250[ -]{capability.keyword}\b", said, re.MULTILINE), capability.keyword
