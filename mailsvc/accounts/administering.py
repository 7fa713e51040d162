"""What administrators do for people: list accounts, give a temporary password, close and open, set quotas."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.auth.passwords import PasswordKeys
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.store import accounts, audit, queue, ways_in
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold
from mailsvc.vietnamese.sort import name_key

ADMINISTRATOR = "quan_tri"


@dataclass(frozen=True, slots=True)
class Seen:
    """An account as administrators see it: never what lies in its mailboxes."""

    account: Account
    address: str
    roles: tuple[str, ...]
    factor: bool


def require(tx: Tx, actor: Actor) -> None:
    """Raises Refused for everybody but administrators."""
    if actor.account_id is None or ADMINISTRATOR not in accounts.roles_of(tx, actor.account_id):
        raise Refused("Trang này chỉ dành cho quản trị.")


def listing(tx: Tx, actor: Actor, query: str = "") -> list[Seen]:
    """The accounts that fit the words (typed without marks), by given name. Raises Refused."""
    require(tx, actor)
    addresses, factors = accounts.primary_addresses(tx), ways_in.with_factor(tx)
    words = fold(query).split()
    found = [
        one
        for one in accounts.listing(tx)
        if all(
            word in fold(f"{one.full_name} {one.username} {addresses.get(one.id, '')} {one.unit_code}")
            for word in words
        )
    ]
    found.sort(key=lambda one: (one.kind != "person", name_key(one.full_name)))
    return [
        Seen(one, addresses.get(one.id, ""), tuple(sorted(accounts.roles_of(tx, one.id))), one.id in factors)
        for one in found
    ]


def person(tx: Tx, actor: Actor, account_id: int) -> Account:
    """The person's account, for an administrator. Raises Refused, NotFound, Invalid for a shared mailbox."""
    require(tx, actor)
    try:
        found = accounts.get(tx, account_id)
    except NotFound:
        raise NotFound("Không có tài khoản này.") from None
    if found.kind != "person":
        raise Invalid("Hộp thư chung không có mật khẩu riêng.")
    return found


def reset_password(tx: Tx, actor: Actor, account_id: int, keys: PasswordKeys) -> None:
    """A temporary password: it opens only the page where its owner chooses his own. Everything logged in ends."""
    person(tx, actor, account_id)
    accounts.set_password(tx, account_id, keys, must_change=True)
    audit.record(tx, actor, "account.password.reset", f"account/{account_id}")


def set_open(tx: Tx, actor: Actor, account_id: int, active: bool) -> None:
    """Close the account, or open it again; what it holds stays. Raises Refused for one's own."""
    person(tx, actor, account_id)
    if account_id == actor.account_id:
        raise Refused("Không tự khóa tài khoản của mình được; nhờ quản trị khác làm.")
    accounts.set_active(tx, account_id, active)
    audit.record(tx, actor, "account.enable" if active else "account.disable", f"account/{account_id}")


def set_quota(tx: Tx, actor: Actor, account_id: int, megabytes: int) -> None:
    """How much the account may keep; 0 is without limit."""
    person(tx, actor, account_id)
    accounts.set_quota(tx, account_id, megabytes * 1_000_000)
    audit.record(tx, actor, "account.quota", f"account/{account_id}", megabytes=megabytes)


def retry(tx: Tx, actor: Actor, row_id: int | None) -> int:
    """Try a waiting letter, or all, now; how many. Raises Refused."""
    require(tx, actor)
    audit.record(tx, actor, "queue.retry", f"queue/{row_id or 'all'}")
    return queue.retry_now(tx, None if row_id is None else [row_id])
