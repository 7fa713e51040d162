"""Daily reports or “không phát sinh”, and who has not reported (regulation, Article 10.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid
from mailsvc.documents import calendar, rights
from mailsvc.documents.following import people
from mailsvc.documents.following.rules import rules_on
from mailsvc.documents.plain_words import require_open
from mailsvc.documents.rights import Act, Party, Relation, Subject
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.store import accounts, audit, following, statistics
from mailsvc.store.accounts import Account
from mailsvc.store.following import DailyReport
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.normal import nfc

LONGEST = 10_000
BACK_DAYS = 3  # working days for which a forgotten report is still taken


def report(tx: Tx, who: Actor, text: str, *, nothing: bool = False, day: date | None = None) -> int:
    """Report what was done on the day (default today), or that nothing came up; its id.

    A second report of a day stands beside the first, which stays. Raises Invalid, Refused.
    """
    person = accounts.get(tx, who.on_behalf_of or who.account_id or 0)
    parties = (Party(Relation.OWNER, account_id=person.id),)
    actor = rights.require(tx, who, Act.DAILY_REPORT, Subject(organisation_of_unit(tx, person.unit_code), parties))
    today = office_date(tx.now_ms)
    wanted = day or today
    said = nfc(text).strip()
    if nothing and said:
        raise Invalid("Đã chọn “không phát sinh” thì để trống nội dung; có nội dung thì bỏ chọn.")
    if not nothing and not said:
        raise Invalid("Ghi việc đã làm trong ngày, hoặc chọn “không phát sinh”.")
    if len(said) > LONGEST:
        raise Invalid("Báo cáo dài quá %(longest)s ký tự.", longest=LONGEST)
    require_open(said)
    if wanted > today or wanted < calendar.add_working_days(today, -BACK_DAYS):
        raise Invalid("Chỉ báo cáo cho hôm nay và %(back_days)s ngày làm việc trước.", back_days=BACK_DAYS)
    values = {"person_id": person.id, "day": wanted.isoformat(), "unit_code": person.unit_code, "at_ms": tx.now_ms}
    report_id = following.add_daily(tx, values | {"nothing_new": int(nothing), "text": said})
    audit.record(tx, actor, "daily.report", f"daily/{report_id}", day=wanted.isoformat(), nothing=nothing)
    tx.wake("tasks")
    return report_id


# ---- who has and who has not --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Attendance:
    """A person who is to report, with the last report of the day (None: not yet)."""

    person: Account
    report: DailyReport | None


def of_day(tx: Tx, org_code: str, day: date, unit_code: str = "") -> list[Attendance]:
    """Everybody of the organisation (of one unit) who is to report, by unit and name; nobody on a day off."""
    if not calendar.is_working_day(day):
        return []
    latest = {one.person_id: one for one in following.daily_on(tx, day.isoformat())}
    expected = [one for one in _expected(tx, org_code, day) if unit_code in ("", one.unit_code)]
    return [Attendance(one, latest.get(one.id)) for one in expected]


def _expected(tx: Tx, org_code: str, day: date) -> list[Account]:
    found = people.accounts_with(tx, org_code, rules_on(day).daily_roles, day.isoformat())
    return sorted(found, key=lambda one: (one.unit_code, one.username))


def holders(tx: Tx, org_code: str, day: date) -> list[tuple[int, str, str | None]]:
    """(person, from, to) for everybody of the organisation who ever is to report, by the rule of that day."""
    homes = people.homes_of(tx, org_code)
    found = statistics.role_holders(tx, rules_on(day).daily_roles)
    return [(one, first, last) for one, unit_code, first, last in found if unit_code in homes]


def is_expected(tx: Tx, account_id: int, day: date) -> bool:
    """Whether the person is to report on that day."""
    account = accounts.get(tx, account_id)
    return any(account == one for role in rules_on(day).daily_roles
               for one in accounts.with_role(tx, role, day.isoformat()))  # fmt: skip


def missing_yesterday(tx: Tx, account_id: int, today: date) -> Sequence[str]:
    """For the head of a unit: who of it has not reported on the working day before."""
    units_led = {post.unit_code for post in rights.posts_of(tx, account_id) if post.role in people.HEADS}
    day = calendar.add_working_days(today, -1)
    if calendar.end_of_day(day) < statistics.begun_ms(tx):  # the office did not work with this system yet
        return ()
    found: list[str] = []
    for unit_code in sorted(units_led):
        org_code = organisation_of_unit(tx, unit_code)
        missing = [one for one in of_day(tx, org_code, day, unit_code) if one.report is None]
        found += [f"{one.person.full_name} ({one.person.position or one.person.unit_code})" for one in missing]
    return found
