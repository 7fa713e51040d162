"""What goes wrong on a connection.

NetError
├── Disconnected        the peer has closed, or the connection broke
├── LineTooLong         a line beyond its limit; its rest is skipped
├── ReadTimeout         the peer sent nothing (or no whole line) in time
├── WriteTimeout        the peer took nothing in time; the connection is gone
├── PlaintextLeftover   octets were waiting where encryption had to begin: close
├── TlsFailed           no handshake, or a broken record
├── DialFailed          no address could be reached
├── DialRefused         the address is one we do not dial (loopback, private)
└── DnsError
    ├── NoSuchName      the name, or records of that type, do not exist
    ├── NullMx          the domain says that it takes no mail
    └── DnsUnavailable  no answer: try later
"""

from __future__ import annotations

from mailsvc.core.errors import MailsvcError


class NetError(MailsvcError):
    """Base of what goes wrong on a connection."""


class Disconnected(NetError):
    """The peer has closed, or the connection broke."""


class LineTooLong(NetError):
    """A line went beyond its limit; `head` is its beginning (a command's tag, for the answer)."""

    def __init__(self, head: bytes) -> None:
        super().__init__("line too long")
        self.head = head


class ReadTimeout(NetError):
    """The peer sent nothing, or no whole line, in time."""


class WriteTimeout(NetError):
    """The peer took nothing in time; the connection has been aborted."""


class PlaintextLeftover(NetError):
    """Octets were waiting where another layer had to begin; the only safe answer is to close."""


class TlsFailed(NetError):
    """No handshake, or a broken record."""


class DialFailed(NetError):
    """No address of the host could be reached; the message says which and why."""


class DialRefused(NetError):
    """The address is one we do not dial."""


class DnsError(NetError):
    """Base of what DNS may answer instead of records."""


class NoSuchName(DnsError):
    """The name, or records of that type, do not exist."""


class NullMx(DnsError):
    """The domain takes no mail (RFC 7505)."""


class DnsUnavailable(DnsError):
    """No usable answer; another try later may help."""
