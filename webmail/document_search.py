"""Finding documents by number, trích yếu, agency: among those the person may read, without diacritics."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.documents import register as registers
from mailsvc.documents.outgoing import register as outgoing
from mailsvc.documents.routing import receivers
from mailsvc.store import documents, issued, routing
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold
from webmail import views
from webmail.i18n import _

YEARS = 3  # back from this one
GIVEN = 500  # documents given to somebody who may not read the register


@dataclass(frozen=True, slots=True)
class Found:
    """A document: its trích yếu, the page it is on, its number with agency or day, and whether it came in."""

    title: str
    address: str
    note: str
    incoming: bool


def find(tx: Tx, account_id: int, query: str, limit: int) -> list[Found]:
    """At most `limit`, incoming ones first, latest first. Every word of the query must occur in number, code,
    trích yếu or agency, marks and case aside. What the person may not read is never found."""
    if not query.strip():
        return []
    mine = views.rights(tx, account_id)
    if not mine.reads_register:
        return _given(tx, account_id, query, limit)
    found = _incoming(tx, mine.org_code, query, limit)
    return (found + _outgoing(tx, mine.org_code, query, max(3, limit - len(found))))[:limit]


def _incoming(tx: Tx, org_code: str, query: str, limit: int) -> list[Found]:
    found: list[Found] = []
    for year in documents.years(tx, org_code)[:YEARS]:
        rows = registers.newest_with(tx, org_code, year, query, limit - len(found))
        found += [
            Found(one.subject, f"/van-ban-den/{one.year}/{one.arrival_number}",
                  _note(one.arrival_number, one.year, one.code, one.issuer), True)
            for one in rows
        ]  # fmt: skip
        if len(found) >= limit:
            break
    return found


def _outgoing(tx: Tx, org_code: str, query: str, limit: int) -> list[Found]:
    found: list[Found] = []
    for year in issued.years(tx, org_code)[:YEARS]:
        for row in outgoing.newest_with(tx, org_code, year, query, limit - len(found)):
            found.append(Found(row.line.subject, row.address, f"{row.line.code} · {row.line.day}", False))
        if len(found) >= limit:
            break
    return found


def _given(tx: Tx, account_id: int, query: str, limit: int) -> list[Found]:
    """Among the documents that were given to or by the person, or those the person acts for."""
    words = fold(query).split()
    titles = routing.titles(tx, routing.documents_of(tx, receivers.desks_of(tx, account_id), GIVEN))
    found: list[Found] = []
    for document_id in sorted(titles, reverse=True):
        _org, year, number, code, subject, issuer = titles[document_id][:6]
        known = fold(f"{number} {number}/{year} {code} {subject} {issuer}")
        if all(word in known for word in words):
            found.append(Found(subject, f"/xu-ly/{document_id}", _note(number, year, code, issuer), True))
    return found[:limit]


def _note(number: int, year: int, code: str, issuer: str) -> str:
    said = [_("Số đến %(arrival_number)s/%(year)s", arrival_number=number, year=year), code, issuer]
    return " · ".join(one for one in said if one)


