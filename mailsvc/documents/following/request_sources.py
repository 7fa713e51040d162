"""What waits for a decision: more time for tasks and lines, lines to be given back, closing without an answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mailsvc.core.clock import office_date
from mailsvc.documents.following import occasions, people
from mailsvc.documents.following.due import Due, Source
from mailsvc.documents.following.outgoing_sources import OLDEST_MS
from mailsvc.documents.following.rules import rules_on
from mailsvc.documents.routing.rules import rules as routing_rules
from mailsvc.documents.tasks import post
from mailsvc.store import routing, tasks
from mailsvc.store.routing import Request
from mailsvc.store.tasks import Task, TaskRequest
from mailsvc.store.tx import Tx


def _of_tasks(tx: Tx, _: date) -> Iterator[Due]:
    found = tasks.asked_extensions(tx)
    return (_of_task(tx, *one) for one in found if one[0].asked_ms >= tx.now_ms - OLDEST_MS)


def _find_of_task(tx: Tx, request_id: int) -> Due | None:
    request = tasks.get_request(tx, request_id)
    task = tasks.get(tx, request.task_id)
    waits = request.kind == tasks.EXTENSION and request.state == tasks.ASKED and task.is_open
    return _of_task(tx, request, task) if waits else None


def _of_task(tx: Tx, request: TaskRequest, task: Task) -> Due:
    return Due(
        kind="task_request",
        id=request.id,
        title=f"Chờ quyết định gia hạn việc: {task.title}",
        address=post.page_of(task.id),
        org_code=task.org_code,
        owners=(task.assigner_id,),
        unit_code=people.unit_of(tx, task.assigner_id),
        given_ms=request.asked_ms,
        limit_ms=_limit("task_request", request.asked_ms),
        assigner_id=request.asker_id,
        content_id=task.content_id,
    )


def _of_lines(tx: Tx, _: date) -> Iterator[Due]:
    found = routing.asked_requests(tx, tx.now_ms - OLDEST_MS)
    titles = routing.titles(tx, [one.document_id for one in found])
    return (_of_line(tx, one, titles[one.document_id]) for one in found if one.document_id in titles)


def _find_of_line(tx: Tx, request_id: int) -> Due | None:
    request = routing.request(tx, request_id)
    if request.state != "asked":
        return None
    return _of_line(tx, request, routing.titles(tx, [request.document_id])[request.document_id])


def _of_line(tx: Tx, request: Request, title: tuple[object, ...]) -> Due:
    org_code, year, number, _, subject = title[:5]
    what = routing_rules().words.requests.get(request.kind, request.kind)
    return Due(
        kind="line_request",
        id=request.id,
        title=f"{what}, văn bản đến số {number}/{year}: {subject}",
        address=f"/xu-ly/{request.document_id}",
        org_code=str(org_code),
        owners=(request.decider_id,),
        unit_code=people.unit_of(tx, request.decider_id),
        given_ms=request.asked_ms,
        limit_ms=_limit("line_request", request.asked_ms),
        assigner_id=request.asker_id,
    )


def _limit(kind: str, asked_ms: int) -> int:
    return occasions.limit_of(rules_on(office_date(asked_ms)).clocks[kind], asked_ms, urgent=False)


REQUESTS = (
    Source("task_request", _of_tasks, _find_of_task),
    Source("line_request", _of_lines, _find_of_line),
)
