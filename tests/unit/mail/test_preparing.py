"""Batches of letters made ready by two processes: the same letters come out whatever becomes of the second one."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mailsvc.mail.letter import Letter, from_spool
from mailsvc.mail.preparing import Preparing, Second
from mailsvc.store.blobs import FileBlobs, Spool
from mailsvc.store.contents import NewContent
from tests.places import SAMPLES

SECONDS = 30
MAILS = [path.read_bytes() for path in sorted((SAMPLES / "mail").glob("*.eml"))]


ODD = [b"", b"x", b"\r\n\r\n", b"Subject: \xff\xfe\0\r\n\r\n\0", "Từ: ngữ\r\n\r\nmột".encode()]
LARGE = b"a" * 300_000
ALL = [LARGE, *MAILS, LARGE + b"b", *ODD]


class Bench:
    """Makes batches ready; the bytes come from new spools each time."""

    def __init__(self, folder: Path, preparing: Preparing) -> None:
        self.folder = folder
        self.blobs = FileBlobs(folder / "blobs")
        self.preparing = preparing

    def made(self, messages: list[bytes]) -> list[NewContent]:
        return self._made(messages, lambda spools: self.preparing.letters(spools, self.blobs))

    def alone(self, messages: list[bytes]) -> list[NewContent]:
        return self._made(messages, lambda spools: [from_spool(one, self.blobs, hurry=True) for one in spools])

    def _made(self, messages: list[bytes], make: Callable[[list[Spool]], list[Letter]]) -> list[NewContent]:
        with ExitStack() as stack:
            spools = [stack.enter_context(Spool(self.folder)) for _ in messages]
            for spool, data in zip(spools, messages, strict=True):
                spool.write(data)
            letters = make(spools)
            assert [bytes(one.data) for one in letters] == messages
            return [one.content for one in letters]

    def second(self) -> Second:
        """The second process, which a first batch has started, once it is ready."""
        self.made(ODD)
        second = self.preparing.second
        assert second is not None and second.ready(SECONDS)
        return second


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, Preparing())
    yield made
    made.preparing.close()


def test_half_is_made_by_the_second_process(bench: Bench) -> None:
    second = bench.second()
    assert bench.made(ALL) == bench.alone(ALL)
    assert second.batches == 1
    assert bench.made(ALL[::-1]) == bench.alone(ALL[::-1])
    assert second.batches == 2 and bench.preparing.second is second


def test_large_ones_are_not_sent_to_it(bench: Bench) -> None:
    second = bench.second()
    assert bench.made([LARGE] * 9) == bench.alone([LARGE] * 9)
    assert second.batches == 0


def test_a_killed_process_loses_nothing_and_is_replaced(bench: Bench) -> None:
    second = bench.second()
    second.process.send_signal(signal.SIGSTOP)
    killer = threading.Timer(0.2, second.process.kill)  # while it has the batch
    killer.start()
    assert bench.made(ALL) == bench.alone(ALL)
    killer.join()
    assert second.process.returncode == -signal.SIGKILL and second.batches == 0
    third = bench.second()
    assert third is not second
    assert bench.made(ALL) == bench.alone(ALL)
    assert third.batches == 1


def test_it_ends_by_itself_and_comes_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Preparing(idle_seconds=0.01))
    bench.made(ALL)
    second = bench.preparing.second
    assert second is not None and second.process.wait(SECONDS) == 0
    assert bench.made(ALL) == bench.alone(ALL)
    assert bench.preparing.second is not second
    bench.preparing.close()


def test_it_ends_with_the_office(bench: Bench) -> None:
    second = bench.second()
    bench.preparing.close()
    assert second.process.returncode == 0
    assert bench.made(ALL) == bench.alone(ALL)  # a last batch is still made, here
    assert bench.preparing.second is second


def test_a_batch_that_fails_here_leaves_no_answer_to_the_next_one(bench: Bench) -> None:
    second = bench.second()
    blobs = bench.folder / "blobs"
    blobs.rename(bench.folder / "away")
    blobs.write_bytes(b"no folder")  # a large letter finds no place
    with pytest.raises(OSError):
        bench.made([*MAILS, LARGE])
    blobs.unlink()
    (bench.folder / "away").rename(blobs)
    other = [b"Subject: %d\r\n\r\nother" % number for number in range(len(MAILS) + 1)]
    assert bench.made(other) == bench.alone(other)
    assert bench.preparing.second is second


def test_letters_are_made_when_no_process_can_be_started(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(bench.folder / "nothing"))
    assert bench.made(ALL) == bench.alone(ALL)
    assert bench.preparing.second is None
    monkeypatch.undo()
    bench.second()
    assert bench.made(ALL) == bench.alone(ALL)
