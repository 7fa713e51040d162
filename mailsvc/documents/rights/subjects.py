"""Subjects of the acts: from the rows of the store to whose register it is and who has to do with it."""

from __future__ import annotations

from mailsvc.documents.rights.judge import Party, Relation, Subject
from mailsvc.store import outgoing, routing, tasks
from mailsvc.store.documents import Document
from mailsvc.store.outgoing import Flow
from mailsvc.store.routing import Line
from mailsvc.store.tx import Tx


def of_organisation(org_code: str, thing: str = "") -> Subject:
    """The registers, rules and statistics of an organisation."""
    return Subject(org_code, (), thing)


def of_document(tx: Tx, document: Document) -> Subject:
    """A document in a register with everybody who has to do with it; each room adds its parties here."""
    return Subject(document.org_code, _parties(tx, document), f"document/{document.id}")


def _parties(tx: Tx, document: Document) -> tuple[Party, ...]:
    doers = of_tasks(tx, document.id)
    if document.direction == "out":
        return (*of_flow(tx, outgoing.get(tx, document.id)), *doers)
    lines = [one for one in routing.lines_of(tx, document.id) if one.state not in _TAKEN_BACK]
    return (*(party for one in lines for party in of_line(one)), *doers)


def of_tasks(tx: Tx, document_id: int) -> tuple[Party, ...]:
    """Who was given a task from the document may read it."""
    return tuple(Party(Relation.INFORMED, account_id=one) for one in tasks.doers_of_document(tx, document_id))


# What was taken back or given back no longer concerns who had it.
_TAKEN_BACK = ("recalled", "withdrawn", "returned")
_LINE_RELATIONS = {
    "leader": Relation.LEAD,
    "lead": Relation.LEAD,
    "cooperate": Relation.COOPERATING,
    "inform": Relation.INFORMED,
}


def of_line(line: Line) -> tuple[Party, ...]:
    """Who has to do with a transfer line: its receiver, a unit or a person, who was meant where somebody stands in,
    and who gave it."""
    relation = _LINE_RELATIONS[line.role]
    receiver = (
        Party(relation, unit_code=line.unit_code) if line.unit_code else Party(relation, account_id=line.assignee_id)
    )
    meant = () if line.meant_for_id is None else (Party(relation, account_id=line.meant_for_id),)
    return (receiver, *meant, Party(Relation.ASSIGNER, account_id=line.assigner_id))


def of_flow(tx: Tx, flow: Flow) -> tuple[Party, ...]:
    """Who has to do with an outgoing document: its drafter, drafting unit, signatory and those who were asked."""
    parties = [Party(Relation.DRAFTER, flow.drafter_id), Party(Relation.UNIT, unit_code=flow.unit_code)]
    if flow.signer_id is not None:
        parties.append(Party(Relation.SIGNATORY, flow.signer_id))
    asked = {one.person_id for one in outgoing.opinions_of(tx, flow.document_id)}
    return (*parties, *(Party(Relation.ASKED, one) for one in sorted(asked)))
