"""Tables as files: CSV for anything, XLSX for spreadsheets, DOCX for Word. Only the standard library; values in, bytes
out. A cell is text or a number; text is never taken for a formula.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

Cell = str | int | float
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_STAMP = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title. Every row has as many cells as there are columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Tables under one heading; `lines` stand between them and the heading. With a `footer` (Word only) heading and
    lines are a cover of their own, and every page bears the footer and its number."""

    heading: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    footer: str = ""


def from_dict(values: Mapping[str, Any]) -> Report:
    """The report that `dataclasses.asdict` took apart, also after JSON."""
    tables = (
        Table(one["title"], tuple(one["columns"]), tuple(tuple(row) for row in one["rows"])) for one in values["tables"]
    )
    return Report(values["heading"], tuple(values["lines"]), tuple(tables))


def as_csv(report: Report) -> bytes:
    """All tables one below the other, UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([report.heading])
    writer.writerows([[line] for line in report.lines])
    for table in report.tables:
        writer.writerow([])
        writer.writerow([_harmless(table.title)])
        writer.writerow(table.columns)
        writer.writerows([[_harmless(cell) for cell in row] for row in table.rows])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


# ---- spreadsheets -------------------------------------------------------------------------------------------
def as_xlsx(report: Report) -> bytes:
    """A workbook with a sheet for each table."""
    count = len(report.tables)
    names = [f'<sheet name="{_quoted(_sheet_name(n, table))}" sheetId="{n}" r:id="rId{n}"/>'
             for n, table in enumerate(report.tables, 1)]  # fmt: skip
    links = [_link(n, f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in range(1, count + 1)]
    links.append(_link(count + 1, f"{_OFFICE}/styles", "styles.xml"))
    sheets = [(f"xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, count + 1)]
    files = {
        "[Content_Types].xml": _types("spreadsheetml", [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles"),
                                                        *sheets]),
        "_rels/.rels": _links([_link(1, f"{_OFFICE}/officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{"".join(names)}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": _links(links),
        "xl/styles.xml": _STYLES,
    }  # fmt: skip
    for n, table in enumerate(report.tables, 1):
        files[f"xl/worksheets/sheet{n}.xml"] = _sheet(report, table)
    return _zip(files)


_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_SHEET}"><fonts count="2"><font><sz val="11"/><name val="Times New Roman"/></font>'
    '<font><b/><sz val="11"/><name val="Times New Roman"/></font></fonts><fills count="1"><fill><patternFill '
    'patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/>'
    '</cellStyleXfs><cellXfs count="2"><xf fontId="0"/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>'
)


def _sheet_name(number: int, table: Table) -> str:
    """At most 31 characters, none of those that a sheet's name may not have."""
    plain = "".join(one for one in table.title if one not in "[]:*?/\\'")
    return f"{number}. {plain}"[:31]


def _sheet(report: Report, table: Table) -> str:
    above: list[tuple[Sequence[Cell], int]] = [((report.heading,), 1), *(((line,), 0) for line in report.lines)]
    rows: list[tuple[Sequence[Cell], int]] = [*above, ((), 0), ((table.title,), 1), (table.columns, 1)]
    rows += [(row, 0) for row in table.rows]
    lines = [
        f'<row r="{n}">{"".join(_cell(n, place, cell, style) for place, cell in enumerate(row))}</row>'
        for n, (row, style) in enumerate(rows, 1)
    ]
    widths = "".join(f'<col min="{n}" max="{n}" width="{_width(table, n - 1)}" customWidth="1"/>'
                     for n in range(1, len(table.columns) + 1))  # fmt: skip
    return (
        f'{_HEAD}<worksheet xmlns="{_SHEET}"><cols>{widths}</cols><sheetData>{"".join(lines)}</sheetData></worksheet>'
    )


def _width(table: Table, place: int) -> int:
    texts = [str(row[place]) for row in table.rows[:200]] + [table.columns[place]]
    return min(60, max(len(one) for one in texts) + 2)


def _cell(row: int, place: int, cell: Cell, style: int) -> str:
    where = f"{_letters(place)}{row}"
    if isinstance(cell, str):
        text = f'<is><t xml:space="preserve">{_plain(cell)}</t></is>'
        return f'<c r="{where}" s="{style}" t="inlineStr">{text}</c>'
    return f'<c r="{where}" s="{style}"><v>{cell}</v></c>'


