"""A running web door, people who sign in, and letters of the samples in their mailboxes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from mailsvc.accounts.importing import import_units
from mailsvc.accounts.people import NewPerson, add_person, add_shared
from mailsvc.auth.passwords import PasswordKeys
from mailsvc.core.clock import FixedClock
from mailsvc.documents import extract_job
from mailsvc.http.server import HttpDoor
from mailsvc.mail.deliver import deliver_letter
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.office import Office
from mailsvc.store import accounts, mailboxes
from mailsvc.store.tx import Tx
from tests.places import REPOSITORY, SAMPLES

T = TypeVar("T")
PASSWORD = "mot-mat-khau-dai"
CLERKS_MAIL = "vanthu@sogddt.tayninh.gov.vn"
PEOPLE = (
    ("daonth", "Nguyễn Thị Hồng Đào", "VP", "Văn thư", ("van_thu",)),
    ("locpv", "Phạm Văn Lộc", "VP", "Văn thư", ("van_thu",)),
    ("nganltt", "Lâm Thị Thu Ngân", "BGD", "Giám đốc", ("lanh_dao_so",)),
    ("phuongvh", "Võ Hoài Phượng", "VP", "Chuyên viên", ("chuyen_vien",)),
    ("admin", "Trần Quản Trị", "VP", "Quản trị mạng", ("quan_tri",)),
)
FORM_TOKEN = re.compile(r'name="ma" value="([0-9a-f]{64})"')


@dataclass
class Site:
    """The office behind a real HTTP socket; the door runs on an event loop in a thread of its own."""

    office: Office
    clock: FixedClock
    door: HttpDoor
    loop: asyncio.AbstractEventLoop
    ready: bool = True
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.door.port}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def client(self) -> httpx.Client:
        """A browser without JavaScript, with cookies."""
        made = httpx.Client(base_url=self.url, timeout=30)
        self.clients.append(made)
        return made

    def signed_in(self, username: str) -> httpx.Client:
        client = self.client()
        page = client.get("/dang-nhap")
        data = {"ma": token_of(page), "ten": username, "mat_khau": PASSWORD, "tiep": "/"}
        answer = client.post("/dang-nhap", data=data)
        assert answer.status_code == 303, answer.text
        return client

    def account_id(self, username: str) -> int:
        found = self.office.db.read_now(accounts.by_username, username)
        assert found is not None
        return found.id

    def inbox(self, username: str) -> int:
        return self.office.db.read_now(mailboxes.by_name, self.account_id(username), mailboxes.INBOX).id

    def deliver(self, data: bytes, recipient: str = CLERKS_MAIL) -> int:
        """Put a letter into a mailbox as the SMTP door does; the UID."""
        letter = from_bytes(data)
        envelope = Envelope(
            "1", "lmtp", Client("192.0.2.1"), "ai-do@vanban-demo.example", (Recipient(recipient),), self.clock.now_ms()
        )
        domains = self.office.settings.organisation.domains
        self.office.db.write_now(deliver_letter, domains, envelope, letter)
        return self.office.db.read_now(_last_uid, recipient)

    def read_files(self) -> None:
        """Let the office read the files of new intake entries."""

        async def until_done() -> None:
            while await extract_job.work_once(self.office):
                pass

        self.run(until_done())


def _last_uid(tx: Tx, address: str) -> int:
    account = accounts.by_address(tx, address)
    assert account is not None
    return mailboxes.by_name(tx, account.id, mailboxes.INBOX).uidnext - 1


def token_of(page: httpx.Response) -> str:
    found = FORM_TOKEN.search(page.text)
    assert found is not None, page.text[:2000]
    return found[1]


def sample(name: str) -> bytes:
    return (SAMPLES / "mail" / name).read_bytes()


def sample_names() -> list[str]:
    return sorted(path.name for path in (SAMPLES / "mail").glob("*.eml"))


def populate(tx: Tx, domains: list[str], keys: PasswordKeys) -> None:
    """Units, five people and the clerks' mailbox."""
    import_units(tx, domains, "SGDDT", (REPOSITORY / "config" / "demo-units.csv").read_bytes())
    if accounts.by_username(tx, "vanthu") is None:
        add_shared(
            tx, username="vanthu", kind="role", full_name="Văn thư Sở", addresses=[CLERKS_MAIL], unit_code="SGDDT",
            intake=True,
        )  # fmt: skip
    for username, name, unit, position, roles in PEOPLE:
        address = (f"{username}@{domains[0]}",)
        add_person(tx, NewPerson(username, name, address, unit, position, roles=roles), keys)
