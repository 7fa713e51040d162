"""What was done with letters is undone once, by who did it, in any process and after a restart; on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.core.clock import FixedClock
from mailsvc.core.errors import NotFound, Refused
from mailsvc.core.settings import Settings
from mailsvc.jobs import ticks
from mailsvc.mail import bulk, undoing
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.office import Office
from mailsvc.opening import close_office, open_office
from mailsvc.store import accounts, contents, mailboxes, placements, ways_back
from mailsvc.store.flags import FLAGGED, SEEN
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

COUNT = 2 * bulk.BATCH + 50


@pytest.fixture
def offices(
    database_url: str, settings: Settings, clock: FixedClock, quick_hasher: PasswordHasher
) -> Iterator[tuple[Office, Office]]:
    """Two processes at one store."""
    store = settings.store.model_copy(update={"url": database_url})
    ours = settings.model_copy(update={"store": store})
    made = open_office(ours, clock, quick_hasher), open_office(ours, clock, quick_hasher)
    yield made
    for one in made:
        close_office(one)


def people(tx: Tx) -> tuple[int, int]:
    """Two people."""
    an, binh = (accounts.create(tx, username=name, kind="person", full_name=name).id for name in ("an", "binh"))
    return an, binh


def fill(tx: Tx, account_id: int, count: int = COUNT) -> tuple[int, int]:
    """(inbox with so many letters, every third of them read; archive)."""
    inbox = mailboxes.create(tx, account_id, "INBOX").id
    archive = mailboxes.create(tx, account_id, "Lưu trữ", special_use="\\Archive").id
    content_id = contents.add(tx, from_bytes(b"From: a@b\r\nSubject: x\r\n\r\ny\r\n").content)
    placements.add(tx, inbox, [NewPlacement(content_id, 1, n, 0 if n % 3 else SEEN) for n in range(count)])
    return inbox, archive


def flags(office: Office, box: int) -> list[int]:
    return [row[0] for row in office.db.read_now(lambda tx: list(placements.rows(tx, box, 1, 1 << 40, ("flags",))))]


def rows(office: Office, account_id: int, token: str) -> int:
    return len(office.db.read_now(ways_back.parts, ways_back.LETTERS, account_id, token))


def test_two_presses_in_two_processes_undo_each_letter_once(offices: tuple[Office, Office]) -> None:
    first, second = offices
    an, _binh = first.db.write_now(people)
    inbox, archive = first.db.write_now(fill, an)
    before, token = flags(first, inbox), ways_back.new_token()

    async def run() -> list[int]:
        chosen = {inbox: list(range(1, COUNT + 1))}
        assert (await bulk.move_all(first, an, chosen, archive, token)).count == COUNT
        both = await asyncio.gather(
            undoing.undo(first, an, token), undoing.undo(second, an, token), return_exceptions=True
        )
        assert all(isinstance(one, NotFound | bulk.Done) for one in both), both
        return [one.count for one in both if isinstance(one, bulk.Done)]

    assert sum(asyncio.run(run())) == COUNT
    assert flags(first, inbox) == before and flags(first, archive) == [] and rows(first, an, token) == 0


def test_after_a_restart_flags_are_as_each_letter_had_them(
    database_url: str, settings: Settings, clock: FixedClock, quick_hasher: PasswordHasher
) -> None:
    store = settings.store.model_copy(update={"url": database_url})
    ours, token = settings.model_copy(update={"store": store}), ways_back.new_token()
    with closing(_Running(ours, clock, quick_hasher)) as before:
        office = before.office
        an, _binh = office.db.write_now(people)
        inbox, _archive = office.db.write_now(fill, an)
        old = flags(office, inbox)
        done = asyncio.run(bulk.mark_all(office, an, {inbox: list(range(1, COUNT + 1))}, SEEN, 0, token))
        assert 0 < done.count < COUNT and set(flags(office, inbox)) == {SEEN}
    with closing(_Running(ours, clock, quick_hasher)) as after:
        assert asyncio.run(undoing.undo(after.office, an, token)).count == done.count
        assert flags(after.office, inbox) == old


class _Running:
    def __init__(self, settings: Settings, clock: FixedClock, hasher: PasswordHasher) -> None:
        self.office = open_office(settings, clock, hasher)

    def close(self) -> None:
        close_office(self.office)


def test_only_its_owner_only_once_and_not_for_ever(offices: tuple[Office, Office], clock: FixedClock) -> None:
    office, _second = offices
    an, binh = office.db.write_now(people)
    inbox, archive = office.db.write_now(fill, an, 3)
    once, late = ways_back.new_token(), ways_back.new_token()

    async def run() -> None:
        await bulk.mark_all(office, an, {inbox: [1]}, FLAGGED, 0, once)
        with pytest.raises(NotFound, match="Không hoàn tác được nữa"):
            await undoing.undo(office, binh, once)
        await office.db.write(ways_back.keep, ways_back.DOCUMENTS, "khac", an, {"room": "task"})
        for token in ("khac", "vb:khac"):  # one of a document is none of letters
            with pytest.raises(NotFound, match="Không hoàn tác được nữa"):
                await undoing.undo(office, an, token)
        assert (await undoing.undo(office, an, once)).count == 1
        with pytest.raises(NotFound, match="đã hoàn tác rồi"):
            await undoing.undo(office, an, once)
        await bulk.move_all(office, an, {inbox: [2]}, archive, late)
        clock.advance(ways_back.KEPT_MS - 1)
        await ticks.forget_ways_back(office)
        assert rows(office, an, late) == 1
        clock.advance(1)
        with pytest.raises(NotFound, match="đã quá 15 phút"):
            await undoing.undo(office, an, late)
        await ticks.forget_ways_back(office)

    asyncio.run(run())
    left = office.db.read_now(lambda tx: tx.execute(ways_back.ways_back.select()).all())
    assert left == [] and len(flags(office, archive)) == 1


def test_what_cannot_be_undone_now_stays_to_be_undone(offices: tuple[Office, Office]) -> None:
    """The folder they came from is gone: the others go back, these keep their way back, and one is told."""
    office, _second = offices
    an, _binh = office.db.write_now(people)
    inbox, archive = office.db.write_now(fill, an, 3)
    other = office.db.write_now(lambda tx: mailboxes.create(tx, an, "Tạm").id)
    token = ways_back.new_token()

    async def run() -> None:
        await bulk.move_all(office, an, {inbox: [1]}, other)
        await bulk.move_all(office, an, {other: [1], inbox: [2, 3]}, archive, token)
        await office.db.write(lambda tx: mailboxes.remove(tx, mailboxes.get(tx, other)))
        done = await undoing.undo(office, an, token)
        assert done.count == 2 and done.stopped
        with pytest.raises((NotFound, Refused)):
            await undoing.undo(office, an, token)

    asyncio.run(run())
    assert (len(flags(office, inbox)), len(flags(office, archive)), rows(office, an, token)) == (2, 1, 1)


def test_an_act_that_fails_leaves_no_way_back(offices: tuple[Office, Office]) -> None:
    office, _second = offices
    an, binh = office.db.write_now(people)
    inbox, archive = office.db.write_now(fill, an, 3)
    token = ways_back.new_token()

    def fail(tx: Tx) -> None:
        bulk.move(tx, office, an, inbox, [1], archive, token)
        raise Refused("Không.")

    with pytest.raises(Refused):
        office.db.write_now(fail)
    with pytest.raises(NotFound):
        asyncio.run(bulk.mark_all(office, binh, {inbox: [1]}, SEEN, 0, token))
    assert (len(flags(office, inbox)), rows(office, an, token), rows(office, binh, token)) == (3, 0, 0)
