"""Lists of numbers as one parameter of a query, whatever their length: a JSON text that the database takes apart.

On SQLite the joins are in the order they are written (CROSS JOIN), so that the list leads and the table is looked up.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from mailsvc.store.tx import Tx


def text_of(numbers: Collection[int]) -> str:
    """The value of `:ids`."""
    return json.dumps(list(numbers), separators=(",", ":"))


def joined(tx: Tx, table: str, column: str) -> str:
    """`FROM` what this gives, the rows of a table (with its alias) whose column is one of the numbers `:ids`."""
    if tx.is_sqlite:
        return f"json_each(:ids) j CROSS JOIN {table} ON {column} = j.value"
    return f"json_array_elements_text(CAST(:ids AS json)) j(value) JOIN {table} ON {column} = CAST(j.value AS bigint)"


def among(tx: Tx, name: str = "ids") -> str:
    """`IN` what this gives: the numbers `:ids`, or those of another parameter."""
    if tx.is_sqlite:
        return f"(SELECT value FROM json_each(:{name}))"  # noqa: S608 - its parts are ours
    return f"(SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:{name} AS json)) j(value))"  # noqa: S608


def join(tx: Tx) -> str:
    """The word for a further join that keeps the order."""
    return "CROSS JOIN" if tx.is_sqlite else "JOIN"
