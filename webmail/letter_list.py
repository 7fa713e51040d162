"""A list of letters as pages show it: a folder by conversations or letter by letter, or what a search found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup

from mailsvc.mail import letter_search, query
from mailsvc.mail.letter_search import Found
from mailsvc.store import conversation_pages, listing, preferences, private_flags, search_texts
from mailsvc.store.conversation_pages import TOP, Conversation, Edge
from mailsvc.store.flags import FLAGGED, SEEN
from mailsvc.store.listing import Line
from mailsvc.store.tx import Tx
from webmail.marks import excerpt, holds, marked
from webmail.views import Folder, Shelf

PAGE = 50
FILES_SHOWN = 3
SINGLE = "thu_le"
"""The preference that names the mailboxes shown letter by letter."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a letter, or a conversation with its newest letter. `count` letters of it lie there."""

    folder: Folder
    line: Line
    count: int
    unread: bool
    starred: bool
    files: tuple[str, ...] = ()
    subject: Markup | str = ""
    text: Markup | str = ""

    @property
    def code(self) -> str:
        """What stands for it in forms: mailbox and UID."""
        return f"{self.folder.id}-{self.line.uid}"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: below a place (`truoc=DATE.UID`), above one (`sau`), or at the newest."""

    before: Edge | None = None
    after: Edge | None = None

    @staticmethod
    def of(before: str, after: str) -> Position:
        """From the address; what is no number is left out."""
        return Position(_edge(before), _edge(after))

    @property
    def fields(self) -> list[tuple[str, str]]:
        """For an address."""
        given = [("truoc", self.before), ("sau", self.after)]
        return [(name, f"{value[0]}.{value[1]}") for name, value in given if value]


@dataclass(frozen=True, slots=True)
class MailList:
    """One page of a mailbox. `total` counts what the search found (None: more than were counted), or all letters."""

    shelf: Shelf
    folder: Folder
    rows: tuple[Row, ...]
    total: int | None
    query: str = ""
    position: Position = field(default_factory=Position)
    newer: Position | None = None
    older: Position | None = None
    single: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        """The letters of the rows."""
        return tuple(row.line for row in self.rows)

    @property
    def here(self) -> str:
        """The address of this page of the list."""
        return self.address(self.position)

    def address(self, position: Position) -> str:
        """The address of another page of the same list."""
        return f"/thu/{self.folder.id}{self._tail(position)}"

    @property
    def tail(self) -> str:
        """`?tim=…&truoc=…` of this list, for the letters in it; '' for the plain first page."""
        return self._tail(self.position)

    def _tail(self, position: Position) -> str:
        values = ([("tim", self.query)] if self.query else []) + position.fields
        return f"?{urlencode(values)}" if values else ""

    @property
    def outgoing(self) -> bool:
        """Whether letters are known by whom they go to."""
        return is_outgoing(self.folder)


def is_outgoing(folder: Folder) -> bool:
    """Whether the folder holds letters of one's own."""
    return folder.box.special_use in ("\\Sent", "\\Drafts")


def _edge(text: str) -> Edge | None:
    """ "DATE.UID" as a place; None for anything else."""
    date, _dot, uid = text.partition(".")
    whole = [one if one.isascii() and one.isdigit() and len(one) < 16 else "" for one in (date, uid or "0")]
    return (int(whole[0]), int(whole[1])) if all(whole) else None


def is_single(tx: Tx, account_id: int, mailbox_id: int) -> bool:
    """Whether the person wants the mailbox letter by letter."""
    return str(mailbox_id) in preferences.of(tx, account_id).get(SINGLE, "").split()


def set_single(tx: Tx, account_id: int, mailbox_id: int, single: bool) -> None:
    """Keep that wish."""
    known = [one for one in preferences.of(tx, account_id).get(SINGLE, "").split() if one != str(mailbox_id)]
    preferences.put(tx, account_id, {SINGLE: " ".join([*known, *([str(mailbox_id)] if single else [])][-500:])})


