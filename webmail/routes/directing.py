"""The forms that give a document to people: trình, bút phê, văn thư chuyển, giao việc trong đơn vị, lưu để biết."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from mailsvc.core.errors import AlreadyThere, Invalid, Refused
from mailsvc.documents import rules as office_rules
from mailsvc.documents.errors import Stale
from mailsvc.documents.fields import InvalidFields, Problem
from mailsvc.documents.routing import assigning, deadlines, directing, pages, receivers
from mailsvc.documents.routing.lines import Sending, main_lead
from mailsvc.documents.routing.orders import COOPERATE, INFORM, LEAD, LEADER, Order
from mailsvc.documents.routing.parcels import parcel
from mailsvc.documents.routing.receivers import Choices
from mailsvc.documents.routing.rules import rules
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import documents, routing
from mailsvc.store.accounts import Account
from mailsvc.store.documents import Document
from mailsvc.store.routing import Flow, Line
from mailsvc.store.tx import Tx
from mailsvc.store.ways_back import new_token
from webmail import forms, incoming_place, ways_back
from webmail.house_words import spoken
from webmail.i18n import N_, _
from webmail.i18n import said as i18n_said
from webmail.pages import go, page
from webmail.routes.handling import PLACE, Undo, asked, done, write

ROWS = 5  # receivers that cooperate, in one form
DIRECT, TRANSFER, ASSIGN, FILE = "chi-dao", "chuyen", "giao", "luu"
_TITLES = {
    DIRECT: N_("Ý kiến chỉ đạo"),
    TRANSFER: N_("Chuyển văn bản"),
    ASSIGN: N_("Giao việc trong đơn vị"),
    FILE: N_("Lưu để biết"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it is shown: what was typed, remarks on it, what can be chosen. `line`: under which line."""

    kind: str
    title: str
    document: Document
    flow: Flow
    choices: Choices
    has_lead: bool
    line: Line | None = None
    text: str = ""
    rows: tuple[Order, ...] = ()
    informed: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    problem: str = ""
    version: int = 0

    @property
    def address(self) -> str:
        inner = f"/luot/{self.line.id}" if self.line is not None else ""
        return f"/xu-ly/{self.document.id}{inner}/{self.kind}"

    def problems_of(self, name: str) -> list[Problem]:
        return [one for one in self.problems if one.field == name]


@dataclass(frozen=True, slots=True)
class _Typed:
    text: str = ""
    rows: tuple[Order, ...] = ()
    informed: tuple[str, ...] = ()
    version: int | None = None
    problems: tuple[Problem, ...] = field(default=())
    problem: str = ""

    @property
    def orders(self) -> list[Order]:
        chosen = [one for one in self.rows if one.receiver]
        return chosen + [Order(key, INFORM, field="inform") for key in self.informed]


def _form(tx: Tx, account_id: int, document_id: int, line_id: int | None, kind: str, typed: _Typed) -> Form:
    found = documents.get(tx, document_id)
    flow, lines = routing.flow(tx, document_id), routing.lines_of(tx, document_id)
    line = next((one for one in lines if one.id == line_id), None)
    if line is not None:
        has_lead = any(one.parent_id == line.id and one.is_open and one.role == LEAD for one in lines)
        choices = _below(tx, account_id, found, line)
    else:
        has_lead = main_lead(lines) is not None
        choices = receivers.choices(tx, found.org_code)
    now = flow.version if line is None else line.version
    return Form(
        kind=kind,
        title=_(_TITLES[kind]),
        document=found,
        flow=flow,
        choices=choices,
        has_lead=has_lead,
        line=line,
        text=typed.text,
        rows=typed.rows or _empty_rows(tx, found, line),
        informed=frozenset(typed.informed),
        problems=typed.problems,
        problem=typed.problem,
        version=now if typed.version is None else typed.version,
    )


def _below(tx: Tx, account_id: int, found: Document, line: Line) -> Choices:
    """Whom the receiver of a line may give it to: the people of the unit, else all of the organisation."""
    unit = line.unit_code
    return (
        receivers.choices(tx, found.org_code, unit, but=account_id) if unit else receivers.choices(tx, found.org_code)
    )


def _empty_rows(tx: Tx, found: Document, line: Line | None) -> tuple[Order, ...]:
    """The deadline of the line above, else that of the document, else the one its type has by the office's rules."""
    deadline = (line.deadline if line is not None else found.deadline) or ""
    deadline = deadline or deadlines.usual(tx, found)
    return (Order("", LEAD, deadline, "lead"), *(Order("", COOPERATE, "", f"row{n}") for n in range(1, ROWS + 1)))


def _typed(visit: Visit) -> _Typed:
    phrase, text = visit.field("cau_mau", 500), visit.field("noi_dung", 5000)
    words = "\n".join(one for one in (phrase if phrase not in text else "", text) if one)
    rows = [Order(visit.field("lead", 40), LEAD, visit.field("lead_han", 40), "lead")]
    rows += [
        Order(visit.field(f"row{n}", 40), COOPERATE, visit.field(f"row{n}_han", 40), f"row{n}")
        for n in range(1, ROWS + 1)
    ]
    informed = tuple(str(one)[:40] for one in visit.form.getlist("de_biet"))
    return _Typed(words, tuple(rows), informed, forms.version(visit))


# ---- pages --------------------------------------------------------------------------------------------------
async def form(visit: Visit) -> Response:
    """The empty form of the address: bút phê, chuyển, lưu, or giao under a line."""
    found = await asked(visit)
    return await _shown(visit, found, _Typed())


