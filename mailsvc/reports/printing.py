"""What the printing child does: registers as files, slips, marks on copies. Values in, bytes out."""

from __future__ import annotations

import json
from typing import Any

from mailsvc.core.errors import NotFound
from mailsvc.reports import sheets
from mailsvc.reports.book import as_report, from_dict

FORMS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def printed(task: str, arguments: dict[str, Any], payload: bytes) -> bytes:
    """Do one task. Raises NotFound for an unknown one, Invalid for a file that cannot be marked."""
    if task == "book":
        return _book(str(arguments["form"]), json.loads(payload))
    if task == "slip":
        from mailsvc.reports.slip_pdf import Slip, as_pdf

        values = json.loads(payload)
        return as_pdf(Slip(**{**values, "receivers": tuple(tuple(one) for one in values["receivers"])}))
    if task == "handling_slip":
        from mailsvc.reports.handling_slip_pdf import HandlingSlip
        from mailsvc.reports.handling_slip_pdf import as_pdf as handling_pdf

        values = json.loads(payload)
        parts = tuple((title, tuple(lines)) for title, lines in values["parts"])
        return handling_pdf(HandlingSlip(values["organisation"], tuple(values["about"]), parts, values["mark"]))
    if task == "report":
        from mailsvc.reports.report_pdf import as_pdf as report_pdf

        return report_pdf(sheets.from_dict(json.loads(payload)))
    from mailsvc.reports.stamping import Arrival, with_arrival, with_copy_mark

    if task == "stamp":
        return with_arrival(payload, Arrival(**arguments))
    if task == "copy_mark":
        return with_copy_mark(payload, tuple(arguments["lines"]))
    raise NotFound(task)


def _book(form: str, values: dict[str, Any]) -> bytes:
    book = from_dict(values)
    if form == "pdf":
        from mailsvc.reports.book_pdf import as_pdf

        return as_pdf(book)
    if form in ("docx", "xlsx", "csv"):
        write = {"docx": sheets.as_docx, "xlsx": sheets.as_xlsx, "csv": sheets.as_csv}[form]
        return write(as_report(book))
    raise NotFound(form)
