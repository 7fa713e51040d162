"""Requests that other sites make a browser send are stopped by what the browser says of them (Fetch Metadata)."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from mailsvc.core.errors import Phrase, Refused
from mailsvc.http import setup

SAFE_METHODS = frozenset({"GET", "HEAD"})
OPEN_PREFIXES = ("/anh/", "/static/", "/healthz", *setup.PREFIXES)
"""Reachable from anywhere: pictures of letters have signed addresses and are asked for from a sandboxed frame, which
counts as another site; the others hold nothing of anybody."""
_MESSAGE = Phrase("Yêu cầu đến từ một trang khác nên không được thực hiện. Xin mở lại trang này và thử lại.")


class SameOrigin:
    """ASGI middleware. Forms come from our own pages only; from elsewhere a page may be opened, but not embedded."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_welcome(scope["method"], scope["path"], Headers(scope=scope)):
            raise Refused(_MESSAGE)
        await self._app(scope, receive, send)


def _is_welcome(method: str, path: str, headers: Headers) -> bool:
    site = headers.get("sec-fetch-site", "")
    if method not in SAFE_METHODS:
        return site in ("same-origin", "none") if site else _origin_fits(headers)
    if site in ("", "same-origin", "none") or path.startswith(OPEN_PREFIXES):
        return True
    # A link in a letter or in a chat leads here: opening a page is welcome, loading a piece of it is not.
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _origin_fits(headers: Headers) -> bool:
    """For clients without Fetch Metadata. Our Referrer-Policy makes browsers say `null`, which proves nothing; the
    form's token does."""
    origin = headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == headers.get("host", "")
