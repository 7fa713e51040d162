"""People and shared mailboxes: how an account comes to be, with its addresses, mailboxes, roles and rights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from email_validator import EmailNotValidError, validate_email

from mailsvc.auth.passwords import PasswordKeys
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import AlreadyThere, Invalid, NotFound
from mailsvc.documents.rights.matrix import matrix
from mailsvc.mail import addresses
from mailsvc.mail.access import ANYONE
from mailsvc.mail.mailboxes import set_up, set_up_intake
from mailsvc.store import accounts, audit, grants, groups, held_roles, mailboxes
from mailsvc.store.accounts import Account
from mailsvc.store.held_roles import HeldRole
from mailsvc.store.tx import Tx

ADMINISTRATOR = "quan_tri"
CLERK = "van_thu"
ROLES = matrix().roles

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be given an account. Addresses are full, the primary one first."""

    username: str
    full_name: str
    addresses: tuple[str, ...]
    unit_code: str = ""
    position: str = ""
    phone: str = ""
    note: str = ""
    roles: tuple[str, ...] = ()
    active: bool = True
    quota_bytes: int = 0


def check_username(username: str) -> str:
    """The username in lower case. Raises Invalid."""
    lowered = username.strip().lower()
    if not _USERNAME.fullmatch(lowered):
        raise Invalid(
            "Tên đăng nhập “%(username)s” chỉ được gồm chữ a-z không dấu, số và . _ - (không có dấu cách).",
            username=username,
        )
    if lowered == ANYONE:
        raise Invalid("Tên đăng nhập “%(anyone)s” dành riêng cho quyền của mọi người (RFC 4314 §2).", anyone=ANYONE)
    return lowered


