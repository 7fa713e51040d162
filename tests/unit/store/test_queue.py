"""Leases on outgoing rows, on both databases: nothing is lost, nobody works on what another holds."""

from __future__ import annotations

import threading

from mailsvc.core.clock import FixedClock
from mailsvc.mail.letter import from_bytes
from mailsvc.store import contents, queue
from mailsvc.store.engine import Database
from mailsvc.store.queue import Counts, NewRow
from mailsvc.store.tx import Tx


def _letter(tx: Tx, number: int) -> int:
    return contents.add(tx, from_bytes(f"Subject: {number}\r\n\r\nx\r\n".encode()).content)


def add(db: Database, *addresses: str, number: int = 1, sender: str = "an@here.example") -> int:
    """Queue letter `number` for the addresses; its content id."""

    def fill(tx: Tx) -> int:
        content_id = _letter(tx, number)
        queue.add(tx, [NewRow(content_id, sender, one, one.rpartition("@")[2]) for one in addresses])
        return content_id

    return db.write_now(fill)


def lease(
    db: Database, owner: str = "one", domain: str | None = None, most: int = 100, last_ms: int = 1000
) -> list[str]:
    until_ms = db.clock.now_ms() + last_ms
    return [row.recipient for row in db.write_now(queue.lease, owner, until_ms, domain, most)]


def test_recipients_of_one_letter_and_domain_travel_together(both_db: Database) -> None:
    add(both_db, "a@x.example", "b@y.example", "c@x.example")
    add(both_db, "a@x.example", number=2)
    assert sorted(both_db.read_now(queue.due_domains)) == [("x.example", 2), ("y.example", 1)]
    assert lease(both_db, domain="x.example") == ["a@x.example", "c@x.example"]
    assert lease(both_db, domain="x.example") == ["a@x.example"]
    assert lease(both_db, domain="x.example") == []
    assert both_db.read_now(queue.due_domains) == [("y.example", 1)]


def test_over_a_smarthost_all_domains_travel_together(both_db: Database) -> None:
    add(both_db, "a@x.example", "b@y.example", "c@z.example")
    assert lease(both_db, most=2) == ["a@x.example", "b@y.example"]
    assert lease(both_db, most=2) == ["c@z.example"]


def test_different_senders_never_share_a_transaction(both_db: Database) -> None:
    add(both_db, "a@x.example")
    add(both_db, "b@x.example", sender="")
    assert lease(both_db) == ["a@x.example"]
    assert lease(both_db) == ["b@x.example"]


def test_a_lease_ends(both_db: Database, clock: FixedClock) -> None:
    add(both_db, "a@x.example")
    now = clock.now_ms()
    (row,) = both_db.write_now(queue.lease, "one", now + 1000, "x.example", 10)
    assert row.attempts == 0
    assert lease(both_db, "two") == []
    assert both_db.read_now(queue.next_ms) == now + 1000
    clock.advance(999)
    assert both_db.write_now(queue.renew, "one", now + 2000) == 1
    clock.advance(1)
    assert lease(both_db, "two") == []
    clock.advance(1000)
    assert lease(both_db, "two") == ["a@x.example"]
    assert both_db.write_now(queue.renew, "one", now + 9000) == 0
    assert not both_db.write_now(queue.failed, "one", row.id, "h", "550")
    assert not both_db.write_now(queue.postpone, "one", row.id, "h", "450", now, False)
    assert both_db.write_now(queue.sent, row.id, "h", "250")  # it did go out
    assert not both_db.write_now(queue.failed, "two", row.id, "h", "550")
    assert both_db.read_now(queue.counts) == Counts(0, 1, 0, None)


def test_given_back_as_it_was(both_db: Database) -> None:
    add(both_db, "a@x.example")
    (row,) = both_db.write_now(queue.lease, "one", both_db.clock.now_ms() + 1000, None, 10)
    assert both_db.write_now(queue.release, "two", [row.id]) == 0
    assert both_db.write_now(queue.release, "one", [row.id]) == 1
    (listed,) = both_db.read_now(queue.listing)
    assert (listed.attempts, listed.lease_until_ms, listed.subject) == (0, 0, "1")


def test_what_a_dead_one_held_is_taken_back_unless_it_kills(both_db: Database) -> None:
    add(both_db, "a@x.example")
    for _ in range(2):
        assert lease(both_db) == ["a@x.example"]
        assert both_db.write_now(queue.take_back, "two") == 0
        assert both_db.write_now(queue.take_back, "one") == 1
    assert lease(both_db) == ["a@x.example"]
    assert both_db.write_now(queue.take_back, "one") == 0


def test_postponed(both_db: Database, clock: FixedClock) -> None:
    add(both_db, "a@x.example")
    (row,) = both_db.write_now(queue.lease, "one", clock.now_ms() + 1000, None, 10)
    again_ms = clock.now_ms() + 60_000
    assert both_db.write_now(queue.postpone, "one", row.id, "mx", "450 later", again_ms, True)
    assert lease(both_db) == [] and both_db.read_now(queue.next_ms) == again_ms
    assert both_db.write_now(queue.retry_now, None, "X.example") == 1
    (row,) = both_db.write_now(queue.lease, "one", clock.now_ms() + 1000, None, 10)
    assert (row.attempts, row.delay_told) == (1, 1)


def test_many_at_once_never_get_the_same(both_db: Database) -> None:
    add(both_db, *(f"n{number}@x.example" for number in range(60)))
    taken: list[str] = []

    def take(owner: str) -> None:
        while found := lease(both_db, owner, most=7):
            taken.extend(found)

    threads = [threading.Thread(target=take, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 60 == len(set(taken))


def test_people_see_cancel_and_forget(both_db: Database, clock: FixedClock) -> None:
    content_id = add(both_db, "a@x.example", "b@y.example")
    first, second = both_db.read_now(queue.listing)
    assert both_db.read_now(queue.counts) == Counts(2, 0, 0, clock.now_ms())
    assert both_db.write_now(queue.cancel, [first.id], "Đã hủy") == 1
    (gone,) = both_db.read_now(queue.listing, queue.FAILED)
    assert (gone.last_reply, gone.done_ms) == ("Đã hủy", clock.now_ms())
    assert [one.state for one in both_db.read_now(queue.of_content, content_id)] == ["failed", "waiting"]
    assert len(both_db.read_now(queue.listing, None)) == 2
    clock.advance(1)
    assert both_db.write_now(queue.forget, clock.now_ms()) == 1
    assert [one.id for one in both_db.read_now(queue.listing, None)] == [second.id]
