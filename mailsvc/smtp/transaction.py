"""One mail transaction: from MAIL to the reply after the data."""

from __future__ import annotations

import itertools
import secrets

from mailsvc.core.clock import Clock
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.smtp import header, trace
from mailsvc.smtp.data import ChunkReader, Intake
from mailsvc.smtp.grammar import MailCommand

_RUN = secrets.token_hex(5)
"""Of this process: names stay unique over restarts without asking the kernel for each letter."""
_numbers = itertools.count(1)


class Transaction:
    """What has been said so far. `chunks` and `failed` are of BDAT: begun, and to be given up."""

    __slots__ = (
        "_head_size", "_return_path", "chunk_reader", "chunks", "failed", "id", "intake", "mail", "received_ms",
        "recipients", "refused",
    )  # fmt: skip

    def __init__(self, mail: MailCommand) -> None:
        self.id = f"{_RUN}{next(_numbers):06x}"
        self.mail = mail
        self.recipients: list[Recipient] = []
        self.intake: Intake | None = None
        self.refused = False
        self.chunks = False
        self.chunk_reader = ChunkReader()
        self.failed = False
        self.received_ms = 0
        self._head_size = 0
        self._return_path = b""

    @property
    def sender(self) -> str:
        """The reverse-path, '' for the null one."""
        return str(self.mail.sender) if self.mail.sender else ""

    def head(self, own: bytes, client: Client, host: str, word: str, submitted: bool, clock: Clock) -> bytes:
        """The fields that go in front of the letter whose header is `own`."""
        self.received_ms = clock.now_ms()
        only = self.recipients[0].address if len(self.recipients) == 1 else ""
        self._return_path = trace.return_path(self.sender)
        result = self._return_path + trace.received(client, host, word, self.id, only, self.received_ms)
        if submitted:
            result += header.missing_fields(own, f"{self.id}@{host}", trace.mail_date(self.received_ms))
        self._head_size = len(result)
        return result

    def envelope(self, door: str, client: Client, account_id: int | None, digest: bytes) -> Envelope:
        """The finished envelope; call it after `head`."""
        mail = self.mail
        return Envelope(
            id=self.id,
            door=door,
            client=client,
            sender=self.sender,
            recipients=tuple(self.recipients),
            received_ms=self.received_ms,
            digest=digest,
            account_id=account_id,
            smtputf8=mail.smtputf8,
            body=mail.body,
            ret=mail.ret,
            envid=mail.envid,
            return_path_size=len(self._return_path),
            trace_size=self._head_size,
        )

    def close(self) -> None:
        """Forget the bytes; files that were not taken over go away."""
        if self.intake is not None:
            self.intake.close()
            self.intake = None
