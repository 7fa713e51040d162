"""Việc của tôi: what waits for a person in all parts of the office. Each part is one function in `SOURCES`."""

from __future__ import annotations

from collections.abc import Callable

from mailsvc.core.clock import office_date
from mailsvc.documents.outgoing import waiting
from mailsvc.documents.routing import listing
from mailsvc.documents.tasks import work as tasks
from mailsvc.documents.work import Sections, WorkItem, sections
from mailsvc.store.tx import Tx

Source = Callable[[Tx, int], list[WorkItem]]
SOURCES: tuple[Source, ...] = (listing.items, tasks.items, waiting.items)


def my_work(tx: Tx, account_id: int) -> Sections:
    """What the person is to do, by when; and what others do for him."""
    found = [item for source in SOURCES for item in source(tx, account_id)]
    return sections(found, office_date(tx.now_ms))
