"""Tasks as items of "Việc của tôi": what a person has to do, to decide, and waits for."""

from __future__ import annotations

from mailsvc.core.errors import HouseWord, Phrase
from mailsvc.documents import rights
from mailsvc.documents.tasks import post
from mailsvc.documents.tasks.words import REFUSED, REPORTED, words
from mailsvc.documents.work import ELSEWHERE, HERE, WorkItem
from mailsvc.store import accounts, tasks
from mailsvc.store.tasks import Task, TaskPerson
from mailsvc.store.tx import Tx


def items(tx: Tx, person_id: int) -> list[WorkItem]:
    """Tasks given to the person, tasks the person gave, extensions that wait for the person's decision; and those of
    people the person acts for."""
    found: list[WorkItem] = []
    for desk in desks_of(tx, person_id):
        given = tasks.given_by(tx, desk, is_open=True)
        doers = tasks.people_of_tasks(tx, [one.id for one in given])
        found += [_to_do(tx, *one) for one in tasks.done_by(tx, desk, is_open=True)]
        found += [_given(tx, one, doers[one.id]) for one in given]
        found += _asked(tx, desk)
    return list({one.key: one for one in found}.values())


def desks_of(tx: Tx, person_id: int) -> list[int]:
    """The person and everybody he acts for today."""
    others = (post.on_behalf_of for post in rights.posts_of(tx, person_id))
    return list(dict.fromkeys([person_id, *(one for one in others if one is not None)]))


def _to_do(tx: Tx, task: Task, row: TaskPerson) -> WorkItem:
    elsewhere = task.state in (REPORTED, REFUSED)
    assigner = accounts.get(tx, task.assigner_id).full_name
    values = {"role": HouseWord(words().roles[row.role]), "state": HouseWord(words().states[task.state])}
    about = Phrase("%(role)s · %(state)s", **values)
    if row.percent and task.state != REPORTED:
        about = Phrase("%(role)s · %(state)s %(percent)s %%", **values, percent=row.percent)
    return _item(
        task, "task", about,
        role=row.role,
        state=task.state,
        unread=row.acknowledged_ms is None,
        sender=assigner,
        turn=ELSEWHERE if elsewhere else HERE,
        waiting_for=assigner if elsewhere else "",
    )  # fmt: skip


def _given(tx: Tx, task: Task, doers: list[TaskPerson]) -> WorkItem:
    """What the person gave: to be decided after a report or a refusal, else waited for."""
    mine = task.state in (REPORTED, REFUSED)
    lead = accounts.get(tx, doers[0].person_id).full_name
    about = Phrase("Giao việc cho %(lead)s · %(state)s", lead=lead, state=HouseWord(words().states[task.state]))
    return _item(
        task, "task_given", about,
        state=task.state,
        unread=False,
        sender=lead if mine else "",
        turn=HERE if mine else ELSEWHERE,
        waiting_for="" if mine else lead,
    )  # fmt: skip


def _asked(tx: Tx, person_id: int) -> list[WorkItem]:
    return [
        WorkItem(
            kind="task_request",
            key=f"task_request/{request.id}",
            title=task.title,
            about=Phrase(
                "Xin gia hạn đến %(day)s: %(reason)s", day=post.shown_day(request.wanted), reason=request.reason
            ),
            address=post.page_of(task.id),
            deadline=task.deadline or "",
            since_ms=request.asked_ms,
            unread=True,
            sender=accounts.get(tx, request.asker_id).full_name,
        )
        for request, task in tasks.asked_extensions(tx, assigner_id=person_id)
    ]


def _item(
    task: Task,
    kind: str,
    about: str,
    *,
    state: str,
    unread: bool,
    sender: str,
    turn: str,
    waiting_for: str,
    role: str = "",
) -> WorkItem:
    return WorkItem(
        kind=kind,
        key=f"{kind}/{task.id}",
        title=task.title,
        about=about,
        address=post.page_of(task.id),
        role=role,
        state=state,
        deadline=task.deadline or "",
        since_ms=task.sent_ms,
        unread=unread,
        sender=sender,
        turn=turn,
        waiting_for=waiting_for,
        urgent=task.priority != "thuong",
    )
