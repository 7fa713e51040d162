"""Letters whose texts are made after they were stored: no search and no index ever misses one, on both databases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from mailsvc.mail import letter_search
from mailsvc.mail.letter import Letter, from_bytes, from_spool
from mailsvc.mail.query import parse
from mailsvc.message.scan import scan
from mailsvc.store import accounts, contents, guarding, late_texts, mailboxes, measures, placements, search, verify
from mailsvc.store.blobs import FileBlobs, Spool
from mailsvc.store.engine import Database
from mailsvc.store.placements import NewPlacement
from mailsvc.store.search_texts import body_text
from mailsvc.store.tx import Tx

COUNT = 600
"""More than are made in one go."""


def letter(number: int, *, late: bool) -> Letter:
    made = from_bytes(f"From: Bà Hoà <a@b>\r\nX-So: s{number}\r\nSubject: thu\r\n\r\nHọc bạ w{number}w\r\n".encode())
    return replace(made, content=replace(made.content, text=None)) if late else made


def fill(tx: Tx) -> tuple[int, list[int]]:
    """Every third letter has its text at once; the mailbox, the contents."""
    account = accounts.create(tx, username="an", kind="person", full_name="An")
    box = mailboxes.create(tx, account.id, "INBOX").id
    ids = contents.add_all(tx, [letter(number, late=number % 3 > 0).content for number in range(COUNT)])
    placements.add(tx, box, [NewPlacement(one, 1, number) for number, one in enumerate(ids)])
    return box, ids


def waiting(db: Database) -> int:
    return db.read_now(lambda tx: int(tx.execute(text("SELECT count(*) FROM late_texts")).scalar_one()))


def test_a_search_makes_what_it_needs_and_is_complete(both_db: Database) -> None:
    box, ids = both_db.write_now(fill)
    assert waiting(both_db) == COUNT * 2 // 3
    assert both_db.read_now(search.find, box, "w599w") == {ids[-1]}
    assert waiting(both_db) == 0
    assert both_db.read_now(search.find, box, "hoc ba") == set(ids)
    assert both_db.read_now(search.find, box, "HỌC BẠ", "body") == set(ids)


def test_a_search_for_a_field_without_a_column_too(both_db: Database) -> None:
    box, ids = both_db.write_now(fill)
    assert both_db.read_now(search.find_header, box, "subject", "thu") == set(ids)
    assert waiting(both_db) == COUNT * 2 // 3  # of no use to that one
    assert both_db.read_now(search.find_header, box, "X-So", "s598") == {ids[-2]}
    assert waiting(both_db) == 0


def test_a_search_over_everything_too(both_db: Database) -> None:
    _, ids = both_db.write_now(fill)
    account = both_db.read_now(accounts.by_username, "an")
    assert account is not None
    asked = parse("w331w")
    assert len(both_db.read_now(letter_search.find, account.id, asked, None, 20).places) == 1
    assert waiting(both_db) == 0 and len(ids) == COUNT


def test_an_old_letter_is_found_by_its_sender_while_its_text_waits(both_db: Database) -> None:
    """It lies below the newest, which are looked at without the index."""
    rare = from_bytes(b"From: Rare <rare@b>\r\nSubject: thu\r\n\r\nx\r\n")

    def write(tx: Tx) -> None:
        box, ids = fill(tx)
        placements.add(tx, box, [NewPlacement(one, 1, COUNT + number) for number, one in enumerate(ids)])
        (old,) = contents.add_all(tx, [replace(rare.content, text=None)])
        placements.add(tx, box, [NewPlacement(old, 1, 0)])

    both_db.write_now(write)
    late = waiting(both_db)
    assert len(both_db.read_now(letter_search.find, 1, parse("tu:rare"), None, 20).places) == 1
    assert waiting(both_db) == late  # nothing had to be made for it


def test_in_a_transaction_that_writes_they_are_made_there(both_db: Database) -> None:
    box, ids = both_db.write_now(fill)
    assert both_db.write_now(search.find, box, "w1w") == {ids[1]}
    assert waiting(both_db) == 0


def test_of_other_mailboxes_they_wait_for_the_indexer(both_db: Database) -> None:
    both_db.write_now(fill)
    other = both_db.write_now(lambda tx: mailboxes.create(tx, 1, "Khác").id)
    assert both_db.read_now(search.find, other, "w1w") == set()
    assert waiting(both_db) == COUNT * 2 // 3
    assert both_db.read_now(measures.to_index) > 0
    rounds = 0
    while made := both_db.read_now(late_texts.made):
        both_db.write_now(late_texts.keep, made)
        both_db.write_now(late_texts.keep, made)  # another process has made them as well
        rounds += 1
    assert rounds == 2 and waiting(both_db) == 0
    assert not both_db.read_now(verify.structure)


def test_the_index_does_not_pass_them(both_db: Database) -> None:
    box, ids = both_db.write_now(fill)
    while both_db.write_now(search.index_pending, 100):
        pass
    made = both_db.read_now(late_texts.made, COUNT)
    both_db.write_now(late_texts.keep, made)
    while both_db.write_now(search.index_pending, 100):
        pass
    assert both_db.read_now(measures.to_index) == 0
    for number in (0, 1, 2, 300, 598):
        assert both_db.read_now(search.find, box, f"w{number}w") == {ids[number]}


def test_the_text_is_that_of_a_letter_that_came_alone(both_db: Database) -> None:
    data = "From: a@b\r\nSubject: Đơn\r\n\r\nKính gửi Ông HOÀ\r\n".encode()
    both_db.write_now(contents.add_all, [replace(from_bytes(data).content, text=None)])
    ((content_id, made),) = both_db.read_now(late_texts.made)
    assert made == from_bytes(data).content.text
    both_db.write_now(late_texts.keep, [(content_id, made)])
    assert both_db.read_now(body_text, content_id) == "kính gửi ông hoà\n"


def test_a_letter_in_a_hurry_is_read_whole_where_it_must_be(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.write(letter(1, late=False).data[:])
        late = from_spool(spool, FileBlobs(tmp_path), hurry=True)
    assert late.content.text is None
    assert late.scan == scan(late.data) and "w1w" in late.scan.body_text


def test_what_is_destroyed_is_in_no_text_and_no_index(both_db: Database) -> None:
    box, ids = both_db.write_now(fill)
    for content_id in (ids[1], ids[3]):  # the one has no text yet
        both_db.write_now(guarding.destroy_content, content_id)
    assert both_db.read_now(search.find, box, "") == set(ids) - {ids[1], ids[3]}
    while both_db.write_now(search.index_pending, 100):
        pass
    both_db.write_now(guarding.destroy_content, ids[4])
    query = "SELECT subject, senders, from_mailbox FROM letter_keys WHERE content_id IN (:a, :b, :c)"
    left = both_db.read_now(lambda tx: tx.execute(text(query), {"a": ids[1], "b": ids[3], "c": ids[4]}).all())
    assert [tuple(row) for row in left] == [(None, None, "")] * 3
    if both_db.read_now(lambda tx: tx.is_sqlite):
        match = "SELECT count(*) FROM search_fts WHERE search_fts MATCH :it"
        count = [
            both_db.read_now(lambda tx, it=it: tx.execute(text(match), {"it": f'"{it}"'}).scalar_one())
            for it in ("w1w", "w3w", "w4w", "w5w")
        ]
        assert count == [0, 0, 0, 1]
