"""Child of test_numbering_kill: fifty clerks give numbers to documents that wait, each told once it is safe.

python numbering.py DATA
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailsvc.accounts import importing, people
from mailsvc.accounts.people import NewPerson
from mailsvc.core import settings
from mailsvc.documents.outgoing import deciding, draft, numbers
from mailsvc.documents.outgoing.fields import DraftFields
from mailsvc.documents.outgoing.packing import ORIGINAL, Given, Packed, pack
from mailsvc.message.compose import Person
from mailsvc.opening import open_office
from mailsvc.store import accounts, outgoing
from mailsvc.store.tx import Tx
from tests.documents.making import package, paragraph

CLERKS = 50
AHEAD = 200  # documents that are made to wait before the clerks begin
ORGANISATION = "SGDDT"
UNITS = Path(__file__).resolve().parents[2] / "config" / "demo-units.csv"
WHO = (
    ("khuetm", "GDTRH", "chuyen_vien"),
    ("dungmh", "GDTRH", "truong_phong"),
    ("lyhc", "VP", "chanh_van_phong"),
    ("nganltt", "BGD", "lanh_dao_so"),
    ("daonth", "VP", "van_thu"),
)


def staff(tx: Tx, domains: list[str]) -> dict[str, int]:
    """Account ids; the people are made on the first call."""
    if accounts.by_username(tx, "daonth") is None:
        importing.import_units(tx, domains, ORGANISATION, UNITS.read_bytes())
        for username, unit, role in WHO:
            people.add_person(tx, NewPerson(username, username, (), unit_code=unit, roles=(role,)), None)
    found = {username: accounts.by_username(tx, username) for username, _, _ in WHO}
    return {username: account.id for username, account in found.items() if account is not None}


def waiting(tx: Tx, who: dict[str, int], packed: Packed) -> int:
    """A document at the clerks' desk; its id."""
    fields = DraftFields("Quyết định", "về việc thử", signer=str(who["nganltt"]), recipients="- Lưu: VT.")
    document = draft.begin(tx, who["khuetm"], fields, packed)
    deciding.submit(tx, who["khuetm"], document.id)
    deciding.approve_content(tx, who["dungmh"], document.id)
    deciding.send_to_format(tx, who["dungmh"], document.id)
    deciding.approve_format(tx, who["lyhc"], document.id)
    deciding.sign(tx, who["nganltt"], document.id)
    numbers.request_number(tx, who["khuetm"], document.id)
    return document.id


def main() -> None:
    office = open_office(settings.load(environ={}, data=sys.argv[1]))
    who = office.db.write_now(staff, office.settings.organisation.domains)
    packed = pack(office, Person("", "a@b.vn"), "Thử", [Given("a.docx", package(paragraph("a")), ORIGINAL)])
    telling = threading.Lock()

    def give(document_id: int) -> None:
        number = office.db.write_now(numbers.give_number, who["daonth"], document_id)
        with telling:
            print(number.number, flush=True)

    left = office.db.read_now(outgoing.listing, ORGANISATION, ["waiting"])
    ids = [one.document_id for one in left] + [office.db.write_now(waiting, who, packed) for _ in range(AHEAD)]
    with ThreadPoolExecutor(CLERKS) as pool:
        list(pool.map(give, ids))


if __name__ == "__main__":
    main()
