"""Addresses of an account: which is the primary one, and taking one away."""

from __future__ import annotations

from sqlalchemy import case, delete, update

from mailsvc.store.schema import addresses
from mailsvc.store.tx import Tx


def make_primary(tx: Tx, account_id: int, address: str) -> None:
    """Mail of the account is sent with that address of its own from now on."""
    chosen = case((addresses.c.address == address, 1), else_=0)
    tx.execute(update(addresses).where(addresses.c.account_id == account_id).values(is_primary=chosen))
    tx.wake("directory")


def remove(tx: Tx, account_id: int, address: str) -> None:
    """The account has the address no longer; what came to it stays."""
    tx.execute(delete(addresses).where(addresses.c.account_id == account_id, addresses.c.address == address))
    tx.wake("directory")
