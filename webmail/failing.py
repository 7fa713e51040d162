"""The page about an error: inside the office's frame for who is signed in, with the way back to where he was."""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from mailsvc.http.failures import Failure
from mailsvc.http.paths import local_path
from mailsvc.http.sessions import Visitor
from mailsvc.http.visits import Visit
from webmail import i18n
from webmail.pages import bare_page, page

log = logging.getLogger(__name__)


async def failure_page(request: Request, failure: Failure) -> Response:
    """What happened and what to do. Without the frame when it cannot be made, or for who may not use it yet."""
    say = i18n.gettext
    known = replace(failure, title=say(failure.title), message=say(failure.message), advice=say(failure.advice))
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    response = None
    if visitor is not None and not visitor.account.must_change:
        visit = Visit(request, request.app.state.office, visitor)
        back = way_back(request, failure.status)
        try:
            response = await page(visit, "failure_framed.html", status=failure.status, failure=known, back=back)
        except Exception:  # the store may be what failed
            log.exception("[%s] the frame of the error page failed", failure.reference)
    if response is None:
        values = {"failure": known, "signed_in": visitor is not None}
        response = bare_page(request, "failure.html", failure.status, values)
    if request.method != "GET":
        response.headers["HX-Push-Url"] = "false"  # to load an act's address again would be answered with 405
    return response


def way_back(request: Request, status: int) -> str:
    """Where the person was: as htmx tells, else the page an act or a lost address lies below; '' when unknown."""
    here = urlsplit(request.headers.get("hx-current-url", ""))
    told = local_path(here.path + (f"?{here.query}" if here.query else ""), "")
    if told and here.path != request.url.path:
        return told
    if request.method == "GET" and status == 403:
        return ""
    return _page_above(request)


def _page_above(request: Request) -> str:
    levels = request.url.path.strip("/").split("/")
    for count in range(len(levels) - 1, 0, -1):
        path = "/" + "/".join(levels[:count])
        scope = {**request.scope, "path": path, "method": "GET"}
        routes = (one for one in request.app.routes if isinstance(one, Route))
        if any(one.matches(scope)[0] is Match.FULL for one in routes):
            return local_path(path, "")
    return ""
