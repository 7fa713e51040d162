"""The deadline a document of its type usually has: working days from the arrival, by the rule of the arrival's day."""

from __future__ import annotations

from datetime import date

from mailsvc.core.clock import office_date
from mailsvc.documents import calendar, rules
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx

RULE = "deadline.default_days"


def usual(tx: Tx, document: Document) -> str:
    """The ISO day, '' when it would be over already or the rule names no days for the type."""
    arrival = date.fromisoformat(document.arrival_date)
    days = rules.value(tx, RULE, arrival)
    count = days.get(document.type_name, days.get("*", 0))
    due = calendar.add_working_days(arrival, count)
    return due.isoformat() if count and due >= office_date(tx.now_ms) else ""
