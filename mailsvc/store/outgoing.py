"""Outgoing documents: where each stands in its flow, its versions and files, what was decided, who was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import (
    documents,
    outgoing_decisions,
    outgoing_files,
    outgoing_flows,
    outgoing_opinions,
    outgoing_versions,
)
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Flow:
    """Where an outgoing document stands; its words are in the `documents` row of the same id.

    `version` is the newest version of its files (0: none), `signed_version` the one the signatory signed. `content_id`
    is the letter it was issued with. `advisory`: a paper for the leaders with `advice_due` (văn bản tham mưu).
    """

    document_id: int
    org_code: str
    state: str
    unit_code: str
    drafter_id: int
    signer_id: int | None
    sign_form: str
    language: str
    file_code: str
    pages: int
    copies: int
    keeper: str
    version: int
    signed_version: int
    signed_ms: int | None
    number_id: int | None
    numbered_ms: int | None
    issued_ms: int | None
    content_id: int | None
    recalled_ms: int | None
    paper_state: str
    paper_place: str
    paper_ms: int | None
    advisory: int
    advice_due: str | None
    advice_ms: int | None
    changed_ms: int


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the draft's files. Never changed."""

    version: int
    made_ms: int
    made_by: int | None
    note: str


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file of a version: where it lies (`content_id`, `path` of message.attachments) and what it was then.

    `role`: original (the Word file), annex, signed (the signed scan); `encoding`: a legacy font found in it.
    """

    version: int
    position: int
    content_id: int
    path: str
    name: str
    content_type: str
    size: int
    sha256: str
    role: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a version. `sheet` is a JSON object: rule to finding."""

    id: int
    version: int
    step: str
    verdict: str
    actor_id: int | None
    post: str
    at_ms: int
    text: str
    sheet: str

    @property
    def findings(self) -> dict[str, str]:
        value = json.loads(self.sheet or "{}")
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Opinion:
    """A question to a person, and the answer when there is one. `due` is an ISO date."""

    id: int
    document_id: int
    version: int
    person_id: int
    asked_by: int | None
    asked_ms: int
    question: str
    due: str | None
    verdict: str
    text: str
    answered_ms: int | None


_FLOW = [outgoing_flows.c[name] for name in Flow.__dataclass_fields__]
_FILE = [outgoing_files.c[name] for name in OutFile.__dataclass_fields__]
_DECISION = [outgoing_decisions.c[name] for name in Decision.__dataclass_fields__]
_OPINION = [outgoing_opinions.c[name] for name in Opinion.__dataclass_fields__]


# ---- the flow -----------------------------------------------------------------------------------------------
def add(tx: Tx, values: Mapping[str, Any]) -> None:
    tx.execute(insert(outgoing_flows).values({"changed_ms": tx.now_ms, **values}))


def get(tx: Tx, document_id: int) -> Flow:
    """Raises NotFound."""
    row = tx.execute(select(*_FLOW).where(outgoing_flows.c.document_id == document_id)).first()
    if row is None:
        raise NotFound("Không có văn bản đi này.")
    return Flow(*row)


