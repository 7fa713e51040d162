"""Whether somebody is known here: has written before, or is one of us."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from mailsvc.store.schema import accounts, contents
from mailsvc.store.tx import Prepared, Tx

_LOOKED_AT = 50_000
"""Letters before this one; who last wrote before all of them is a stranger again."""
_WRITTEN = Prepared(
    select(contents.c.id)
    .where(
        contents.c.id < bindparam("before"),
        contents.c.id > bindparam("oldest"),
        func.lower(contents.c.from_address) == bindparam("address"),
    )
    .limit(1)
)
_CALLED = Prepared(
    select(accounts.c.id).where(accounts.c.kind == "person", accounts.c.full_name == bindparam("name")).limit(1)
)


def has_written(tx: Tx, address: str, content_id: int) -> bool:
    """Whether a letter before that one came from the address, to anybody in the house."""
    given = {"before": content_id, "oldest": content_id - _LOOKED_AT, "address": address.lower()}
    return tx.row(_WRITTEN, **given) is not None


def is_called(tx: Tx, name: str) -> bool:
    """Whether a person of the office has exactly that name."""
    return tx.row(_CALLED, name=name) is not None
