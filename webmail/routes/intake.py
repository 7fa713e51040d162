"""What waits for the register: the list, and the form that enters a letter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import Response

from mailsvc.core.clock import office_date
from mailsvc.core.errors import NotFound, Refused
from mailsvc.documents import clerks, intake, register
from mailsvc.documents.errors import AlreadyRegistered, Stale
from mailsvc.documents.fields import NAMES, Fields, InvalidFields, Problem, from_proposal, no_day, tidy
from mailsvc.documents.intake import Item, WaitList
from mailsvc.documents.register import Advice
from mailsvc.documents.split import split
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import accounts
from mailsvc.store import intake as entries
from mailsvc.store.documents import Document
from mailsvc.store.intake import DISMISSED, HELD, REGISTERED, WAITING
from mailsvc.store.tx import Tx
from webmail import forms, papers, views
from webmail.forms import EntryFields
from webmail.i18n import N_, _, said
from webmail.pages import go, page
from webmail.papers import Paper
from webmail.routes.document_types import type_names

LIST = "/van-ban-den/cho-vao-so"
QUEUE = 200  # entries one goes on to
_TABS = {"cho": WAITING, "giu": HELD, "bo": DISMISSED, "xong": REGISTERED}


# ---- the list -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list with its proposal. `carrier` is the colleague who forwarded or filed it."""

    item: Item
    proposed: Fields
    carrier: str


@dataclass(frozen=True, slots=True)
class _List:
    found: WaitList
    rows: tuple[Row, ...]


def _org(tx: Tx, account_id: int) -> str:
    """The organisation whose clerk the person is. Raises Refused."""
    mine = views.rights(tx, account_id)
    if not mine.clerk:
        raise Refused("Chỉ văn thư của cơ quan được mở danh sách chờ vào sổ.")
    return mine.org_code


def _list(tx: Tx, account_id: int, status: str, before: tuple[int, int] | None) -> _List:
    found = intake.wait_list(tx, _org(tx, account_id), statuses=(status,), before=before)
    return _List(found, tuple(_row(tx, item) for item in found.items))


def _row(tx: Tx, item: Item) -> Row:
    carrier = ""
    if item.entry.actor_id is not None and item.entry.channel != "hand":
        carrier = accounts.get(tx, item.entry.actor_id).full_name
    return Row(item, from_proposal(item.entry.proposed.get("document")), carrier)


async def waiting(visit: Visit) -> Response:
    """Entries newest first; `?muc=` chooses waiting, held, dismissed or registered ones."""
    tab = visit.query("muc") if visit.query("muc") in _TABS else "cho"
    shown = await visit.office.db.read(_list, visit.who.account.id, _TABS[tab], _before(visit))
    return await page(visit, "intake_list.html", tab=tab, rows=shown.rows, found=shown.found)


def _before(visit: Visit) -> tuple[int, int] | None:
    moment, _, number = visit.query("truoc").partition("-")
    if not (moment.isascii() and moment.isdigit() and number.isascii() and number.isdigit()):
        return None
    return (int(moment), int(number)) if len(moment) < 16 and len(number) < 16 else None


# ---- the form -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Queue:
    """Those that wait, newest first: the place of the entry (0 when it does not wait), how many, its neighbours."""

    place: int = 0
    many: int = 0
    newer: int | None = None
    older: int | None = None


@dataclass(frozen=True, slots=True)
class Form(EntryFields):
    """The form of an entry: its letter, the số đến it would get, documents that are the same, what comes next, and
    where it stands among those that wait."""

    item: Item = field(kw_only=True)
    advice: Advice = field(kw_only=True)
    carrier: str = field(kw_only=True)
    next_id: int | None = field(kw_only=True)
    readable: bool = field(kw_only=True)
    queue: Queue = field(kw_only=True)


def _item(tx: Tx, account_id: int, entry_id: int) -> Item:
    """The entry, for the clerks of its organisation only. Raises NotFound for everybody else."""
    item = intake.get_entry(tx, entry_id)
    if not clerks.is_clerk(tx, account_id, item.entry.org_code):
        raise NotFound("Không có mục chờ vào sổ này.")
    return item


