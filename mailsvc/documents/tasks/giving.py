"""Giving a task, supplementing and withdrawing it. What was sent stays as it was sent (regulation, Article 9)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Phrase, Refused
from mailsvc.documents import calendar, holding, rights
from mailsvc.documents.fields import InvalidFields, Problem, iso
from mailsvc.documents.plain_words import require_open
from mailsvc.documents.rights import Act, Party, Relation, Subject
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.documents.tasks import looking, post
from mailsvc.documents.tasks.words import REFUSED, WITHDRAWN, words
from mailsvc.store import accounts, audit, documents, tasks
from mailsvc.store.accounts import Account
from mailsvc.store.tasks import COOPERATE, LEAD, Task
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.normal import nfc

_DAYS = re.compile(r"\+?\s*(\d{1,3})(?:\s*ngày(?: làm việc)?)?", re.IGNORECASE)
_TWICE_MS = 120_000


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is typed. People are account ids; `deadline` a day in any usual form, working days (`3 ngày`) or ''."""

    title: str
    content: str = ""
    lead_id: int | None = None
    cooperating: tuple[int, ...] = ()
    deadline: str = ""
    priority: str = "thuong"
    advisory: bool = False
    document_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Doer:
    """Who gets it. `meant_for`: who was chosen, when somebody stands in; `remark` says so."""

    account: Account
    role: str
    meant_for: int | None
    remark: str


def send(tx: Tx, who: Actor, new: NewTask) -> Task:
    """Give the task; each doer has it as a letter when this commits. Sent twice (a double click) it is given once.

    Raises InvalidFields with a remark for each field, Refused for people the actor may not give tasks to.
    """
    ready, deadline = checked(tx, new)
    actor = _allowed(tx, who, ready)
    if ready.document_id is not None:
        document = documents.get(tx, ready.document_id)
        rights.require(tx, who, Act.READ, rights.of_document(tx, document))
    if (same := _just_sent(tx, actor, ready)) is not None:
        return same
    doers = _doers(tx, ready)
    task_id = tasks.add(tx, _row(tx, actor, ready, deadline))
    for one in doers:
        row = {"person_id": one.account.id, "meant_for_id": one.meant_for, "unit_code": one.account.unit_code}
        tasks.add_person(tx, task_id, row | {"role": one.role})
    task = tasks.get(tx, task_id)
    to = ", ".join(f"{one.account.full_name} ({words().roles[one.role].lower()})" for one in doers)
    remarks = " ".join(one.remark for one in doers if one.remark)
    tasks.add_event(tx, task_id, actor.account_id, "sent", f"Giao việc cho {to}. {remarks}".strip())
    digest = hashlib.sha256(f"{task.title}\n{task.content}".encode()).hexdigest()
    people = [one.account.id for one in doers]
    audit.record(tx, actor, "task.send", f"task/{task_id}", people=people, deadline=deadline, sha256=digest)
    post.give(tx, task, tasks.people_of(tx, task_id))
    tx.wake("tasks")
    return tasks.get(tx, task_id)


def _row(tx: Tx, actor: Actor, ready: NewTask, deadline: str | None) -> dict[str, object]:
    assigner = accounts.get(tx, actor.on_behalf_of or actor.account_id or 0)
    return {
        "org_code": organisation_of_unit(tx, actor.post.unit_code if actor.post else assigner.unit_code),
        "assigner_id": assigner.id,
        "assigner_post": assigner.position,
        "title": ready.title,
        "content": ready.content,
        "document_id": ready.document_id,
        "priority": ready.priority,
        "advisory": int(ready.advisory),
        "first_deadline": deadline,
        "deadline": deadline,
        "judged_deadline": deadline,
        "sent_ms": tx.now_ms,
        "token": secrets.token_hex(16),
    }


