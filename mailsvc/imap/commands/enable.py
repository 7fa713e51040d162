"""ENABLE (RFC 5161, RFC 9051 §6.3.1, RFC 6855 §3, RFC 9586 §3.1)."""

from __future__ import annotations

from mailsvc.imap.grammar.arguments import parse_enable
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session


async def enable(session: Session, cursor: Cursor) -> Done:
    """Switch on what we know of the names; the others are passed over in silence (RFC 5161 §3.1)."""
    enabled: list[str] = []
    for name in parse_enable(cursor):
        if name == "CONDSTORE" and name not in session.off and not session.condstore:
            session.enable_condstore()
            enabled.append(name)
        elif name == "QRESYNC" and not session.off & {"CONDSTORE", "QRESYNC"} and not session.qresync:
            session.enable_condstore()
            session.qresync = True
            enabled.append(name)
        elif name == "IMAP4REV2" and "IMAP4rev2" not in session.off and not session.rev2:
            session.rev2 = True
            enabled.append("IMAP4rev2")
        elif name == "UIDONLY" and name not in session.off | session.hidden and not session.uidonly:
            session.uidonly = True
            enabled.append(name)
        elif name == "UTF8=ACCEPT" and name not in session.off | session.hidden and not session.utf8_accept:
            session.utf8_accept = True
            enabled.append(name)
    session.write(b"* ENABLED%s\r\n" % "".join(" " + name for name in enabled).encode("ascii"))
    return DONE
