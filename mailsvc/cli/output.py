"""How the command line speaks: tables for people, JSON for programs, errors as one line on standard error."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

Json = Annotated[bool, typer.Option("--json", help="In ra JSON thay vì bảng.")]


def show(rows: Sequence[dict[str, Any]], as_json: bool, *, empty: str = "Không có dòng nào.") -> None:
    """Print rows: a JSON list, or a table with the keys of the first row as its head."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    if not rows:
        print(empty)
        return
    columns = list(rows[0])
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(_width(text) for text in column) for column in zip(columns, *cells, strict=True)]
    for line in (columns, ["-" * width for width in widths], *cells):
        print("  ".join(_padded(text, width) for text, width in zip(line, widths, strict=True)).rstrip())


def show_one(value: dict[str, Any], as_json: bool) -> None:
    """Print one thing: a JSON object, or a line for each key."""
    if as_json:
        print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
        return
    for key, one in value.items():
        print(f"{key}: {_cell(one)}")


def fail(message: str, code: int = 1) -> NoReturn:
    """End with the message on standard error."""
    print(message, file=sys.stderr)
    raise typer.Exit(code)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    # A control character from a mail must not steer the terminal.
    return "".join(char if char.isprintable() else " " for char in text)[:120]


def _width(text: str) -> int:
    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    return wide + sum(1 for char in text if not unicodedata.combining(char))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
