"""Everything about where one document stands, for its page: tree of lines, directions, opinions, requests, and what
the person who looks may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import NotFound
from mailsvc.documents import calendar, rights
from mailsvc.documents.rights import Act, Subject
from mailsvc.documents.routing import closing, directing, receivers
from mailsvc.documents.routing.lines import above, main_lead, receiving
from mailsvc.documents.routing.orders import COOPERATE, INFORM, LEAD, LEADER
from mailsvc.store import accounts, documents, routing
from mailsvc.store import receivers as store
from mailsvc.store.documents import Document
from mailsvc.store.routing import Direction, Flow, Line, Opinion, Request
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Node:
    """A line in the tree. `depth` counts the lines above; `standing` is the colour of its deadline; `acts`: what the
    person who looks may do with it. `meant_for`: who was chosen when somebody else got it."""

    line: Line
    depth: int
    name: str
    assigner: str
    meant_for: str
    standing: str
    instruction: str
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with the names in it; `mine`: the person who looks may decide it."""

    request: Request
    asker: str
    about: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Said:
    """An opinion or report with its author's name."""

    opinion: Opinion
    author: str


@dataclass(frozen=True, slots=True)
class Way:
    """Where the document stands. `acts`: what may be done with the whole; `mine`: lines that lie with the person."""

    flow: Flow
    nodes: tuple[Node, ...]
    directions: tuple[tuple[Direction, str], ...]
    said: tuple[Said, ...]
    asked: tuple[Asked, ...]
    acts: frozenset[str]
    mine: tuple[Node, ...]
    grounds: str


def may_see(tx: Tx, account_id: int, document: Document) -> bool:
    """Whether the person may read the document: by post, or because it was given to or by him."""
    return rights.may(tx, Actor(account_id), Act.READ, rights.of_document(tx, document))


def seen_document(tx: Tx, account_id: int, document_id: int) -> Document:
    """The document. Raises NotFound also for who may not see it."""
    document = documents.get(tx, document_id)
    if document.direction != "in" or not may_see(tx, account_id, document):
        raise NotFound("Không có văn bản này, hoặc bạn không được giao văn bản này.")
    return document


def way(tx: Tx, account_id: int, document: Document) -> Way:
    """Everything about where it stands, as the person sees it."""
    flow, lines = routing.flow(tx, document.id), routing.lines_of(tx, document.id)
    directions, said = routing.directions_of(tx, document.id), routing.opinions_of(tx, document.id)
    asked = routing.requests_of(tx, document.id)
    lead = main_lead(lines)
    people = [one for line in lines for one in (line.assignee_id, line.assigner_id, line.meant_for_id or 0)]
    people += [one.author_id or 0 for one in directions] + [one.author_id for one in said]
    names = store.names(tx, people + [one.asker_id for one in asked])
    desks = set(receivers.desks_of(tx, account_id))
    texts = {one.id: one.text for one in directions}
    nodes = _nodes(tx, account_id, desks, lines, names, texts)
    return Way(
        flow=flow,
        nodes=nodes,
        directions=tuple((one, names.get(one.author_id or 0, "")) for one in directions),
        said=tuple(Said(one, names.get(one.author_id, "")) for one in said),
        asked=tuple(_asked(tx, account_id, one, lines, names) for one in asked),
        acts=_acts(tx, account_id, document, flow, lines),
        mine=tuple(one for one in nodes if one.line.is_open and one.line.assignee_id in desks),
        grounds="" if lead is None else closing.grounds(tx, lead),
    )


# ---- the tree -----------------------------------------------------------------------------------------------
def _nodes(
    tx: Tx, account_id: int, desks: set[int], lines: Sequence[Line], names: dict[int, str], texts: dict[int, str]
) -> tuple[Node, ...]:
    below: dict[int | None, list[Line]] = {}
    for one in lines:
        below.setdefault(one.parent_id, []).append(one)
    today = office_date(tx.now_ms)
    found: list[Node] = []
    known: dict[tuple[object, ...], frozenset[str]] = {}

    def acts(one: Line) -> frozenset[str]:
        """Hundreds of lines may be alike to who only looks at them: judged once."""
        alike = (one.role, one.state, one.holder_id is None, one.assigner_id, one.parent_id, one.deadline is None)
        mine = one.id if one.assignee_id in desks else 0
        if (mine, *alike) not in known:
            known[mine, *alike] = _line_acts(tx, account_id, desks, one, lines)
        return known[mine, *alike]

    def add(parent: int | None, depth: int) -> None:
        for one in below.get(parent, ()):
            due = date.fromisoformat(one.deadline) if one.deadline and one.is_open else None
            found.append(
                Node(
                    one,
                    depth,
                    _name(tx, one, names),
                    names.get(one.assigner_id, ""),
                    names.get(one.meant_for_id or 0, ""),
                    calendar.standing(due, today),
                    texts.get(one.direction_id, ""),
                    acts(one),
                )
            )
            add(one.id, min(depth + 1, 4))

    add(None, 0)
    return tuple(found)


