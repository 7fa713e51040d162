"""Word and Excel files as plain HTML, to be glanced at. Runs only inside the killable child: the files come from
strangers, are archives, and may unpack to anything."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from html import escape
from typing import Any

UNPACKED = 100 * 1024 * 1024
MEMBERS = 3000
_RATIO, _RATIO_FROM = 150, 20 * 1024 * 1024
SHEETS, ROWS, COLUMNS = 5, 200, 30
_CELL = 500


class NotShownError(ValueError):
    """The file unpacks to too much, or is no such file."""


def word_as_html(data: bytes) -> str:
    """The text of a .docx with headings, lists, tables and pictures, not cleaned yet. Raises NotShownError."""
    import mammoth

    _looked_at(data)
    return str(mammoth.convert_to_html(io.BytesIO(data)).value)


def sheets_as_html(data: bytes) -> str:
    """The first sheets, rows and columns of an .xlsx as tables, with the values last calculated."""
    from openpyxl import load_workbook

    _looked_at(data)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    pieces = [_sheet(sheet) for sheet in book.worksheets[:SHEETS]]
    if len(book.worksheets) > SHEETS:
        pieces.append("<p>…</p>")
    return "".join(pieces)


def _sheet(sheet: Any) -> str:
    lines = []
    cut = False
    for number, row in enumerate(sheet.iter_rows(max_col=COLUMNS, values_only=True)):
        if number >= ROWS:
            cut = True
            break
        values = [_value(one) for one in row]
        while values and not values[-1]:
            values.pop()
        lines.append("<tr>" + "".join(f"<td>{value}</td>" for value in values) + "</tr>")
    while lines and lines[-1] == "<tr></tr>":
        lines.pop()
    more = "<p>…</p>" if cut else ""
    return f"<h2>{escape(str(sheet.title))}</h2><table>{''.join(lines)}</table>{more}"


def _value(given: object) -> str:
    if given is None:
        return ""
    if isinstance(given, datetime):
        return f"{given:%d/%m/%Y}" if not (given.hour or given.minute) else f"{given:%d/%m/%Y %H:%M}"
    if isinstance(given, date):
        return f"{given:%d/%m/%Y}"
    if isinstance(given, float):
        return f"{given:.6g}".replace(".", ",")
    return escape(str(given)[:_CELL])


def _looked_at(data: bytes) -> None:
    """What the archive says of itself is the most that is unpacked: more ends the reading of a member."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise NotShownError("no archive") from error
    total = sum(one.file_size for one in members)
    if len(members) > MEMBERS or total > UNPACKED or (total > _RATIO_FROM and total > len(data) * _RATIO):
        raise NotShownError("unpacks to too much")
