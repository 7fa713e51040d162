"""A lane: what is due for one way (a domain, or the smarthost), sent letter after letter over one connection."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from mailsvc.core.errors import Busy, Invalid, NotFound, StorageFull
from mailsvc.core.log import failure_reference
from mailsvc.core.settings import Settings
from mailsvc.mail import queued
from mailsvc.mail.bounce import About
from mailsvc.mail.office import Office
from mailsvc.mail.relay import RECIPIENTS, Conversation, Mail, Target, Trouble
from mailsvc.mail.reply import said
from mailsvc.mail.route import Router
from mailsvc.mail.settle import Answer, Verdict, internal_trouble, settle
from mailsvc.mail.sevenbit import seven_bit
from mailsvc.mail.wire import Outgoing, outgoing
from mailsvc.mailauth import dkim_sign
from mailsvc.mailauth.dkim_sign import Signer
from mailsvc.store import queue
from mailsvc.store.blobs import Buffer
from mailsvc.store.queue import Row

log = logging.getLogger(__name__)

LEASE_MS = 300_000
LETTERS = 100
"""Letters over one connection, and of one lane before others have their turn."""
SIGNATURES = 4096
"""How many are remembered for further domains and attempts."""


class Sending:
    """What all lanes share: the office, the way out, the name on the leases, the signatures made."""

    def __init__(self, office: Office, router: Router, owner: str, signer: Signer | None) -> None:
        self.office = office
        self.router = router
        self.owner = owner
        self.stopping = False
        self.letters = 0
        self.greeted: Counter[str] = Counter()
        """Conversations under way, by domain ('': the smarthost)."""
        self.wake: Callable[[], None] = _nothing
        """Tells the dispatcher that something has changed."""
        self._signer = signer
        self._signatures: dict[tuple[int, bool], bytes] = {}

    def lease_end(self) -> int:
        return self.office.clock.now_ms() + LEASE_MS

    async def prepared(self, row: Row, data: Buffer) -> Outgoing:
        """The letter of a row as it goes out. What people of the house, or the house itself, send is signed."""
        letter = await self.office.work(outgoing, data, row.return_path_size)
        key = (row.content_id, row.account_id is None)
        field = self._signatures.get(key)
        if field is None:
            field = await self._signature(row, letter)
            if len(self._signatures) >= SIGNATURES:
                del self._signatures[next(iter(self._signatures))]
            self._signatures[key] = field
        return letter.signed(field)

    async def narrowed(self, row: Row, letter: Outgoing) -> Outgoing:
        """The letter for a server without 8BITMIME, signed anew; as it is when it cannot be made 7-bit."""
        plain = await self.office.work(seven_bit, bytes(letter.data[letter.start :]))
        if plain is None:
            return letter
        letter = await self.office.work(outgoing, plain, 0)
        return letter.signed(await self._signature(row, letter))

    async def _signature(self, row: Row, letter: Outgoing) -> bytes:
        if self._signer is None or row.account_id is None:
            return b""
        return await self.office.work(self._signer.sign, letter.header, letter.body(), self.office.clock.now_ms())


def _nothing() -> None:
    pass


def signer_of(settings: Settings) -> Signer | None:
    """The signer with the key of the settings, which is made when there is none yet.

    None when signing is off, and when the key cannot be used: mail without a signature is better than none, and the
    log says so.
    """
    if not settings.dkim.enabled:
        return None
    try:
        key = dkim_sign.load_or_make(settings.folder, settings.dkim.selector)
    except (Invalid, OSError):
        log.exception("outgoing mail is not signed")
        return None
    return Signer(key, settings.dkim.selector, settings.organisation.domains)


class Lane:
    """Sends what is due for `domain` (None: for all, over the smarthost) until nothing is, or it has had its turn."""

    def __init__(self, sending: Sending, domain: str | None) -> None:
        self._sending = sending
        self._office = sending.office
        self._domain = domain
        self._way = domain or ""
        self._conversation: Conversation | None = None
        self._trouble: Trouble | None = None

    async def run(self) -> None:
        """Never raises but when cancelled; what was leased is settled or given back."""
        try:
            for _ in range(LETTERS):
                rows = [] if self._sending.stopping else await self._lease()
                if not rows:
                    break
                self._sending.letters += 1
                await self._serve(rows)
        except Exception:
            failure_reference(log, "outbound lane")
            await asyncio.sleep(1)  # whatever it is, it is not hammered on
        finally:
            if self._conversation is not None:
                conversation = self._conversation
                self._leave()
                await conversation.quit(hurry=self._sending.stopping)

    async def _lease(self) -> list[Row]:
        until_ms = self._sending.lease_end()
        return await self._office.db.write(queue.lease, self._sending.owner, until_ms, self._domain, RECIPIENTS)

    async def _serve(self, rows: Sequence[Row]) -> None:
        try:
            about, answers = await self._attempt(rows)
        except asyncio.CancelledError:
            ids = [row.id for row in rows]
            await self._office.db.write(queue.release, self._sending.owner, ids)
            raise
        for answer in answers:
            row = answer.row
            log.info("%d <%s> to <%s> via %s: %s", row.id, row.sender, row.recipient, answer.host, answer.reply.text)
        await _to_the_end(self._settled(about, answers))

    async def _attempt(self, rows: Sequence[Row]) -> tuple[About, list[Answer]]:
        """One try for all rows, which are of one letter."""
        about = queued.unknown(rows[0])
        try:
            content, data = await self._office.db.read(queued.load, self._office.blobs, rows[0].content_id)
            about = queued.about(rows[0], content, data)
            letter = await self._sending.prepared(rows[0], data)
            return about, await self._sent(rows, letter)
        except NotFound as error:
            reply = said(554, "5.3.0", f"The message is no longer in the store: {error}")
        except Exception:
            reply = internal_trouble(failure_reference(log, "sending a letter"))
        return about, [Answer(row, reply) for row in rows]

    async def _sent(self, rows: Sequence[Row], letter: Outgoing) -> list[Answer]:
        head = rows[0]
        mail = Mail(
            sender=head.sender,
            targets=tuple(Target(row.recipient, row.notify, row.orcpt) for row in rows),
            smtputf8=bool(head.smtputf8),
            ret=head.ret,
            envid=head.envid,
        )
        try:
            used = self._conversation
            conversation = await self._ready()
            if letter.eight_bit and not conversation.takes_eight_bit:
                letter = await self._sending.narrowed(head, letter)
            replies = await conversation.send(mail, letter)
            if conversation is used and not conversation.usable and not conversation.begun:
                # It had been open for a while and the server was tired of it: that says nothing of this letter.
                conversation = await self._ready()
                replies = await conversation.send(mail, letter)
        except Trouble as trouble:
            self._trouble = trouble  # the other letters of this lane would fare no better
            return [Answer(row, trouble.reply, trouble.host) for row in rows]
        host, reports_on = conversation.host, conversation.takes_reports
        return [Answer(row, reply, host, reports_on) for row, reply in zip(rows, replies, strict=True)]

    async def _ready(self) -> Conversation:
        if self._trouble is not None:
            raise self._trouble
        if self._conversation is None or not self._conversation.ready:
            if self._conversation is not None:
                await self._conversation.quit()
            self._leave()
            self._conversation = await self._sending.router.open(self._way)
            self._sending.greeted[self._way] += 1
            self._sending.wake()  # where one got through, more may follow
        return self._conversation

    def _leave(self) -> None:
        if self._conversation is not None:
            self._conversation = None
            self._sending.greeted[self._way] -= 1

    async def _settled(self, about: About, answers: Sequence[Answer]) -> None:
        """Write down what happened; a full disk is waited out, because forgetting it would send letters twice."""
        verdict = await queued.judged(self._office, about, answers)
        pause = 1.0
        while True:
            try:
                domains = self._office.settings.organisation.domains
                await self._office.db.write(settle, domains, self._sending.owner, verdict)
                return
            except (StorageFull, Busy):
                log.exception("cannot write down what became of letters; trying again in %d s", pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 60.0)
            except Exception:
                if not verdict.reports:
                    raise
                # Rather a report that is missing than a letter that comes twice.
                failure_reference(log, "delivering a report")
                verdict = Verdict(verdict.fates, ())


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await the work even when cancelled meanwhile; the cancellation follows."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
