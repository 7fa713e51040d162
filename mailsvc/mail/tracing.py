"""Notes for the postmaster what became of letters: the taken in the transaction that delivers them, the refused soon.

Refusals are held in memory for a moment and written together, so that nobody at a door waits for them. Strangers who
try names fill no table: of each address, and of all, only so many an hour are written down; the log tells of more.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailsvc.core.errors import MailsvcError
from mailsvc.core.log import failure_reference
from mailsvc.mail.envelope import Client, Envelope, Outcome
from mailsvc.mail.letter import Letter
from mailsvc.mail.office import Office
from mailsvc.store import traces
from mailsvc.store.traces import NewRecipient, NewTrace
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

REST_SECONDS = 1.0
HOUR_MS = 3_600_000
FROM_ONE = 100
"""Refusals of one stranger's address that are written down in an hour."""
FROM_ALL = 1000
WAITING = 1000
"""Refusals held in memory."""
NAMED = 100
"""Recipients of a refused letter that are written down."""

HOUSE, COPY = "house", "list"
"""The doors of what the house itself writes, and of copies that a list hands on."""
LIST = 0
"""In place of the account whose mailbox a recipient is: a list, whose copies are traced by themselves."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A letter that has been dealt with: `owners` are the accounts whose mailbox it went to, by recipient."""

    envelope: Envelope
    letter: Letter
    content_id: int | None
    outcomes: Sequence[Outcome]
    owners: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A letter, or one recipient of it, that a door refused before anything reached the store."""

    door: str
    client: Client
    account_id: int | None
    letter: str
    sender: str
    recipients: tuple[str, ...]
    size: int
    reply: str


def note(tx: Tx, passages: Sequence[Passage]) -> None:
    """Write down what became of the letters."""
    traces.add_each(tx, [_trace(one) for one in passages])


def note_own(tx: Tx, content_id: int, letter: Letter, recipient: str, account_id: int | None) -> None:
    """Write down a letter that the house itself writes: a report, an answer about absence."""
    new = NewTrace(HOUSE, "", content_id=content_id, size=letter.content.size)
    traces.add_each(tx, [(new, [NewRecipient(recipient, account_id)])])


def note_copies(
    tx: Tx, envelope: Envelope, content_id: int, copy: Letter, address: str, members: Mapping[int, str]
) -> None:
    """Write down what a list handed on: `members` are accounts, each with '' or why it did not get its copy."""
    new = NewTrace(COPY, envelope.sender, envelope.id, content_id, envelope.account_id, size=copy.content.size)
    traces.add_each(tx, [(new, [NewRecipient(address, account_id, why) for account_id, why in members.items()])])


def _trace(one: Passage) -> tuple[NewTrace, list[NewRecipient]]:
    envelope, client, content = one.envelope, one.envelope.client, one.letter.content
    new = NewTrace(
        door=envelope.door,
        sender=envelope.sender,
        letter=envelope.id,
        content_id=one.content_id,
        account_id=envelope.account_id,
        ip=client.ip,
        helo=client.helo,
        cipher=client.cipher,
        size=content.size,
    )
    people = [
        NewRecipient(
            outcome.recipient,
            one.owners.get(outcome.recipient),
            "" if outcome.ok else outcome.reply,
        )
        for outcome in one.outcomes
    ]
    return new, people


class Refusals:
    """What the doors have refused lately, on its way into the store. For the event loop only."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._waiting: deque[tuple[NewTrace, list[NewRecipient]]] = deque()
        self._came = asyncio.Event()
        self._writing = asyncio.Lock()
        self._hour = 0
        self._written: Counter[str] = Counter()
        self._left_out = 0

    def note(self, one: TurnedAway) -> None:
        """Keep it for the next writing, unless there are too many."""
        if len(self._waiting) >= WAITING or not self._has_room(one):
            self._left_out += 1
            return
        new = NewTrace(
            door=one.door,
            sender=one.sender,
            letter=one.letter,
            account_id=one.account_id,
            ip=one.client.ip,
            helo=one.client.helo,
            cipher=one.client.cipher,
            size=one.size,
            reply=one.reply,
            at_ms=self._office.clock.now_ms(),
        )
        self._waiting.append((new, [NewRecipient(who, None, one.reply) for who in one.recipients[:NAMED]]))
        self._came.set()

    def _has_room(self, one: TurnedAway) -> bool:
        hour = self._office.clock.now_ms() // HOUR_MS
        if hour != self._hour:
            self._hour = hour
            self._written.clear()
        if one.account_id is not None:
            return True  # our own people make few mistakes, and ask about each
        if self._written[""] >= FROM_ALL or self._written[one.client.ip] >= FROM_ONE:
            return False
        self._written.update(("", one.client.ip))
        return True

    async def run(self) -> None:
        """Write what came, at most once a second, until cancelled; then what is left."""
        try:
            while True:
                await self._came.wait()
                await self.write()
                await asyncio.sleep(REST_SECONDS)
        finally:
            await asyncio.shield(self.write())

    async def write(self) -> None:
        """Write down what waits. When the store cannot take it now it is tried again the next time; what it never can
        take is left out, so that the next ones are written."""
        async with self._writing:
            self._came.clear()
            if self._left_out:
                log.warning("%d refusals were too many to be written down", self._left_out)
                self._left_out = 0
            some = list(self._waiting)
            self._waiting.clear()
            if not some:
                return
            try:
                await self._office.db.write(traces.add_each, some)
            except MailsvcError as error:
                log.warning("refusals could not be written down yet: %s", error)
                self._waiting.extendleft(reversed(some))
            except Exception:
                failure_reference(log, f"writing down {len(some)} refusals")
