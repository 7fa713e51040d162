"""Letting waiting letters go: delivery, the copy in "Đã gửi", the mark on the answered letter and the end of waiting
are one transaction, so that a letter leaves exactly once whatever dies when.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from mailsvc.core.errors import NotFound
from mailsvc.core.log import failure_reference
from mailsvc.mail import access, addresses, drafts, notice, senders, sending
from mailsvc.mail.deliver import NotReady, Ready, deliver_letter, make_ready
from mailsvc.mail.envelope import Outcome
from mailsvc.mail.letter import Letter, from_stored
from mailsvc.mail.office import Office
from mailsvc.mail.writing import ATTACH, FORWARD, WAYS
from mailsvc.store import contents, draft_versions, held_sends, mailboxes, placements, private_flags
from mailsvc.store.bus import Subscription
from mailsvc.store.flags import ANSWERED, SEEN
from mailsvc.store.held_sends import Held
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

REST_SECONDS = 300.0
"""The longest sleep; the wake-up comes from the store when something is to leave sooner."""
AGAIN_MS = 30_000
LONGEST_AGAIN_MS = 3_600_000
_NAMED = 5


async def run(office: Office) -> None:
    """Let letters go when their time has come; until cancelled. Sleeps exactly until the next one."""
    with office.db.bus.subscribe(held_sends.TOPIC) as changed:
        while True:
            await run_due(office)
            await _rest(office, changed)


async def run_due(office: Office) -> int:
    """Let everything go that is due; how many letters left."""
    left = 0
    for held_id in await office.db.read(held_sends.due):
        try:
            left += await release(office, held_id)
        except Exception:
            reference = failure_reference(log, f"held letter {held_id}")
            log.warning("[%s] letter %d is tried again later", reference, held_id)
            await office.db.write(_later, held_id)
    return left


async def _rest(office: Office, changed: Subscription) -> None:
    seconds = REST_SECONDS
    due_ms = await office.db.read(held_sends.next_ms)
    if due_ms is not None:
        seconds = min(seconds, max(0.0, (due_ms - office.clock.now_ms()) / 1000))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()


def _later(tx: Tx, held_id: int) -> None:
    with contextlib.suppress(Exception):
        attempts = held_sends.get(tx, held_id).attempts
        held_sends.postpone(tx, held_id, tx.now_ms + min(AGAIN_MS * 2 ** min(attempts, 10), LONGEST_AGAIN_MS))


async def release(office: Office, held_id: int) -> bool:
    """Let one letter go; False when it was taken back meanwhile, or went back to its writer."""
    found = await office.db.read(_waiting, held_id)
    if found is None:
        return False
    data = await office.db.read(contents.load, office.blobs, found.content_id)
    letter = await office.work(from_stored, data)
    domains = office.settings.organisation.domains
    try:
        return await office.db.write(_release, domains, held_id, letter, None)
    except NotReady as wanted:
        ready = await make_ready(office, sending.envelope_of(found, 0), letter, wanted)
        return await office.db.write(_release, domains, held_id, letter, ready)


def _waiting(tx: Tx, held_id: int) -> Held | None:
    try:
        return held_sends.get(tx, held_id)
    except NotFound:
        return None


def _release(tx: Tx, domains: list[str], held_id: int, letter: Letter, ready: Ready | None) -> bool:
    held = _waiting(tx, held_id)
    if held is None or held.send_ms > tx.now_ms:
        return False
    if not addresses.may_send_as(tx, domains, held.account_id, held.sender):
        _give_back(tx, held, [f"{held.sender}: bạn không còn được gửi bằng địa chỉ này."])
        return False
    envelope = sending.envelope_of(held, tx.now_ms)
    given = ready or Ready()
    told = deliver_letter(tx, domains, envelope, letter, given.case, copies=given.copies, early=ready is None)
    held_sends.remove(tx, held.id)
    if not any(one.ok for one in told):
        _give_back(tx, held, [f"{one.recipient}: {_reason(one)}" for one in told])
        return False
    _keep_copy(tx, held)
    _mark_origin(tx, held)
    draft_versions.forget(tx, held.draft_content_id)
    return True


def _keep_copy(tx: Tx, held: Held) -> None:
    """The copy of what was sent; a full mailbox takes it all the same, for a removed one the person's own does."""
    box = held.sent_mailbox_id
    if not _exists(tx, box):
        box = senders.place(tx, held.account_id, senders.SENT).id
    size = contents.get(tx, held.sent_content_id).size
    placements.add_everywhere(tx, [box], NewPlacement(held.sent_content_id, size, tx.now_ms, SEEN))


def _exists(tx: Tx, mailbox_id: int) -> bool:
    try:
        return bool(mailboxes.get(tx, mailbox_id).selectable)
    except NotFound:
        return False


def _mark_origin(tx: Tx, held: Held) -> None:
    """\\Answered or $Forwarded on the letter it is about, where that still lies and the person may set flags."""
    place = drafts.read_place(held.origin)
    if place is None or held.way not in WAYS or not _exists(tx, place.mailbox_id):
        return
    box = mailboxes.get(tx, place.mailbox_id)
    guest = access.guest(tx, held.account_id, box)
    if guest is not None and "w" not in guest.rights:
        return
    changes = []
    for uid, flags, words in private_flags.rows(tx, guest, box.id, place.uid, place.uid, ("uid", "flags", "keywords")):
        if held.way in (FORWARD, ATTACH):
            changes.append((uid, flags, flags, " ".join(sorted({*words.split(), "$Forwarded"}, key=str.lower))))
        else:
            changes.append((uid, flags, flags | ANSWERED, words))
    private_flags.set_flags(tx, guest, box.id, changes)


def _give_back(tx: Tx, held: Held, reasons: Sequence[str]) -> None:
    """Nobody got it: it is a draft again, and its writer is told why."""
    held_sends.remove(tx, held.id)
    place = drafts.put_back(tx, held.account_id, held.draft_content_id, held.draft_mailbox_id)
    for content_id in {held.content_id, held.sent_content_id}:
        draft_versions.forget(tx, content_id)
    subject = contents.get(tx, held.draft_content_id).subject or "(không có chủ đề)"
    lines = [*reasons[:_NAMED], *([f"… và {len(reasons) - _NAMED} người nữa"] if len(reasons) > _NAMED else [])]
    where = "“Thư nháp” của hộp thư chung" if place.mailbox_id == held.draft_mailbox_id else "“Thư nháp”"
    text = f"Thư “{subject}” chưa gửi được cho ai; thư đã về lại {where}.\n\n" + "\n".join(lines) + "\n"
    notice.tell(tx, [held.account_id], f"Chưa gửi được: {subject}", text)


def _reason(outcome: Outcome) -> str:
    if outcome.enhanced == "5.2.4":
        return "nhóm chưa có ai nhận thư."
    if outcome.code == 550:
        return "không có hộp thư này trong cơ quan."
    return "hộp thư đã đầy." if outcome.code == 452 else outcome.text
