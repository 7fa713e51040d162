"""Shared mailboxes of units and roles: made, changed, opened to people and closed to them, by administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.accounts import administering, facts, people
from mailsvc.accounts.facts import Facts
from mailsvc.accounts.people import Term
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.store import accounts, audit, grants, mailboxes
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx

KINDS = ("unit", "role")
INTAKE = "intake"


@dataclass(frozen=True, slots=True)
class NewMailbox:
    """A shared mailbox to be made; `kind` unit or role; with `intake` what comes in waits for the register."""

    username: str
    kind: str
    full_name: str
    unit_code: str
    intake: bool = False


def make(tx: Tx, actor: Actor, domains: Sequence[str], new: NewMailbox) -> Account:
    """Make a shared mailbox with its name as address in every domain. That of a unit is opened to the unit's people.

    Raises Refused, Invalid, AlreadyThere.
    """
    administering.require(tx, actor)
    name = people.check_username(new.username)
    if new.kind not in KINDS or (new.kind == "unit" and not new.unit_code):
        raise Invalid("Hộp thư của đơn vị thì phải chọn đơn vị.")
    known = facts.checked(tx, Facts(new.full_name, new.unit_code))
    wanted = [people.check_address(f"{name}@{domain}", domains) for domain in domains]
    people.check_free(tx, domains, wanted[0])
    made = people.add_shared(
        tx, username=name, kind=new.kind, full_name=known.full_name, addresses=wanted, unit_code=known.unit_code,
        intake=new.intake, actor=actor,
    )  # fmt: skip
    _open_to_unit(tx, made, made.unit_code)
    return made


def change(tx: Tx, actor: Actor, account_id: int, seen: str, new: Facts, intake: bool | None) -> None:
    """Another name, unit, quota; whether what comes in waits for the register (None: as it is).

    The people of a new unit come in, those of the old one go. Raises Refused, NotFound, Invalid, Meanwhile.
    """
    before = _mailbox(tx, actor, account_id)
    if before.kind == "unit" and not new.unit_code:
        raise Invalid("Hộp thư của đơn vị thì phải chọn đơn vị.")
    _check_own_unit(tx, actor, before, new.unit_code)
    facts.change(tx, actor, account_id, seen, new)
    if before.kind == "unit" and new.unit_code != before.unit_code:
        for one in _of_unit(tx, before.unit_code):
            grants.take(tx, account_id, one.id)
        _open_to_unit(tx, before, new.unit_code)
    if intake is not None and intake != takes_in(tx, account_id):
        inbox = mailboxes.by_name(tx, account_id, mailboxes.INBOX)
        mailboxes.set_kind(tx, inbox.id, INTAKE if intake else "")
        audit.record(tx, actor, "account.intake", f"account/{account_id}", intake=intake)


def takes_in(tx: Tx, account_id: int) -> bool:
    """Whether what comes in waits for the register."""
    return mailboxes.by_name(tx, account_id, mailboxes.INBOX).kind == INTAKE


def open_to(tx: Tx, actor: Actor, account_id: int, username: str, term: Term, *, can_send: bool) -> Account:
    """Let a person use the mailbox within those days, in place of what he had; who. Raises Refused, NotFound,
    Invalid."""
    _mailbox(tx, actor, account_id)
    found = accounts.by_username(tx, username)
    if found is None or found.kind != "person":
        raise NotFound("Không có người nào tên đăng nhập “%(username)s”.", username=username)
    administering.for_others(actor, found.id)
    people.checked(term)
    accounts.grant(
        tx, account_id, found.id, can_read=True, can_send=can_send, valid_from=term.valid_from, valid_to=term.valid_to
    )
    detail = {"who": found.username, "send": can_send, "from": term.valid_from, "to": term.valid_to}
    audit.record(tx, actor, "account.access.give", f"account/{account_id}", **detail)
    return found


def close_to(tx: Tx, actor: Actor, account_id: int, grantee_id: int) -> None:
    """The person uses the mailbox no longer. Raises Refused, NotFound."""
    _mailbox(tx, actor, account_id)
    if not grants.take(tx, account_id, grantee_id):
        raise NotFound("Người này không còn dùng hộp thư.")
    who = accounts.get(tx, grantee_id).username
    audit.record(tx, actor, "account.access.take", f"account/{account_id}", who=who)


def _mailbox(tx: Tx, actor: Actor, account_id: int) -> Account:
    found = administering.account(tx, actor, account_id)
    if found.kind not in KINDS:
        raise Invalid("Đây là tài khoản của một người, không phải hộp thư chung.")
    return found


def _check_own_unit(tx: Tx, actor: Actor, mailbox: Account, unit_code: str) -> None:
    """Nobody opens an older mailbox to himself by giving it to his own unit."""
    own = accounts.get(tx, actor.account_id or 0).unit_code
    if mailbox.kind == "unit" and mailbox.unit_code != unit_code == own:
        administering.for_others(actor, actor.account_id or 0)


def _of_unit(tx: Tx, unit_code: str) -> list[Account]:
    return [one for one in accounts.listing(tx, "person") if unit_code and one.unit_code == unit_code]


def _open_to_unit(tx: Tx, mailbox: Account, unit_code: str) -> None:
    if mailbox.kind == "unit":
        for one in _of_unit(tx, unit_code):
            accounts.grant(tx, mailbox.id, one.id, can_read=True, can_send=True)
