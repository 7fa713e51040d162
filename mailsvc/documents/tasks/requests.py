"""More time for a task, asked and granted; and lateness contested for the yearly emulation (Article 14)."""

from __future__ import annotations

from datetime import date

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import rights
from mailsvc.documents.rights import Act, Subject
from mailsvc.documents.tasks import looking, post
from mailsvc.documents.tasks.giving import deadline_of, open_task, require_words
from mailsvc.documents.tasks.words import REPORTED, words
from mailsvc.store import audit, tasks
from mailsvc.store.tasks import APPEAL, ASKED, EXTENSION, GRANTED, LEAD, REFUSED, Task, TaskRequest
from mailsvc.store.tx import Tx


def ask_extension(tx: Tx, who: Actor, task_id: int, wanted: str, reason: str) -> int:
    """Ask the assigner for a later deadline; the request's id. A new request takes the place of an open one.

    Raises Refused, Invalid.
    """
    task = open_task(tx, task_id)
    actor, row = looking.as_doer(tx, who, Act.ASK_EXTENSION, task)
    if row.role != LEAD:
        raise Refused("Chỉ người chủ trì xin gia hạn được.")
    if task.deadline is None or task.state == REPORTED:
        raise Refused("Việc không có hạn, hoặc đã báo cáo: không cần gia hạn.")
    day = _later(wanted, task.deadline, office_date(tx.now_ms))
    said = require_words(reason, f"Phải ghi lý do xin gia hạn. Căn cứ: {words().rules['extension']}.")
    tasks.drop_requests(tx, task_id, EXTENSION)
    values = {"task_id": task_id, "kind": EXTENSION, "asker_id": row.person_id, "asked_ms": tx.now_ms}
    request_id = tasks.add_request(tx, values | {"wanted": day, "old_deadline": task.deadline, "reason": said})
    shown = f"Xin gia hạn đến {_shown(day)}. Lý do: {said}"
    tasks.add_event(tx, task_id, actor.account_id, "extension_asked", shown)
    audit.record(tx, actor, "task.ask_extension", f"task/{task_id}", wanted=day, reason=said)
    post.tell_assigner(tx, task, row.person_id, "Xin gia hạn", shown)
    tx.wake("tasks")
    return request_id


def decide_extension(tx: Tx, who: Actor, request_id: int, granted: bool, day: str = "", answer: str = "") -> Task:
    """Grant more time (until `day`, default what was asked) or not; the task as it stands then.

    A deadline that is moved when it has already passed moves the reminders, not the judgement: the task stays late.
    Raises Refused, Invalid.
    """
    request = tasks.get_request(tx, request_id)
    task = open_task(tx, request.task_id)
    actor = looking.as_assigner(tx, who, Act.EXTEND, task)
    _require_asked(request, EXTENSION)
    said = answer.strip()
    if not granted:
        said = require_words(answer, "Phải ghi lý do không cho gia hạn.")
    new = _later(day or request.wanted or "", task.deadline or "", office_date(tx.now_ms)) if granted else None
    decision = {
        "state": GRANTED if granted else REFUSED, "granted": new, "decided_by": actor.account_id,
        "decided_ms": tx.now_ms, "answer": said,
    }  # fmt: skip
    if not tasks.change_request(tx, request_id, decision):
        raise Refused("Đề nghị này đã được quyết định.")
    shown = f"Đồng ý gia hạn đến {_shown(new)}." if new else "Không đồng ý gia hạn."
    if new:
        in_time = task.deadline is not None and office_date(tx.now_ms).isoformat() <= task.deadline
        judged = {"judged_deadline": new} if in_time else {}
        tasks.change(tx, task.id, {"deadline": new, **judged})
        shown += "" if in_time else " Đồng ý sau hạn: việc vẫn tính là trễ."
    shown = f"{shown} {said}".strip()
    tasks.add_event(tx, task.id, actor.account_id, "extension_decided", shown)
    audit.record(tx, actor, "task.extend", f"task/{task.id}", granted=new, answer=said)
    post.tell_doers(tx, task, "Trả lời xin gia hạn", shown)
    tx.wake("tasks")
    return tasks.get(tx, task.id)


# ---- contested lateness -------------------------------------------------------------------------------------
def appeal(tx: Tx, who: Actor, task_id: int, reason: str) -> int:
    """Contest that the task counts as late; the request's id. Raises Refused, Invalid."""
    task = tasks.get(tx, task_id)
    actor, row = looking.as_doer(tx, who, Act.REPORT, task)
    if row.role != LEAD or not is_late(task, office_date(tx.now_ms)):
        raise Refused("Việc này không bị tính trễ đối với bạn.")
    if any(one.kind == APPEAL and one.state != REFUSED for one in tasks.requests_of(tx, task_id)):
        raise Refused("Đã có kiến nghị về việc này.")
    said = require_words(reason, "Phải ghi lý do kiến nghị.")
    values = {"task_id": task_id, "kind": APPEAL, "asker_id": row.person_id, "asked_ms": tx.now_ms}
    request_id = tasks.add_request(tx, values | {"old_deadline": task.judged_deadline, "reason": said})
    tasks.add_event(tx, task_id, actor.account_id, "appealed", f"Kiến nghị không tính trễ. Lý do: {said}")
    audit.record(tx, actor, "task.appeal", f"task/{task_id}", reason=said)
    post.tell_chiefs(tx, task, row.person_id, "Kiến nghị không tính trễ", said)
    return request_id


def decide_appeal(tx: Tx, who: Actor, request_id: int, accepted: bool, answer: str) -> None:
    """Accept that the task was not late, or not; by the leaders or the head of the Office. Raises Refused, Invalid."""
    request = tasks.get_request(tx, request_id)
    task = tasks.get(tx, request.task_id)
    actor = rights.require(tx, who, Act.CONSENT_CLOSE, Subject(task.org_code))
    _require_asked(request, APPEAL)
    said = require_words(answer, "Phải ghi ý kiến giải quyết.")
    decision = {"state": GRANTED if accepted else REFUSED, "decided_by": actor.account_id, "decided_ms": tx.now_ms}
    if not tasks.change_request(tx, request_id, decision | {"answer": said}):
        raise Refused("Kiến nghị này đã được quyết định.")
    shown = f"{'Chấp nhận' if accepted else 'Không chấp nhận'} kiến nghị. {said}"
    tasks.add_event(tx, task.id, actor.account_id, "appeal_decided", shown)
    audit.record(tx, actor, "task.decide_appeal", f"task/{task.id}", accepted=accepted, answer=said)
    post.tell_doers(tx, task, "Trả lời kiến nghị", shown, only=request.asker_id)


def is_late(task: Task, today: date) -> bool:
    """Whether the task was reported after the deadline it is judged by, or is not reported and that has passed."""
    if task.judged_deadline is None:
        return False
    done = today if task.reported_ms is None else office_date(task.reported_ms)
    return done.isoformat() > task.judged_deadline


def _require_asked(request: TaskRequest, kind: str) -> None:
    if request.kind != kind or request.state != ASKED:
        raise Refused("Đề nghị này đã được quyết định.")


def _later(typed: str, old: str, today: date) -> str:
    """An ISO day after the old deadline. Raises Invalid."""
    day, problem = deadline_of(typed, today)
    if problem or day is None:
        raise Invalid(problem or "Phải ghi ngày gia hạn đến.")
    if day <= old:
        raise Invalid("Ngày gia hạn phải sau hạn đang có, %(old)s.", old=_shown(old))
    return day


def _shown(day: str | None) -> str:
    return "/".join(reversed((day or "").split("-")))
