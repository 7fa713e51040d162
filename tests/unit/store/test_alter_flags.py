"""Flags altered by ranges equal flags set one by one."""

from __future__ import annotations

import random

from mailsvc.mail import letter
from mailsvc.store import accounts, contents, mailboxes, placements
from mailsvc.store.engine import Database
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx


def _content(tx: Tx) -> int:

    return contents.add(tx, letter.from_bytes(b"Subject: x\r\n\r\n").content)


def _mailbox(tx: Tx) -> int:
    account = accounts.create(tx, username="an", kind="person", full_name="An")
    box = mailboxes.create(tx, account.id, "INBOX")
    content_id, chance = _content(tx), random.Random(3)
    placements.add(tx, box.id, [NewPlacement(content_id, 14, 0, chance.randrange(32)) for _ in range(60)])
    return box.id


def test_alter_flags(both_db: Database) -> None:
    box_id = both_db.write_now(_mailbox)
    chance = random.Random(5)
    for _ in range(40):
        low, high = sorted((chance.randint(1, 60), chance.randint(1, 60)))
        added, removed = (chance.randrange(32), 0) if chance.random() < 0.5 else (0, chance.randrange(32))
        before = both_db.read_now(placements.rows, box_id, 1, 99, ("uid", "flags", "modseq"))
        modseq = both_db.write_now(placements.alter_flags, box_id, [(low, high)], added, removed)
        box = both_db.read_now(mailboxes.get, box_id)
        after = both_db.read_now(placements.rows, box_id, 1, 99, ("uid", "flags", "modseq"))
        wanted = []
        for uid, flags, at in before:
            new = (flags | added) & ~removed if low <= uid <= high else flags
            wanted.append((uid, new, modseq if new != flags else at))
        assert after == wanted
        assert box.unseen == sum(1 for _, flags, _ in after if not flags & 1)
        assert modseq in (0, box.modseq)
