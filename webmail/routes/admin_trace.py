"""Quản trị: what became of a letter. Envelopes, times and replies; never a subject, never a word of the letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from starlette.responses import Response

from mailsvc.accounts import administering, letter_traces
from mailsvc.accounts.letter_traces import MOST, Question, Reached, Way
from mailsvc.core.actor import Actor
from mailsvc.core.clock import OFFICE_ZONE, office_date, office_datetime
from mailsvc.http.visits import Visit, get
from mailsvc.store import queue, traces
from mailsvc.store.traces import Attempt, Trace
from mailsvc.store.tx import Tx
from webmail.forms import calendar_day
from webmail.i18n import _
from webmail.plain_replies import plain
from webmail.routes.admin import with_factor
from webmail.routes.admin_shell import admin_page

PAGE = "/quan-tri/tim-thu"
DAYS = 7
_SHOWN = 2  # recipients named in the line of a letter


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when (None: unknown), how it went (good, warn, stamp or ''), and what a server said."""

    at_ms: int | None
    colour: str
    text: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter on the page."""

    trace: Trace
    sender: str
    to: str
    more: int
    colour: str
    outcome: str
    steps: tuple[Step, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was filled in; `problems` by field."""

    sender: str
    recipient: str
    message_id: str
    first: str
    last: str
    problems: dict[str, str]
    question: Question | None


async def search(visit: Visit) -> Response:
    """The form, and what became of the letters that fit."""
    office, asked = visit.office, _asked(visit)
    oldest_ms = await office.db.read(_oldest, visit.actor)
    found: list[Shown] = []
    if asked.question is not None:
        await office.db.write(letter_traces.note_search, visit.actor, asked.question)
        domains = office.settings.organisation.domains
        ways = await office.db.read(letter_traces.search, visit.actor, domains, asked.question)
        found = [_shown(one) for one in ways]
    kept = {"oldest": oldest_ms, "days": office.settings.log.trace_days}
    return await admin_page(visit, "admin_trace.html", asked=asked, found=found, most=MOST, moment=_moment, **kept)


def _oldest(tx: Tx, actor: Actor) -> int | None:
    administering.require(tx, actor)
    return traces.oldest_ms(tx)


# ---- the form ------------------------------------------------------------------------------------------------------
def _asked(visit: Visit) -> Asked:
    today = office_date(visit.office.clock.now_ms())
    first, last = visit.query("tu_ngay", 10), visit.query("den_ngay", 10)
    sender, recipient, message_id = (visit.query(name, 320) for name in ("nguoi_gui", "nguoi_nhan", "ma_thu"))
    searched = "tim" in visit.request.query_params or sender or recipient or message_id
    first = first or (today - timedelta(days=DAYS - 1)).isoformat()
    last = last or today.isoformat()
    problems: dict[str, str] = {}
    days = {name: calendar_day(text) for name, text in (("tu_ngay", first), ("den_ngay", last))}
    for name, day in days.items():
        if day is None:
            problems[name] = _("Ngày không có trong lịch; chọn lại hoặc gõ ngày/tháng/năm.")
    begin, end = days["tu_ngay"], days["den_ngay"]
    if begin and end and begin > end:
        problems["den_ngay"] = _("Ngày cuối đứng trước ngày đầu; xin đổi lại.")
    question = None
    if searched and begin and end and not problems:
        question = Question(_start_ms(begin), _start_ms(end + timedelta(days=1)), sender, recipient, message_id)
    return Asked(sender, recipient, message_id, first, last, problems, question)


def _start_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=OFFICE_ZONE).timestamp() * 1000)


def _moment(ms: int) -> str:
    """24/11/2026 12:00:05"""
    return f"{office_datetime(ms):%d/%m/%Y %H:%M:%S}"


# ---- a letter's way ------------------------------------------------------------------------------------------------
def _shown(way: Way) -> Shown:
    trace = way.trace
    named = [one.recipient for one in way.reached[:_SHOWN]]
    colour, outcome = _outcome(way)
    return Shown(
        trace,
        trace.sender or (_("hệ thống") if trace.door == "house" else _("(không có địa chỉ trả lại)")),
        ", ".join(named),
        trace.people - len(named),
        colour,
        outcome,
        tuple(_steps(way)),
        way.hidden,
    )


