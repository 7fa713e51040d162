"""Addresses of an account, as administrators give and take them: one primary, the others aliases."""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.accounts import administering, people
from mailsvc.core.actor import Actor
from mailsvc.core.errors import AlreadyThere, NotFound, Refused
from mailsvc.store import accounts, audit, held_addresses
from mailsvc.store.tx import Tx


def add(tx: Tx, actor: Actor, domains: Sequence[str], account_id: int, address: str) -> str:
    """Give the account an alias; the address as it is kept. Raises Refused, NotFound, Invalid, AlreadyThere with
    whose it is."""
    administering.account(tx, actor, account_id)
    administering.for_others(actor, account_id)
    wanted = people.check_address(address, domains)
    if wanted in accounts.addresses_of(tx, account_id):
        raise AlreadyThere("Tài khoản đã có địa chỉ “%(address)s”.", address=wanted)
    people.check_free(tx, domains, wanted, account_id)
    accounts.add_address(tx, account_id, wanted, primary=not accounts.addresses_of(tx, account_id))
    audit.record(tx, actor, "account.address.add", f"account/{account_id}", address=wanted)
    return wanted


def make_primary(tx: Tx, actor: Actor, account_id: int, address: str) -> None:
    """The account sends with that address of its own from now on. Raises Refused, NotFound."""
    before = _own(tx, actor, account_id, address)[0]
    held_addresses.make_primary(tx, account_id, address)
    audit.record(tx, actor, "account.address.primary", f"account/{account_id}", before=before, after=address)


def remove(tx: Tx, actor: Actor, account_id: int, address: str) -> None:
    """Take an alias away. Raises NotFound, Refused for the primary address."""
    if _own(tx, actor, account_id, address)[0] == address:
        raise Refused("Đây là địa chỉ chính; xin đặt địa chỉ khác làm chính trước.")
    held_addresses.remove(tx, account_id, address)
    audit.record(tx, actor, "account.address.remove", f"account/{account_id}", address=address)


def _own(tx: Tx, actor: Actor, account_id: int, address: str) -> list[str]:
    administering.account(tx, actor, account_id)
    held = accounts.addresses_of(tx, account_id)
    if address not in held:
        raise NotFound("Tài khoản không còn địa chỉ “%(address)s”.", address=address)
    return held
