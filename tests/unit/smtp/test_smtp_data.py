"""The bytes of letters: every cutting gives the same result, only CRLF.CRLF ends DATA, memory stays small."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.core.errors import StorageFull
from mailsvc.smtp.data import ChunkReader, DotReader, Flaw, Intake, Terms
from mailsvc.store.blobs import Spool

HEAD = b"Received: from us\r\n"
PIECES = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"..", b"\0", b"\r\n."]), max_size=30)


def read(chunks: list[bytes]) -> tuple[bytes, bytes, DotReader]:
    """(content, rest, reader) of a stream that comes in these chunks."""
    reader = DotReader()
    content = b""
    for at, chunk in enumerate(chunks):
        part, rest = reader.feed(chunk)
        content += part
        if reader.done:
            return content, rest + b"".join(chunks[at + 1 :]), reader
    return content, b"", reader


@pytest.mark.parametrize(
    ("stream", "content", "rest"),
    [
        (b".\r\n", b"", b""),
        (b"a\r\n.\r\nQUIT\r\n", b"a\r\n", b"QUIT\r\n"),
        (b"..\r\n.\r\n", b".\r\n", b""),
        (b".a\r\n..b\r\n...\r\n.\r\n", b"a\r\n.b\r\n..\r\n", b""),
        (b"\r\n.\r\n", b"\r\n", b""),
        (b"a.\r\n.b.\r\n.\r\n", b"a.\r\nb.\r\n", b""),
        (b"a\0b\r\n.\r\n", b"a\0b\r\n", b""),
    ],
)
def test_end_and_dots_for_every_cutting(stream: bytes, content: bytes, rest: bytes) -> None:
    for cuts in itertools.combinations(range(1, len(stream)), min(2, len(stream) - 1)):
        edges = [0, *cuts, len(stream)]
        found = read([stream[a:b] for a, b in itertools.pairwise(edges)])
        assert found[:2] == (content, rest)
        assert not found[2].bare
    assert read([bytes([one]) for one in stream])[:2] == (content, rest)


LINE_ENDS = [b"\n", b"\r", b"\r\r\n", b"\n\r", b"\n\n", b"\r\n\r", b"\r\0\n"]


@pytest.mark.parametrize("before", [b"\r\n", *LINE_ENDS])
@pytest.mark.parametrize("after", [b"\r\n", *LINE_ENDS])
def test_smuggling_matrix(before: bytes, after: bytes) -> None:
    """No other pair of line ends around a dot ends the letter, and each marks it as one to refuse."""
    if (before.endswith(b"\r\n"), after.startswith(b"\r\n")) == (True, True):
        return
    middle = b"x" + before + b"." + after + b"MAIL FROM:<evil@so.example>\r\n"
    content, rest, reader = read([middle, b"y\r\n.\r\nNOOP\r\n"])
    assert reader.done
    assert rest == b"NOOP\r\n"
    assert reader.bare
    assert b"MAIL FROM:<evil" in content


@given(PIECES, st.lists(st.integers(1, 5), max_size=40))
def test_any_cutting_is_the_same(pieces: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(pieces) + b"\r\n.\r\nrest"
    chunks, at = [], 0
    for size in sizes:
        chunks.append(stream[at : at + size])
        at += size
    chunks.append(stream[at:])
    whole, cut = read([stream]), read([one for one in chunks if one])
    assert whole[:2] == cut[:2]
    raw = (b"\r\n" + stream)[: (b"\r\n" + stream).index(b"\r\n.\r\n") + 2]
    bare = b"\r" in raw.replace(b"\r\n", b"") or b"\n" in raw.replace(b"\r\n", b"")
    assert whole[2].bare == cut[2].bare == bare
    lines = raw.split(b"\r\n")
    unstuffed = b"\r\n".join(line[1:] if line.startswith(b".") and at else line for at, line in enumerate(lines))
    assert whole[0] == unstuffed[2:]


@given(PIECES, st.lists(st.integers(1, 5), max_size=40))
def test_chunks_of_bdat(pieces: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(pieces)
    reader, content, at = ChunkReader(), b"", 0
    for size in [*sizes, len(stream)]:
        content += reader.feed(stream[at : at + size])
        at += size
    content += reader.finish()
    assert content == stream
    left = stream.replace(b"\r\n", b"")
    assert reader.bare == (b"\r" in left or b"\n" in left)


def intake(folder: Path, *, size: int = 10_000_000, memory: int = 1000) -> Intake:
    return Intake(Spool(folder, memory), Terms(size, 100, lambda own: HEAD))


def fed(folder: Path, data: bytes, *, step: int = 100, **kinds: int) -> tuple[Intake, bytes]:
    taken = intake(folder, **kinds)

    async def run() -> bytes:
        for at in range(0, len(data), step):
            taken.feed(data[at : at + step])
            if taken.backlog > 1000:
                await taken.flush()
        return await taken.finish()

    return taken, asyncio.run(run())


@pytest.mark.parametrize("step", [1, 7, 1000])
@pytest.mark.parametrize(
    "own", [b"Subject: x\r\n\r\nbody\r\n", b"\r\nbody only\r\n", b"Subject: no end\r\n", b"", b"Subject: x"]
)
def test_trace_stands_in_front(tmp_path: Path, own: bytes, step: int) -> None:
    taken, digest = fed(tmp_path, own, step=step)
    assert bytes(taken.spool.view()) == HEAD + own
    assert digest == hashlib.sha256(HEAD + own).digest()
    assert taken.size == len(own)


def test_large_letters_go_to_a_file_and_leave_no_trace_when_dropped(tmp_path: Path) -> None:
    own = b"Subject: x\r\n\r\n" + b"0123456789\r\n" * 5000
    taken, digest = fed(tmp_path, own)
    assert taken.spool.in_file
    assert bytes(taken.spool.view()) == HEAD + own
    assert digest == hashlib.sha256(HEAD + own).digest()
    taken.close()
    assert list(tmp_path.iterdir()) == []


def test_others_return_path_is_taken_out(tmp_path: Path) -> None:
    own = b"Return-Path: <x@y.example>\r\nSubject: x\r\nreturn-PATH: <z@y.example>\r\n folded\r\nTo: a\r\n"
    own += b"\r\nReturn-Path: b\r\n"
    taken, _ = fed(tmp_path, own)
    assert bytes(taken.spool.view()) == HEAD + b"Subject: x\r\nTo: a\r\n\r\nReturn-Path: b\r\n"


def test_too_large_is_counted_but_not_kept(tmp_path: Path) -> None:
    taken, _ = fed(tmp_path, b"Subject: x\r\n\r\n" + b"a" * 5000, size=2000)
    assert taken.flaw is Flaw.TOO_LARGE
    assert taken.size == 5014
    assert taken.backlog == 0


def test_loops_are_seen_only_in_the_header(tmp_path: Path) -> None:
    hops = b"Received: from a by b\r\n" * 101
    assert fed(tmp_path, hops + b"\r\n")[0].flaw is Flaw.LOOP
    assert fed(tmp_path, hops[23:] + b"\r\nx\r\n")[0].flaw is Flaw.NONE
    assert fed(tmp_path, b"A: b\r\n\r\n" + hops)[0].flaw is Flaw.NONE


def test_a_header_without_end_does_not_stay_in_memory(tmp_path: Path) -> None:
    data = b"X-Long: " + b"a" * 600_000
    taken, digest = fed(tmp_path, data, step=10_000)
    assert bytes(taken.spool.view()) == HEAD + data
    assert digest == hashlib.sha256(HEAD + data).digest()


def test_a_full_disk_is_told_at_the_end(tmp_path: Path) -> None:
    class FullSpool(Spool):
        def write(self, data: bytes) -> None:
            raise StorageFull("đầy")

    taken = Intake(FullSpool(tmp_path), Terms(10_000, 100, lambda own: HEAD))
    taken.feed(b"Subject: x\r\n\r\nbody\r\n")
    asyncio.run(taken.finish())
    assert taken.flaw is Flaw.ERROR
    assert isinstance(taken.error, StorageFull)