def _name(tx: Tx, line: Line, names: dict[int, str]) -> str:
    name = names.get(line.assignee_id, "")
    if line.unit_code and accounts.get(tx, line.assignee_id).kind == "person":  # a unit without a mailbox of its own
        return f"{name} ({line.unit_code})"
    return name


def _line_acts(tx: Tx, account_id: int, desks: set[int], line: Line, lines: Sequence[Line]) -> frozenset[str]:
    """Names of the acts that the page offers for a line. What is offered may still be refused by the act itself."""
    actor = Actor(account_id)
    found: set[str] = set()
    if line.is_open and line.assignee_id in desks:
        found |= _receiver_acts(tx, actor, line)
    gives = line.assigner_id in desks or rights.may(tx, actor, Act.REASSIGN, above(tx, line))
    if line.role == LEADER:
        if line.is_open and rights.may(tx, actor, Act.RECALL, above(tx, line)):
            found.add("recall" if line.state == "unread" else "ask_recall")
    elif gives:
        found |= _giver_acts(tx, actor, line, lines)
    return frozenset(found)


def _receiver_acts(tx: Tx, actor: Actor, line: Line) -> set[str]:
    subject = receiving(tx, line)
    if line.role not in (LEAD, COOPERATE):
        return {"return"} if line.role == LEADER and rights.may(tx, actor, Act.RETURN, subject) else set()
    wanted = {
        "report": Act.REPORT,
        "return": Act.RETURN,
        "forward": Act.RETURN,
        "assign": Act.DIRECT,
        "ask_extension": Act.ASK_EXTENSION,
    }
    found = {name for name, act in wanted.items() if rights.may(tx, actor, act, subject)}
    if line.deadline is None:
        found.discard("ask_extension")
    if line.role == LEAD and rights.may(tx, actor, Act.CLOSE, subject):
        found |= {"close", "ask_no_answer"}
    return found


def _giver_acts(tx: Tx, actor: Actor, line: Line, lines: Sequence[Line]) -> set[str]:
    subject = above(tx, line)
    may_move = rights.may(tx, actor, Act.REASSIGN, subject)
    if not line.is_open:
        waits = line.holder_id is not None and line.state == "returned"
        lead = main_lead(lines)
        return ({"accept_return"} | ({"reassign"} if may_move and lead is None else set())) if waits else set()
    found: set[str] = set()
    if rights.may(tx, actor, Act.RECALL, subject):
        found.add("recall" if line.state == "unread" else "ask_recall")
    if line.role == INFORM:
        return found
    if may_move:
        found |= {"reassign", "withdraw"} | ({"send_back"} if line.state == "reported" else set())
    if rights.may(tx, actor, Act.EXTEND, subject) and line.deadline:
        found.add("extend")
    if rights.may(tx, actor, Act.CLOSE, subject):
        found.add("close")
    return found


# ---- the whole ----------------------------------------------------------------------------------------------
def _acts(tx: Tx, account_id: int, document: Document, flow: Flow, lines: Sequence[Line]) -> frozenset[str]:
    actor, subject = Actor(account_id), Subject(document.org_code)
    found: set[str] = set()
    is_open = flow.state not in closing.CLOSED
    if is_open and rights.may(tx, actor, Act.DIRECT, subject):
        found |= {"direct"} | ({"file"} if main_lead(lines) is None else set())
    if flow.state in directing.WAITING and rights.may(tx, actor, Act.SUBMIT, subject):
        found.add("submit")
    can_transfer = is_open and directing.may_transfer(document) and "direct" not in found
    if can_transfer and rights.may(tx, actor, Act.TRANSFER, subject):
        found.add("transfer")
    if not is_open and rights.may(tx, actor, Act.DIRECT, subject):
        found.add("reopen")
    if rights.may(tx, actor, Act.KEEP_PAPER, subject):
        found.add("paper")
    if rights.may(tx, actor, Act.GIVE_OPINION, rights.of_document(tx, document)):
        found.add("opinion")
    return frozenset(found)


def _asked(tx: Tx, account_id: int, one: Request, lines: Sequence[Line], names: dict[int, str]) -> Asked:
    line = next(each for each in lines if each.id == one.line_id)
    actor = Actor(account_id)
    mine = False
    if one.state == "asked":
        if one.kind == "recall":
            mine = rights.may(tx, actor, Act.RETURN, receiving(tx, line))
        else:
            is_extension = one.kind == "extension"
            act, subject = (Act.EXTEND, above(tx, line)) if is_extension else (Act.CONSENT_CLOSE, above(tx, line))
            mine = rights.may(tx, actor, act, subject)
    return Asked(one, names.get(one.asker_id, ""), names.get(line.assignee_id, ""), mine)
