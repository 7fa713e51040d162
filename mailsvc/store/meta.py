"""Small facts about the store itself, by name."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select, update

from mailsvc.store.schema import meta as table
from mailsvc.store.tx import Prepared, Tx

_GET = Prepared(select(table.c.value).where(table.c.key == bindparam("name")))
_SET = Prepared(update(table).where(table.c.key == bindparam("name")).values(value=bindparam("new_value")))
_ADD = Prepared(insert(table).values(key=bindparam("name"), value=bindparam("new_value")))
_DROP = Prepared(delete(table).where(table.c.key == bindparam("name")))


def get(tx: Tx, name: str, default: str = "") -> str:
    row = tx.row(_GET, name=name)
    return str(row[0]) if row else default


def put(tx: Tx, name: str, value: str) -> None:
    if tx.run(_SET, name=name, new_value=value) == 0:
        tx.run(_ADD, name=name, new_value=value)


def drop(tx: Tx, name: str) -> None:
    tx.run(_DROP, name=name)


def get_int(tx: Tx, name: str, default: int = 0) -> int:
    return int(get(tx, name, str(default)))


def set_int(tx: Tx, name: str, value: int) -> None:
    put(tx, name, str(value))


def rising(tx: Tx, name: str, least: int) -> int:
    """A number that never came before under this name: at least `least`, at least one more than the last."""
    value = max(least, get_int(tx, name) + 1)
    set_int(tx, name, value)
    return value
