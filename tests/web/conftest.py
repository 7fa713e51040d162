"""A running web door on a small organisation."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsvc.auth.passwords import PasswordHasher, PasswordKeys
from mailsvc.core.clock import FixedClock
from mailsvc.http.server import HttpDoor
from mailsvc.mail.office import Office
from tests.conftest import REPOSITORY
from tests.web.webhouse import PASSWORD, Site, populate
from webmail.face import WebFace


@pytest.fixture(scope="session")
def keys(quick_hasher: PasswordHasher) -> PasswordKeys:
    return quick_hasher.derive_now(PASSWORD)


@pytest.fixture
def site(office: Office, clock: FixedClock, keys: PasswordKeys) -> Iterator[Site]:
    office.db.write_now(populate, office.settings.organisation.domains, keys)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = Site(office, clock, HttpDoor(office, WebFace(), ready=lambda: made.ready), loop)
    made.run(made.door.start())
    yield made
    for client in made.clients:
        client.close()
    made.run(made.door.stop())
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def pictures() -> Path:
    """Where pictures of pages are kept for people to look at."""
    folder = REPOSITORY / "test-results" / "web"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
