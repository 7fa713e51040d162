"""Intake entries: letters that wait for the register, with their files and what was read out of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import intake_entries, intake_files
from mailsvc.store.tx import Prepared, Tx

WAITING, REGISTERED, DISMISSED, HELD = "waiting", "registered", "dismissed", "held"
PENDING, DONE, FAILED = "pending", "done", "failed"
CHUNK = 500  # values in one IN list


@dataclass(frozen=True, slots=True)
class Entry:
    """An intake entry.

    `channel`: email, forward (a person of the office sent it on), folder (filed by a mail client), hand (a clerk
    pressed "Vào sổ"). `sender_*`, `subject`, `sent_ms`, `original_message_id` are those of the original where the
    letter was forwarded. `proposal` is JSON: `document`, `documents`, `failed` (see documents.extract_job).
    """

    id: int
    org_code: str
    content_id: int
    mailbox_id: int | None
    uid: int | None
    channel: str
    status: str
    mail_class: str
    received_ms: int
    actor_id: int | None
    sender_name: str
    sender_address: str
    subject: str
    sent_ms: int | None
    original_message_id: str
    reason: str
    duplicate_of: int | None
    document_id: int | None
    extract_state: str
    extract_attempts: int
    proposal: str
    code_key: str
    version: int

    @property
    def proposed(self) -> dict[str, Any]:
        """The proposal as a dictionary."""
        value = json.loads(self.proposal or "{}")
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class EntryFile:
    """A file of the letter. `path` is that of message.attachments, `sha256` hexadecimal."""

    position: int
    path: str
    name: str
    content_type: str
    size: int
    sha256: str
    role: str


_COLUMNS = [intake_entries.c[name] for name in Entry.__dataclass_fields__]
_FILE_COLUMNS = [intake_files.c[name] for name in EntryFile.__dataclass_fields__]
_BY_ID = Prepared(select(*_COLUMNS).where(intake_entries.c.id == bindparam("id")))
_OF_CONTENT = Prepared(
    select(*_COLUMNS)
    .where(intake_entries.c.org_code == bindparam("org"), intake_entries.c.content_id == bindparam("content"))
    .order_by(intake_entries.c.id)
)


def add(tx: Tx, values: Mapping[str, Any], files: Sequence[EntryFile]) -> int:
    """Add an entry with its files; its id."""
    entry_id = int(tx.execute(insert(intake_entries).values(dict(values)).returning(intake_entries.c.id)).scalar_one())
    put_files(tx, entry_id, files)
    return entry_id


def get(tx: Tx, entry_id: int) -> Entry:
    """Raises NotFound."""
    row = tx.row(_BY_ID, id=entry_id)
    if row is None:
        raise NotFound("Không có mục chờ vào sổ này.")
    return Entry(*row)


def of_content(tx: Tx, org_code: str, content_id: int) -> list[Entry]:
    """The organisation's entries of that very letter, first opened first."""
    return [Entry(*row) for row in tx.rows(_OF_CONTENT, org=org_code, content=content_id)]


def change(tx: Tx, entry_id: int, values: Mapping[str, Any], *, version: int | None = None) -> bool:
    """Set columns; with `version` only while the entry still has it, and it rises then. False when it was passed."""
    condition: ColumnElement[bool] = intake_entries.c.id == entry_id
    wanted = dict(values)
    if version is not None:
        condition = and_(condition, intake_entries.c.version == version)
        wanted["version"] = intake_entries.c.version + 1
    return tx.execute(update(intake_entries).where(condition).values(wanted)).rowcount > 0


