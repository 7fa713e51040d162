"""Which letters a form means: those ticked, their whole conversations, or everything that a folder or search holds."""

from __future__ import annotations

import re

from mailsvc.core.errors import Invalid
from mailsvc.http.visits import Visit
from mailsvc.mail import bulk, letter_search, query
from mailsvc.mail.bulk import Chosen
from mailsvc.store.conversation_pages import HIGHEST
from mailsvc.store.tx import Tx

MOST_TICKED = 1000
_CODE = re.compile(r"(\d{1,15})-(\d{1,15})", re.ASCII)


async def chosen(visit: Visit, mailbox_id: int | None, only: str = "") -> Chosen:
    """The letters of the form. `only`: the one row whose own button was pressed. Raises NotFound, Invalid."""
    ticked = _ticked(visit, mailbox_id, only)
    account_id = visit.who.account.id
    if visit.form.get("tat-ca") and not only:
        words, below = visit.field("tim", 500), visit.field("moc", 15)
        found = await visit.office.db.read(_all, account_id, mailbox_id, words, _whole(below) or HIGHEST)
        return {box: uids for box, uids in found.items() if uids}
    if visit.form.get("chuoi") and ticked:
        return await visit.office.db.read(bulk.whole_conversations, account_id, ticked)
    return ticked


def _ticked(visit: Visit, mailbox_id: int | None, only: str) -> Chosen:
    found: dict[int, set[int]] = {}
    codes = [only] if only else [str(one) for one in visit.form.getlist("thu")]
    for code in codes[:MOST_TICKED]:
        parts = _CODE.fullmatch(code)
        if parts is None:
            raise Invalid("Không rõ thư nào được chọn; chưa có gì được ghi. Xin mở lại trang.")
        found.setdefault(int(parts[1]), set()).add(int(parts[2]))
    if mailbox_id is not None and not only:
        uids = {uid for one in visit.form.getlist("uid")[:MOST_TICKED] if (uid := _whole(str(one)))}
        if uids:
            found.setdefault(mailbox_id, set()).update(uids)
    return {box: sorted(uids) for box, uids in found.items()}


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _all(tx: Tx, account_id: int, mailbox_id: int | None, words: str, below: int) -> Chosen:
    """Everything in the folder that the query finds; without a query, everything below that UID."""
    if mailbox_id is not None and not words:
        return bulk.everything(tx, account_id, mailbox_id, below)
    asked, most = query.parse(words), 10_000_000
    if mailbox_id is not None:
        bulk.box_for(tx, account_id, mailbox_id)
        found = letter_search.find_in(tx, account_id, mailbox_id, asked, None, most)
    else:
        found = letter_search.find(tx, account_id, asked, None, most)
    chosen: Chosen = {}
    for seen, uid in found.places:
        chosen.setdefault(seen.mailbox.id, []).append(uid)
    return chosen
