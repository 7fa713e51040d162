"""SORT and UID SORT (RFC 5256 §3, RFC 5267 §3, RFC 5957)."""

from __future__ import annotations

from mailsvc.imap.contexts import expect_fresh_tag, follow
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.returns import parse_returns
from mailsvc.imap.grammar.sorting import parse_sort
from mailsvc.imap.ordering import in_order
from mailsvc.imap.progress import tag_of
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.results import Results, correlator, esearch, numbers_of
from mailsvc.imap.searching import forget_saved, look
from mailsvc.imap.session import Session


async def sort(session: Session, cursor: Cursor) -> Done:
    return await _sort(session, cursor, uid=False)


async def uid_sort(session: Session, cursor: Cursor) -> Done:
    return await _sort(session, cursor, uid=True)


async def _sort(session: Session, cursor: Cursor, *, uid: bool) -> Done:
    tag, start = tag_of(cursor), cursor.pos
    try:
        arguments = parse_sort(cursor, uid=uid)
        expect_fresh_tag(session, tag, arguments.returns)
        searched = await look(session, tag, arguments.program)
    except Refused:
        cursor.pos = start + 1
        forget_saved(session, parse_returns(cursor))
        raise
    view, found, returns = session.selected, searched.found, arguments.returns
    order = await session.office.db.read(
        in_order, session.keeper.answers, view.identity, view.uids, found.uids, found.scores, arguments.criteria
    )
    results = Results.of(found, order)
    if returns is not None and "SAVE" in returns:
        session.save(results.saved(returns))
    if returns is not None and "UPDATE" in returns:
        follow(session, tag, searched, order, uid=uid, criteria=arguments.criteria, fetch=returns.fetch)
    numbers = numbers_of(view, uid=uid)
    if returns is None:
        session.write(b"* SORT%s\r\n" % "".join(f" {number}" for number in numbers(order)).encode("ascii"))
    elif not returns.only_save:
        session.write(esearch(correlator(tag), returns, results, numbers, uid=uid))
    return DONE
