"""Whom a document is sent to: units and people of the office, addresses elsewhere, and who gets it on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.errors import Invalid
from mailsvc.mail import addresses, lists
from mailsvc.message.compose import Person
from mailsvc.store import accounts, units
from mailsvc.store.accounts import Account
from mailsvc.store.receipts import OUTSIDE, PAPER, PERSON, UNIT
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Target:
    """One receiver. `account_id` is the mailbox of this office it means; `address` is '' for paper."""

    kind: str
    code: str
    name: str
    address: str
    account_id: int | None = None


def chosen(
    tx: Tx, domains: Sequence[str], unit_codes: Sequence[str], people: Sequence[int], outside: str
) -> tuple[Target, ...]:
    """The receivers a form names; `outside` has one on each line: `Tên <địa chỉ>`, an address, or a name for paper.

    Each mailbox once. Raises Invalid with the line or unit that is wrong.
    """
    found = [_unit(tx, domains, code) for code in unit_codes]
    found += [_person(tx, one) for one in people]
    found += [_line(tx, domains, line.strip()) for line in outside.splitlines() if line.strip()]
    unique: dict[str, Target] = {}
    for one in found:
        unique.setdefault(f"#{one.account_id}" if one.account_id else one.address.lower() or f"={one.name}", one)
    return tuple(unique.values())


def _unit(tx: Tx, domains: Sequence[str], code: str) -> Target:
    unit = units.find(tx, code)
    if unit is None:
        raise Invalid("Không có đơn vị “%(code)s”.", code=code)
    account = addresses.find(tx, domains, unit.email) if unit.email else None
    if account is None:
        raise Invalid("Đơn vị “%(unit)s” chưa có hộp thư trên hệ thống.", unit=unit.name)
    _require_open(account, unit.email)
    return Target(UNIT, unit.code, unit.name, unit.email, account.id)


def _require_open(account: Account, address: str) -> None:
    if not account.active:
        raise Invalid("Hộp thư “%(address)s” đã khóa.", address=address)


def _person(tx: Tx, account_id: int) -> Target:
    account = accounts.get(tx, account_id)
    address = accounts.primary_address(tx, account_id)
    if not account.active or not address:
        raise Invalid("%(full_name)s không còn nhận thư trên hệ thống.", full_name=account.full_name)
    return Target(PERSON, str(account_id), account.full_name, address, account_id)


def _line(tx: Tx, domains: Sequence[str], line: str) -> Target:
    name, bracket, rest = line.partition("<")
    address = (rest.rstrip("> ") if bracket else line).strip() if "@" in line else ""
    if not address:
        return Target(PAPER, line[:200], line[:200], "")
    local, at, domain = address.rpartition("@")
    if not (local and at and "." in domain) or any(c.isspace() or c in "<>,;()" for c in address):
        raise Invalid("Dòng “%(line)s” không phải là địa chỉ thư.", line=line[:80])
    shown = name.strip(' "') if bracket else address
    if not addresses.is_local(address, domains):
        return Target(OUTSIDE, "", (shown or address)[:200], address)
    account = addresses.find(tx, domains, address)
    if account is None:
        if lists.find(tx, domains, address) is not None:  # each receiver owes a receipt, and a list gives none
            raise Invalid(
                "“%(address)s” là nhóm địa chỉ; văn bản phát hành tới từng đơn vị, từng người.", address=address
            )
        raise Invalid("Không có hộp thư “%(address)s” trên hệ thống.", address=address)
    _require_open(account, address)
    unit = units.find(tx, account.unit_code) if account.kind != "person" else None
    if unit is not None and unit.email == accounts.primary_address(tx, account.id):
        return _unit(tx, domains, unit.code)
    return Target(PERSON, str(account.id), account.full_name, accounts.primary_address(tx, account.id), account.id)


@dataclass(frozen=True, slots=True)
class Group:
    """Units to tick together: `title`, and (code, name) of each."""

    title: str
    units: tuple[tuple[str, str], ...]


_TITLES = {"phong": "Phòng chuyên môn", "truong": "Trường học trực thuộc", "trung_tam": "Trung tâm trực thuộc"}


def groups(tx: Tx, org_code: str) -> tuple[Group, ...]:
    """The units with a mailbox, but not the organisation itself, by kind."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in units.listing(tx):
        if one.email and one.code != org_code:
            found.setdefault(_TITLES.get(one.kind, "Đơn vị khác"), []).append((one.code, one.name))
    return tuple(Group(title, tuple(rows)) for title, rows in found.items())


def sender_of(tx: Tx, org_code: str) -> Person:
    """The clerks' address of the organisation, in its name. Raises Invalid when it has none."""
    unit = units.find(tx, org_code)
    for kind in ("role", "unit"):
        for one in accounts.listing(tx, kind):
            if one.unit_code == org_code:
                return Person(unit.name if unit else org_code, accounts.primary_address(tx, one.id))
    raise Invalid("Cơ quan chưa có hộp thư để phát hành văn bản.")