def check_address(address: str, domains: Sequence[str]) -> str:
    """The address in lower case, of one of the office's domains. Raises Invalid."""
    stripped = "@".join(part.strip() for part in address.split("@"))  # blanks come along from spreadsheets
    try:
        found = validate_email(stripped, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid("Địa chỉ “%(address)s” không đúng; xin viết như tên@miền, không dấu.", address=address) from error
    if found.domain.lower() not in domains:
        raise Invalid(
            "Địa chỉ “%(address)s” không thuộc miền của cơ quan (%(domains)s).",
            address=address,
            domains=", ".join(domains),
        )
    return found.normalized.lower()


def check_free(tx: Tx, domains: Sequence[str], address: str, account_id: int | None = None) -> None:
    """Raises AlreadyThere, with whose it is, for an address that reaches anybody but that account.

    The office's domains are one: who has a name in one of them has it in all.
    """
    local = address.partition("@")[0]
    for form in (f"{local}@{domain}" for domain in domains):
        owner = accounts.by_address(tx, form)
        if owner is not None and owner.id != account_id:
            raise AlreadyThere(
                "Địa chỉ “%(address)s” đã thuộc %(name)s (%(username)s).",
                address=form,
                name=owner.full_name,
                username=owner.username,
            )
        group = groups.by_address(tx, form)
        if group is not None:
            raise AlreadyThere("Địa chỉ “%(address)s” là của nhóm %(name)s.", address=form, name=group.name)


def add_person(tx: Tx, new: NewPerson, keys: PasswordKeys | None, *, actor: Actor | None = None) -> Account:
    """Make a person's account with mailboxes, addresses, roles and their rights. Raises AlreadyThere, Invalid."""
    account = accounts.create(
        tx,
        username=check_username(new.username),
        kind="person",
        full_name=new.full_name,
        unit_code=new.unit_code,
        position=new.position,
        phone=new.phone,
        note=new.note,
        quota_bytes=new.quota_bytes,
        active=new.active,
    )
    for number, address in enumerate(new.addresses):
        accounts.add_address(tx, account.id, address, primary=number == 0)
    if keys is not None:
        accounts.set_password(tx, account.id, keys)
    set_up(tx, account.id)
    for role in new.roles:
        give_role(tx, account.id, role, new.unit_code)
    join_unit(tx, account.id, new.unit_code)
    audit.record(tx, actor, "account.add", f"account/{account.id}", username=account.username, roles=list(new.roles))
    return accounts.get(tx, account.id)


def add_shared(
    tx: Tx,
    *,
    username: str,
    kind: str,
    full_name: str,
    addresses: Sequence[str],
    unit_code: str,
    intake: bool = False,
    actor: Actor | None = None,
) -> Account:
    """Make the shared mailbox of a unit or of a role. With `intake` its inbox opens intake entries."""
    account = accounts.create(tx, username=username, kind=kind, full_name=full_name, unit_code=unit_code)
    for number, address in enumerate(addresses):
        accounts.add_address(tx, account.id, address, primary=number == 0)
    set_up(tx, account.id)
    if intake:
        mailboxes.set_kind(tx, mailboxes.by_name(tx, account.id, mailboxes.INBOX).id, "intake")
    audit.record(tx, actor, "account.add", f"account/{account.id}", username=account.username, kind=kind)
    return account


@dataclass(frozen=True, slots=True)
class Term:
    """From when to when a role is held (ISO days, inclusive; '' and None: always); `acting`: quyền, phụ trách."""

    valid_from: str = ""
    valid_to: str | None = None
    acting: bool = False


def give_role(tx: Tx, account_id: int, role: str, unit_code: str, term: Term | None = None) -> None:
    """Give a role with what it brings: a clerk gets the role mailbox and the folder that waits for the register.

    Raises Invalid for a role that does not exist, or days that are none.
    """
    held = checked(term or Term())
    if role not in ROLES:
        raise Invalid("Vai trò “%(role)s” không có; các vai trò: %(roles)s.", role=role, roles=", ".join(ROLES))
    first, last = held.valid_from, held.valid_to
    accounts.add_role(tx, account_id, role, unit_code, valid_from=first, valid_to=last, acting=held.acting)
    follow_role(tx, account_id, role)
    if role == CLERK:
        set_up_intake(tx, account_id)


def follow_role(tx: Tx, account_id: int, role: str) -> None:
    """The mailboxes that the role opens are open to the account as long as it holds it, up to the next day it does
    not; for the time after that `follow_terms` opens them."""
    today = office_date(tx.now_ms).isoformat()
    for shared in accounts.listing(tx, "role"):
        openers = _MEMBERS.get(shared.username, ())
        if role not in openers:
            continue
        held = [one for one in held_roles.of_account(tx, account_id) if one.role in openers and not one.over(today)]
        if not held:
            grants.take(tx, shared.id, account_id)
            continue
        first, last = _first_stretch(held)
        accounts.grant(tx, shared.id, account_id, can_read=True, can_send=True, valid_from=first, valid_to=last)


def _first_stretch(held: Sequence[HeldRole]) -> tuple[str, str | None]:
    """The earliest days without a gap that these roles cover."""
    first, *others = sorted(held, key=lambda one: one.valid_from)
    last = first.valid_to
    for one in others:
        if last is None or (one.valid_from and _day_before(one.valid_from) > last):
            break
        last = None if one.valid_to is None else max(last, one.valid_to)
    return first.valid_from, last


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def follow_terms(tx: Tx) -> None:
    """Open role mailboxes to those who hold the role again after days without it."""
    today = office_date(tx.now_ms).isoformat()
    for shared in accounts.listing(tx, "role"):
        ended = {one.grantee_id for one in grants.of_owner(tx, shared.id) if one.valid_to and one.valid_to < today}
        for role in _MEMBERS.get(shared.username, ()):
            for one in accounts.with_role(tx, role, today):
                if one.id in ended:
                    follow_role(tx, one.id, role)


def checked(term: Term) -> Term:
    """The term. Raises Invalid for what is no day, or an end before the beginning."""
    for day in (term.valid_from, term.valid_to or ""):
        try:
            if day:
                date.fromisoformat(day)
        except ValueError as error:
            raise Invalid("“%(day)s” không phải là ngày (YYYY-MM-DD).", day=day) from error
    if term.valid_to is not None and term.valid_to < term.valid_from:
        raise Invalid("Ngày cuối của vai trò phải sau hoặc bằng ngày đầu.")
    return term


# Which roles open which role mailbox.
_MEMBERS = {"vanthu": (CLERK,), "postmaster": ("quan_tri",)}
OF_THE_HOUSE = frozenset(_MEMBERS)
"""The shared mailboxes without which no document comes in, and nobody is told of undeliverable mail."""


def join_unit(tx: Tx, account_id: int, unit_code: str) -> None:
    """Let a member of a unit use the unit's shared mailbox."""
    for shared in accounts.listing(tx, "unit"):
        if unit_code and shared.unit_code == unit_code:
            accounts.grant(tx, shared.id, account_id, can_read=True, can_send=True)


def leave_unit(tx: Tx, account_id: int, unit_code: str) -> None:
    """Whoever is no longer of the unit does not use its shared mailbox any more."""
    for shared in accounts.listing(tx, "unit"):
        if unit_code and shared.unit_code == unit_code:
            grants.take(tx, shared.id, account_id)


def end_roles_in(tx: Tx, account_id: int, unit_code: str) -> list[str]:
    """The roles in that unit end with yesterday, those that begin later are taken away; which. Administrators are the
    house's and stay."""
    today = office_date(tx.now_ms)
    yesterday = (today - timedelta(days=1)).isoformat()
    ended = [
        one
        for one in held_roles.of_account(tx, account_id)
        if one.unit_code == unit_code and one.role != ADMINISTRATOR and not one.over(today.isoformat())
    ]
    for one in ended:
        if one.valid_from > yesterday:
            held_roles.remove(tx, one)
        else:
            held_roles.change(tx, replace(one, valid_to=yesterday))
        follow_role(tx, account_id, one.role)
    return [one.role for one in ended]


def by_login(tx: Tx, domains: Sequence[str], login: str) -> Account:
    """The account of a username or of any of its addresses. Raises NotFound."""
    found = addresses.find(tx, domains, login) if "@" in login else accounts.by_username(tx, login)
    if found is None:
        raise NotFound("Không có tài khoản “%(login)s”.", login=login)
    return found
