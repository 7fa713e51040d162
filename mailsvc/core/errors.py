"""The errors of the office.

MailsvcError
├── NotFound        what was asked for is not there
├── AlreadyThere    the name or number is taken
├── Refused         the person or sender may not do this
├── Invalid         the input breaks a rule; the message says which
├── TooLarge        beyond a size or count limit
├── OverQuota       the mailbox has no room
├── StorageFull     the disk has no room; nothing was written
├── Damaged         what is stored is not what was written
└── Busy            try again: a lock, a conflict, a restart

Each carries one sentence for a person (Vietnamese in the web, the doors add their own reply codes).
"""

from __future__ import annotations


class MailsvcError(Exception):
    """Base of all errors the service raises on purpose."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(MailsvcError):
    """What was asked for is not there."""


class AlreadyThere(MailsvcError):
    """The name or number is taken."""


class Refused(MailsvcError):
    """The person or sender may not do this."""


class Invalid(MailsvcError):
    """The input breaks a rule; the message says which."""


class TooLarge(MailsvcError):
    """Beyond a size or count limit."""


class OverQuota(MailsvcError):
    """The mailbox has no room for the message."""


class StorageFull(MailsvcError):
    """The disk has no room; nothing was written."""


class Damaged(MailsvcError):
    """What is stored is not what was written."""


class Busy(MailsvcError):
    """A passing conflict; the same act may be tried again."""
