"""What all pages of Quản trị have in common: their tabs, of which "Nhật ký" is only for those who may read it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.documents import rights
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.http.visits import Visit
from mailsvc.store.tx import Tx
from webmail.pages import page


async def admin_page(visit: Visit, template: str, **values: Any) -> Response:
    """The page of administration; `audits`: the person may open the audit trail."""
    audits = await visit.office.db.read(_audits, visit.actor)
    return await page(visit, template, audits=audits, **values)


def _audits(tx: Tx, actor: Actor) -> bool:
    return rights.may(tx, actor, Act.READ_AUDIT, rights.of_organisation(main_organisation(tx)))
