"""The page of one incoming document: what stands in the register, its files, where it stands, what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from mailsvc.core.errors import NotFound
from mailsvc.documents import history
from mailsvc.documents import register as work
from mailsvc.documents import rules as office_rules
from mailsvc.documents.history import Viewer
from mailsvc.documents.register import Step
from mailsvc.documents.routing import handling, pages, receivers
from mailsvc.documents.routing.lines import main_lead
from mailsvc.documents.routing.pages import Way
from mailsvc.documents.routing.receivers import Choice, Choices
from mailsvc.documents.routing.rules import rules
from mailsvc.http.visits import Visit
from mailsvc.store import documents, intake, placements, routing, units
from mailsvc.store.documents import Document
from mailsvc.store.intake import Entry
from mailsvc.store.tx import Tx
from webmail import came_from, chain, papers, views
from webmail.house_words import spoken
from webmail.pages import page
from webmail.papers import Paper

USUAL = 8  # receivers in the short form of a direction


@dataclass(frozen=True, slots=True)
class Paperwork:
    """A document with everything on its page. `organisation`: whose register it stands in, by its name of that day;
    `letter` is the address of the letter for who may open it; `in_register`: the person may read the register;
    `choices` are the receivers that forms on the page offer; `usual` are those to whom the person usually gives
    documents, while this one has nobody in charge."""

    document: Document
    organisation: str
    papers: tuple[Paper, ...]
    steps: tuple[Step, ...]
    entry: Entry | None
    letter: str
    newer: int | None
    older: int | None
    next_entry: int | None
    clerk: bool
    way: Way
    in_register: bool
    choices: Choices
    viewers: tuple[Viewer, ...]
    usual: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was sent and not done: the page is shown again with it. `act` names the form."""

    text: str
    act: str
    typed: Mapping[str, str] = field(default_factory=dict)


def paperwork(tx: Tx, account_id: int, found: Document) -> Paperwork:
    """Everything about a document that the person may see."""
    entry = intake.get(tx, found.entry_id) if found.entry_id is not None else None
    organisation = units.find(tx, found.org_code, found.arrival_date) or units.latest(tx, found.org_code)
    mine = views.rights(tx, account_id)
    clerk = mine.clerk and mine.org_code == found.org_code
    in_register = mine.reads_register and mine.org_code == found.org_code
    place = (tx, found.org_code, "in", found.year, found.arrival_number)
    older, newer = documents.neighbours(*place) if in_register else (None, None)
    waiting = intake.listing(tx, found.org_code, (intake.WAITING,), limit=200) if clerk else []
    way = pages.way(tx, account_id, found)
    needs_choice = any({"forward", "reassign"} & node.acts for node in way.nodes)
    return Paperwork(
        document=found,
        organisation=organisation.name if organisation is not None else found.org_code,
        papers=papers_of(tx, found),
        steps=tuple(work.timeline(tx, found.id)),
        entry=entry,
        letter=_letter(tx, account_id, entry),
        newer=newer,
        older=older,
        next_entry=waiting[-1].id if waiting else None,
        clerk=clerk,
        way=way,
        in_register=in_register,
        choices=receivers.choices(tx, found.org_code) if needs_choice else Choices((), ()),
        viewers=tuple(history.viewers(tx, found.id)),
        usual=_usual(tx, account_id, found, way),
    )


def _usual(tx: Tx, account_id: int, found: Document, way: Way) -> tuple[Choice, ...]:
    """Whom the person has put in charge most often, then the units of the organisation."""
    if "direct" not in way.acts or main_lead([node.line for node in way.nodes]) is not None:
        return ()
    choices = receivers.choices(tx, found.org_code)
    known = {one.key: one for one in (*choices.units, *(one for _unit, some in choices.people for one in some))}
    keys = [*routing.usual_leads(tx, account_id, USUAL), *(one.key for one in choices.units)]
    return tuple(known[key] for key in dict.fromkeys(keys) if key in known)[:USUAL]


def papers_of(tx: Tx, document: Document) -> tuple[Paper, ...]:
    """The files with their addresses."""
    base = f"/xu-ly/{document.id}/tep"
    return tuple(
        Paper(one.position, one.name, one.size, one.sha256, one.role, one.content_id, one.path,
              f"{base}/{one.position}")
        for one in work.files_of(tx, document.id)
    )  # fmt: skip


def _letter(tx: Tx, account_id: int, entry: Entry | None) -> str:
    """Where the letter can be opened, for who may open that mailbox; '' for everybody else."""
    if entry is None or entry.mailbox_id is None or entry.uid is None:
        return ""
    try:
        views.find_folder(views.shelves(tx, account_id), entry.mailbox_id)
    except NotFound:
        return ""
    there = placements.rows(tx, entry.mailbox_id, entry.uid, entry.uid, ("uid",))
    return f"/thu/{entry.mailbox_id}/{entry.uid}" if there else ""


async def show(
    visit: Visit, found: Document, *, status: int = 200, fresh: bool = False, refusal: Refusal | None = None
) -> Response:
    """The page. Opening it marks what lies with the person as read, and is noted in the history."""
    account_id = visit.who.account.id
    await note_view(visit, found, "page")
    if await visit.office.db.read(handling.unread_lines, account_id, found.id):
        await visit.office.db.write(handling.read, account_id, found.id)
    if await visit.office.db.read(routing.unread_but_seen, found.id):
        await visit.office.db.write(handling.note_seen, found.id)
    shown_work = await visit.office.db.read(paperwork, account_id, found)
    chosen = papers.choose(shown_work.papers, visit.query("tep"))
    shown = papers.Shown(None) if chosen is None else await papers.show(visit, chosen, None)
    values: dict[str, Any] = {"fresh": fresh, "refusal": refusal, "words": spoken(rules().words)}
    values["stray"] = refusal is not None and _stray(refusal, shown_work.way)
    values["chain"] = await visit.office.db.read(chain.of_incoming, visit.actor, found, shown_work.letter)
    reads = shown_work.in_register
    values["back"] = came_from.back(visit, "/van-ban-den" if reads else "/viec")
    values["phrases"] = await visit.office.db.read(office_rules.value, "phrases.direction")
    return await page(visit, "document.html", status=status, work=shown_work, shown=shown, **values)


def _stray(refusal: Refusal, way: Way) -> bool:
    """Whether the form that was refused has gone from the page, so that the refusal must stand on top."""
    name, _, number = refusal.act.rpartition("-")
    offered = any("recall" in one.acts and str(one.line.id) == number for one in way.nodes)
    return refusal.act in ("trinh", "mo-lai") or (name == "lay-lai" and not offered)


async def note_view(visit: Visit, document: Document, what: str) -> None:
    """Note who has seen what, without troubling the writer for a reload."""
    if await visit.office.db.read(history.is_new_view, visit.actor, document.id, what):
        await visit.office.db.write(history.viewed, visit.actor, document.id, what)
