"""Quản trị: accounts from a CSV or XLSX file: upload, look at the verdict on each row, apply the right ones."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mailsvc.accounts import administering, importing, tables
from mailsvc.auth.app_passwords import in_fours, new_app_password
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.documents.rights.matrix import matrix
from mailsvc.http.visits import Visit, get, post, upload
from mailsvc.store import accounts
from mailsvc.store.tx import Tx
from webmail.house_words import titles
from webmail.i18n import N_, said
from webmail.routes.admin import with_factor
from webmail.routes.admin_shell import admin_page

PAGE = "/quan-tri/nhap"
_LONGEST = 500_000
KINDS = {
    "new": (N_("Thêm mới"), "good"),
    "change": (N_("Cập nhật"), "accent"),
    "same": (N_("Không đổi"), ""),
    "error": (N_("Lỗi"), "stamp"),
}
FIELDS = {
    "full_name": N_("Họ tên"),
    "unit_code": N_("Thuộc đơn vị"),
    "position": N_("Chức vụ"),
    "phone": N_("Điện thoại"),
    "addresses": N_("Địa chỉ thư"),
    "roles": N_("Vai trò"),
}


async def form(visit: Visit) -> Response:
    await visit.office.db.read(administering.require, visit.actor)
    return await _shown(visit, 200)


async def check(visit: Visit) -> Response:
    """A verdict on each row; nothing is written."""
    await visit.office.db.read(administering.require, visit.actor)
    files = await visit.files("tep")
    try:
        if not files:
            raise Invalid("Chưa chọn tệp.")
        data = await visit.office.work(tables.as_csv, files[0].data)
        if len(data) > _LONGEST:
            raise Invalid("Tệp quá lớn; xin chia thành các tệp dưới 500 KB.")
        verdicts = await visit.office.db.read(_verdicts, visit.actor, visit.office.settings.organisation.domains, data)
    except Invalid as error:
        return await _shown(visit, 422, problem=said(error))
    return await _shown(visit, 200, verdicts=verdicts, text=data.decode("utf-8-sig", "replace"))


async def apply(visit: Visit) -> Response:
    """Write the rows that are right, all in one transaction; the temporary passwords are shown once.

    When the answer never arrived, the same file says who has one that was not used yet, and gives others.
    """
    office = visit.office
    await office.db.read(administering.require, visit.actor)
    domains, data = office.settings.organisation.domains, visit.field("van_ban", _LONGEST).encode()
    verdicts = await office.db.read(_verdicts, visit.actor, domains, data)
    again = visit.field("cap_lai", 1) == "1"
    salts = await office.db.read(_wanting, verdicts, again)
    passwords = {name: new_app_password() for name in salts}
    keys = await office.authenticator.hasher.derive_made([(passwords[name], salt) for name, salt in salts.items()])
    by_name = dict(zip(salts, keys, strict=True))
    done = await office.db.write(importing.apply, visit.actor, domains, data, by_name)
    made = [(one, in_fours(passwords[one.username])) for one in (*done.made, *done.renewed)]
    return await _shown(visit, 200, made=made, done=done)


def _wanting(tx: Tx, verdicts: list[importing.RowVerdict], again: bool) -> dict[str, bytes]:
    """Who is to be given a password, with the salt all his passwords share ('' for somebody new)."""
    found: dict[str, bytes] = {}
    for one in verdicts:
        if one.person is not None and (not one.known or (again and one.waiting)):
            account = accounts.by_username(tx, one.person.username)
            found[one.person.username] = accounts.scram_salt(tx, account.id) if account else b""
    return found


def _verdicts(tx: Tx, actor: Actor, domains: list[str], data: bytes) -> list[importing.RowVerdict]:
    return importing.check_people(tx, domains, data, actor.account_id)


async def _shown(visit: Visit, status: int, **given: Any) -> Response:
    values: dict[str, Any] = {"problem": "", "verdicts": [], "text": "", "made": [], "done": None, **given}
    kinds = [one.kind for one in values["verdicts"]]
    values |= {"counts": {kind: kinds.count(kind) for kind in KINDS}, "kinds": KINDS, "fields": FIELDS}
    values["waiting"] = sum(one.waiting for one in values["verdicts"])
    values |= {"roles": titles(matrix().roles), "columns": importing.PERSON_COLUMNS}
    return await admin_page(visit, "admin_import.html", status=status, **values)


ROUTES = (
    get(PAGE, with_factor(form)),
    upload(PAGE, with_factor(check)),
    post(PAGE + "/ghi", with_factor(apply)),
)
