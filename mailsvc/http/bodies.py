"""Request bodies: bounded in size and in the time between two pieces."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailsvc.core.errors import Busy, Invalid, TooLarge
from mailsvc.http.limits import BODY_BYTES, BODY_SECONDS


class BoundedBodies:
    """ASGI middleware. Raises TooLarge, Invalid or Busy into whoever reads the body."""

    def __init__(self, app: ASGIApp, *, limit: int = BODY_BYTES, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit():
            raise Invalid("Yêu cầu không hợp lệ.")
        if int(announced) > self._limit:
            raise TooLarge("Dữ liệu gửi lên quá lớn.")
        await self._app(scope, self._bounded(receive), send)

    def _bounded(self, receive: Receive) -> Receive:
        total = 0
        complete = False

        async def bounded() -> Message:
            nonlocal total, complete
            if complete:  # now it waits for the client to hang up, as long as that takes
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self._seconds)
            except TimeoutError as error:
                raise Busy("Đường truyền quá chậm; chưa có gì được ghi. Xin thử lại.") from error
            if message["type"] == "http.request":
                total += len(message.get("body", b""))
                complete = not message.get("more_body", False)
                if total > self._limit:
                    raise TooLarge("Dữ liệu gửi lên quá lớn.")
            return message

        return bounded
