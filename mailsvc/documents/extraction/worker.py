"""Reading strangers' files outside this process: a small pool of children that can be killed.

PDFium and libxml2 are C code, and a file may be made to hang or crash them. A child that answers late is killed and
replaced; the service only loses that one proposal.
"""

import atexit
import json
import logging
import os
import select
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from mailsvc.core.errors import Busy

from .catalogue import config_folder
from .proposal import Proposal
from .reading import FILE_LIMIT, Reading, kind_of, reading_from_dict

log = logging.getLogger(__name__)

POOL_SIZE = 2
TIMEOUT = 10.0  # seconds for one file
JOBS = 300  # a child is replaced after so many files
_ANSWER_LIMIT = 4 * 1024 * 1024


class _Failed(Exception):
    """The child died, was late or spoke nonsense."""


class _Child:
    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[3])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mailsvc.documents.extraction.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": root, "MAILSVC_CONFIG_DIR": str(config_folder()), "LC_ALL": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
        self.jobs = 0
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101  we asked for pipes
        self._in = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._in, False)

    def ask(self, data: bytes, timeout: float) -> Reading:
        """Raises _Failed."""
        self.jobs += 1
        deadline = time.monotonic() + timeout
        request = json.dumps({"size": len(data), "seconds": timeout}).encode()
        try:
            self._send(memoryview(struct.pack(">I", len(request)) + request), deadline)
            self._send(memoryview(data), deadline)
            length = struct.unpack(">I", self._receive(4, deadline))[0]
            if length > _ANSWER_LIMIT:
                raise _Failed("answer too long")
            answer = json.loads(self._receive(length, deadline))
            if "error" in answer:
                log.warning("extraction: %s while reading a file of %d bytes", answer["error"], len(data))
                return Reading()
            return reading_from_dict(answer)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _Failed(type(error).__name__) from error

    def _send(self, data: memoryview, deadline: float) -> None:
        while data:
            _wait(self._in, select.POLLOUT, deadline)
            data = data[os.write(self._in, data[:65536]) :]

    def _receive(self, size: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            _wait(self._out, select.POLLIN, deadline)
            part = os.read(self._out, size - len(parts))
            if not part:
                raise _Failed("ended")
            parts += part
        return bytes(parts)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _wait(descriptor: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise _Failed("late")


class Pool:
    """At most `size` children, started when needed. For any thread but that of the event loop."""

    def __init__(self, size: int = POOL_SIZE) -> None:
        self._free = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._closed = False

    def read(self, data: bytes, timeout: float = TIMEOUT) -> Reading:
        """What can be read from a file; an empty Reading when it is none of ours, hangs or crashes the reader.

        Raises Busy when no child becomes free within the timeout (seconds).
        """
        if len(data) > FILE_LIMIT or not kind_of(data):
            return Reading()
        if not self._free.acquire(timeout=timeout):
            raise Busy("Đang đọc quá nhiều tệp, hãy thử lại sau.")
        try:
            return self._read(data, timeout)
        finally:
            self._free.release()

    def _read(self, data: bytes, timeout: float) -> Reading:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        fresh = child is None
        child = child or _Child()
        try:
            # A new child needs a moment to load its libraries; that is not the file's fault.
            reading = child.ask(data, timeout + (10.0 if fresh else 0.0))
        except _Failed as failure:
            child.end()
            log.warning("extraction: reader %s on a file of %d bytes", failure, len(data))
            return Reading(kind_of(data))
        self._put_back(child)
        return reading

    def _put_back(self, child: _Child) -> None:
        with self._lock:
            if child.jobs < JOBS and not self._closed:
                self._idle.append(child)
                return
        child.end()

    def close(self) -> None:
        """Ends the idle children; a busy one ends when its file is done."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()


_pool: Pool | None = None
_pool_lock = threading.Lock()


def shared_pool() -> Pool:
    """The pool of this process."""
    global _pool
    with _pool_lock:
        if _pool is None or _pool._closed:
            _pool = Pool()
            atexit.register(_pool.close)
        return _pool


def read(data: bytes, timeout: float = TIMEOUT) -> Reading:
    """Pool.read on the pool of this process."""
    return shared_pool().read(data, timeout)


def extract_file(name: str, data: bytes, timeout: float = TIMEOUT) -> Proposal | None:
    """The proposal for a Word or PDF file, None when it is no official document or cannot be read.

    The name is for the log only: what a file is, its content tells. Raises Busy when all readers stay busy.
    """
    reading = read(data, timeout)
    log.debug("extraction: %s: %s", name, reading.kind or "not read")
    return reading.proposal


def close() -> None:
    """Ends the children of this process."""
    if _pool is not None:
        _pool.close()
