"""Everything administrators see of one account on its page; never what lies in its mailboxes."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.accounts import administering, facts, shared
from mailsvc.accounts.facts import Facts
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.store import accounts, grants, held_roles, mailbox_rights, mailboxes, units, ways_in
from mailsvc.store.accounts import Account
from mailsvc.store.grants import Grant
from mailsvc.store.held_roles import HeldRole
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit
from mailsvc.vietnamese.sort import name_key, sort_key


@dataclass(frozen=True, slots=True)
class Sheet:
    """`now` and `past` are the roles that hold or will, and those that are over. `uses`: for a person the shared
    mailboxes he may use, for a shared mailbox who may use it;
    `written`: (mailbox, identifier, letters) of rights that were written on single mailboxes of it."""

    account: Account
    facts: Facts
    addresses: tuple[str, ...]
    now: tuple[HeldRole, ...]
    past: tuple[HeldRole, ...]
    uses: tuple[tuple[Account, Grant], ...]
    factor: bool
    intake: bool
    own: bool
    written: tuple[tuple[str, str, str], ...]
    units: tuple[Unit, ...]
    people: tuple[Account, ...]

    @property
    def unit_names(self) -> dict[str, str]:
        return {one.code: one.name for one in self.units}


def sheet(tx: Tx, actor: Actor, account_id: int) -> Sheet:
    """Raises Refused, NotFound."""
    one = administering.account(tx, actor, account_id)
    today = office_date(tx.now_ms).isoformat()
    held, person = held_roles.of_account(tx, account_id), one.kind == "person"
    return Sheet(
        account=one,
        facts=facts.of(one),
        addresses=tuple(accounts.addresses_of(tx, account_id)),
        now=tuple(role for role in held if not role.over(today)),
        past=tuple(role for role in held if role.over(today)),
        uses=_uses(tx, one),
        factor=ways_in.has_factor(tx, account_id),
        intake=not person and shared.takes_in(tx, account_id),
        own=account_id == actor.account_id,
        written=() if person else _written(tx, account_id),
        units=units_of_today(tx),
        people=() if person else _people(tx),
    )


def units_of_today(tx: Tx) -> tuple[Unit, ...]:
    """For choosing one, by name."""
    return tuple(sorted(units.listing(tx), key=lambda one: sort_key(one.name)))


def _uses(tx: Tx, account: Account) -> tuple[tuple[Account, Grant], ...]:
    known = {one.id: one for one in accounts.listing(tx)}
    if account.kind == "person":
        found = [(known[one.owner_id], one) for one in grants.of_grantee(tx, account.id)]
    else:
        found = [(known[one.grantee_id], one) for one in grants.of_owner(tx, account.id)]
    return tuple(sorted(found, key=lambda pair: name_key(pair[0].full_name)))


def _written(tx: Tx, account_id: int) -> tuple[tuple[str, str, str], ...]:
    names = {one.id: one.name for one in mailboxes.of_account(tx, account_id)}
    known = mailbox_rights.of_account(tx, account_id)
    return tuple((names[box], who, letters) for box, given in known.items() for who, letters in given.items())


def _people(tx: Tx) -> tuple[Account, ...]:
    found = [one for one in accounts.listing(tx, "person") if one.active]
    return tuple(sorted(found, key=lambda one: name_key(one.full_name)))
