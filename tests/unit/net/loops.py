"""Both event loops, for tests that must hold on each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvloop

Run = Callable[[Awaitable[None]], None]


def _runner(factory: Callable[[], asyncio.AbstractEventLoop]) -> Run:
    def run(main: Awaitable[None]) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(20):
                await main

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(bounded())

    return run


both_loops = pytest.mark.parametrize(
    "run", [_runner(asyncio.new_event_loop), _runner(uvloop.new_event_loop)], ids=["asyncio", "uvloop"]
)