# ---- what was typed -----------------------------------------------------------------------------------------
def checked(tx: Tx, new: NewTask) -> tuple[NewTask, str | None]:
    """The task tidied, and its deadline as an ISO day. Raises InvalidFields."""
    ready = replace(new, title=" ".join(nfc(new.title).split()), content=nfc(new.content).strip())
    limits = words().limits
    problems: list[Problem] = []
    if not ready.title:
        problems.append(Problem("title", Phrase("Phải ghi tên việc."), True))
    for name in ("title", "content"):
        if len(getattr(ready, name)) > limits[name]:
            problems.append(Problem(name, Phrase("Dài quá %(longest)s ký tự.", longest=limits[name]), True))
    if ready.lead_id is None:
        problems.append(Problem("lead", Phrase("Phải chọn đúng một người chủ trì."), True))
    if ready.lead_id in ready.cooperating:
        problems.append(Problem("cooperating", Phrase("Người chủ trì không đồng thời là người phối hợp."), True))
    if len(ready.cooperating) >= limits["most_people"]:
        problems.append(Problem("cooperating", Phrase("Nhiều nhất %(most)s người.", most=limits["most_people"]), True))
    if ready.priority not in words().priorities:
        problems.append(Problem("priority", Phrase("Mức “%(priority)s” không có.", priority=ready.priority), True))
    deadline, problem = deadline_of(ready.deadline, office_date(tx.now_ms))
    if problem:
        problems.append(Problem("deadline", problem, True))
    if ready.advisory and not ready.deadline:
        problems.append(Problem("deadline", Phrase("Văn bản tham mưu phải có hạn."), True))
    if holding.screen(titles=[ready.title], text=ready.content):
        text = Phrase("Có dấu hiệu bí mật nhà nước; không nhận. Căn cứ: %(rule)s.", rule=holding.RULE)
        problems.append(Problem("title", text, True))
    if problems:
        raise InvalidFields(tuple(problems))
    return ready, deadline


def deadline_of(typed: str, today: date) -> tuple[str | None, Phrase | None]:
    """(ISO day or None, what is wrong with it or None). `3` and `3 ngày` are working days from today."""
    typed = typed.strip()
    if not typed:
        return None, None
    if (counted := _DAYS.fullmatch(typed)) is not None:
        return calendar.add_working_days(today, int(counted[1])).isoformat(), None
    try:
        day = date.fromisoformat(iso(typed))
    except ValueError:
        return None, Phrase("“%(typed)s” không phải là ngày; ghi như 30/11/2026 hoặc “3 ngày”.", typed=typed)
    if day < today:
        return None, Phrase("Hạn %(day)s đã qua.", day=f"{day:%d/%m/%Y}")
    if day > today + timedelta(days=words().limits["most_days"]):
        return None, Phrase("Hạn %(day)s xa quá; xem lại năm.", day=f"{day:%d/%m/%Y}")
    if not calendar.is_working_day(day):
        before = calendar.add_working_days(day, -1)
        return None, Phrase(
            "%(day)s là ngày nghỉ; ngày làm việc liền trước là %(before)s.",
            day=f"{day:%d/%m/%Y}",
            before=f"{before:%d/%m/%Y}",
        )
    return day.isoformat(), None


def _doers(tx: Tx, ready: NewTask) -> list[_Doer]:
    """Who gets it, the lead first; those away are replaced by who stands in. Raises InvalidFields, Refused."""
    found: dict[int, _Doer] = {}
    for chosen in (ready.lead_id or 0, *ready.cooperating):
        role = LEAD if not found else COOPERATE
        meant = accounts.get(tx, chosen)
        if meant.kind != "person":
            raise InvalidFields(
                (Problem(role, Phrase("“%(name)s” không phải là một người.", name=meant.full_name), True),)
            )
        receiver_id, remark = rights.receiver(tx, chosen)
        meant_for = None if receiver_id == chosen else chosen
        found.setdefault(receiver_id, _Doer(accounts.get(tx, receiver_id), role, meant_for, remark))
    return list(found.values())


def _allowed(tx: Tx, who: Actor, ready: NewTask) -> Actor:
    """The actor in the post that lets him give tasks to all of them. Raises Refused."""
    chosen = (ready.lead_id or 0, *ready.cooperating)
    actor, *_ = [rights.require(tx, who, Act.ASSIGN, _person_subject(tx, one)) for one in chosen]
    if actor.account_id in chosen:
        raise Refused("Không giao việc cho chính mình. Căn cứ: %(assign)s.", assign=words().rules["assign"])
    return actor


