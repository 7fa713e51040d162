"""What waits for a person among outgoing documents: the outgoing part of "Việc của tôi"."""

from __future__ import annotations

from mailsvc.core.errors import HouseWord, NotFound, Phrase
from mailsvc.documents.outgoing import states
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights import Act, Party, Relation, Subject, as_actor, may
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.documents.work import ELSEWHERE, HERE, WorkItem
from mailsvc.store import accounts, outgoing
from mailsvc.store import documents as store
from mailsvc.store.documents import Document
from mailsvc.store.outgoing import Flow
from mailsvc.store.tx import Tx

MOST = 100  # of each kind
_MINE = (states.DRAFT, states.CONTENT, states.OPINIONS, states.SIGNED)
"""Where the drafter is to act."""
_THEIRS = (states.UNIT, states.FORMAT, states.LEADER, states.WAITING, states.NUMBERED)


def items(tx: Tx, account_id: int) -> list[WorkItem]:
    """What is to be done with drafts and numbered documents, opinions asked for, own drafts that lie elsewhere."""
    try:
        account = accounts.get(tx, account_id)
    except NotFound:
        return []
    org_code = organisation_of_unit(tx, account.unit_code)
    found: dict[int, WorkItem] = {}
    for state, flows in _turns(tx, account_id, account.unit_code, org_code):
        for flow in flows:
            found.setdefault(flow.document_id, _item(tx, flow, state, HERE))
    for flow in outgoing.listing(tx, org_code, _THEIRS, drafter_id=account_id, limit=MOST):
        found.setdefault(flow.document_id, _item(tx, flow, flow.state, ELSEWHERE))
    return [*found.values(), *_opinions(tx, account_id)]


def count(tx: Tx, account_id: int) -> int:
    """How many of them are the person's own turn."""
    account = accounts.get(tx, account_id)
    org_code = organisation_of_unit(tx, account.unit_code)
    turns = _turns(tx, account_id, account.unit_code, org_code)
    own = {flow.document_id for _, flows in turns for flow in flows}
    return len(own) + len(outgoing.opinions_waiting(tx, account_id))


def _turns(tx: Tx, account_id: int, unit_code: str, org_code: str) -> list[tuple[str, list[Flow]]]:
    """(state, documents) in which it is the person's turn."""
    me, keeper = as_actor(account_id), Subject(org_code)
    turns = [(states.DRAFT, outgoing.listing(tx, org_code, _MINE, drafter_id=account_id, limit=MOST))]
    units = [unit_code] if unit_code != org_code else None
    unit = Subject(org_code, (Party(Relation.UNIT, unit_code=unit_code),))
    if may(tx, me, Act.APPROVE_CONTENT, unit):
        turns.append((states.UNIT, outgoing.listing(tx, org_code, (states.UNIT,), unit_codes=units, limit=MOST)))
    turns.append((states.LEADER, outgoing.listing(tx, org_code, (states.LEADER,), signer_id=account_id, limit=MOST)))
    for state, act in (
        (states.FORMAT, Act.CHECK_FORMAT), (states.WAITING, Act.TAKE_NUMBER), (states.NUMBERED, Act.ISSUE),
    ):  # fmt: skip
        if may(tx, me, act, keeper):
            turns.append((state, outgoing.listing(tx, org_code, (state,), limit=MOST)))
    return turns


def _item(tx: Tx, flow: Flow, state: str, turn: str) -> WorkItem:
    document = store.get(tx, flow.document_id)
    shown = HouseWord(words().states[flow.state])
    drafter = accounts.get(tx, flow.drafter_id).full_name
    return WorkItem(
        kind="outgoing",
        key=f"outgoing/{flow.document_id}",
        title=document.subject,
        about=_about(document, shown),
        address=address(document),
        role=state,
        state=flow.state,
        deadline=flow.advice_due or "" if flow.state in (states.DRAFT, states.UNIT, states.CONTENT) else "",
        since_ms=flow.changed_ms,
        sender=drafter if turn == HERE else "",
        turn=turn,
        waiting_for=shown if turn == ELSEWHERE else "",
        urgent=document.urgency != "thuong",
    )


def _about(document: Document, shown: HouseWord) -> Phrase:
    if document.code:
        return Phrase("Văn bản đi %(code)s · %(state)s", code=document.code, state=shown)
    number, year = document.arrival_number, document.year
    return Phrase("Văn bản đi, dự thảo %(number)s/%(year)s · %(state)s", number=number, year=year, state=shown)


def _opinions(tx: Tx, account_id: int) -> list[WorkItem]:
    found = []
    for one in outgoing.opinions_waiting(tx, account_id):
        if outgoing.get(tx, one.document_id).state not in states.UNDER_WAY:
            continue
        document = store.get(tx, one.document_id)
        asked_by = accounts.get(tx, one.asked_by).full_name if one.asked_by is not None else ""
        found.append(
            WorkItem(
                kind="opinion",
                key=f"outgoing-opinion/{one.id}",
                title=document.subject,
                about=Phrase(
                    "Cho ý kiến dự thảo %(number)s/%(year)s. %(question)s",
                    number=document.arrival_number, year=document.year, question=one.question,
                ),
                address=address(document),
                deadline=one.due or "",
                since_ms=one.asked_ms,
                sender=asked_by,
                urgent=document.urgency != "thuong",
            )
        )
    return found


def address(document: Document) -> str:
    """The page of an outgoing document."""
    return f"/van-ban-di/{document.year}/{document.arrival_number}"