def _form(tx: Tx, account_id: int, entry_id: int, given: Fields | None, arrival: str) -> Form:
    item = _item(tx, account_id, entry_id)
    proposed = from_proposal(item.entry.proposed.get("document"))
    fields = given or proposed
    read, now = tidy(proposed), tidy(fields)
    recognised = frozenset(name for name in NAMES if getattr(read, name) and getattr(read, name) == getattr(now, name))
    day = forms.calendar_day(arrival) or office_date(tx.now_ms)
    but = item.entry.document_id
    advice = register.advise(tx, item.entry.org_code, fields, on_date=day, but=but)
    shown = [one for one in advice.problems if given is not None or not one.severe]
    waiting_ids = [one.id for one in entries.listing(tx, item.entry.org_code, (WAITING,), limit=QUEUE)]
    return Form(
        item=item,
        fields=fields,
        recognised=recognised - ({"urgency"} if proposed.urgency == "thuong" else set()),
        arrival=arrival or day.isoformat(),
        advice=advice,
        problems=tuple(shown),
        carrier=_row(tx, item).carrier,
        next_id=next((one for one in reversed(waiting_ids) if one != entry_id), None),
        readable=_may_read(tx, account_id, item),
        queue=_queue(waiting_ids, entry_id),
    )


def _may_read(tx: Tx, account_id: int, item: Item) -> bool:
    """Whether the letter itself may be opened by the person, where it lies now."""
    box = item.entry.mailbox_id
    return box is not None and any(
        folder.id == box for shelf in views.shelves(tx, account_id) for folder in shelf.folders
    )


def _queue(ids: list[int], entry_id: int) -> Queue:
    if entry_id not in ids:
        return Queue(many=len(ids))
    n = ids.index(entry_id)
    return Queue(n + 1, len(ids), ids[n - 1] if n else None, ids[n + 1] if n + 1 < len(ids) else None)


async def entry(visit: Visit) -> Response:
    """The form with the paper beside it; an entry that is registered leads to its document."""
    form = await visit.office.db.read(_form, visit.who.account.id, visit.whole("entry"), None, "")
    item = form.item
    if item.entry.status == REGISTERED and item.document is not None:
        return go(visit, _address(item.document))
    return await _page(visit, form)


async def _page(visit: Visit, form: Form, status: int = 200, problem: str = "") -> Response:
    found = _papers(form.item)
    chosen = papers.choose(found, visit.query("tep"))
    held = form.item.entry.status == HELD
    shown = papers.Shown(None) if held else await papers.show(visit, chosen, form.item.entry.content_id)
    parts_found = len(form.item.entry.proposed.get("documents") or ())
    values: dict[str, Any] = {"form": form, "papers": found, "shown": shown, "problem": problem}
    values["parts_found"] = parts_found
    return await page(visit, "intake_entry.html", status=status, **values, types=type_names())


def _papers(item: Item) -> tuple[Paper, ...]:
    base = f"{LIST}/{item.entry.id}/tep"
    return tuple(
        Paper(one.position, one.name, one.size, one.sha256, one.role, item.entry.content_id, one.path,
              f"{base}/{one.position}")
        for one in item.files
    )  # fmt: skip


def _address(document: Document) -> str:
    return f"/van-ban-den/{document.year}/{document.arrival_number}"


