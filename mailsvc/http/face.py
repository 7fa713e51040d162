"""What the HTTP door asks of a face: routes, pages about errors, files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

if TYPE_CHECKING:
    from mailsvc.http.failures import Failure


class Face(Protocol):
    """A set of pages. The door knows nothing of what they show."""

    def routes(self) -> Sequence[BaseRoute]:
        """All routes, in the order they are tried."""
        ...

    def attach(self, app: Starlette) -> None:
        """Called once, before the first request: put what the pages need into `app.state`."""
        ...

    async def failure(self, request: Request, failure: Failure) -> Response:
        """The page about an error."""
        ...

    def session_ended(self, request: Request, path: str, fields: tuple[tuple[str, str], ...]) -> Response:
        """The sign-in page (401) for somebody whose form came too late; it brings the form's fields back afterwards."""
        ...
