"""The register of outgoing documents and that of copies, as lists (handbook §1.6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailsvc.documents.outgoing.series import name_of
from mailsvc.store import accounts, issued
from mailsvc.store import documents as store
from mailsvc.store.issued import Chosen, Issued
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold

_NEAR_SIGNS = re.compile(r"\s*([/-])\s*")


@dataclass(frozen=True, slots=True)
class OutRow:
    """A line of the register; `address` is the page of the document, '' when there is none."""

    line: Issued
    address: str


@dataclass(frozen=True, slots=True)
class OutPage:
    """Lines, how many the whole list has, and `before_id` for the page below (None at the end)."""

    rows: tuple[OutRow, ...]
    total: int
    next: int | None


def rows(
    tx: Tx,
    org_code: str,
    year: int,
    *,
    kind: str = "di",
    series: str = "",
    query: str = "",
    limit: int = 50,
    before_id: int | None = None,
) -> OutPage:
    """The register of a year, latest given first; every word of the query must occur, marks and case aside."""
    chosen = Chosen(org_code, year, kind, series, _words(query))
    found = issued.listing(tx, chosen, limit=limit + 1, before_id=before_id)
    more = len(found) > limit
    shown = tuple(OutRow(one, _address(tx, one)) for one in found[:limit])
    total = issued.count(tx, chosen) if more or before_id is not None else len(found)
    return OutPage(shown, total, found[limit - 1].id if more else None)


def newest_with(tx: Tx, org_code: str, year: int, query: str, limit: int) -> list[OutRow]:
    """The first rows of `rows` alone: nobody has asked how many there are."""
    found = issued.listing(tx, Chosen(org_code, year, words=_words(query)), limit=limit)
    return [OutRow(one, _address(tx, one)) for one in found]


def _words(query: str) -> tuple[str, ...]:
    return tuple(fold(_NEAR_SIGNS.sub(r"\1", query)).split()[:16])


def in_order(tx: Tx, org_code: str, year: int, kind: str, series: str, days: tuple[str, str]) -> list[Issued]:
    """All lines for print: series by series, by number; a number between two others in its place."""
    chosen = Chosen(org_code, year, kind, series, (), *days)
    found = issued.listing(tx, chosen, limit=100_000, oldest_first=True)
    return sorted(found, key=lambda one: (one.series, one.number, one.suffix))


def series_names(tx: Tx, org_code: str, year: int, kind: str) -> tuple[tuple[str, str], ...]:
    """(key, name) of the series with lines in the year."""
    keys = [one.series for one in store.all_series(tx) if one.org_code == org_code and one.year == year]
    day = date(year, 12, 31)
    return tuple((key, name_of(key, org_code, day)) for key in keys if key.startswith(kind + "/"))


def names(tx: Tx, account_ids: Sequence[int]) -> dict[int, str]:
    """Account id to name."""
    return {one: accounts.get(tx, one).full_name for one in set(account_ids)}


def _address(tx: Tx, line: Issued) -> str:
    if line.document_id is None:
        return ""
    document = store.get(tx, line.document_id)
    if document.direction != "out":
        return f"/xu-ly/{document.id}"
    return f"/van-ban-di/{document.year}/{document.arrival_number}"