def _letters(place: int) -> str:
    """0 is A, 26 is AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


# ---- Word ---------------------------------------------------------------------------------------------------
def as_docx(report: Report) -> bytes:
    """A document on A4 across, with a heading and the tables."""
    body = [_paragraph(report.heading, size=28, bold=True, middle=True)]
    body += [_paragraph(line, middle=True) for line in report.lines]
    if report.footer:
        body.append('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')
    for table in report.tables:
        body += [_paragraph(""), _paragraph(table.title, bold=True), _word_table(table)]
    foot = '<w:footerReference w:type="default" r:id="rId1"/>' if report.footer else ""
    page = (
        f'<w:sectPr>{foot}<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1701" w:header="709" w:footer="709" '
        'w:gutter="0"/>'
        "</w:sectPr>"
    )
    spaces = f'xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"'
    parts = [("word/document.xml", "document.main")]
    files = {
        "_rels/.rels": _links([_link(1, f"{_OFFICE}/officeDocument", "word/document.xml")]),
        "word/document.xml": f"{_HEAD}<w:document {spaces}><w:body>{''.join(body)}{page}</w:body></w:document>",
    }
    if report.footer:
        parts.append(("word/footer1.xml", "footer"))
        files["word/footer1.xml"] = f"{_HEAD}<w:ftr {spaces}>{_footer(report.footer)}</w:ftr>"
        files["word/_rels/document.xml.rels"] = _links([_link(1, f"{_OFFICE}/footer", "footer1.xml")])
    return _zip({"[Content_Types].xml": _types("wordprocessingml", parts), **files})


def _footer(text: str) -> str:
    """The words and "Trang n/m", which Word itself counts."""
    look = (
        '<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
        '<w:sz w:val="18"/></w:rPr>'
    )
    said = f'<w:r>{look}<w:t xml:space="preserve">{_plain(text)} Trang </w:t></w:r>'
    page, slash, pages = (
        f'<w:fldSimple w:instr="PAGE"><w:r>{look}<w:t>1</w:t></w:r></w:fldSimple>',
        f"<w:r>{look}<w:t>/</w:t></w:r>",
        f'<w:fldSimple w:instr="NUMPAGES"><w:r>{look}<w:t>1</w:t></w:r></w:fldSimple>',
    )
    return f"<w:p>{said}{page}{slash}{pages}</w:p>"


def _paragraph(text: str, *, size: int = 26, bold: bool = False, middle: bool = False) -> str:
    """`size` in half points."""
    align = '<w:pPr><w:jc w:val="center"/></w:pPr>' if middle else ""
    weight = "<w:b/>" if bold else ""
    font = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
    run = (
        f'<w:r><w:rPr>{font}{weight}<w:sz w:val="{size}"/></w:rPr><w:t xml:space="preserve">{_plain(text)}</w:t></w:r>'
    )
    return f"<w:p>{align}{run}</w:p>"


_REPEATED = "<w:trPr><w:tblHeader/></w:trPr>"  # at the top of every page


def _word_table(table: Table) -> str:
    edges = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>'
                    for side in ("top", "left", "bottom", "right", "insideH", "insideV"))  # fmt: skip
    rows = [(table.columns, True), *((row, False) for row in table.rows)]
    lines = "".join(
        f"<w:tr>{_REPEATED if head else ''}"
        f"{''.join(f'<w:tc>{_paragraph(str(cell), size=24, bold=head)}</w:tc>' for cell in row)}</w:tr>"
        for row, head in rows
    )
    grid = "<w:gridCol/>" * len(table.columns)
    look = f'<w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr>'
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"


# ---- packages -----------------------------------------------------------------------------------------------
def _plain(text: str) -> str:
    """Text for XML: without the control characters that it cannot hold."""
    return escape("".join(one for one in text if one in "\t\n" or (one >= " " and not "\ud800" <= one <= "\udfff")))


def _quoted(text: str) -> str:
    return _plain(text).replace('"', "&quot;")


def _types(family: str, parts: Sequence[tuple[str, str]]) -> str:
    base = f"application/vnd.openxmlformats-officedocument.{family}"
    named = "".join(f'<Override PartName="/{path}" ContentType="{base}.{kind}+xml"/>' for path, kind in parts)
    relations = (
        f'<Default Extension="rels" ContentType="{_RELATIONS}"/><Default Extension="xml" ContentType="text/xml"/>'
    )
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{relations}{named}</Types>'


_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'


def _links(links: Sequence[str]) -> str:
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(links)}</Relationships>'


def _zip(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(zipfile.ZipInfo(name, _STAMP), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return out.getvalue()
