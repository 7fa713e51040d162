"""Letters from our own people that answer something the office sent them: assigned documents, tasks, a number wanted.

Each kind has its room in documents/; here is only decided which of them takes the letter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from mailsvc.documents import intake, mail_replies
from mailsvc.documents.outgoing import by_mail as number_requests
from mailsvc.documents.tasks import replies as task_replies
from mailsvc.mail import addresses
from mailsvc.mail.envelope import Envelope, Recipient
from mailsvc.mail.letter import Letter
from mailsvc.message.buffer import Buffer
from mailsvc.message.scan import Scan
from mailsvc.store import mailboxes
from mailsvc.store.tx import Tx

Taker = Callable[[Tx, int, Scan, Buffer, intake.Case], None]
"""Takes an answer: its content, what was found in it, its bytes, its files."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A letter that is more than mail. `take` is None for somebody whose work it is not: the letter then is ordinary
    mail, and its sender hears that it counts for nothing."""

    take: Taker | None
    tell_stranger: Callable[[Tx], None]


def recognise(tx: Tx, envelope: Envelope, letter: Letter) -> Answer | None:
    """What the submitted letter answers; None for ordinary mail."""
    known = (envelope.account_id, [one.address for one in envelope.recipients], letter.scan.references)
    number = number_requests.recognise(tx, *known[:2])
    if number is not None:
        return Answer(partial(_take, number_requests.take, number), lambda _: None)
    work = mail_replies.recognise(tx, *known)
    if work is not None:
        take = partial(_take, mail_replies.take, work) if work.line is not None else None
        return Answer(take, lambda tx: mail_replies.tell_stranger(tx, work))
    task = task_replies.recognise(tx, *known)
    if task is not None:
        take = partial(_take, task_replies.take, task) if task.mine else None
        return Answer(take, lambda tx: task_replies.tell_stranger(tx, task))
    return None


def _take(work: Any, reply: Any, tx: Tx, content_id: int, scan: Scan, data: Buffer, case: intake.Case) -> None:
    work(tx, reply, content_id, scan, data, case)


def goes_to_the_office(tx: Tx, domains: list[str], recipient: Recipient) -> bool:
    """Whether the recipient stands for the office itself: an address for answers, or the clerks' mailbox."""
    if mail_replies.is_answer_address(recipient.address) or task_replies.token_in([recipient.address], ()):
        return True
    if number_requests.is_request_address(recipient.address):
        return True
    account = addresses.find(tx, domains, recipient.address) if addresses.is_local(recipient.address, domains) else None
    return account is not None and any(box.kind == "intake" for box in mailboxes.inboxes(tx, [account.id]).values())
