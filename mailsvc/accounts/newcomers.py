"""A new person: the account with its addresses in every domain, a role from today on, and a temporary password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.accounts import administering, facts, people
from mailsvc.accounts.facts import Facts
from mailsvc.accounts.people import NewPerson, Term
from mailsvc.auth.passwords import PasswordKeys
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import AlreadyThere, Invalid
from mailsvc.store import accounts
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person as typed in; `role` may be empty."""

    username: str
    facts: Facts
    role: str = ""


def check(tx: Tx, actor: Actor, domains: Sequence[str], new: Newcomer) -> NewPerson:
    """The person as he would be made. Raises Refused, Invalid, AlreadyThere."""
    administering.require(tx, actor)
    username = people.check_username(new.username)
    known = facts.checked(tx, new.facts)
    if not known.unit_code:
        raise Invalid("Chưa chọn đơn vị.")
    if accounts.by_username(tx, username) is not None:
        raise AlreadyThere("Tên đăng nhập “%(username)s” đã có.", username=username)
    addresses = tuple(people.check_address(f"{username}@{domain}", domains) for domain in domains)
    people.check_free(tx, domains, addresses[0])
    if new.role and new.role not in people.ROLES:
        raise Invalid("Chưa chọn vai trò.")
    return NewPerson(
        username,
        known.full_name,
        addresses,
        known.unit_code,
        known.position,
        known.phone,
        known.note,
        quota_bytes=known.quota_mb * 1_000_000,
    )


def make(tx: Tx, actor: Actor, domains: Sequence[str], new: Newcomer, keys: PasswordKeys) -> Account:
    """Make the account; the password opens only the page where its owner chooses his own. Raises as `check`."""
    made = people.add_person(tx, check(tx, actor, domains, new), None, actor=actor)
    accounts.set_password(tx, made.id, keys, must_change=True)
    if new.role:
        first = office_date(tx.now_ms).isoformat()
        people.give_role(tx, made.id, new.role, made.unit_code, Term(first))
    return made
