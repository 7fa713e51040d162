"""The errors of an IMAP session, and the one reply each becomes.

ImapError
├── BadCommand     BAD: the line is not IMAP, or the command has no place in this state
│   └── TooMuch    BAD: a line, literal, nesting or count beyond its cap
├── Refused        NO [CODE]: understood, and not done
└── Farewell       BYE: the connection ends after this
"""

from __future__ import annotations


class ImapError(Exception):
    """Base: `status` is the word of the tagged reply, `code` the response code without brackets ('' for none)."""

    status = "BAD"

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class BadCommand(ImapError):
    """The command cannot be understood, or cannot be given now."""

    status = "BAD"


class TooMuch(BadCommand):
    """The command is larger or deeper than this server reads; `head` is its beginning, where it was not read whole."""

    def __init__(self, text: str, code: str = "", head: bytes = b"") -> None:
        super().__init__(text, code)
        self.head = head


class Refused(ImapError):
    """The command was understood and not carried out; nothing was changed."""

    status = "NO"


class Farewell(ImapError):
    """The session ends; the text tells the client why."""

    status = "BYE"
