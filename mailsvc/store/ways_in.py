"""Ways into an account besides its password: passwords of mail programs, the second factor, recovery codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, func, insert, select, update

from mailsvc.auth.passwords import AppKey
from mailsvc.auth.scram import ScramKeys
from mailsvc.store.schema import app_passwords, recovery_codes, second_factors
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class AppPassword:
    """A mail program's password as its owner sees it; `used_ms` 0: never yet."""

    id: int
    name: str
    created_ms: int
    used_ms: int
    used_peer: str


@dataclass(frozen=True, slots=True)
class Factor:
    """The authenticator app of an account; `confirmed_ms` 0: begun, and asked for by nobody yet. The secret is locked
    (see accounts.second_factor)."""

    secret: bytes = field(repr=False)
    confirmed_ms: int
    last_step: int
    failures: int
    failed_ms: int


_APP_KEYS = Prepared(
    select(
        app_passwords.c.id,
        app_passwords.c.digest,
        app_passwords.c.scram_salt,
        app_passwords.c.scram_iterations,
        app_passwords.c.scram_stored_key,
        app_passwords.c.scram_server_key,
    ).where(app_passwords.c.account_id == bindparam("account"))
)
_HAS_FACTOR = Prepared(
    select(second_factors.c.account_id).where(
        second_factors.c.account_id == bindparam("account"), second_factors.c.confirmed_ms > 0
    )
)


def app_keys(tx: Tx, account_id: int) -> tuple[AppKey, ...]:
    """What opens the doors of mail programs."""
    rows = tx.rows(_APP_KEYS, account=account_id)
    return tuple(AppKey(row[0], bytes(row[1]), bytes(row[2]), row[3], bytes(row[4]), bytes(row[5])) for row in rows)


def listing(tx: Tx, account_id: int) -> list[AppPassword]:
    """The account's app passwords, newest first."""
    columns = [app_passwords.c[name] for name in AppPassword.__dataclass_fields__]
    statement = select(*columns).where(app_passwords.c.account_id == account_id).order_by(app_passwords.c.id.desc())
    return [AppPassword(*row) for row in tx.execute(statement)]


def add(tx: Tx, account_id: int, name: str, digest: bytes, keys: ScramKeys) -> int:
    """Keep a new app password; its id."""
    made = tx.execute(
        insert(app_passwords).values(
            account_id=account_id,
            name=name,
            digest=digest,
            scram_salt=keys.salt,
            scram_iterations=keys.iterations,
            scram_stored_key=keys.stored_key,
            scram_server_key=keys.server_key,
            created_ms=tx.now_ms,
        )
    ).inserted_primary_key
    return int(made[0]) if made else 0


def remove(tx: Tx, account_id: int, app_id: int) -> bool:
    """Whether there was such a password of this account."""
    mine = (app_passwords.c.account_id == account_id) & (app_passwords.c.id == app_id)
    return tx.execute(delete(app_passwords).where(mine)).rowcount > 0


def used(tx: Tx, app_id: int, peer: str) -> None:
    tx.execute(update(app_passwords).where(app_passwords.c.id == app_id).values(used_ms=tx.now_ms, used_peer=peer[:60]))


# ---- the second factor ---------------------------------------------------------------------------------------------
def has_factor(tx: Tx, account_id: int) -> bool:
    """Whether signing in asks for a code."""
    return tx.row(_HAS_FACTOR, account=account_id) is not None


def with_factor(tx: Tx) -> set[int]:
    """All accounts that have one."""
    return set(tx.execute(select(second_factors.c.account_id).where(second_factors.c.confirmed_ms > 0)).scalars())


def factor(tx: Tx, account_id: int) -> Factor | None:
    columns = [second_factors.c[name] for name in Factor.__dataclass_fields__]
    row = tx.execute(select(*columns).where(second_factors.c.account_id == account_id)).first()
    return None if row is None else Factor(bytes(row[0]), *row[1:])


def begin_factor(tx: Tx, account_id: int, secret: bytes) -> None:
    """A new secret, not asked for until it is confirmed; it takes the place of one that never was."""
    tx.execute(
        delete(second_factors).where(second_factors.c.account_id == account_id, second_factors.c.confirmed_ms == 0)
    )
    tx.execute(insert(second_factors).values(account_id=account_id, secret=secret))


def factor_secrets(tx: Tx) -> list[tuple[int, bytes]]:
    """(account, its secret as it lies there) of all."""
    columns = (second_factors.c.account_id, second_factors.c.secret)
    rows = tx.execute(select(*columns).order_by(second_factors.c.account_id))
    return [(row[0], bytes(row[1])) for row in rows]


def change_factor(tx: Tx, account_id: int, **values: int | bytes) -> None:
    """Write down a confirmation, the step of a code taken, failures, or the secret in another form."""
    tx.execute(update(second_factors).where(second_factors.c.account_id == account_id).values(values))


def remove_factor(tx: Tx, account_id: int) -> bool:
    """Take the second factor away with its recovery codes; whether one was asked for."""
    had = has_factor(tx, account_id)
    tx.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
    tx.execute(delete(second_factors).where(second_factors.c.account_id == account_id))
    return had


def set_recovery(tx: Tx, account_id: int, digests: Iterable[bytes]) -> None:
    """These codes are good from now on, and no others."""
    tx.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
    tx.execute(insert(recovery_codes), [{"account_id": account_id, "digest": one} for one in digests])


def use_recovery(tx: Tx, account_id: int, digest: bytes) -> bool:
    """Whether the code was good; it is not any more."""
    mine = (recovery_codes.c.account_id == account_id) & (recovery_codes.c.digest == digest)
    fresh = mine & (recovery_codes.c.used_ms == 0)
    return tx.execute(update(recovery_codes).where(fresh).values(used_ms=tx.now_ms)).rowcount > 0


def recovery_left(tx: Tx, account_id: int) -> int:
    mine = (recovery_codes.c.account_id == account_id) & (recovery_codes.c.used_ms == 0)
    return int(tx.execute(select(func.count()).where(mine)).scalar_one())
