"""The reminder engine: which reminders fall now, and sending each of them once.

`falling` reads and is cheap; `send` claims each reminder by its unique key and writes the mail in the same
transaction. Whatever runs twice, is killed in between or runs in two processes therefore tells everybody once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from mailsvc.core.clock import office_date, office_datetime
from mailsvc.documents import calendar
from mailsvc.documents.following import occasions, people
from mailsvc.documents.following.due import Due
from mailsvc.documents.following.occasions import LATE, Occasion
from mailsvc.documents.following.rules import OWNER, Rules, rules_on
from mailsvc.documents.following.sources import SOURCES, find
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.store import accounts, following
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Falling:
    """A reminder that falls now. It is looked at again when it is sent."""

    due: Due
    occasion: Occasion


def falling(tx: Tx, kinds: Iterable[str] | None = None) -> list[Falling]:
    """The reminders (of those kinds of items) that fall at this moment and have not been sent."""
    today = office_date(tx.now_ms)
    rules = rules_on(today)
    if not calendar.is_working_day(today):
        return []
    horizon = calendar.add_working_days(today, rules.furthest + 1)
    found = [
        Falling(due, occasion)
        for kind in (SOURCES if kinds is None else kinds)
        for due in SOURCES[kind].listing(tx, horizon)
        if (occasion := occasion_of(due, rules, tx.now_ms)) is not None
    ]
    told = following.told_of(tx, [one.due.thing for one in found])
    return [one for one in found if one.occasion.name not in told.get(one.due.thing, set())]


def occasion_of(due: Due, rules: Rules, now_ms: int) -> Occasion | None:
    """The reminder of the item that falls now, sent or not."""
    if due.deadline is not None:
        return occasions.of_day(due, rules, now_ms)
    rule = rules.clocks.get(due.kind)
    return None if rule is None else occasions.of_clock(due, rule, now_ms)


def send(tx: Tx, found: Sequence[Falling]) -> int:
    """Send those that still hold and were not sent meanwhile; how many mails were written."""
    rules = rules_on(office_date(tx.now_ms))
    sent = 0
    for one in found:
        due = find(tx, one.due.kind, one.due.id)
        occasion = None if due is None else occasion_of(due, rules, tx.now_ms)
        if due is not None and occasion is not None:
            sent += _remind(tx, due, occasion)
    return sent


def _remind(tx: Tx, due: Due, occasion: Occasion) -> int:
    """One mail to the owners, one to those who only have to know; each person once. How many mails."""
    owners = set(people.told(tx, due, {OWNER}))
    everybody = people.told(tx, due, occasion.to)
    mails = 0
    for own in (True, False):
        some = [one for one in everybody if (one in owners) is own]
        claims = {one: following.claim(tx, due.thing, occasion.name, one) for one in some}
        fresh = [one for one, claim in claims.items() if claim is not None]
        if not fresh:
            continue
        content_id = notice.post(tx, fresh, _notice(tx, due, occasion, own))
        if content_id is not None:
            following.keep_mail(tx, [claim for claim in claims.values() if claim is not None], content_id)
            mails += 1
    return mails


# ---- the words ----------------------------------------------------------------------------------------------
def _notice(tx: Tx, due: Due, occasion: Occasion, own: bool) -> Notice:
    today = office_date(tx.now_ms)
    if due.deadline is None:
        headline, urgent = _clock_words(due, occasion, rules_on(today))
    else:
        headline, urgent = day_words(due.deadline, today), due.deadline <= today
    lines = [f"{due.title}", f"{headline}."]
    if not own:
        lines.append(f"Người phải làm: {names(tx, due.owners)}.")
    if due.assigner_id is not None:
        lines.append(f"Người giao: {names(tx, [due.assigner_id])}.")
    lines += ["", f"Xem và xử lý tại {due.address} trên Văn phòng điện tử.", "", REMINDER_RULE]
    return Notice(
        kind="late" if urgent else "reminder",
        subject=f"{_mark(headline)}: {due.title}",
        text="\n".join(lines) + "\n",
        about=due.content_id,
        answers_to=due.assigner_id,
        urgent=urgent,
    )


REMINDER_RULE = "Thư nhắc tự động theo Quy chế 1581/QĐ-SGDĐT, Điều 8 khoản 4."


def _mark(headline: str) -> str:
    return headline[:1].upper() + headline[1:]


def day_words(deadline: date, today: date) -> str:
    """`còn 3 ngày làm việc, hạn 30/11/2026` · `đến hạn hôm nay` · `quá hạn 2 ngày làm việc, hạn 24/11/2026`"""
    if deadline == today:
        return f"đến hạn hôm nay, {deadline:%d/%m/%Y}"
    left = calendar.days_left(deadline, today)
    if deadline > today:
        return f"còn {left} ngày làm việc, hạn {deadline:%d/%m/%Y}"
    return f"quá hạn {-left} ngày làm việc, hạn {deadline:%d/%m/%Y}"


def _clock_words(due: Due, occasion: Occasion, rules: Rules) -> tuple[str, bool]:
    what = f"{rules.clocks[due.kind].name}, {moment_words(due.limit_ms or 0)}"
    return (f"quá thời hạn {what}", True) if occasion.name.startswith(LATE) else (f"sắp hết thời hạn {what}", False)


def moment_words(at_ms: int) -> str:
    """`11:30 ngày 24/11/2026`"""
    return f"{office_datetime(at_ms):%H:%M ngày %d/%m/%Y}"


def names(tx: Tx, account_ids: Iterable[int]) -> str:
    """The names of people and units, joined by commas."""
    return ", ".join(accounts.get(tx, account_id).full_name for account_id in account_ids)
