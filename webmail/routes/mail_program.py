"""Phần mềm thư: how the person sets up Thunderbird, Outlook, a phone; with the profile for Apple's."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from mailsvc.http.setup import MOBILECONFIG
from mailsvc.http.visits import Visit, get
from mailsvc.mail import discovery
from mailsvc.store import accounts
from webmail.pages import page

PAGE = "/phan-mem-thu"


async def show(visit: Visit) -> Response:
    address = await visit.office.db.read(accounts.primary_address, visit.who.account.id)
    return await page(
        visit,
        "mail_program.html",
        address=address,
        ways=discovery.ways(visit.office.settings),
        profile=f"{MOBILECONFIG}?{urlencode({'email': address})}",
    )


ROUTES = (get(PAGE, show),)
