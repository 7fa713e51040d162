"""Moves between the work folders of a mail client: each does the act it stands for, or is undone with a mail that says
why. COPY counts as a move here: clients without MOVE copy and then delete.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.core.actor import Actor
from mailsvc.core.errors import MailsvcError, Refused
from mailsvc.documents import mail_face
from mailsvc.documents.mail_face import DONE, INFO, KINDS, RETURNED, WORK
from mailsvc.documents.routing import closing, handling, receivers
from mailsvc.documents.routing.orders import INFORM, LEAD, LEADER
from mailsvc.documents.routing.rules import because, rules
from mailsvc.documents.tasks import moves as task_moves
from mailsvc.store import documents, placements, routing
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.routing import Line
from mailsvc.store.tx import Tx

_ALREADY = {
    WORK: ("unread", "read", "progress"),
    DONE: ("reported", "closed", "forwarded", "reassigned"),
    RETURNED: ("returned",),
    INFO: ("unread", "read"),
}


def moved(tx: Tx, account_id: int, source: Mailbox, target: Mailbox, pairs: Sequence[tuple[int, int]]) -> None:
    """Messages came to lie in another folder: (UID in the source, UID in the target). Only letters of work that come
    into a work folder stand for an act; every other one just lies where it was put."""
    if target.kind not in KINDS or source.id == target.id:
        return
    for old_uid, new_uid in pairs:
        if task_moves.moved(tx, account_id, source, target, old_uid, new_uid):
            continue
        rows = placements.rows(tx, target.id, new_uid, new_uid, ("content_id",))
        line = _line(tx, rows[0][0], (source.account_id, target.account_id)) if rows else None
        if line is None or line.state in _ALREADY[target.kind]:
            continue
        placements.expunge(tx, source.id, [old_uid])  # after COPY it still lies there
        _act(tx, account_id, line, source, target, new_uid)


def _line(tx: Tx, content_id: int, owners: Sequence[int]) -> Line | None:
    """The line whose letter this is, of one of the owners of the folders."""
    direction = routing.direction_of_mail(tx, content_id)
    if direction is None:
        return None
    found = [one for one in routing.lines_by_direction(tx, direction.id) if one.assignee_id in owners]
    return next((one for one in found if one.is_open), found[0] if found else None)


def _act(tx: Tx, account_id: int, line: Line, source: Mailbox, target: Mailbox, uid: int) -> None:
    """The act, or the way back with a mail."""
    tx.savepoint("SAVEPOINT folder_act")
    try:
        _require_desk(tx, account_id, line)
        _do(tx, Actor(account_id, door="imap"), line, target.kind)
    except MailsvcError as error:
        tx.savepoint("ROLLBACK TO SAVEPOINT folder_act")
        back = source if source.kind in KINDS else mail_face.folder(tx, target.account_id, _home(line))
        mail_face.carry(tx, target.id, uid, back)
        _tell(tx, account_id, line, target, back, error)
    tx.savepoint("RELEASE SAVEPOINT folder_act")


def _home(line: Line) -> str:
    return INFO if line.role == INFORM else WORK


def _require_desk(tx: Tx, account_id: int, line: Line) -> None:
    """Members of a unit see its folders; its work is done by those who lead it."""
    if line.assignee_id not in receivers.desks_of(tx, account_id):
        raise Refused(
            "Lượt này giao cho đơn vị; người đứng đầu đơn vị báo cáo hoặc trả lại. %(because)s",
            because=because(rules().lines["return_rule"], "lines"),
        )


def _do(tx: Tx, actor: Actor, line: Line, kind: str) -> None:
    if kind == DONE:
        _finish(tx, actor, line)
    elif kind == RETURNED:
        handling.give_back(tx, actor, line.id, _last_words(tx, actor, line))
    elif kind == WORK and line.state == "reported":
        handling.take_back_report(tx, actor, line.id)
    else:
        ended = rules().words.lines.get(line.state, line.state).lower()
        raise Refused(
            "Lượt này %(ended)s, không đưa về “%(folders)s” được.", ended=ended, folders=rules().folders[kind]
        )


def _finish(tx: Tx, actor: Actor, line: Line) -> None:
    if line.role == INFORM:
        handling.mark_read(tx, line)
    elif line.role == LEADER:
        raise Refused(
            "Văn bản trình cần ý kiến chỉ đạo: xin ghi bút phê trên trang của văn bản. %(because)s",
            because=because(rules().direct_rule, "direct"),
        )
    elif line.role == LEAD and closing.grounds(tx, line):
        closing.close(tx, actor, line.id, version=line.version)
    elif line.role == LEAD:
        raise Refused(
            "Chủ trì kết thúc phải có văn bản xử lý (tệp mềm): xin trả lời thư này với dòng đầu “Báo cáo: …” và "
            "gửi kèm tệp, hoặc xin lãnh đạo đồng ý không cần trả lời. %(because)s",
            because=because(rules().closing.rule, "closing.needs_file"),
        )
    else:
        words = f"Đã xong (chuyển thư sang “{rules().folders[DONE]}”)."
        handling.report(tx, actor, line.id, words)


def _last_words(tx: Tx, actor: Actor, line: Line) -> str:
    """The reason of a return: what the person last said on this line."""
    said = [
        one.text
        for one in routing.opinions_of(tx, line.document_id)
        if one.line_id == line.id and one.author_id == actor.account_id
    ]
    if not said:
        raise Refused(
            "Trả lại phải ghi lý do: xin trả lời thư này với dòng đầu “Trả lại: lý do”. %(because)s",
            because=because(rules().lines["return_rule"], "lines"),
        )
    return said[-1]


def _tell(tx: Tx, account_id: int, line: Line, target: Mailbox, back: Mailbox, error: MailsvcError) -> None:
    document = documents.get(tx, line.document_id)
    title = f"Đã đưa thư về “{back.name}”: số đến {document.arrival_number}/{document.year}: {document.subject}"
    text = (
        f"Thư này vừa được chuyển vào “{target.name}”, nhưng việc đó chưa làm được "
        f"nên thư đã được đưa về “{back.name}”.\n\n"
        f"Lý do: {error.message}\n"
    )
    mail_face.tell(tx, account_id, mail_face.office_address(tx, document.org_code), title, text)
