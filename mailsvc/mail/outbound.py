"""Mail to other servers: rows in the queue, written with the letter they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.mail import addresses
from mailsvc.mail.envelope import Envelope, Recipient
from mailsvc.store import queue
from mailsvc.store.queue import NewRow
from mailsvc.store.tx import Tx


def enqueue(tx: Tx, content_id: int, envelope: Envelope, recipients: Sequence[Recipient]) -> None:
    """Queue a stored letter for recipients elsewhere; each address once. The workers wake after the commit."""
    unique = {one.address: one for one in recipients}
    queue.add(tx, [_row(content_id, envelope, one) for one in unique.values()])


def _row(content_id: int, envelope: Envelope, recipient: Recipient) -> NewRow:
    return NewRow(
        content_id=content_id,
        sender=envelope.sender,
        recipient=recipient.address,
        domain=addresses.split(recipient.address)[1],
        notify=",".join(recipient.notify).upper(),
        orcpt=recipient.orcpt,
        ret=envelope.ret.upper(),
        envid=envelope.envid,
        smtputf8=int(envelope.smtputf8),
        account_id=envelope.account_id,
        return_path_size=envelope.return_path_size,
    )
