"""A running web door on a small organisation."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.core import settings as settings_module
from mailsvc.core.clock import FixedClock
from mailsvc.core.settings import Settings
from mailsvc.http.server import HttpDoor
from mailsvc.mail.office import Office
from mailsvc.opening import close_office, open_office
from tests.places import NOON_MS, REPOSITORY
from tests.postgres import fresh_postgres_database
from tests.web.webhouse import PASSWORD, Site, populate
from webmail.face import WebFace


@pytest.fixture(scope="session")
def organisation(tmp_path_factory: pytest.TempPathFactory, quick_hasher: PasswordHasher) -> Path:
    """A data folder with the people in it, to be copied: making it takes longer than most tests."""
    folder = tmp_path_factory.mktemp("organisation") / "data"
    opened = open_office(settings_module.load(environ={}, data=str(folder)), FixedClock(NOON_MS), quick_hasher)
    keys = quick_hasher.derive_now(PASSWORD)
    opened.db.write_now(populate, opened.settings.organisation.domains, keys)
    close_office(opened)
    return folder


@pytest.fixture
def office(
    request: pytest.FixtureRequest, settings: Settings, clock: FixedClock, quick_hasher: PasswordHasher
) -> Iterator[Office]:
    """The organisation on SQLite; with MAILSVC_TEST_STORE=postgres on PostgreSQL."""
    if os.environ.get("MAILSVC_TEST_STORE") == "postgres":
        url = fresh_postgres_database(request.getfixturevalue("postgres_url"))
        settings = settings.model_copy(update={"store": settings.store.model_copy(update={"url": url})})
    else:
        shutil.copytree(request.getfixturevalue("organisation"), settings.folder)
    opened = open_office(settings, clock, quick_hasher)
    if settings.store.url:
        opened.db.write_now(populate, settings.organisation.domains, quick_hasher.derive_now(PASSWORD))
    yield opened
    close_office(opened)


@pytest.fixture
def site(office: Office, clock: FixedClock) -> Iterator[Site]:
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
