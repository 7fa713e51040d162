"""Outgoing mail: a row for each recipient elsewhere, worked on under leases.

A row is `waiting` until its fate is known, then `sent` or `failed`. Who works on waiting rows holds a lease on them; a
lease that is not renewed ends, and the rows are tried again. Rows of one content to one domain travel together. Rows
whose fate is known stay for a while, so that one can see what became of a letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, distinct, func, insert, or_, select, update

from mailsvc.store.schema import contents, queue
from mailsvc.store.tx import Prepared, Tx

WAITING, SENT, FAILED = "waiting", "sent", "failed"
HOUSE = 0
"""The `account_id` of what the house itself writes."""
DOMAINS = 256
"""Domains looked at in one go."""
_CHUNK = 500  # values in one IN list


@dataclass(frozen=True, slots=True)
class NewRow:
    """A recipient to be served. `sender` '' is the null reverse-path; `notify` words are joined by commas.

    `account_id` is who submitted the letter, HOUSE for our own, None for a sender outside. The first
    `return_path_size` octets of the content do not leave the house.
    """

    content_id: int
    sender: str
    recipient: str
    domain: str
    notify: str = ""
    orcpt: str = ""
    ret: str = ""
    envid: str = ""
    smtputf8: int = 0
    account_id: int | None = None
    return_path_size: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A recipient in the queue. `delay_told`: the sender knows of the delay."""

    id: int
    content_id: int
    sender: str
    recipient: str
    domain: str
    created_ms: int
    attempts: int
    notify: str
    orcpt: str
    ret: str
    envid: str
    smtputf8: int
    delay_told: int
    account_id: int | None
    return_path_size: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A row as people look at it. `lease_until_ms` lies ahead while it is being sent; `size` is the letter's."""

    id: int
    state: str
    sender: str
    recipient: str
    created_ms: int
    next_ms: int
    attempts: int
    lease_until_ms: int
    last_reply: str
    last_host: str
    done_ms: int
    account_id: int | None
    content_id: int
    subject: str
    size: int


