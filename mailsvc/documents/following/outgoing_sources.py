"""What is due among outgoing documents: opinions, advisory papers, and the clocks from the signature to the issue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mailsvc.core.clock import office_date
from mailsvc.documents import calendar
from mailsvc.documents.following import occasions, people
from mailsvc.documents.following.due import Due, Source
from mailsvc.documents.following.rules import rules_on
from mailsvc.documents.outgoing import paper, states
from mailsvc.documents.outgoing.waiting import address
from mailsvc.documents.outgoing.words import words
from mailsvc.store import accounts, documents, outgoing
from mailsvc.store.outgoing import Flow, Opinion
from mailsvc.store.tx import Tx

OLDEST_MS = 45 * 86_400_000
"""Clocks that began longer ago tell nobody."""
_TO_NUMBER = (states.SIGNED, states.WAITING)
_TO_ISSUE = (states.NUMBERED,)
_NORMAL = "thuong"


# ---- opinions -----------------------------------------------------------------------------------------------
def _opinions(tx: Tx, last_day: date) -> Iterator[Due]:
    found = (_opinion(tx, one) for one in outgoing.opinions_owed(tx, last_day.isoformat()))
    return (one for one in found if one is not None)


def _find_opinion(tx: Tx, opinion_id: int) -> Due | None:
    found = outgoing.opinion(tx, opinion_id)
    return None if found.answered_ms is not None or found.due is None else _opinion(tx, found)


def _opinion(tx: Tx, one: Opinion) -> Due | None:
    """None when the draft has gone on without the opinion."""
    flow = outgoing.get(tx, one.document_id)
    if flow.state not in states.UNDER_WAY:
        return None
    document = documents.get(tx, one.document_id)
    return Due(
        kind="opinion",
        id=one.id,
        title=f"Cho ý kiến dự thảo: {document.subject}",
        address=address(document),
        org_code=flow.org_code,
        owners=(one.person_id,),
        unit_code=people.unit_of(tx, one.person_id),
        given_ms=one.asked_ms,
        deadline=date.fromisoformat(one.due) if one.due else None,
        assigner_id=one.asked_by,
    )


# ---- advisory papers ----------------------------------------------------------------------------------------
def _advice(tx: Tx, last_day: date) -> Iterator[Due]:
    return (_advice_of(tx, one) for one in outgoing.advice_owed(tx, last_day.isoformat()))


def _find_advice(tx: Tx, document_id: int) -> Due | None:
    flow = outgoing.get(tx, document_id)
    owed = flow.advisory and flow.advice_due and flow.advice_ms is None and flow.state != states.DROPPED
    return _advice_of(tx, flow) if owed else None


def _advice_of(tx: Tx, flow: Flow) -> Due:
    document = documents.get(tx, flow.document_id)
    return Due(
        kind="advice",
        id=flow.document_id,
        title=f"Văn bản tham mưu: {document.subject}",
        address=address(document),
        org_code=flow.org_code,
        owners=(flow.drafter_id,),
        unit_code=flow.unit_code,
        given_ms=document.registered_ms,
        deadline=date.fromisoformat(flow.advice_due) if flow.advice_due else None,
    )


# ---- the clocks of the decree -------------------------------------------------------------------------------
def _to_number(tx: Tx, _: date) -> Iterator[Due]:
    return (_clock(tx, one, "number") for one in outgoing.standing_in(tx, _TO_NUMBER, tx.now_ms - OLDEST_MS))


def _to_issue(tx: Tx, _: date) -> Iterator[Due]:
    return (_clock(tx, one, "issue") for one in outgoing.standing_in(tx, _TO_ISSUE, tx.now_ms - OLDEST_MS))


def _find_number(tx: Tx, document_id: int) -> Due | None:
    return _find(tx, document_id, "number", _TO_NUMBER)


def _find_issue(tx: Tx, document_id: int) -> Due | None:
    return _find(tx, document_id, "issue", _TO_ISSUE)


def _find(tx: Tx, document_id: int, kind: str, standing: tuple[str, ...]) -> Due | None:
    flow = outgoing.get(tx, document_id)
    if flow.state not in standing or flow.signed_ms is None or flow.recalled_ms is not None:
        return None
    return _clock(tx, flow, kind)


def _clock(tx: Tx, flow: Flow, kind: str) -> Due:
    """From the signature: number and issue at latest the next working day (Decree 30/2020, Articles 15 and 18).

    Before the drafter has asked for a number it is his turn, then that of the clerks.
    """
    document = documents.get(tx, flow.document_id)
    signed_ms = flow.signed_ms or document.registered_ms
    rule = rules_on(office_date(signed_ms)).clocks[kind]
    heading = "Đã ký, chưa có số" if kind == "number" else "Đã cấp số, chưa phát hành"
    keepers = tuple(people.clerks_of(tx, flow.org_code))
    return Due(
        kind=kind,
        id=flow.document_id,
        title=f"{heading}: {document.subject}",
        address=address(document),
        org_code=flow.org_code,
        owners=(flow.drafter_id,) if flow.state == states.SIGNED else keepers,
        unit_code=flow.unit_code or accounts.get(tx, flow.drafter_id).unit_code,
        given_ms=signed_ms,
        limit_ms=occasions.limit_of(rule, signed_ms, document.urgency != _NORMAL),
    )


# ---- paper --------------------------------------------------------------------------------------------------
def _paper(tx: Tx, _: date) -> Iterator[Due]:
    found = outgoing.paper_owed(tx, tx.now_ms - OLDEST_MS)
    return (_paper_of(tx, one) for one in found)


def _find_paper(tx: Tx, document_id: int) -> Due | None:
    flow = outgoing.get(tx, document_id)
    owed = flow.numbered_ms is not None and flow.paper_state != paper.STORED and flow.recalled_ms is None
    return _paper_of(tx, flow) if owed else None


def _paper_of(tx: Tx, flow: Flow) -> Due:
    """The paper main version is to be stored some working days after the number (Regulation, Article 9.5; R34)."""
    document = documents.get(tx, flow.document_id)
    numbered_ms = flow.numbered_ms or document.registered_ms
    return Due(
        kind="paper",
        id=flow.document_id,
        title=f"Chưa lưu bản giấy: {document.code} {document.subject}",
        address=address(document),
        org_code=flow.org_code,
        owners=tuple(people.chiefs_of(tx, flow.org_code)),
        unit_code=flow.unit_code,
        given_ms=numbered_ms,
        deadline=calendar.add_working_days(office_date(numbered_ms), words().limits["paper_days"]),
    )


OUTGOING = (
    Source("paper", _paper, _find_paper),
    Source("opinion", _opinions, _find_opinion),
    Source("advice", _advice, _find_advice),
    Source("number", _to_number, _find_number),
    Source("issue", _to_issue, _find_issue),
)
