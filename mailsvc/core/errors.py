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

Each carries one sentence for a person (`message`, Vietnamese; the doors add their own reply codes), and the `text` and
`values` it was made of, from which the web makes the English one.
"""

from __future__ import annotations

from collections.abc import Iterable


class Phrase(str):
    """A sentence or a part of one that remembers what it was made of, so that a page can say it in another language."""

    text: str
    values: dict[str, object]

    def __new__(cls, text: str, /, **values: object) -> Phrase:
        made = super().__new__(cls, text % values if values else text)
        made.text, made.values = text, values
        return made

    def __str__(self) -> str:
        return "".join((self,))


class HouseWord(Phrase):
    """A word of the house from config/ (a state, a role) as a value of a phrase."""


def together(phrases: Iterable[Phrase]) -> Phrase:
    """Several sentences, one after the other."""
    named = {f"part_{place}": one for place, one in enumerate(phrases)}
    return Phrase(" ".join(f"%({name})s" for name in named), **named)


class MailsvcError(Exception):
    """Base of all errors the service raises on purpose."""

    def __init__(self, text: str = "", /, **values: object) -> None:
        """`message` is `text` with its `%(name)s` filled in; without values a percent sign is just itself."""
        phrase = text if isinstance(text, Phrase) else Phrase(text, **values)
        super().__init__(str(phrase))
        self.message = str(phrase)
        self.text = phrase.text
        self.values = phrase.values


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
