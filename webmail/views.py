"""What a template may see: plain values, made from those of the office."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailsvc.core.errors import NotFound
from mailsvc.documents import clerks, intake, regulation
from mailsvc.documents.outgoing import waiting as outgoing_waiting
from mailsvc.documents.routing import receivers
from mailsvc.documents.routing.rules import rules
from mailsvc.documents.tasks import work as task_work
from mailsvc.mail import drafts, mailboxes, vacation
from mailsvc.mail.mailboxes import Seen
from mailsvc.store import accounts, private_flags, routing, tasks
from mailsvc.store.intake import HELD, WAITING
from mailsvc.store.mailboxes import INBOX, Mailbox
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx
from webmail.i18n import N_, _, house_word

_ARRIVAL = re.compile(r"(?:^| )SoDen-(\d{1,10})-(\d{4})(?: |$)")
_ICONS = {"\\Drafts": "draft", "\\Sent": "sent", "\\Junk": "junk", "\\Trash": "trash", "\\Archive": "archive"}
_INTAKE = (mailboxes.INTAKE_FOLDER, mailboxes.INTAKE_FOLDER.rpartition("/")[0])
_HOUSE_NAMES = (
    N_("Thư nháp"), N_("Đã gửi"), N_("Thư rác"), N_("Thùng rác"), N_("Lưu trữ"), N_("Chờ vào sổ"), N_("Văn bản"),
    N_("Để biết"),
)  # fmt: skip
"""Last levels of the house's own mailboxes, here to be translated; folder_title says them."""
_RANKS = {"\\Drafts": 1, "\\Sent": 2, "\\Archive": 3, "\\Junk": 8, "\\Trash": 9}


@dataclass(frozen=True, slots=True)
class Rights:
    """What the person may do with documents. `org_code` is '' when there is no organisation for them; `manages`: he
    is an administrator, which opens no papers."""

    org_code: str
    clerk: bool
    reads_register: bool
    manages: bool = False


@dataclass(frozen=True, slots=True)
class Rail:
    """The navigation on the left (below, on phones) with what waits. `away`: the last day (ISO) of an answer about
    absence that goes out now, '' for none."""

    rights: Rights
    unread: int
    waiting: int
    work: int
    must_acknowledge: bool
    away: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A mailbox in the navigation. `depth` counts the levels above it; `guest` is who looks into another's mailbox."""

    id: int
    title: str
    icon: str
    depth: int
    unread: int
    total: int
    box: Mailbox
    guest: Guest | None = None

    @property
    def own_drafts(self) -> bool:
        """Whether its letters are still being written, by the person or by who shares the mailbox with him: they open
        in the composer."""
        mine = self.guest is None or set(self.guest.rights) >= drafts.RIGHTS
        return mine and self.box.special_use == "\\Drafts"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The mailboxes of one account: the person's own, or a shared one."""

    title: str
    own: bool
    folders: tuple[Folder, ...]


def rights(tx: Tx, account_id: int) -> Rights:
    """What the office lets the person do with its registers."""
    try:
        org_code = clerks.organisation_of(tx, account_id)
    except NotFound:
        org_code = ""
    manages = "quan_tri" in accounts.roles_of(tx, account_id)
    if not org_code:
        return Rights("", False, False, manages)
    clerk = clerks.is_clerk(tx, account_id, org_code)
    return Rights(org_code, clerk, clerk or clerks.may_read_register(tx, account_id, org_code), manages)


def rail(tx: Tx, account_id: int) -> Rail:
    mine = rights(tx, account_id)
    inboxes = [seen.mailbox for seen in mailboxes.readable(tx, account_id) if seen.mailbox.name == INBOX]
    unread = sum(private_flags.unseen_by(tx, account_id, box) for box in inboxes)
    waiting = 0
    if mine.clerk:
        counts = intake.wait_list(tx, mine.org_code, limit=1).counts
        waiting = counts.get(WAITING, 0) + counts.get(HELD, 0)
    away = vacation.current(tx, account_id)
    must_acknowledge = regulation.must_acknowledge(tx, account_id)
    return Rail(mine, unread, waiting, _work(tx, account_id), must_acknowledge, away.last_day if away else "")


def _work(tx: Tx, account_id: int) -> int:
    """As many as "Việc của tôi" shows for the person to do (documents.my_work)."""
    desks = receivers.desks_of(tx, account_id)
    found = routing.held_count(tx, desks) + routing.asked_count(tx, desks) + outgoing_waiting.count(tx, account_id)
    return found + sum(tasks.todo_count(tx, desk) for desk in task_work.desks_of(tx, account_id))


def shelves(tx: Tx, account_id: int) -> tuple[Shelf, ...]:
    """All mailboxes the person may open, grouped by whose they are, in the order people look for them."""
    boxes: dict[int, list[Seen]] = {}
    for seen in mailboxes.readable(tx, account_id):
        box = replace(seen.mailbox, unseen=private_flags.unseen_by(tx, account_id, seen.mailbox))
        boxes.setdefault(box.account_id, []).append(replace(seen, mailbox=box))
    return tuple(
        Shelf(accounts.get(tx, owner_id).full_name, owner_id == account_id, _folders(own))
        for owner_id, own in boxes.items()
    )


def find_folder(found: Sequence[Shelf], mailbox_id: int) -> tuple[Shelf, Folder]:
    """The folder with that id among those the person may open. Raises NotFound for every other one."""
    for shelf in found:
        for folder in shelf.folders:
            if folder.id == mailbox_id and folder.box.selectable:
                return shelf, folder
    raise NotFound("Không có hộp thư này, hoặc bạn không được mở.")


def arrival(keywords: str) -> tuple[int, int] | None:
    """(số đến, year) of a letter that is in the register, from the keyword put on it there."""
    found = _ARRIVAL.search(keywords)
    return (int(found[1]), int(found[2])) if found else None


def initial(name: str) -> str:
    """The letter that stands for a person: that of the given name, which comes last in Vietnamese."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return words[-1][0].upper() if words else "?"


def folder_title(name: str, special_use: str = "") -> str:
    """The last level of a mailbox name, as people call it; the house's own names in the language of the request."""
    if name == INBOX:
        return _("Hộp thư đến")
    last = name.rpartition("/")[2]
    if name in rules().folders.values():
        return house_word(last)
    return _(last) if name in _INTAKE or (name, special_use) in mailboxes.SPECIAL_FOLDERS else last


def _folders(boxes: Sequence[Seen]) -> tuple[Folder, ...]:
    ranks = {one.mailbox.name: _rank(one.mailbox) for one in boxes}
    ordered = sorted(boxes, key=lambda one: _place(one.mailbox.name, ranks))
    return tuple(_folder(one.mailbox, one.guest) for one in ordered)


def _place(name: str, ranks: dict[str, int]) -> list[tuple[int, str]]:
    """A folder stands below its parent, special ones first."""
    levels = name.split("/")
    paths = ["/".join(levels[: n + 1]) for n in range(len(levels))]
    return [(ranks.get(path, 5), path.casefold()) for path in paths]


def _rank(box: Mailbox) -> int:
    return 0 if box.name == INBOX else _RANKS.get(box.special_use, 5)


def _folder(box: Mailbox, guest: Guest | None) -> Folder:
    icon = "inbox" if box.name == INBOX else "intake" if box.kind == "intake" else _ICONS.get(box.special_use, "folder")
    unread = 0 if box.special_use in ("\\Trash", "\\Junk", "\\Sent", "\\Drafts") else box.unseen
    title = folder_title(box.name, box.special_use)
    return Folder(box.id, title, icon, box.name.count("/"), unread, box.messages, box, guest)
