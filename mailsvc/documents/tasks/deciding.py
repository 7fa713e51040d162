"""What the assigner decides: sending a report back, ending the task with a grade, insisting after a refusal."""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents.errors import Stale
from mailsvc.documents.rights import Act
from mailsvc.documents.tasks import looking, post
from mailsvc.documents.tasks.giving import end, open_task, require_words
from mailsvc.documents.tasks.words import DONE, REFUSED, REPORTED, SENT, WORKING, words
from mailsvc.store import audit, tasks
from mailsvc.store.tx import Tx


def send_back(tx: Tx, who: Actor, task_id: int, reason: str) -> None:
    """Give a report back to be done better: the task goes on, its clock with it. Raises Refused, Invalid."""
    task = open_task(tx, task_id)
    actor = looking.as_assigner(tx, who, Act.CLOSE, task)
    said = require_words(reason, "Phải ghi lý do trả lại.")
    if task.state != REPORTED:
        raise Refused("Việc này chưa có báo cáo để trả lại.")
    lead = tasks.people_of(tx, task_id)[0]
    tasks.change_person(tx, lead.id, {"reported_ms": None, "percent": min(lead.percent, 90)})
    tasks.change(tx, task_id, {"state": WORKING, "reported_ms": None})
    tasks.add_event(tx, task_id, actor.account_id, "sent_back", f"Trả lại để làm tiếp. Lý do: {said}")
    audit.record(tx, actor, "task.send_back", f"task/{task_id}", reason=said)
    post.tell_doers(tx, task, "Trả lại báo cáo", f"Lý do: {said}", only=lead.person_id)
    post.follow(tx, tasks.get(tx, task_id))
    tx.wake("tasks")


def close(tx: Tx, who: Actor, task_id: int, grade: str, text: str = "", *, version: int | None = None) -> None:
    """End the task with a grade. Without a report it needs words that say why.

    Raises Refused, Invalid, Stale when the task is no longer as it was seen (a new report, a new request).
    """
    task = open_task(tx, task_id, refused_too=True)
    actor = looking.as_assigner(tx, who, Act.CLOSE, task)
    if version is not None and version != task.version:
        raise Stale
    if grade not in words().grades:
        raise Invalid("Chọn mức đánh giá: %(grades)s.", grades=", ".join(words().grades.values()))
    if task.state != REPORTED:
        require_words(text, "Chưa có báo cáo: phải ghi lý do kết thúc.")
    said = require_words(text, "") if text.strip() else ""
    end(tx, task, DONE, grade=grade, closing=said)
    shown = f"Kết thúc: {words().grades[grade].lower()}. {said}".strip()
    tasks.add_event(tx, task_id, actor.account_id, "closed", shown)
    audit.record(tx, actor, "task.close", f"task/{task_id}", grade=grade)
    post.tell_doers(tx, task, "Kết thúc việc", shown)
    post.follow(tx, tasks.get(tx, task_id))
    tx.wake("tasks")


def insist(tx: Tx, who: Actor, task_id: int, text: str) -> None:
    """Answer a refusal: the task stays with the lead. Raises Refused, Invalid without an answer."""
    task = open_task(tx, task_id, refused_too=True)
    actor = looking.as_assigner(tx, who, Act.WITHDRAW, task)
    if task.state != REFUSED:
        raise Refused("Việc này không bị từ chối.")
    said = require_words(text, "Phải ghi ý kiến trả lời.")
    lead = tasks.people_of(tx, task_id)[0]
    again = {"refused_ms": None, "is_open": 1}
    tasks.change_person(tx, lead.id, again)
    tasks.change(tx, task_id, {"state": SENT if lead.acknowledged_ms is None else WORKING})
    tasks.add_event(tx, task_id, actor.account_id, "insisted", f"Vẫn giao: {said}")
    audit.record(tx, actor, "task.insist", f"task/{task_id}", answer=said)
    post.tell_doers(tx, task, "Vẫn giao việc", said, only=lead.person_id)
    post.follow(tx, tasks.get(tx, task_id))
    tx.wake("tasks")
