"""Children that do what may hang or burst: cleaning HTML from letters, drawing PDF pages.

A child handles one call at a time. When it takes too long or dies, it is killed and the next call gets a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

from mailsvc.core.errors import MailsvcError
from mailsvc.http.child import HEAD, READ_LIMIT

CALLS = 300
"""After so many calls a child is replaced, whatever leaked in it."""
WAITING = 40
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class HelperFailedError(MailsvcError):
    """The child refused the input, took too long or died; `message` says which, for the log.

    `final` is True when the child looked at the input and refused it: another try would end the same way.
    """

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child gave: a small JSON object and bytes."""

    about: dict[str, Any]
    data: bytes


class _Child:
    """One process, with the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.calls = 0

    @classmethod
    async def start(cls) -> _Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mailsvc.http.child",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            close_fds=True, start_new_session=True,
        )  # fmt: skip
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def call(self, task: str, arguments: dict[str, Any], payload: bytes) -> Answer:
        self.calls += 1
        out, back = self._process.stdin, self._process.stdout
        assert out is not None and back is not None  # noqa: S101 - both are pipes
        head = json.dumps({"task": task, "arguments": arguments}, ensure_ascii=False).encode()
        out.write(HEAD.pack(len(head), len(payload)) + head)
        out.write(payload)
        await out.drain()
        head_size, data_size = HEAD.unpack(await back.readexactly(HEAD.size))
        if head_size + data_size > READ_LIMIT:
            raise HelperFailedError("answer too large")
        about = json.loads(await back.readexactly(head_size))
        return Answer(about, await back.readexactly(data_size))

    async def kill(self) -> None:
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()


class _Lane:
    """A few children of one kind of work; who comes too late for the queue is refused."""

    def __init__(self, children: int) -> None:
        self._free: list[_Child] = []
        self._busy: set[_Child] = set()
        self._turns = asyncio.Semaphore(children)
        self._waiting = 0

    async def call(self, task: str, arguments: dict[str, Any], payload: bytes, seconds: float) -> Answer:
        if self._waiting >= WAITING:
            raise HelperFailedError("too many calls waiting")
        self._waiting += 1
        try:
            async with self._turns:
                return await self._run(task, arguments, payload, seconds)
        finally:
            self._waiting -= 1

    async def _run(self, task: str, arguments: dict[str, Any], payload: bytes, seconds: float) -> Answer:
        child = await self._take()
        whole = False
        try:
            answer = await asyncio.wait_for(child.call(task, arguments, payload), seconds)
            whole = True
        except TimeoutError as error:
            raise HelperFailedError(f"{task}: more than {seconds} s") from error
        except (OSError, EOFError, ValueError) as error:
            raise HelperFailedError(f"{task}: the child died") from error
        finally:
            self._busy.discard(child)
            if whole and child.calls < CALLS:
                self._free.append(child)
            else:
                await asyncio.shield(child.kill())
        if "error" in answer.about:
            raise HelperFailedError(f"{task}: {answer.about['error']}", final=True)
        return answer

    async def _take(self) -> _Child:
        while self._free:
            child = self._free.pop()
            if child.alive:
                self._busy.add(child)
                return child
        child = await _Child.start()
        self._busy.add(child)
        return child

    async def close(self) -> None:
        for child in (*self._free, *self._busy):
            await child.kill()
        self._free.clear()


class Helpers:
    """All children of one service. They start when first needed."""

    def __init__(self) -> None:
        self._lanes = {"letter": _Lane(2), "pages": _Lane(1), "print": _Lane(1), "pictures": _Lane(1)}

    async def call(
        self, lane: str, task: str, arguments: dict[str, Any], payload: bytes, *, seconds: float = 5.0
    ) -> Answer:
        """Run a task of child.py. Raises HelperFailedError."""
        return await self._lanes[lane].call(task, arguments, payload, seconds)

    async def close(self) -> None:
        """Kill the children."""
        for lane in self._lanes.values():
            await lane.close()
