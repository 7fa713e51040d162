"""Between password and code: a sealed note that the password was right, for this browser and a few minutes."""

from __future__ import annotations

import hmac

from mailsvc.http.sessions import guest_cookie_name
from mailsvc.http.visits import Visit
from mailsvc.store import accounts
from mailsvc.store.tx import Tx
from webmail.i18n import _

LASTS_MS = 300_000


def note(visit: Visit, account_id: int, version: int) -> str:
    """The note: whose password it was, until when it counts, and the seal. It holds only with this browser's cookie."""
    text = f"{account_id}.{version}.{visit.office.clock.now_ms() + LASTS_MS}"
    return f"{text}.{_seal(visit, text)}"


async def account_of(visit: Visit, given: str) -> int | None:
    """Whose password was right; None when the note is not ours, too old, or the password has changed since."""
    text, _dot, seal = given.rpartition(".")
    if not hmac.compare_digest(_seal(visit, text).encode(), seal.encode("utf-8", "surrogateescape")):
        return None
    account_id, version, until_ms = (int(one) for one in text.split("."))
    if visit.office.clock.now_ms() > until_ms:
        return None
    return account_id if await visit.office.db.read(_is_current, account_id, version) else None


def lost() -> str:
    """What is said when no code of an app can be right any more."""
    return _(
        "Máy chủ không đọc được khóa của ứng dụng xác thực: tệp secret trong thư mục dữ liệu đã khác. "
        "Xin dùng mã dự phòng, hoặc nhờ quản trị đặt lại hai lớp."
    )


def _is_current(tx: Tx, account_id: int, version: int) -> bool:
    account = accounts.get(tx, account_id)
    return bool(account.active) and account.credential_version == version


def _seal(visit: Visit, text: str) -> str:
    cookie = visit.request.cookies.get(guest_cookie_name(visit.office.settings), "")
    return visit.office.authenticator.seal(f"{cookie}\0{text}")
