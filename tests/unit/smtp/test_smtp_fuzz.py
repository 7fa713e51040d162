"""Anything at all sent to a door: well-formed replies, an orderly end, and never an unexpected exception."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from door import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_house import NOON_MS, SmallHouse

from mailsvc.net.tls import ServerTls, self_signed
from mailsvc.smtp import profiles
from mailsvc.smtp.limits import Limits
from mailsvc.smtp.listener import Listener

VERBS = b"EHLO HELO LHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY EXPN HELP AUTH".split()
ARGUMENTS = [
    b"FROM:<a@x.example>", b"FROM:<>", b"TO:<an@so.example>", b"TO:<ai@so.example>", b"x", b"SIZE=9", b"SMTPUTF8",
    b"NOTIFY=NEVER", b"5 LAST", b"0", b"3", b"99999999999", b"PLAIN AGEAYQ==", b"\xff\xfe", b"\0", b"<", b"=", b'"',
]  # fmt: skip
LINE_ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n.\r\n", b"\r\n.\r\n"])
GOOD = [b"EHLO x\r\n", b"MAIL FROM:<a@x.example>\r\n", b"RCPT TO:<an@so.example>\r\n", b"DATA\r\n", b"LHLO x\r\n"]
LINES = st.one_of(
    st.sampled_from(GOOD),
    st.builds(
        lambda verb, arguments, end: b" ".join([verb, *arguments]) + end,
        st.sampled_from(VERBS),
        st.lists(st.sampled_from(ARGUMENTS), max_size=3),
        LINE_ENDS,
    ),
    st.binary(max_size=40),
    st.builds(lambda size: b"a" * size + b"\r\n", st.integers(1000, 30_000)),
)
REPLY = re.compile(rb"[2-5][0-9]{2}[ -][ -~]*")


class Rig:
    """Two doors that stay open for all examples, and a record of what was logged as unexpected."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.house = SmallHouse(folder)
        tls = ServerTls(self_signed(folder / "tls", ["localhost"], NOON_MS))
        limits = Limits(message_size=20_000, spool_memory=500, data_timeout=5, command_timeout=5)
        self.doors = [Listener(profile, self.house, limits=limits, tls=tls) for profile in (profiles.MX, profiles.LMTP)]
        self.failures: list[str] = []

    async def start(self) -> None:
        for door in self.doors:
            await door.start()

    async def exchange(self, door: Listener, chunks: list[bytes]) -> bytes:
        async with asyncio.timeout(10):
            client = Client(*await asyncio.open_connection("127.0.0.1", door.port))
            try:
                for chunk in chunks:
                    client.send(chunk)
                    await asyncio.sleep(0)
                client.writer.write_eof()
            except OSError:  # the door has had enough
                pass
            said = await client.closed()
            client.writer.close()
            return said


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("fuzz"))
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: rig.failures.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    with rig.runner:
        rig.runner.run(rig.start())
        yield rig
        for door in rig.doors:
            rig.runner.run(door.stop(within=1.0))
    logging.getLogger().removeHandler(handler)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, max_size=25), st.booleans())
def test_anything_may_be_sent(rig: Rig, lines: list[bytes], lmtp: bool) -> None:
    rig.failures.clear()
    said = rig.runner.run(rig.exchange(rig.doors[lmtp], lines))
    assert rig.failures == []
    if said:  # nothing: the connection was reset by octets on their way
        replies = said.split(b"\r\n")
        assert replies.pop() == b""
        for reply in replies:
            assert REPLY.fullmatch(reply), reply
            assert len(reply) <= 510
    assert [path.name for path in rig.house.spool_folder.iterdir()] == ["tls"]