async def _shown(visit: Visit, found: Document, typed: _Typed, status: int = 200) -> Response:
    made = await visit.office.db.read(_form, visit.who.account.id, found.id, _line_id(visit), _kind(visit), typed)
    phrases = await visit.office.db.read(office_rules.value, "phrases.direction")
    return await page(visit, "direct.html", status=status, form=made, phrases=phrases, words=spoken(rules().words))


def _kind(visit: Visit) -> str:
    return visit.request.url.path.rpartition("/")[2]


def _line_id(visit: Visit) -> int | None:
    return visit.whole("line") if "line" in visit.request.path_params else None


async def save(visit: Visit) -> Response:
    """Carry it out; what is wrong is said beside the field, and nothing that was typed is lost."""
    found, typed, token = await asked(visit), _typed(visit), new_token()
    try:
        await _save(visit, found, typed, token)
    except InvalidFields as error:
        return await _shown(visit, found, _again(typed, error.problems), 422)
    except (Stale, AlreadyThere) as error:
        return await _shown(visit, found, _again(typed, problem=i18n_said(error), fresh=True), 409)
    except Refused as error:
        return await _shown(visit, found, _again(typed, problem=i18n_said(error)), 403)
    except Invalid as error:
        return await _shown(visit, found, _again(typed, problem=i18n_said(error)), 422)
    place = await visit.office.db.read(incoming_place.place, visit.who.account.id, found)
    text = _("Đã chuyển; người nhận có trong Việc của tôi và trong hộp thư.")
    return go(visit, place, text, *(await ways_back.form(visit, token, place)))


def _again(typed: _Typed, problems: Sequence[Problem] = (), problem: str = "", fresh: bool = False) -> _Typed:
    """`fresh`: the person has been told of the other's change, so that sending again is decided upon it."""
    version = None if fresh else typed.version
    return _Typed(typed.text, typed.rows, typed.informed, version, tuple(problems), problem)


async def _save(visit: Visit, found: Document, typed: _Typed, token: str) -> None:
    kind, line_id, version = _kind(visit), _line_id(visit), typed.version or 0
    author = visit.who.account.id
    letter = await parcel(visit.office, author, found.id, lambda tx: _plan(tx, found, kind, line_id, typed))
    act: Any = assigning.assign
    chosen: Sequence[Any] = typed.orders
    if line_id is None and kind == FILE:
        act, chosen = directing.file_for_information, typed.informed
    elif line_id is None:
        act = directing.direct if kind == DIRECT else directing.transfer
    number = found.id if line_id is None else line_id
    named = {"version": version, "parcel": letter}
    await write(visit, found, token, act, visit.actor, number, typed.text, chosen, **named)


def _plan(tx: Tx, found: Document, kind: str, line_id: int | None, typed: _Typed) -> Sending:
    flow = routing.flow(tx, found.id)
    if line_id is not None:
        return assigning.assignment(tx, found, routing.line(tx, line_id), typed.text, typed.orders)
    if kind == FILE:
        return directing.filing(tx, found, typed.text, typed.informed)
    if flow.version != typed.version:
        raise Stale
    return directing.direction(tx, found, flow, "direction" if kind == DIRECT else "transfer", typed.text, typed.orders)


# ---- submission ---------------------------------------------------------------------------------------------
def _leaders(tx: Tx, account_id: int, document_id: int) -> tuple[Document, Flow, list[Account], int]:
    found = pages.seen_document(tx, account_id, document_id)
    default = receivers.default_director(tx, found.org_code)
    leaders = receivers.directors(tx, found.org_code)
    return found, routing.flow(tx, document_id), leaders, default.id if default else 0


async def submit_form(visit: Visit) -> Response:
    """Whom to submit to: the one the rule names is chosen already."""
    found, flow, leaders, default = await visit.office.db.read(_leaders, visit.who.account.id, visit.whole("document"))
    return await page(visit, "submit.html", document=found, flow=flow, leaders=leaders, default=default)


async def submit(visit: Visit) -> Response:
    """Trình."""
    found, text = await asked(visit), visit.field("noi_dung", 4000)
    chosen = visit.field("nguoi", 15)
    leader = int(chosen) if chosen.isascii() and chosen.isdigit() else None

    async def work() -> None:
        letter = await parcel(
            visit.office, visit.who.account.id, found.id, lambda tx: directing.submission(tx, found, leader, text)
        )
        await visit.office.db.write(
            directing.submit, visit.actor, found.id, version=forms.version(visit), leader_id=leader, text=text,
            parcel=letter,
        )  # fmt: skip

    return await done(visit, found, "trinh", work(), _("Đã trình."), _take_back)


def _take_back(tx: Tx, found: Document) -> Undo:
    """Taking the submission back, while the leader has not read it."""
    line = next(one for one in routing.lines_of(tx, found.id) if one.is_open and one.role == LEADER)
    return f"/xu-ly/{found.id}/luot/{line.id}/lay-lai", (("version", str(line.version)),)


ROUTES = (
    get(PLACE + "/trinh", submit_form),
    post(PLACE + "/trinh", submit),
    *(
        route
        for kind in (DIRECT, TRANSFER, FILE)
        for route in (get(f"{PLACE}/{kind}", form), post(f"{PLACE}/{kind}", save))
    ),
    get(PLACE + "/luot/{line}/" + ASSIGN, form),
    post(PLACE + "/luot/{line}/" + ASSIGN, save),
)