def _outcome(way: Way) -> tuple[str, str]:
    """(colour, words) for the letter as a whole; what needs a hand comes first."""
    if way.trace.content_id is None:
        return "stamp", _("Bị từ chối")
    states = {_state(one) for one in way.reached}
    for state, colour, words in (
        (queue.FAILED, "stamp", _("Không gửi được")),
        ("refused", "stamp", _("Có nơi bị từ chối")),
        (queue.WAITING, "warn", _("Đang chờ gửi")),
        (queue.SENT, "good", _("Đã gửi đi")),
        ("gone", "", _("Đã xếp hàng gửi")),
    ):
        if state in states:
            return colour, words
    return "good", _("Đã vào hộp thư")


def _state(one: Reached) -> str:
    if one.reply:
        return "refused"
    if one.owner or one.is_list:
        return "here"
    if one.queued is not None:
        return one.queued.state
    return one.attempts[-1].state if one.attempts else "gone"


def _steps(way: Way) -> Iterator[Step]:
    trace = way.trace
    yield Step(trace.at_ms, "", _came(way))
    if trace.content_id is None and trace.reply:
        yield Step(trace.at_ms, "stamp", plain(trace.reply) or _("Bị từ chối."), trace.reply)
        return
    for one in way.reached:
        yield from _steps_of(trace, one)


def _came(way: Way) -> str:
    trace, who = way.trace, way.submitter
    peer = f"{trace.helo} [{trace.ip}]" if trace.helo else f"[{trace.ip}]"
    locked = _("có mã hóa (%(cipher)s)", cipher=trace.cipher) if trace.cipher else _("không mã hóa")
    if trace.door == "house":
        return _("Hệ thống tự viết thư này: báo phát, báo lỗi hoặc trả lời vắng mặt.")
    if trace.door == "list":
        return _("Nhóm địa chỉ chia thư này cho các thành viên.")
    if trace.door == "web":
        return _("%(who)s gửi từ trang web.", who=who)
    if trace.door == "submission" and not trace.ip:
        return _("Hệ thống văn bản gửi thay %(who)s.", who=who)
    if trace.door == "submission":
        told = {"who": who, "peer": peer, "locked": locked}
        return _("%(who)s đăng nhập và gửi bằng phần mềm thư từ %(peer)s, %(locked)s.", **told)
    if trace.door == "lmtp":
        return _("Máy chủ đứng trước chuyển vào (LMTP), tên máy %(peer)s.", peer=trace.helo or peer)
    return _("Máy %(peer)s đưa tới, %(locked)s.", peer=peer, locked=locked)


def _steps_of(trace: Trace, one: Reached) -> Iterator[Step]:
    who = one.recipient
    if one.reply:
        reason = plain(one.reply)
        yield Step(trace.at_ms, "stamp", _("%(who)s: bị từ chối. %(reason)s", who=who, reason=reason), one.reply)
        return
    if one.owner:
        yield Step(trace.at_ms, "good", _("%(who)s: đã vào hộp thư của %(owner)s.", who=who, owner=one.owner))
        return
    if one.is_list:
        text = _("%(who)s: nhóm địa chỉ, đã chia cho các thành viên (một dòng riêng cùng mã nhận).", who=who)
        yield Step(trace.at_ms, "good", text)
        return
    yield Step(trace.at_ms, "", _("%(who)s: xếp hàng gửi ra ngoài.", who=who))
    for number, attempt in enumerate(one.attempts, 1):
        yield _try(who, number, attempt)
    waiting = one.queued
    if waiting is not None and waiting.state == queue.WAITING:
        yield Step(waiting.next_ms, "warn", _("%(who)s: đang chờ, lần thử tới vào lúc này.", who=who))
    elif waiting is not None and not one.attempts:
        good = waiting.state == queue.SENT
        text = _("%(who)s: đã gửi.", who=who) if good else _("%(who)s: đã thôi gửi.", who=who)
        yield Step(waiting.done_ms, "good" if good else "stamp", text, waiting.reply)


def _try(who: str, number: int, attempt: Attempt) -> Step:
    host, reason = attempt.host or _("máy này"), plain(attempt.reply)
    if attempt.state == queue.SENT:
        text = _("%(who)s: máy %(host)s đã nhận (lần %(n)s).", who=who, host=host, n=number)
        return Step(attempt.at_ms, "good", text, attempt.reply)
    if attempt.state == queue.FAILED:
        text = _(
            "%(who)s: không gửi được, đã thôi gửi (lần %(n)s, %(host)s). %(reason)s",
            who=who, host=host, n=number, reason=reason,
        )  # fmt: skip
        return Step(attempt.at_ms, "stamp", text, attempt.reply)
    text = _("%(who)s: chưa được (lần %(n)s, %(host)s). %(reason)s", who=who, host=host, n=number, reason=reason)
    return Step(attempt.at_ms, "warn", text, attempt.reply)


ROUTES = (get(PAGE, with_factor(search)),)
