"""Web sessions: only the hash of a token is kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from mailsvc.store.schema import accounts, web_sessions
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class WebSession:
    """A signed-in browser."""

    token_hash: bytes
    account_id: int
    created_ms: int
    seen_ms: int
    expires_ms: int


def create(tx: Tx, token_hash: bytes, account_id: int, expires_ms: int, peer: str, agent: str) -> None:
    version = tx.execute(select(accounts.c.credential_version).where(accounts.c.id == account_id)).scalar_one()
    tx.execute(
        insert(web_sessions).values(
            token_hash=token_hash,
            account_id=account_id,
            created_ms=tx.now_ms,
            seen_ms=tx.now_ms,
            expires_ms=expires_ms,
            peer=peer,
            agent=agent[:200],
            credential_version=version,
        )
    )


def find(tx: Tx, token_hash: bytes) -> WebSession | None:
    """The live session: not expired, its account active, its password unchanged since the login."""
    row = tx.execute(
        select(web_sessions)
        .join(accounts, accounts.c.id == web_sessions.c.account_id)
        .where(
            web_sessions.c.token_hash == token_hash,
            web_sessions.c.expires_ms > tx.now_ms,
            accounts.c.active == 1,
            accounts.c.credential_version == web_sessions.c.credential_version,
        )
    ).first()
    return WebSession(row[0], row.account_id, row.created_ms, row.seen_ms, row.expires_ms) if row else None


@dataclass(frozen=True, slots=True)
class Browser:
    """A live session as its owner sees it."""

    token_hash: bytes
    created_ms: int
    seen_ms: int
    peer: str
    agent: str


def listing(tx: Tx, account_id: int) -> list[Browser]:
    """The account's live sessions, latest seen first."""
    columns = [web_sessions.c[name] for name in Browser.__dataclass_fields__]
    statement = (
        select(*columns)
        .join(accounts, accounts.c.id == web_sessions.c.account_id)
        .where(
            web_sessions.c.account_id == account_id,
            web_sessions.c.expires_ms > tx.now_ms,
            accounts.c.credential_version == web_sessions.c.credential_version,
        )
        .order_by(web_sessions.c.seen_ms.desc())
    )
    return [Browser(bytes(row[0]), *row[1:]) for row in tx.execute(statement)]


def remove_others(tx: Tx, account_id: int, kept: bytes) -> int:
    """End all sessions of the account but that one; how many."""
    others = (web_sessions.c.account_id == account_id) & (web_sessions.c.token_hash != kept)
    return tx.execute(delete(web_sessions).where(others)).rowcount


def carry_over(tx: Tx, account_id: int, kept: bytes | None = None) -> None:
    """Sessions (that one, or all of the account) live on though its credentials have changed."""
    mine = web_sessions.c.account_id == account_id
    if kept is not None:
        mine = mine & (web_sessions.c.token_hash == kept)
    version = select(accounts.c.credential_version).where(accounts.c.id == account_id).scalar_subquery()
    tx.execute(update(web_sessions).where(mine).values(credential_version=version))


def touch(tx: Tx, token_hash: bytes, expires_ms: int) -> None:
    tx.execute(
        update(web_sessions)
        .where(web_sessions.c.token_hash == token_hash)
        .values(seen_ms=tx.now_ms, expires_ms=expires_ms)
    )


def remove(tx: Tx, token_hash: bytes) -> None:
    tx.execute(delete(web_sessions).where(web_sessions.c.token_hash == token_hash))
    tx.wake("session", topic(token_hash))


def topic(token_hash: bytes) -> int:
    """The number under which the end of the session is told (store/bus.py)."""
    return int.from_bytes(token_hash[:8])


def remove_expired(tx: Tx) -> int:
    return tx.execute(delete(web_sessions).where(web_sessions.c.expires_ms <= tx.now_ms)).rowcount
