"""Accounts: people, and the shared mailboxes of units and roles; their addresses, roles, grants and credentials."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, or_, select, update

from mailsvc.auth.passwords import Credentials, PasswordKeys
from mailsvc.core.clock import office_date
from mailsvc.core.errors import AlreadyThere, NotFound
from mailsvc.store import ways_in
from mailsvc.store.schema import account_roles, accounts, address_groups, addresses, grants
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class Account:
    """An account without its credentials. `kind`: person, unit or role (the latter two are shared mailboxes)."""

    id: int
    username: str
    kind: str
    full_name: str
    unit_code: str
    position: str
    phone: str
    note: str
    active: int
    quota_bytes: int
    used_bytes: int
    credential_version: int
    quota_messages: int = 0
    must_change: int = 0


_COLUMNS = [accounts.c[name] for name in Account.__dataclass_fields__]
_BY_ID = Prepared(select(*_COLUMNS).where(accounts.c.id == bindparam("id")))
_BY_USERNAME = Prepared(select(*_COLUMNS).where(accounts.c.username == bindparam("username")))
_BY_ADDRESS = Prepared(
    select(*_COLUMNS)
    .join(addresses, addresses.c.account_id == accounts.c.id)
    .where(addresses.c.address == bindparam("address"))
)
_SHARED_WITH = Prepared(
    select(*_COLUMNS)
    .join(grants, grants.c.owner_id == accounts.c.id)
    .where(
        grants.c.grantee_id == bindparam("account_id"),
        grants.c.can_read == 1,
        accounts.c.active == 1,
        grants.c.valid_from <= bindparam("today"),
        or_(grants.c.valid_to.is_(None), grants.c.valid_to >= bindparam("today")),
    )
    .order_by(accounts.c.username)
)
_CREDENTIALS = Prepared(
    select(
        accounts.c.id,
        accounts.c.username,
        accounts.c.argon2,
        accounts.c.scram_salt,
        accounts.c.scram_iterations,
        accounts.c.scram_stored_key,
        accounts.c.scram_server_key,
        accounts.c.active,
        accounts.c.must_change,
    ).where(accounts.c.id == bindparam("id"), accounts.c.kind == "person")
)


def get(tx: Tx, account_id: int) -> Account:
    """Raises NotFound."""
    row = tx.row(_BY_ID, id=account_id)
    if row is None:
        raise NotFound(f"account {account_id}")
    return Account(*row)


def by_username(tx: Tx, username: str) -> Account | None:
    row = tx.row(_BY_USERNAME, username=username.lower())
    return None if row is None else Account(*row)


def by_address(tx: Tx, address: str) -> Account | None:
    """The account of a full address (lower case, no subaddress)."""
    row = tx.row(_BY_ADDRESS, address=address)
    return None if row is None else Account(*row)


def by_login(tx: Tx, login: str) -> Account | None:
    """The account of a login name: `user`, or any of its addresses."""
    name = login.strip().lower()
    return by_address(tx, name) if "@" in name else by_username(tx, name)


def credentials(tx: Tx, login: str) -> Credentials | None:
    """The credentials behind a login name; None for nobody and for shared mailboxes."""
    account = by_login(tx, login)
    if account is None:
        return None
    row = tx.row(_CREDENTIALS, id=account.id)
    if row is None:
        return None
    apps, second = ways_in.app_keys(tx, row[0]), ways_in.has_factor(tx, row[0])
    keys = (row[2], bytes(row[3]), row[4], bytes(row[5]), bytes(row[6]))
    return Credentials(row[0], row[1], *keys, bool(row[7]), apps, not second and not row[8])


def scram_salt(tx: Tx, account_id: int) -> bytes:
    """The salt all passwords of the account share; empty before it has one."""
    found = tx.execute(select(accounts.c.scram_salt).where(accounts.c.id == account_id)).scalar_one_or_none()
    return bytes(found or b"")


def listing(tx: Tx, kind: str | None = None) -> list[Account]:
    """All accounts, by username."""
    statement = select(*_COLUMNS).order_by(accounts.c.username)
    if kind is not None:
        statement = statement.where(accounts.c.kind == kind)
    return [Account(*row) for row in tx.execute(statement)]


def create(
    tx: Tx,
    *,
    username: str,
    kind: str,
    full_name: str,
    unit_code: str = "",
    position: str = "",
    phone: str = "",
    note: str = "",
    quota_bytes: int = 0,
    active: bool = True,
) -> Account:
    """Make an account without addresses, mailboxes or password. Raises AlreadyThere."""
    if by_username(tx, username) is not None:
        raise AlreadyThere("Tên đăng nhập “%(username)s” đã có.", username=username)
    tx.execute(
        insert(accounts).values(
            username=username.lower(),
            kind=kind,
            full_name=full_name,
            unit_code=unit_code,
            position=position,
            phone=phone,
            note=note,
            quota_bytes=quota_bytes,
            active=int(active),
            created_ms=tx.now_ms,
            scram_salt=b"",
            scram_stored_key=b"",
            scram_server_key=b"",
        )
    )
    tx.wake("directory")
    account = by_username(tx, username)
    assert account is not None  # noqa: S101 - just made
    return account


def set_password(tx: Tx, account_id: int, keys: PasswordKeys, *, must_change: bool = False) -> None:
    """Store new keys; sessions of the old password end with it. Raises NotFound.

    `must_change`: it opens nothing but the page where the person chooses his own.
    """
    done = tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(
            argon2=keys.argon2,
            scram_salt=keys.scram_salt,
            scram_iterations=keys.scram_iterations,
            scram_stored_key=keys.stored_key,
            scram_server_key=keys.server_key,
            must_change=int(must_change),
            credential_version=accounts.c.credential_version + 1,
        )
    )
    if done.rowcount == 0:
        raise NotFound(f"account {account_id}")
    tx.wake("directory")


def end_sessions(tx: Tx, account_id: int) -> None:
    """Whatever is logged in to the account ends, as after a new password."""
    tx.execute(
        update(accounts).where(accounts.c.id == account_id).values(credential_version=accounts.c.credential_version + 1)
    )
    tx.wake("directory")


def set_active(tx: Tx, account_id: int, active: bool) -> None:
    """Open or close the account for logins and mail. Its sessions, and those on its mailboxes, look at this and end."""
    tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(active=int(active), credential_version=accounts.c.credential_version + 1)
    )
    tx.wake("directory")
    tx.wake("rights")
    tx.wake("account", account_id)


def describe(tx: Tx, account_id: int, *, full_name: str, unit_code: str, position: str, phone: str, note: str) -> None:
    """Write who the person is and where he works. What follows from a unit is `people.move`'s."""
    values = {"full_name": full_name, "unit_code": unit_code, "position": position, "phone": phone, "note": note}
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(values))
    tx.wake("directory")
    tx.wake("account", account_id)


