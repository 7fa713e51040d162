"""Quản trị: the list of accounts, the page of one, and its way in: password, second factor, closed or open."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.accounts import administering, facts, second_factor, sheets
from mailsvc.accounts.facts import Facts, Meanwhile
from mailsvc.accounts.people import Term
from mailsvc.auth.app_passwords import in_fours, new_app_password
from mailsvc.auth.passwords import PasswordKeys
from mailsvc.core.errors import Invalid, MailsvcError, Refused
from mailsvc.documents.rights.matrix import matrix
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import accounts
from webmail.forms import calendar_day
from webmail.house_words import titles
from webmail.i18n import N_, _, said
from webmail.pages import go
from webmail.routes.admin import with_factor
from webmail.routes.admin_shell import admin_page

PAGE = "/quan-tri/tai-khoan"
CHOICES = {
    "": N_("Tất cả"),
    administering.PEOPLE: N_("Người"),
    administering.SHARED: N_("Hộp thư chung"),
    administering.CLOSED: N_("Đã khóa"),
}
_FIELDS = {
    "full_name": N_("Họ tên"),
    "unit_code": N_("Thuộc đơn vị"),
    "position": N_("Chức vụ"),
    "phone": N_("Điện thoại"),
    "note": N_("Ghi chú"),
    "quota_mb": N_("Dung lượng"),
}


async def listing(visit: Visit) -> Response:
    query, choice = visit.query("tim"), visit.query("loai", 10)
    found = await visit.office.db.read(administering.listing, visit.actor, query, choice)
    shown = {"found": found, "query": query, "choice": choice, "choices": CHOICES, "roles": titles(matrix().roles)}
    return await admin_page(visit, "admin_accounts.html", **shown)


async def account(visit: Visit) -> Response:
    return await account_page(visit, visit.whole("id"))


async def account_page(
    visit: Visit, account_id: int, *, at: str = "", error: MailsvcError | None = None, made: str = ""
) -> Response:
    """The page of an account. After an act that failed, `at` is the part of the page where `error` is told, with what
    was typed there; `made` is a password to be shown this once."""
    sheet = await visit.office.db.read(sheets.sheet, visit.actor, account_id)
    typed = {name: str(value) for name, value in visit.form.items() if isinstance(value, str)} if error else {}
    shown = {
        "sheet": sheet,
        "at": at,
        "problem": said(error) if error else "",
        "typed": typed,
        "rival": _rival(visit, error, sheet),
        "state": (error.theirs if isinstance(error, Meanwhile) else sheet.facts).state(),
        "made": made,
        "roles": titles(matrix().roles),
        "domains": visit.office.settings.organisation.domains,
    }
    template = "admin_account.html" if sheet.account.kind == "person" else "admin_mailbox.html"
    return await admin_page(visit, template, status=_status(error), **shown)


def _status(error: MailsvcError | None) -> int:
    return 200 if error is None else 403 if isinstance(error, Refused) else 422


def _rival(visit: Visit, error: MailsvcError | None, sheet: sheets.Sheet) -> list[tuple[str, str, str]]:
    """(field, mine, what stands there now) where the two differ, after somebody else was faster."""
    if not isinstance(error, Meanwhile):
        return []
    mine, names = typed_facts(visit), sheet.unit_names
    pairs = [(name, getattr(mine, name), getattr(error.theirs, name)) for name in _FIELDS]
    return [
        (_(_FIELDS[name]), names.get(one, str(one)), names.get(other, str(other)))
        for name, one, other in pairs
        if one != other
    ]


def typed_facts(visit: Visit) -> Facts:
    """The facts as they stand in the form that was sent. Raises Invalid."""
    text = visit.field("mb", 9) or "0"
    return Facts(
        visit.field("ho_ten", facts.LONGEST["full_name"]),
        visit.field("don_vi", 60),
        visit.field("chuc_vu", facts.LONGEST["position"]),
        visit.field("dien_thoai", facts.LONGEST["phone"]),
        visit.field("ghi_chu", facts.LONGEST["note"]),
        int(text) if text.isascii() and text.isdigit() else -1,
    )


def typed_term(visit: Visit) -> Term:
    """The days in the form that was sent, the first one by default today. Raises Invalid."""
    days = []
    for name in ("tu", "den"):
        text = visit.field(name, 40)
        day = calendar_day(text)
        if text and day is None:
            raise Invalid("“%(day)s” không phải là ngày; xin viết ngày/tháng/năm.", day=text)
        days.append(day.isoformat() if day else "")
    return Term(days[0], days[1] or None, visit.field("quyen", 1) == "1")


# ---- ways in -------------------------------------------------------------------------------------------------------
async def temporary_password(visit: Visit, salt: bytes = b"") -> tuple[str, PasswordKeys]:
    """(a new password as it is shown, its keys)"""
    password = new_app_password()
    return in_fours(password), await visit.office.authenticator.hasher.derive(password, salt)


async def reset_password(visit: Visit) -> Response:
    """A temporary password, shown on this page and never again."""
    office, account_id = visit.office, visit.whole("id")
    await office.db.read(administering.person, visit.actor, account_id)
    made, keys = await temporary_password(visit, await office.db.read(accounts.scram_salt, account_id))
    await office.db.write(administering.reset_password, visit.actor, account_id, keys)
    return await account_page(visit, account_id, made=made)


async def reset_factor(visit: Visit) -> Response:
    account_id = visit.whole("id")
    whose = await visit.office.db.read(administering.person, visit.actor, account_id)
    await visit.office.db.write(second_factor.switch_off, visit.actor, account_id)
    return go(visit, f"{PAGE}/{account_id}", _("Đã đặt lại xác thực hai lớp của %(name)s.", name=whose.full_name))


async def set_open(visit: Visit) -> Response:
    account_id, active = visit.whole("id"), visit.field("mo", 1) == "1"
    whose = await visit.office.db.read(administering.account, visit.actor, account_id)
    try:
        await visit.office.db.write(administering.set_open, visit.actor, account_id, active)
    except Refused as error:
        return await account_page(visit, account_id, at="dang-nhap", error=error)
    text = _("Đã mở lại %(name)s.", name=whose.full_name) if active else _("Đã khóa %(name)s.", name=whose.full_name)
    undo = f"{PAGE}/{account_id}/khoa"
    return go(visit, f"{PAGE}/{account_id}", text, undo, (("mo", "0" if active else "1"),))


ROUTES = (
    get(PAGE, with_factor(listing)),
    get(PAGE + "/{id}", with_factor(account)),
    post(PAGE + "/{id}/mat-khau", with_factor(reset_password)),
    post(PAGE + "/{id}/hai-lop", with_factor(reset_factor)),
    post(PAGE + "/{id}/khoa", with_factor(set_open)),
)
