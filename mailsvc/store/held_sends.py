"""Letters that were sent by hand and have not left yet: for the seconds of undoing, or until a chosen time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import contents, held_sends, placements
from mailsvc.store.tx import Prepared, Tx

TOPIC = ("held", 0)


@dataclass(frozen=True, slots=True)
class NewHeld:
    """What is to be sent at `send_ms`. `recipients` are envelope addresses; `origin` is "mailbox.uid" of the letter
    that is answered or forwarded, '' for none, `way` what is done with it."""

    account_id: int
    message_id: str
    send_ms: int
    scheduled: int
    sender: str
    recipients: tuple[str, ...]
    shown_to: str
    content_id: int
    sent_content_id: int
    draft_content_id: int
    sent_mailbox_id: int
    draft_mailbox_id: int
    return_path_size: int
    trace_size: int
    smtputf8: int
    origin: str
    way: str


@dataclass(frozen=True, slots=True)
class Held:
    """A letter that waits."""

    id: int
    account_id: int
    message_id: str
    send_ms: int
    scheduled: int
    sender: str
    recipients: str
    shown_to: str
    content_id: int
    sent_content_id: int
    draft_content_id: int
    sent_mailbox_id: int
    draft_mailbox_id: int
    return_path_size: int
    trace_size: int
    smtputf8: int
    origin: str
    way: str
    attempts: int
    created_ms: int

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(self.recipients.split("\n"))


@dataclass(frozen=True, slots=True)
class Listed:
    """A waiting letter as people look at it."""

    id: int
    send_ms: int
    shown_to: str
    sender: str
    subject: str
    preview: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A waiting letter as administrators see it: from whom, to whom, when."""

    id: int
    sender: str
    recipients: str
    send_ms: int
    scheduled: int
    attempts: int

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(self.recipients.split("\n"))


_COLUMNS = [held_sends.c[name] for name in Held.__dataclass_fields__]
_ONE = Prepared(select(*_COLUMNS).where(held_sends.c.id == bindparam("id")))
_DUE = Prepared(
    select(held_sends.c.id)
    .where(held_sends.c.try_ms <= bindparam("now"))
    .order_by(held_sends.c.try_ms, held_sends.c.id)
)
_NEXT = Prepared(select(func.min(held_sends.c.try_ms)))
_SAME = Prepared(
    select(*_COLUMNS).where(
        held_sends.c.account_id == bindparam("account"), held_sends.c.message_id == bindparam("message_id")
    )
)


def add(tx: Tx, new: NewHeld) -> int:
    """Keep the letter until its time; its number. Wakes who waits for the next one."""
    values = {name: getattr(new, name) for name in NewHeld.__dataclass_fields__}
    values |= {"recipients": "\n".join(new.recipients), "try_ms": new.send_ms, "created_ms": tx.now_ms}
    made = tx.execute(insert(held_sends).values(values).returning(held_sends.c.id)).scalar_one()
    tx.wake(*TOPIC)
    return int(made)


def get(tx: Tx, held_id: int) -> Held:
    """Raises NotFound."""
    row = tx.row(_ONE, id=held_id)
    if row is None:
        raise NotFound("Không có thư nào đang chờ gửi với số này.")
    return Held(*row)


def with_message_id(tx: Tx, account_id: int, message_id: str) -> Held | None:
    """The person's waiting letter with that Message-ID."""
    row = tx.row(_SAME, account=account_id, message_id=message_id)
    return None if row is None else Held(*row)


def of_account(tx: Tx, account_id: int, *, scheduled: bool = True) -> list[Listed]:
    """What of the person waits for a chosen time (else: also what waits to be undone), next first."""
    names = ("id", "send_ms", "shown_to", "sender", "subject", "preview", "attempts")
    columns = [held_sends.c[name] if name in held_sends.c else contents.c[name] for name in names]
    statement = select(*columns).join_from(held_sends, contents, contents.c.id == held_sends.c.sent_content_id)
    statement = statement.where(held_sends.c.account_id == account_id)
    if scheduled:
        statement = statement.where(held_sends.c.scheduled == 1)
    return [Listed(*row) for row in tx.execute(statement.order_by(held_sends.c.send_ms, held_sends.c.id))]


def outstanding(tx: Tx, limit: int) -> list[Outstanding]:
    """Whatever waits, of all people, next first."""
    columns = [held_sends.c[name] for name in Outstanding.__dataclass_fields__]
    statement = select(*columns).order_by(held_sends.c.send_ms, held_sends.c.id).limit(limit)
    return [Outstanding(*row) for row in tx.execute(statement)]


def due(tx: Tx) -> list[int]:
    """Numbers of the letters whose time has come, longest due first."""
    return [int(row[0]) for row in tx.rows(_DUE, now=tx.now_ms)]


def next_ms(tx: Tx) -> int | None:
    """When the next letter is to be looked at; None when none waits."""
    row = tx.row(_NEXT)
    return None if row is None or row[0] is None else int(row[0])


def reschedule(tx: Tx, held_id: int, send_ms: int) -> None:
    """Another time for the letter."""
    values = {"send_ms": send_ms, "try_ms": send_ms, "scheduled": 1}
    tx.execute(update(held_sends).where(held_sends.c.id == held_id).values(values))
    tx.wake(*TOPIC)


def postpone(tx: Tx, held_id: int, again_ms: int) -> None:
    """After trouble of our own: look at it again then."""
    values = {"try_ms": again_ms, "attempts": held_sends.c.attempts + 1}
    tx.execute(update(held_sends).where(held_sends.c.id == held_id).values(values))
    tx.wake(*TOPIC)


def remove(tx: Tx, held_id: int) -> None:
    """It waits no longer: it has left, or was taken back."""
    tx.execute(delete(held_sends).where(held_sends.c.id == held_id))


def lies_in(tx: Tx, mailbox_id: int, message_id: str) -> bool:
    """Whether a message with that Message-ID lies in the mailbox."""
    statement = (
        select(placements.c.uid)
        .join_from(placements, contents, contents.c.id == placements.c.content_id)
        .where(contents.c.message_id == message_id, placements.c.mailbox_id == mailbox_id)
    )
    return tx.execute(statement.limit(1)).first() is not None
