"""The mail face of the register: keywords on the letter, so that clerks see in their mail client what is entered."""

from __future__ import annotations

from mailsvc.core.errors import NotFound
from mailsvc.store import intake, mailboxes, placements
from mailsvc.store.documents import Document
from mailsvc.store.flags import split_flags
from mailsvc.store.intake import Entry
from mailsvc.store.tx import Tx

REGISTERED = "$VaoSo"
NUMBER = "SoDen"


def show_number(tx: Tx, entry: Entry, document: Document) -> None:
    """Put `$VaoSo` and `SoDen-123-2026` on the letter wherever the clerks have it."""
    owners = _clerks_accounts(tx, entry)
    wanted = [REGISTERED, f"{NUMBER}-{document.arrival_number}-{document.year}"]
    for mailbox_id, uid, flags, keywords in placements.of_content(tx, entry.content_id, owners):
        new = " ".join(split_flags([*keywords.split(), *wanted])[1])
        if new != keywords:
            placements.set_flags(tx, mailbox_id, [(uid, flags, flags, new)])


def _clerks_accounts(tx: Tx, entry: Entry) -> list[int]:
    """Whose mailboxes fed the register with this letter."""
    owners = set()
    for one in intake.of_content(tx, entry.org_code, entry.content_id):
        try:
            owners.add(mailboxes.get(tx, one.mailbox_id or 0).account_id)
        except NotFound:  # the mailbox was deleted meanwhile
            continue
    return sorted(owners)
