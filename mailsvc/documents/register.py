"""The register of incoming documents (sổ đăng ký văn bản đến): entering, correcting, looking up.

Entering a letter gives it the next số đến in the same transaction, links letter, intake entry and document, and shows
the number on the mail itself. The register is never silently changed (Decree 30/2020, Article 22; handbook §1.5, §1.6).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound, Phrase, Refused
from mailsvc.documents import clerks, history, mail_marks, numbering
from mailsvc.documents.errors import AlreadyRegistered, Stale
from mailsvc.documents.fields import NAMES, Fields, Problem, check, require_valid, tidy, type_of
from mailsvc.documents.labels import labels
from mailsvc.documents.rights import Act
from mailsvc.store import accounts, intake, routing
from mailsvc.store import documents as store
from mailsvc.store.documents import Document, DocumentFile, Event, Filter
from mailsvc.store.intake import Entry
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold

IN = "in"
_NEAR_SIGNS = re.compile(r"\s*([/-])\s*")
_MOST_WORDS = 16
_TWICE_MS = 120_000


# ---- entering -----------------------------------------------------------------------------------------------
def register(
    tx: Tx, who: Actor | int, entry_id: int, fields: Fields, *, version: int, on_date: date | None = None
) -> Document:
    """Enter a waiting letter under the next số đến of the year of `on_date` (default: today at the office).

    Raises Refused (no clerk, or a letter on hold or dismissed), AlreadyRegistered with the document when it is entered
    already, Stale when the entry is no longer that of `version`, InvalidFields when a field stops it.
    """
    entry = intake.get(tx, entry_id)
    actor = clerks.require_clerk(tx, who, entry.org_code)
    _require_waiting(tx, entry)
    ready, day = _ready(tx, fields, on_date)
    if not intake.change(tx, entry_id, {"status": intake.REGISTERED}, version=version):
        raise Stale
    document = _enter(tx, actor, entry.org_code, ready, day, entry)
    intake.change(tx, entry_id, {"document_id": document.id})
    _tell_arrival(tx, entry, document)
    _tell_entering(tx, actor, document)
    mail_marks.show_number(tx, entry, document)
    return document


def register_paper(
    tx: Tx, who: Actor | int, org_code: str, fields: Fields, *, on_date: date | None = None
) -> Document:
    """Enter a document that came on paper, in the same series. Raises Refused, InvalidFields.

    A form that is sent twice (a double click, a reload) takes one number: the second gives the first's document.
    """
    actor = clerks.require_clerk(tx, who, org_code)
    ready, day = _ready(tx, fields, on_date)
    last = store.by_number(tx, org_code, IN, day.year, numbering.proposed(tx, org_code, day.year) - 1)
    mine = last is not None and last.entry_id is None and last.registered_by == actor.account_id
    if last is not None and mine and tx.now_ms - last.registered_ms < _TWICE_MS and fields_of(last) == ready:
        return last
    document = _enter(tx, actor, org_code, ready, day, None)
    history.note(tx, actor, document.id, "received", "Nhận bản giấy.")
    _tell_entering(tx, actor, document)
    return document


def _require_waiting(tx: Tx, entry: Entry) -> None:
    if entry.document_id is not None:
        raise AlreadyRegistered(store.get(tx, entry.document_id))
    if entry.status == intake.HELD:
        raise Refused("Thư đang tạm giữ; phải có người quyết định trước khi vào sổ.")
    if entry.status == intake.DISMISSED:
        raise Refused("Thư này đã được bỏ qua; hãy khôi phục trước khi vào sổ.")


def _ready(tx: Tx, fields: Fields, on_date: date | None) -> tuple[Fields, date]:
    today = office_date(tx.now_ms)
    day = on_date or today
    ready = tidy(fields)
    require_valid(ready, day, today)
    return ready, day


def _enter(tx: Tx, actor: Actor, org_code: str, fields: Fields, day: date, entry: Entry | None) -> Document:
    number = numbering.take(tx, org_code, day.year)
    values = {
        **_columns(fields),
        "org_code": org_code,
        "direction": IN,
        "year": day.year,
        "arrival_number": number,
        "arrival_date": day.isoformat(),
        "entry_id": None if entry is None else entry.id,
        "content_id": None if entry is None else entry.content_id,
        "registered_ms": tx.now_ms,
        "registered_by": actor.account_id,
        "folded": _searchable(fields, number),
    }
    document_id = store.add(tx, values)
    if entry is not None:
        store.add_files(tx, document_id, _files(tx, entry))
    routing.begin(tx, document_id, org_code, paper="not_submitted" if entry is None else "none")
    tx.wake("intake")
    return store.get(tx, document_id)


def _columns(fields: Fields) -> dict[str, Any]:
    kind = type_of(fields.type_name)
    values: dict[str, Any] = {name: getattr(fields, name) for name in NAMES}
    values |= {name: values[name] or None for name in ("issue_date", "deadline")}
    return values | {"type_abbr": kind.abbreviation if kind is not None else "", "code_key": fields.key}


def _files(tx: Tx, entry: Entry) -> list[DocumentFile]:
    """The entry's files that belong to the document, not the pictures and signatures of the mail."""
    kept = [one for one in intake.files_of(tx, entry.id) if one.role in labels().file_roles]
    return [
        DocumentFile(n, entry.content_id, one.path, one.name, one.content_type, one.size, one.sha256, one.role)
        for n, one in enumerate(kept)
    ]


