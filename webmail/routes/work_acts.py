"""One tap in "Việc của tôi": the usual act on a line, a task, a draft, with a way back where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.errors import AlreadyThere, Invalid, MailsvcError, NotFound, Refused
from mailsvc.documents.errors import Stale
from mailsvc.documents.following import urging
from mailsvc.documents.outgoing import deciding, numbers, taking_back
from mailsvc.documents.routing import closing, handling, pages, recalling
from mailsvc.documents.routing import undoing as incoming
from mailsvc.documents.tasks import deciding as grading
from mailsvc.documents.tasks import doing, requests
from mailsvc.documents.tasks import undoing as given
from mailsvc.http.paths import local_path
from mailsvc.http.visits import Visit, post
from mailsvc.store import routing, tasks
from mailsvc.store.tx import Tx
from mailsvc.store.ways_back import new_token
from webmail import ways_back
from webmail.i18n import N_, V_, _, said
from webmail.pages import go
from webmail.routes.work import WORK, shown

DONE = V_("Đã xong.")
_KNOWN = (Stale, AlreadyThere, Refused, NotFound, Invalid)
_GRADE = "hoan_thanh"
Deed = Callable[[Tx, Actor, int], Any]


# ---- transfer lines -----------------------------------------------------------------------------------------
def _line_done(tx: Tx, actor: Actor, number: int) -> None:
    handling.report(tx, actor, number, DONE)


def _line_close(tx: Tx, actor: Actor, number: int) -> None:
    closing.close(tx, actor, number, version=routing.line(tx, number).version)


def _line_seen(tx: Tx, actor: Actor, number: int) -> None:
    handling.accept_return(tx, actor, number, version=routing.line(tx, number).version)


def _line_read(tx: Tx, actor: Actor, number: int) -> None:
    """As opening the document does. Raises NotFound for who may not see it."""
    found = pages.seen_document(tx, actor.account_id or 0, routing.line(tx, number).document_id)
    handling.read(tx, actor.account_id or 0, found.id)


def _line_urge(tx: Tx, actor: Actor, number: int) -> None:
    urging.urge(tx, actor, "line", number)


def _request_grant(tx: Tx, actor: Actor, number: int) -> None:
    recalling.decide(tx, actor, number, True)


# ---- tasks --------------------------------------------------------------------------------------------------
def _task_done(tx: Tx, actor: Actor, number: int) -> None:
    doing.report(tx, actor, number, DONE)


def _task_close(tx: Tx, actor: Actor, number: int) -> None:
    grading.close(tx, actor, number, _GRADE)


def _task_urge(tx: Tx, actor: Actor, number: int) -> None:
    urging.urge(tx, actor, "task", number)


def _extension_grant(tx: Tx, actor: Actor, number: int) -> None:
    requests.decide_extension(tx, actor, number, True)


# ---- outgoing documents -------------------------------------------------------------------------------------
def _agree(tx: Tx, actor: Actor, number: int) -> None:
    deciding.give_opinion(tx, actor, number, "agree", "")


_ACTS: dict[tuple[str, str], tuple[Deed, str, str]] = {
    ("line", "done"): (_line_done, N_("Đã báo cáo xong."), "again"),
    ("line", "again"): (handling.take_back_report, N_("Đã lấy lại báo cáo."), ""),
    ("line", "close"): (_line_close, N_("Đã kết thúc."), ""),
    ("line", "seen"): (_line_seen, N_("Đã xem."), ""),
    ("line", "read"): (_line_read, N_("Đã đọc."), ""),
    ("line", "urge"): (_line_urge, N_("Đã đôn đốc."), ""),
    ("request", "grant"): (_request_grant, N_("Đã đồng ý."), ""),
    ("task", "accept"): (doing.acknowledge, N_("Đã nhận việc."), ""),
    ("task", "done"): (_task_done, N_("Đã báo cáo xong."), ""),
    ("task_given", "close"): (_task_close, N_("Đã kết thúc việc."), ""),
    ("task_given", "urge"): (_task_urge, N_("Đã đôn đốc."), ""),
    ("task_request", "grant"): (_extension_grant, N_("Đã đồng ý."), ""),
    ("outgoing", "submit"): (deciding.submit, N_("Đã trình lãnh đạo đơn vị."), "back"),
    ("outgoing", "back"): (taking_back.take_back, N_("Đã lấy lại dự thảo."), ""),
    ("outgoing", "approve"): (deciding.approve_content, N_("Đã duyệt nội dung."), ""),
    ("outgoing", "format"): (deciding.send_to_format, N_("Đã chuyển Văn phòng kiểm tra thể thức."), "back"),
    ("outgoing", "number"): (numbers.request_number, N_("Đã trình lấy số; văn thư đã nhận tệp Word."), ""),
    ("outgoing-opinion", "agree"): (_agree, N_("Đã gửi ý kiến."), ""),
}
"""(kind, act): what does it, what is said then, the act that takes it back where that is one of these too."""


def _kept(tx: Tx, actor: Actor, token: str, kind: str, number: int, deed: Deed) -> None:
    """Do it; what it changed is kept where it can be taken back."""
    mine = actor.account_id or 0
    if kind == "line":
        incoming.kept(tx, mine, routing.line(tx, number).document_id, token, deed, actor, number)
    elif kind == "request":
        incoming.kept(tx, mine, routing.request(tx, number).document_id, token, deed, actor, number)
    elif kind in ("task", "task_given"):
        given.kept(tx, mine, number, token, deed, actor, number)
    elif kind == "task_request":
        given.kept(tx, mine, tasks.get_request(tx, number).task_id, token, deed, actor, number)
    else:
        deed(tx, actor, number)


async def act(visit: Visit) -> Response:
    """Do it and show the list again; a refusal is told above it."""
    key, name = visit.field("viec", 40), visit.field("lam", 20)
    kind, _slash, number = key.partition("/")
    found = _ACTS.get((kind, name))
    if found is None or not (number.isascii() and number.isdigit()):
        raise Invalid("Trang này đã cũ; xin tải lại.")
    deed, news, back = found
    token = new_token()
    try:
        await visit.office.db.write(_kept, visit.actor, token, kind, int(number), deed)
    except MailsvcError as error:
        return await _refused(visit, error)
    if back:
        return go(visit, WORK, _(news), f"{WORK}/lam", (("viec", key), ("lam", back)))
    return go(visit, WORK, _(news), *(await ways_back.form(visit, token, WORK)))


async def _refused(visit: Visit, error: MailsvcError) -> Response:
    if not isinstance(error, _KNOWN):
        raise error
    return await shown(visit, status=404 if isinstance(error, NotFound) else 422, problem=said(error))


async def undo(visit: Visit) -> Response:
    """ "Hoàn tác" (`lan`): on a document, a task or in the list; a refusal is told above the list."""
    try:
        await visit.office.db.write(ways_back.undo, visit.actor, visit.field("lan", 40))
    except MailsvcError as error:
        return await _refused(visit, error)
    return go(visit, local_path(visit.field("noi", 500), WORK), _("Đã hoàn tác; lịch sử ghi cả hai việc."))


ROUTES = (post(f"{WORK}/lam", act), post(ways_back.ADDRESS, undo))
