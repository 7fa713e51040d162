"""Nhật ký: all acts of the office, for leaders, inspectors and administrators; what was written stays with leaders."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.documents import rights
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.http.visits import Visit, get
from mailsvc.store import audit
from mailsvc.store.audit import Head
from mailsvc.store.tx import Tx
from webmail.i18n import _
from webmail.pages import page

PAGE = "/nhat-ky"
_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One act: when, who in which post for whom, from where, what on which thing; `text` for leaders only."""

    id: int
    at_ms: int
    who: str
    post: str
    source: str
    action: str
    thing: str
    text: str


def _lines(tx: Tx, actor: Actor, thing: str, before: int | None) -> tuple[list[Line], Head]:
    """Raises Refused."""
    office = rights.of_organisation(main_organisation(tx))
    rights.require(tx, actor, Act.READ_AUDIT, office)
    leads = rights.may(tx, actor, Act.SET_RULES, office)  # Director and Chief of Office
    rows = audit.of(tx, thing)[::-1] if thing else audit.listing(tx, before=before, limit=_LIMIT)
    found = []
    for row in rows[:_LIMIT]:
        name = rights.display_name(tx, row["actor_id"], row["on_behalf_of"]) or _("Hệ thống")
        text = str(row["detail"].get("step", {}).get("text") or row["detail"].get("reason") or "") if leads else ""
        found.append(
            Line(row["id"], row["at_ms"], name, row["post"], row["source"], row["action"], row["object"], text)
        )
    return found, audit.head(tx)


async def listing(visit: Visit) -> Response:
    """The latest acts, or those on `?vat=document/7`; `?truoc=` continues."""
    text = visit.query("truoc")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    lines, head = await visit.office.db.read(_lines, visit.actor, visit.query("vat"), before)
    return await page(visit, "audit_log.html", lines=lines, head=head, thing=visit.query("vat"), limit=_LIMIT)


ROUTES = (get(PAGE, listing),)
