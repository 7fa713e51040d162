"""What a person chose for himself: language, theme, the post he works in, signatures. Names and texts, nothing more."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, insert, select

from mailsvc.store.schema import preferences
from mailsvc.store.tx import Prepared, Tx

_OF_ACCOUNT = Prepared(
    select(preferences.c.name, preferences.c.value).where(preferences.c.account_id == bindparam("account_id"))
)


def of(tx: Tx, account_id: int) -> dict[str, str]:
    """Everything the person chose, by name."""
    return {name: value for name, value in tx.rows(_OF_ACCOUNT, account_id=account_id)}


def put(tx: Tx, account_id: int, chosen: Mapping[str, str]) -> None:
    """Keep these choices beside the others; an empty text takes the choice back."""
    for name, value in chosen.items():
        tx.execute(delete(preferences).where(preferences.c.account_id == account_id, preferences.c.name == name))
        if value:
            tx.execute(insert(preferences).values(account_id=account_id, name=name, value=value))
