"""Child of test_kill_directing: enters documents and directs each of them, told once it is safe.

python directing.py DATA
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from mailsvc.core import settings
from mailsvc.documents import register
from mailsvc.documents.fields import Fields
from mailsvc.documents.routing import directing
from mailsvc.documents.routing.orders import COOPERATE, LEAD, Order
from mailsvc.opening import open_office
from mailsvc.store import accounts


def main() -> None:
    office = open_office(settings.load(environ={}, data=sys.argv[1]))
    clerk, leader, officer = (
        office.db.read_now(accounts.by_username, name).id for name in ("daonth", "nganltt", "khuetm")
    )
    orders = [Order("u:GDTRH", LEAD, "5", "lead"), Order(f"p:{officer}", COOPERATE, "", "row1")]
    telling = threading.Lock()

    def work(number: int) -> None:
        fields = Fields(subject=f"Văn bản {number}", issuer="Sở Nội vụ", code=f"{number}/SNV")
        document = office.db.write_now(register.register_paper, clerk, "SGDDT", fields)
        office.db.write_now(directing.direct, leader, document.id, "Làm.", orders, version=1)
        with telling:
            print(document.id, flush=True)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(1, 100_000)))


if __name__ == "__main__":
    main()
