"""Logging: one line per event on standard error, with a short reference for unexpected failures and no secrets."""

from __future__ import annotations

import logging
import re
import secrets

_SECRET = re.compile(r"(?i)\b(password|passwd|mật khẩu|authorization|token|secret)(\s*[=:]\s*|\s+)(\S+)")
_SASL = re.compile(r"(?i)\b(AUTH(?:ENTICATE)?\s+\S+|LOGIN\s+\S+)\s+\S+")


def redact(text: str) -> str:
    """The text with passwords and SASL responses blanked."""
    return _SASL.sub(r"\1 ***", _SECRET.sub(r"\1\2***", text))


class RedactingFormatter(logging.Formatter):
    """Formats a record and removes secrets, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(level: str = "INFO") -> None:
    """Send the root logger's records to standard error, redacted."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells every command at INFO
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def failure_reference(logger: logging.Logger, where: str) -> str:
    """Log the exception being handled and return the short reference a person can give to IT ("4F2C9A")."""
    reference = secrets.token_hex(3).upper()
    logger.exception("[%s] unexpected failure in %s", reference, where)
    return reference
