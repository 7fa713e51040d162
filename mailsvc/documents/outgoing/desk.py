"""Everything about one outgoing document that its page shows, and what the person looking at it may do."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.errors import MailsvcError, NotFound
from mailsvc.documents import register
from mailsvc.documents.outgoing import draft, gate, numbers, paper, states, taking_back, who
from mailsvc.documents.outgoing.numbers import Offer
from mailsvc.documents.register import Step
from mailsvc.documents.rights import Act
from mailsvc.store import accounts, copies, issued, outgoing, receipts, relations, units
from mailsvc.store import documents as store
from mailsvc.store.copies import Copy
from mailsvc.store.documents import Document
from mailsvc.store.issued import Issued
from mailsvc.store.outgoing import Decision, Flow, Opinion, OutFile, Version
from mailsvc.store.receipts import Receipt
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Linked:
    """Another document and how it stands to this one. `forward`: this one does it to the other."""

    document: Document
    kind: str
    forward: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """`names`: account id to name for everybody mentioned; `acts`: what the person may do now."""

    document: Document
    flow: Flow
    files: tuple[OutFile, ...]
    versions: tuple[Version, ...]
    decisions: tuple[Decision, ...]
    opinions: tuple[Opinion, ...]
    steps: tuple[Step, ...]
    checks: tuple[gate.Check, ...]
    offer: Offer | None
    numbers: tuple[Issued, ...]
    receipts: tuple[Receipt, ...]
    links: tuple[Linked, ...]
    copies: tuple[tuple[Copy, Issued], ...]
    names: dict[int, str]
    unit: str
    acts: frozenset[str]
    mine: int | None  # the open question to the person

    @property
    def here(self) -> str:
        return f"/van-ban-di/{self.document.year}/{self.document.arrival_number}"


_ACTS: tuple[tuple[str, Act, tuple[str, ...]], ...] = (
    ("edit", Act.DRAFT, (states.DRAFT, states.UNIT)),
    ("version", Act.DRAFT, states.UNDER_WAY),
    ("version", Act.CHECK_FORMAT, (states.FORMAT,)),
    ("drop", Act.DRAFT, states.UNDER_WAY),
    ("link", Act.DRAFT, states.UNDER_WAY),
    ("submit", Act.SEND_DRAFT, (states.DRAFT,)),
    ("approve_content", Act.APPROVE_CONTENT, (states.UNIT,)),
    ("ask_opinions", Act.ASK_OPINION, (states.CONTENT, states.OPINIONS)),
    ("send_to_format", Act.SEND_DRAFT, (states.CONTENT, states.OPINIONS)),
    ("approve_format", Act.CHECK_FORMAT, (states.FORMAT,)),
    ("sign", Act.SIGN, (states.LEADER,)),
    ("request_number", Act.SEND_DRAFT, (states.SIGNED,)),
    ("give_number", Act.TAKE_NUMBER, (states.WAITING,)),
    ("cancel_number", Act.CANCEL_NUMBER, (states.NUMBERED,)),
    ("attach_signed", Act.ISSUE, (states.WAITING, states.NUMBERED)),
    ("issue", Act.ISSUE, (states.NUMBERED,)),
    ("remind", Act.ISSUE, (states.ISSUED,)),
    ("recall", Act.RECALL_ISSUED, (states.ISSUED,)),
    ("copy", Act.COPY, (states.ISSUED,)),
    ("send_back", Act.APPROVE_CONTENT, (states.UNIT, states.CONTENT, states.OPINIONS)),
    ("send_back", Act.CHECK_FORMAT, (states.FORMAT, states.SIGNED)),
    ("send_back", Act.SIGN, (states.LEADER,)),
    ("send_back", Act.TAKE_NUMBER, (states.WAITING,)),
    ("paper_submit", Act.SEND_DRAFT, (states.SIGNED, states.WAITING, states.NUMBERED, states.ISSUED)),
    ("paper_approve", Act.CHECK_FORMAT, (states.SIGNED, states.WAITING, states.NUMBERED, states.ISSUED)),
    ("paper_keep", Act.KEEP_PAPER, (states.NUMBERED, states.ISSUED)),
)


def acts(tx: Tx, actor: Actor | int, flow: Flow) -> frozenset[str]:
    """Names of what the person may do with the document as it stands. Nothing with a recalled one but paper."""
    if flow.recalled_ms is not None:
        return frozenset()
    found = {name for name, act, where in _ACTS if flow.state in where and who.may(tx, actor, act, flow)}
    if flow.state == states.WAITING and who.is_office_head(tx, actor, flow.org_code):
        found.add("insert_number")
    if taking_back.may_take_back(tx, actor, flow):
        found.add("take_back")
    if flow.paper_state != paper.NONE:
        found.discard("paper_submit")
    if flow.paper_state == paper.STORED or paper.approved(tx, flow.document_id):
        found.discard("paper_approve")
    if flow.paper_state == paper.STORED:
        found.discard("paper_keep")
    return frozenset(found)


def seen_document(tx: Tx, actor: Actor | int, year: int, number: int, org_code: str) -> Document:
    """The document of the address for who may read it. Raises NotFound for everybody else."""
    found = draft.get_document(tx, org_code, year, number)
    if not who.may(tx, actor, Act.READ, outgoing.get(tx, found.id)):
        raise NotFound("Không có văn bản đi %(number)s/%(year)s.", number=number, year=year)
    return found


def desk(tx: Tx, actor: Actor | int, document: Document) -> Desk:
    """Put the page together."""
    flow = outgoing.get(tx, document.id)
    decisions = tuple(outgoing.decisions_of(tx, document.id))
    opinions = tuple(outgoing.opinions_of(tx, document.id))
    versions = tuple(outgoing.versions_of(tx, document.id))
    allowed = acts(tx, actor, flow)
    account_id = actor.account_id if isinstance(actor, Actor) else actor
    open_ones = [one.id for one in opinions if one.person_id == account_id and one.answered_ms is None]
    people = {flow.drafter_id, flow.signer_id, *(one.actor_id for one in decisions)}
    people |= {one.person_id for one in opinions} | {one.asked_by for one in opinions}
    people |= {one.made_by for one in versions}
    made = [(one, issued.get(tx, one.number_id)) for one in copies.of_document(tx, document.id)]
    return Desk(
        document=document,
        flow=flow,
        files=tuple(draft.current_files(tx, flow)),
        versions=versions,
        decisions=decisions,
        opinions=opinions,
        steps=tuple(register.timeline(tx, document.id)),
        checks=gate.checks(tx, document.id) if flow.state in (states.SIGNED, states.WAITING) else (),
        offer=_offer(tx, document.id) if {"give_number", "insert_number"} & allowed else None,
        numbers=tuple(one for one in issued.of_document(tx, document.id) if one.series.startswith("di/")),
        receipts=tuple(receipts.of_document(tx, document.id)),
        links=_links(tx, document.id),
        copies=tuple(made),
        names={one: accounts.get(tx, one).full_name for one in people if one},
        unit=units.name(tx, flow.unit_code, document.arrival_date),
        acts=allowed,
        mine=open_ones[0] if open_ones and flow.state in states.UNDER_WAY else None,
    )


def _offer(tx: Tx, document_id: int) -> Offer | None:
    try:
        return numbers.offer(tx, document_id)
    except MailsvcError:  # the clerk reads why when the number is refused
        return None


def _links(tx: Tx, document_id: int) -> tuple[Linked, ...]:
    return tuple(
        Linked(
            store.get(tx, one.to_id if one.from_id == document_id else one.from_id),
            one.kind,
            one.from_id == document_id,
        )
        for one in relations.of(tx, document_id)
    )
