"""The mail face of tasks: a task lies as a letter in `Văn bản/Việc của tôi`, its news come by mail in the same thread.

The letter follows the task: to `Đã xong` when it is done, to `Trả lại` when it was refused, away when it is withdrawn.
Its Message-ID bears the task's token, and so does the address an answer goes to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailsvc.documents import mail_face
from mailsvc.documents.following import people
from mailsvc.documents.tasks.words import DONE, WITHDRAWN, words
from mailsvc.mail import notice
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.notice import Notice
from mailsvc.message import compose
from mailsvc.message.compose import Person
from mailsvc.store import accounts, contents, mailboxes, placements, tasks
from mailsvc.store.flags import SEEN
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tasks import Task, TaskPerson
from mailsvc.store.tx import Tx

TOKEN = re.compile(r"cv-([0-9a-f]{32})")


def page_of(task_id: int) -> str:
    """Where the task is on the web."""
    return f"/cong-viec/{task_id}"


# ---- the letter ---------------------------------------------------------------------------------------------
def give(tx: Tx, task: Task, doers: Sequence[TaskPerson]) -> None:
    """Put the task as a letter before everybody who has to do it. A full mailbox takes it all the same."""
    letter = from_bytes(_write(tx, task, doers))
    content_id = contents.add(tx, letter.content)
    new = NewPlacement(content_id, letter.content.size, tx.now_ms)
    boxes = [mail_face.folder(tx, one.person_id, mail_face.WORK).id for one in doers]
    placements.add_everywhere(tx, boxes, new)
    tasks.keep_mail(tx, task.id, content_id)


def _write(tx: Tx, task: Task, doers: Sequence[TaskPerson]) -> bytes:
    local, _, domain = mail_face.office_address(tx, task.org_code).rpartition("@")
    assigner = accounts.get(tx, task.assigner_id).full_name
    answer = Person(assigner, f"{local}+cv-{task.token}@{domain}")
    lead = [_person(tx, one.person_id) for one in doers if one.role == tasks.LEAD]
    others = [_person(tx, one.person_id) for one in doers if one.role != tasks.LEAD]
    due = f" (hạn {shown_day(task.deadline)})" if task.deadline else ""
    return compose.compose(
        compose.Letter(
            sender=answer,
            to=tuple(one for one in lead if one.address),
            cc=tuple(one for one in others if one.address),
            subject=f"[Giao việc] {task.title}{due}",
            text=_text(tx, task, assigner, doers),
            message_id=f"<cv-{task.token}@{domain}>",
            date_ms=tx.now_ms,
            reply_to=(answer,),
            headers=notice.AUTOMATIC,
        )
    )


def _text(tx: Tx, task: Task, assigner: str, doers: Sequence[TaskPerson]) -> str:
    known = words()
    rows = [
        task.title,
        "",
        *([task.content, ""] if task.content else []),
        f"Người giao: {assigner}{f', {task.assigner_post}' if task.assigner_post else ''}",
        *(f"{known.roles[one.role]}: {accounts.get(tx, one.person_id).full_name}" for one in doers),
        f"Hạn: {shown_day(task.deadline) or 'không đặt'}",
        *([f"Mức độ: {known.priorities[task.priority]}"] if task.priority != "thuong" else []),
        *(["Đây là văn bản tham mưu: trễ hạn tính vào thi đua năm."] if task.advisory else []),
        "",
        f"Bấm “Đã nhận” và báo cáo tại {page_of(task.id)} trên Văn phòng điện tử, hoặc trả lời thư này:",
        "dòng đầu “Đã nhận” là nhận việc, “Từ chối: lý do” là từ chối, “50%” là tiến độ, “Báo cáo: …” là báo cáo",
        "hoàn thành (tệp gửi kèm là kết quả), “Xin gia hạn đến ngày/tháng/năm: lý do” là xin gia hạn; còn lại là",
        "ý kiến.",
        "",
        f"Giao việc qua Văn phòng điện tử là chỉ đạo hành chính ({known.rules['assign']}).",
    ]
    return "\n".join(rows) + "\n"


def shown_day(iso: str | None) -> str:
    return "/".join(reversed(iso.split("-"))) if iso else ""


def _person(tx: Tx, account_id: int) -> Person:
    return Person(accounts.get(tx, account_id).full_name, accounts.primary_address(tx, account_id))


# ---- following the task -------------------------------------------------------------------------------------
def seen(tx: Tx, task: Task, row: TaskPerson) -> None:
    """The doer has taken it on: his letter counts as read."""
    for box, uid, flags, keywords in _places(tx, task, row.person_id):
        if not flags & SEEN:
            placements.set_flags(tx, box.id, [(uid, flags, flags | SEEN, keywords)])


def opened_by(tx: Tx, task: Task) -> int | None:
    """One of the doers who has opened the letter in a mail client."""
    for row in tasks.people_of(tx, task.id):
        if any(flags & SEEN for _, _, flags, _ in _places(tx, task, row.person_id)):
            return row.person_id
    return None


def follow(tx: Tx, task: Task) -> None:
    """Put each doer's letter where the task's state says, when it still lies in one of the work folders."""
    for row in tasks.people_of(tx, task.id):
        for box, uid, _, _ in _places(tx, task, row.person_id):
            if task.state == WITHDRAWN:
                placements.expunge(tx, box.id, [uid])
            elif box.kind != (kind := _resting(task, row)):
                mail_face.carry(tx, box.id, uid, mail_face.folder(tx, row.person_id, kind))


def _resting(task: Task, row: TaskPerson) -> str:
    if row.refused_ms is not None:
        return mail_face.RETURNED
    done = task.state == DONE or row.reported_ms is not None
    return mail_face.DONE if done else mail_face.WORK


def _places(tx: Tx, task: Task, person_id: int) -> list[tuple[Mailbox, int, int, str]]:
    """Where the person's letter about the task lies among the work folders: (mailbox, UID, flags, keywords)."""
    if task.content_id is None:
        return []
    boxes = {box.id: box for box in mailboxes.of_account(tx, person_id) if box.kind in mail_face.KINDS}
    found = placements.of_content(tx, task.content_id, [person_id])
    return [(boxes[one[0]], one[1], one[2], one[3]) for one in found if one[0] in boxes]


