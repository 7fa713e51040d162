"""Placements on both kinds of database: UIDs, mod-sequences, counters, quota, search."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mailsvc.core.errors import OverQuota
from mailsvc.mail.letter import from_bytes
from mailsvc.store import accounts, contents, mailboxes, meta, placements, search, verify
from mailsvc.store.engine import Database
from mailsvc.store.flags import DELETED, FLAGGED, SEEN
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

MESSAGE = (
    "From: Trần Thị Bình <binh@example.test>\r\nTo: an@example.test\r\nSubject: Chương trình {0}\r\n"
    "Message-ID: <m{0}@example.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "Nội dung khuyến mãi số {0}, đường Nguyễn Huệ.\r\n"
)


def letter(number: int) -> contents.NewContent:
    return from_bytes(MESSAGE.format(number).encode()).content


def account_with_inbox(tx: Tx, username: str = "an", quota: int = 0) -> mailboxes.Mailbox:
    account = accounts.create(tx, username=username, kind="person", full_name="An", quota_bytes=quota)
    return mailboxes.create(tx, account.id, "INBOX")


def put(tx: Tx, mailbox_id: int, number: int, flags: int = 0) -> int:
    new = letter(number)
    return placements.add(tx, mailbox_id, [NewPlacement(contents.add(tx, new), new.size, tx.now_ms, flags)])[0]


def test_uids_rise_and_are_not_used_again(both_db: Database) -> None:
    box = both_db.write_now(account_with_inbox)
    assert [both_db.write_now(put, box.id, n) for n in range(3)] == [1, 2, 3]
    gone, _ = both_db.write_now(placements.expunge, box.id, [2, 3, 99])
    assert gone == [2, 3]
    assert both_db.write_now(put, box.id, 9) == 4
    assert both_db.read_now(placements.uids, box.id) == [1, 4]
    assert both_db.read_now(verify.structure) == []


def test_parallel_deliveries_take_each_uid_once(both_db: Database) -> None:
    box = both_db.write_now(account_with_inbox)
    with ThreadPoolExecutor(10) as pool:
        uids = list(pool.map(lambda n: both_db.write_now(put, box.id, n), range(100)))
    assert sorted(uids) == list(range(1, 101))
    assert both_db.read_now(mailboxes.get, box.id).messages == 100
    assert both_db.read_now(verify.structure) == []


def test_same_bytes_are_stored_once(both_db: Database) -> None:
    box = both_db.write_now(account_with_inbox)
    other = both_db.write_now(account_with_inbox, "binh")
    both_db.write_now(put, box.id, 1)
    both_db.write_now(put, other.id, 1)
    rows = [both_db.read_now(placements.rows, one, 1, 1, ("uid", "content_id")) for one in (box.id, other.id)]
    assert rows[0] == rows[1]


def test_flag_changes_raise_the_modseq_and_keep_the_counters(both_db: Database) -> None:
    box = both_db.write_now(account_with_inbox)
    for n in range(3):
        both_db.write_now(put, box.id, n)
    before = both_db.read_now(mailboxes.get, box.id).modseq
    modseq = both_db.write_now(placements.set_flags, box.id, [(1, 0, SEEN, ""), (2, 0, FLAGGED, "$Label1")])
    assert modseq == before + 1
    changed = both_db.read_now(placements.changed_since, box.id, before)
    assert [(row[0], row[1], row[2]) for row in changed] == [(1, SEEN, ""), (2, FLAGGED, "$Label1")]
    assert both_db.read_now(mailboxes.get, box.id).unseen == 2
    both_db.write_now(placements.set_flags, box.id, [(3, 0, DELETED, "")])
    assert both_db.read_now(mailboxes.deleted_count, box.id) == 1
    assert both_db.read_now(verify.structure) == []


def test_expunges_are_remembered_with_their_modseq(both_db: Database) -> None:
    box = both_db.write_now(account_with_inbox)
    for n in range(4):
        both_db.write_now(put, box.id, n)
    start = both_db.read_now(mailboxes.get, box.id).modseq
    both_db.write_now(placements.expunge, box.id, [2])
    middle = both_db.read_now(mailboxes.get, box.id).modseq
    both_db.write_now(placements.expunge, box.id, [4])
    assert both_db.read_now(placements.expunged_since, box.id, start) == [2, 4]
    assert both_db.read_now(placements.expunged_since, box.id, middle) == [4]


def test_a_full_mailbox_takes_nothing(both_db: Database) -> None:
    box = both_db.write_now(account_with_inbox, "day", 300)
    both_db.write_now(put, box.id, 1)
    with pytest.raises(OverQuota):
        both_db.write_now(put, box.id, 2)
    assert both_db.read_now(placements.uids, box.id) == [1]
    assert both_db.read_now(verify.structure) == []


def test_one_letter_to_many_mailboxes(both_db: Database) -> None:
    boxes = [both_db.write_now(account_with_inbox, f"user{n}").id for n in range(620)]

    def fan_out(tx: Tx) -> dict[int, int]:
        new = letter(1)
        return placements.add_everywhere(tx, boxes, NewPlacement(contents.add(tx, new), new.size, tx.now_ms))

    assert both_db.write_now(fan_out) == dict.fromkeys(boxes, 1)
    assert both_db.read_now(verify.structure) == []


@pytest.mark.parametrize("indexed", [0, 20, 1000])
@pytest.mark.parametrize(
    ("needle", "expected"),
    [
        ("khuyen mai", 40),
        ("khuyến mãi", 40),
        ("khuyên mai", 0),
        ("duong nguyen", 40),
        ("số 17,", 1),
        ("17", 1),
        ("x", 40),
        ("không có", 0),
        ("%", 0),
        ('"quote"', 0),
    ],
)
def test_search_finds_what_a_substring_search_finds(
    both_db: Database, needle: str, expected: int, indexed: int
) -> None:
    box = both_db.write_now(account_with_inbox)
    both_db.write_now(lambda tx: [put(tx, box.id, 100 + n if n != 17 else 17) for n in range(40)])
    both_db.write_now(search.index_pending, indexed)
    assert len(both_db.read_now(search.find, box.id, needle)) == expected


def test_search_in_one_header(both_db: Database) -> None:
    box = both_db.write_now(account_with_inbox)
    both_db.write_now(put, box.id, 5)
    both_db.write_now(search.index_pending, 10)
    assert len(both_db.read_now(search.find_header, box.id, "Subject", "chuong trinh 5")) == 1
    assert both_db.read_now(search.find_header, box.id, "From", "chuong trinh 5") == set()
    assert len(both_db.read_now(search.find_header, box.id, "from", "Trần Thị")) == 1
    assert len(both_db.read_now(search.find_header, box.id, "to", "")) == 1
    assert both_db.read_now(search.find_header, box.id, "x-none", "") == set()


def test_uidvalidity_never_comes_back(both_db: Database) -> None:
    box = both_db.write_now(account_with_inbox)
    both_db.write_now(lambda tx: mailboxes.remove(tx, box))
    again = both_db.write_now(mailboxes.create, box.account_id, "INBOX")
    assert again.uidvalidity > box.uidvalidity


def test_rising_numbers_rise(both_db: Database) -> None:
    assert [both_db.write_now(meta.rising, "n", 5) for _ in range(3)] == [5, 6, 7]
    assert both_db.write_now(meta.rising, "n", 100) == 100
