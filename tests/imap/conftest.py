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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Free ports, and logins in clear on loopback as a bench has them."""
    doors = ("lmtp", "mx", "submissions", "submission", "imap", "imaps", "http")
    return settings_module.load(
        environ={},
        data=str(tmp_path / "data"),
        listen={"base_port": 0, **dict.fromkeys(doors, 0)},
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
