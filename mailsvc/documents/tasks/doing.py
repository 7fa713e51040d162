"""What those do who were given a task: take it on, refuse it with a reason, tell how far it is, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents.rights import Act
from mailsvc.documents.tasks import looking, post
from mailsvc.documents.tasks.giving import open_task, require_words
from mailsvc.documents.tasks.words import REFUSED, REPORTED, SENT, WORKING, words
from mailsvc.store import audit, tasks
from mailsvc.store.tasks import LEAD, Task, TaskFile, TaskPerson
from mailsvc.store.tx import Tx


def acknowledge(tx: Tx, who: Actor, task_id: int) -> bool:
    """Take the task on (“đã nhận”), with the time; whether that is new. Raises Refused."""
    task = open_task(tx, task_id)
    actor, row = looking.as_doer(tx, who, Act.ACKNOWLEDGE, task)
    return _take_on(tx, actor, task, row)


def _take_on(tx: Tx, actor: Actor, task: Task, row: TaskPerson) -> bool:
    if row.acknowledged_ms is not None:
        return False
    tasks.change_person(tx, row.id, {"acknowledged_ms": tx.now_ms})
    if row.role == LEAD and task.state == SENT:
        tasks.change(tx, task.id, {"state": WORKING})
    tasks.add_event(tx, task.id, actor.account_id, "acknowledged", "Đã nhận việc.")
    audit.record(tx, actor, "task.acknowledge", f"task/{task.id}")
    post.seen(tx, task, row)
    tx.wake("tasks")
    return True


def refuse(tx: Tx, who: Actor, task_id: int, reason: str) -> None:
    """Give the task back to the assigner, who alone hears the reason by mail. Raises Refused, Invalid without one.

    When the lead refuses the task waits for the assigner, who withdraws it, gives it anew or insists.
    """
    task = open_task(tx, task_id)
    actor, row = looking.as_doer(tx, who, Act.ACKNOWLEDGE, task)
    said = require_words(reason, f"Phải ghi lý do từ chối. Căn cứ: {words().rules['refuse']}.")
    if row.reported_ms is not None or row.refused_ms is not None:
        raise Refused("Bạn đã báo cáo hoặc đã từ chối việc này rồi.")
    tasks.change_person(tx, row.id, {"refused_ms": tx.now_ms, "refusal": said, "is_open": 0})
    if row.role == LEAD:
        tasks.change(tx, task.id, {"state": REFUSED})
    tasks.add_event(tx, task.id, actor.account_id, "refused", f"Từ chối. Lý do: {said}")
    audit.record(tx, actor, "task.refuse", f"task/{task.id}", reason=said)
    post.tell_assigner(tx, task, row.person_id, "Từ chối việc được giao", f"Lý do: {said}", urgent=True)
    post.follow(tx, tasks.get(tx, task.id))
    tx.wake("tasks")


def progress(tx: Tx, who: Actor, task_id: int, percent: int, text: str = "") -> None:
    """Tell how far it is, 0 to 100. Who tells that has taken the task on. Raises Refused, Invalid."""
    task = open_task(tx, task_id)
    actor, row = looking.as_doer(tx, who, Act.REPORT, task)
    _require_open(row)
    if not 0 <= percent <= 100:
        raise Invalid("Tiến độ là số từ 0 đến 100.")
    said = require_words(text, "") if text.strip() else ""
    _take_on(tx, actor, task, row)
    tasks.change_person(tx, row.id, {"percent": percent})
    tasks.add_event(tx, task.id, actor.account_id, "progress", f"Đang làm, {percent} %. {said}".strip())
    audit.record(tx, actor, "task.progress", f"task/{task.id}", percent=percent)
    tx.wake("tasks")


def report(
    tx: Tx, who: Actor, task_id: int, text: str, files: Sequence[TaskFile] = (), *, content_id: int | None = None
) -> None:
    """Report that it is done, with the results as files; `content_id` is the mail it came by.

    The lead's report puts the task before the assigner, that of somebody who cooperates is his part of it. A report
    comes once; after a return again. Raises Refused, Invalid without words.
    """
    task = open_task(tx, task_id)
    actor, row = looking.as_doer(tx, who, Act.REPORT, task)
    _require_open(row)
    said = require_words(text, f"Phải ghi kết quả thực hiện. Căn cứ: {words().rules['report']}.")
    if row.role == LEAD and task.state == REPORTED:
        raise Refused("Việc này đã báo cáo, đang chờ người giao đánh giá.")
    _take_on(tx, actor, task, row)
    tasks.change_person(tx, row.id, {"reported_ms": tx.now_ms, "percent": 100, "is_open": int(row.role == LEAD)})
    if row.role == LEAD:
        tasks.change(tx, task.id, {"state": REPORTED, "reported_ms": tx.now_ms})
    event_id = tasks.add_event(tx, task.id, actor.account_id, "reported", f"Báo cáo: {said}", content_id)
    tasks.add_files(tx, task.id, [replace(one, role="result", event_id=event_id) for one in files])
    names = [one.name for one in files]
    audit.record(tx, actor, "task.report", f"task/{task.id}", files=names, sha256=[one.sha256 for one in files])
    about = f"{said}\n\nTệp: {', '.join(names)}" if names else said
    heading = "Báo cáo hoàn thành" if row.role == LEAD else "Báo cáo phần phối hợp"
    post.tell_assigner(tx, task, row.person_id, heading, about)
    post.follow(tx, tasks.get(tx, task.id))
    tx.wake("tasks")


def remark(
    tx: Tx, who: Actor, task_id: int, text: str, files: Sequence[TaskFile] = (), *, content_id: int | None = None
) -> None:
    """Say something on the task: an opinion or a question, by a doer or the assigner. Raises Refused, Invalid."""
    task = open_task(tx, task_id, refused_too=True)
    said = require_words(text, "Phải ghi ý kiến.")
    people = tasks.people_of(tx, task_id)
    if not looking.may_see(tx, who, task, people):
        raise Refused("Việc này không liên quan đến bạn.")
    event_id = tasks.add_event(tx, task_id, who.account_id, "remark", said, content_id)
    tasks.add_files(tx, task_id, [replace(one, role="remark", event_id=event_id) for one in files])
    audit.record(tx, who, "task.remark", f"task/{task_id}")
    tx.wake("tasks")


def _require_open(row: TaskPerson) -> None:
    if row.refused_ms is not None:
        raise Refused("Bạn đã từ chối việc này.")
    if not row.is_open:
        raise Refused("Phần việc của bạn đã xong.")
