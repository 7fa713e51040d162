"""What may go wrong in an SMTP conversation.

SmtpError
├── BadSyntax             the command does not follow the grammar
│   ├── BadSender         the reverse-path is not an address
│   ├── BadRecipient      the forward-path is not an address
│   └── UnknownParameter  a parameter that is not offered
└── Interrupted           the conversation cannot go on
    ├── Gone              the client has gone, or the service stops
    ├── TimedOut          the client was silent for too long
    └── TooSlow           the letter comes in too slowly to wait for it
"""

from __future__ import annotations


class SmtpError(Exception):
    """Base of the errors of a conversation."""


class BadSyntax(SmtpError):
    """The command does not follow the grammar: `code`, `enhanced` and a short text for the reply."""

    code = 501
    enhanced = "5.5.4"

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class BadSender(BadSyntax):
    """The reverse-path is not an address."""

    enhanced = "5.1.7"


class BadRecipient(BadSyntax):
    """The forward-path is not an address."""

    enhanced = "5.1.3"


class UnknownParameter(BadSyntax):
    """A parameter that is not offered. RFC 5321 §4.1.1.11"""

    code = 555


class Interrupted(SmtpError):
    """The conversation cannot go on; raised while waiting for the client, caught by the connection."""


class Gone(Interrupted):
    """The client has gone, or the service stops."""


class TimedOut(Interrupted):
    """The client was silent for too long."""


class TooSlow(Interrupted):
    """The letter comes in too slowly to wait for it."""
