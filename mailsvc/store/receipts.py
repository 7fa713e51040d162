"""Who an outgoing document was sent to, and what is known of each: arrived, registered, opened, answered, failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import contents, document_relations, documents, outgoing_flows, receipts
from mailsvc.store.tx import Tx

UNIT, PERSON, OUTSIDE, PAPER = "unit", "person", "outside", "paper"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receiver. `kind`: unit (`code` of the unit), person (`code` is the account id), outside, paper (no address).

    `account_id` is set for a mailbox of this office. Times are when it was first known; `registered` is the receiver's
    số đến, `answer` what the answer was, `reply` why it failed.
    """

    id: int
    document_id: int
    kind: str
    code: str
    name: str
    address: str
    account_id: int | None
    content_id: int | None
    sent_ms: int
    arrived_ms: int | None
    registered_ms: int | None
    registered: str
    opened_ms: int | None
    answered_ms: int | None
    answer: str
    failed_ms: int | None
    reply: str
    reminders: int
    reminded_ms: int | None


_COLUMNS = [receipts.c[name] for name in Receipt.__dataclass_fields__]


def add(tx: Tx, document_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.execute(insert(receipts), [{"document_id": document_id, **row} for row in rows])


def of_document(tx: Tx, document_id: int) -> list[Receipt]:
    """In the order of sending."""
    statement = select(*_COLUMNS).where(receipts.c.document_id == document_id).order_by(receipts.c.id)
    return [Receipt(*row) for row in tx.execute(statement)]


def get(tx: Tx, receipt_id: int) -> Receipt:
    """Raises NotFound."""
    row = tx.execute(select(*_COLUMNS).where(receipts.c.id == receipt_id)).first()
    if row is None:
        raise NotFound("Không có nơi nhận này.")
    return Receipt(*row)


def change(tx: Tx, receipt_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(update(receipts).where(receipts.c.id == receipt_id).values(dict(values)))


def open_documents(tx: Tx, since_ms: int, limit: int) -> list[int]:
    """Documents issued since then with a receiver of whom more can still be learned, oldest first."""
    unknown = receipts.c.answered_ms.is_(None) & receipts.c.failed_ms.is_(None) & (receipts.c.kind != PAPER)
    statement = (
        select(receipts.c.document_id)
        .join(outgoing_flows, outgoing_flows.c.document_id == receipts.c.document_id)
        .where(unknown, receipts.c.sent_ms >= since_ms, outgoing_flows.c.recalled_ms.is_(None))
        .group_by(receipts.c.document_id)
        .order_by(receipts.c.document_id)
        .limit(limit)
    )
    return list(tx.execute(statement).scalars())


def registered_at(tx: Tx, content_id: int) -> dict[str, tuple[int, str, int]]:
    """By organisation: (document id, its số đến as `12/2026`, when) of the incoming documents made of that letter."""
    columns = (documents.c.org_code, documents.c.id, documents.c.arrival_number, documents.c.year)
    statement = (
        select(*columns, documents.c.registered_ms)
        .where(documents.c.content_id == content_id, documents.c.direction == "in")
        .order_by(documents.c.id)
    )
    return {row[0]: (row[1], f"{row[2]}/{row[3]}", row[4]) for row in tx.execute(statement)}


def answers_to(tx: Tx, incoming_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """By incoming document: (code, when) of the first issued document that answers it."""
    if not incoming_ids:
        return {}
    answering = documents.alias()
    statement = (
        select(document_relations.c.to_id, answering.c.code, outgoing_flows.c.issued_ms)
        .join(answering, answering.c.id == document_relations.c.from_id)
        .join(outgoing_flows, outgoing_flows.c.document_id == answering.c.id)
        .where(
            document_relations.c.kind == "answers",
            document_relations.c.to_id.in_(list(incoming_ids)),
            outgoing_flows.c.issued_ms.is_not(None),
        )
        .order_by(outgoing_flows.c.issued_ms.desc())
    )
    return {row[0]: (row[1], row[2]) for row in tx.execute(statement)}


def letters_in_thread(tx: Tx, content_id: int) -> list[tuple[str, int, str]]:
    """(From address in lower case, when, subject) of the other letters of the thread, oldest first."""
    thread = select(contents.c.thread_id).where(contents.c.id == content_id).scalar_subquery()
    statement = (
        select(func.lower(contents.c.from_address), contents.c.created_ms, contents.c.subject)
        .where(contents.c.thread_id == thread, contents.c.id != content_id)
        .order_by(contents.c.id)
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(statement)]


def on_paper(tx: Tx, org_code: str, first_day: str, last_day: str) -> list[tuple[str, str, str]]:
    """(day, code, receiver) of what was sent on paper within those days (inclusive ISO dates), in order."""
    statement = (
        select(documents.c.transfer_date, documents.c.code, receipts.c.name)
        .join(documents, documents.c.id == receipts.c.document_id)
        .where(
            receipts.c.kind == PAPER,
            documents.c.org_code == org_code,
            documents.c.transfer_date >= first_day,
            documents.c.transfer_date <= last_day,
        )
        .order_by(documents.c.transfer_date, receipts.c.id)
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(statement)]
