"""Reads the files of new entries: proposed fields, the role of each file, duplicates, marks of secrecy.

Work is rows with a lease: a crash costs one attempt, never an entry. Strangers' files are read outside transactions in
children that can be killed (documents.extraction.worker). An entry is usable before and without all this.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import Any

from mailsvc.core.errors import Busy
from mailsvc.documents import history, holding
from mailsvc.documents import intake as acts
from mailsvc.documents.case import plain
from mailsvc.documents.findings import Findings, read_letter
from mailsvc.mail.office import Office
from mailsvc.store import audit, contents, intake
from mailsvc.store.intake import DISMISSED, DONE, FAILED, PENDING, WAITING, Entry
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

ATTEMPTS = 3
LEASE_MS = 180_000  # longer than the slowest letter takes; after that another process takes the entry up
PAUSE_MS = 20_000  # before the next attempt, times the attempts so far
BATCH = 2  # letters at once; there are as many reading children
IDLE_SECONDS = 60.0
INSISTED = (acts.HAND, acts.FOLDER, acts.SCAN)  # a person says that this letter belongs into the register


async def run(office: Office) -> None:
    """Read what waits, then wait for the next wake-up or the end of a lease; until cancelled."""
    await office.db.write(intake.end_leases)  # those of an earlier life of this process
    with office.db.bus.subscribe(("intake", 0)) as news:
        while True:
            if await work_once(office):
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(await _rest(office)):
                    await news.wait()


async def work_once(office: Office) -> int:
    """Read the next entries; how many were taken. To be called again until it gives 0."""
    due = await office.db.read(intake.next_lease_ms)
    if due is None or due > office.clock.now_ms():
        return 0
    entries = await office.db.write(_lease)
    async with asyncio.TaskGroup() as group:
        for entry in entries:
            group.create_task(_read(office, entry))
    return len(entries)


async def _rest(office: Office) -> float:
    """Seconds until an entry may be taken up again."""
    due = await office.db.read(intake.next_lease_ms)
    if due is None:
        return IDLE_SECONDS
    return min(IDLE_SECONDS, max(0.05, (due - office.clock.now_ms()) / 1000))


def _lease(tx: Tx) -> list[Entry]:
    return intake.lease(tx, tx.now_ms + LEASE_MS, BATCH)


async def _read(office: Office, entry: Entry) -> None:
    if entry.extract_attempts > ATTEMPTS:
        await office.db.write(_give_up, entry, "việc đọc tệp bị ngắt giữa chừng nhiều lần")
        return
    try:
        data = await office.db.read(contents.load, office.blobs, entry.content_id)
        findings = await office.work(read_letter, data, insisted=entry.channel in INSISTED, released=released(entry))
        await office.db.write(_finish, entry, findings)
    except Busy:
        await office.db.write(_wait_for_readers, entry)
    except Exception as error:  # whatever a letter does to us, the next one is read
        log.exception("intake %d: files not read, attempt %d", entry.id, entry.extract_attempts)
        if entry.extract_attempts >= ATTEMPTS:
            await office.db.write(_give_up, entry, f"không đọc được tệp ({type(error).__name__})")
        else:
            await office.db.write(_put_back, entry)


def released(entry: Entry) -> bool:
    """A person has looked at the letter and let it go on in spite of a mark of secrecy."""
    return bool(entry.proposed.get("released"))


# ---- outcomes -----------------------------------------------------------------------------------------------
def _finish(tx: Tx, leased: Entry, findings: Findings) -> None:
    """Write down what was found, unless somebody else has taken the entry up meanwhile."""
    entry = intake.get(tx, leased.id)
    if entry.extract_state != PENDING or entry.extract_attempts != leased.extract_attempts:
        return
    if findings.case.held:
        _hold(tx, entry, findings) if entry.status == WAITING else _raise_alarm(tx, entry, findings)
    elif not findings.case.opens and entry.status == WAITING and entry.version == 1 and entry.channel not in INSISTED:
        _withdraw(tx, entry, findings)
    else:
        _propose(tx, entry, findings)
    tx.wake("intake")


def _propose(tx: Tx, entry: Entry, findings: Findings) -> None:
    values: dict[str, Any] = {
        "extract_state": DONE,
        "lease_until_ms": 0,
        "mail_class": findings.case.mail_class,
        "proposal": _proposal(entry, **_documents(findings)),
        "code_key": findings.code_key,
        "duplicate_of": _first(tx, entry, findings),
    }
    if entry.channel == acts.HAND or not entry.subject:  # opened by hand or released: not yet looked at
        values |= _origin(findings)
    intake.change(tx, entry.id, values)
    intake.put_files(tx, entry.id, findings.case.files)


def _documents(findings: Findings) -> dict[str, Any]:
    """`document`, and `documents` when there are several."""
    found: dict[str, Any] = {"document": findings.document}
    return found | ({"documents": list(findings.documents)} if len(findings.documents) > 1 else {})


def _origin(findings: Findings) -> dict[str, Any]:
    case = findings.case
    return {
        "sender_name": case.sender_name,
        "sender_address": case.sender_address,
        "subject": case.subject,
        "sent_ms": case.sent_ms,
        "original_message_id": case.message_id,
    }


def _first(tx: Tx, entry: Entry, findings: Findings) -> int | None:
    """The first entry that brought this letter, these files or this document."""
    same = [one for one in intake.of_content(tx, entry.org_code, entry.content_id) if one.id < entry.id]
    first = (
        next(iter(same), None)
        or acts.same_files(tx, entry.org_code, findings.case.files, before_id=entry.id)
        or intake.first_with_code(tx, entry.org_code, findings.code_key, before_id=entry.id)
    )
    return None if first is None else acts.root(first)


def _hold(tx: Tx, entry: Entry, findings: Findings) -> None:
    """A mark of secrecy was found in a file: nothing of it stays here, a person decides."""
    values = acts.case_values(findings.case) | {"extract_state": DONE, "lease_until_ms": 0, "proposal": "{}"}
    intake.change(tx, entry.id, values, version=entry.version)
    intake.put_files(tx, entry.id, ())
    audit.record(tx, None, "intake.hold", f"intake/{entry.id}")
    acts.keep_back(tx, intake.get(tx, entry.id), findings.case.reason)


def _raise_alarm(tx: Tx, entry: Entry, findings: Findings) -> None:
    """The mark was found after the letter had been registered: that stands, and everybody who looks is told."""
    intake.change(tx, entry.id, {"extract_state": DONE, "lease_until_ms": 0})
    audit.record(tx, None, "intake.alarm", f"intake/{entry.id}", document=entry.document_id)
    if entry.document_id is not None:
        words = f"Tệp có thể mang dấu độ mật ({findings.case.reason}); xin kiểm tra ngay."
        history.note(tx, None, entry.document_id, "alarm", words)
        thing = f"document/{entry.document_id}"
        holding.hold(tx, None, entry.org_code, thing, findings.case.reason, "văn bản đã vào sổ", entry.content_id)


def _withdraw(tx: Tx, entry: Entry, findings: Findings) -> None:
    """No file turned out to be a document: an ordinary letter. A clerk may bring it back."""
    values = {
        "status": DISMISSED,
        "reason": "Đọc tệp không thấy văn bản.",
        "mail_class": findings.case.mail_class,
        "extract_state": DONE,
        "lease_until_ms": 0,
    }
    intake.change(tx, entry.id, values, version=entry.version)
    intake.put_files(tx, entry.id, findings.case.files)
    audit.record(tx, None, "intake.withdraw", f"intake/{entry.id}", mail_class=findings.case.mail_class)


def _put_back(tx: Tx, entry: Entry) -> None:
    intake.change(tx, entry.id, {"lease_until_ms": tx.now_ms + PAUSE_MS * entry.extract_attempts})


def _wait_for_readers(tx: Tx, entry: Entry) -> None:
    """All readers were busy: no fault of the letter, so no attempt of its own."""
    values = {"lease_until_ms": tx.now_ms + PAUSE_MS, "extract_attempts": entry.extract_attempts - 1}
    intake.change(tx, entry.id, values)


def _give_up(tx: Tx, entry: Entry, reason: str) -> None:
    values = {"extract_state": FAILED, "lease_until_ms": 0, "proposal": _proposal(entry, failed=reason)}
    intake.change(tx, entry.id, values)
    audit.record(tx, None, "intake.unread", f"intake/{entry.id}", reason=reason)
    tx.wake("intake")


def _proposal(entry: Entry, **found: Any) -> str:
    """The proposal as stored; a release and remarks on the scan stay noted."""
    kept = {name: entry.proposed[name] for name in ("released", "scan") if entry.proposed.get(name)}
    return plain(json.dumps(kept | found, ensure_ascii=False))
