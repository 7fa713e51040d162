"""The conversation, without sockets: one method per verb, each returning the reply. RFC 5321 §4.1"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from mailsvc.core.errors import MailsvcError
from mailsvc.core.log import failure_reference
from mailsvc.mail.envelope import Client, Outcome, Recipient
from mailsvc.mail.tracing import TurnedAway
from mailsvc.smtp import grammar, login, profiles, replies
from mailsvc.smtp.data import Flaw, Intake, Terms
from mailsvc.smtp.errors import BadSyntax, Interrupted
from mailsvc.smtp.limits import Limits
from mailsvc.smtp.ports import House, Standing
from mailsvc.smtp.profiles import Profile, State
from mailsvc.smtp.replies import Reply
from mailsvc.smtp.transaction import Transaction
from mailsvc.store.blobs import Spool

log = logging.getLogger("mailsvc.smtp")

Verb = Callable[["Session", str], Awaitable[Reply]]
_WAITING = re.compile(rb"^RCPT TO: ?<([!-;=?-~]{1,64})@([a-z0-9.-]{1,255})>", re.IGNORECASE | re.MULTILINE)
_WORTH_IT = 4
_FLAWS = {Flaw.TOO_LARGE: replies.TOO_LARGE, Flaw.BARE_LINE_ENDS: replies.BARE_LINE_ENDS, Flaw.LOOP: replies.LOOP}


class Session:
    """One client's session. `ask` sends a reply in the middle of a command and returns the client's line."""

    def __init__(
        self, profile: Profile, house: House, limits: Limits, client: Client, ask: login.Ask, can_tls: bool = False
    ) -> None:
        self.profile = profile
        self.house = house
        self.limits = limits
        self.client = client
        self.ask = ask
        self.can_tls = can_tls
        self.esmtp = False
        self.greeted = False
        self.account_id: int | None = None
        self.username = ""
        self.transaction: Transaction | None = None
        self.chunk = grammar.BdatCommand(0, False)
        self._errors = 0
        self._refused = 0
        self._idle = 0

    @property
    def in_tls(self) -> bool:
        return bool(self.client.cipher)

    def greeting(self) -> Reply:
        return Reply(220, "", f"{self.house.host} {self.profile.greeting} ready")

    async def command(self, line: bytes) -> Reply:
        """The reply to one command line, without its CRLF. Raises Interrupted (during AUTH), nothing else."""
        try:
            reply = await self._run(line)
        except BadSyntax as wrong:
            reply = replies.of_syntax(wrong)
        except Interrupted:
            raise
        except MailsvcError as error:
            reply = replies.of_error(error) or replies.failure(failure_reference(log, "command"))
        except Exception:
            reply = replies.failure(failure_reference(log, "command"))
        return self._judged(reply)

    async def _run(self, line: bytes) -> Reply:
        word, _, rest = line.partition(b" ")
        verb = _VERBS.get(word.upper())
        if verb is None or (word.upper() in _HELLOS and word.upper().decode() not in self.profile.hello):
            return replies.UNKNOWN_COMMAND
        if b"\0" in rest or b"\r" in rest:
            return replies.LINE_ENDS
        try:
            argument = rest.decode().strip(" ")
        except UnicodeDecodeError:
            return replies.NOT_UTF8
        return await verb(self, argument)

    def _judged(self, reply: Reply) -> Reply:
        """The reply, or 421 when the client has made too many mistakes. RFC 5321 §4.2.5 leaves the number to us."""
        if reply.code in (500, 501, 502, 503, 504, 535, 555):
            self._errors += 1
        elif reply.code in (550, 553, 554) and self.account_id is None and not self.profile.lmtp:
            self._refused += 1  # strangers try names; our own people and the mail server in front have lists
        accepted = len(self.transaction.recipients) if self.transaction else 0
        if self._errors > self.limits.errors or self._refused > self.limits.errors + accepted:
            return replies.TOO_MANY_ERRORS
        self._idle = 0 if self.transaction else self._idle + 1
        return replies.TOO_MANY_COMMANDS if self._idle > self.limits.idle_commands else reply

    def wrong_line(self, reply: Reply) -> Reply:
        """The same for a line that is not even a command (too long, without CRLF)."""
        return self._judged(reply)

    # ---- hello -----------------------------------------------------------------------------------------------------
    async def ehlo(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.1; LHLO: RFC 2033 §4.1
        if not argument or not argument.isprintable() or len(argument) > grammar.DOMAIN_MAX:
            return replies.NAME_YOURSELF
        self.reset()
        self.greeted = self.esmtp = True
        self.client = replace(self.client, helo=argument)
        state = State(self.profile, self.limits, self.in_tls, self.can_tls, self.account_id is not None)
        return Reply(250, "", self.house.host, *profiles.offers(state))

    async def helo(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.1
        if not argument or not argument.isprintable() or len(argument) > grammar.DOMAIN_MAX:
            return replies.NAME_YOURSELF
        self.reset()
        self.greeted, self.esmtp = True, False
        self.client = replace(self.client, helo=argument)
        return Reply(250, "", self.house.host)

    async def starttls(self, argument: str) -> Reply:
        # RFC 3207 §4
        if argument:
            return replies.NO_ARGUMENTS
        if self.in_tls:
            return replies.IN_TLS
        return replies.READY_FOR_TLS if self.can_tls else replies.NO_TLS

    def tls_started(self, cipher: str) -> None:
        """Forget everything the client said in clear. RFC 3207 §4.2"""
        self.reset()
        self.client = replace(self.client, helo="", cipher=cipher)
        self.greeted = self.esmtp = False

    async def auth(self, argument: str) -> Reply:
        return await login.auth(self, argument)

    # ---- the transaction -------------------------------------------------------------------------------------------
    async def mail(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.2
        not_yet = self._not_yet()
        if not_yet is not None:
            return not_yet
        if self.transaction is not None:
            return replies.HAVE_SENDER
        mail = grammar.parse_mail(argument, auth=self.profile.login)
        if not self.esmtp and not argument.endswith(">"):
            return replies.NO_PARAMETERS
        transaction = Transaction(mail)
        if mail.size > self.limits.message_size:
            return self.turned_away(transaction, replies.TOO_LARGE)  # RFC 1870 §6.1
        if mail.sender and not mail.sender.is_ascii and not mail.smtputf8:
            return replies.ASCII_SENDER
        # The null sender stays open to every account that may send: read receipts use it. RFC 6409 §6.1
        account_id, sender = self.account_id, transaction.sender
        if account_id is not None:
            allowed = self.house.may_send_as(account_id, sender) if sender else self.house.may_send(account_id)
            if not await allowed:
                return self.turned_away(transaction, replies.NOT_YOURS)
        refusal = await self.house.policy.mail(self.client, self.profile.name, transaction.sender)
        if refusal is not None:
            return self.turned_away(transaction, replies.of_refusal(refusal))
        self.transaction = transaction
        return replies.SENDER_OK

    async def rcpt(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.3
        transaction = self.transaction
        if transaction is None:
            return self._not_yet() or replies.NEED_SENDER
        if transaction.chunks:
            return replies.CHUNKS_BEGUN
        rcpt = grammar.parse_rcpt(argument)
        if not self.esmtp and not argument.endswith(">"):
            return replies.NO_PARAMETERS
        if len(transaction.recipients) >= self.limits.recipients:
            return replies.TOO_MANY_RECIPIENTS  # RFC 5321 §4.5.3.1.10
        if not rcpt.recipient.is_ascii and not transaction.mail.smtputf8:
            return replies.ASCII_RECIPIENT
        recipient = Recipient(str(rcpt.recipient), rcpt.notify, rcpt.orcpt)
        refused = await self._refused_recipient(transaction, recipient)
        if refused is not None:
            transaction.refused = True
            return self.turned_away(transaction, refused, recipient.address)
        transaction.recipients.append(recipient)
        return replies.RECIPIENT_OK

    async def look_ahead(self, pipelined: bytearray) -> int:
        """Let the house look up together the recipients that wait in the pipeline; how many there are."""
        waiting = _WAITING.findall(pipelined)
        if self.transaction is None or len(waiting) < _WORTH_IT:
            return 0
        wanted = [f"{local.decode()}@{domain.decode().lower()}" for local, domain in waiting]
        try:
            await self.house.expect(wanted)
        except Exception:
            log.debug("look-ahead failed", exc_info=True)  # each recipient is asked for again, and has its own reply
        return len(wanted)

    async def _refused_recipient(self, transaction: Transaction, recipient: Recipient) -> Reply | None:
        sender, size = transaction.sender, transaction.mail.size
        standing = await self.house.standing(recipient.address, sender, size, self.account_id)
        if standing is Standing.ELSEWHERE and self.account_id is not None:
            standing = Standing.HERE
        if standing is not Standing.HERE:
            return replies.of_standing(standing)
        refusal = await self.house.policy.rcpt(self.client, self.profile.name, sender, recipient)
        return replies.of_refusal(refusal) if refusal else None

    async def data(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.4
        if argument:
            return replies.NO_ARGUMENTS
        transaction = self.transaction
        if transaction is None:
            return self._not_yet() or replies.NEED_SENDER
        if transaction.chunks:
            return replies.CHUNKS_BEGUN  # RFC 3030 §2
        if not transaction.recipients:
            return replies.NO_VALID_RECIPIENT if transaction.refused else replies.NEED_RECIPIENT
        self._open_intake(transaction)
        return replies.SEND_DATA

    async def bdat(self, argument: str) -> Reply:
        """Always followed by reading the chunk, also when it will be refused. RFC 3030 §2"""
        self.chunk = grammar.parse_bdat(argument)
        return replies.READ_CHUNK

    def begin_chunk(self) -> Reply | None:
        """The refusal of the chunk that is about to come, or None when it belongs to the letter."""
        transaction = self.transaction
        if transaction is None:
            return self._not_yet() or replies.NEED_SENDER
        if transaction.failed:
            return replies.CHUNKS_FAILED
        if not transaction.recipients:
            return replies.NO_VALID_RECIPIENT if transaction.refused else replies.NEED_RECIPIENT
        if not transaction.chunks:
            transaction.chunks = True
            self._open_intake(transaction)
        return None

    def end_chunk(self, refusal: Reply | None) -> Reply:
        """The reply to a chunk that was not the last, or that was refused."""
        transaction = self.transaction
        intake = transaction.intake if transaction else None
        if refusal is None and transaction is not None and intake is not None and intake.flaw is not Flaw.NONE:
            refusal = self.turned_away(transaction, self._flaw_reply(intake))
        if refusal is None:
            return replies.CHUNK_OK
        if transaction is not None:
            transaction.failed = True
            transaction.close()
        if self.chunk.last:
            self.reset()
        # A pipeline may bring many chunks after the one that failed; only empty ones cost nothing to send.
        return refusal if self.chunk.size else self._judged(refusal)

    def _open_intake(self, transaction: Transaction) -> None:
        word = profiles.transmission(
            self.profile,
            esmtp=self.esmtp,
            smtputf8=transaction.mail.smtputf8,
            tls=self.in_tls,
            logged_in=self.account_id is not None,
        )

        def head(own: bytes) -> bytes:
            return transaction.head(own, self.client, self.house.host, word, self.profile.login, self.house.clock)

        terms = Terms(self.limits.message_size, self.limits.received_fields, head)
        transaction.intake = Intake(Spool(self.house.spool_folder, self.limits.spool_memory), terms)

    async def finish(self) -> list[Reply]:
        """After the end of the data: deliver, and say what became of it. LMTP: one reply per recipient."""
        transaction = self.transaction
        assert transaction is not None and transaction.intake is not None  # noqa: S101 - tells the type checker
        try:
            result = await self._deliver(transaction, transaction.intake)
        except MailsvcError as error:
            reply = replies.of_error(error) or replies.failure(failure_reference(log, "delivery"))
            result = self.turned_away(transaction, reply)
        except Exception:
            result = self.turned_away(transaction, replies.failure(failure_reference(log, "delivery")))
        finally:
            self.reset()
        if isinstance(result, Reply):
            result = [result] * (len(transaction.recipients) if self.profile.lmtp else 1)
        if any(reply.ok for reply in result):
            self._errors = self._refused = 0
        else:
            log.info("%s from <%s> not taken: %r", transaction.id, transaction.sender, result[0])
        return result

    async def _deliver(self, transaction: Transaction, intake: Intake) -> Reply | list[Reply]:
        digest = await intake.finish()
        if intake.flaw is not Flaw.NONE:
            return self.turned_away(transaction, self._flaw_reply(intake))
        envelope = transaction.envelope(self.profile.name, self.client, self.account_id, digest)
        refusal = await self.house.policy.data(envelope, intake.spool.view())
        if refusal is not None:
            return self.turned_away(transaction, replies.of_refusal(refusal))
        outcomes = await self.house.deliver(envelope, intake.spool)
        if len(outcomes) != len(envelope.recipients):
            raise AssertionError(f"{len(outcomes)} outcomes for {len(envelope.recipients)} recipients")
        log.info("%s from <%s> for %d: %s", envelope.id, envelope.sender, len(outcomes), _summary(outcomes))
        if self.profile.lmtp:
            return [replies.of_outcome(outcome) for outcome in outcomes]  # RFC 2033 §4.2
        # What was not delivered while something was is reported by mail. RFC 5321 §4.4
        if any(outcome.ok for outcome in outcomes):
            return replies.accepted(transaction.id)
        later = [outcome for outcome in outcomes if outcome.code < 500]
        return replies.of_outcome((later or outcomes)[0])

    def _flaw_reply(self, intake: Intake) -> Reply:
        if isinstance(intake.error, MailsvcError):
            return replies.of_error(intake.error) or replies.BUSY
        if intake.error is not None:
            log.error("spool: %s", intake.error)
            return replies.STORAGE_FULL
        if intake.size > 4 * self.limits.message_size:
            return replies.TOO_LARGE_CLOSE
        return _FLAWS[intake.flaw]

    def turned_away(self, transaction: Transaction, reply: Reply, recipient: str = "") -> Reply:
        """The refusal of a letter, or of one recipient, after telling the house of it."""
        people = (recipient,) if recipient else tuple(one.address for one in transaction.recipients)
        size = transaction.intake.size if transaction.intake else transaction.mail.size
        letter, sender = transaction.id, transaction.sender
        self.house.turned_away(
            TurnedAway(self.profile.name, self.client, self.account_id, letter, sender, people, size, reply.text)
        )
        return reply

    # ---- the rest --------------------------------------------------------------------------------------------------
    async def rset(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.5
        if argument:
            return replies.NO_ARGUMENTS
        self.reset()
        return replies.RESET

    async def noop(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.9
        return replies.NOOP

    async def quit(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.10
        return replies.NO_ARGUMENTS if argument else replies.BYE

    async def vrfy(self, argument: str) -> Reply:
        # RFC 5321 §3.5.3: who is there is not told
        return replies.CANNOT_VERIFY if argument else Reply(501, "5.5.4", "Syntax: VRFY address")

    async def expn(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.7
        return replies.NO_EXPN

    async def help(self, argument: str) -> Reply:
        # RFC 5321 §4.1.1.8
        hidden = _HELLOS - {name.encode() for name in self.profile.hello}
        return replies.help_text([verb.decode() for verb in _VERBS if verb not in hidden])

    def reset(self) -> None:
        """Drop the transaction, if there is one."""
        if self.transaction is not None:
            self.transaction.close()
            self.transaction = None

    def _not_yet(self) -> Reply | None:
        """What must come before mail at this door. RFC 5321 §4.1.4, RFC 3207 §4, RFC 6409 §4.3"""
        if not self.greeted:
            return replies.SAY_HELLO
        if self.profile.login and self.account_id is None:
            return replies.NEED_LOGIN if self.in_tls else replies.NEED_TLS
        return None


def _summary(outcomes: list[Outcome]) -> str:
    codes = [outcome.code for outcome in outcomes]
    return ", ".join(f"{codes.count(code)} x {code}" for code in sorted(set(codes)))


_HELLOS = {b"EHLO", b"HELO", b"LHLO"}
_VERBS: dict[bytes, Verb] = {
    b"EHLO": Session.ehlo,
    b"HELO": Session.helo,
    b"LHLO": Session.ehlo,
    b"STARTTLS": Session.starttls,
    b"AUTH": Session.auth,
    b"MAIL": Session.mail,
    b"RCPT": Session.rcpt,
    b"DATA": Session.data,
    b"BDAT": Session.bdat,
    b"RSET": Session.rset,
    b"NOOP": Session.noop,
    b"QUIT": Session.quit,
    b"VRFY": Session.vrfy,
    b"EXPN": Session.expn,
    b"HELP": Session.help,
}