def change(tx: Tx, document_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(
        update(outgoing_flows)
        .where(outgoing_flows.c.document_id == document_id)
        .values({"changed_ms": tx.now_ms, **values})
    )


def listing(
    tx: Tx,
    org_code: str,
    states: Sequence[str],
    *,
    drafter_id: int | None = None,
    unit_codes: Sequence[str] | None = None,
    signer_id: int | None = None,
    limit: int = 200,
) -> list[Flow]:
    """Documents in one of the states, last changed first; of a drafter, of units, or for a signatory."""
    statement = select(*_FLOW).where(outgoing_flows.c.org_code == org_code, outgoing_flows.c.state.in_(list(states)))
    if drafter_id is not None:
        statement = statement.where(outgoing_flows.c.drafter_id == drafter_id)
    if unit_codes is not None:
        statement = statement.where(outgoing_flows.c.unit_code.in_(list(unit_codes)))
    if signer_id is not None:
        statement = statement.where(outgoing_flows.c.signer_id == signer_id)
    statement = statement.order_by(outgoing_flows.c.changed_ms.desc(), outgoing_flows.c.document_id.desc()).limit(limit)
    return [Flow(*row) for row in tx.execute(statement)]


def counts(tx: Tx, org_code: str) -> dict[str, int]:
    """How many documents stand in each state."""
    statement = select(outgoing_flows.c.state, func.count()).where(outgoing_flows.c.org_code == org_code)
    return {row[0]: int(row[1]) for row in tx.execute(statement.group_by(outgoing_flows.c.state))}


def without_paper(tx: Tx, org_code: str, before_ms: int) -> list[Flow]:
    """Numbered before that moment and the paper main version not yet stored, oldest first."""
    statement = select(*_FLOW).where(
        outgoing_flows.c.org_code == org_code,
        outgoing_flows.c.numbered_ms.is_not(None),
        outgoing_flows.c.numbered_ms <= before_ms,
        outgoing_flows.c.state.in_(("numbered", "issued")),
        outgoing_flows.c.paper_state != "stored",
    )
    return [Flow(*row) for row in tx.execute(statement.order_by(outgoing_flows.c.numbered_ms))]


def paper_owed(tx: Tx, since_ms: int) -> list[Flow]:
    """Numbered since then, not recalled, the paper main version not stored: of all organisations, oldest first."""
    statement = select(*_FLOW).where(
        outgoing_flows.c.numbered_ms >= since_ms,
        outgoing_flows.c.recalled_ms.is_(None),
        outgoing_flows.c.state.in_(("numbered", "issued")),
        outgoing_flows.c.paper_state != "stored",
    )
    return [Flow(*row) for row in tx.execute(statement.order_by(outgoing_flows.c.numbered_ms))]


def by_content(tx: Tx, content_id: int) -> Flow | None:
    """The document that was issued with that letter."""
    row = tx.execute(select(*_FLOW).where(outgoing_flows.c.content_id == content_id)).first()
    return None if row is None else Flow(*row)


def advisory(tx: Tx, org_code: str, first_day: str, last_day: str) -> list[tuple[Flow, str]]:
    """Advisory papers due within the days (inclusive ISO dates) with their subjects, by due day."""
    statement = (
        select(*_FLOW, documents.c.subject)
        .join(documents, documents.c.id == outgoing_flows.c.document_id)
        .where(
            outgoing_flows.c.org_code == org_code,
            outgoing_flows.c.advisory == 1,
            and_(outgoing_flows.c.advice_due >= first_day, outgoing_flows.c.advice_due <= last_day),
        )
        .order_by(outgoing_flows.c.advice_due, outgoing_flows.c.document_id)
    )
    return [(Flow(*row[:-1]), row[-1]) for row in tx.execute(statement)]


# ---- versions and files -------------------------------------------------------------------------------------
def add_version(tx: Tx, document_id: int, version: int, actor_id: int, note: str) -> None:
    tx.execute(
        insert(outgoing_versions).values(
            document_id=document_id, version=version, made_ms=tx.now_ms, made_by=actor_id, note=note
        )
    )


def versions_of(tx: Tx, document_id: int) -> list[Version]:
    """Oldest first."""
    columns = [outgoing_versions.c[name] for name in Version.__dataclass_fields__]
    statement = select(*columns).where(outgoing_versions.c.document_id == document_id)
    return [Version(*row) for row in tx.execute(statement.order_by(outgoing_versions.c.version))]


def add_files(tx: Tx, document_id: int, files: Sequence[OutFile]) -> None:
    if files:
        rows = [{name: getattr(one, name) for name in OutFile.__dataclass_fields__} for one in files]
        tx.execute(insert(outgoing_files), [{"document_id": document_id, **row} for row in rows])


def files_of(tx: Tx, document_id: int, version: int | None = None) -> list[OutFile]:
    """The files of a version (None: of all), in order."""
    statement = select(*_FILE).where(outgoing_files.c.document_id == document_id)
    if version is not None:
        statement = statement.where(outgoing_files.c.version == version)
    return [
        OutFile(*row) for row in tx.execute(statement.order_by(outgoing_files.c.version, outgoing_files.c.position))
    ]


# ---- decisions and opinions ---------------------------------------------------------------------------------
def add_decision(tx: Tx, document_id: int, values: Mapping[str, Any]) -> None:
    """`values`: version, step, verdict, actor_id, post, text, sheet."""
    tx.execute(insert(outgoing_decisions).values({"document_id": document_id, "at_ms": tx.now_ms, **values}))


def decisions_of(tx: Tx, document_id: int) -> list[Decision]:
    """Oldest first."""
    statement = select(*_DECISION).where(outgoing_decisions.c.document_id == document_id)
    return [Decision(*row) for row in tx.execute(statement.order_by(outgoing_decisions.c.id))]


def ask(tx: Tx, values: Mapping[str, Any]) -> None:
    """`values`: document_id, version, person_id, asked_by, question, due."""
    tx.execute(insert(outgoing_opinions).values({"asked_ms": tx.now_ms, **values}))


def answer(tx: Tx, opinion_id: int, verdict: str, text: str) -> None:
    tx.execute(
        update(outgoing_opinions)
        .where(outgoing_opinions.c.id == opinion_id)
        .values(verdict=verdict, text=text, answered_ms=tx.now_ms)
    )


def opinions_of(tx: Tx, document_id: int) -> list[Opinion]:
    """In the order they were asked for."""
    return _opinions(tx, outgoing_opinions.c.document_id == document_id)


def opinion(tx: Tx, opinion_id: int) -> Opinion:
    """Raises NotFound."""
    found = _opinions(tx, outgoing_opinions.c.id == opinion_id)
    if not found:
        raise NotFound("Không có lượt lấy ý kiến này.")
    return found[0]


def opinions_waiting(tx: Tx, person_id: int) -> list[Opinion]:
    """What the person was asked and has not answered."""
    wanted = outgoing_opinions.c.answered_ms.is_(None)
    return _opinions(tx, and_(outgoing_opinions.c.person_id == person_id, wanted))


def _opinions(tx: Tx, condition: ColumnElement[bool]) -> list[Opinion]:
    statement = select(*_OPINION).where(condition).order_by(outgoing_opinions.c.id)
    return [Opinion(*row) for row in tx.execute(statement)]


# ---- following up, over all organisations -----------------------------------------------------------------------
def standing_in(tx: Tx, states: Sequence[str], signed_from_ms: int) -> list[Flow]:
    """Documents signed since that moment that stand in one of the states and are not recalled, oldest first."""
    statement = (
        select(*_FLOW)
        .where(
            outgoing_flows.c.state.in_(list(states)),
            outgoing_flows.c.signed_ms >= signed_from_ms,
            outgoing_flows.c.recalled_ms.is_(None),
        )
        .order_by(outgoing_flows.c.document_id)
    )
    return [Flow(*row) for row in tx.execute(statement)]


def advice_owed(tx: Tx, last_day: str) -> list[Flow]:
    """Advisory papers due by that ISO day that were not yet submitted to the leaders."""
    statement = (
        select(*_FLOW)
        .where(
            outgoing_flows.c.advisory == 1,
            outgoing_flows.c.advice_ms.is_(None),
            outgoing_flows.c.advice_due <= last_day,
            outgoing_flows.c.state != "dropped",
        )
        .order_by(outgoing_flows.c.document_id)
    )
    return [Flow(*row) for row in tx.execute(statement)]


def opinions_owed(tx: Tx, last_day: str) -> list[Opinion]:
    """Opinions due by that ISO day that were not yet given."""
    return _opinions(tx, and_(outgoing_opinions.c.answered_ms.is_(None), outgoing_opinions.c.due <= last_day))
