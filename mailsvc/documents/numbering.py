"""Number series: consecutive from 1 in each calendar year, one for paper and electronic documents together.

The number is taken in the transaction that writes the document, so that it neither doubles nor leaves a gap
(Decree 30/2020, Articles 15 and 22; handbook §1.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from mailsvc.core.errors import Invalid
from mailsvc.documents import clerks
from mailsvc.store import audit, documents, issued, meta
from mailsvc.store.tx import Tx

INCOMING = (
    "in"  # số đến; series of outgoing documents and copies have a slash in their name (documents.outgoing.series)
)
MOST = 9_999_999_999  # ArrivalNumber has ten digits (handbook §4.2)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a series, in a sentence for the person who runs the office."""

    org_code: str
    series: str
    year: int
    text: str


def take(tx: Tx, org_code: str, year: int) -> int:
    """The next số đến of the year."""
    return documents.next_number(tx, org_code, INCOMING, year)


def proposed(tx: Tx, org_code: str, year: int) -> int:
    """The số đến that would be given now; another clerk may be faster."""
    return documents.last_number(tx, org_code, INCOMING, year) + 1


def begin_after(tx: Tx, actor_id: int, org_code: str, year: int, last_on_paper: int) -> None:
    """Let the register of the year go on after the last number of the paper book.

    Raises Refused for all but clerks, Invalid once the register has a row.
    """
    clerks.require_clerk(tx, actor_id, org_code)
    if documents.numbers(tx, org_code, INCOMING, year):
        raise Invalid("Sổ văn bản đến năm %(year)s đã có số; không đổi số bắt đầu được nữa.", year=year)
    begin_series(tx, actor_id, org_code, INCOMING, year, last_on_paper)


def begin_series(tx: Tx, actor_id: int, org_code: str, series: str, year: int, last_on_paper: int) -> None:
    """The same for any series; the caller has looked at rights and that the series is unused. Raises Invalid."""
    if not 0 <= last_on_paper < MOST:
        raise Invalid("Số cuối cùng trong sổ giấy phải là số không âm.")
    documents.set_last_number(tx, org_code, series, year, last_on_paper)
    meta.set_int(tx, _on_paper(org_code, series, year), last_on_paper)
    audit.record(tx, actor_id, "series.begin", f"series/{org_code}/{series}/{year}", after=last_on_paper)


def verify_series(tx: Tx) -> list[Fault]:
    """What is wrong with the registers: numbers missing, doubled, or not those the series gave. Empty: all well."""
    last = {(one.org_code, one.series, one.year): one.last_number for one in documents.all_series(tx)}
    keys = set(last) | set(documents.registers_in_use(tx))
    faults: list[Fault] = []
    keys |= set(issued.series_in_use(tx))
    for org_code, series, year in sorted(key for key in keys if key[1] == INCOMING or "/" in key[1]):
        begun = meta.get_int(tx, _on_paper(org_code, series, year))
        given = _given(tx, org_code, series, year)
        faults += [
            Fault(org_code, series, year, text) for text in _faults(given, begun, last.get((org_code, series, year), 0))
        ]
    return faults


def _given(tx: Tx, org_code: str, series: str, year: int) -> list[int]:
    """The numbers in a register, rising; a number between others (`123a`) is no number of its own."""
    if series == INCOMING:
        return documents.numbers(tx, org_code, series, year)
    return [one.number for one in issued.of_series(tx, org_code, series, year) if not one.suffix]


def _faults(given: list[int], begun: int, last: int) -> list[str]:
    """Sentences about one register: `given` rises, `begun` is the last number on paper."""
    found = []
    missing = sorted(set(range(begun + 1, last + 1)) - set(given))
    doubled = sorted({one for one, two in pairwise(given) if one == two})
    outside = [one for one in given if not begun < one <= last]
    if missing:
        found.append(f"thiếu số {_shown(missing)}")
    if doubled:
        found.append(f"trùng số {_shown(doubled)}")
    if outside:
        found.append(f"có số ngoài dãy đã cấp (đến {last}): {_shown(outside)}")
    return found


def _shown(numbers: list[int], most: int = 10) -> str:
    return ", ".join(str(one) for one in numbers[:most]) + (f" … ({len(numbers)} số)" if len(numbers) > most else "")


def _on_paper(org_code: str, series: str, year: int) -> str:
    return f"series_on_paper/{org_code}/{series}/{year}"
