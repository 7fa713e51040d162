"""Does the store hold together? Rows against blobs, counters against rows, UIDs against their mailboxes.

Every finding is one line of text; an empty list means that all is well. Nothing is changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import text

from mailsvc.core.errors import NotFound
from mailsvc.store import contents
from mailsvc.store.blobs import Blobs
from mailsvc.store.tx import Tx

_CHECKS = {
    "mailbox {0}: UIDNEXT {1} is not above its highest UID {2}": (
        "SELECT m.id, m.uidnext, max(p.uid) FROM mailboxes m JOIN placements p ON p.mailbox_id = m.id "
        "GROUP BY m.id, m.uidnext HAVING max(p.uid) >= m.uidnext"
    ),
    "mailbox {0}: UIDNEXT {1} is not above its expunged UID {2}": (
        "SELECT m.id, m.uidnext, max(e.uid) FROM mailboxes m JOIN expunged e ON e.mailbox_id = m.id "
        "GROUP BY m.id, m.uidnext HAVING max(e.uid) >= m.uidnext"
    ),
    "mailbox {0}: UID {1} is both there and expunged": (
        "SELECT p.mailbox_id, p.uid FROM placements p JOIN expunged e ON e.mailbox_id = p.mailbox_id AND e.uid = p.uid"
    ),
    "mailbox {0}: a placement's mod-sequence {2} is above the mailbox's {1}": (
        "SELECT m.id, m.modseq, max(p.modseq) FROM mailboxes m JOIN placements p ON p.mailbox_id = m.id "
        "GROUP BY m.id, m.modseq HAVING max(p.modseq) > m.modseq"
    ),
    "mailbox {0}: counters say {1} messages, {2} unseen, {3} bytes, rows say {4}, {5}, {6}": (
        "SELECT * FROM (SELECT m.id, m.messages, m.unseen, m.size, count(p.uid) AS c, "
        "coalesce(sum(1 - (p.flags & 1)), 0) AS u, coalesce(sum(p.size), 0) AS s "
        "FROM mailboxes m LEFT JOIN placements p ON p.mailbox_id = m.id "
        "GROUP BY m.id, m.messages, m.unseen, m.size) AS counted "
        "WHERE counted.c <> counted.messages OR counted.u <> counted.unseen OR counted.s <> counted.size"
    ),
    "account {0}: uses {1} bytes, its mailboxes hold {2}": (
        "SELECT * FROM (SELECT a.id, a.used_bytes, coalesce(sum(m.size), 0) AS s FROM accounts a "
        "LEFT JOIN mailboxes m ON m.account_id = a.id GROUP BY a.id, a.used_bytes) AS used "
        "WHERE used.s <> used.used_bytes"
    ),
    "mailbox {0}: UIDVALIDITY {1} is used twice": (
        "SELECT min(id), uidvalidity FROM mailboxes GROUP BY uidvalidity HAVING count(*) > 1"
    ),
    "mailbox {0}: account {1} has flags of its own on UID {2}, which is not there": (
        "SELECT f.mailbox_id, f.account_id, f.uid FROM private_flags f "
        "LEFT JOIN placements p ON p.mailbox_id = f.mailbox_id AND p.uid = f.uid WHERE p.uid IS NULL"
    ),
    "mailbox {0}: the mod-sequence {2} of somebody's own flags is above the mailbox's {1}": (
        "SELECT m.id, m.modseq, max(f.modseq) FROM mailboxes m JOIN private_flags f ON f.mailbox_id = m.id "
        "GROUP BY m.id, m.modseq HAVING max(f.modseq) > m.modseq"
    ),
    "annotation {1} of mailbox {0}: there is no such mailbox": (
        "SELECT n.mailbox_id, n.entry FROM notes n LEFT JOIN mailboxes m ON m.id = n.mailbox_id "
        "WHERE n.mailbox_id <> 0 AND m.id IS NULL"
    ),
    "content {0}: has no text row": (
        "SELECT c.id FROM contents c LEFT JOIN search_texts s ON s.content_id = c.id "
        "LEFT JOIN late_texts l ON l.content_id = c.id WHERE s.content_id IS NULL AND l.content_id IS NULL"
    ),
    "content {0}: has no row to sort it by": (
        "SELECT c.id FROM contents c LEFT JOIN letter_keys k ON k.content_id = c.id WHERE k.content_id IS NULL"
    ),
    "document {0}: stands in the register of incoming documents and nowhere else": (
        "SELECT d.id FROM documents d LEFT JOIN flows f ON f.document_id = d.id "
        "WHERE d.direction = 'in' AND f.document_id IS NULL"
    ),
    "document {0}: is under way and nobody is in charge": (
        "SELECT f.document_id FROM flows f WHERE f.state = 'directed' AND NOT EXISTS (SELECT 1 FROM transfers t "
        "WHERE t.document_id = f.document_id AND t.role = 'lead' AND t.is_open = 1)"
    ),
    "document {0}: is closed and transfer {1} is not": (
        "SELECT f.document_id, t.id FROM flows f JOIN transfers t ON t.document_id = f.document_id "
        "WHERE f.state IN ('done', 'filed') AND t.is_open = 1 AND t.role <> 'inform'"
    ),
    "document {0}: transfers {1} and {2} are both in charge": (
        "SELECT a.document_id, a.id, b.id FROM transfers a JOIN transfers b ON b.document_id = a.document_id "
        "AND b.id > a.id AND coalesce(b.parent_id, 0) = coalesce(a.parent_id, 0) "
        "WHERE a.role = 'lead' AND b.role = 'lead' AND a.is_open = 1 AND b.is_open = 1"
    ),
    "transfer {0}: is open and it is nobody's turn": (
        "SELECT id FROM transfers WHERE is_open = 1 AND holder_id IS NULL"
    ),
}


def structure(tx: Tx) -> list[str]:
    """Findings from the database alone."""
    findings = [form.format(*row) for form, query in _CHECKS.items() for row in tx.execute(text(query))]
    if tx.is_sqlite:
        findings += [f"SQLite: {row[0]}" for row in tx.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
        findings += [f"foreign key: {tuple(row)}" for row in tx.execute(text("PRAGMA foreign_key_check"))]
    return findings


def bytes_of_contents(tx: Tx, blobs: Blobs, *, deep: bool) -> list[str]:
    """Findings about the bytes: every content has them, of the right size and, with `deep`, the right SHA-256."""
    return list(_wrong_contents(tx, blobs, deep))


def _wrong_contents(tx: Tx, blobs: Blobs, deep: bool) -> Iterator[str]:
    rows = tx.execute(
        text(
            "SELECT c.id, c.digest, c.size, length(b.data) FROM contents c "
            "LEFT JOIN content_bytes b ON b.content_id = c.id WHERE c.purged_ms IS NULL ORDER BY c.id"
        )
    ).all()
    for content_id, digest, size, inline in rows:
        found = inline if inline is not None else blobs.size(bytes(digest))
        if found is None:
            yield f"content {content_id}: blob {bytes(digest).hex()} is missing"
        elif found != size:
            yield f"content {content_id}: {found} bytes are stored, {size} were received"
        elif deep and not _is_whole(tx, blobs, content_id, bytes(digest)):
            yield f"content {content_id}: its bytes do not have the SHA-256 they had"


def _is_whole(tx: Tx, blobs: Blobs, content_id: int, digest: bytes) -> bool:
    try:
        return hashlib.sha256(contents.load(tx, blobs, content_id)).digest() == digest
    except NotFound:
        return False


def orphans(tx: Tx, blobs: Blobs) -> list[bytes]:
    """Digests of blobs that no content names: left by a crash, harmless."""
    known = {bytes(row[0]) for row in tx.execute(text("SELECT digest FROM contents"))}
    return sorted(digest for digest, _ in blobs.digests() if digest not in known)