# ---- news ---------------------------------------------------------------------------------------------------
def tell_doers(tx: Tx, task: Task, heading: str, text: str, *, only: int | None = None) -> None:
    """News for those who have to do it (`only` one of them)."""
    doers = [one.person_id for one in tasks.people_of(tx, task.id)]
    _tell(tx, task, [one for one in doers if only in (None, one)], heading, text, task.assigner_id)


def tell_assigner(tx: Tx, task: Task, author_id: int, heading: str, text: str, *, urgent: bool = False) -> None:
    """News for the one who gave the task, or who stands in for him."""
    name = accounts.get(tx, author_id).full_name
    told = people.present(tx, [task.assigner_id])
    _tell(tx, task, told, heading, f"{name}: {text}", author_id, urgent=urgent)


def tell_chiefs(tx: Tx, task: Task, author_id: int, heading: str, text: str) -> None:
    """News for the head of the Office."""
    name = accounts.get(tx, author_id).full_name
    told = people.present(tx, people.chiefs_of(tx, task.org_code))
    _tell(tx, task, told, heading, f"{name}: {text}", author_id)


def _tell(
    tx: Tx, task: Task, account_ids: Sequence[int], heading: str, text: str, answers_to: int, *, urgent: bool = False
) -> None:
    body = f"{task.title}\n\n{text}\n\nXem tại {page_of(task.id)} trên Văn phòng điện tử.\n"
    subject = f"{heading}: {task.title}"
    news = Notice("task", subject, body, about=task.content_id, answers_to=answers_to, urgent=urgent)
    notice.post(tx, account_ids, news)
