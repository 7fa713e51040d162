"""What a leader, a clerk or a head of a unit decides: receivers with their roles and deadlines, checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound, Phrase, Refused
from mailsvc.documents import calendar
from mailsvc.documents.fields import InvalidFields, Problem, iso
from mailsvc.documents.routing import receivers
from mailsvc.documents.routing.receivers import Receiver
from mailsvc.documents.routing.rules import because, rules
from mailsvc.store.tx import Tx

LEADER, LEAD, COOPERATE, INFORM = "leader", "lead", "cooperate", "inform"
ROLES = (LEAD, COOPERATE, INFORM)
_DAYS = re.compile(r"\+?\s*(\d{1,3})(?:\s*ngày(?: làm việc)?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """One receiver as typed: `receiver` is a key of the list, `deadline` a day (any usual form) or working days ("3",
    "3 ngày"), '' for none. `field` is the name of the form's row, for remarks."""

    receiver: str
    role: str
    deadline: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """A checked order; `deadline` ISO or None."""

    receiver: Receiver
    role: str
    deadline: str | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What orders must keep within: the arrival day, the deadline of the line or document above, whether there is a
    lead already (True), whether one is needed."""

    arrival: date
    latest: str | None = None
    has_lead: bool = False
    needs_lead: bool = True


def ready(tx: Tx, orders: Sequence[Order], bounds: Bounds) -> list[Ready]:
    """The orders as they can be carried out, the lead first. Raises InvalidFields with a remark for each field."""
    today = office_date(tx.now_ms)
    problems: list[Problem] = []
    found: list[tuple[Order, Ready]] = []
    for order in orders:
        receiver = _receiver(tx, order, problems)
        deadline = _deadline(order, bounds, today, problems)
        if receiver is not None:
            found.append((order, Ready(receiver, order.role, deadline)))
    problems += _whole(found, bounds)
    if problems:
        raise InvalidFields(tuple(problems))
    lead = next((one for _, one in found if one.role == LEAD), None)
    inherited = lead.deadline if lead is not None else bounds.latest
    whole = [_with_deadline(one, inherited) for _, one in found]
    return sorted(whole, key=lambda one: ROLES.index(one.role) if one.role in ROLES else -1)


def _with_deadline(one: Ready, inherited: str | None) -> Ready:
    """Cooperating without a deadline of their own are due with the lead."""
    return replace(one, deadline=inherited) if one.role == COOPERATE and one.deadline is None else one


def _receiver(tx: Tx, order: Order, problems: list[Problem]) -> Receiver | None:
    try:
        return receivers.find(tx, order.receiver)
    except (Invalid, Refused) as error:
        problems.append(Problem(f"{order.field}-receiver", Phrase(error.text, **error.values), True))
    except NotFound:
        problems.append(Problem(f"{order.field}-receiver", Phrase("Không có người này."), True))
    return None


def _deadline(order: Order, bounds: Bounds, today: date, problems: list[Problem]) -> str | None:
    if not order.deadline.strip():
        return None
    try:
        if order.role == INFORM:
            raise Invalid("Nhận để biết thì không có hạn; hãy chọn phối hợp nếu cần trả lời.")
        return deadline_of(order.deadline, bounds.arrival, today)
    except Invalid as error:
        problems.append(Problem(f"{order.field}-deadline", Phrase(error.text, **error.values), True))
        return None


def deadline_of(text: str, arrival: date, today: date) -> str:
    """A typed deadline as an ISO day: `30/11/2026`, or a number of working days from today. Raises Invalid."""
    rule = rules().deadlines
    day = _day(text.strip(), today)
    shown = f"{day:%d/%m/%Y}"
    if day < arrival:
        raise Invalid(
            "Hạn %(shown)s trước ngày đến %(arrival)s. %(because)s",
            shown=shown,
            arrival=f"{arrival:%d/%m/%Y}",
            because=because(rule.rule, "deadlines"),
        )
    if day < today:
        raise Invalid(
            "Hạn %(shown)s đã qua (hôm nay %(today)s). %(because)s",
            shown=shown,
            today=f"{today:%d/%m/%Y}",
            because=because(rule.rule, "deadlines"),
        )
    if day > today + timedelta(days=rule.most_days):
        raise Invalid(
            "Hạn %(shown)s quá xa; xin xem lại năm. %(because)s",
            shown=shown,
            because=because(rule.rule, "deadlines.most_days"),
        )
    if rule.on_working_days and not calendar.is_working_day(day):
        before, after = calendar.add_working_days(day, -1), calendar.next_working_day(day)
        near = f"{before:%d/%m/%Y} hoặc {after:%d/%m/%Y}" if before >= today else f"{after:%d/%m/%Y}"
        raise Invalid(
            "Hạn %(shown)s là ngày nghỉ; hãy chọn %(near)s. %(because)s",
            shown=shown,
            near=near,
            because=because(rule.rule, "deadlines.on_working_days"),
        )
    return day.isoformat()


def _day(text: str, today: date) -> date:
    days = _DAYS.fullmatch(text)
    if days is not None:
        return calendar.add_working_days(today, int(days[1]))
    try:
        return date.fromisoformat(iso(text))
    except ValueError:
        raise Invalid("“%(text)s” không phải là ngày; ghi ngày/tháng/năm hoặc số ngày làm việc.", text=text) from None


# ---- the orders together ------------------------------------------------------------------------------------
def _whole(found: Sequence[tuple[Order, Ready]], bounds: Bounds) -> Iterator[Problem]:
    yield from _lead(found, bounds)
    yield from _twice(found)
    yield from _within(found, bounds)


def _lead(found: Sequence[tuple[Order, Ready]], bounds: Bounds) -> Iterator[Problem]:
    """Exactly one receiver is in charge (handbook §7.4)."""
    leads = [order for order, one in found if one.role == LEAD]
    why = because(rules().direct_rule, "direct")
    if bounds.has_lead and leads:
        yield Problem(
            f"{leads[0].field}-receiver",
            Phrase("Đã có người chủ trì; muốn đổi thì giao lại lượt chuyển đó. %(why)s", why=why),
            True,
        )
    elif len(leads) > 1:
        only = Phrase("Chỉ một người hoặc đơn vị chủ trì. %(why)s", why=why)
        yield Problem(f"{leads[1].field}-receiver", only, True)
    elif not leads and bounds.needs_lead and not bounds.has_lead:
        needed = Phrase("Phải có đúng một người hoặc đơn vị chủ trì. %(why)s", why=why)
        yield Problem("lead-receiver", needed, True)
    if not found and not bounds.needs_lead:
        yield Problem("lead-receiver", Phrase("Chưa chọn người hoặc đơn vị nhận."), True)


def _twice(found: Sequence[tuple[Order, Ready]]) -> Iterator[Problem]:
    seen: set[int] = set()
    for order, one in found:
        if one.receiver.account_id in seen:
            twice = Phrase("%(name)s đã được chọn ở dòng khác.", name=one.receiver.name)
            yield Problem(f"{order.field}-receiver", twice, True)
        seen.add(one.receiver.account_id)


def _within(found: Sequence[tuple[Order, Ready]], bounds: Bounds) -> Iterator[Problem]:
    rule = rules().deadlines
    lead = next((one.deadline for _, one in found if one.role == LEAD), None)
    for order, one in found:
        if bounds.latest and one.deadline and one.deadline > bounds.latest:
            yield _late(order, one, bounds.latest, Phrase("hạn được giao"))
        elif rule.cooperate_within_lead and one.role == COOPERATE and lead and (one.deadline or "") > lead:
            yield _late(order, one, lead, Phrase("hạn của chủ trì"))


def _late(order: Order, one: Ready, latest: str, of_what: str) -> Problem:
    day, last = (f"{date.fromisoformat(text):%d/%m/%Y}" for text in (one.deadline or "", latest))
    why = because(rules().deadlines.rule, "deadlines.cooperate_within_lead")
    text = Phrase("Hạn %(day)s sau %(of_what)s (%(last)s). %(why)s", day=day, of_what=of_what, last=last, why=why)
    return Problem(f"{order.field}-deadline", text, True)
