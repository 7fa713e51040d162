"""Answers to the letters of assigned work: an answer from the receiver's own account becomes an opinion or an act.

An answer is known by the token in the address it goes to or in its References, and counts only when the account that
submitted it holds a line of that decision; everything else is ordinary mail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, MailsvcError
from mailsvc.documents import mail_face
from mailsvc.documents.case import Case
from mailsvc.documents.routing import closing, handling, recalling, receivers
from mailsvc.documents.routing.handling import Enclosed
from mailsvc.documents.routing.rules import rules
from mailsvc.message.buffer import Buffer
from mailsvc.message.replied import replied_text
from mailsvc.message.scan import Scan
from mailsvc.store import contents, documents, mailboxes, placements, routing
from mailsvc.store.documents import DocumentFile
from mailsvc.store.mailboxes import INBOX
from mailsvc.store.placements import NewPlacement
from mailsvc.store.routing import Direction, Line
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import canon, fold

_DAY = re.compile(r"\b(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})\b")
_HIDDEN = ("inline", "signature", "blocked", "calendar")
_NO_WORDS = "(Không có nội dung, xem tệp kèm theo.)"


@dataclass(frozen=True, slots=True)
class Reply:
    """A letter that answers work: by whom, on which line. `line` is None when the account has none in it."""

    account_id: int
    direction: Direction
    line: Line | None


def token_in(addresses: Sequence[str], references: Sequence[str]) -> str:
    """The token of the answered letter, '' for every other letter."""
    for text in addresses:
        local = text.rpartition("@")[0].lower()
        found = mail_face.TOKEN.fullmatch(local.rpartition("+")[2])
        if found is not None:
            return found[1]
    for text in reversed(references):
        found = mail_face.TOKEN.match(text.lstrip("<").lower())
        if found is not None:
            return found[1]
    return ""


def recognise(tx: Tx, account_id: int | None, addresses: Sequence[str], references: Sequence[str]) -> Reply | None:
    """The answer that a submitted letter is; None for ordinary mail and for letters from outside."""
    token = "" if account_id is None else token_in(addresses, references)
    direction = routing.direction_with_token(tx, token) if token else None
    if direction is None or account_id is None:
        return None
    return Reply(account_id, direction, line_of(tx, account_id, direction.id))


def line_of(tx: Tx, account_id: int, direction_id: int) -> Line | None:
    """The line of the decision that lies with the person, an open one first."""
    desks = receivers.desks_of(tx, account_id)
    mine = [one for one in routing.lines_by_direction(tx, direction_id) if one.assignee_id in desks]
    return next((one for one in mine if one.is_open), mine[0] if mine else None)


def is_answer_address(address: str) -> bool:
    """Whether the recipient is the subaddress that answers go to."""
    return bool(token_in([address], ()))


# ---- taking an answer ---------------------------------------------------------------------------------------
def take(tx: Tx, reply: Reply, content_id: int, scanned: Scan, data: Buffer, case: Case) -> None:
    """Carry out what the answer says, and put it before the assigner. What cannot be done is written down as an
    opinion where that is allowed, and the person is told why."""
    line = reply.line
    assert line is not None  # noqa: S101 - the caller has looked
    if _is_repeated(tx, line.document_id, reply.account_id, scanned.message_id):
        return
    actor = Actor(reply.account_id, door="smtp")
    text = replied_text(data, scanned)
    act, words = meant(text)
    enclosed = Enclosed(content_id, _files(content_id, case, "report" if act != "opinion" else "opinion"))
    if act == "opinion" and enclosed.files and line.role in ("lead", "cooperate"):
        act, enclosed = "report", Enclosed(content_id, _files(content_id, case, "report"))
    tx.savepoint("SAVEPOINT answer")
    try:
        _do(tx, actor, line, act, words or _NO_WORDS, enclosed)
    except MailsvcError as error:
        tx.savepoint("ROLLBACK TO SAVEPOINT answer")
        _not_done(tx, actor, line, text or _NO_WORDS, enclosed, error)
    tx.savepoint("RELEASE SAVEPOINT answer")
    if line.state == "unread" and (fresh := routing.line(tx, line.id)).state == "unread":
        handling.mark_read(tx, fresh)
    _show_assigner(tx, reply, line, content_id, scanned.size)


def _is_repeated(tx: Tx, document_id: int, author_id: int, message_id: str) -> bool:
    """The same letter once more: its sender did not hear our answer and sent it again (RFC 5321 §4.5.4.1)."""
    brought = [one.content_id for one in routing.opinions_of(tx, document_id) if one.author_id == author_id]
    return bool(message_id) and any(contents.get(tx, one).message_id == message_id for one in brought if one)


def _do(tx: Tx, actor: Actor, line: Line, act: str, words: str, enclosed: Enclosed) -> None:
    if act == "opinion":
        handling.opine(tx, actor, line.document_id, words, line.id, enclosed)
    elif act == "return":
        handling.give_back(tx, actor, line.id, words)
    elif act == "extension":
        day = _DAY.search(words)
        if day is None:
            raise Invalid("Xin gia hạn phải ghi ngày: “Xin gia hạn đến 30/11/2026: lý do”.")
        recalling.ask_extension(tx, actor, line.id, day[1], words)
    else:
        reported = handling.report(tx, actor, line.id, words, enclosed, quiet=True)
        if act == "close":
            closing.close(tx, actor, line.id, version=reported.version)


def _not_done(tx: Tx, actor: Actor, line: Line, text: str, enclosed: Enclosed, error: MailsvcError) -> None:
    """Keep the words and the files all the same, and say why the act was not done."""
    document = documents.get(tx, line.document_id)
    kept = "Nội dung và tệp của thư đã được ghi là ý kiến trên văn bản."
    files = Enclosed(enclosed.content_id, tuple(_as_opinion(one) for one in enclosed.files))
    try:
        handling.opine(tx, actor, line.document_id, text, line.id, files)
    except MailsvcError:
        kept = "Thư vẫn được chuyển tới người giao việc, nhưng chưa ghi vào văn bản."
    why = f"{error.message}\n\n{kept}"
    title = f"Chưa làm được: số đến {document.arrival_number}/{document.year}: {document.subject}"
    assert actor.account_id is not None  # noqa: S101 - it was submitted by a person
    mail_face.tell(tx, actor.account_id, mail_face.office_address(tx, document.org_code), title, why + "\n")


def tell_stranger(tx: Tx, reply: Reply) -> None:
    """Somebody of the office answers a letter of work that is not theirs: the clerks get it as mail, no more."""
    document = documents.get(tx, reply.direction.document_id)
    title = f"Chưa ghi vào văn bản số đến {document.arrival_number}/{document.year}"
    text = (
        "Thư trả lời của bạn không được ghi thành ý kiến vì văn bản này không giao cho bạn. "
        f"Thư vẫn được chuyển tới văn thư. Căn cứ: {rules().lines['return_rule']}.\n"
    )
    mail_face.tell(tx, reply.account_id, mail_face.office_address(tx, document.org_code), title, text)


def _as_opinion(file: DocumentFile) -> DocumentFile:
    return DocumentFile(
        file.position, file.content_id, file.path, file.name, file.content_type, file.size, file.sha256, "opinion"
    )


def meant(text: str) -> tuple[str, str]:
    """(act, words) of what was written: the first words tell the act (config/routing.toml, mail)."""
    first, _, rest = text.partition("\n")
    plain = fold(canon(first)).strip()
    for act in ("return", "extension", "close", "report"):
        for word in rules().mail[act]:
            if plain.startswith(fold(canon(word))):
                said = first.strip()[len(word) :].lstrip(" :.,-–") if act in ("return", "report", "close") else first
                return act, "\n".join(one for one in (said.strip(), rest.strip()) if one) or first.strip()
    return "opinion", text.strip()


def _files(content_id: int, case: Case, role: str) -> tuple[DocumentFile, ...]:
    shown = [one for one in case.enclosed if one.role not in _HIDDEN and one.size]
    return tuple(
        DocumentFile(n, content_id, one.path, one.name, one.content_type, one.size, one.sha256, role)
        for n, one in enumerate(shown)
    )


def _show_assigner(tx: Tx, reply: Reply, line: Line, content_id: int, size: int) -> None:
    """The answer lies in the assigner's inbox, as every answer to a letter would."""
    box = mailboxes.find(tx, line.assigner_id, INBOX)
    if box is not None and line.assigner_id != reply.account_id:
        placements.add_everywhere(tx, [box.id], NewPlacement(content_id, size, tx.now_ms))
