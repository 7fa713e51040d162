"""What is kept of letters' ways: found by each of their marks, counted, forgotten; on each database."""

from __future__ import annotations

from mailsvc.core.clock import FixedClock
from mailsvc.store import measures, traces
from mailsvc.store.engine import Database
from mailsvc.store.traces import NewRecipient, NewTrace, Trace, Wanted

DAY = 86_400_000
EVER = Wanted(0, 1 << 60)


def crowd(db: Database, clock: FixedClock, count: int = 40) -> None:
    """A letter an hour: odd ones to our account 7, even ones out; every tenth to many, every eighth refused."""
    for number in range(count):
        people = [NewRecipient("Lan@So.example", 7) if number % 2 else NewRecipient(f"k{number}@xa.example")]
        if number % 10 == 0:
            people += [NewRecipient(f"nhom{one}@xa.example") for one in range(25)]
        reply = "" if number % 8 else "552 5.3.4 Message too large"
        new = NewTrace("mx", f"A{number}@Ngoai.example", f"ma{number}", number + 1 if not reply else None, reply=reply)
        db.write_now(traces.add_each, [(new, people)])
        clock.advance(3_600_000)


def found(db: Database, wanted: Wanted, limit: int = 100) -> list[Trace]:
    return db.read_now(traces.find, wanted, limit)


def test_each_mark_finds_its_letters_newest_first(both_db: Database, clock: FixedClock) -> None:
    began = clock.now_ms()
    crowd(both_db, clock)
    every = found(both_db, EVER)
    assert [one.letter for one in every] == [f"ma{number}" for number in range(39, -1, -1)]
    assert [one.people for one in every if one.letter in ("ma10", "ma11")] == [1, 26]
    assert [one.letter for one in found(both_db, EVER, 3)] == ["ma39", "ma38", "ma37"]
    days = Wanted(began + 5 * 3_600_000, began + 7 * 3_600_000)
    assert [one.letter for one in found(both_db, days)] == ["ma6", "ma5"]
    for wanted, count in (
        (Wanted(0, 1 << 60, sender="a3@ngoai.example"), 1),
        (Wanted(0, 1 << 60, sender="3@ngoai"), 4),
        (Wanted(0, 1 << 60, sender="%"), 0),
        (Wanted(0, 1 << 60, recipient="LAN@so.example"), 20),
        (Wanted(0, 1 << 60, recipient="khac@so.example", account_id=7), 20),
        (Wanted(0, 1 << 60, recipient="nhom2"), 4),
        (Wanted(0, 1 << 60, recipient="nhom2", sender="a10@ngoai.example"), 1),
        (Wanted(0, 1 << 60, message_id="<khong@co>"), 0),
    ):
        assert len(found(both_db, wanted)) == count, wanted
    people = both_db.read_now(traces.recipients_of, every[-1].id, 3, "nhom24")
    assert [one.recipient for one in people] == ["nhom24@xa.example", "k0@xa.example", "nhom0@xa.example"]


def test_what_is_old_is_forgotten_in_portions(both_db: Database, clock: FixedClock) -> None:
    began = clock.now_ms()
    crowd(both_db, clock)
    both_db.write_now(traces.attempted, 3, "K2@xa.example", "sent", "mx", "250 ok")
    assert both_db.read_now(traces.oldest_ms) == began
    both_db.write_now(traces.forget, began + 30 * 3_600_000)
    assert [one.letter for one in found(both_db, EVER)][-1] == "ma30"
    assert [one.recipient for one in both_db.read_now(traces.attempts_of, 3, 9)] == ["k2@xa.example"]
    assert found(both_db, Wanted(0, 1 << 60, recipient="nhom2"))[0].letter == "ma30"
    both_db.write_now(traces.forget, clock.now_ms() + DAY)
    assert found(both_db, EVER) == [] and both_db.read_now(traces.attempts_of, 3, 9) == []
    assert both_db.read_now(traces.oldest_ms) is None


def test_how_large_the_store_is(both_db: Database) -> None:
    assert both_db.read_now(measures.database_size) > 100_000
    assert both_db.read_now(measures.to_index) == 0
