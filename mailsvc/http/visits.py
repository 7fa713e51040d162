"""A visit: one request with everything a page needs, and the routes that hand it over.

Every form is checked here, before its page function runs: session, token, size.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mailsvc.auth.sessions import csrf_fits
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.http.limits import FORM_FIELDS, UPLOAD_FILES
from mailsvc.http.peers import peer_of
from mailsvc.http.sessions import Visitor, guest_cookie_name
from mailsvc.mail.office import Office

TOKEN_FIELD = "ma"  # noqa: S105 - the name of a field
SIGN_IN_PATH = "/dang-nhap"
PASSWORD_PATH = "/cai-dat/mat-khau"  # noqa: S105 - an address
_WITH_GIVEN_PASSWORD = {PASSWORD_PATH, SIGN_IN_PATH, "/dang-xuat", "/phien", "/noi", "/manifest.webmanifest"}


class SignInNeeded(Exception):
    """The page is for people who are signed in."""


class SessionEnded(Exception):
    """A form came after its session was over. What was typed goes along, so that it need not be typed again."""

    def __init__(self, path: str, fields: tuple[tuple[str, str], ...]) -> None:
        super().__init__(path)
        self.path = path
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that came with a form, under the name the browser gave it (without folders)."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Visit:
    """One request. `form` is empty for GET; its token has been checked."""

    request: Request
    office: Office
    visitor: Visitor | None
    form: FormData = field(default_factory=FormData)

    @property
    def who(self) -> Visitor:
        """The person signed in. Raises SignInNeeded."""
        if self.visitor is None:
            raise SignInNeeded
        return self.visitor

    @property
    def actor(self) -> Actor:
        """The person signed in as who acts, in the post he chose, with where he comes from. Raises SignInNeeded."""
        return Actor(self.who.account.id, self.who.post, door="web", peer=self.peer)

    @property
    def state(self) -> Any:
        """What the application was given at its making."""
        return self.request.app.state

    @property
    def peer(self) -> str:
        return peer_of(self.request, self.office.settings.web.trusted_proxies)

    def whole(self, name: str) -> int:
        """A path parameter as a positive number of at most 15 digits. Raises NotFound."""
        text = str(self.request.path_params.get(name, ""))
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            raise NotFound("Không có trang này.")
        return int(text)

    def query(self, name: str, longest: int = 200) -> str:
        """A query parameter without blanks around it, cut to `longest` characters."""
        return self.request.query_params.get(name, "")[:longest].replace("\0", "").strip()

    def page_number(self) -> int:
        """`?trang=3`; 1 when absent or wrong."""
        text = self.query("trang")
        return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1

    def field(self, name: str, longest: int = 2000) -> str:
        """A text field of the form without blanks around it. Raises Invalid when it is longer than the form allows."""
        value = self.form.get(name, "")
        text = value.strip() if isinstance(value, str) else ""
        if len(text) > longest:
            raise Invalid("Ô “%(name)s” dài quá %(longest)s ký tự.", name=name, longest=longest)
        return text.replace("\0", "").replace("\r\n", "\n")

    async def files(self, name: str) -> list[Uploaded]:
        """The files chosen in that field of the form (route `upload`), in order; empty choices are left out."""
        found = [one for one in self.form.getlist(name) if isinstance(one, UploadFile) and one.filename]
        return [Uploaded(_file_name(one.filename or ""), await one.read()) for one in found]


def _file_name(given: str) -> str:
    return given.replace("\\", "/").rpartition("/")[2].replace("\0", "")[:200] or "tep"


Page = Callable[[Visit], Awaitable[Response]]


def get(path: str, page: Page, *, public: bool = False) -> Route:
    """A page. Unless it is public, nobody sees it without signing in."""

    async def endpoint(request: Request) -> Response:
        visit = _visit(request)
        if not public and visit.visitor is None:
            return _to_sign_in(request)
        if _must_choose_password(visit):
            return RedirectResponse(PASSWORD_PATH, 303)
        return await page(visit)

    return Route(path, endpoint, methods=["GET"], name=f"get {path}")


def post(path: str, page: Page, *, public: bool = False) -> Route:
    """What a form does. Without the session's token nothing happens."""
    return _form_route(path, page, public=public, most_files=0)


def upload(path: str, page: Page) -> Route:
    """The same for a form with files; nobody sends any without signing in."""
    return _form_route(path, page, public=False, most_files=UPLOAD_FILES)


def _form_route(path: str, page: Page, *, public: bool, most_files: int) -> Route:
    async def endpoint(request: Request) -> Response:
        visit = _visit(request)
        signed_out = not public and visit.visitor is None
        if signed_out and most_files and "hx-request" in request.headers:
            raise SessionEnded(request.url.path, ())  # the page still has the files; js/session.js signs in over it
        if signed_out and most_files:
            raise Refused("Phiên làm việc đã kết thúc; tệp chưa được nhận. Xin đăng nhập rồi gửi lại.")
        async with request.form(max_files=most_files, max_fields=FORM_FIELDS) as form:
            if signed_out:
                typed = ((name, value) for name, value in form.multi_items() if name != TOKEN_FIELD)
                raise SessionEnded(request.url.path, tuple((name, str(value)) for name, value in typed))
            guest = request.cookies.get(guest_cookie_name(visit.office.settings), "")
            secret = visit.visitor.token if visit.visitor else guest
            if not secret or not csrf_fits(secret, str(form.get(TOKEN_FIELD, ""))):
                raise Refused("Trang này đã cũ hoặc phiên làm việc đã đổi; chưa có gì được ghi. Xin mở lại trang.")
            if _must_choose_password(visit):
                return RedirectResponse(PASSWORD_PATH, 303)
            return await page(Visit(request, visit.office, visit.visitor, form))

    return Route(path, endpoint, methods=["POST"], name=f"post {path}")


def _must_choose_password(visit: Visit) -> bool:
    """Whether the person still has the password that an administrator gave him: it opens one page only."""
    if visit.visitor is None or not visit.visitor.account.must_change:
        return False
    return visit.request.url.path not in _WITH_GIVEN_PASSWORD


def _visit(request: Request) -> Visit:
    return Visit(request, request.app.state.office, request.state.visitor)


def _to_sign_in(request: Request) -> Response:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN_PATH}?tiep={quote(wanted, safe='/')}", 303)
