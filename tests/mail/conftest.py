"""An office whose outgoing mail ends on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from outbound_world import HOST, SECONDS, Play, Sockets, World, outside_world

from mailsvc.core import settings as settings_module
from mailsvc.core.clock import FixedClock
from mailsvc.core.settings import Settings
from mailsvc.mail.office import Office


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(("127.0.0.1", 0))
    mail = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    mail.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    mail.bind(("127.0.0.1", 0))
    yield Sockets(names, mail)
    names.close()
    mail.close()


@pytest.fixture
def queue_settings() -> dict[str, Any]:
    """What a test wants different in [queue]; override it."""
    return {}


@pytest.fixture
def organisation() -> dict[str, Any]:
    """What a test wants different in [organisation]; override it."""
    return {}


@pytest.fixture
def settings(
    tmp_path: Path, sockets: Sockets, queue_settings: dict[str, Any], organisation: dict[str, Any]
) -> Settings:
    doors = ("lmtp", "mx", "submissions", "submission", "imap", "imaps", "http")
    outgoing = {
        "dns_server": f"127.0.0.1:{sockets.names_port}",
        "smtp_port": sockets.mail_port,
        "allow_private": True,
    }
    return settings_module.load(
        environ={},
        data=str(tmp_path / "data"),
        listen={"base_port": 0, **dict.fromkeys(doors, 0)},
        organisation={"host": HOST} | organisation,
        queue=outgoing | queue_settings,
    )


@pytest.fixture
def play(office: Office, clock: FixedClock, sockets: Sockets) -> Play:
    """Runs a story in the world, bounded in time."""

    def run(story: Callable[[World], Awaitable[None]]) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(SECONDS), outside_world(office, clock, sockets) as world:
                await story(world)

        asyncio.run(bounded())

    return run
