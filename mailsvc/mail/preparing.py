"""Letters that come by the hundred, made ready by two processes at once.

To read a letter is pure Python and holds the interpreter's lock: a second process halves the time and leaves the lock
to those who wait at the doors. The first such batch starts it, it is used from when it is ready, and it ends by itself
when there has been nothing to do for a while. What it does not give is made here.
"""

from __future__ import annotations

import contextlib
import logging
import marshal
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from multiprocessing import Pipe

from mailsvc.mail.letter import Letter, Packed, from_spool, unpacked
from mailsvc.store.blobs import Blobs, Spool

log = logging.getLogger(__name__)

IDLE_SECONDS = 60
ANSWER_SECONDS = 30
STOP_SECONDS = 5
READY = b"ready"
_BROKEN = (OSError, EOFError, ValueError, TypeError)


class Preparing:
    """Makes batches of letters ready, of one batch at a time half in the second process."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._second: Second | None = None
        self._alone = len(os.sched_getaffinity(0)) == 1

    def letters(self, spools: Sequence[Spool], blobs: Blobs) -> list[Letter]:
        """The letters in order, in a hurry (see `letter.from_spool`); for a worker thread. Raises StorageFull."""
        with self._taken() as second:
            far = {at: bytes(spools[at].view()) for at in _half(spools)} if second else {}
            asked = second is not None and far and second.ask(list(far.values()))
            try:
                ready = {at: from_spool(one, blobs, hurry=True) for at, one in enumerate(spools) if at not in far}
            finally:  # whatever became of these: an answer left in the pipe would be taken for that of the next batch
                values = second.answer() if second is not None and asked else None
        if values is not None:
            ready |= {at: unpacked(one, data) for one, (at, data) in zip(values, far.items(), strict=True)}
        return [ready.get(at) or from_spool(one, blobs, hurry=True) for at, one in enumerate(spools)]

    @property
    def second(self) -> Second | None:
        """The second process, if it was ever started."""
        return self._second

    @contextlib.contextmanager
    def _taken(self) -> Iterator[Second | None]:
        """The second process, once it is ready, unless another batch has it."""
        if self._alone or not self._lock.acquire(blocking=False):
            yield None
            return
        try:
            second = self._running()
            yield second if second is not None and second.ready() else None
        finally:
            self._lock.release()

    def _running(self) -> Second | None:
        """The second process, begun if need be; None where none can be, for want of memory or of processes."""
        if self._second is None or not self._second.alive:
            try:
                self._second = Second(self._idle_seconds)
            except OSError as error:
                log.warning("no second process to make letters ready: %s; they are made ready here", error)
                return None
        return self._second

    def close(self) -> None:
        """End the second process."""
        with self._lock:
            self._alone = True
            if self._second is not None:
                self._second.stop()


def _half(spools: Sequence[Spool]) -> list[int]:
    """Which letters go to the second process: small ones, half of the batch at most."""
    return [at for at, spool in enumerate(spools) if not spool.in_file][: len(spools) // 2]


class Second:
    """The process and the pipe to it. One thread at a time speaks to it."""

    def __init__(self, idle_seconds: float) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            command = [sys.executable, "-m", "mailsvc.mail.preparing_process", str(theirs.fileno()), str(idle_seconds)]
            try:
                self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])  # noqa: S603
            except OSError:
                self._pipe.close()
                raise
        self._greeted = False
        self.batches = 0

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ready(self, seconds: float = 0) -> bool:
        """Whether it has started and said so; waits as long at most."""
        try:
            if not self._greeted and self._pipe.poll(seconds):
                self._greeted = self._pipe.recv_bytes() == READY
        except _BROKEN:
            self.stop()
        return self._greeted

    def ask(self, letters: list[bytes]) -> bool:
        """Send it a batch; False when it is gone."""
        try:
            self._pipe.send_bytes(marshal.dumps(letters))
        except _BROKEN:  # it has just ended for want of work
            self.stop()
            return False
        return True

    def answer(self) -> list[Packed] | None:
        """The letters asked for; None when it died or took too long."""
        try:
            if self._pipe.poll(ANSWER_SECONDS):
                answer: list[Packed] = marshal.loads(self._pipe.recv_bytes())  # noqa: S302 - plain values, from ourselves
                self.batches += 1
                return answer
        except _BROKEN:
            pass
        log.warning("the second process that makes letters ready died or is late; they are made ready here")
        self.stop()
        return None

    def stop(self) -> None:
        self._greeted = False
        self._pipe.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