def set_quota(tx: Tx, account_id: int, quota_bytes: int, quota_messages: int | None = None) -> None:
    """0 is without limit; for messages below 0 none at all, None leaves their limit as it is."""
    values = {"quota_bytes": quota_bytes} | ({} if quota_messages is None else {"quota_messages": quota_messages})
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(values))
    tx.wake("directory")


# ---- addresses ----------------------------------------------------------------------------------------------
def add_address(tx: Tx, account_id: int, address: str, *, primary: bool = False) -> None:
    """Give the account an address (lower-cased). Raises AlreadyThere when it belongs to another account or a list."""
    address = address.lower()
    owner = by_address(tx, address)
    if owner is not None:
        if owner.id != account_id:
            raise AlreadyThere(
                "Địa chỉ “%(address)s” đã thuộc “%(username)s”.", address=address, username=owner.username
            )
        return
    group = list_at(tx, address)
    if group is not None:
        raise AlreadyThere("Địa chỉ “%(address)s” đã thuộc nhóm “%(group)s”.", address=address, group=group)
    tx.execute(insert(addresses).values(address=address, account_id=account_id, is_primary=int(primary)))
    tx.wake("directory")


def list_at(tx: Tx, address: str) -> str | None:
    """The name of the address list with that local part, in whichever domain; None when there is none."""
    alike = address_groups.c.address.startswith(address.lower().partition("@")[0] + "@", autoescape=True)
    return tx.execute(select(address_groups.c.name).where(alike)).scalar()


