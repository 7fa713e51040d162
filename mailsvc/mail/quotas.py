"""How much an account may keep (RFC 9208). Its username is the name of its quota root; all its mailboxes share it, so
those of a unit share the unit's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.mail import access, naming
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import accounts, audit, room
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx

ADMINISTRATOR = "quan_tri"
UNIT = 1024
"""Octets of one unit of STORAGE (RFC 9208 §5.1)."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What is used of a resource, and how much may be."""

    name: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota root with its limited resources."""

    root: str
    resources: tuple[Resource, ...]


def of_account(tx: Tx, account: Account) -> Quota:
    found = []
    if account.quota_bytes:
        found.append(Resource("STORAGE", -(-account.used_bytes // UNIT), account.quota_bytes // UNIT))
    if account.quota_messages:
        count = room.count_of_account(tx, account.id)
        found.append(Resource("MESSAGE", count, max(account.quota_messages, 0)))
    return Quota(account.username, tuple(found))


def of_root(tx: Tx, account_id: int, root: str) -> Quota:
    """The quota of a root that is the person's own, or of an account in whose mailboxes they may read; administrators
    see all. Raises NotFound."""
    account = accounts.by_username(tx, root)
    if account is None or account.username != root or not _may_see(tx, account_id, account):
        raise NotFound("Không có hạn mức “%(root)s”.", root=root)
    return of_account(tx, account)


def _may_see(tx: Tx, account_id: int, account: Account) -> bool:
    if account.id == account_id or ADMINISTRATOR in accounts.roles_of(tx, account_id):
        return True
    who = access.person(tx, account_id)
    if all(one.id != account.id for one in access.owners_for(tx, who)):
        return False
    return any("r" in letters for letters in access.of_all(tx, who, account).values())


def of_mailbox(tx: Tx, account_id: int, name: str) -> Quota:
    """The quota under which the mailbox stands or, where it does not exist, would stand. Raises NotFound, Refused."""
    if not naming.is_foreign(name):
        return of_account(tx, accounts.get(tx, account_id))
    box = office_mailboxes.resolve(tx, account_id, name, "r")
    return of_account(tx, accounts.get(tx, box.account_id))


def set_limits(tx: Tx, actor_id: int, root: str, limits: Mapping[str, int]) -> Quota:
    """Give the root exactly these limits, in the units of RFC 9208; what is not named is without one.

    Raises Refused for all but administrators, NotFound, Invalid for a resource that cannot be limited.
    """
    if ADMINISTRATOR not in accounts.roles_of(tx, actor_id):
        raise Refused("Chỉ quản trị đặt được hạn mức.")
    account = accounts.by_username(tx, root)
    if account is None or account.username != root:
        raise NotFound("Không có hạn mức “%(root)s”.", root=root)
    unknown = sorted(set(limits) - {"STORAGE", "MESSAGE"})
    if unknown:
        raise Invalid("Không đặt được hạn mức %(unknown)s; chỉ có STORAGE và MESSAGE.", unknown=unknown[0])
    storage, messages = limits.get("STORAGE"), limits.get("MESSAGE")
    # In the store 0 is "without limit", so "nothing at all" is a limit that nothing fits in.
    octets = 0 if storage is None else min(storage * UNIT, _MOST) or 1
    count = 0 if messages is None else min(messages, _MOST) or -1
    accounts.set_quota(tx, account.id, octets, count)
    actor = Actor(actor_id, door="imap")
    audit.record(tx, actor, "account.quota", f"account/{account.id}", storage_kib=storage, messages=messages)
    return of_account(tx, accounts.get(tx, account.id))


_MOST = (1 << 63) - 1
