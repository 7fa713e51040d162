"""The letter about a decision, made ready before the transaction: the document's files are read, attached and stored
outside the writer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mailsvc.documents import mail_face
from mailsvc.documents.mail_face import Parcel
from mailsvc.documents.routing.lines import Sending, account_of
from mailsvc.mail.office import Office
from mailsvc.store import contents, documents
from mailsvc.store.blobs import Blobs, Buffer
from mailsvc.store.documents import Document, DocumentFile
from mailsvc.store.tx import Tx

Plan = Callable[[Tx], Sending]


@dataclass(frozen=True, slots=True)
class _Draft:
    document: Document
    address: str
    told: mail_face.Account
    files: tuple[tuple[DocumentFile, Buffer], ...]


async def parcel(office: Office, author_id: int, document_id: int, plan: Plan) -> Parcel:
    """The letter of the decision that `plan` makes. Raises what the plan raises, before anything is written."""
    draft = await office.db.read(_draft, office.blobs, author_id, document_id, plan)
    made: Parcel = await office.work(_sealed, office, draft)
    return made


def _draft(tx: Tx, blobs: Blobs, author_id: int, document_id: int, plan: Plan) -> _Draft:
    document = documents.get(tx, document_id)
    told = account_of(tx, author_id, plan(tx))
    loaded: dict[int, Any] = {}
    files = []
    for one in documents.files_of(tx, document_id):
        if one.content_id not in loaded:
            loaded[one.content_id] = contents.load(tx, blobs, one.content_id)
        files.append((one, loaded[one.content_id]))
    return _Draft(document, mail_face.office_address(tx, document.org_code), told, tuple(files))


def _sealed(office: Office, draft: _Draft) -> Parcel:
    token = mail_face.new_token()
    files = mail_face.enclose(draft.files)
    data = mail_face.write(draft.document, draft.address, draft.told, files, token, office.clock.now_ms())
    return mail_face.seal(data, token, office.blobs, office.spool_folder)
