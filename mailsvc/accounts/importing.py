"""Importing units and people from CSV files: every row gets a verdict, faulty rows are left out, nothing by half.

The files may be separated by comma, semicolon or tab, with or without a byte order mark.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailsvc.accounts import facts, units_over_time, updating
from mailsvc.accounts.people import ROLES, NewPerson, add_person, add_shared, check_address, check_free, check_username
from mailsvc.accounts.updating import Change
from mailsvc.auth.passwords import PasswordKeys
from mailsvc.core.actor import Actor
from mailsvc.core.errors import AlreadyThere, Invalid, Phrase, Refused
from mailsvc.documents.rights.units import DEPARTMENT
from mailsvc.store import accounts, audit, units
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
PERSON_COLUMNS = (
    "username",
    "email",
    "alias",
    "full_name",
    "unit_code",
    "position",
    "roles",
    "phone",
    "active",
    "note",
)
UNIT_COLUMNS = ("unit_code", "name", "kind", "parent_code", "notation", "email", "valid_from", "valid_to", "note")


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What a line of the file comes to (the header is line 1). `person` is set when the row is right; then `known`
    tells whether he is there already, `changes` what becomes another for him, and `waiting` that he has not put a
    password of his own in the place of a temporary one yet. `reason` may be a `Phrase`."""

    line: int
    username: str
    verdict: str  # ok, error
    reason: str
    person: NewPerson | None = None
    known: bool = False
    changes: tuple[Change, ...] = ()
    waiting: bool = False

    @property
    def kind(self) -> str:
        """new, change, same or error."""
        if self.person is None:
            return "error"
        return "new" if not self.known else "change" if self.changes else "same"


@dataclass(frozen=True, slots=True)
class Applied:
    """What a file has done: the people it added, of how many it changed something, and who got another temporary
    password."""

    made: tuple[NewPerson, ...]
    changed: int
    renewed: tuple[NewPerson, ...] = ()


def check_people(tx: Tx, domains: Sequence[str], data: bytes, actor_id: int | None = None) -> list[RowVerdict]:
    """A verdict for each row; nothing is written. Raises Invalid when the file as a whole cannot be read.

    `actor_id`: who is about to apply it; he does not give rights to himself.
    """
    known_units = {unit.code for unit in units.listing(tx)}
    seen: dict[str, str] = {}
    verdicts = []
    for line, row in _rows(data, PERSON_COLUMNS):
        try:
            person = _person(row, domains, known_units)
            _check_once(seen, person)
            account = accounts.by_username(tx, person.username)
            for address in person.addresses:
                check_free(tx, domains, address, account.id if account else None)
            found = updating.changes(tx, account, person) if account else ()
            if account:
                updating.check_own(actor_id, account, found)
            waiting = account is not None and bool(account.must_change)
            verdicts.append(RowVerdict(line, row["username"], "ok", "", person, account is not None, found, waiting))
        except (Invalid, AlreadyThere, Refused) as error:
            verdicts.append(RowVerdict(line, row["username"], "error", Phrase(error.text, **error.values)))
    return verdicts


def apply(
    tx: Tx,
    actor: Actor,
    domains: Sequence[str],
    data: bytes,
    keys: Mapping[str, PasswordKeys],
    *,
    temporary: bool = True,
) -> Applied:
    """Write the rows that are right at this moment: new people with their passwords (`keys` by username; `temporary`
    ones open only the page where one chooses his own), and what differs of those who are there; those of them who
    never used their temporary password get the one in `keys` (whoever asked last, as after a second press of a
    button, is shown what holds).

    All of it or nothing; the same file again changes nothing. Raises Invalid.
    """
    made, renewed, changed = [], [], 0
    for one in check_people(tx, domains, data, actor.account_id):
        account = accounts.by_username(tx, one.person.username) if one.person else None
        if one.person and account:
            changed += updating.write(tx, actor, account, one.person)
            if account.must_change and account.username in keys:
                accounts.set_password(tx, account.id, keys[account.username], must_change=temporary)
                audit.record(tx, actor, "account.password.reset", f"account/{account.id}")
                renewed.append(one.person)
        elif one.person and one.person.username in keys:
            added = add_person(tx, one.person, None, actor=actor)
            accounts.set_password(tx, added.id, keys[one.person.username], must_change=temporary)
            made.append(one.person)
    audit.record(tx, actor, "account.import", "account", count=len(made), changed=changed, renewed=len(renewed))
    return Applied(tuple(made), changed, tuple(renewed))


