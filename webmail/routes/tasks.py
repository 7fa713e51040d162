"""Tasks (giao việc): the lists, giving one, one of them with its acts offered, its printed slip, its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.documents import rights, uploads
from mailsvc.documents.fields import InvalidFields, Problem
from mailsvc.documents.rights import Act
from mailsvc.documents.tasks import looking, offers, undoing
from mailsvc.documents.tasks.giving import NewTask
from mailsvc.documents.tasks.looking import Sheet
from mailsvc.documents.tasks.words import words
from mailsvc.documents.uploads import Packed
from mailsvc.http.visits import Visit, get, post
from mailsvc.message.compose import Person
from mailsvc.store import accounts, documents, tasks
from mailsvc.store.documents import Document
from mailsvc.store.tasks import Task, TaskPerson
from mailsvc.store.tx import Tx
from mailsvc.store.ways_back import new_token
from webmail import chain, papers, ways_back
from webmail.house_words import spoken
from webmail.i18n import N_, _
from webmail.pages import go, page
from webmail.papers import Paper

PLACE = "/cong-viec"
TABS = {"nhan": N_("Việc tôi nhận"), "giao": N_("Việc tôi giao"), "xong": N_("Đã xong")}


# ---- lists --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Row:
    """A task in a list: who it is from or for; `mine` is the person's own row on it."""

    task: Task
    who: str
    mine: TaskPerson | None


@dataclass(frozen=True, slots=True)
class _Listing:
    rows: tuple[Row, ...]
    gives: bool


def _listing(tx: Tx, actor: Actor, tab: str) -> _Listing:
    me = actor.account_id or 0
    rows: list[Row] = []
    if tab in ("nhan", "xong"):
        found = tasks.done_by(tx, me, is_open=tab == "nhan")
        rows += [Row(task, accounts.get(tx, task.assigner_id).full_name, row) for task, row in found]
    if tab in ("giao", "xong"):
        given = tasks.given_by(tx, me, is_open=tab == "giao")
        doers = tasks.people_of_tasks(tx, [one.id for one in given])
        rows += [Row(one, accounts.get(tx, doers[one.id][0].person_id).full_name, None) for one in given]
    return _Listing(tuple(rows), bool(offers.roles_that_give(tx, actor)))


async def listing(visit: Visit) -> Response:
    """The tasks given to the person, by the person, and those that are over; `?muc=` chooses."""
    tab = visit.query("muc") if visit.query("muc") in TABS else "nhan"
    found = await visit.office.db.read(_listing, visit.actor, tab)
    return await page(visit, "task_list.html", found=found, tab=tab, tabs=TABS, words=spoken(words()))


# ---- giving -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Form:
    """The people a task can be given to, by unit; the document it comes from."""

    groups: tuple[offers.Group, ...]
    document: Document | None


def _form(tx: Tx, actor: Actor, document_id: int | None) -> _Form:
    document = None
    if document_id is not None:
        document = documents.get(tx, document_id)
        rights.require(tx, actor, Act.READ, rights.of_document(tx, document))
    return _Form(offers.people_to_give_to(tx, actor), document)


async def form(visit: Visit) -> Response:
    """The empty form; `?van_ban=12` gives the task from a document."""
    return await _form_page(visit, {}, _whole(visit.query("van_ban")))


