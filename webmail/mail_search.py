"""Letters for the one search over the office, and the page of the mail's own search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from mailsvc.mail import letter_search, query
from mailsvc.mail.query import Query
from mailsvc.store.search_all import Place
from mailsvc.store.tx import Tx
from webmail import letter_list, views
from webmail.letter_list import PAGE, Row
from webmail.seeking import Hit
from webmail.views import Shelf
from webmail.words import short_time

ADDRESS = "/thu/tim"


def find(tx: Tx, account_id: int, words: str, most: int) -> Sequence[Hit]:
    """The newest letters that the person may read and that satisfy the query (operators too), at most `most`."""
    asked = query.parse(words)
    found = letter_search.find(tx, account_id, asked, None, most)
    folders = {folder.id: folder for shelf in views.shelves(tx, account_id) for folder in shelf.folders}
    rows = letter_list.found_rows(tx, folders, found, ())
    return [
        Hit(
            row.line.subject or row.line.preview or row.line.from_address,
            f"/thu/{row.folder.id}/{row.line.uid}",
            f"{row.line.from_name or row.line.from_address} · {short_time(row.line.internal_ms, tx.now_ms)}",
            "mail",
        )
        for row in rows
    ]


def more(words: str) -> str:
    """The address of the mail's own search for these words."""
    return f"{ADDRESS}?{urlencode({'q': words})}"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of what was found. `total` None: more than were counted; `next` the address of the next page."""

    shelves: tuple[Shelf, ...]
    text: str
    asked: Query
    rows: tuple[Row, ...]
    total: int | None
    next: str
    first: bool
    unknown: tuple[str, ...]


def search_page(tx: Tx, account_id: int, text: str, after: Place | None) -> SearchPage:
    """The first page of the answer, or the one that comes after a place."""
    asked = query.parse(text)
    shelves = views.shelves(tx, account_id)
    folders = {folder.id: folder for shelf in shelves for folder in shelf.folders}
    found = letter_search.find(tx, account_id, asked, after, PAGE)
    rows = letter_list.found_rows(tx, folders, found, asked.words)
    following = ""
    if found.more and found.last:
        following = f"{ADDRESS}?{urlencode({'q': text, 'sau': '.'.join(map(str, found.last))})}"
    return SearchPage(shelves, text, asked, rows, found.total, following, after is None, found.unknown)


def place_of(text: str) -> Place | None:
    """`sau=` of an address; None for what is none."""
    parts = text.split(".")
    if len(parts) != 3 or not all(one.isascii() and one.isdigit() and len(one) < 16 for one in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])
