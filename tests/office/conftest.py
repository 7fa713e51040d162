"""The demo organisation behind a running web door, for scenarios through the front doors.

`house` holds all people of config/demo-accounts.csv, every one with the password PASSWORD of tests.web.webhouse.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsvc.accounts.importing import check_people, import_units
from mailsvc.accounts.people import add_person
from mailsvc.auth.passwords import PasswordHasher, PasswordKeys
from mailsvc.core import settings as settings_module
from mailsvc.core.clock import FixedClock
from mailsvc.core.settings import Settings
from mailsvc.http.server import HttpDoor
from mailsvc.mail.office import Office
from mailsvc.opening import close_office, open_office
from mailsvc.store.tx import Tx
from tests.office.incoming_world import Desk
from tests.office.outgoing_world import World, meet
from tests.places import NOON_MS, REPOSITORY
from tests.web.webhouse import PASSWORD, Site
from webmail.face import WebFace


def _populate(tx: Tx, domains: list[str], keys: PasswordKeys) -> None:
    import_units(tx, domains, "SGDDT", (REPOSITORY / "config" / "demo-units.csv").read_bytes())
    for verdict in check_people(tx, domains, (REPOSITORY / "config" / "demo-accounts.csv").read_bytes()):
        assert verdict.person is not None, verdict
        add_person(tx, verdict.person, keys)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory, quick_hasher: PasswordHasher) -> Path:
    """A data folder with the demo organisation, to be copied."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    opened = open_office(settings_module.load(environ={}, data=str(folder)), FixedClock(NOON_MS), quick_hasher)
    opened.db.write_now(_populate, opened.settings.organisation.domains, quick_hasher.derive_now(PASSWORD))
    close_office(opened)
    return folder


@pytest.fixture
def office(demo_folder: Path, settings: Settings, clock: FixedClock, quick_hasher: PasswordHasher) -> Iterator[Office]:
    """The demo organisation without doors."""
    shutil.copytree(demo_folder, settings.folder)
    opened = open_office(settings, clock, quick_hasher)
    yield opened
    close_office(opened)


@pytest.fixture
def house(office: Office, clock: FixedClock) -> Iterator[Site]:
    """The demo organisation behind its web door."""
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
def desk(office: Office, clock: FixedClock) -> Iterator[Desk]:
    """The demo organisation without doors, for tests of incoming documents."""
    made = Desk(office, clock)
    yield made
    made.close()


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """The same as a whole running service: SMTP, IMAP, web."""
    desk.open_doors()
    return desk


@pytest.fixture
def bureau(office: Office, clock: FixedClock) -> World:
    """The demo organisation with the people an outgoing document passes."""
    return meet(office, clock)


@pytest.fixture
def any_desk(database_url: str, settings: Settings, clock: FixedClock, quick_hasher: PasswordHasher) -> Iterator[Desk]:
    """The demo organisation on each kind of database in turn, without doors."""
    store = settings.store.model_copy(update={"url": database_url})
    opened = open_office(settings.model_copy(update={"store": store}), clock, quick_hasher)
    opened.db.write_now(_populate, opened.settings.organisation.domains, quick_hasher.derive_now(PASSWORD))
    made = Desk(opened, clock)
    yield made
    made.close()
    close_office(opened)


@pytest.fixture
def any_bureau(
    database_url: str, settings: Settings, clock: FixedClock, quick_hasher: PasswordHasher
) -> Iterator[World]:
    """The same people on each kind of database in turn."""
    store = settings.store.model_copy(update={"url": database_url})
    opened = open_office(settings.model_copy(update={"store": store}), clock, quick_hasher)
    opened.db.write_now(_populate, opened.settings.organisation.domains, quick_hasher.derive_now(PASSWORD))
    yield meet(opened, clock)
    close_office(opened)
