"""The list of a mailbox: fifty letters a page, newest first, and the search in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.responses import Response

from mailsvc.http.visits import Visit, get
from mailsvc.store import listing, private_flags, search
from mailsvc.store.listing import Line
from mailsvc.store.tx import Tx
from webmail import views
from webmail.pages import page
from webmail.views import Folder, Shelf

PAGE = 50
_WORDS = 8
_WORD = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True, slots=True)
class MailList:
    """One page of a mailbox. `total` counts what the search found, or all letters."""

    shelf: Shelf
    folder: Folder
    lines: tuple[Line, ...]
    total: int
    number: int
    query: str

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1

    def address(self, number: int) -> str:
        """The address of another page of the same list."""
        return f"/thu/{self.folder.id}{self.tail(number)}"

    def tail(self, number: int | None = None) -> str:
        """`?tim=…&trang=…` of this list, for the letters in it; '' for the plain first page."""
        wanted = self.number if number is None else number
        values = ([("tim", self.query)] if self.query else []) + ([("trang", str(wanted))] if wanted > 1 else [])
        return f"?{urlencode(values)}" if values else ""

    @property
    def outgoing(self) -> bool:
        """Whether letters are known by whom they go to."""
        return self.folder.box.special_use in ("\\Sent", "\\Drafts")


def mail_list(tx: Tx, shelf: Shelf, folder: Folder, query: str, number: int) -> MailList:
    """A page of the folder; with a query, of the letters that have all its words. A page too far is the last one."""
    if not query:
        number = min(number, max(1, -(-folder.total // PAGE)))
        lines = listing.page(tx, folder.id, (number - 1) * PAGE, PAGE)
        return _as_seen(tx, MailList(shelf, folder, tuple(lines), folder.total, number, ""))
    found = _found(tx, folder.id, query)
    lines, total = listing.page_of(tx, folder.id, found, (number - 1) * PAGE, PAGE)
    last = max(1, -(-total // PAGE))
    if number > last:
        lines, total = listing.page_of(tx, folder.id, found, (last - 1) * PAGE, PAGE)
    return _as_seen(tx, MailList(shelf, folder, tuple(lines), total, min(number, last), query))


def _as_seen(tx: Tx, shown: MailList) -> MailList:
    """The list with the flags that are the reader's own in another's mailbox."""
    folder = shown.folder
    return replace(shown, lines=tuple(private_flags.lines(tx, folder.guest, folder.id, list(shown.lines))))


def _found(tx: Tx, mailbox_id: int, query: str) -> set[int]:
    """Contents with every word of the query; words in quotation marks belong together."""
    words = [exact or word for exact, word in _WORD.findall(query)][:_WORDS]
    found: set[int] | None = None
    for word in sorted(words, key=len, reverse=True):
        hits = search.find(tx, mailbox_id, word)
        found = hits if found is None else found & hits
        if not found:
            return set()
    return found or set()


@dataclass(frozen=True, slots=True)
class _Shown:
    shelves: tuple[Shelf, ...]
    letters: MailList


def _read(tx: Tx, account_id: int, mailbox_id: int | None, query: str, number: int) -> _Shown:
    shelves = views.shelves(tx, account_id)
    wanted = mailbox_id if mailbox_id is not None else next(
        folder.id for shelf in shelves for folder in shelf.folders if folder.icon == "inbox"
    )  # fmt: skip
    shelf, folder = views.find_folder(shelves, wanted)
    return _Shown(shelves, mail_list(tx, shelf, folder, query, number))


async def folder(visit: Visit) -> Response:
    """One mailbox; without a number in the address, the person's inbox."""
    mailbox_id = visit.whole("mailbox") if "mailbox" in visit.request.path_params else None
    account_id = visit.who.account.id
    shown = await visit.office.db.read(_read, account_id, mailbox_id, visit.query("tim"), visit.page_number())
    return await page(
        visit, "mail_list.html", shelves=shown.shelves, letters=shown.letters, current=shown.letters.folder, uid=None
    )


ROUTES = (get("/thu", folder), get("/thu/{mailbox}", folder))
