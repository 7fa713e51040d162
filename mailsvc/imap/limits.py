"""What one session may ask for; octets unless said otherwise."""

from __future__ import annotations

BEFORE_LOGIN = 8192
"""One whole command before login, its literals included."""
LINE = 65536
"""One line of a command after login."""
COMMAND = 1 << 20
"""One whole command after login, without the messages of APPEND (sequence sets and search texts grow long)."""
DISCARD = 64 << 20
"""A refused literal that comes without being asked for is read and forgotten up to this size; then we hang up."""
STRIKES = 3
"""Hostile mistakes before login that end the connection."""
MISTAKES = 200
"""Rejected commands in a row after login that end the connection: a client in a loop."""
ACCOUNTS_SECONDS = 15.0
"""How often it is looked at whether the accounts of sessions still stand."""
LOGIN_SECONDS = 60.0
"""Silence before login."""
LOGIN_TOTAL_SECONDS = 300.0
"""All the time that a connection may stand without anybody logged in."""
SLOW_SECONDS = 5.0
"""How long an idle client that does not read is left alone before it is looked at again."""
APPEND_MESSAGES = 1000
"""Messages of one MULTIAPPEND."""
APPEND_TOTAL = 1 << 30
"""All octets of one MULTIAPPEND."""
CATENATE_PARTS = 1000
"""Parts of one message that is put together."""
WATCHED_MAILBOXES = 1000
"""Mailboxes whose messages one session watches (RFC 5465 §3.1)."""
NOTIFICATIONS = 1000
"""Lines of one telling of NOTIFY; more is told as an overflow (RFC 5465 §5.8)."""
KEYWORDS = 100
"""Keywords on one message."""
PROGRESS_SECONDS = 10.0
"""How often a client is told how far its long command has come (RFC 9585 §3)."""
CONTEXTS = 10
"""Searches of one session whose changes are told (RFC 5267 §4.3.1)."""
KEPT = 48 << 20
"""Octets of orders and threads that are remembered for all sessions of a process."""
SEARCHED_MAILBOXES = 2000
"""Mailboxes of one ESEARCH."""