def mail_list(
    tx: Tx, account_id: int, shelf: Shelf, folder: Folder, words: str = "", position: Position | None = None
) -> MailList:
    """A page of the folder; with a query, of the letters there that satisfy it."""
    position = position or Position()
    if words:
        return _searched(tx, account_id, shelf, folder, words, position)
    single = is_single(tx, account_id, folder.id)
    up = position.after is not None
    edge = position.after or position.before or TOP
    found = conversation_pages.page(tx, folder.guest, folder.id, edge, PAGE + 1, up=up, single=single)
    if up and len(found) <= PAGE:  # the newest page is always a full one
        return mail_list(tx, account_id, shelf, folder)
    shown, more = found[:PAGE], len(found) > PAGE
    if up:
        shown.reverse()
    rows = rows_of(tx, folder, shown)
    older = Position(before=shown[-1].place) if shown and (more or up) else None
    newer = Position(after=shown[0].place) if shown and (up or position.before) else None
    return MailList(shelf, folder, rows, folder.total, "", position, newer, older, single)


def beside(tx: Tx, account_id: int, shelf: Shelf, folder: Folder, words: str, given: Position, line: Line) -> MailList:
    """The list that a letter stands in: the page it was opened from, or one that it is on."""
    shown, place = mail_list(tx, account_id, shelf, folder, words, given), place_of(line)
    if words or any(place_of(one) <= place for one in shown.lines[-1:]) or not shown.lines:
        return shown
    above = conversation_pages.page(tx, folder.guest, folder.id, place, 6, up=True, single=shown.single)
    return mail_list(tx, account_id, shelf, folder, "", Position(before=above[-1].place if above else None))


def place_of(line: Line) -> Edge:
    """Where a letter stands in the list of its folder."""
    return line.internal_ms, line.uid


def _searched(tx: Tx, account_id: int, shelf: Shelf, folder: Folder, words: str, position: Position) -> MailList:
    asked = query.parse(words)
    after = (position.before[0], folder.id, position.before[1]) if position.before else None
    found = letter_search.find_in(tx, account_id, folder.id, asked, after, PAGE)
    rows = found_rows(tx, {folder.id: folder}, found, asked.words)
    older = Position(before=place_of(rows[-1].line)) if rows and found.more else None
    newer = Position() if position.before else None
    return MailList(shelf, folder, rows, found.total, words, position, newer, older, True)


def rows_of(tx: Tx, folder: Folder, shown: Sequence[Conversation]) -> tuple[Row, ...]:
    """The rows of conversations of one folder."""
    lines = listing.lines_of(tx, folder.id, [one.uid for one in shown])
    files = _files(tx, lines.values())
    return tuple(
        Row(
            folder, line, one.count, one.unseen, one.starred, files.get(line.content_id, ()), line.subject, line.preview
        )
        for one in shown
        if (line := lines.get(one.uid)) is not None
    )


def found_rows(tx: Tx, folders: dict[int, Folder], found: Found, words: Sequence[str]) -> tuple[Row, ...]:
    """The rows of what a search found, with the words marked. `folders`: those the person may open, by id."""
    wanted: dict[int, list[int]] = {}
    for seen, uid in found.places:
        wanted.setdefault(seen.mailbox.id, []).append(uid)
    lines: dict[tuple[int, int], Line] = {}
    for mailbox_id, uids in wanted.items():
        there = list(listing.lines_of(tx, mailbox_id, uids).values())
        for line in private_flags.lines(tx, folders[mailbox_id].guest, mailbox_id, there):
            lines[mailbox_id, line.uid] = line
    files = _files(tx, lines.values())
    shown = [(folders[seen.mailbox.id], lines.get((seen.mailbox.id, uid))) for seen, uid in found.places]
    return tuple(
        _found_row(tx, folder, line, files.get(line.content_id, ()), words)
        for folder, line in shown
        if line is not None
    )


def _found_row(tx: Tx, folder: Folder, line: Line, files: tuple[str, ...], words: Sequence[str]) -> Row:
    text: str = line.preview
    further = [word for word in words if not holds(f"{line.subject}\n{line.from_name}", [word])]
    if further and holds(text, further):
        text = excerpt(text, further)  # the preview from there on: a row has no room for all of it
    elif further and len(further) == len(words):
        text = excerpt(search_texts.body_text(tx, line.content_id)[:200_000], words) or text
    unread, starred = not line.flags & SEEN, bool(line.flags & FLAGGED)
    return Row(folder, line, 1, unread, starred, files, marked(line.subject, words), marked(text, words))


def _files(tx: Tx, lines: Collection[Line]) -> dict[int, tuple[str, ...]]:
    return listing.file_names(tx, [line.content_id for line in lines if line.attachment_count])
