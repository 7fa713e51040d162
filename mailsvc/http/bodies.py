"""Request bodies: bounded in size and in the time between two pieces."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailsvc.core.errors import Busy, Invalid, TooLarge
from mailsvc.http.limits import BODY_BYTES, BODY_SECONDS, UPLOAD_BYTES


class BoundedBodies:
    """ASGI middleware. Raises TooLarge, Invalid or Busy into whoever reads the body.

    Only a form with files (multipart/form-data) may be larger than `limit`.
    """

    def __init__(
        self, app: ASGIApp, *, limit: int = BODY_BYTES, uploads: int = UPLOAD_BYTES, seconds: float = BODY_SECONDS
    ) -> None:
        self._app = app
        self._limit = limit
        self._uploads = max(limit, uploads)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit():
            raise Invalid("Yêu cầu không hợp lệ.")
        with_files = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        limit = self._uploads if with_files else self._limit
        if int(announced) > limit:
            raise TooLarge("Dữ liệu gửi lên quá lớn (nhiều nhất %(limit)s MB một lần).", limit=limit // 1024 // 1024)
        await self._app(scope, self._bounded(receive, limit), send)

    def _bounded(self, receive: Receive, limit: int) -> Receive:
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
                if total > limit:
                    raise TooLarge(
                        "Dữ liệu gửi lên quá lớn (nhiều nhất %(limit)s MB một lần).", limit=limit // 1024 // 1024
                    )
            return message

        return bounded
