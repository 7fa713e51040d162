"""Answers to the letters of tasks: an answer from a doer's own account becomes an act or a remark on the task.

The first words tell the act; what cannot be done is written down as a remark, and the person is told why. An answer is
known by the token in the address it goes to or in its References; from anybody else it is ordinary mail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, MailsvcError
from mailsvc.documents.case import Case
from mailsvc.documents.tasks import doing, post, requests
from mailsvc.documents.tasks.words import words
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.message.buffer import Buffer
from mailsvc.message.replied import replied_text
from mailsvc.message.scan import Scan
from mailsvc.store import tasks
from mailsvc.store.tasks import Task, TaskFile
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import canon, fold

_DAY = re.compile(r"\b(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})\b")
_PERCENT = re.compile(r"\s*(?:tiến độ\s*:?\s*)?(\d{1,3})\s*%", re.IGNORECASE)
_HIDDEN = ("inline", "signature", "blocked", "calendar")
_NO_WORDS = "(Không có nội dung, xem tệp kèm theo.)"
ACKNOWLEDGE, REFUSE, EXTENSION, REPORT, PROGRESS, REMARK = (
    "acknowledge", "refuse", "extension", "report", "progress", "remark",
)  # fmt: skip
_SAID_AFTER = (REFUSE, REPORT)


@dataclass(frozen=True, slots=True)
class TaskReply:
    """A letter that answers the letter of a task; `mine`: the account gave the task or has to do it."""

    account_id: int
    task: Task
    mine: bool


def token_in(addresses: Sequence[str], references: Sequence[str]) -> str:
    """The token of the answered letter, '' for every other letter."""
    for text in addresses:
        found = post.TOKEN.fullmatch(text.rpartition("@")[0].lower().rpartition("+")[2])
        if found is not None:
            return found[1]
    for text in reversed(references):
        found = post.TOKEN.match(text.lstrip("<").lower())
        if found is not None:
            return found[1]
    return ""


def recognise(tx: Tx, account_id: int | None, addresses: Sequence[str], references: Sequence[str]) -> TaskReply | None:
    """The answer that a submitted letter is; None for ordinary mail and for letters from outside."""
    token = "" if account_id is None else token_in(addresses, references)
    task = tasks.by_token(tx, token) if token else None
    if task is None or account_id is None:
        return None
    return TaskReply(account_id, task, tasks.may_see(tx, task.id, account_id))


def take(tx: Tx, reply: TaskReply, content_id: int, scanned: Scan, data: Buffer, case: Case) -> None:
    """Carry out what the answer says. The very same letter once more changes nothing."""
    if any(one.content_id == content_id for one in tasks.events_of(tx, reply.task.id)):
        return
    actor = Actor(reply.account_id, door="smtp")
    text = replied_text(data, scanned)
    act, said = meant(text)
    files = _files(content_id, case)
    doer = any(one.person_id == reply.account_id for one in tasks.people_of(tx, reply.task.id))
    if act == REMARK and files and doer:
        act = REPORT
    tx.savepoint("SAVEPOINT task_answer")
    try:
        _do(tx, actor, reply.task.id, act if doer else REMARK, said if doer else text, files, content_id)
    except MailsvcError as error:
        tx.savepoint("ROLLBACK TO SAVEPOINT task_answer")
        _not_done(tx, actor, reply.task, text, files, content_id, error)
    tx.savepoint("RELEASE SAVEPOINT task_answer")


def _do(tx: Tx, actor: Actor, task_id: int, act: str, said: str, files: Sequence[TaskFile], content_id: int) -> None:
    if act == ACKNOWLEDGE:
        doing.acknowledge(tx, actor, task_id)
    elif act == REFUSE:
        doing.refuse(tx, actor, task_id, said)
    elif act == PROGRESS:
        percent = _PERCENT.match(said)
        doing.progress(tx, actor, task_id, int(percent[1]) if percent else 0, said[percent.end() :] if percent else "")
    elif act == EXTENSION:
        day = _DAY.search(said)
        if day is None:
            raise Invalid("Xin gia hạn phải ghi ngày: “Xin gia hạn đến 30/11/2026: lý do”.")
        requests.ask_extension(tx, actor, task_id, day[1], said)
    elif act == REPORT:
        doing.report(tx, actor, task_id, said or _NO_WORDS, files, content_id=content_id)
    else:
        doing.remark(tx, actor, task_id, said or _NO_WORDS, files, content_id=content_id)


def _not_done(
    tx: Tx, actor: Actor, task: Task, text: str, files: Sequence[TaskFile], content_id: int, error: MailsvcError
) -> None:
    """Keep the words and the files all the same, and say why the act was not done."""
    kept = "Nội dung và tệp của thư đã được ghi là ý kiến trên công việc."
    try:
        doing.remark(tx, actor, task.id, text or _NO_WORDS, files, content_id=content_id)
    except MailsvcError:
        kept = "Thư chưa được ghi vào công việc."
    why = f"{error.message}\n\n{kept}\n\nXem tại {post.page_of(task.id)} trên Văn phòng điện tử.\n"
    notice.post(tx, [actor.account_id or 0], Notice("task", f"Chưa làm được: {task.title}", why, task.content_id))


def tell_stranger(tx: Tx, reply: TaskReply) -> None:
    """Somebody answers the letter of a task that is not his: it counts for nothing, and he hears so."""
    text = "Thư trả lời của bạn không được ghi vào công việc vì việc này không giao cho bạn.\n"
    notice.post(tx, [reply.account_id], Notice("task", f"Chưa ghi vào công việc: {reply.task.title}", text))


def meant(text: str) -> tuple[str, str]:
    """(act, words) of what was written: the first words tell the act (config/tasks.toml, mail)."""
    first, _, rest = text.partition("\n")
    if _PERCENT.match(first):
        return PROGRESS, text.strip()
    plain = fold(canon(first)).strip()
    for act, beginnings in words().mail.items():
        for word in beginnings:
            if not plain.startswith(fold(canon(word))):
                continue
            said = first.strip()[len(word) :].lstrip(" :.,-–") if act in _SAID_AFTER else first.strip()
            return act, "\n".join(one for one in (said, rest.strip()) if one)
    return REMARK, text.strip()


def _files(content_id: int, case: Case) -> list[TaskFile]:
    shown = [one for one in case.enclosed if one.role not in _HIDDEN and one.size]
    return [
        TaskFile(n, content_id, one.path, one.name, one.content_type, one.size, one.sha256, "result", None)
        for n, one in enumerate(shown)
    ]
