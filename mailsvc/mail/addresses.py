"""Whose mailbox an address means: both domains of the office are one, `user+word@` is `user@`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailsvc.store import accounts
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx

SEPARATOR = "+"


def split(address: str) -> tuple[str, str]:
    """(local part, domain in lower case) of an address; the domain is empty when there is none."""
    local, at, domain = address.rpartition("@")
    return (local, domain.lower()) if at else (address, "")


def is_local(address: str, domains: Sequence[str]) -> bool:
    """Whether the address lies in a domain of this office. A bare local part does."""
    domain = split(address)[1]
    return not domain or domain in domains


def find(tx: Tx, domains: Sequence[str], address: str) -> Account | None:
    """The account that mail for this local address goes to, or None (`mail.lists` knows the lists)."""
    for form in forms(domains, address):
        account = accounts.by_address(tx, form)
        if account is not None:
            return account
    return None


def forms(domains: Sequence[str], address: str) -> Iterator[str]:
    """What a local address may stand for in the directory, in the order in which it is looked for: as written, without
    the subaddress, each in its own domain, then in the canonical one."""
    local, domain = split(address)
    local = local.lower()
    if local.startswith('"') and local.endswith('"'):
        local = local[1:-1].replace("\\", "")
    names = [local]
    if SEPARATOR in local:
        names.append(local.split(SEPARATOR, 1)[0])
    for name in names:
        for place in dict.fromkeys((domain or domains[0], domains[0])):
            yield f"{name}@{place}"


def may_send(tx: Tx, account_id: int) -> bool:
    """Whether the account may send at all. Raises NotFound."""
    return bool(accounts.get(tx, account_id).active)


def may_send_as(tx: Tx, domains: Sequence[str], account_id: int, address: str) -> bool:
    """Whether the account may use the address as its sender: its own, an alias, a subaddress, or one it was granted.

    A closed account may not, though a session of it may still stand.
    """
    if not is_local(address, domains) or not may_send(tx, account_id):
        return False
    owner = find(tx, domains, address)
    if owner is None:
        return False
    return owner.id == account_id or accounts.may_send_as(tx, account_id, accounts.primary_address(tx, owner.id))