# ---- decisions ----------------------------------------------------------------------------------------------
async def save(visit: Visit) -> Response:
    """Enter the letter into the register; then its document, or the next letter that waits."""
    entry_id, fields, arrival = visit.whole("entry"), forms.given(visit), visit.field("arrival_date", 40)
    account_id = visit.who.account.id
    form = await visit.office.db.read(_form, account_id, entry_id, fields, arrival)
    day = forms.calendar_day(arrival)
    if day is None:
        wrong = Problem("arrival_date", no_day(N_("Ngày đến"), arrival), True)
        return await _page(visit, replace(form, problems=(wrong, *form.problems)), 422)
    try:
        document = await visit.office.db.write(
            register.register, visit.actor, entry_id, fields, version=forms.version(visit), on_date=day
        )
    except AlreadyRegistered as error:
        return await _conflict(visit, fields, error.document)
    except InvalidFields as error:
        return await _page(visit, replace(form, problems=forms.together(error.problems, form.problems)), 422)
    except Stale as error:
        now = from_proposal(form.item.entry.proposed.get("document"))
        return await _page(visit, replace(form, rival=forms.differences(fields, now)), 409, said(error))
    if visit.field("tiep", 10) and form.next_id is not None:
        text = _(
            "Đã vào sổ: số đến %(arrival_number)s/%(year)s. Đây là thư tiếp theo.",
            arrival_number=document.arrival_number,
            year=document.year,
        )
        return go(visit, f"{LIST}/{form.next_id}", text)
    return go(visit, f"{_address(document)}?moi=1")


async def _conflict(visit: Visit, fields: Fields, document: Document) -> Response:
    """Somebody else has entered the letter: what was typed beside what stands in the register."""
    rival = forms.differences(tidy(fields), register.fields_of(document))
    form = EntryFields(fields, rival=rival)
    return await page(visit, "conflict.html", status=409, form=form, document=document)


async def dismiss(visit: Visit) -> Response:
    """The letter does not go into the register; a reason must be given."""
    entry_id = visit.whole("entry")
    try:
        found = await visit.office.db.write(
            intake.dismiss, visit.actor, entry_id, visit.field("reason", 500), forms.version(visit)
        )
    except AlreadyRegistered as error:
        return go(visit, _address(error.document), said(error))
    fields = (("version", str(found.version)), ("ve", "1"))
    return go(visit, LIST, _("Đã bỏ khỏi danh sách chờ vào sổ."), f"{LIST}/{entry_id}/khoi-phuc", fields)


async def restore(visit: Visit) -> Response:
    """A dismissed letter waits again; one on hold is released after a person has looked at it."""
    entry_id = visit.whole("entry")
    try:
        await visit.office.db.write(
            intake.restore, visit.actor, entry_id, forms.version(visit), visit.field("reason", 500)
        )
    except AlreadyRegistered as error:
        return go(visit, _address(error.document), said(error))
    return go(visit, f"{LIST}/{entry_id}", _("Thư lại chờ vào sổ."))


async def divide(visit: Visit) -> Response:
    """A letter with several documents: an entry for each."""
    entry_id = visit.whole("entry")
    found = await visit.office.db.write(split, visit.actor, entry_id, forms.version(visit))
    return go(visit, f"{LIST}/{entry_id}", _("Đã tách thành %(count)s mục chờ vào sổ.", count=len(found)))


# ---- files --------------------------------------------------------------------------------------------------
async def _paper(visit: Visit) -> Paper:
    item = await visit.office.db.read(_item, visit.who.account.id, visit.whole("entry"))
    if item.entry.status == HELD:
        raise Refused("Thư đang tạm giữ; tệp không mở được ở đây.")
    return papers.paper_of(_papers(item), visit.whole("number"))


async def file(visit: Visit) -> Response:
    return await papers.download(visit, await _paper(visit))


async def glance(visit: Visit) -> Response:
    return await papers.glance(visit, await _paper(visit))


async def page_picture(visit: Visit) -> Response:
    return await papers.picture(visit, await _paper(visit))


ROUTES = (
    get(LIST, waiting),
    get(LIST + "/{entry}", entry),
    post(LIST + "/{entry}", save),
    post(LIST + "/{entry}/khong-vao-so", dismiss),
    post(LIST + "/{entry}/khoi-phuc", restore),
    post(LIST + "/{entry}/tach", divide),
    get(LIST + "/{entry}/tep/{number}", file),
    get(LIST + "/{entry}/tep/{number}/nhanh", glance),
    get(LIST + "/{entry}/tep/{number}/trang/{page}", page_picture),
)