def _person_subject(tx: Tx, account_id: int) -> Subject:
    unit_code = accounts.get(tx, account_id).unit_code
    return Subject(organisation_of_unit(tx, unit_code), (Party(Relation.UNIT, unit_code=unit_code),))


def may_give_to(tx: Tx, who: Actor, people: Sequence[int]) -> list[int]:
    """Those of the people whom the actor may give tasks to."""
    return [
        one for one in people if one != who.account_id and rights.may(tx, who, Act.ASSIGN, _person_subject(tx, one))
    ]


def _just_sent(tx: Tx, actor: Actor, ready: NewTask) -> Task | None:
    """The same task given by the same person a moment ago."""
    mine = actor.on_behalf_of or actor.account_id or 0
    for one in tasks.given_by(tx, mine, is_open=True):
        same = (one.title, one.content, one.document_id) == (ready.title, ready.content, ready.document_id)
        if same and tx.now_ms - one.sent_ms < _TWICE_MS:
            lead = tasks.people_of(tx, one.id)[0]
            if ready.lead_id in (lead.person_id, lead.meant_for_id):
                return one
    return None


# ---- afterwards ---------------------------------------------------------------------------------------------
def supplement(tx: Tx, who: Actor, task_id: int, text: str) -> None:
    """Add to what was given; the doers get it by mail. Raises Refused, Invalid."""
    task = open_task(tx, task_id, refused_too=True)
    actor = looking.as_assigner(tx, who, Act.WITHDRAW, task)
    said = require_words(text, "Phải ghi nội dung bổ sung.")
    tasks.add_event(tx, task_id, actor.account_id, "supplement", f"Bổ sung: {said}")
    audit.record(tx, actor, "task.supplement", f"task/{task_id}", text=said)
    post.tell_doers(tx, task, "Bổ sung chỉ đạo", said)
    tx.wake("tasks")


def withdraw(tx: Tx, who: Actor, task_id: int, reason: str) -> None:
    """Take the task back, with a reason; what was given and done stays readable. Raises Refused, Invalid."""
    task = open_task(tx, task_id, refused_too=True)
    actor = looking.as_assigner(tx, who, Act.WITHDRAW, task)
    said = require_words(reason, "Phải ghi lý do rút lại.")
    end(tx, task, WITHDRAWN)
    tasks.add_event(tx, task_id, actor.account_id, "withdrawn", f"Rút lại. Lý do: {said}")
    audit.record(tx, actor, "task.withdraw", f"task/{task_id}", reason=said)
    post.tell_doers(tx, task, "Rút lại việc đã giao", f"Lý do: {said}")
    post.follow(tx, tasks.get(tx, task_id))
    tx.wake("tasks")


def end(tx: Tx, task: Task, state: str, **more: object) -> None:
    """The task is over: nobody has to do it, nothing asked about its time is open."""
    tasks.change(tx, task.id, {"state": state, "is_open": 0, "ended_ms": tx.now_ms, **more})
    tasks.end_people(tx, task.id)
    tasks.drop_requests(tx, task.id, tasks.EXTENSION)


def open_task(tx: Tx, task_id: int, *, refused_too: bool = False) -> Task:
    """The task while it can be worked on (`refused_too`: by the one who gave it). Raises NotFound, Refused."""
    task = tasks.get(tx, task_id)
    if not task.is_open:
        raise Refused("Việc này %(states)s; không làm tiếp được.", states=words().states[task.state].lower())
    if task.state == REFUSED and not refused_too:
        raise Refused("Việc này đã bị từ chối, đang chờ người giao quyết định.")
    return task


def require_words(text: str, missing: str) -> str:
    """What was typed, tidied. Raises Invalid when there is nothing or too much, Refused for a mark of secrecy."""
    said = nfc(text).strip()
    if not said:
        raise Invalid(missing)
    if len(said) > words().limits["words"]:
        raise Invalid("Nội dung dài quá %(words)s ký tự.", words=words().limits["words"])
    require_open(said)
    return said
