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
