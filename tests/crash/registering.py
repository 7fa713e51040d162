"""Child of test_kill: fifty clerks enter documents in the register of a data folder, each number told once it is safe.

python registering.py DATA
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailsvc.accounts import importing, people
from mailsvc.accounts.people import NewPerson
from mailsvc.core import settings
from mailsvc.documents import register
from mailsvc.documents.fields import Fields
from mailsvc.opening import open_office
from mailsvc.store import accounts
from mailsvc.store.tx import Tx

CLERKS = 50
ORGANISATION = "SGDDT"
UNITS = Path(__file__).resolve().parents[2] / "config" / "demo-units.csv"


def clerk(tx: Tx, domains: list[str]) -> int:
    """The clerk's account id; the units and the clerk are made on the first call."""
    found = accounts.by_username(tx, "daonth")
    if found is not None:
        return found.id
    importing.import_units(tx, domains, ORGANISATION, UNITS.read_bytes())
    return people.add_person(tx, NewPerson("daonth", "Đào", (), unit_code="VP", roles=("van_thu",)), None).id


def main() -> None:
    office = open_office(settings.load(environ={}, data=sys.argv[1]))
    actor = office.db.write_now(clerk, office.settings.organisation.domains)
    telling = threading.Lock()

    def enter(number: int) -> None:
        fields = Fields(subject=f"Văn bản {number}", issuer="Sở Nội vụ", code=f"{number}/SNV", issue_date="2026-01-05")
        document = office.db.write_now(register.register_paper, actor, ORGANISATION, fields)
        with telling:
            print(document.arrival_number, flush=True)

    with ThreadPoolExecutor(CLERKS) as pool:
        list(pool.map(enter, range(1, 100_000)))


if __name__ == "__main__":
    main()
