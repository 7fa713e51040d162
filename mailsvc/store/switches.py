"""What is switched off for an account: capabilities of IMAP that a client of its owner cannot live with."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select

from mailsvc.store.schema import switched_off
from mailsvc.store.tx import Prepared, Tx

_OF_ACCOUNT = Prepared(select(switched_off.c.capability).where(switched_off.c.account_id == bindparam("account_id")))


def off(tx: Tx, account_id: int) -> frozenset[str]:
    """The capabilities switched off for the account, as they are spelt in IMAP."""
    return frozenset(row[0] for row in tx.rows(_OF_ACCOUNT, account_id=account_id))


def switch(tx: Tx, account_id: int, capability: str, on: bool) -> None:
    """Switch a capability off or on again; it counts from the next login."""
    found = switched_off.c.account_id == account_id, switched_off.c.capability == capability
    tx.execute(delete(switched_off).where(*found))
    if not on:
        tx.execute(insert(switched_off).values(account_id=account_id, capability=capability))
