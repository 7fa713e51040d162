"""What people do with a task on its page. A refusal shows the page again with what was typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from mailsvc.core.errors import AlreadyThere, Invalid, MailsvcError, NotFound, Refused
from mailsvc.documents import uploads
from mailsvc.documents.errors import Stale
from mailsvc.documents.following import urging
from mailsvc.documents.tasks import deciding, doing, giving, requests, undoing
from mailsvc.documents.uploads import Packed
from mailsvc.http.visits import Visit, post, upload
from mailsvc.store import tasks
from mailsvc.store.tasks import TaskFile
from mailsvc.store.tx import Tx
from mailsvc.store.ways_back import new_token
from webmail import forms, ways_back
from webmail.i18n import N_, V_, _, said
from webmail.pages import go
from webmail.routes.tasks import PLACE, Refusal, packed, show

_STATUS = ((Stale, 409), (AlreadyThere, 409), (Refused, 403), (NotFound, 404), (Invalid, 422))
Deed = Callable[[Tx, Visit, int], Any]


async def _write(visit: Visit, token: str, work: Callable[..., Any], *args: Any) -> None:
    """Do it in a transaction that keeps what it changes, so that it can be taken back."""
    await visit.office.db.write(undoing.kept, visit.who.account.id, visit.whole("task"), token, work, *args)


async def _done(visit: Visit, act: str, work: Awaitable[Any], text: str, token: str) -> Response:
    task_id = visit.whole("task")
    try:
        await work
    except MailsvcError as error:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 0)
        if not status:
            raise
        typed = {name: value for name, value in visit.form.multi_items() if isinstance(value, str)}
        return await show(visit, task_id, status, Refusal(said(error), act, typed))
    place = f"{PLACE}/{task_id}"
    return go(visit, place, text, *(await ways_back.form(visit, token, place)))


def _act(act: str, text: str, work: Deed) -> Callable[[Visit], Awaitable[Response]]:
    """A page function for an act: `work(tx, visit, task id)`."""

    async def run(visit: Visit) -> Response:
        token = new_token()
        return await _done(visit, act, _write(visit, token, work, visit, visit.whole("task")), _(text), token)

    return run


def _said(visit: Visit) -> str:
    return visit.field("noi_dung", 20_000)


def _acknowledge(tx: Tx, visit: Visit, task_id: int) -> None:
    doing.acknowledge(tx, visit.actor, task_id)


def _refuse(tx: Tx, visit: Visit, task_id: int) -> None:
    doing.refuse(tx, visit.actor, task_id, _said(visit))


def _progress(tx: Tx, visit: Visit, task_id: int) -> None:
    text = visit.field("tien_do", 3)
    if not (text.isascii() and text.isdigit()):
        raise Invalid("Tiến độ là số từ 0 đến 100.")
    doing.progress(tx, visit.actor, task_id, int(text), _said(visit))


def _remark(tx: Tx, visit: Visit, task_id: int) -> None:
    doing.remark(tx, visit.actor, task_id, _said(visit))


def _ask_extension(tx: Tx, visit: Visit, task_id: int) -> None:
    requests.ask_extension(tx, visit.actor, task_id, visit.field("han", 40), _said(visit))


def _appeal(tx: Tx, visit: Visit, task_id: int) -> None:
    requests.appeal(tx, visit.actor, task_id, _said(visit))


def _supplement(tx: Tx, visit: Visit, task_id: int) -> None:
    giving.supplement(tx, visit.actor, task_id, _said(visit))


def _withdraw(tx: Tx, visit: Visit, task_id: int) -> None:
    giving.withdraw(tx, visit.actor, task_id, _said(visit))


def _send_back(tx: Tx, visit: Visit, task_id: int) -> None:
    deciding.send_back(tx, visit.actor, task_id, _said(visit))


def _insist(tx: Tx, visit: Visit, task_id: int) -> None:
    deciding.insist(tx, visit.actor, task_id, _said(visit))


def _close(tx: Tx, visit: Visit, task_id: int) -> None:
    grade = visit.field("muc", 20)
    deciding.close(tx, visit.actor, task_id, grade, _said(visit), version=forms.version(visit))


def _urge(tx: Tx, visit: Visit, task_id: int) -> None:
    urging.urge(tx, visit.actor, "task", task_id, _said(visit))


async def report(visit: Visit) -> Response:
    """Report the result, with files."""
    token = new_token()

    async def work() -> None:
        files = await packed(visit, V_(f"Báo cáo kết quả việc {visit.whole('task')}"))
        await _write(visit, token, _report, visit, visit.whole("task"), files)

    return await _done(visit, "bao-cao", work(), _("Đã báo cáo."), token)


def _report(tx: Tx, visit: Visit, task_id: int, files: Packed | None) -> None:
    found: list[TaskFile] = []
    if files is not None:
        found = [
            TaskFile(n, one.content_id, one.path, one.name, one.content_type, one.size, one.sha256, "result", None)
            for n, one in enumerate(uploads.enclose(tx, files).files)
        ]
    doing.report(tx, visit.actor, task_id, _said(visit), found)


async def decide(visit: Visit) -> Response:
    """Answer a request for more time, or contested lateness."""
    request_id, granted, token = visit.whole("request"), visit.field("dong_y", 3) == "1", new_token()
    deed = _write(visit, token, _decide, visit, visit.whole("task"), request_id, granted)
    text = _("Đã đồng ý.") if granted else _("Đã trả lời không đồng ý.")
    return await _done(visit, f"de-nghi-{request_id}", deed, text, token)


def _decide(tx: Tx, visit: Visit, task_id: int, request_id: int, granted: bool) -> None:
    request = tasks.get_request(tx, request_id)
    if request.task_id != task_id:
        raise NotFound("Không có đề nghị này.")
    if request.kind == tasks.APPEAL:
        requests.decide_appeal(tx, visit.actor, request_id, granted, _said(visit))
    else:
        requests.decide_extension(tx, visit.actor, request_id, granted, visit.field("han", 40), _said(visit))


_ONE = PLACE + "/{task}"
_PLAIN: tuple[tuple[str, str, Deed], ...] = (
    ("nhan", N_("Đã nhận việc."), _acknowledge),
    ("tu-choi", N_("Đã gửi lý do từ chối cho người giao."), _refuse),
    ("tien-do", N_("Đã ghi tiến độ."), _progress),
    ("y-kien", N_("Đã ghi ý kiến."), _remark),
    ("xin-gia-han", N_("Đã gửi đề nghị gia hạn."), _ask_extension),
    ("kien-nghi", N_("Đã gửi kiến nghị."), _appeal),
    ("bo-sung", N_("Đã bổ sung; người nhận được báo bằng thư."), _supplement),
    ("rut", N_("Đã rút lại việc."), _withdraw),
    ("tra-lai", N_("Đã trả lại báo cáo."), _send_back),
    ("van-giao", N_("Đã trả lời; việc vẫn giao."), _insist),
    ("ket-thuc", N_("Đã kết thúc việc."), _close),
    ("don-doc", N_("Đã đôn đốc."), _urge),
)

ROUTES = (
    upload(_ONE + "/bao-cao", report),
    post(_ONE + "/de-nghi/{request}", decide),
    *(post(f"{_ONE}/{act}", _act(act, text, work)) for act, text, work in _PLAIN),
)
