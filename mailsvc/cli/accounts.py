"""`mailsvc account …` and `mailsvc unit …`."""

from __future__ import annotations

import getpass
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from mailsvc.accounts import administering, importing, people, second_factor
from mailsvc.accounts.people import NewPerson, Term
from mailsvc.auth.passwords import PasswordHasher
from mailsvc.cli import context
from mailsvc.cli.output import Json, fail, show, show_one
from mailsvc.core.errors import Invalid
from mailsvc.imap.capabilities import CAPABILITIES
from mailsvc.mail.office import Office
from mailsvc.store import accounts, audit, switches, units
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx

account_app = typer.Typer(help="Tài khoản.", no_args_is_help=True)
unit_app = typer.Typer(help="Đơn vị.", no_args_is_help=True)

FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Đọc mật khẩu từ dòng đầu của đầu vào chuẩn.")]


@account_app.command("list")
def list_accounts(kind: Annotated[str, typer.Option(help="person, unit hoặc role.")] = "", json: Json = False) -> None:
    """Liệt kê tài khoản."""
    with context.office() as office:
        show(office.db.read_now(_listing, kind or None), json)


@account_app.command("add")
def add_account(
    username: str,
    full_name: Annotated[str, typer.Option(help="Họ tên.")],
    unit: Annotated[str, typer.Option(help="Mã đơn vị.")] = "",
    role: Annotated[list[str] | None, typer.Option(help="Vai trò; dùng nhiều lần được.")] = None,
    position: Annotated[str, typer.Option(help="Chức vụ.")] = "",
    quota_mb: Annotated[int, typer.Option(help="Dung lượng, MB; 0: không giới hạn.")] = 0,
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Thêm một người: địa chỉ ở mọi miền của cơ quan, các hộp thư, vai trò và quyền đi kèm."""
    with context.office() as office:
        domains = office.settings.organisation.domains
        name = people.check_username(username)
        if unit and office.db.read_now(units.find, unit) is None:
            raise Invalid(f"Không có đơn vị “{unit}”; xem: mailsvc unit list.")
        new = NewPerson(
            username=name,
            full_name=full_name,
            addresses=tuple(people.check_address(f"{name}@{domain}", domains) for domain in domains),
            unit_code=unit,
            position=position,
            roles=tuple(role or ()),
            quota_bytes=quota_mb * 1_000_000,
        )
        keys = PasswordHasher().derive_now(_read_password(password_stdin))
        made = office.db.write_now(people.add_person, new, keys)
        show_one({"username": made.username, "address": new.addresses[0], "id": made.id}, json)


@account_app.command("passwd")
def change_password(login: str, password_stdin: FromStdin = False, json: Json = False) -> None:
    """Đặt mật khẩu mới; các phiên đăng nhập web cũ hết hiệu lực."""
    with context.office() as office:
        account = _find(office, login)
        salt = office.db.read_now(accounts.scram_salt, account.id)
        keys = PasswordHasher().derive_now(_read_password(password_stdin), salt)

        def change(tx: Tx) -> None:
            accounts.set_password(tx, account.id, keys)
            audit.record(tx, context.operator(), "account.password", f"account/{account.id}")

        office.db.write_now(change)
        show_one({"username": account.username, "password": "changed"}, json)


@account_app.command("disable")
def disable(
    login: str, enable: Annotated[bool, typer.Option("--enable", help="Mở lại.")] = False, json: Json = False
) -> None:
    """Khóa tài khoản (hoặc mở lại): không đăng nhập, không nhận thư; dữ liệu giữ nguyên."""
    with context.office() as office:
        account = _find(office, login)
        office.db.write_now(administering.open_or_close, context.operator(), account.id, enable)
        show_one({"username": account.username, "active": enable}, json)


@account_app.command("factor-off")
def end_factor(login: str, json: Json = False) -> None:
    """Tắt xác thực hai lớp của một người: mất điện thoại và mã dự phòng, hay mất tệp secret."""
    with context.office() as office:
        account = _find(office, login)
        office.db.write_now(second_factor.switch_off, context.operator(), account.id)
        show_one({"username": account.username, "second_factor": False}, json)


@account_app.command("quota")
def change_quota(
    login: str,
    megabytes: Annotated[int, typer.Argument(min=0, help="MB; 0: không giới hạn.")],
    messages: Annotated[int | None, typer.Option(min=0, help="Số thư; 0: không giới hạn.")] = None,
    json: Json = False,
) -> None:
    """Đặt dung lượng hộp thư, và số thư nếu có."""
    with context.office() as office:
        account = _find(office, login)

        def change(tx: Tx) -> None:
            accounts.set_quota(tx, account.id, megabytes * 1_000_000, messages)
            limits = {"megabytes": megabytes, "messages": messages}
            audit.record(tx, context.operator(), "account.quota", f"account/{account.id}", **limits)

        office.db.write_now(change)
        show_one({"username": account.username, "quota_bytes": megabytes * 1_000_000}, json)


@account_app.command("capability")
def change_capability(
    login: str,
    name: Annotated[str, typer.Argument(help="Tên như IMAP nói; để trống: liệt kê.")] = "",
    off: Annotated[bool, typer.Option("--off/--on", help="Tắt hoặc bật lại.")] = True,
    json: Json = False,
) -> None:
    """Tắt một tính năng IMAP mà phần mềm thư của người này không chịu được; có hiệu lực từ lần đăng nhập sau."""
    with context.office() as office:
        account = _find(office, login)
        known = {one.name.upper(): one.name for one in CAPABILITIES if one.switchable}
        if name and name.upper() not in known:
            raise Invalid(f"Không tắt được “{name}”; được tắt: {', '.join(known.values())}.")

        def change(tx: Tx) -> None:
            switches.switch(tx, account.id, known[name.upper()], not off)
            action = "account.capability.off" if off else "account.capability.on"
            audit.record(tx, None, action, f"account/{account.id}", capability=known[name.upper()])

        if name:
            office.db.write_now(change)
        show_one({"username": account.username, "off": sorted(office.db.read_now(switches.off, account.id))}, json)


@account_app.command("role")
def give_role(
    login: str,
    role: Annotated[str, typer.Argument(help="Mã vai trò (config/roles.toml).")],
    unit: Annotated[str, typer.Option(help="Đơn vị; trống: đơn vị của người đó.")] = "",
    first: Annotated[str, typer.Option("--from", help="Từ ngày YYYY-MM-DD.")] = "",
    last: Annotated[str, typer.Option("--to", help="Đến ngày YYYY-MM-DD.")] = "",
    acting: Annotated[bool, typer.Option("--acting", help="Quyền, phụ trách.")] = False,
    json: Json = False,
) -> None:
    """Giao một vai trò, có thể có thời hạn hoặc là quyền, phụ trách."""
    with context.office() as office:
        account = _find(office, login)
        term = Term(first, last or None, acting)

        def change(tx: Tx) -> None:
            people.give_role(tx, account.id, role, unit or account.unit_code, term)
            detail = {"role": role, "unit": unit, "from": first, "to": last, "acting": acting}
            audit.record(tx, context.operator(), "account.role", f"account/{account.id}", **detail)

        office.db.write_now(change)
        show_one({"username": account.username, "role": role, "from": first or None, "to": last or None}, json)


@account_app.command("import")
def import_accounts(
    file: Path,
    apply: Annotated[bool, typer.Option("--apply", help="Ghi các dòng đúng; không có thì chỉ kiểm tra.")] = False,
    json: Json = False,
) -> None:
    """Nhập người từ tệp CSV: mỗi dòng một kết luận; dòng sai không được ghi. Người đã có thì được cập nhật."""
    with context.office() as office:
        domains, data = office.settings.organisation.domains, file.read_bytes()
        verdicts = office.db.read_now(importing.check_people, domains, data)
        passwords: dict[str, str] = {}
        if apply:
            hasher = PasswordHasher()
            new = [one.person.username for one in verdicts if one.person and not one.known]
            passwords = {name: secrets.token_urlsafe(9) for name in new}
            keys = {name: hasher.derive_now(password) for name, password in passwords.items()}
            office.db.write_now(importing.apply, context.operator(), domains, data, keys, temporary=False)
        rows = [
            {
                "line": one.line,
                "username": one.username,
                "verdict": one.verdict,
                "kind": one.kind,
                "changes": {change.field: [list(change.before), list(change.after)] for change in one.changes} or None,
                "reason": one.reason or None,
                "password": passwords.get(one.person.username) if one.person else None,
            }
            for one in verdicts
        ]
        show(rows, json)


@unit_app.command("list")
def list_units(
    day: Annotated[str, typer.Option(help="Ngày YYYY-MM-DD; mặc định hôm nay.")] = "", json: Json = False
) -> None:
    """Liệt kê đơn vị có hiệu lực trong ngày."""
    with context.office() as office:
        found = office.db.read_now(units.listing, day or None)
        show([{name: getattr(unit, name) for name in type(unit).__dataclass_fields__} for unit in found], json)


def _listing(tx: Tx, kind: str | None) -> list[dict[str, object]]:
    return [
        {
            "username": one.username,
            "kind": one.kind,
            "name": one.full_name,
            "unit": one.unit_code,
            "address": accounts.primary_address(tx, one.id),
            "roles": sorted(accounts.roles_of(tx, one.id)),
            "active": bool(one.active),
            "used_bytes": one.used_bytes,
            "quota_bytes": one.quota_bytes,
            "quota_messages": one.quota_messages,
        }
        for one in accounts.listing(tx, kind)
    ]


def _find(office: Office, login: str) -> Account:
    return office.db.read_now(people.by_login, office.settings.organisation.domains, login)


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Mật khẩu: ")
    if first != getpass.getpass("Nhập lại: "):
        fail("Hai lần nhập không giống nhau.")
    return first
