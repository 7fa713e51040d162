"""Rows of units over time: a file is held to the same days as the pages; mailboxes follow a name on its day."""

from __future__ import annotations

import pytest

from mailsvc.accounts import importing, people, unit_names
from mailsvc.core.clock import FixedClock
from mailsvc.core.errors import Invalid
from mailsvc.store import accounts, audit, units
from mailsvc.store.accounts import Account
from mailsvc.store.engine import Database

DOMAINS = ["so.example"]
HEAD = ",".join(importing.UNIT_COLUMNS)
OLD, NEW = "Phòng Giáo dục Tiểu học", "Phòng Tiểu học"
DAY_MS = 86_400_000


def write(db: Database, *rows: str) -> int:
    """Import these rows: code, name, first day, last day."""
    lines = []
    for row in rows:
        code, name, first, last = row.split("|")
        lines.append(f"{code},{name},phong,,TH,{code.lower()}@so.example,{first},{last},")
    return db.write_now(importing.import_units, DOMAINS, "SO", "\n".join([HEAD, *lines, ""]).encode())


def rows(db: Database, code: str = "TH") -> list[tuple[str, str, str | None]]:
    return [(one.name, one.valid_from, one.valid_to) for one in db.read_now(units.history, code)]


def mailbox(db: Database, username: str = "th") -> Account:
    found = db.read_now(accounts.by_username, username)
    assert found is not None
    return found


def test_a_units_rows_may_come_in_any_order(both_db: Database) -> None:
    assert write(both_db, f"TH|{NEW}|2027-01-01|", f"TH|{OLD}|2016-01-01|2026-12-31") == 2
    assert rows(both_db) == [(OLD, "2016-01-01", "2026-12-31"), (NEW, "2027-01-01", None)]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (f"TH|{NEW}|2027-01-01|", f"Dòng 2: Trùng thời gian với dòng “{NEW}” (từ 01/01/2027)"),
        (f"TH|{NEW}|2016-01-01|", "Dòng 3: đơn vị và ngày đầu này đã có ở trên"),
        (f"VP|{NEW}|01/01/2027|", "Dòng 3: “01/01/2027” không phải là ngày"),
        (f"VP|{NEW}|2027-01-01|2026-01-01", "Dòng 3: Ngày cuối phải sau hoặc bằng ngày đầu"),
    ],
)
def test_rows_that_cannot_be_are_refused_with_their_line(both_db: Database, second: str, said: str) -> None:
    with pytest.raises(Invalid) as told:
        write(both_db, f"TH|{OLD}|2016-01-01|", second)
    assert said in str(told.value)
    assert not rows(both_db) and not rows(both_db, "VP")


def test_a_row_that_meets_one_written_before_is_refused(both_db: Database) -> None:
    write(both_db, f"TH|{OLD}|2016-01-01|")
    with pytest.raises(Invalid, match="Dòng 2: Trùng thời gian"):
        write(both_db, f"TH|{NEW}|2027-01-01|")
    assert rows(both_db) == [(OLD, "2016-01-01", None)]
    assert write(both_db, f"TH|{OLD}|2016-01-01|2026-12-31", f"TH|{NEW}|2027-01-01|") == 2
    assert len(rows(both_db)) == 2


def test_mailboxes_bear_the_new_name_from_its_day_on(both_db: Database, clock: FixedClock) -> None:
    write(both_db, f"TH|{OLD}|2016-01-01|2026-11-25", f"TH|{NEW}|2026-11-26|")
    both_db.write_now(
        lambda tx: people.add_shared(
            tx, username="hoidap", kind="unit", full_name="Hỏi đáp", addresses=(), unit_code="TH"
        )
    )
    both_db.write_now(unit_names.follow_days)
    assert not both_db.read_now(unit_names.is_due)
    assert mailbox(both_db).full_name == OLD
    clock.advance(DAY_MS)
    assert both_db.read_now(unit_names.is_due)
    both_db.write_now(unit_names.follow_days)
    assert mailbox(both_db).full_name == OLD
    clock.advance(DAY_MS)
    both_db.write_now(unit_names.follow_days)
    assert mailbox(both_db).full_name == NEW
    assert mailbox(both_db, "hoidap").full_name == "Hỏi đáp"  # chosen by hand
    trail = both_db.read_now(audit.of, f"account/{mailbox(both_db).id}")
    assert trail[-1]["action"] == "account.change"


def test_several_names_while_the_service_stood_still_are_all_followed_once(
    both_db: Database, clock: FixedClock
) -> None:
    write(both_db, f"TH|{OLD}|2016-01-01|2026-11-25", f"TH|{NEW}|2026-11-26|2026-11-27", "TH|Phòng Ba|2026-11-28|")
    both_db.write_now(unit_names.follow_days)
    clock.advance(10 * DAY_MS)
    both_db.write_now(unit_names.follow_days)
    assert mailbox(both_db).full_name == "Phòng Ba"
    described = {"unit_code": "TH", "position": "", "phone": "", "note": ""}
    both_db.write_now(accounts.describe, mailbox(both_db).id, full_name=OLD, **described)  # the old one, by hand
    clock.advance(DAY_MS)
    both_db.write_now(unit_names.follow_days)
    assert mailbox(both_db).full_name == OLD
