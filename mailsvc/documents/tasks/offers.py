"""What a person may do with a task now, and to whom he may give one: what a page offers. The acts check it again."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.documents import rights
from mailsvc.documents.following import urging
from mailsvc.documents.rights import Act, Party, Relation, Subject, matrix
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.documents.tasks import requests
from mailsvc.documents.tasks.looking import Sheet
from mailsvc.documents.tasks.words import REFUSED, REPORTED
from mailsvc.store import receivers, units
from mailsvc.store.receivers import Person
from mailsvc.store.tasks import APPEAL, ASKED, LEAD, TaskPerson
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one unit."""

    unit: str
    people: tuple[Person, ...]


def roles_that_give(tx: Tx, who: Actor) -> list[str]:
    """The roles of the person that let him give tasks to somebody."""
    rule = matrix().acts[Act.ASSIGN]
    return [post.role for post in rights.posts_of(tx, who.account_id or 0) if post.role in rule.who]


def people_to_give_to(tx: Tx, who: Actor) -> tuple[Group, ...]:
    """Everybody the person may give tasks to, by unit; heads come first as they were taken in."""
    if not roles_that_give(tx, who):
        return ()
    found = []
    for unit in units.listing(tx):
        subject = Subject(organisation_of_unit(tx, unit.code), (Party(Relation.UNIT, unit_code=unit.code),))
        if not rights.may(tx, who, Act.ASSIGN, subject):
            continue
        people = tuple(one for one in receivers.people(tx, [unit.code]) if one.id != who.account_id)
        if people:
            found.append(Group(unit.name, people))
    return tuple(found)


def acts(tx: Tx, who: Actor, sheet: Sheet) -> frozenset[str]:
    """Names of the acts offered: those of a doer, of the assigner, of who urges and who decides on appeals."""
    found = _of_doer(tx, who, sheet) | _of_assigner(tx, who, sheet)
    open_appeals = [one for one in sheet.requests if one.kind == APPEAL and one.state == ASKED]
    if open_appeals and rights.may(tx, who, Act.CONSENT_CLOSE, Subject(sheet.task.org_code)):
        found.add("decide_appeal")
    if sheet.task.is_open and sheet.task.state not in (REPORTED, REFUSED):
        due_subject = urging.subject(sheet.task.org_code, sheet.lead.unit_code, sheet.task.assigner_id)
        if rights.may(tx, who, Act.URGE, due_subject) and sheet.row_of(who.account_id) is None:
            found.add("urge")
    return frozenset(found)


def _of_doer(tx: Tx, who: Actor, sheet: Sheet) -> set[str]:
    row = _my_row(tx, who, sheet)
    if row is None:
        return set()
    task = sheet.task
    found: set[str] = set()
    if row.is_open and task.is_open and task.state != REFUSED:
        if row.acknowledged_ms is None:
            found.add("acknowledge")
        if row.reported_ms is None:
            found |= {"progress", "report", "refuse"}
        if row.role == LEAD and task.deadline is not None and row.reported_ms is None:
            found.add("ask_extension")
    appealed = any(one.kind == APPEAL and one.state != "refused" for one in sheet.requests)
    if row.role == LEAD and not appealed and requests.is_late(task, office_date(tx.now_ms)):
        found.add("appeal")
    if task.is_open:
        found.add("remark")
    return found


def _my_row(tx: Tx, who: Actor, sheet: Sheet) -> TaskPerson | None:
    mine = {who.account_id, *(post.on_behalf_of for post in rights.posts_of(tx, who.account_id or 0))} - {None}
    return next((one for one in sheet.people if one.person_id in mine), None)


def _of_assigner(tx: Tx, who: Actor, sheet: Sheet) -> set[str]:
    task = sheet.task
    if not task.is_open:
        return set()
    parties = (Party(Relation.ASSIGNER, account_id=task.assigner_id),)
    subject = Subject(task.org_code, parties, f"task/{task.id}")
    found: set[str] = set()
    if rights.may(tx, who, Act.WITHDRAW, subject):
        found |= {"supplement", "withdraw", "remark"}
        if task.state == REFUSED:
            found.add("insist")
    if rights.may(tx, who, Act.CLOSE, subject):
        found |= {"close", "send_back"} if task.state == REPORTED else {"close"}
    asked = any(one.kind != APPEAL and one.state == ASKED for one in sheet.requests)
    if asked and rights.may(tx, who, Act.EXTEND, subject):
        found.add("decide_extension")
    return found
