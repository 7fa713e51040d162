"""The Sở with one person for each step of an outgoing document, a school of its own, and the way to a number."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.clock import FixedClock
from mailsvc.documents.outgoing import deciding, draft, issue, numbers, receivers
from mailsvc.documents.outgoing.fields import DraftFields
from mailsvc.documents.outgoing.packing import ANNEX, ORIGINAL, SIGNED, Given, Packed, pack
from mailsvc.mail.office import Office
from mailsvc.message.compose import Person
from mailsvc.store import accounts, documents, outgoing
from mailsvc.store.documents import Document
from mailsvc.store.issued import Issued
from mailsvc.store.outgoing import Flow
from tests.documents.making import package, paragraph
from tests.documents.making_pdf import scan_pdf

ORG, SCHOOL = "SGDDT", "DV01"


def word(*lines: str) -> bytes:
    """A small Word file with those paragraphs."""
    return package("".join(paragraph(line) for line in lines or ("Nội dung văn bản.",)))


@dataclass
class World:
    """The office and its people by user name."""

    office: Office
    clock: FixedClock
    people: dict[str, int]

    def __getitem__(self, username: str) -> int:
        return self.people[username]

    def packed(self, *files: tuple[str, bytes, str]) -> Packed:
        """Files (name, bytes, role) wrapped as the pages wrap an upload."""
        given = [Given(*one) for one in files]
        return pack(self.office, Person("Khuê", "khuetm@sogddt.tayninh.gov.vn"), "Dự thảo", given)

    def fields(self, **changes: str) -> DraftFields:
        values = {
            "type_name": "Quyết định",
            "subject": "ban hành Kế hoạch kiểm tra công tác chuyển đổi số năm 2026",
            "signer": str(self["nganltt"]),
            "recipients": "- Như Điều 3;\n- Lưu: VT, GDTrH.",
            "keeper": "VT; GDTrH",
            "copies": "52",
        }
        return DraftFields(**values | changes)

    def begin(self, *lines: str, by: str = "khuetm", **changes: str) -> Document:
        """A draft with a Word file."""
        packed = self.packed(("du-thao.docx", word(*lines), ORIGINAL))
        return self.office.db.write_now(draft.begin, self[by], self.fields(**changes), packed)

    def flow(self, document: Document) -> Flow:
        return self.office.db.read_now(outgoing.get, document.id)

    def to_format(self, document: Document) -> None:
        """Submitted, its content approved, with the Office."""
        write = self.office.db.write_now
        write(deciding.submit, self["khuetm"], document.id)
        write(deciding.approve_content, self["dungmh"], document.id)
        write(deciding.send_to_format, self["dungmh"], document.id)

    def to_signed(self, document: Document) -> None:
        self.to_format(document)
        write = self.office.db.write_now
        write(deciding.approve_format, self["lyhc"], document.id)
        write(deciding.sign, self.flow(document).signer_id or 0, document.id)

    def to_waiting(self, document: Document) -> None:
        self.to_signed(document)
        self.office.db.write_now(numbers.request_number, self["khuetm"], document.id)

    def numbered(self, **changes: str) -> tuple[Document, Issued]:
        """A new document with its number, given today."""
        document = self.begin(**changes)
        self.to_waiting(document)
        return document, self.office.db.write_now(numbers.give_number, self["daonth"], document.id)

    def issue(self, document: Document, *units: str, outside: str = "", by: str = "daonth") -> Flow:
        """Send it out as the page does: the letter is written before the transaction."""
        domains = self.office.settings.organisation.domains
        db = self.office.db
        targets = db.read_now(receivers.chosen, domains, units, (), outside)
        parcel = issue.prepare(self.office, db.read_now(issue.sheet, self.office.blobs, self[by], document.id), targets)
        return db.write_now(issue.issue, self[by], domains, parcel, targets)

    def issued(self, *units: str, outside: str = "", **changes: str) -> Document:
        """A new document, numbered, with its scan, sent to those."""
        document, _ = self.numbered(**changes)
        self.attach_scan(document)
        self.issue(document, *units, outside=outside)
        return self.office.db.read_now(documents.get, document.id)

    def attach_scan(self, document: Document) -> None:
        packed = self.packed(("ban-ky.pdf", scan_pdf(), SIGNED))
        self.office.db.write_now(draft.attach_signed, self["daonth"], document.id, packed)


def meet(office: Office, clock: FixedClock) -> World:
    """Everybody of the demo organisation by user name."""
    people = office.db.read_now(accounts.listing, "person")
    return World(office, clock, {one.username: one.id for one in people})


__all__ = ["ANNEX", "ORG", "ORIGINAL", "SCHOOL", "SIGNED", "World", "meet", "word"]
