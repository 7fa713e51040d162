"""Logging: one line per event on standard error, with a short reference for unexpected failures and no secrets."""

from __future__ import annotations

import logging
import re
import secrets
from collections import deque
from dataclasses import dataclass

_SECRET = re.compile(r"(?i)\b(password|passwd|mật khẩu|authorization|token|secret)(\s*[=:]\s*|\s+)(\S+)")
_SASL = re.compile(r"(?i)\b(AUTH(?:ENTICATE)?\s+\S+|LOGIN\s+\S+)\s+\S+")


def redact(text: str) -> str:
    """The text with passwords and SASL responses blanked."""
    return _SASL.sub(r"\1 ***", _SECRET.sub(r"\1\2***", text))


class RedactingFormatter(logging.Formatter):
    """Formats a record and removes secrets, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error of the log: when, in which part, what; without secrets, and without what an exception says."""

    at_ms: int
    part: str
    text: str


class Troubles(logging.Handler):
    """Keeps the latest errors in memory, for those who look after the house.

    Of other libraries only the kind of the error is kept: their words may hold whatever they were working on.
    """

    KEPT = 30
    LONGEST = 300

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._latest: deque[Trouble] = deque(maxlen=self.KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0] if record.exc_info else None
        own = record.name.partition(".")[0] in ("mailsvc", "webmail")
        words = [redact(record.getMessage().partition("\n")[0])[: self.LONGEST]] if own else []
        words += [kind.__name__] if kind is not None else []
        self._latest.append(Trouble(int(record.created * 1000), record.name, ": ".join(words)))

    def latest(self) -> list[Trouble]:
        """Newest first."""
        return list(reversed(self._latest))

    def forget(self) -> None:
        self._latest.clear()


troubles = Troubles()
"""Those of this process since it started."""


def configure(level: str = "INFO") -> None:
    """Send the root logger's records to standard error, redacted."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler, troubles]
    root.setLevel(level)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells every command at INFO
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def failure_reference(logger: logging.Logger, where: str) -> str:
    """Log the exception being handled and return the short reference a person can give to IT ("4F2C9A")."""
    reference = secrets.token_hex(3).upper()
    logger.exception("[%s] unexpected failure in %s", reference, where)
    return reference
