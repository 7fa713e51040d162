"""Submitted letters with a mark of secrecy in the subject are not taken (regulation, Article 7.2): two people are told.

A letter to the clerks is: they put before the office what came to them, and there it is held.
"""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.documents import holding
from mailsvc.mail import addresses
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.office import Office
from mailsvc.mail.policy import AllowAll, Policy, Refusal
from mailsvc.mail.sender_policy import HEADER_MAX
from mailsvc.message import headers
from mailsvc.store import mailboxes
from mailsvc.store.blobs import Buffer
from mailsvc.store.tx import Tx

_WORDS = "The subject bears a mark of state secrecy / Tieu de co dau mat: khong gui bi mat nha nuoc tren he thong"
REFUSAL = Refusal(554, "5.7.1", _WORDS)


class NoSecrets:
    """Refuses such letters of our own people; `then` is asked about all that passes, and about other doors."""

    def __init__(self, office: Office, then: Policy | None = None) -> None:
        self._db = office.db
        self._domains = office.settings.organisation.domains
        self._then: Policy = then or AllowAll()

    async def mail(self, client: Client, door: str, sender: str) -> Refusal | None:
        return await self._then.mail(client, door, sender)

    async def rcpt(self, client: Client, door: str, sender: str, recipient: Recipient) -> Refusal | None:
        return await self._then.rcpt(client, door, sender, recipient)

    async def data(self, envelope: Envelope, message: Buffer) -> Refusal | None:
        if envelope.account_id is not None and await self._is_marked(envelope, message):
            who = Actor(envelope.account_id, door="smtp", peer=envelope.client.ip)
            await self._db.write(holding.refuse_letter, who, len(envelope.recipients))
            return REFUSAL
        return await self._then.data(envelope, message)

    async def _is_marked(self, envelope: Envelope, message: Buffer) -> bool:
        if not holding.screen(titles=subjects(message, envelope.trace_size)):
            return False
        return not await self._db.read(_goes_to_clerks, self._domains, envelope.recipients)


def subjects(message: Buffer, trace_size: int = 0) -> list[str]:
    """All Subject fields, decoded. Never raises."""
    start = bytes(message[: trace_size + HEADER_MAX])
    end = start.find(b"\r\n\r\n")
    found = headers.values(start[:end] if end >= 0 else start)
    return [headers.decode(value) for name, value in found if name.lower() == b"subject"]


def _goes_to_clerks(tx: Tx, domains: list[str], recipients: tuple[Recipient, ...]) -> bool:
    """Whether one of the receivers is a mailbox that feeds a register."""
    for one in recipients:
        account = addresses.find(tx, domains, one.address) if addresses.is_local(one.address, domains) else None
        box = None if account is None else mailboxes.find(tx, account.id, mailboxes.INBOX)
        if box is not None and box.kind == "intake":
            return True
    return False