@dataclass(frozen=True, slots=True)
class Way:
    """A domain that letters wait for: recipients, since when the first waits, when the next is due, how many of them
    are being sent now."""

    domain: str
    recipients: int
    oldest_ms: int
    next_ms: int
    sending: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are by state, and since when the longest waiting one waits (None: none)."""

    waiting: int
    sent: int
    failed: int
    oldest_ms: int | None


_NEW = tuple(NewRow.__dataclass_fields__)
_INSERT = Prepared(insert(queue).values({name: bindparam(name) for name in (*_NEW, "created_ms", "next_ms")}))
_ROW = [queue.c[name] for name in Row.__dataclass_fields__]
_TOGETHER = ("content_id", "sender", "ret", "envid", "smtputf8", "return_path_size")
"""What rows must share to go in one mail transaction."""
_FREE = and_(queue.c.state == WAITING, queue.c.next_ms <= bindparam("now"), queue.c.lease_until_ms <= bindparam("now"))
_DUE_DOMAINS = Prepared(
    select(queue.c.domain, func.count(distinct(queue.c.content_id)))
    .where(_FREE)
    .group_by(queue.c.domain)
    .order_by(func.min(queue.c.next_ms))
    .limit(DOMAINS)
)
_NEXT = Prepared(
    select(func.min(case((queue.c.lease_until_ms > queue.c.next_ms, queue.c.lease_until_ms), else_=queue.c.next_ms)))
    .where(queue.c.state == WAITING)
    .where(or_(queue.c.next_ms > bindparam("now"), queue.c.lease_until_ms > bindparam("now")))
)
_FIRST = select(*_ROW).where(_FREE).order_by(queue.c.next_ms, queue.c.id).limit(1)
_FIRST_ANYWHERE = Prepared(_FIRST)
_FIRST_TO = Prepared(_FIRST.where(queue.c.domain == bindparam("domain")))
_REST = (
    select(*_ROW)
    .where(_FREE, *(queue.c[name] == bindparam(name) for name in _TOGETHER))
    .order_by(queue.c.next_ms, queue.c.id)
    .limit(bindparam("most"))
)
_REST_ANYWHERE = Prepared(_REST)
_REST_TO = Prepared(_REST.where(queue.c.domain == bindparam("domain")))


def add(tx: Tx, rows: Sequence[NewRow]) -> None:
    """Queue the rows, due at once, and wake the workers."""
    if not rows:
        return
    moment = {"created_ms": tx.now_ms, "next_ms": tx.now_ms}
    tx.run_many(_INSERT, [{name: getattr(row, name) for name in _NEW} | moment for row in rows])
    tx.wake("queue", 0)


# ---- leases -------------------------------------------------------------------------------------------------
def due_domains(tx: Tx) -> list[tuple[str, int]]:
    """(domain, number of letters) of what may be tried now, longest due first; at most DOMAINS of them."""
    return [(str(row[0]), int(row[1])) for row in tx.rows(_DUE_DOMAINS, now=tx.now_ms)]


def next_ms(tx: Tx) -> int | None:
    """When something becomes due that is not due now: a pause or a lease ends. None when nothing waits."""
    row = tx.row(_NEXT, now=tx.now_ms)
    return None if row is None or row[0] is None else int(row[0])


def lease(tx: Tx, owner: str, until_ms: int, domain: str | None, most: int) -> list[Row]:
    """Take up to `most` due recipients of one letter, of that domain (None: of any). [] when nothing is due.

    Each taking counts as an attempt.
    """
    place = {} if domain is None else {"domain": domain}
    first = tx.row(_FIRST_ANYWHERE if domain is None else _FIRST_TO, now=tx.now_ms, **place)
    if first is None:
        return []
    head = Row(*first)
    shared = {name: getattr(head, name) for name in _TOGETHER}
    rest = tx.rows(_REST_ANYWHERE if domain is None else _REST_TO, now=tx.now_ms, most=most, **shared, **place)
    rows = [Row(*one) for one in rest]
    tx.execute(
        update(queue)
        .where(queue.c.id.in_([row.id for row in rows]))
        .values(lease_owner=owner, lease_until_ms=until_ms, attempts=queue.c.attempts + 1)
    )
    return rows


def renew(tx: Tx, owner: str, until_ms: int) -> int:
    """Make all leases of the owner last longer; how many there are."""
    return _change(tx, _held(owner), lease_until_ms=until_ms)


def release(tx: Tx, owner: str, ids: Sequence[int]) -> int:
    """Give rows back as they were; the attempt does not count."""
    count = _change(tx, and_(_held(owner), queue.c.id.in_(ids)), lease_until_ms=0, attempts=queue.c.attempts - 1)
    tx.wake("queue", 0)
    return count


def take_back(tx: Tx, owner: str) -> int:
    """Free what a killed predecessor of the same name held; how many rows.

    A row that has cost several lives waits for its lease to end: it may be what kills.
    """
    return _change(tx, and_(_held(owner), queue.c.attempts <= 2), lease_until_ms=0)


def take(tx: Tx, owner: str, until_ms: int, ids: Sequence[int]) -> list[Row]:
    """Lease those of the rows that wait and nobody works on, due or not; no attempt is counted."""
    free = and_(queue.c.state == WAITING, queue.c.lease_until_ms <= tx.now_ms)
    for some in _chosen(ids):
        _change(tx, and_(free, some), lease_owner=owner, lease_until_ms=until_ms)
    return [Row(*row) for row in tx.execute(select(*_ROW).where(_held(owner)).order_by(queue.c.id))]


def let_go(tx: Tx, owner: str) -> int:
    """End what is left of the owner's leases; how many rows are as they were."""
    count = _change(tx, _held(owner), lease_until_ms=0)
    if count:
        tx.wake("queue", 0)
    return count


def _held(owner: str) -> ColumnElement[bool]:
    return and_(queue.c.state == WAITING, queue.c.lease_owner == owner, queue.c.lease_until_ms > 0)


# ---- what becomes of a row ----------------------------------------------------------------------------------
def sent(tx: Tx, row_id: int, host: str, reply: str) -> bool:
    """Another server has taken it over. Noted whoever holds the lease, for it is so. False: it was not waiting."""
    where = and_(queue.c.id == row_id, queue.c.state == WAITING)
    return _change(tx, where, state=SENT, done_ms=tx.now_ms, lease_until_ms=0, last_host=host, last_reply=reply) > 0


def failed(tx: Tx, owner: str, row_id: int, host: str, reply: str) -> bool:
    """It will not be tried again. False, and nothing changes, when the owner's lease was lost."""
    where = and_(_held(owner), queue.c.id == row_id)
    return _change(tx, where, state=FAILED, done_ms=tx.now_ms, lease_until_ms=0, last_host=host, last_reply=reply) > 0


def postpone(tx: Tx, owner: str, row_id: int, host: str, reply: str, again_ms: int, delay_told: bool) -> bool:
    """It will be tried again then. False, and nothing changes, when the owner's lease was lost."""
    where = and_(_held(owner), queue.c.id == row_id)
    changed = _change(
        tx,
        where,
        next_ms=again_ms,
        lease_until_ms=0,
        last_host=host,
        last_reply=reply,
        delay_told=int(delay_told),
    )
    return changed > 0


