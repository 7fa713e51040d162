"""A task with everything about it, for who may see it; and who acts on it in which capacity."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.errors import NotFound, Refused
from mailsvc.documents import rights
from mailsvc.documents.rights import Act, Party, Relation, Subject
from mailsvc.store import accounts, tasks
from mailsvc.store.tasks import LEAD, Task, TaskEvent, TaskFile, TaskPerson, TaskRequest
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of a task. `names`: people by account id."""

    task: Task
    people: tuple[TaskPerson, ...]
    events: tuple[TaskEvent, ...]
    files: tuple[TaskFile, ...]
    requests: tuple[TaskRequest, ...]
    names: dict[int, str]

    @property
    def lead(self) -> TaskPerson:
        return self.people[0]

    def row_of(self, person_id: int | None) -> TaskPerson | None:
        """The person's row among those who have to do it."""
        return next((one for one in self.people if one.person_id == person_id), None)


def sheet(tx: Tx, who: Actor, task_id: int) -> Sheet:
    """Raises NotFound when there is no such task, and just so when it is not the person's to see."""
    task = tasks.get(tx, task_id)
    people = tasks.people_of(tx, task_id)
    if not may_see(tx, who, task, people):
        raise NotFound("Không có việc này.")
    events, requests = tasks.events_of(tx, task_id), tasks.requests_of(tx, task_id)
    found = {task.assigner_id, *(one.person_id for one in people), *(one.actor_id for one in events)}
    found |= {one.meant_for_id for one in people} | {one.decided_by for one in requests}
    names = {one: accounts.get(tx, one).full_name for one in found if one is not None}
    return Sheet(task, tuple(people), tuple(events), tuple(tasks.files_of(tx, task_id)), tuple(requests), names)


def may_see(tx: Tx, who: Actor, task: Task, people: list[TaskPerson]) -> bool:
    """Who gave it or has to do it, the heads of their units, leaders and the Office of that organisation."""
    if tasks.may_see(tx, task.id, who.account_id or 0):
        return True
    return rights.may(tx, who, Act.READ, subject_of(task, people))


def subject_of(task: Task, people: list[TaskPerson]) -> Subject:
    """The task as a subject of the acts: who leads, cooperates, gave it, and in which units."""
    parties = [Party(Relation.ASSIGNER, account_id=task.assigner_id)]
    for one in people:
        relation = Relation.LEAD if one.role == LEAD else Relation.COOPERATING
        parties.append(Party(relation, account_id=one.person_id))
        if one.unit_code:
            parties.append(Party(Relation.UNIT, unit_code=one.unit_code))
    return Subject(task.org_code, tuple(parties), f"task/{task.id}")


def as_assigner(tx: Tx, who: Actor, act: Act, task: Task) -> Actor:
    """Who acts as the one who gave the task. Raises Refused."""
    parties = (Party(Relation.ASSIGNER, account_id=task.assigner_id),)
    return rights.require(tx, who, act, Subject(task.org_code, parties, f"task/{task.id}"))


def as_doer(tx: Tx, who: Actor, act: Act, task: Task) -> tuple[Actor, TaskPerson]:
    """Who acts as one who has to do the task, with that row. Raises Refused."""
    people = tasks.people_of(tx, task.id)
    actor = rights.require(tx, who, act, subject_of(task, people))
    mine = {actor.account_id, actor.on_behalf_of} - {None}
    for one in people:
        if one.person_id in mine:
            return actor, one
    raise Refused("Việc này không giao cho bạn.")
