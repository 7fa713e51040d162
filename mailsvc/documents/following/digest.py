"""The morning mail (07:00): what is overdue, due today, due this week, and what others do. None when all is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mailsvc.core.clock import office_date, office_datetime
from mailsvc.documents import calendar
from mailsvc.documents.following import daily
from mailsvc.documents.following.rules import rules_on
from mailsvc.documents.my_work import my_work
from mailsvc.documents.work import Sections, WorkItem
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.store import accounts, following
from mailsvc.store.tx import Tx

THING = "digest"
_MOST = 40  # lines of one section


def wanting(tx: Tx) -> list[int]:
    """The people who have not had the morning mail of today; nobody outside its hours and on days off."""
    moment = office_datetime(tx.now_ms)
    rules = rules_on(moment.date())
    if not calendar.is_working_day(moment.date()) or not rules.digest_at <= moment.time() < rules.digest_until:
        return []
    told = following.people_told(tx, THING, moment.date().isoformat())
    return [one.id for one in accounts.listing(tx, "person") if one.active and one.id not in told]


@dataclass(frozen=True, slots=True)
class Morning:
    """The morning mail of a person; without text there is nothing to tell."""

    account_id: int
    subject: str
    text: str


def written(tx: Tx, account_ids: Sequence[int]) -> list[Morning]:
    """The morning mails of these people, to be sent. Reads only: it takes longer than a writer should be kept."""
    today = office_date(tx.now_ms)
    return [_written(tx, one, today) for one in account_ids]


def _written(tx: Tx, account_id: int, today: date) -> Morning:
    work = my_work(tx, account_id)
    missing = daily.missing_yesterday(tx, account_id, today)
    text = _text(tx, account_id, work, missing)
    return Morning(account_id, f"Việc ngày {today:%d/%m/%Y}: {_summary(work, missing)}", text)


def send(tx: Tx, mornings: Sequence[Morning]) -> int:
    """Put the morning mails into the mailboxes, each once a day; how many there were."""
    occasion = office_date(tx.now_ms).isoformat()
    sent = 0
    for one in mornings:
        claim = following.claim(tx, THING, occasion, one.account_id)
        if claim is None or not one.text:
            continue
        content_id = notice.post(tx, [one.account_id], Notice("digest", one.subject, one.text))
        if content_id is not None:
            following.keep_mail(tx, [claim], content_id)
            sent += 1
    return sent


def _text(tx: Tx, account_id: int, work: Sections, missing: Sequence[str]) -> str:
    """The text of the morning mail; '' when there is nothing to say."""
    if not (work.count or work.waiting or missing):
        return ""
    lines = [f"Kính gửi {accounts.get(tx, account_id).full_name},", ""]
    for heading, items in _parts(work):
        lines += _section(heading, items)
    if missing:
        lines += [f"CHƯA CÓ BÁO CÁO NGÀY LÀM VIỆC TRƯỚC ({len(missing)})", *(f"- {name}" for name in missing), ""]
    lines += ["Xem tất cả ở mục “Việc của tôi” trên Văn phòng điện tử."]
    return "\n".join(lines) + "\n"


def _parts(work: Sections) -> Iterator[tuple[str, tuple[WorkItem, ...]]]:
    yield "QUÁ HẠN", work.overdue
    yield "HÔM NAY", work.today
    yield "TUẦN NÀY", work.week
    yield "SAU ĐÓ, CHƯA CÓ HẠN", work.later
    yield "CHỜ NGƯỜI KHÁC", work.waiting


def _section(heading: str, items: tuple[WorkItem, ...]) -> list[str]:
    if not items:
        return []
    shown = [_line(one) for one in items[:_MOST]]
    more = [f"- … và {len(items) - _MOST} việc nữa"] if len(items) > _MOST else []
    return [f"{heading} ({len(items)})", *shown, *more, ""]


def _line(one: WorkItem) -> str:
    day = f"hạn {'/'.join(reversed(one.deadline.split('-')))}" if one.deadline else ""
    who = f"chờ {one.waiting_for}" if one.waiting_for else f"từ {one.sender}" if one.sender else ""
    mark = "mới" if one.unread else ""
    facts = ", ".join(fact for fact in (day, who, mark) if fact)
    return f"- {one.title}{f' ({facts})' if facts else ''}: {one.address}"


def _summary(work: Sections, missing: Sequence[str]) -> str:
    counts = ((len(work.overdue), "quá hạn"), (len(work.today), "hôm nay"), (len(work.week), "tuần này"))
    found = [f"{count} {words}" for count, words in counts if count]
    if not found and (work.count or work.waiting):
        found.append(f"{work.count} việc, chờ người khác {len(work.waiting)}")
    return ", ".join(found) if found else f"chưa có báo cáo ngày của {len(missing)} người"
