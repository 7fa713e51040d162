"""The office with many documents: pages by median and 95th percentile, and numbers given by fifty clerks at once.

A data folder of its own, the embedded store, the demo organisation. `figures` is what bench_table.py prints.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert  # noqa: E402

from mailsvc.accounts import demo  # noqa: E402
from mailsvc.auth.passwords import PasswordHasher  # noqa: E402
from mailsvc.core import settings as settings_module  # noqa: E402
from mailsvc.documents import calendar, numbering, register  # noqa: E402
from mailsvc.documents.fields import Fields  # noqa: E402
from mailsvc.documents.following import reminders  # noqa: E402
from mailsvc.documents.my_work import my_work  # noqa: E402
from mailsvc.documents.routing import listing  # noqa: E402
from mailsvc.opening import close_office, open_office  # noqa: E402
from mailsvc.reports import board, statistics  # noqa: E402
from mailsvc.reports.periods import month_of, week_of  # noqa: E402
from mailsvc.store import accounts  # noqa: E402
from mailsvc.store import documents as store  # noqa: E402
from mailsvc.store.schema import directions, documents, flows, transfers  # noqa: E402
from mailsvc.store.tx import Tx  # noqa: E402
from mailsvc.vietnamese.fold import fold  # noqa: E402
from webmail import paperwork  # noqa: E402

ORG, YEAR = "SGDDT", 2026
OPEN = 2000  # of the documents are under way
SAID = (
    "tăng cường phòng chống tai nạn đuối nước trẻ em hướng dẫn thực hiện nhiệm vụ năm học kế hoạch tuyển sinh báo cáo "
    "kết quả kiểm tra đánh giá chất lượng giáo dục"
)
WORDS = SAID.split()
CLERKS = 50


@dataclass(frozen=True)
class Figure:
    """Milliseconds of a page, or numbers a second."""

    name: str
    median: float
    p95: float


def fill(tx: Tx, first: int, last: int, total: int, people: list[int], units: list[int], dice: random.Random) -> None:
    """Documents `first` to `last` of `total`, each with three lines; the latest are open, some of them late."""
    rows: dict[Any, list[dict[str, Any]]] = {documents: [], flows: [], directions: [], transfers: []}
    for n in range(first, last + 1):
        subject, day = " ".join(dice.choices(WORDS, k=12)), f"{YEAR}-{1 + n * 11 // total:02d}-{1 + n % 28:02d}"
        is_open, due = int(n > total - OPEN), f"{YEAR}-{'11-02' if n % 3 == 0 else '12-30'}"
        code = f"{n}/UBND-VX"
        rows[documents].append(
            {"id": n, "org_code": ORG, "direction": "in", "year": YEAR, "arrival_number": n, "arrival_date": day,
             "type_name": "Công văn", "number": str(n), "notation": "UBND-VX", "code": code, "issue_date": day,
             "issuer": "Ủy ban nhân dân tỉnh Tây Ninh", "subject": subject, "registered_ms": tx.now_ms,
             "folded": fold(f"{n} {code} {subject} Ủy ban nhân dân tỉnh Tây Ninh"), "code_key": f"{n}"}
        )  # fmt: skip
        state, sent_ms = "directed" if is_open else "done", calendar.moment(date.fromisoformat(day), time_of_day(9))
        ended_ms = None if is_open else sent_ms + (1 + n % 9) * 86_400_000
        rows[flows].append({"document_id": n, "org_code": ORG, "state": state, "deadline": due})
        rows[directions].append(
            {"id": n, "document_id": n, "kind": "direction", "author_id": people[0], "token": f"{n:032x}"}
        )
        for k, role in enumerate(("lead", "cooperate", "inform")):
            who = units[n % len(units)] if k == 0 else people[(n + k) % len(people)]
            rows[transfers].append(
                {"document_id": n, "direction_id": n, "role": role, "assigner_id": people[0], "assignee_id": who,
                 "holder_id": who if is_open else None, "state": "unread" if is_open else "closed", "is_open": is_open,
                 "deadline": None if role == "inform" else due, "sent_ms": sent_ms, "ended_ms": ended_ms,
                 "reported_ms": ended_ms if role == "lead" else None}
            )  # fmt: skip
    for table, some in rows.items():
        tx.execute(insert(table), some)


def figures(folder: Path, total: int, runs: int, numbers: int) -> list[Figure]:
    """Fill the folder, then measure."""
    hasher = PasswordHasher(memory_kib=64, passes=1, iterations=4096)
    settings = settings_module.load(environ={}, data=str(folder))
    office = open_office(settings, None, hasher)
    try:
        demo.make(office.db, settings, hasher, ROOT / "config")
        people = [one.id for one in office.db.read_now(accounts.listing, "person")]
        units = [one.id for one in office.db.read_now(accounts.listing, "unit")][:12]
        dice = random.Random(1)
        for first in range(1, total + 1, 5000):
            office.db.write_now(fill, first, min(first + 4999, total), total, people, units, dice)
        office.db.write_now(store.set_last_number, ORG, numbering.INCOMING, YEAR, total)
        return [*_pages(office.db.read_now, total, runs), _numbers(office, numbers)]
    finally:
        close_office(office)


def _pages(read: Callable[..., Any], total: int, runs: int) -> list[Figure]:
    leader, clerk, officer = (read(accounts.by_username, name).id for name in ("nganltt", "daonth", "khuetm"))
    document = read(store.get, total - 1)
    pages: list[tuple[str, tuple[Any, ...]]] = [
        ("register page", (register.register_rows, ORG, YEAR)),
        ("register search, many hits", (register.register_rows, ORG, YEAR, "tuyen sinh")),
        ("register search, no hit", (register.register_rows, ORG, YEAR, "khong co chu nay")),
        ("my work of a leader", (my_work, leader)),
        ("my work of an officer", (my_work, officer)),
        ("overdue list", (listing.follow_up, ORG, listing.OVERDUE)),
        ("document page", (paperwork.paperwork, clerk, document)),
        ("unit board", (board.board, ORG, "GDTRH")),
        ("late list", (board.late_rows, ORG)),
        ("statistics of a week", (statistics.figures, ORG, week_of(date(YEAR, 11, 4)))),
        ("statistics of a month", (statistics.figures, ORG, month_of(date(YEAR, 11, 4)))),
        ("reminders that fall", (reminders.falling,)),
    ]
    return [_timed(name, lambda call=call: read(*call), runs) for name, call in pages]


def _timed(name: str, work: Callable[[], Any], runs: int) -> Figure:
    took = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        took.append((time.perf_counter() - begin) * 1000)
    took.sort()
    return Figure(name, took[len(took) // 2], took[max(0, int(len(took) * 0.95) - 1)])


def _numbers(office: Any, count: int) -> Figure:
    """Numbers a second given to fifty clerks at once; every one of them once and without a gap, or it raises."""
    clerk = office.db.read_now(accounts.by_username, "daonth").id

    def enter(number: int) -> int:
        fields = Fields(subject=f"Văn bản {number}", issuer="Sở Nội vụ", code=f"{number}/SNV")
        given: int = office.db.write_now(register.register_paper, clerk, ORG, fields).arrival_number
        return given

    begin = time.perf_counter()
    with ThreadPoolExecutor(CLERKS) as pool:
        given = sorted(pool.map(enter, range(count)))
    took = time.perf_counter() - begin
    if given != list(range(given[0], given[0] + count)):
        raise AssertionError("numbers with a gap or twice")
    return Figure("numbers a second, 50 clerks", count / took, count / took)
