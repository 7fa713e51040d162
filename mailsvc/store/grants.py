"""Who may use whose mailboxes: the grants of a shared mailbox, past and coming ones too."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from mailsvc.store.schema import grants
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Grant:
    """The grantee opens the owner's mailboxes, or sends in the owner's name, within those days (ISO, inclusive)."""

    owner_id: int
    grantee_id: int
    can_read: int
    can_send: int
    valid_from: str
    valid_to: str | None


_COLUMNS = [grants.c[name] for name in Grant.__dataclass_fields__]


def of_owner(tx: Tx, owner_id: int) -> list[Grant]:
    """Everybody's grants on the owner's mailboxes."""
    return [Grant(*row) for row in tx.execute(select(*_COLUMNS).where(grants.c.owner_id == owner_id))]


def of_grantee(tx: Tx, grantee_id: int) -> list[Grant]:
    """All that is granted to the account."""
    return [Grant(*row) for row in tx.execute(select(*_COLUMNS).where(grants.c.grantee_id == grantee_id))]


def take(tx: Tx, owner_id: int, grantee_id: int) -> bool:
    """Take the grant back now; whether there was one. Open sessions end."""
    done = tx.execute(delete(grants).where(grants.c.owner_id == owner_id, grants.c.grantee_id == grantee_id))
    tx.wake("account", grantee_id)
    tx.wake("rights")
    return bool(done.rowcount)