# ---- lists --------------------------------------------------------------------------------------------------
def listing(
    tx: Tx, org_code: str, statuses: Sequence[str], *, limit: int, before: tuple[int, int] | None = None
) -> list[Entry]:
    """Entries by time of receipt, newest first; `before` is (received_ms, id) of the last one shown."""
    received, number = intake_entries.c.received_ms, intake_entries.c.id
    statement = (
        select(*_COLUMNS)
        .where(intake_entries.c.org_code == org_code, intake_entries.c.status.in_(list(statuses)))
        .order_by(received.desc(), number.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(or_(received < before[0], and_(received == before[0], number < before[1])))
    return [Entry(*row) for row in tx.execute(statement)]


def counts(tx: Tx, org_code: str) -> dict[str, int]:
    """How many entries the organisation has in each status."""
    statement = (
        select(intake_entries.c.status, func.count())
        .where(intake_entries.c.org_code == org_code)
        .group_by(intake_entries.c.status)
    )
    return {row[0]: int(row[1]) for row in tx.execute(statement)}


# ---- files --------------------------------------------------------------------------------------------------
def put_files(tx: Tx, entry_id: int, files: Sequence[EntryFile]) -> None:
    """Replace the files of an entry."""
    tx.execute(delete(intake_files).where(intake_files.c.entry_id == entry_id))
    if files:
        rows = [{name: getattr(one, name) for name in EntryFile.__dataclass_fields__} for one in files]
        tx.execute(insert(intake_files), [{"entry_id": entry_id, **row} for row in rows])


def files_of(tx: Tx, entry_id: int) -> list[EntryFile]:
    """The files in the order of the letter."""
    return files_of_each(tx, [entry_id]).get(entry_id, [])


def files_of_each(tx: Tx, entry_ids: Sequence[int]) -> dict[int, list[EntryFile]]:
    """The files of several entries, by entry."""
    found: dict[int, list[EntryFile]] = {}
    for start in range(0, len(entry_ids), CHUNK):
        statement = (
            select(intake_files.c.entry_id, *_FILE_COLUMNS)
            .where(intake_files.c.entry_id.in_(list(entry_ids[start : start + CHUNK])))
            .order_by(intake_files.c.entry_id, intake_files.c.position, intake_files.c.id)
        )
        for row in tx.execute(statement):
            found.setdefault(row[0], []).append(EntryFile(*row[1:]))
    return found


# ---- duplicates ---------------------------------------------------------------------------------------------
def first_with_files(
    tx: Tx, org_code: str, sha256: Sequence[str], roles: Sequence[str], before_id: int | None
) -> Entry | None:
    """The earliest entry, opened before `before_id`, that has one of the files in one of those roles."""
    if not sha256:
        return None
    statement = (
        select(*_COLUMNS)
        .join(intake_files, intake_files.c.entry_id == intake_entries.c.id)
        .where(
            intake_entries.c.org_code == org_code,
            intake_files.c.sha256.in_(list(sha256)[:CHUNK]),
            intake_files.c.role.in_(list(roles)),
        )
    )
    return _earliest(tx, statement, before_id)


def first_with_code(tx: Tx, org_code: str, code_key: str, before_id: int | None) -> Entry | None:
    """The earliest entry, opened before `before_id`, with the same number, notation, issuer and year."""
    if not code_key:
        return None
    statement = select(*_COLUMNS).where(intake_entries.c.org_code == org_code, intake_entries.c.code_key == code_key)
    return _earliest(tx, statement, before_id)


def _earliest(tx: Tx, statement: Any, before_id: int | None) -> Entry | None:
    if before_id is not None:
        statement = statement.where(intake_entries.c.id < before_id)
    row = tx.execute(statement.order_by(intake_entries.c.id).limit(1)).first()
    return None if row is None else Entry(*row)


# ---- work for the reader of files -----------------------------------------------------------------------------
def lease(tx: Tx, until_ms: int, limit: int) -> list[Entry]:
    """Take the next entries whose files have not been read, until that moment; each lease counts as an attempt."""
    statement = (
        select(intake_entries.c.id)
        .where(
            intake_entries.c.extract_state == PENDING,
            intake_entries.c.lease_until_ms <= tx.now_ms,
            intake_entries.c.status.in_([WAITING, REGISTERED]),
        )
        .order_by(intake_entries.c.id)
        .limit(limit)
    )
    ids = list(tx.execute(statement).scalars())
    if not ids:
        return []
    tx.execute(
        update(intake_entries)
        .where(intake_entries.c.id.in_(ids))
        .values(lease_until_ms=until_ms, extract_attempts=intake_entries.c.extract_attempts + 1)
    )
    return [get(tx, entry_id) for entry_id in ids]


def end_leases(tx: Tx) -> None:
    """Let everything that was leased be taken up at once: whoever held it is gone."""
    tx.execute(update(intake_entries).where(intake_entries.c.extract_state == PENDING).values(lease_until_ms=0))


def next_lease_ms(tx: Tx) -> int | None:
    """When the next unread entry may be taken, None when nothing is to be read."""
    statement = select(func.min(intake_entries.c.lease_until_ms)).where(
        intake_entries.c.extract_state == PENDING, intake_entries.c.status.in_([WAITING, REGISTERED])
    )
    value = tx.execute(statement).scalar_one()
    return None if value is None else int(value)


def waiting(tx: Tx, limit: int) -> list[Entry]:
    """What waits for the register or is held, of all organisations, oldest first."""
    statement = (
        select(*_COLUMNS)
        .where(intake_entries.c.status.in_([WAITING, HELD]))
        .order_by(intake_entries.c.received_ms, intake_entries.c.id)
        .limit(limit)
    )
    return [Entry(*row) for row in tx.execute(statement)]
