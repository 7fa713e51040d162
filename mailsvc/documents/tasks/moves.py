"""Moving the letter of a task between the work folders of a mail client: it does the act the folder stands for, or is
undone with a mail that says why.
"""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.errors import MailsvcError, Refused
from mailsvc.documents import mail_face
from mailsvc.documents.routing.rules import rules
from mailsvc.documents.tasks import doing, post
from mailsvc.documents.tasks.words import words
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.store import placements, tasks
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tasks import Task
from mailsvc.store.tx import Tx


def moved(tx: Tx, account_id: int, source: Mailbox, target: Mailbox, old_uid: int, new_uid: int) -> bool:
    """The letter came to lie in a work folder; whether it was that of a task of the folder's owner."""
    rows = placements.rows(tx, target.id, new_uid, new_uid, ("content_id",))
    task = tasks.by_content(tx, rows[0][0]) if rows else None
    row = None if task is None else next(
        (one for one in tasks.people_of(tx, task.id) if one.person_id == target.account_id), None
    )  # fmt: skip
    if task is None or row is None:
        return False
    placements.expunge(tx, source.id, [old_uid])  # after COPY it still lies there
    tx.savepoint("SAVEPOINT task_move")
    try:
        _do(tx, Actor(account_id, door="imap"), task, target.kind)
    except MailsvcError as error:
        tx.savepoint("ROLLBACK TO SAVEPOINT task_move")
        back = source if source.kind in mail_face.KINDS else mail_face.folder(tx, target.account_id, mail_face.WORK)
        mail_face.carry(tx, target.id, new_uid, back)
        _tell(tx, account_id, task, error)
    tx.savepoint("RELEASE SAVEPOINT task_move")
    return True


def _do(tx: Tx, actor: Actor, task: Task, kind: str) -> None:
    if kind == mail_face.DONE:
        doing.report(tx, actor, task.id, f"Đã xong (chuyển thư sang “{rules().folders[kind]}”).")
        return
    raise Refused(
        "Chuyển sang “%(folders)s” không làm được việc gì: từ chối phải có lý do. Xin trả lời thư này với "
        "dòng đầu “Từ chối: lý do”. Căn cứ: %(refuse)s.",
        folders=rules().folders[kind],
        refuse=words().rules["refuse"],
    )


def _tell(tx: Tx, account_id: int, task: Task, error: MailsvcError) -> None:
    text = f"{error.message}\n\nThư đã được đưa về chỗ cũ. Xem tại {post.page_of(task.id)} trên Văn phòng điện tử.\n"
    notice.post(tx, [account_id], Notice("task", f"Chưa làm được: {task.title}", text, task.content_id))
