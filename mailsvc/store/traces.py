"""What became of letters, for the postmaster: who sent what to whom, when, and what was said. Never what they say.

Rows are written in the transaction that delivers, refused ones a little later together; all are kept for some days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select

from mailsvc.store.schema import contents, trace_attempts, trace_recipients, traces
from mailsvc.store.tx import Tx

AT_ONCE = 500
"""Rows forgotten in one transaction, and addresses in one list."""


@dataclass(frozen=True, slots=True)
class NewTrace:
    """A mail transaction. `content_id` None: nobody got it; `reply` then says why, unless each recipient's does."""

    door: str
    sender: str
    letter: str = ""
    content_id: int | None = None
    account_id: int | None = None
    ip: str = ""
    helo: str = ""
    cipher: str = ""
    size: int = 0
    reply: str = ""
    at_ms: int | None = None
    """When it was; None: now."""


@dataclass(frozen=True, slots=True)
class NewRecipient:
    """What was said of a recipient: '' when the letter was taken, for a mailbox here (`account_id`) or the queue."""

    recipient: str
    account_id: int | None = None
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A mail transaction as it is kept. `people` is the number of its recipients."""

    id: int
    at_ms: int
    door: str
    letter: str
    content_id: int | None
    account_id: int | None
    ip: str
    helo: str
    cipher: str
    sender: str
    size: int
    reply: str
    message_id: str
    people: int


@dataclass(frozen=True, slots=True)
class TracedRecipient:
    """A recipient of a trace."""

    trace_id: int
    recipient: str
    account_id: int | None
    reply: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to give a letter to another server; `state` as in the queue, after it."""

    at_ms: int
    recipient: str
    state: str
    host: str
    reply: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; '' and None ask for nothing. The moments are [first_ms, end_ms).

    `sender` and `recipient` are whole addresses, or part of one. `account_id` is whose mailbox the recipient's is.
    """

    first_ms: int
    end_ms: int
    sender: str = ""
    recipient: str = ""
    account_id: int | None = None
    message_id: str = ""


_STORED = ("at_ms", *(name for name in NewTrace.__dataclass_fields__ if name != "at_ms"))
_PEOPLE = ("trace_id", "number", "at_ms", "recipient", "account_id", "reply")
_COLUMNS = [traces.c[name] for name in Trace.__dataclass_fields__ if name in traces.c]
_MESSAGE_ID = func.coalesce(contents.c.message_id, "")
_PEOPLE_OF = (
    select(func.count()).where(trace_recipients.c.trace_id == traces.c.id).correlate(traces).scalar_subquery()
)


# ---- writing ------------------------------------------------------------------------------------------------
def add_each(tx: Tx, new: Sequence[tuple[NewTrace, Sequence[NewRecipient]]]) -> None:
    """Note mail transactions with their recipients, with few statements."""
    rows, moments = [], []
    for one, _ in new:
        moments.append(tx.now_ms if one.at_ms is None else one.at_ms)
        rows.append(
            [
                moments[-1], one.door, one.sender.lower(), one.letter, one.content_id, one.account_id, one.ip,
                one.helo, one.cipher, one.size, one.reply,
            ]
        )  # fmt: skip
    ids = tx.insert_numbered("traces", _STORED, rows)
    people = [
        (trace_id, number, at_ms, who.recipient.lower(), who.account_id, who.reply)
        for trace_id, at_ms, (_, recipients) in zip(ids, moments, new, strict=True)
        for number, who in enumerate(recipients)
    ]
    tx.insert_rows("trace_recipients", _PEOPLE, people)


def attempted(tx: Tx, content_id: int, recipient: str, state: str, host: str, reply: str) -> None:
    """Note what another server said of a letter."""
    values = {"content_id": content_id, "recipient": recipient.lower(), "state": state, "host": host, "reply": reply}
    tx.execute(insert(trace_attempts).values(at_ms=tx.now_ms, **values))


def forget(tx: Tx, before_ms: int) -> int:
    """Remove what was before that moment, AT_ONCE letters at most; how many there were."""
    old = select(traces.c.id).where(traces.c.at_ms < before_ms).order_by(traces.c.at_ms).limit(AT_ONCE)
    ids = list(tx.execute(old).scalars())
    if ids:
        tx.execute(delete(trace_recipients).where(trace_recipients.c.trace_id.in_(ids)))
        tx.execute(delete(traces).where(traces.c.id.in_(ids)))
    tries = select(trace_attempts.c.id).where(trace_attempts.c.at_ms < before_ms).limit(AT_ONCE)
    gone = tx.execute(delete(trace_attempts).where(trace_attempts.c.id.in_(tries.scalar_subquery())))
    return max(len(ids), int(gone.rowcount))


# ---- looking ------------------------------------------------------------------------------------------------
def find(tx: Tx, wanted: Wanted, limit: int) -> list[Trace]:
    """The letters that fit, newest first."""
    conditions = [traces.c.at_ms >= wanted.first_ms, traces.c.at_ms < wanted.end_ms]
    if wanted.sender:
        conditions.append(_fits(traces.c.sender, wanted.sender))
    if wanted.message_id:
        known = select(contents.c.id).where(contents.c.message_id == wanted.message_id)
        conditions.append(traces.c.content_id.in_(known))
    if wanted.recipient or wanted.account_id is not None:
        conditions.append(traces.c.id.in_(_sent_to(wanted, limit)))
    statement = (
        select(*_COLUMNS, _MESSAGE_ID, _PEOPLE_OF)
        .outerjoin_from(traces, contents, contents.c.id == traces.c.content_id)
        .where(*conditions)
        .order_by(traces.c.at_ms.desc(), traces.c.id.desc())
    )
    return [Trace(*row) for row in tx.execute(statement.limit(limit))]


def _sent_to(wanted: Wanted, limit: int) -> Select[tuple[int]]:
    """The ids of letters to that recipient, the newest `limit` of them unless something else is asked too."""
    within = and_(trace_recipients.c.at_ms >= wanted.first_ms, trace_recipients.c.at_ms < wanted.end_ms)
    chosen = [] if not wanted.recipient else [_fits(trace_recipients.c.recipient, wanted.recipient)]
    if wanted.account_id is not None:
        chosen.append(trace_recipients.c.account_id == wanted.account_id)
    statement = select(trace_recipients.c.trace_id).where(within, or_(*chosen))
    if wanted.sender or wanted.message_id:
        return statement
    newest = func.max(trace_recipients.c.at_ms).desc()
    return statement.group_by(trace_recipients.c.trace_id).order_by(newest).limit(limit)


def _is_whole(text: str) -> bool:
    """Whether it looks like a whole address: a@b.example, but not @b.example or a@b."""
    local, _, domain = text.rpartition("@")
    return bool(local) and "." in domain.strip(".")


def _fits(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """A whole address is looked up in the index, part of one in all rows of those days."""
    text = text.lower()
    if _is_whole(text):
        return column == text
    return column.contains(text, autoescape=True)


def recipients_of(tx: Tx, trace_id: int, limit: int, first: str = "") -> list[TracedRecipient]:
    """The recipients in the order in which they were named; those that hold `first` before the others."""
    columns = [trace_recipients.c[name] for name in TracedRecipient.__dataclass_fields__]
    statement = select(*columns).where(trace_recipients.c.trace_id == trace_id)
    if first:
        statement = statement.order_by(trace_recipients.c.recipient.contains(first.lower(), autoescape=True).desc())
    statement = statement.order_by(trace_recipients.c.number).limit(limit)
    return [TracedRecipient(*row) for row in tx.execute(statement)]


def attempts_of(tx: Tx, content_id: int, limit: int) -> list[Attempt]:
    """The tries of a letter, oldest first."""
    columns = [trace_attempts.c[name] for name in Attempt.__dataclass_fields__]
    statement = select(*columns).where(trace_attempts.c.content_id == content_id).order_by(trace_attempts.c.id)
    return [Attempt(*row) for row in tx.execute(statement.limit(limit))]


def oldest_ms(tx: Tx) -> int | None:
    """Since when letters are kept track of; None when there is none yet."""
    found = tx.execute(select(func.min(traces.c.at_ms))).scalar_one()
    return None if found is None else int(found)
