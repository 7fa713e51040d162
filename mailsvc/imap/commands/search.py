"""SEARCH and UID SEARCH (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 5267, RFC 7162 §3.1.5, RFC 9394)."""

from __future__ import annotations

from mailsvc.imap.contexts import expect_fresh_tag, follow
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.returns import parse_returns
from mailsvc.imap.grammar.search import Search, parse_search
from mailsvc.imap.progress import tag_of
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.results import Results, correlator, esearch, numbers_of
from mailsvc.imap.searching import forget_saved, look
from mailsvc.imap.session import Session


async def search(session: Session, cursor: Cursor) -> Done:
    return await _search(session, cursor, uid=False)


async def uid_search(session: Session, cursor: Cursor) -> Done:
    return await _search(session, cursor, uid=True)


async def _search(session: Session, cursor: Cursor, *, uid: bool) -> Done:
    tag, start = tag_of(cursor), cursor.pos
    try:
        arguments = parse_search(cursor, uid=uid)
        expect_fresh_tag(session, tag, arguments.returns)
        searched = await look(session, tag, arguments.program)
    except Refused:
        cursor.pos = start + 1
        forget_saved(session, parse_returns(cursor))
        raise
    returns, results = arguments.returns, Results.of(searched.found)
    if returns is not None and "SAVE" in returns:
        session.save(results.saved(returns))
    if returns is not None and "UPDATE" in returns:
        follow(session, tag, searched, results.uids, uid=uid, fetch=returns.fetch)
    if returns is None and not session.rev2:
        session.write(_plain(session, arguments, results))
    elif returns is None or not returns.only_save:
        numbers = numbers_of(session.selected, uid=uid)
        session.write(esearch(correlator(tag), returns, results, numbers, uid=uid))
    return DONE


def _plain(session: Session, arguments: Search, results: Results) -> bytes:
    numbers = numbers_of(session.selected, uid=arguments.uid)(results.uids)
    tail = b" (MODSEQ %d)" % max(results.modseqs.values()) if results.modseqs else b""
    return b"* SEARCH%s%s\r\n" % ("".join(f" {number}" for number in numbers).encode("ascii"), tail)
