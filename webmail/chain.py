"""Where is it? The chain of one matter: letter, incoming document, work, draft, outgoing document, who has read it.

One component on the pages of incoming documents, drafts, tasks and letters. What the person may not read is not
in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.documents import clerks, rights
from mailsvc.documents.outgoing import states, who
from mailsvc.documents.outgoing.words import words as outgoing_words
from mailsvc.documents.rights import Act
from mailsvc.documents.routing import pages
from mailsvc.documents.routing.lines import main_lead
from mailsvc.documents.routing.rules import rules
from mailsvc.documents.tasks import looking
from mailsvc.documents.tasks.words import words as task_words
from mailsvc.store import documents, intake, outgoing, receipts, relations, routing, tasks
from mailsvc.store import receivers as people
from mailsvc.store.documents import Document
from mailsvc.store.tasks import Task
from mailsvc.store.tx import Tx
from webmail.house_words import spoken
from webmail.i18n import _
from webmail.incoming_place import place
from webmail.words import day

DONE, NOW, AHEAD = "done", "now", "ahead"
_MOST = 6  # tasks and outgoing documents of one matter that are shown


@dataclass(frozen=True, slots=True)
class Stage:
    """One link of the chain. `name` is what it is, `title` and `note` which and how it stands; `address` is '' for the
    page one is on. `state`: done, now (something waits there), ahead (not begun)."""

    name: str
    icon: str
    title: str
    note: str
    address: str
    state: str = DONE


def of_incoming(tx: Tx, actor: Actor, document: Document, letter: str = "") -> tuple[Stage, ...]:
    """The chain of an incoming document; `letter` is the address of its letter for who may open it."""
    answers = [one.from_id for one in relations.to_document(tx, document.id, relations.ANSWERS)]
    return _chain(tx, actor, [document], answers, letter)


def of_letter(tx: Tx, actor: Actor, mailbox_id: int, number: tuple[int, int], letter: str) -> tuple[Stage, ...]:
    """The chain of the document that a letter became: (số đến, year) in the register its mailbox feeds. Empty for who
    may not read the document."""
    org_code = clerks.organisation_of_mailbox(tx, mailbox_id)
    found = documents.by_number(tx, org_code, "in", number[1], number[0])
    if found is None or not rights.may(tx, actor, Act.READ, rights.of_document(tx, found)):
        return ()
    return of_incoming(tx, actor, found, letter)


def of_outgoing(tx: Tx, actor: Actor, document: Document) -> tuple[Stage, ...]:
    """The chain of a draft or an outgoing document, with the documents it answers."""
    answered = [one.to_id for one in relations.from_document(tx, document.id, relations.ANSWERS)]
    return _chain(tx, actor, _seen(tx, actor, answered), [document.id])


def of_task(tx: Tx, actor: Actor, task: Task) -> tuple[Stage, ...]:
    """The chain of a task: that of its document, else the task alone is no chain."""
    found = _seen(tx, actor, [task.document_id] if task.document_id else [])
    return of_incoming(tx, actor, found[0]) if found else ()


def _seen(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[Document]:
    found = [documents.get(tx, one) for one in ids]
    return [one for one in found if pages.may_see(tx, actor.account_id or 0, one)]


def _chain(
    tx: Tx, actor: Actor, incoming: Sequence[Document], answers: Sequence[int], letter: str = ""
) -> tuple[Stage, ...]:
    stages: list[Stage] = []
    for one in incoming:
        where = place(tx, actor.account_id or 0, one)
        stages += [*_letter(tx, one, letter), _registered(one, where), *_work(tx, one, where), *_tasks(tx, actor, one)]
    for number in list(dict.fromkeys(answers))[:_MOST]:
        stages += _answer(tx, actor, number)
    if incoming and not answers:
        stages.append(Stage(_("Văn bản trả lời"), "draft", _("Chưa có"), "", "", AHEAD))
    return tuple(stages)


# ---- what came in -------------------------------------------------------------------------------------------
def _letter(tx: Tx, document: Document, address: str) -> list[Stage]:
    entry = intake.get(tx, document.entry_id) if document.entry_id is not None else None
    if entry is None or entry.channel == "hand":
        return []
    return [Stage(_("Thư đến"), "mail", entry.sender_name or entry.sender_address, "", address)]


def _registered(document: Document, address: str) -> Stage:
    title = _("Số đến %(arrival_number)s/%(year)s", arrival_number=document.arrival_number, year=document.year)
    return Stage(_("Văn bản đến"), "intake", title, day(document.arrival_date), address)


def _work(tx: Tx, document: Document, page: str) -> list[Stage]:
    """Who is in charge, how many cooperate."""
    flow, lines = routing.flow(tx, document.id), routing.lines_of(tx, document.id)
    known, address = spoken(rules().words), page + "#luot-chuyen"
    lead = main_lead(lines)
    if lead is None:
        state = DONE if flow.state == "filed" else NOW
        return [Stage(_("Xử lý"), "forward", known.states[flow.state], "", address, state)]
    name = people.names(tx, [lead.assignee_id]).get(lead.assignee_id, "")
    others = sum(1 for one in lines if one.role == "cooperate")
    note = known.lines[lead.state] + (" · " + _("%(others)s phối hợp", others=others) if others else "")
    return [Stage(_("Chủ trì"), "person", name, note, address, NOW if lead.is_open else DONE)]


def _tasks(tx: Tx, actor: Actor, document: Document) -> list[Stage]:
    found = []
    for one in tasks.of_document(tx, document.id)[:_MOST]:
        if looking.may_see(tx, actor, one, tasks.people_of(tx, one.id)):
            state = NOW if one.is_open else DONE
            shown = spoken(task_words()).states[one.state]
            found.append(Stage(_("Việc"), "task", one.title, shown, f"/cong-viec/{one.id}", state))
    return found


# ---- what goes out ------------------------------------------------------------------------------------------
def _answer(tx: Tx, actor: Actor, number: int) -> list[Stage]:
    flow, document = outgoing.get(tx, number), documents.get(tx, number)
    if flow.state == states.DROPPED or not who.may(tx, actor, Act.READ, flow):
        return []
    address = f"/van-ban-di/{document.year}/{document.arrival_number}"
    draft = _("Dự thảo %(number)s/%(year)s", number=document.arrival_number, year=document.year)
    shown = spoken(outgoing_words()).states[flow.state]
    if not document.code:
        return [
            Stage(_("Dự thảo"), "draft", draft, shown, address, NOW),
            Stage(_("Văn bản đi"), "sent", _("Chưa có số"), "", "", AHEAD),
        ]
    issued = flow.state == states.ISSUED
    stage = Stage(_("Văn bản đi"), "sent", document.code, shown, address, DONE if issued else NOW)
    return [stage, *(_read(tx, document, address) if issued else ())]


def _read(tx: Tx, document: Document, address: str) -> list[Stage]:
    found = [one for one in receipts.of_document(tx, document.id) if one.kind != "paper"]
    opened = sum(1 for one in found if one.opened_ms is not None)
    answered = sum(1 for one in found if one.answered_ms is not None)
    title = _("%(opened)s/%(many)s nơi đã đọc", opened=opened, many=len(found))
    note = _("%(answered)s nơi trả lời", answered=answered) if answered else ""
    return [Stage(_("Đã gửi"), "eye", title, note, f"{address}#noi-nhan", DONE if opened == len(found) else NOW)]
