"""Letters that wait to be sent: taken back within seconds, or put to another time; and names for what is typed."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from mailsvc.core.errors import Invalid, NotFound
from mailsvc.http.visits import Visit, get, post
from mailsvc.mail import addressees, completion, sending
from mailsvc.store import held_sends
from mailsvc.store.tx import Tx
from webmail import views, words
from webmail.i18n import _, said, told
from webmail.pages import go, page
from webmail.routes.compose import read_time

LIST = "/thu/hen-gio"
_LONGEST, _MOST = 600, 500
"""Characters of one recipient, and recipients that are looked at together."""


async def undo(visit: Visit) -> Response:
    """ "Hoàn tác": back to the draft, as it was."""
    return await _taken_back(visit, _number(visit.field("gui", 20)))


async def take_back(visit: Visit) -> Response:
    return await _taken_back(visit, visit.whole("held"))


async def _taken_back(visit: Visit, held_id: int) -> Response:
    try:
        back = await visit.office.db.write(sending.take_back, visit.who.account.id, held_id)
    except NotFound:
        return go(visit, "/thu", _("Thư đã gửi đi rồi, không lấy lại được nữa."))
    text = _("Đã lấy lại thư; thư chưa gửi cho ai.")
    if back.moved:
        text += " " + _("Thư nằm ở “Thư nháp” của bạn: bạn không còn được soạn trong hộp thư chung ban đầu.")
    return go(visit, f"/thu/soan?nhap={back.place}", text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise NotFound("Không có thư nào đang chờ gửi với số này.")
    return int(text)


async def waiting(visit: Visit) -> Response:
    """ "Hẹn giờ gửi": what waits, next first."""
    return await _list(visit)


async def _list(visit: Visit, wrong: int = 0, problem: str = "", typed: str = "") -> Response:
    lines, shelves = await visit.office.db.read(_waiting, visit.who.account.id)
    status = 422 if problem else 200
    return await page(
        visit, "compose_held.html", status=status, lines=lines, shelves=shelves, wrong=wrong, problem=problem,
        typed=typed,
    )  # fmt: skip


def _waiting(tx: Tx, account_id: int) -> tuple[list[held_sends.Listed], tuple[views.Shelf, ...]]:
    return held_sends.of_account(tx, account_id, scheduled=False), views.shelves(tx, account_id)


async def change(visit: Visit) -> Response:
    """Another time for one of them."""
    held_id, typed = visit.whole("held"), visit.field("gui_luc", 40)
    try:
        send_ms = read_time(typed)
        await visit.office.db.write(sending.reschedule, visit.who.account.id, held_id, send_ms)
    except Invalid as error:
        return await _list(visit, held_id, said(error), typed)
    return go(visit, LIST, _("Thư sẽ gửi lúc %(when)s.", when=words.long_time(send_ms)))


async def suggest(visit: Visit) -> Response:
    """Names for what is typed into an address field (`?q=`), as JSON."""
    domains = visit.office.settings.organisation.domains
    found = await visit.office.db.read(completion.suggest, domains, visit.who.account.id, visit.query("q", 100))
    return JSONResponse(
        [
            {
                "loai": one.kind, "ten": one.name, "thu": one.address, "ghi": one.detail, "so": one.count,
                "trong": one.heads,
            }
            for one in found
        ]
    )


async def check(visit: Visit) -> Response:
    """What is wrong with the recipients typed (`den`, one field each), as JSON: a sentence for each, empty when a
    letter can go there."""
    typed = [str(one)[:_LONGEST] for one in visit.form.getlist("den")[:_MOST]]
    domains = visit.office.settings.organisation.domains
    found = await visit.office.db.read(addressees.problems, domains, typed)
    return JSONResponse([told(one) if one else "" for one in found])


ROUTES = (
    post("/thu/soan/hoan-tac", undo),
    get("/thu/soan/nguoi-nhan", suggest),
    post("/thu/soan/nguoi-nhan", check),
    get(LIST, waiting),
    post(LIST + "/{held}/gio", change),
    post(LIST + "/{held}/thu-hoi", take_back),
)
