"""Where the page of an incoming document is: at its number in the register, an address that can be passed on, for
everybody of its organisation; by its own number for who got it from elsewhere."""

from __future__ import annotations

from mailsvc.core.errors import NotFound
from mailsvc.documents import clerks
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx


def place(tx: Tx, account_id: int, document: Document) -> str:
    """The address for the person."""
    try:
        own = clerks.organisation_of(tx, account_id)
    except NotFound:
        own = ""
    in_register = f"/van-ban-den/{document.year}/{document.arrival_number}"
    return in_register if own == document.org_code else f"/xu-ly/{document.id}"
