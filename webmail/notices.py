"""One line of news for the next page ("Đã chuyển vào Thùng rác"), with a way back where there is one.

Carried in a cookie that is signed with the session, so that nothing can be put into a page from outside.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass

from starlette.responses import Response

from mailsvc.http.sessions import drop_cookie, set_cookie
from mailsvc.http.visits import Visit

COOKIE = "bao"
_SECONDS = 120
_LONGEST = 3500


@dataclass(frozen=True, slots=True)
class Notice:
    """`undo` is the address of a form, `fields` its hidden fields; the form is checked like any other. With
    `seconds` the way back is open for so long; then the line says `then`."""

    text: str
    undo: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    seconds: int = 0
    then: str = ""


def leave(visit: Visit, response: Response, notice: Notice) -> None:
    """Let the next page of this session show the notice."""
    for one in (notice, Notice(notice.text)):
        raw = json.dumps(asdict(one), ensure_ascii=False).encode()
        value = base64.urlsafe_b64encode(_mac(visit, raw) + raw).decode()
        if len(value) <= _LONGEST:
            set_cookie(visit.office.settings, response, COOKIE, value, _SECONDS)
            return


def take(visit: Visit) -> Notice | None:
    """The notice left for this page, if it is a true one."""
    value = visit.request.cookies.get(COOKIE, "")
    if "x-nhin-lai" in visit.request.headers:  # a script looks again (js/refresh.js); the next page shows the news
        return None
    if not value or visit.visitor is None or len(value) > _LONGEST:
        return None
    try:
        packed = base64.urlsafe_b64decode(value.encode())
        mac, raw = packed[:32], packed[32:]
        if not hmac.compare_digest(mac, _mac(visit, raw)):
            return None
        found = json.loads(raw)
    except ValueError:
        return None
    fields = tuple((name, text) for name, text in found["fields"])
    return Notice(found["text"], found["undo"], fields, int(found.get("seconds", 0)), str(found.get("then", "")))


def clear(visit: Visit, response: Response) -> None:
    drop_cookie(visit.office.settings, response, COOKIE)


def _mac(visit: Visit, raw: bytes) -> bytes:
    return hmac.new(visit.who.token.encode(), b"notice" + raw, hashlib.sha256).digest()
