"""Delegations: who acts in whose place, from when to when. A row is never changed but for its revocation."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, Text, and_, bindparam, insert, or_, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import delegations
from mailsvc.store.tx import Prepared, Tx

AUTHORITY = "uy_quyen"  # the principal is there and lets somebody act for him
SUBSTITUTE = "thay_the"  # the principal is away: what is meant for him goes to the delegate
HANDOVER = "ban_giao"  # the principal has left: his open work is the delegate's


@dataclass(frozen=True, slots=True)
class Delegation:
    """`role`, `unit_code`: which of the principal's posts, '' all; `acts`: names of the acts covered, joined by
    blanks, '' all. Days are ISO and inclusive, `valid_to` None is open. `posts_of_day`: for a leaver, the day whose
    posts are meant. `basis`: the paper it rests on."""

    id: int
    principal_id: int
    delegate_id: int
    kind: str
    role: str
    unit_code: str
    acts: str
    valid_from: str
    valid_to: str | None
    posts_of_day: str
    basis: str
    created_ms: int
    created_by: int | None
    revoked_ms: int | None
    revoked_by: int | None


_COLUMNS = [delegations.c[name] for name in Delegation.__dataclass_fields__]


def _on(day: str | BindParameter[str]) -> ColumnElement[bool]:
    return and_(
        delegations.c.revoked_ms.is_(None),
        delegations.c.valid_from <= day,
        or_(delegations.c.valid_to.is_(None), delegations.c.valid_to >= day),
    )


_HELD_BY = Prepared(
    select(*_COLUMNS)
    .where(delegations.c.delegate_id == bindparam("delegate_id"), _on(bindparam("day", type_=Text)))
    .order_by(delegations.c.id)
)


def add(tx: Tx, **values: object) -> int:
    """Add a delegation; its id."""
    statement = insert(delegations).values(created_ms=tx.now_ms, **values).returning(delegations.c.id)
    return int(tx.execute(statement).scalar_one())


def get(tx: Tx, delegation_id: int) -> Delegation:
    """Raises NotFound."""
    row = tx.execute(select(*_COLUMNS).where(delegations.c.id == delegation_id)).first()
    if row is None:
        raise NotFound("Không có ủy quyền này.")
    return Delegation(*row)


def revoke(tx: Tx, delegation_id: int, by: int | None) -> None:
    """End it now; the row stays."""
    statement = update(delegations).where(delegations.c.id == delegation_id, delegations.c.revoked_ms.is_(None))
    tx.execute(statement.values(revoked_ms=tx.now_ms, revoked_by=by))


def held_by(tx: Tx, delegate_id: int, day: str) -> list[Delegation]:
    """What the person holds for others on that day."""
    return [Delegation(*row) for row in tx.rows(_HELD_BY, delegate_id=delegate_id, day=day)]


def substitute(tx: Tx, principal_id: int, day: str) -> int | None:
    """Who receives for the person on that day; the latest arrangement counts."""
    statement = (
        select(delegations.c.delegate_id)
        .where(delegations.c.principal_id == principal_id, delegations.c.kind.in_((SUBSTITUTE, HANDOVER)), _on(day))
        .order_by(delegations.c.id.desc())
        .limit(1)
    )
    found = tx.execute(statement).scalar()
    return None if found is None else int(found)


def of_account(tx: Tx, account_id: int) -> list[Delegation]:
    """All that the person gave or got, latest first, ended ones too."""
    mine = or_(delegations.c.principal_id == account_id, delegations.c.delegate_id == account_id)
    return [Delegation(*row) for row in tx.execute(select(*_COLUMNS).where(mine).order_by(delegations.c.id.desc()))]


def listing(tx: Tx, day: str) -> list[Delegation]:
    """All that are in force on that day."""
    return [Delegation(*row) for row in tx.execute(select(*_COLUMNS).where(_on(day)).order_by(delegations.c.id))]


def set_posts_of_day(tx: Tx, delegation_id: int, day: str) -> None:
    """Of a leaver's hand-over: the last day that he held the posts meant."""
    tx.execute(update(delegations).where(delegations.c.id == delegation_id).values(posts_of_day=day))
