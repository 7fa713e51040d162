"""Thư mục: make, rename, delete folders; empty trash and junk."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.errors import AlreadyThere, Invalid, Refused
from mailsvc.http.visits import Visit, get, post
from mailsvc.mail import bulk, folders
from mailsvc.store.tx import Tx
from webmail import views
from webmail.i18n import _, said
from webmail.pages import go, page
from webmail.views import Folder, Shelf

_BASE = "/thu/thu-muc"
_EMPTIED = ("\\Trash", "\\Junk")


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed into a form that was not right, and what is wrong."""

    name: str = ""
    inside: int = 0
    problem: str = ""


async def overview(visit: Visit) -> Response:
    """All folders, and the form for a new one."""
    return await _overview(visit, _Typed(inside=_whole(visit.query("trong"))))


async def _overview(visit: Visit, typed: _Typed, status: int = 200) -> Response:
    shelves = await visit.office.db.read(views.shelves, visit.who.account.id)
    boxes = [folder.box for shelf in shelves for folder in shelf.folders]
    fixed = {box.id for box in boxes if folders.is_fixed(box, boxes)}
    values = {"shelves": shelves, "current": None, "typed": typed, "fixed": fixed}
    return await page(visit, "mail_folders.html", status=status, **values)


async def create(visit: Visit) -> Response:
    """A new folder (`ten`) inside another one (`trong`, 0 for the top)."""
    name, inside = visit.field("ten", 200), _whole(visit.field("trong", 15))
    try:
        made = await visit.office.db.write(folders.create, visit.who.account.id, inside, name)
    except (Invalid, AlreadyThere, Refused) as error:
        return await _overview(visit, _Typed(name, inside, said(error)), 422)
    return go(visit, f"/thu/{made.id}", _("Đã tạo thư mục “%(name)s”.", name=views.folder_title(made.name)))


async def settings(visit: Visit) -> Response:
    """One folder: its name, and deleting it."""
    return await _settings(visit, _Typed())


async def _settings(visit: Visit, typed: _Typed, status: int = 200) -> Response:
    shelves, shelf, folder = await visit.office.db.read(_find, visit.who.account.id, visit.whole("mailbox"))
    values = {"shelves": shelves, "current": folder, "shelf": shelf, "folder": folder, "typed": typed}
    fixed = folders.is_fixed(folder.box, [one.box for one in shelf.folders])
    return await page(visit, "mail_folder.html", status=status, fixed=fixed, **values)


async def rename(visit: Visit) -> Response:
    """Another name (`ten`) for the folder."""
    mailbox_id, name = visit.whole("mailbox"), visit.field("ten", 200)
    try:
        kept = await visit.office.db.write(folders.rename, visit.who.account.id, mailbox_id, name)
    except (Invalid, AlreadyThere) as error:
        return await _settings(visit, _Typed(name, 0, said(error)), 422)
    return go(visit, f"/thu/{mailbox_id}", _("Đã đổi tên thư mục thành “%(name)s”.", name=kept))


async def delete(visit: Visit) -> Response:
    """The folder goes, its letters are in the trash."""
    name, count = await folders.delete(visit.office, visit.who.account.id, visit.whole("mailbox"))
    news = _("Đã xóa thư mục “%(name)s”; %(n)s thư đã vào Thùng rác.", name=name, n=count)
    return go(visit, "/thu", news)


async def ask_to_empty(visit: Visit) -> Response:
    """What emptying means: it cannot be undone, so it is asked for on a page of its own."""
    shelves, _shelf, folder = await visit.office.db.read(_find, visit.who.account.id, visit.whole("mailbox"))
    _require_emptied(folder)
    return await page(visit, "mail_empty.html", shelves=shelves, current=folder, folder=folder)


async def empty(visit: Visit) -> Response:
    """Everything that lay there when the page was opened (`moc`) is deleted for good."""
    mailbox_id, account_id = visit.whole("mailbox"), visit.who.account.id
    _shelves, _shelf, folder = await visit.office.db.read(_find, account_id, mailbox_id)
    _require_emptied(folder)
    chosen = await visit.office.db.read(bulk.everything, account_id, mailbox_id, _whole(visit.field("moc", 15)))
    done = await bulk.destroy_all(visit.office, account_id, chosen)
    news = _("Đã xóa hẳn %(n)s thư.", n=done.count)
    return go(visit, f"/thu/{mailbox_id}", news + (" " + said(done.stopped) if done.stopped else ""))


def _require_emptied(folder: Folder) -> None:
    if folder.box.special_use not in _EMPTIED:
        raise Refused("Chỉ dọn sạch được Thùng rác và Thư rác.")


def _find(tx: Tx, account_id: int, mailbox_id: int) -> tuple[tuple[Shelf, ...], Shelf, Folder]:
    shelves = views.shelves(tx, account_id)
    return shelves, *views.find_folder(shelves, mailbox_id)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


ROUTES = (
    get(_BASE, overview),
    post(_BASE, create),
    get("/thu/{mailbox}/thu-muc", settings),
    post("/thu/{mailbox}/thu-muc", rename),
    post("/thu/{mailbox}/xoa-thu-muc", delete),
    get("/thu/{mailbox}/don", ask_to_empty),
    post("/thu/{mailbox}/don", empty),
)