def addresses_of(tx: Tx, account_id: int) -> list[str]:
    """The account's addresses, the primary one first."""
    statement = (
        select(addresses.c.address)
        .where(addresses.c.account_id == account_id)
        .order_by(addresses.c.is_primary.desc(), addresses.c.address)
    )
    return list(tx.execute(statement).scalars())


def primary_addresses(tx: Tx) -> dict[int, str]:
    """The primary address of every account that has one, by account."""
    statement = select(addresses.c.account_id, addresses.c.address).order_by(
        addresses.c.is_primary, addresses.c.address.desc()
    )
    return {row[0]: row[1] for row in tx.execute(statement)}


def primary_address(tx: Tx, account_id: int) -> str:
    """The address mail of the account is sent with; empty when it has none."""
    return next(iter(addresses_of(tx, account_id)), "")


# ---- roles and grants ---------------------------------------------------------------------------------------
def add_role(
    tx: Tx,
    account_id: int,
    role: str,
    unit_code: str,
    *,
    valid_from: str = "",
    valid_to: str | None = None,
    acting: bool = False,
) -> None:
    """Give a role in a unit, unless the account has it there from that day on."""
    day = valid_from or office_date(tx.now_ms).isoformat()
    if any((one.role, one.unit_code) == (role, unit_code) for one in role_rows(tx, account_id, day)):
        return
    values = {"valid_from": valid_from, "valid_to": valid_to, "acting": int(acting)}
    tx.execute(insert(account_roles).values(account_id=account_id, role=role, unit_code=unit_code, **values))


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role in a unit for a time (ISO days, inclusive); `acting`: quyền, phụ trách."""

    role: str
    unit_code: str
    valid_from: str
    valid_to: str | None
    acting: int


_ROLES_OF_DAY = Prepared(
    select(*[account_roles.c[name] for name in RoleRow.__dataclass_fields__])
    .where(
        account_roles.c.account_id == bindparam("account"),
        account_roles.c.valid_from <= bindparam("day"),
        or_(account_roles.c.valid_to.is_(None), account_roles.c.valid_to >= bindparam("day")),
    )
    .order_by(account_roles.c.id)
)


def role_rows(tx: Tx, account_id: int, day: str) -> list[RoleRow]:
    """The account's roles of that day, in the order they were given."""
    return [RoleRow(*row) for row in tx.rows(_ROLES_OF_DAY, account=account_id, day=day)]


def roles_of(tx: Tx, account_id: int) -> set[str]:
    """The roles the account has today."""
    return {one.role for one in role_rows(tx, account_id, office_date(tx.now_ms).isoformat())}


def with_role(tx: Tx, role: str, day: str, unit_code: str | None = None) -> list[Account]:
    """The active people who have the role on that day (in that unit), by username."""
    statement = (
        select(*_COLUMNS)
        .join(account_roles, account_roles.c.account_id == accounts.c.id)
        .where(
            account_roles.c.role == role,
            account_roles.c.valid_from <= day,
            or_(account_roles.c.valid_to.is_(None), account_roles.c.valid_to >= day),
            accounts.c.active == 1,
        )
        .order_by(accounts.c.username)
    )
    if unit_code is not None:
        statement = statement.where(account_roles.c.unit_code == unit_code)
    return list(dict.fromkeys(Account(*row) for row in tx.execute(statement)))


