"""Letters of an older release get their rows when the office opens."""

from __future__ import annotations

from sqlalchemy import text

from mailsvc.mail import keep_up
from mailsvc.mail.letter import from_bytes, from_spool
from mailsvc.mail.office import Office
from mailsvc.store import contents, letter_keys, meta
from mailsvc.store.blobs import Spool
from mailsvc.store.tx import Tx

SMALL = "Subject: Re: Báo cáo\r\nFrom: Bình <binh@x>\r\nDate: 1 Jan 2024 10:00 +0700\r\n\r\nxin chào\r\n".encode()


def rows(tx: Tx) -> list[tuple[object, ...]]:
    return [tuple(row) for row in tx.execute(text("SELECT * FROM letter_keys ORDER BY content_id"))]


def forget(tx: Tx) -> None:
    """As the migration leaves an older release's letters."""
    tx.execute(text("DELETE FROM letter_keys"))
    meta.set_int(tx, letter_keys.TO_FILL, tx.execute(text("SELECT max(id) FROM contents")).scalar_one())


def test_rows_of_older_letters_are_made(office: Office) -> None:
    for number in range(250):
        office.db.write_now(contents.add, from_bytes(SMALL + b"%d" % number).content)
    with Spool(office.spool_folder, 10) as spool:
        spool.write(SMALL + b"in a file")
        office.db.write_now(contents.add, from_spool(spool, office.blobs).content)
    before = office.db.read_now(rows)
    assert len(before) == 251
    office.db.write_now(forget)
    assert keep_up.fill_letter_keys(office.db, office.blobs) == 251
    assert office.db.read_now(rows) == before
    assert keep_up.fill_letter_keys(office.db, office.blobs) == 0