def _change(tx: Tx, where: ColumnElement[bool], **values: object) -> int:
    return int(tx.execute(update(queue).where(where).values(**values)).rowcount)


# ---- for people ---------------------------------------------------------------------------------------------
def listing(tx: Tx, state: str | None = WAITING, limit: int = 1000) -> list[Listed]:
    """Rows of a state (None: of all), what is due next or was done last first."""
    columns = [queue.c[name] for name in Listed.__dataclass_fields__ if name in queue.c]
    statement = select(*columns, contents.c.subject, contents.c.size).join_from(queue, contents)
    if state is not None:
        statement = statement.where(queue.c.state == state)
    order = (queue.c.next_ms, queue.c.id) if state == WAITING else (queue.c.done_ms.desc(), queue.c.id.desc())
    return [Listed(*row) for row in tx.execute(statement.order_by(*order).limit(limit))]


def ways(tx: Tx, limit: int) -> list[Way]:
    """Where letters wait to go, longest waiting first."""
    sending = func.sum(case((queue.c.lease_until_ms > tx.now_ms, 1), else_=0))
    statement = (
        select(queue.c.domain, func.count(), func.min(queue.c.created_ms), func.min(queue.c.next_ms), sending)
        .where(queue.c.state == WAITING)
        .group_by(queue.c.domain)
        .order_by(func.min(queue.c.created_ms), queue.c.domain)
        .limit(limit)
    )
    return [Way(str(row[0]), *map(int, row[1:])) for row in tx.execute(statement)]


def waiting_for(tx: Tx, domain: str, limit: int) -> list[Listed]:
    """The rows that wait for a domain, oldest first."""
    return _waiting(tx, queue.c.domain == domain.lower(), limit)


def waiting_with(tx: Tx, row_id: int) -> list[Listed]:
    """The row, if it still waits."""
    return _waiting(tx, queue.c.id == row_id, 1)


def _waiting(tx: Tx, where: ColumnElement[bool], limit: int) -> list[Listed]:
    columns = [queue.c[name] for name in Listed.__dataclass_fields__ if name in queue.c]
    statement = select(*columns, contents.c.subject, contents.c.size).join_from(queue, contents)
    statement = statement.where(queue.c.state == WAITING, where).order_by(queue.c.created_ms, queue.c.id)
    return [Listed(*row) for row in tx.execute(statement.limit(limit))]


def of_content(tx: Tx, content_id: int) -> list[Listed]:
    """What became of a letter for each recipient elsewhere, in the order of queueing."""
    columns = [queue.c[name] for name in Listed.__dataclass_fields__ if name in queue.c]
    statement = select(*columns, contents.c.subject, contents.c.size).join_from(queue, contents)
    return [Listed(*row) for row in tx.execute(statement.where(queue.c.content_id == content_id).order_by(queue.c.id))]


def retry_now(tx: Tx, ids: Sequence[int] | None = None, domain: str | None = None) -> int:
    """Make waiting rows due: those, those of a domain, or all; how many. What is being sent stays as it is."""
    where = and_(queue.c.state == WAITING, queue.c.lease_until_ms <= tx.now_ms)
    if domain is not None:
        where = and_(where, queue.c.domain == domain.lower())
    count = sum(_change(tx, and_(where, some), next_ms=tx.now_ms) for some in _chosen(ids))
    tx.wake("queue", 0)
    return count


def cancel(tx: Tx, ids: Sequence[int], reason: str) -> int:
    """Give up waiting rows without a report; how many. What is being sent now cannot be held back."""
    where = and_(queue.c.state == WAITING, queue.c.lease_until_ms <= tx.now_ms)
    done = {"state": FAILED, "done_ms": tx.now_ms, "last_reply": reason, "last_host": ""}
    return sum(_change(tx, and_(where, some), **done) for some in _chosen(ids))


def _chosen(ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    if ids is None:
        return [queue.c.id > 0]
    return [queue.c.id.in_(ids[start : start + _CHUNK]) for start in range(0, len(ids), _CHUNK)]


def counts(tx: Tx) -> Counts:
    found = {row[0]: int(row[1]) for row in tx.execute(select(queue.c.state, func.count()).group_by(queue.c.state))}
    oldest = tx.execute(select(func.min(queue.c.created_ms)).where(queue.c.state == WAITING)).scalar_one()
    return Counts(found.get(WAITING, 0), found.get(SENT, 0), found.get(FAILED, 0), oldest)


def forget(tx: Tx, before_ms: int) -> int:
    """Remove rows whose fate was known before that moment; how many."""
    gone = tx.execute(delete(queue).where(queue.c.state != WAITING, queue.c.done_ms < before_ms))
    return int(gone.rowcount)