async def _form_page(
    visit: Visit,
    typed: Mapping[str, Any],
    document_id: int | None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response:
    found = await visit.office.db.read(_form, visit.actor, document_id)
    values = {"found": found, "typed": typed, "problems": problems, "words": spoken(words())}
    return await page(visit, "task_form.html", status=status, **values)


async def give(visit: Visit) -> Response:
    """Give it; what is wrong is said beside the field, with everything that was typed."""
    document_id = _whole(visit.field("van_ban", 16))
    typed = {
        name: visit.field(name, 20_000) for name in ("title", "content", "deadline", "priority", "lead", "advisory")
    }
    chosen = [one for one in visit.form.getlist("cooperating") if isinstance(one, str)]
    new = NewTask(
        title=typed["title"],
        content=typed["content"],
        lead_id=_whole(typed["lead"]),
        cooperating=tuple(one for text in chosen if (one := _whole(text)) is not None),
        deadline=typed["deadline"],
        priority=typed["priority"] or "thuong",
        advisory=typed["advisory"] == "1",
        document_id=document_id,
    )
    token = new_token()
    try:
        task = await visit.office.db.write(undoing.given, visit.actor, new, token)
    except InvalidFields as error:
        kept = typed | {"cooperating": chosen}
        return await _form_page(visit, kept, document_id, error.problems, 422)
    text, place = _("Đã giao việc; người nhận có thư trong “Việc của tôi”."), f"{PLACE}/{task.id}"
    return go(visit, place, text, *(await ways_back.form(visit, token, place)))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


# ---- one task -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Refusal:
    """What was sent and not done: the page is shown again with it. `act` names the form."""

    text: str
    act: str
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _View:
    sheet: Sheet
    acts: frozenset[str]
    document: Document | None
    papers: tuple[Paper, ...]


def _view(tx: Tx, actor: Actor, task_id: int) -> _View:
    sheet = looking.sheet(tx, actor, task_id)
    document = None
    if sheet.task.document_id is not None:
        found = documents.get(tx, sheet.task.document_id)
        document = found if rights.may(tx, actor, Act.READ, rights.of_document(tx, found)) else None
    return _View(sheet, offers.acts(tx, actor, sheet), document, _papers(sheet))


def _papers(sheet: Sheet) -> tuple[Paper, ...]:
    place = f"{PLACE}/{sheet.task.id}/tep"
    return tuple(
        Paper(n, one.name, one.size, one.sha256, one.role, one.content_id, one.path, f"{place}/{n}")
        for n, one in enumerate(sheet.files)
    )


async def show(visit: Visit, task_id: int, status: int = 200, refusal: Refusal | None = None) -> Response:
    """The page of a task, after a refused act with what was typed."""
    found = await visit.office.db.read(_view, visit.actor, task_id)
    links = await visit.office.db.read(chain.of_task, visit.actor, found.sheet.task)
    values = {"found": found, "refusal": refusal, "words": spoken(words()), "chain": links}
    return await page(visit, "task.html", status=status, **values)


async def task(visit: Visit) -> Response:
    """One task with everything that happened, and what the person may do."""
    return await show(visit, visit.whole("task"))


async def slip(visit: Visit) -> Response:
    """Phiếu giao việc in print."""
    found = await visit.office.db.read(_view, visit.actor, visit.whole("task"))
    return await page(visit, "task_slip.html", found=found, words=words())


async def file(visit: Visit) -> Response:
    found = await visit.office.db.read(_view, visit.actor, visit.whole("task"))
    return await papers.download(visit, papers.paper_of(found.papers, visit.whole("file")))


async def packed(visit: Visit, subject: str) -> Packed | None:
    """The files of the form, wrapped and ready for the store; None without any. Raises Invalid, StorageFull."""
    given = [(one.name, one.data) for one in await visit.files("tep")]
    if not given:
        return None
    me = visit.who.account
    address = await visit.office.db.read(accounts.primary_address, me.id)
    if not address:
        raise Invalid("Tài khoản chưa có địa chỉ thư; không gửi tệp được.")
    person = Person(me.full_name, address)
    made: Packed = await visit.office.work(uploads.pack, visit.office, person, subject, f"{subject}\n", given, "result")
    return made


ROUTES = (
    get(PLACE, listing),
    get(PLACE + "/moi", form),
    post(PLACE + "/moi", give),
    get(PLACE + "/{task}", task),
    get(PLACE + "/{task}/phieu", slip),
    get(PLACE + "/{task}/tep/{file}", file),
)
