"""Which commands there are, where each may be given, and one reply for each, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mailsvc.core import errors as core
from mailsvc.core.log import failure_reference
from mailsvc.imap import limits, news
from mailsvc.imap.commands import (
    acl,
    append,
    cancelupdate,
    capability,
    close,
    compress,
    copy,
    enable,
    esearch,
    expunge,
    fetch,
    id,
    idle,
    language,
    listing,
    login,
    logout,
    mailbox,
    metadata,
    namespace,
    noop,
    notify,
    quota,
    replace,
    search,
    select,
    sort,
    starttls,
    status,
    store,
    subscribe,
    thread,
    unauthenticate,
)
from mailsvc.imap.errors import BadCommand, Farewell, ImapError, TooMuch
from mailsvc.imap.grammar.append import announced
from mailsvc.imap.grammar.command import Head, parse_head
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reader import refuse_literal
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session, State
from mailsvc.net.errors import NetError

log = logging.getLogger("mailsvc.imap")

Run = Callable[[Session, Cursor], Awaitable[Done | None]]


@dataclass(frozen=True, slots=True)
class Command:
    """`numbers_stand`: no EXPUNGE may be told with its reply (RFC 9051 §7.5.1). `capability`: what it belongs to.
    `leaves`: it only leaves the mailbox, which a guest may who has lost all rights there."""

    run: Run
    states: State
    capability: str = ""
    numbers_stand: bool = False
    leaves: bool = False


COMMANDS = {
    "CAPABILITY": Command(capability.capability, State.ANY),
    "NOOP": Command(noop.noop, State.ANY),
    "LANGUAGE": Command(language.language, State.ANY, "LANGUAGE"),
    "LOGOUT": Command(logout.logout, State.ANY),
    "ID": Command(id.id_, State.ANY, "ID"),
    "STARTTLS": Command(starttls.starttls, State.NEW),
    "LOGIN": Command(login.login, State.NEW),
    "AUTHENTICATE": Command(login.authenticate, State.NEW),
    "UNAUTHENTICATE": Command(unauthenticate.unauthenticate, State.INSIDE, "UNAUTHENTICATE"),
    "COMPRESS": Command(compress.compress, State.INSIDE, "COMPRESS=DEFLATE"),
    "ENABLE": Command(enable.enable, State.INSIDE, "ENABLE"),
    "SELECT": Command(select.select, State.INSIDE),
    "EXAMINE": Command(select.examine, State.INSIDE),
    "CREATE": Command(mailbox.create, State.INSIDE),
    "DELETE": Command(mailbox.delete, State.INSIDE),
    "RENAME": Command(mailbox.rename, State.INSIDE),
    "SUBSCRIBE": Command(subscribe.subscribe, State.INSIDE),
    "UNSUBSCRIBE": Command(subscribe.unsubscribe, State.INSIDE),
    "LIST": Command(listing.list_, State.INSIDE),
    "LSUB": Command(listing.lsub, State.INSIDE),
    "NAMESPACE": Command(namespace.namespace, State.INSIDE, "NAMESPACE"),
    "STATUS": Command(status.status, State.INSIDE),
    "GETQUOTA": Command(quota.get_quota, State.INSIDE, "QUOTA"),
    "GETQUOTAROOT": Command(quota.get_quota_root, State.INSIDE, "QUOTA"),
    "SETQUOTA": Command(quota.set_quota, State.INSIDE, "QUOTASET"),
    "SETACL": Command(acl.set_acl, State.INSIDE, "ACL"),
    "DELETEACL": Command(acl.delete_acl, State.INSIDE, "ACL"),
    "GETACL": Command(acl.get_acl, State.INSIDE, "ACL"),
    "LISTRIGHTS": Command(acl.list_rights, State.INSIDE, "ACL"),
    "MYRIGHTS": Command(acl.my_rights, State.INSIDE, "ACL"),
    "GETMETADATA": Command(metadata.get_metadata, State.INSIDE),
    "SETMETADATA": Command(metadata.set_metadata, State.INSIDE),
    "APPEND": Command(append.append, State.INSIDE),
    "REPLACE": Command(replace.replace, State.SELECTED, "REPLACE"),
    "UID REPLACE": Command(replace.uid_replace, State.SELECTED, "REPLACE"),
    "NOTIFY": Command(notify.notify, State.INSIDE, "NOTIFY"),
    "IDLE": Command(idle.idle, State.INSIDE, "IDLE"),
    "CHECK": Command(noop.check, State.SELECTED),
    "CLOSE": Command(close.close, State.SELECTED, leaves=True),
    "UNSELECT": Command(close.unselect, State.SELECTED, "UNSELECT", leaves=True),
    "EXPUNGE": Command(expunge.expunge, State.SELECTED),
    "UID EXPUNGE": Command(expunge.uid_expunge, State.SELECTED, "UIDPLUS"),
    "SEARCH": Command(search.search, State.SELECTED, numbers_stand=True),
    "UID SEARCH": Command(search.uid_search, State.SELECTED, numbers_stand=True),  # its keys may hold numbers
    "ESEARCH": Command(esearch.esearch, State.INSIDE, "MULTISEARCH"),
    "SORT": Command(sort.sort, State.SELECTED, "SORT", numbers_stand=True),
    "UID SORT": Command(sort.uid_sort, State.SELECTED, "SORT", numbers_stand=True),
    "THREAD": Command(thread.thread, State.SELECTED, numbers_stand=True),
    "UID THREAD": Command(thread.uid_thread, State.SELECTED, numbers_stand=True),
    "CANCELUPDATE": Command(cancelupdate.cancelupdate, State.SELECTED, "CONTEXT=SEARCH"),
    "FETCH": Command(fetch.fetch, State.SELECTED, numbers_stand=True),
    "UID FETCH": Command(fetch.uid_fetch, State.SELECTED),
    "STORE": Command(store.store, State.SELECTED, numbers_stand=True),
    "UID STORE": Command(store.uid_store, State.SELECTED),
    "COPY": Command(copy.copy, State.SELECTED),
    "UID COPY": Command(copy.uid_copy, State.SELECTED),
    "MOVE": Command(copy.move, State.SELECTED, "MOVE"),
    "UID MOVE": Command(copy.uid_move, State.SELECTED, "MOVE"),
}

_WRONG_STATE = {
    State.NEW: "Xin đăng nhập trước",
    State.LOGGED_IN: "Lệnh này không dùng được lúc này (chưa chọn hộp thư, hoặc đã đăng nhập)",
    State.SELECTED: "Lệnh này không dùng được khi đã đăng nhập",
}
# RFC 5530 §3
_CODES: tuple[tuple[type[core.MailsvcError], str], ...] = (
    (core.NotFound, "NONEXISTENT"),
    (core.AlreadyThere, "ALREADYEXISTS"),
    (core.Refused, "NOPERM"),
    (core.Invalid, "CANNOT"),
    (core.OverQuota, "OVERQUOTA"),
    (core.TooLarge, "LIMIT"),
    (core.StorageFull, "UNAVAILABLE"),
    (core.Busy, "UNAVAILABLE"),
)


async def answer(session: Session, data: bytes) -> None:
    """Run one command and write its reply. Raises Farewell and NetError only."""
    cursor = Cursor(data, utf8=session.utf8, off=session.refused)
    head = parse_head(cursor)
    try:
        command = await _found(session, cursor, head)
        if command.states == State.SELECTED and not command.leaves:
            await session.check_standing()
        done = await command.run(session, cursor)
        farewell = await _tell_news(session, command)
    except (Farewell, NetError):
        raise
    except ImapError as error:
        _reject(session, head.tag, error)
    except core.MailsvcError as error:
        session.status(head.tag, "NO", error.message or "Không thực hiện được", _code(error))
    except Exception:
        reference = failure_reference(log, head.verb)
        session.status(head.tag, "NO", f"Lỗi của máy chủ, xin báo quản trị (mã {reference})", "SERVERBUG")
        if announced(data) is not None:  # what is left of the message would be taken for commands
            raise Farewell("Lỗi của máy chủ, xin kết nối lại", "SERVERBUG") from None
    else:
        session.mistakes = 0
        if done is not None:
            session.status(head.tag, "OK", done.text or f"{head.verb} xong", done.code)
        if farewell is not None:
            raise farewell


async def _tell_news(session: Session, command: Command) -> Farewell | None:
    """What changed meanwhile; a Farewell is given back. The command is done whatever comes of this: nothing here may
    deny it, else the client would do it again."""
    try:
        await session.sync(expunge=not command.numbers_stand)
        await news.tell(session)
    except Farewell as farewell:
        return farewell
    except NetError:
        raise
    except Exception:
        failure_reference(log, "news")
    return None


async def _found(session: Session, cursor: Cursor, head: Head) -> Command:
    """The command, if it may be given now. Raises BadCommand, once a message that came with it is out of the way."""
    try:
        return _find(session, cursor, head.tag, head.verb)
    except BadCommand:
        literal = announced(cursor.data)
        if literal is not None:
            await refuse_literal(session, literal)
        raise


def _find(session: Session, cursor: Cursor, tag: bytes, verb: str) -> Command:
    """The command, if it may be given now. Raises BadCommand."""
    if tag == b"*":
        raise TooMuch("Dòng này không phải lệnh IMAP: cần nhãn, dấu cách rồi tên lệnh")
    command = COMMANDS.get(verb)
    if command is None or (command.capability and command.capability in session.off):
        raise BadCommand(f"Không có lệnh {verb[:40]}" if verb else "Thiếu tên lệnh")
    if session.state not in command.states:
        raise BadCommand(_WRONG_STATE[session.state])
    if session.uidonly and f"UID {verb}" in COMMANDS and verb != "EXPUNGE":
        cursor.numbers()
    return command


def _code(error: core.MailsvcError) -> str:
    return next((code for kind, code in _CODES if isinstance(error, kind)), "")


def _reject(session: Session, tag: bytes, error: ImapError) -> None:
    session.status(tag, error.status, error.text, error.code)
    if isinstance(error, BadCommand):
        count_mistake(session, hostile=isinstance(error, TooMuch))


def count_mistake(session: Session, *, hostile: bool) -> None:
    """Note a rejected command. Raises Farewell when there have been too many."""
    session.mistakes += 1
    session.strikes += hostile and not session.account_id
    if session.strikes >= limits.STRIKES or session.mistakes >= limits.MISTAKES:
        raise Farewell("Quá nhiều lệnh sai", "CLIENTBUG")
