"""A small office with clerks, for the tests of intake and register."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailsvc.accounts.people import NewPerson, add_person, add_shared
from mailsvc.auth.passwords import PasswordHasher
from mailsvc.core.clock import FixedClock
from mailsvc.core.settings import Settings
from mailsvc.documents.fields import Fields
from mailsvc.mail import deliver
from mailsvc.mail.envelope import Client, Envelope, Outcome, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.office import Office
from mailsvc.opening import close_office, open_office
from mailsvc.store import accounts, intake, mailboxes, units
from mailsvc.store.intake import Entry
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

ORG = "SGDDT"
DOMAINS = ["sogddt.tayninh.gov.vn", "tayninh.gov.vn"]
VANTHU = "vanthu@sogddt.tayninh.gov.vn"
OUTSIDER = "vpub.demo@vanban-demo.example"

_UNITS = (
    ("SGDDT", "Sở Giáo dục và Đào tạo Tây Ninh", "so", ""),
    ("VP", "Văn phòng", "phong", "SGDDT"),
    ("DV01", "Trường THPT Bàu Sen", "truong", "SGDDT"),
)
_PEOPLE = (
    ("daonth", "Nguyễn Thị Hồng Đào", "VP", ("van_thu",)),
    ("locpv", "Phạm Văn Lộc", "VP", ("van_thu",)),
    ("khuetm", "Trần Minh Khuê", "VP", ("chuyen_vien",)),
    ("nganltt", "Lâm Thị Thu Ngân", "VP", ("lanh_dao_so",)),
    ("vt.thptbausen", "Kiều Đức Hậu", "DV01", ("van_thu_don_vi",)),
)


@dataclass(frozen=True, slots=True)
class World:
    """Account ids by username, and the inbox that feeds the register."""

    office: Office
    people: dict[str, int]
    inbox: int

    @property
    def clerk(self) -> int:
        return self.people["daonth"]

    @property
    def other_clerk(self) -> int:
        return self.people["locpv"]

    @property
    def officer(self) -> int:
        return self.people["khuetm"]

    def deliver(
        self, data: bytes, sender: str = OUTSIDER, to: str = VANTHU, account_id: int | None = None
    ) -> list[Outcome]:
        """Deliver a letter as the doors do."""
        letter = from_bytes(data)
        envelope = Envelope(
            id="test",
            door="mx" if account_id is None else "submission",
            client=Client("192.0.2.10", 25, "mx.example"),
            sender=sender,
            recipients=(Recipient(to),),
            received_ms=self.office.clock.now_ms(),
            digest=hashlib.sha256(data).digest(),
            account_id=account_id,
        )
        return self.office.db.write_now(deliver.deliver_letter, DOMAINS, envelope, letter)

    def entries(self, *statuses: str) -> list[Entry]:
        """The organisation's entries, oldest first; all of them without statuses."""
        chosen = statuses or ("waiting", "registered", "dismissed", "held")
        return sorted(self.office.db.read_now(intake.listing, ORG, chosen, limit=1000), key=lambda entry: entry.id)

    def bring(self, data: bytes, sender: str = OUTSIDER) -> Entry:
        """Deliver a letter that opens an entry; that entry."""
        before = {one.id for one in self.entries()}
        self.deliver(data, sender)
        return next(one for one in self.entries() if one.id not in before)


@pytest.fixture
def world(office: Office) -> World:
    """The office on SQLite."""
    return build(office)


@pytest.fixture
def any_world(
    database_url: str, settings: Settings, clock: FixedClock, quick_hasher: PasswordHasher
) -> Iterator[World]:
    """The office on each kind of database in turn."""
    store = settings.store.model_copy(update={"url": database_url})
    office = open_office(settings.model_copy(update={"store": store}), clock, quick_hasher)
    yield build(office)
    close_office(office)


def build(office: Office) -> World:
    """Units, the clerks' shared mailbox, two clerks, an officer, a leader and a school's clerk."""
    people = office.db.write_now(_people)
    vanthu = office.db.read_now(_inbox)
    return World(office, people, vanthu)


def _people(tx: Tx) -> dict[str, int]:
    for code, name, kind, parent in _UNITS:
        units.put(tx, Unit(code, name, kind, parent, "", "", "2016-01-01", None, ""))
    addresses = [f"vanthu@{domain}" for domain in DOMAINS]
    add_shared(
        tx, username="vanthu", kind="role", full_name="Văn thư Sở", addresses=addresses, unit_code=ORG, intake=True
    )
    made = {}
    for username, name, unit_code, roles in _PEOPLE:
        own = tuple(f"{username}@{domain}" for domain in DOMAINS)
        made[username] = add_person(tx, NewPerson(username, name, own, unit_code, roles=roles), None).id
    return made


def _inbox(tx: Tx) -> int:
    account = accounts.by_username(tx, "vanthu")
    assert account is not None
    return mailboxes.by_name(tx, account.id, "INBOX").id


def letter(subject: str, *files: tuple[str, bytes], sender: str = OUTSIDER, text: str = "Kính gửi văn bản.") -> bytes:
    """A letter with files attached."""
    message = EmailMessage()
    message["From"] = f"Văn phòng <{sender}>"
    message["To"] = VANTHU
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 09:00:00 +0700"
    message["Message-ID"] = f"<{hashlib.sha256((subject + sender).encode()).hexdigest()[:12]}@example>"
    message.set_content(text)
    for name, data in files:
        subtype = "pdf" if name.endswith(".pdf") else "octet-stream"
        message.add_attachment(data, maintype="application", subtype=subtype, filename=name)
    return message.as_bytes()


def sample(samples: Path, name: str) -> bytes:
    return (samples / "mail" / name).read_bytes()


FIELDS = Fields(
    type_name="Công văn",
    code="123/SGDĐT-VP",
    issue_date="2026-11-20",
    issuer="Ủy ban nhân dân tỉnh Tây Ninh",
    subject="tăng cường phòng, chống tai nạn đuối nước trẻ em",
    recipients="Phòng GDTrH",
)