def _check_once(seen: dict[str, str], person: NewPerson) -> None:
    """Raises Invalid when an earlier row has that username, or one of the addresses in whichever domain."""
    if person.username in seen.values():
        raise Invalid("Trùng dòng: “%(username)s” đã có ở trên trong cùng tệp.", username=person.username)
    for address in person.addresses:
        local = address.partition("@")[0]
        if seen.setdefault(local, person.username) != person.username:
            raise Invalid(
                "Địa chỉ “%(address)s” đã có ở dòng của “%(username)s” trong cùng tệp.",
                address=address,
                username=seen[local],
            )


def _person(row: dict[str, str], domains: Sequence[str], known_units: set[str]) -> NewPerson:
    for column, value in row.items():
        if value.startswith(_FORMULA):
            raise Invalid(
                "Cột %(column)s: “%(value)s” bắt đầu như một công thức bảng tính.", column=column, value=value[:40]
            )
    if not row["full_name"]:
        raise Invalid("Thiếu họ tên.")
    for column, most in facts.LONGEST.items():
        if len(row.get(column, "")) > most:
            raise Invalid("Có ô dài quá %(most)s ký tự.", most=most)
    username = check_username(row["username"])
    found = tuple(dict.fromkeys(check_address(row[column], domains) for column in ("email", "alias") if row[column]))
    if not found:
        raise Invalid("Thiếu địa chỉ thư.")
    if row["unit_code"] not in known_units:
        raise Invalid("Không có đơn vị “%(unit_code)s”.", unit_code=row["unit_code"])
    roles = tuple(role.strip() for role in row["roles"].split("|") if role.strip())
    for role in roles:
        if role not in ROLES:
            raise Invalid("Vai trò “%(role)s” không có; các vai trò: %(roles)s.", role=role, roles=", ".join(ROLES))
    return NewPerson(
        username=username,
        full_name=" ".join(row["full_name"].split()),
        addresses=found,
        unit_code=row["unit_code"],
        position=row["position"],
        phone=row["phone"],
        note=row["note"],
        roles=roles,
        active=row["active"] not in ("0", "false", "không"),
    )


def import_units(tx: Tx, domains: Sequence[str], org_code: str, data: bytes) -> int:
    """Add or change units with their shared mailboxes; how many. The organisation's own address is the clerks' mailbox.

    The rows of a unit may come in any order; what counts is that in the end each day has one. Raises Invalid with the
    line for a wrong row; then nothing is written.
    """
    found = {line: _unit(line, row) for line, row in _rows(data, UNIT_COLUMNS)}
    for unit in found.values():
        units.put(tx, unit)
        if unit.email:
            _unit_mailbox(tx, domains, unit, clerks=unit.code == org_code)
    seen = set[tuple[str, str]]()
    for line, unit in found.items():
        if (unit.code, unit.valid_from) in seen:
            raise Invalid("Dòng %(line)s: đơn vị và ngày đầu này đã có ở trên trong cùng tệp.", line=line)
        seen.add((unit.code, unit.valid_from))
        try:
            units_over_time.require_time(tx, unit)
        except Invalid as error:
            why = Phrase(error.text, **error.values)
            raise Invalid("Dòng %(line)s: %(why)s", line=line, why=why) from error
    return len(found)


def _unit(line: int, row: dict[str, str]) -> Unit:
    if not row["unit_code"] or not row["name"]:
        raise Invalid("Dòng %(line)s: thiếu mã hoặc tên đơn vị.", line=line)
    return Unit(
        code=row["unit_code"],
        name=row["name"],
        kind=row["kind"],
        parent_code=row["parent_code"],
        notation=row["notation"],
        email=row["email"].lower(),
        valid_from=row["valid_from"] or "1900-01-01",
        valid_to=row["valid_to"] or None,
        note=row["note"],
    )


def _unit_mailbox(tx: Tx, domains: Sequence[str], unit: Unit, *, clerks: bool) -> None:
    local = check_address(unit.email, domains).partition("@")[0]
    if accounts.by_username(tx, local) is None:
        add_shared(
            tx,
            username=local,
            kind="role" if clerks else "unit",
            full_name="Văn thư " + unit.name if clerks else unit.name,
            addresses=[f"{local}@{domain}" for domain in domains],
            unit_code=unit.code,
            intake=unit.kind != DEPARTMENT,  # whoever keeps registers of its own
        )


def _rows(data: bytes, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, values by column) with blanks around values removed and text in NFC."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("Tệp không ở bảng mã UTF-8.") from error
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        missing = [name for name in columns if name not in (reader.fieldnames or [])]
        if missing:
            raise Invalid("Tệp thiếu cột: %(missing)s.", missing=", ".join(missing))
        for row in reader:
            yield (
                reader.line_num,
                {name: unicodedata.normalize("NFC", (row.get(name) or "").strip()) for name in columns},
            )
    except csv.Error as error:
        raise Invalid("Dòng %(line)s không đúng dạng CSV; xin xem lại dấu ngoặc kép.", line=reader.line_num) from error
