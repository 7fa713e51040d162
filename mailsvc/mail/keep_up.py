"""After an upgrade: what a newer release reads at arrival is read from the letters that are already there."""

from __future__ import annotations

import logging

from mailsvc.core.errors import NotFound
from mailsvc.message.scan import scan
from mailsvc.store import contents, letter_keys
from mailsvc.store.blobs import Blobs
from mailsvc.store.engine import Database
from mailsvc.store.search_texts import searchable
from mailsvc.store.tx import Tx

log = logging.getLogger("mailsvc.mail")
BATCH = 200


def fill_letter_keys(db: Database, blobs: Blobs) -> int:
    """Make the rows that letters of an older release lack; how many. To be called before anybody is served."""
    count = 0
    while wanted := db.read_now(letter_keys.lacking, BATCH):
        count += db.write_now(_fill, blobs, wanted)
        log.info("letters of the older release: %d read again", count)
    if count:
        db.write_now(letter_keys.filled)
    return count


def _fill(tx: Tx, blobs: Blobs, wanted: list[int]) -> int:
    letter_keys.add_each(tx, [(content_id, _keys(tx, blobs, content_id)) for content_id in wanted])
    return len(wanted)


def _keys(tx: Tx, blobs: Blobs, content_id: int) -> letter_keys.LetterKeys:
    """Read from the header alone. A letter whose bytes cannot be read sorts as an empty one."""
    try:
        header = bytes(contents.load(tx, blobs, content_id)[: contents.get(tx, content_id).header_end])
    except NotFound:
        header = b""
    found = scan(header)
    return letter_keys.keys_of(found.sorting, found.sent_ms, searchable(found.head_text, ""))