def end_roles(tx: Tx, account_id: int, last_day: str) -> None:
    """The account's roles end with that day."""
    open_ended = or_(account_roles.c.valid_to.is_(None), account_roles.c.valid_to > last_day)
    tx.execute(
        update(account_roles).where(account_roles.c.account_id == account_id, open_ended).values(valid_to=last_day)
    )


def end_grants(tx: Tx, account_id: int, last_day: str) -> None:
    """The account opens no shared mailbox, and sends in nobody's name, after that day."""
    open_ended = or_(grants.c.valid_to.is_(None), grants.c.valid_to > last_day)
    tx.execute(update(grants).where(grants.c.grantee_id == account_id, open_ended).values(valid_to=last_day))
    tx.wake("account", account_id)
    tx.wake("rights")


def grant(
    tx: Tx,
    owner_id: int,
    grantee_id: int,
    *,
    can_read: bool,
    can_send: bool,
    valid_from: str = "",
    valid_to: str | None = None,
) -> None:
    """Let the grantee open the owner's mailboxes, or send in the owner's name, from the first day to the end of the
    last (ISO days).

    Replaces an earlier grant.
    """
    tx.execute(delete(grants).where(grants.c.owner_id == owner_id, grants.c.grantee_id == grantee_id))
    tx.execute(
        insert(grants).values(
            owner_id=owner_id,
            grantee_id=grantee_id,
            can_read=int(can_read),
            can_send=int(can_send),
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    tx.wake("account", grantee_id)
    tx.wake("rights")


def shared_with(tx: Tx, account_id: int) -> list[Account]:
    """The shared accounts whose mailboxes this account may open today, by username."""
    today = office_date(tx.now_ms).isoformat()
    return [Account(*row) for row in tx.rows(_SHARED_WITH, account_id=account_id, today=today)]


def members_of(tx: Tx, owner_id: int) -> list[Account]:
    """Who may open the shared account's mailboxes today, by username."""
    statement = (
        select(*_COLUMNS)
        .join(grants, grants.c.grantee_id == accounts.c.id)
        .where(grants.c.owner_id == owner_id, grants.c.can_read == 1, _today(tx))
        .order_by(accounts.c.username)
    )
    return [Account(*row) for row in tx.execute(statement)]


def may_send_as(tx: Tx, account_id: int, address: str) -> bool:
    """Whether the address (lower case, no subaddress) is the account's own or of an open one that lets it send."""
    owner = by_address(tx, address)
    if owner is None:
        return False
    if owner.id == account_id:
        return True
    if not owner.active:
        return False
    statement = select(grants.c.owner_id).where(
        grants.c.owner_id == owner.id, grants.c.grantee_id == account_id, grants.c.can_send == 1, _today(tx)
    )
    return tx.execute(statement).first() is not None


def _today(tx: Tx) -> ColumnElement[bool]:
    today = office_date(tx.now_ms).isoformat()
    return and_(grants.c.valid_from <= today, or_(grants.c.valid_to.is_(None), grants.c.valid_to >= today))


def holders(tx: Tx, roles: Collection[str]) -> list[tuple[Account, str]]:
    """Active people who hold one of the roles today, with the unit they hold it for, by name."""
    today = office_date(tx.now_ms).isoformat()
    statement = (
        select(*_COLUMNS, account_roles.c.unit_code)
        .join(account_roles, account_roles.c.account_id == accounts.c.id)
        .where(
            account_roles.c.role.in_(list(roles)),
            account_roles.c.valid_from <= today,
            or_(account_roles.c.valid_to.is_(None), account_roles.c.valid_to >= today),
            accounts.c.active == 1,
        )
        .order_by(accounts.c.full_name, accounts.c.id)
    )
    return [(Account(*row[:-1]), row[-1]) for row in tx.execute(statement)]
