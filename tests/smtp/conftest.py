"""The SMTP doors of a real office on a temporary folder, in a thread of their own, for clients that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pytest
import uvloop

from mailsvc.accounts.people import NewPerson, add_person, add_shared
from mailsvc.auth.passwords import PasswordHasher
from mailsvc.mail.office import Office
from mailsvc.smtp.server import SmtpDoor
from mailsvc.store import accounts, contents, mailboxes, placements
from mailsvc.store.tx import Tx

P = ParamSpec("P")
T = TypeVar("T")
PASSWORD = "mat khau cua An 1"  # ASCII, because smtplib knows no other
DOMAIN = "sogddt.tayninh.gov.vn"


@dataclass
class Doors:
    """The running doors; `ports` by name: mx, submission, submissions, lmtp."""

    office: Office
    loop: asyncio.AbstractEventLoop
    ports: dict[str, int]
    door: SmtpDoor

    def write(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Change the store as the service itself does, on its event loop."""
        return asyncio.run_coroutine_threadsafe(self.office.db.write(fn, *args, **kwargs), self.loop).result(60)

    def address(self, door: str) -> str:
        return f"127.0.0.1:{self.ports[door]}"

    def refusals_written(self) -> None:
        """What was refused is in the store now."""
        asyncio.run_coroutine_threadsafe(self.door.house.refusals.write(), self.loop).result(60)

    def inbox(self, username: str) -> list[bytes]:
        """The letters in somebody's inbox, as they are stored."""
        return self.office.db.read_now(_inbox, self.office, username)

    def only(self, username: str) -> bytes:
        """The one letter in somebody's inbox."""
        [letter] = self.inbox(username)
        return letter


def _inbox(tx: Tx, office: Office, username: str) -> list[bytes]:
    account = accounts.by_username(tx, username)
    assert account is not None
    inbox = mailboxes.by_name(tx, account.id, mailboxes.INBOX)
    found = placements.rows(tx, inbox.id, 1, 1 << 31, ("content_id",))
    return [bytes(contents.load(tx, office.blobs, row[-1])) for row in found]


def _people(tx: Tx, hasher: PasswordHasher) -> None:
    keys = hasher.derive_now(PASSWORD)
    add_shared(
        tx, username="phongth", kind="unit", full_name="Phòng Tổng hợp", addresses=[f"phongth@{DOMAIN}"], unit_code="TH"
    )
    for name, other in (("an", ["nguyen.an"]), ("binh", []), ("chi", [])):
        person = NewPerson(
            username=name,
            full_name=name.title(),
            addresses=tuple(f"{one}@{DOMAIN}" for one in (name, *other)),
            unit_code="TH" if name == "an" else "",
        )
        add_person(tx, person, keys)


@pytest.fixture
def doors(office: Office, quick_hasher: PasswordHasher) -> Iterator[Doors]:
    """All four doors, with the accounts an, binh, chi and the shared mailbox phongth, which an may use."""
    office.db.write_now(_people, quick_hasher)
    ready: Future[SmtpDoor] = Future()
    loop = uvloop.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        door = SmtpDoor(office, office.tls)
        try:
            await door.start()
            ready.set_result(door)
            await stop.wait()
            await door.stop(within=1.0)
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        door = ready.result(10)
        yield Doors(office, loop, door.ports, door)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
    assert not thread.is_alive()
    assert list(Path(office.spool_folder).iterdir()) == [], "a spool file was left behind"
