"""The IMAP door on a temporary office, with two people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World, running

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.core import settings as settings_module
from mailsvc.core.settings import Settings
from mailsvc.mail.office import Office
from tests.postgres import fresh_postgres_database


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The database URL; '' is SQLite in the data folder. Tests of both kinds ask for it through `on_both`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    return fresh_postgres_database(request.getfixturevalue("postgres_url"))


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """Free ports, and logins in clear on loopback as a bench has them."""
    doors = ("lmtp", "mx", "submissions", "submission", "imap", "imaps", "http")
    return settings_module.load(
        environ={},
        data=str(tmp_path / "data"),
        listen={"base_port": 0, **dict.fromkeys(doors, 0)},
        store={"url": database},
        imap={"clear_login_on_loopback": True},
        smtp={"max_size": 1_000_000},
    )


@pytest.fixture
def world(office: Office, quick_hasher: PasswordHasher) -> Iterator[World]:
    """A running door with the accounts `an` and `binh`."""
    with running(office, quick_hasher) as world:
        world.add_account("an")
        world.add_account("binh")
        yield world
