"""Errors as answers: what happened, whether work was kept, what to do, and a reference for IT."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailsvc.core import errors
from mailsvc.core.log import failure_reference
from mailsvc.http.face import Face
from mailsvc.http.visits import SIGN_IN_PATH, SessionEnded, SignInNeeded
from webmail.i18n import N_, said

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a page about an error shows. `reference` finds its line in the log."""

    status: int
    title: str
    message: str
    advice: str
    reference: str


_BACK = N_("Quay lại trang trước hoặc mở trang chính.")
_AGAIN = N_("Xin thử lại sau ít phút; nếu vẫn vậy, báo quản trị.")
_BY_STATUS: dict[int, tuple[str, str, str]] = {
    400: (N_("Yêu cầu không đọc được"), N_("Trình duyệt gửi lên dữ liệu không hợp lệ; chưa có gì được ghi."), _BACK),
    403: (N_("Không được phép"), N_("Bạn không có quyền mở trang này hoặc làm việc này."), _BACK),
    404: (N_("Không tìm thấy"), N_("Không có trang này, hoặc bạn không có quyền xem."), _BACK),
    405: (N_("Không làm được cách này"), N_("Địa chỉ này chỉ dùng cho biểu mẫu."), _BACK),
    409: (N_("Đã có người làm trước"), N_("Dữ liệu đã thay đổi trong lúc bạn đang xem; chưa có gì bị ghi đè."), _BACK),
    410: (N_("Tệp đã bị thay đổi"), N_("Dữ liệu lưu không còn như khi ghi vào."), N_("Xin báo quản trị và văn thư.")),
    413: (N_("Dữ liệu quá lớn"), N_("Dữ liệu gửi lên vượt giới hạn; chưa có gì được ghi."), _BACK),
    422: (N_("Chưa làm được"), N_("Dữ liệu gửi lên chưa đúng."), N_("Chưa có gì được ghi. Quay lại, sửa rồi làm lại.")),
    503: (N_("Hệ thống đang bận"), N_("Chưa có gì được ghi."), _AGAIN),
    507: (N_("Hết chỗ lưu"), N_("Chưa có gì được ghi."), N_("Xin báo quản trị ngay.")),
}
_UNEXPECTED = (N_("Có lỗi ngoài dự kiến"), N_("Thao tác vừa rồi có thể chưa được ghi; dữ liệu cũ còn nguyên."), _AGAIN)
_STATUS_OF: tuple[tuple[type[Exception], int], ...] = (
    (errors.NotFound, 404),
    (errors.AlreadyThere, 409),
    (errors.Refused, 403),
    (errors.Invalid, 422),
    (errors.Damaged, 410),
    (errors.TooLarge, 413),
    (errors.OverQuota, 507),
    (errors.StorageFull, 507),
    (errors.Busy, 503),
)


class Failures:
    """ASGI middleware: no exception passes it; each becomes a page of the face."""

    def __init__(self, app: ASGIApp, face: Face) -> None:
        self._app = app
        self._face = face

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            if started:
                reference = failure_reference(log, scope["path"])
                log.error("[%s] the answer was cut off", reference)
                raise
            response = await self.answer(Request(scope), error)
            await response(scope, receive, send)

    async def answer(self, request: Request, error: Exception) -> Response:
        """The page for an error. Never raises: when the page itself cannot be made, plain text is sent."""
        if isinstance(error, SignInNeeded):
            return RedirectResponse(SIGN_IN_PATH, 303)
        if isinstance(error, SessionEnded):
            return self._face.session_ended(request, error.path, error.fields)
        failure = describe(error, request.url.path)
        try:
            response = await self._face.failure(request, failure)
        except Exception:
            log.exception("[%s] the error page failed", failure.reference)
            response = PlainTextResponse(f"{failure.title}. {failure.message} {failure.reference}", failure.status)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response


def describe(error: Exception, path: str) -> Failure:
    """What to say of an error. The unexpected is logged with its traceback; its text is for the log only."""
    if isinstance(error, HTTPException):
        title, message, advice = _BY_STATUS.get(error.status_code, _BY_STATUS[400])
        return Failure(error.status_code, title, message, advice, _note(error.status_code, path, error.detail))
    status = next((code for kind, code in _STATUS_OF if isinstance(error, kind)), 500)
    if status == 500 or not isinstance(error, errors.MailsvcError):
        return Failure(500, *_UNEXPECTED, failure_reference(log, path))
    title, message, advice = _BY_STATUS[status]
    reference = failure_reference(log, path) if status in (503, 507) else _note(status, path, error.message)
    return Failure(status, title, _sentence(error) or message, advice, reference)


def _note(status: int, path: str, message: str) -> str:
    """One line in the log for an answer that is nobody's fault but the visitor's; its reference."""
    reference = secrets.token_hex(3).upper()
    log.info("[%s] %d for %.200r: %.200s", reference, status, path, message)
    return reference


def _sentence(error: errors.MailsvcError) -> str:
    """Messages of the ground layer are for the log ("mailbox 7"); those for people begin with a capital letter."""
    return said(error) if error.message[:1].isupper() else ""
