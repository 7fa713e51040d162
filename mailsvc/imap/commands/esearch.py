"""ESEARCH: one search in several mailboxes (RFC 7377)."""

from __future__ import annotations

from mailsvc.imap import limits
from mailsvc.imap.contexts import expect_fresh_tag, follow
from mailsvc.imap.errors import BadCommand, Refused
from mailsvc.imap.filters import without_filters
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.response import string
from mailsvc.imap.grammar.search import Program
from mailsvc.imap.grammar.sources import SELECTED, MultiSearch, parse_esearch
from mailsvc.imap.progress import Progress, tag_of, telling
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.results import Results
from mailsvc.imap.results import esearch as response
from mailsvc.imap.searching import look, uses_saved
from mailsvc.imap.session import Session
from mailsvc.imap.sources import chosen, find_in


async def esearch(session: Session, cursor: Cursor) -> Done:
    tag = tag_of(cursor)
    arguments = parse_esearch(cursor)
    expect_fresh_tag(session, tag, arguments.returns)
    selected = any(source.kind == SELECTED for source in arguments.sources)
    updating = arguments.returns is not None and "UPDATE" in arguments.returns
    if (selected or updating) and session.view is None:
        raise BadCommand("Chưa chọn hộp thư nào")
    if not arguments.selected_only and uses_saved(arguments.program.key):
        raise BadCommand("$ chỉ có nghĩa trong hộp thư đang mở")
    program = await without_filters(session, arguments.program)
    if program.modseq:
        session.enable_condstore()
    if selected:
        await _in_selected(session, tag, arguments, program)
    await _elsewhere(session, tag, arguments, program, selected)
    return DONE


async def _in_selected(session: Session, tag: bytes, arguments: MultiSearch, program: Program) -> None:
    view, returns = session.selected, arguments.returns
    searched = await look(session, tag, program)
    results = Results.of(searched.found)
    if returns is not None and "SAVE" in returns:
        session.save(results.saved(returns))
    if returns is not None and "UPDATE" in returns:
        follow(session, tag, searched, results.uids, uid=True, fetch=returns.fetch)
    if returns is None or not returns.only_save:
        _tell(session, tag, view.name, view.uidvalidity, arguments, results)


async def _elsewhere(session: Session, tag: bytes, arguments: MultiSearch, program: Program, selected: bool) -> None:
    """Every other mailbox in a reading of its own, so that others are served in between."""
    db = session.office.db
    found = await db.read(chosen, session.account_id, arguments.sources)
    boxes = [one for one in found if not (selected and one.mailbox.id == session.selected.mailbox_id)]
    if len(boxes) > limits.SEARCHED_MAILBOXES:
        raise Refused(f"ESEARCH tìm trong nhiều nhất {limits.SEARCHED_MAILBOXES} hộp thư", "LIMIT")
    with telling(session, tag, Progress(len(boxes))) as progress:
        for seen in boxes:
            inner = Progress()
            results = Results.of(await db.read(find_in, seen, program.key, modseq=program.modseq, progress=inner))
            progress.tick()
            _tell(session, tag, seen.name, seen.mailbox.uidvalidity, arguments, results)
            await session.connection.drain()


def _tell(session: Session, tag: bytes, name: str, uidvalidity: int, arguments: MultiSearch, results: Results) -> None:
    """RFC 7377 §2.1: only mailboxes in which something is found are told."""
    if results.uids:
        who = b"(TAG %s MAILBOX %s UIDVALIDITY %d)" % (string(tag), session.name(name), uidvalidity)
        session.write(response(who, arguments.returns, results, lambda uids: uids, uid=True))
