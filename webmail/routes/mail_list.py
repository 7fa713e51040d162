"""The list of a mailbox, newest first: by conversations or letter by letter, and the search in it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.http.visits import Visit, get, post
from mailsvc.store.tx import Tx
from webmail import letter_list, views
from webmail.i18n import _
from webmail.letter_list import MailList, Position
from webmail.pages import go, page
from webmail.views import Shelf


@dataclass(frozen=True, slots=True)
class _Shown:
    shelves: tuple[Shelf, ...]
    letters: MailList


def _read(tx: Tx, account_id: int, mailbox_id: int | None, words: str, position: Position) -> _Shown:
    shelves = views.shelves(tx, account_id)
    wanted = mailbox_id if mailbox_id is not None else next(
        folder.id for shelf in shelves for folder in shelf.folders if folder.icon == "inbox"
    )  # fmt: skip
    shelf, folder = views.find_folder(shelves, wanted)
    return _Shown(shelves, letter_list.mail_list(tx, account_id, shelf, folder, words, position))


def position(visit: Visit) -> Position:
    """Where the page of the list begins, from the address."""
    return Position.of(visit.query("truoc"), visit.query("sau"))


async def folder(visit: Visit) -> Response:
    """One mailbox; without a number in the address, the person's inbox."""
    mailbox_id = visit.whole("mailbox") if "mailbox" in visit.request.path_params else None
    account_id = visit.who.account.id
    shown = await visit.office.db.read(_read, account_id, mailbox_id, visit.query("tim", 400), position(visit))
    letters = shown.letters
    return await page(visit, "mail_list.html", shelves=shown.shelves, letters=letters, current=letters.folder, uid=None)


async def choose_view(visit: Visit) -> Response:
    """By conversations or letter by letter, kept for this person and folder."""
    mailbox_id, single = visit.whole("mailbox"), visit.field("kieu", 10) == "tung-thu"
    await visit.office.db.write(_choose_view, visit.who.account.id, mailbox_id, single)
    return go(
        visit,
        f"/thu/{mailbox_id}",
        _("Thư mục này giờ hiện từng thư.") if single else _("Thư mục này giờ gộp theo hội thoại."),
    )


def _choose_view(tx: Tx, account_id: int, mailbox_id: int, single: bool) -> None:
    views.find_folder(views.shelves(tx, account_id), mailbox_id)
    letter_list.set_single(tx, account_id, mailbox_id, single)


ROUTES = (get("/thu", folder), get("/thu/{mailbox}", folder), post("/thu/{mailbox}/kieu", choose_view))