def _tell_arrival(tx: Tx, entry: Entry, document: Document) -> None:
    sender = f"{entry.sender_name} <{entry.sender_address}>" if entry.sender_name else entry.sender_address
    how = labels().channels.get(entry.channel, entry.channel)
    words = f"Nhận thư của {sender or 'người gửi không rõ'}: “{entry.subject}” ({how})."
    history.note(tx, entry.actor_id, document.id, "received", words, at_ms=entry.received_ms)


def _tell_entering(tx: Tx, actor: Actor, document: Document) -> None:
    words = f"Vào sổ văn bản đến, số đến {document.arrival_number}/{document.year}."
    number = {"org": document.org_code, "year": document.year, "number": document.arrival_number}
    history.note(tx, actor, document.id, "registered", words, entry=document.entry_id, number=number)


# ---- before entering ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Advice:
    """What the form shows before anything is saved. `number` is the số đến that would be given now."""

    fields: Fields
    number: int
    problems: tuple[Problem, ...]
    duplicates: tuple[Document, ...]


def advise(tx: Tx, org_code: str, fields: Fields, *, on_date: date | None = None, but: int | None = None) -> Advice:
    """Tidied fields with remarks, and documents of the same number, notation, issuer and year (but not `but`)."""
    today = office_date(tx.now_ms)
    day = on_date or today
    ready = tidy(fields)
    problems = list(check(ready, day, today))
    latest = store.last_arrival_date(tx, org_code, day.year)
    if latest > day.isoformat():
        later = Phrase("Trong sổ đã có văn bản đến ngày %(day)s, sau ngày đến này.", day=_shown(latest))
        problems.append(Problem("arrival_date", later, False))
    duplicates = tuple(same_documents(tx, org_code, ready, but=but))
    for one in duplicates:
        number = f"{one.arrival_number}/{one.year}"
        same = Phrase("Trùng số, ký hiệu và tác giả với số đến %(number)s.", number=number)
        problems.append(Problem("code", same, False))
    return Advice(ready, numbering.proposed(tx, org_code, day.year), tuple(problems), duplicates)


def same_documents(tx: Tx, org_code: str, fields: Fields, *, but: int | None = None) -> list[Document]:
    """Documents in the register with the same number, notation and issuer within the document's year."""
    return [one for one in store.with_code_key(tx, org_code, tidy(fields).key) if one.id != but]


# ---- correcting ---------------------------------------------------------------------------------------------
def correct(
    tx: Tx, who: Actor | int, document_id: int, fields: Fields, reason: str, *, version: int | None = None
) -> Document:
    """Change what was written, with a reason; the old and the new words stay in the timeline. Numbers never change.

    Raises NotFound, Refused, Stale, InvalidFields; Invalid without a reason.
    """
    old = store.get(tx, document_id)
    actor = clerks.require_clerk(tx, who, old.org_code, Act.CORRECT)
    if not reason.strip():
        raise Invalid("Phải ghi lý do sửa sổ.")
    if version is not None and version != old.version:
        raise Stale
    ready = tidy(fields)
    require_valid(ready, date.fromisoformat(old.arrival_date), office_date(tx.now_ms))
    before = fields_of(old)
    changed = [name for name in NAMES if getattr(before, name) != getattr(ready, name)]
    if not changed:
        return old
    values = {**_columns(ready), "folded": _searchable(ready, old.arrival_number), "version": old.version + 1}
    store.change(tx, document_id, values)
    changes = [(name, getattr(before, name), getattr(ready, name)) for name in changed]
    _tell_correction(tx, actor, old, changes, reason)
    return store.get(tx, document_id)


