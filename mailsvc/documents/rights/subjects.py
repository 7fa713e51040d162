"""Subjects of the acts: from the rows of the store to whose register it is and who has to do with it."""

from __future__ import annotations

from mailsvc.documents.rights.judge import Party, Subject
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx


def of_organisation(org_code: str, thing: str = "") -> Subject:
    """The registers, rules and statistics of an organisation."""
    return Subject(org_code, (), thing)


def of_document(tx: Tx, document: Document) -> Subject:
    """A document in a register with everybody who has to do with it; each room adds its parties here."""
    return Subject(document.org_code, _parties(tx, document), f"document/{document.id}")


def _parties(tx: Tx, document: Document) -> tuple[Party, ...]:
    return ()
