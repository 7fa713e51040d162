"""What every door and every job of one running service is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from mailsvc.auth.authenticate import Authenticator
from mailsvc.auth.vault import Vault
from mailsvc.core.clock import Clock
from mailsvc.core.settings import Settings
from mailsvc.core.ticking import Ticks
from mailsvc.mail import dns_check
from mailsvc.mail.preparing import Preparing
from mailsvc.net.tls import ServerTls
from mailsvc.store.blobs import Blobs
from mailsvc.store.engine import Database

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Office:
    """The running service behind the doors. `workers` does what takes long outside transactions: hashing, scanning.

    `preparing` makes letters ready that come by the hundred.
    """

    settings: Settings
    clock: Clock
    db: Database
    blobs: Blobs
    spool_folder: Path
    authenticator: Authenticator
    workers: ThreadPoolExecutor
    tls: ServerTls
    vault: Vault
    preparing: Preparing = field(default_factory=Preparing)
    ticks: Ticks = field(default_factory=Ticks)
    dns: dns_check.Kept = field(default_factory=dns_check.Kept)

    async def work(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` in a bounded worker thread, off the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.workers, lambda: fn(*args, **kwargs))
