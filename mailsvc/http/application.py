"""The ASGI application: routes of the face inside the layers that protect them."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mailsvc.core.errors import MailsvcError
from mailsvc.http import setup
from mailsvc.http.bodies import BoundedBodies
from mailsvc.http.face import Face
from mailsvc.http.failures import Failures
from mailsvc.http.headers import SecurityHeaders
from mailsvc.http.helpers import Helpers
from mailsvc.http.origin import SameOrigin
from mailsvc.http.sessions import Sessions
from mailsvc.http.streams import Streams
from mailsvc.mail.office import Office

_PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf", "application/octet-stream", "message/rfc822")
"""Files are sent as they are: most are compressed in themselves."""


def application(office: Office, face: Face, helpers: Helpers, ready: Callable[[], bool]) -> Starlette:
    """The application. From outside in: headers, compression, error pages, body bounds, origin, session, route."""

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok") if ready() else PlainTextResponse("starting", 503)

    async def explained(request: Request, error: Exception) -> Response:
        return await failures.answer(request, error)

    failures = Failures(_nowhere, face)
    app = Starlette(
        routes=[Route("/healthz", health), *setup.ROUTES, *face.routes()],
        middleware=[
            Middleware(SecurityHeaders, secure=office.settings.web.secure_cookies),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=_PACKED),
            Middleware(Failures, face=face),
            Middleware(BoundedBodies),
            Middleware(SameOrigin),
            Middleware(Sessions, office=office),
        ],
        exception_handlers={HTTPException: explained, MailsvcError: explained},
    )
    app.router.redirect_slashes = False
    app.state.office = office
    app.state.helpers = helpers
    app.state.streams = Streams()
    face.attach(app)
    return app


async def _nowhere(*_: object) -> None:
    """Stands behind the error pages where no application is needed."""


_: ASGIApp = _nowhere
