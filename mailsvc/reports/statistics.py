"""The figures of a period: documents, work given, done in time and late, open and overdue, by unit (Article 8.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.documents import calendar, rights
from mailsvc.documents.following import daily
from mailsvc.documents.rights import Act, Party, Relation, Subject
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.reports.periods import Period
from mailsvc.store import statistics as store
from mailsvc.store import units
from mailsvc.store.statistics import Open
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A unit in the period: documents and tasks that came to it, what it did, and what is open now."""

    code: str
    name: str
    documents: int
    tasks: int
    in_time: int
    late: int
    open: int
    waiting: int
    overdue: int
    soon: int

    @property
    def percent(self) -> int | None:
        """Of what was done, how much in time; None when nothing was."""
        done = self.in_time + self.late
        return round(100 * self.in_time / done) if done else None


@dataclass(frozen=True, slots=True)
class Figures:
    """All of a report. `received` and `numbered`: type of document to a count; days are ISO text."""

    org_code: str
    kind: str
    first_day: str
    last_day: str
    words: str
    received: dict[str, int]
    numbered: dict[str, int]
    units: tuple[UnitFigures, ...]
    urged: int
    problems_told: int
    problems_answered: int
    problems_overdue: int
    daily_expected: int
    daily_missing: int

    def total(self, name: str) -> int:
        """The sum of a column over all units."""
        return sum(getattr(one, name) for one in self.units)


# ---- who may ------------------------------------------------------------------------------------------------
def readable_units(tx: Tx, who: Actor, org_code: str, act: Act = Act.READ_STATISTICS) -> set[str] | None:
    """The units whose figures the person may read; None for all of the organisation. Raises Refused for nobody's."""
    if rights.may(tx, who, act, Subject(org_code)):
        return None
    found = {
        post.unit_code
        for post in rights.posts_of(tx, who.account_id or 0)
        if post.unit_code and rights.may(tx, who, act, Subject(org_code, _unit(post.unit_code)))
    }
    if not found:
        rights.require(tx, who, act, Subject(org_code))
    return found


def require_whole(tx: Tx, who: Actor, org_code: str) -> None:
    """Raises Refused for who may not read the figures of the whole organisation."""
    rights.require(tx, who, Act.READ_STATISTICS, Subject(org_code))


def reads_titles(tx: Tx, who: Actor, org_code: str, unit_code: str) -> bool:
    """Whether the person may also see what the work is about, not only how much: who may urge about it. Evaluators
    and administrators read figures, never contents."""
    return rights.may(tx, who, Act.URGE, Subject(org_code, _unit(unit_code) if unit_code else ()))


def _unit(code: str) -> tuple[Party, ...]:
    return (Party(Relation.UNIT, unit_code=code), Party(Relation.LEAD, unit_code=code))


def organisation_of_reader(tx: Tx, who: Actor) -> str:
    """The organisation whose figures the person reads."""
    posts = rights.posts_of(tx, who.account_id or 0)
    return organisation_of_unit(tx, posts[0].unit_code if posts else "")


# ---- the figures --------------------------------------------------------------------------------------------
def figures(tx: Tx, org_code: str, period: Period, only: set[str] | None = None) -> Figures:
    """The figures of the period; of some units only with `only` (then without those of the whole organisation)."""
    today = office_date(tx.now_ms)
    first, end = period.first_ms, period.end_ms
    days = (period.first.isoformat(), period.last.isoformat())
    problems = store.problems(tx, org_code, first, end, today.isoformat())
    expected, missing = _daily(tx, org_code, period)
    found = unit_figures(tx, org_code, period)
    whole = only is None
    return Figures(
        org_code=org_code,
        kind=period.kind,
        first_day=days[0],
        last_day=days[1],
        words=period.words,
        received=store.received(tx, org_code, *days) if whole else {},
        numbered=store.numbered(tx, org_code, *days) if whole else {},
        units=tuple(one for one in found if only is None or one.code in only),
        urged=store.urged(tx, first, end) if whole else 0,
        problems_told=problems[0] if whole else 0,
        problems_answered=problems[1] if whole else 0,
        problems_overdue=problems[2] if whole else 0,
        daily_expected=expected if whole else 0,
        daily_missing=missing if whole else 0,
    )


def unit_figures(tx: Tx, org_code: str, period: Period) -> list[UnitFigures]:
    """A row for each unit that got, did or has work, by the order of the units."""
    today = office_date(tx.now_ms)
    soon = calendar.next_working_day(today)
    lines, tasks = store.given_by_unit(tx, org_code, period.first_ms, period.end_ms)
    done = store.done_by_unit(tx, org_code, period.first_ms, period.end_ms)
    opened = {one.unit_code: one for one in store.open_by_unit(tx, org_code, today.isoformat(), soon.isoformat())}
    names = units.names(tx, min(today, period.last).isoformat())  # as the units were called then
    codes = {*lines, *tasks, *done, *opened}
    none = Open("", 0, 0, 0, 0, 0)
    return [
        UnitFigures(
            code=code,
            name=names.get(code, code or "(không thuộc đơn vị)"),
            documents=lines.get(code, 0),
            tasks=tasks.get(code, 0),
            in_time=done.get(code, (0, 0))[0],
            late=done.get(code, (0, 0))[1],
            open=opened.get(code, none).count,
            waiting=opened.get(code, none).waiting,
            overdue=opened.get(code, none).late,
            soon=opened.get(code, none).soon,
        )
        for code in sorted(codes, key=lambda one: (one not in names, list(names).index(one) if one in names else 0))
    ]


def _daily(tx: Tx, org_code: str, period: Period) -> tuple[int, int]:
    """(daily reports expected, missing) on the working days of the period that are over, since the office began."""
    begin = max(period.first, office_date(store.begun_ms(tx)))
    last = min(period.last, office_date(tx.now_ms) - timedelta(days=1))
    if last < begin:
        return 0, 0
    reported = store.reported_days(tx, begin.isoformat(), last.isoformat())
    holders = daily.holders(tx, org_code, last)
    expected = missing = 0
    for number in range((last - begin).days + 1):
        day = begin + timedelta(days=number)
        if not calendar.is_working_day(day):
            continue
        iso = day.isoformat()
        people = {one for one, first, until in holders if first <= iso and (until is None or iso <= until)}
        expected += len(people)
        missing += sum(1 for one in people if (one, iso) not in reported)
    return expected, missing
