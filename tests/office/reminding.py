"""Child of test_r27_once: sends what falls due at a moment, to be killed or run beside another: DATA, MOMENT in ms."""

from __future__ import annotations

import asyncio
import sys

from mailsvc.core import settings as settings_module
from mailsvc.core.clock import FixedClock
from mailsvc.jobs import following
from mailsvc.opening import close_office, open_office


def main(folder: str, now_ms: int) -> None:
    office = open_office(settings_module.load(environ={}, data=folder), FixedClock(now_ms))
    following.BATCH = 2  # many small transactions: more places to be killed at
    print("ready", flush=True)
    asyncio.run(following.run(office))
    close_office(office)
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
