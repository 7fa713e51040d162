"""Where the one search looks: a source for each kind of thing, every one within the person's rights."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from mailsvc.accounts import directory
from mailsvc.core.clock import office_date
from mailsvc.documents import register as registers
from mailsvc.store.tx import Tx
from webmail import views
from webmail.i18n import N_
from webmail.seeking import Hit, Kind


def _documents(tx: Tx, account_id: int, query: str, most: int) -> Sequence[Hit]:
    mine = views.rights(tx, account_id)
    if not mine.reads_register:
        return ()
    year = office_date(tx.now_ms).year
    rows = registers.register_rows(tx, mine.org_code, year, query, limit=most).rows
    return [
        Hit(one.subject, f"/van-ban-den/{one.year}/{one.arrival_number}", f"{one.arrival_number}/{one.year}", "intake")
        for one in rows
    ]


def _people(tx: Tx, account_id: int, query: str, most: int) -> Sequence[Hit]:
    found = directory.find_people(tx, query, most)
    return [
        Hit(one.name, f"/danh-ba?tim={one.username}", " · ".join(filter(None, (one.position, one.unit))), "person")
        for one in found
    ]


KINDS = (
    Kind("van-ban", N_("Văn bản"), _documents, lambda query: "/van-ban-den?" + urlencode({"tim": query})),
    Kind("nguoi", N_("Người"), _people, lambda query: "/danh-ba?" + urlencode({"tim": query})),
)
