"""What the postmaster is told of letters: who sent them to whom, what was said, where they are. Every look is noted.

Nothing of a letter but its Message-ID, size and envelope; not even its subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.accounts import administering
from mailsvc.core.actor import Actor
from mailsvc.core.errors import NotFound
from mailsvc.mail import addresses, tracing
from mailsvc.store import accounts, audit, queue, traces
from mailsvc.store.traces import Attempt, Trace, TracedRecipient, Wanted
from mailsvc.store.tx import Tx

MOST = 50
"""Letters in one answer."""
NAMED = 30
"""Recipients, and tries, told of one letter."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an administrator asks, as typed; '' asks for nothing. The moments are [first_ms, end_ms)."""

    first_ms: int
    end_ms: int
    sender: str = ""
    recipient: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where a recipient elsewhere stands. `state` as in the queue."""

    state: str
    created_ms: int
    next_ms: int
    attempts: int
    done_ms: int
    host: str
    reply: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A recipient and what became of the letter for it: `owner` is whose mailbox has it, `is_list` when a list hands
    it on, else `queued` and `attempts` tell of its way out."""

    recipient: str
    is_list: bool
    reply: str
    owner: str
    queued: Waiting | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A letter's way. `submitter` is who had logged in; `hidden` recipients are not listed."""

    trace: Trace
    submitter: str
    reached: tuple[Reached, ...]
    hidden: int


def note_search(tx: Tx, actor: Actor, question: Question) -> None:
    """Write down who looks for what. Raises Refused for everybody but administrators."""
    administering.require(tx, actor)
    asked = {name: getattr(question, name) for name in ("sender", "recipient", "message_id")}
    audit.record(tx, actor, "mail.trace", "mail", first_ms=question.first_ms, end_ms=question.end_ms, **asked)


def search(tx: Tx, actor: Actor, domains: Sequence[str], question: Question) -> list[Way]:
    """The ways of the letters that fit, newest first, at most MOST. Raises Refused."""
    administering.require(tx, actor)
    names = _Names(tx)
    found = traces.find(tx, _wanted(tx, domains, question), MOST)
    return [_way(tx, names, one, question.recipient) for one in found]


def _wanted(tx: Tx, domains: Sequence[str], question: Question) -> Wanted:
    """The recipient is also found under the other addresses of the same mailbox."""
    typed = question.recipient
    account = addresses.find(tx, domains, typed) if typed and addresses.is_local(typed, domains) else None
    message_id = question.message_id.strip("<>")
    return Wanted(
        question.first_ms,
        question.end_ms,
        question.sender,
        typed,
        account.id if account else None,
        f"<{message_id}>" if message_id else "",
    )


class _Names:
    """Names of accounts, each looked up once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[int, str] = {}

    def of(self, account_id: int | None) -> str:
        if not account_id:
            return ""
        if account_id not in self._known:
            try:
                self._known[account_id] = accounts.get(self._tx, account_id).full_name
            except NotFound:
                self._known[account_id] = f"account {account_id}"  # removed since
        return self._known[account_id]


def _way(tx: Tx, names: _Names, trace: Trace, first: str) -> Way:
    people = traces.recipients_of(tx, trace.id, NAMED, first)
    waiting: dict[str, Waiting] = {}
    attempts: dict[str, list[Attempt]] = {}
    if trace.content_id is not None and any(one.account_id is None and not one.reply for one in people):
        waiting = {one.recipient.lower(): _waiting(one) for one in queue.of_content(tx, trace.content_id)}
        for one in traces.attempts_of(tx, trace.content_id, NAMED * MOST):
            attempts.setdefault(one.recipient, []).append(one)
    reached = tuple(_reached(names, one, waiting.get(one.recipient), attempts) for one in people)
    return Way(trace, names.of(trace.account_id), reached, trace.people - len(people))


def _reached(
    names: _Names, one: TracedRecipient, waiting: Waiting | None, attempts: dict[str, list[Attempt]]
) -> Reached:
    here = one.account_id is not None
    tries = () if here else tuple(attempts.get(one.recipient, ())[-NAMED:])
    is_list = one.account_id == tracing.LIST
    return Reached(one.recipient, is_list, one.reply, names.of(one.account_id), None if here else waiting, tries)


def _waiting(one: queue.Listed) -> Waiting:
    return Waiting(one.state, one.created_ms, one.next_ms, one.attempts, one.done_ms, one.last_host, one.last_reply)
