"""Danh bạ: the units of the office as a tree, their people, and the address lists."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.accounts import directory
from mailsvc.http.visits import Visit, get
from webmail.pages import page

PAGE = "/danh-ba"


async def listing(visit: Visit) -> Response:
    """Everybody, the people of a unit (`?dv=`), or those that fit (`?tim=`)."""
    code, query = visit.query("dv", 60), visit.query("tim")
    found = await visit.office.db.read(directory.look, code, query)
    return await page(visit, "directory.html", found=found, query=query, code=code)


ROUTES = (get(PAGE, listing),)
