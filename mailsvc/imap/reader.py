"""Reading one command from the connection: its lines and literals, within their caps."""

from __future__ import annotations

from mailsvc.imap import limits
from mailsvc.imap.errors import BadCommand, Farewell, ImapError, TooMuch
from mailsvc.imap.grammar.append import Literal, announced, parse_append_mailbox, parse_replaced
from mailsvc.imap.grammar.command import parse_head
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.session import Session

CONTINUE = b"+ xin gui tiep\r\n"


async def read_command(session: Session) -> bytes:
    """A whole command without its last CRLF; an APPEND up to the announcement of its first message.

    Raises TooMuch (the rest of the command has been read away), Farewell when that is not possible, and what the
    connection raises.
    """
    connection = session.connection
    cap = limits.COMMAND if session.account_id else limits.BEFORE_LOGIN
    line = limits.LINE if session.account_id else limits.BEFORE_LOGIN
    data = last = await connection.read_line(line)
    while (literal := announced(last)) is not None and not (session.account_id and is_message(data)):
        if len(data) + literal.size > cap:
            await refuse_literal(session, literal)
            raise TooMuch(f"Lệnh dài quá {cap} byte", head=data)
        if literal.synchronising:
            session.write(CONTINUE)
        octets = await connection.read_exact(literal.size)
        last = await connection.read_line(min(line, cap - len(data) - literal.size))
        data = b"%s\r\n%s%s" % (data, octets, last)
    return data


def is_message(data: bytes) -> bool:
    """Whether the literal announced at the end is of a message in APPEND or REPLACE, which is not read into memory."""
    cursor = Cursor(data)
    verb = parse_head(cursor).verb
    if verb not in ("APPEND", "REPLACE", "UID REPLACE"):
        return False
    try:
        if verb != "APPEND":
            parse_replaced(cursor)
    except ImapError:
        return True
    try:
        parse_append_mailbox(cursor)
    except BadCommand:
        return False  # the literal is the mailbox name itself
    except ImapError:
        return True
    return True


async def refuse_literal(session: Session, literal: Literal) -> None:
    """Get past a literal that will not be taken, and what follows it in the command (RFC 7888 §4).

    A client that waits for `+` simply gets none; one that does not has its octets read away, within bounds.
    """
    if literal.synchronising:
        return
    connection = session.connection
    total = 0
    following: Literal | None = literal
    while following is not None and not following.synchronising:
        total += following.size
        if not session.account_id or total > limits.DISCARD:
            raise Farewell("Literal quá lớn", "LIMIT")
        await connection.discard(following.size)
        following = announced(await connection.read_line(limits.LINE))
