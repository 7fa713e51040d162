"""Issuing: choosing the receivers, sending, the receipt table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents.errors import Stale
from mailsvc.documents.outgoing import issue, linking, receipts, receivers, who
from mailsvc.documents.outgoing.words import words
from mailsvc.http.visits import Visit, get, post
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx
from webmail import forms, outdesk
from webmail.house_words import spoken
from webmail.i18n import _
from webmail.i18n import said as i18n_said
from webmail.outdesk import PLACE
from webmail.pages import go, page


def _choices(tx: Tx, document: Document) -> dict[str, Any]:
    return {"groups": receivers.groups(tx, document.org_code), "people": who.colleagues(tx, document.org_code)}


async def _form(
    visit: Visit, document: Document, typed: Mapping[str, Any], *, status: int = 200, said: str = "", missed: Any = ()
) -> Response:
    choices = await visit.office.db.read(_choices, document)
    values = {"document": document, "here": outdesk.here(document), "typed": typed, "said": said, "missed": missed}
    return await page(visit, "out_issue.html", status=status, words=spoken(words()), **values, **choices)


async def form(visit: Visit) -> Response:
    """Units to tick, people, addresses elsewhere, who gets it on paper."""
    document = await outdesk.asked(visit)
    try:  # what is missing is said before anything is chosen
        await visit.office.db.read(issue.sheet, visit.office.blobs, visit.actor, document.id)
    except Refused as error:
        return await _form(visit, document, {}, said=i18n_said(error))
    return await _form(visit, document, {})


async def send(visit: Visit) -> Response:
    """Write the letter, then send it to everybody in one transaction."""
    document = await outdesk.asked(visit)
    units = [str(one) for one in visit.form.getlist("don_vi")]
    people = forms.ids(visit, "nguoi")
    outside = visit.field("ngoai", 20_000)
    typed = {"don_vi": units, "nguoi": people, "ngoai": outside}
    office, domains = visit.office, visit.office.settings.organisation.domains
    try:
        targets = await office.db.read(receivers.chosen, domains, units, people, outside)
        missed = await office.db.read(linking.forgotten, document.id, [one.address for one in targets])
        if missed and visit.field("van_gui", 3) != "1":
            return await _form(visit, document, typed, status=422, missed=missed)
        sheet = await office.db.read(issue.sheet, office.blobs, visit.actor, document.id)
        parcel = await office.work(issue.prepare, office, sheet, targets)
        await office.db.write(issue.issue, visit.actor, domains, parcel, targets)
    except (Invalid, Refused, Stale) as error:
        return await _form(visit, document, typed, status=422, said=i18n_said(error))
    return go(
        visit, f"{outdesk.here(document)}#noi-nhan", _("Đã phát hành đến %(count)s nơi nhận.", count=len(targets))
    )


async def refresh(visit: Visit) -> Response:
    """Look again what is known of the receivers."""
    document = await outdesk.asked(visit)
    changed = await visit.office.db.write(receipts.refresh, document.id)
    text = _("Có %(changed)s thay đổi.", changed=changed) if changed else _("Chưa có gì mới.")
    return go(visit, f"{outdesk.here(document)}#noi-nhan", text)


ROUTES = (
    get(PLACE + "/phat-hanh", form),
    post(PLACE + "/phat-hanh", send),
    post(PLACE + "/noi-nhan", refresh),
)