def _tell_correction(
    tx: Tx, actor: Actor, old: Document, changes: Sequence[tuple[str, str, str]], reason: str
) -> None:
    names = labels().fields
    parts = [f"{names[name]}: “{before}” thành “{after}”" for name, before, after in changes]
    words = f"Sửa {'; '.join(parts)}. Lý do: {reason.strip()}"
    detail = {name: [before, after] for name, before, after in changes}
    history.note(tx, actor, old.id, "corrected", words, changes=detail, reason=reason.strip())
    tx.wake("intake")


def fill(tx: Tx, document: Document, **values: str) -> None:
    """Write what the office itself knows into columns the clerk left empty (receiver, day of transfer, receipt)."""
    ready = replace(fields_of(document), **values)
    known = {"folded": _searchable(ready, document.arrival_number), "version": document.version + 1}
    store.change(tx, document.id, {**values, **known})


def fields_of(document: Document) -> Fields:
    """What stands in the register, as fields of the form."""
    return Fields(**{name: getattr(document, name) or "" for name in NAMES})


# ---- looking up ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the register. `total` counts the whole list; `next` is `before` for the page below, None at its end."""

    rows: tuple[Document, ...]
    total: int
    next: int | None


def register_rows(
    tx: Tx,
    org_code: str,
    year: int,
    query: str = "",
    *,
    limit: int = 50,
    before: int | None = None,
    oldest_first: bool = False,
    type_name: str = "",
    first_day: str = "",
    last_day: str = "",
) -> Page:
    """The register of a year, latest number first (`oldest_first` for printing).

    Every word of the query must occur in number, code, subject, issuer …, marks and case aside: `123/sgddt-vp` finds
    `123/SGDĐT-VP`. Days are inclusive ISO arrival dates.
    """
    chosen = Filter(org_code, year, IN, _words(query), type_name, first_day, last_day)
    rows = store.listing(tx, chosen, limit=limit + 1, before=before, oldest_first=oldest_first)
    more = len(rows) > limit
    total = store.count(tx, chosen) if more or before is not None else len(rows)
    return Page(tuple(rows[:limit]), total, rows[limit - 1].arrival_number if more else None)


def newest_with(tx: Tx, org_code: str, year: int, query: str, limit: int) -> list[Document]:
    """The first rows of `register_rows` alone: nobody has asked how many there are."""
    return store.listing(tx, Filter(org_code, year, IN, _words(query)), limit=limit)


def get_document(tx: Tx, org_code: str, year: int, number: int) -> Document:
    """The document with that số đến. Raises NotFound."""
    found = store.by_number(tx, org_code, IN, year, number)
    if found is None:
        raise NotFound("Không có văn bản đến số %(number)s năm %(year)s.", number=number, year=year)
    return found


def files_of(tx: Tx, document_id: int) -> list[DocumentFile]:
    """The files of a document in order."""
    return store.files_of(tx, document_id)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a document's life. `actor` is the name of the person, with "thừa ủy quyền của …" when he acted for
    somebody else, '' when no person did it."""

    at_ms: int
    actor: str
    kind: str
    text: str


def timeline(tx: Tx, document_id: int) -> list[Step]:
    """What happened to the document, oldest first."""
    events: list[Event] = store.events_of(tx, document_id)
    people = {one.actor_id for one in events if one.actor_id is not None}
    names = {actor_id: accounts.get(tx, actor_id).full_name for actor_id in people}
    return [
        Step(one.at_ms, ", ".join(filter(None, (names.get(one.actor_id or 0, ""), one.capacity))), one.kind, one.text)
        for one in events
    ]


def _searchable(fields: Fields, number: int) -> str:
    """What the search looks in: folded, codes also without `&` and with a leading zero to the first nine numbers."""
    code = _NEAR_SIGNS.sub(r"\1", fields.code)
    zero = "0" if len(fields.number) == 1 else ""
    forms = [f"{number}", code, zero + code, zero + code.replace("&", "")]
    texts = (fields.subject, fields.issuer, fields.type_name, fields.signer, fields.recipients, fields.note)
    return fold(" ".join([*dict.fromkeys(forms), *texts]))


def _words(query: str) -> tuple[str, ...]:
    return tuple(fold(_NEAR_SIGNS.sub(r"\1", query)).split()[:_MOST_WORDS])


def _shown(day: str) -> str:
    return "/".join(reversed(day.split("-")))
