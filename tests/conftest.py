"""Fixtures shared by all tests: the samples, and an office on a temporary folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.core import settings as settings_module
from mailsvc.core.clock import FixedClock
from mailsvc.core.settings import Settings
from mailsvc.mail.office import Office
from mailsvc.opening import close_office, open_office
from mailsvc.store import migrate
from mailsvc.store.engine import Database
from tests.browsing import chromium
from tests.live import Live
from tests.places import NOON_MS
from tests.postgres import fresh_postgres_database, postgres_server


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon of a working day."""
    return FixedClock(NOON_MS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings for a temporary folder, all ports free ones on loopback."""
    doors = ("lmtp", "mx", "submissions", "submission", "imap", "imaps", "http")
    return settings_module.load(
        environ={}, data=str(tmp_path / "data"), listen={"base_port": 0, **dict.fromkeys(doors, 0)}
    )


@pytest.fixture(scope="session")
def quick_hasher() -> Iterator[PasswordHasher]:
    """The real hasher with the smallest cost, so that tests with many accounts stay quick."""
    hasher = PasswordHasher(memory_kib=64, passes=1, iterations=4096)
    yield hasher
    hasher.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite database, to be copied: running all migrations takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "mailsvc.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def office(settings: Settings, clock: FixedClock, quick_hasher: PasswordHasher, migrated: Path) -> Iterator[Office]:
    """An office without doors: migrated store, empty organisation."""
    if not settings.store.url:
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(migrated, settings.folder)
    opened = open_office(settings, clock, quick_hasher)
    yield opened
    close_office(opened)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One running service with the demo organisation, shared by all tests of the run: leave it usable."""
    service = Live(tmp_path_factory.mktemp("live") / "data").start()
    yield service
    if service.process is not None:
        service.stop()


@pytest.fixture
def own_live(tmp_path: Path) -> Iterator[Live]:
    """A service (not started yet) that a test may stop, kill and start as it likes."""
    service = Live(tmp_path / "data")
    yield service
    if service.process is not None:
        service.kill()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server for the run."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> str:
    """An empty migrated database of each kind; on PostgreSQL a schema of its own for each test."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(migrated, tmp_path / 'test.db')}"
    return fresh_postgres_database(request.getfixturevalue("postgres_url"))


@pytest.fixture
def both_db(database_url: str, clock: FixedClock) -> Iterator[Database]:
    """A database of each kind in turn."""
    database = Database(database_url, clock)
    yield database
    database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one file: while it runs, no event loop can be begun in the tests' own thread."""
    with chromium() as started:
        yield started
