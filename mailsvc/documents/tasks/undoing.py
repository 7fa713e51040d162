"""Taking back an act on a task: the task, its people and what was asked are again as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.documents import undoing
from mailsvc.documents.errors import Stale
from mailsvc.documents.tasks import giving, post
from mailsvc.documents.tasks.giving import NewTask
from mailsvc.documents.tasks.words import SENT, WITHDRAWN, WORKING
from mailsvc.documents.undoing import Way
from mailsvc.store import accounts, audit, tasks
from mailsvc.store.tasks import Task
from mailsvc.store.tx import Tx

P = ParamSpec("P")
T = TypeVar("T")
ROOM = "task"
WORDS = {
    "sent": "Rút lại việc vừa giao khi chưa ai mở.",
    "reported": "Lấy lại báo cáo để xử lý tiếp.",
    "refused": "Lấy lại việc từ chối.",
    "progress": "Lấy lại tiến độ vừa ghi.",
    "sent_back": "Lấy lại việc trả lại báo cáo.",
    "closed": "Lấy lại việc kết thúc.",
    "extension_decided": "Lấy lại câu trả lời đề nghị.",
}
"""Step of the task to the step that takes it back. That one has taken a task on stays: it may be refused with a reason.
"""
_BY_DOER = ("reported", "refused")
_QUIET = ("sent", "progress")
_FACTS = frozenset(("version", "acknowledged_ms"))


def kept(
    tx: Tx,
    account_id: int,
    task_id: int,
    token: str,
    work: Callable[Concatenate[Tx, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do it, and remember how it is taken back, when it is an act that can be."""
    before = _look(tx, task_id)
    result = work(tx, *args, **kwargs)
    way = _way(tx, task_id, before)
    if way is not None:
        undoing.keep(tx, account_id, token, way)
    return result


def given(tx: Tx, who: Actor, new: NewTask, token: str) -> Task:
    """Give the task (`giving.send`), to be taken back while nobody has opened it."""
    task = giving.send(tx, who, new)
    event = tasks.events_of(tx, task.id)[-1]
    if event.kind == "sent":
        way = {"room": ROOM, "task": task.id, "act": "sent", "event": event.id, "version": task.version}
        undoing.keep(tx, who.account_id or 0, token, way)
    return task


def _look(tx: Tx, task_id: int) -> tuple[dict[int, Any], ...]:
    """(the task, its people, its requests, its steps), each by id."""
    rows = tasks.people_of(tx, task_id), tasks.requests_of(tx, task_id), tasks.events_of(tx, task_id)
    return {0: tasks.get(tx, task_id)}, *({one.id: one for one in some} for some in rows)


def _way(tx: Tx, task_id: int, before: tuple[dict[int, Any], ...]) -> Way | None:
    after = _look(tx, task_id)
    steps = [one for number, one in after[3].items() if number not in before[3]]
    if not steps or steps[-1].kind not in WORDS or after[2].keys() != before[2].keys():
        return None
    task, people, requests = (undoing.changes(*pair, _FACTS) for pair in zip(before[:3], after[:3], strict=True))
    values = task.get("0", {})
    if values.get("state") == SENT and next(iter(after[1].values())).acknowledged_ms is not None:
        values["state"] = WORKING
    return {
        "room": ROOM,
        "task": task_id,
        "act": steps[-1].kind,
        "event": steps[-1].id,
        "values": values,
        "people": people,
        "requests": requests,
        "version": after[0][0].version,
    }


def undo(tx: Tx, actor: Actor, way: Way) -> None:
    """Raises Refused (who has done what since), Stale."""
    task_id, words = int(way["task"]), WORDS[way["act"]]
    undoing.require_last(tx, tasks.events_of(tx, task_id), way)
    if tasks.get(tx, task_id).version != way["version"]:
        raise Stale
    if way["act"] == "sent":
        _withdraw(tx, task_id)
    else:
        _restore(tx, task_id, way)
    tasks.add_event(tx, task_id, actor.account_id, "undone", words)
    audit.record(tx, actor, "task.undo", f"task/{task_id}", act=way["act"])
    _tell(tx, actor, task_id, way)
    post.follow(tx, tasks.get(tx, task_id))
    tx.wake("tasks")


def _withdraw(tx: Tx, task_id: int) -> None:
    """It was given a moment ago, and nobody knows of it: nothing is told."""
    task = tasks.get(tx, task_id)
    reader = post.opened_by(tx, task)
    if reader is not None:
        name = accounts.get(tx, reader).full_name
        raise Refused("%(name)s đã mở thư giao việc nên không hoàn tác được; xin rút lại, có ghi lý do.", name=name)
    giving.end(tx, task, WITHDRAWN)


def _restore(tx: Tx, task_id: int, way: Way) -> None:
    for number, values in way["people"].items():
        tasks.change_person(tx, int(number), values)
    for number, values in way["requests"].items():
        tasks.restore_request(tx, int(number), values)
    if way["values"]:
        tasks.change(tx, task_id, way["values"])


def _tell(tx: Tx, actor: Actor, task_id: int, way: Way) -> None:
    task, words = tasks.get(tx, task_id), WORDS[way["act"]]
    if way["act"] in _QUIET:
        return
    if way["act"] not in _BY_DOER:
        post.tell_doers(tx, task, "Hoàn tác", words)
    else:
        post.tell_assigner(tx, task, actor.on_behalf_of or actor.account_id or 0, "Hoàn tác", words)
