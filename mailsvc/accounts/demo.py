"""The demo organisation, made at the first start: the Sở with its units and roles, 45 schools with two accounts."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mailsvc.accounts.importing import check_people, import_units
from mailsvc.accounts.people import add_person, add_shared
from mailsvc.auth.passwords import PasswordHasher, PasswordKeys
from mailsvc.core.errors import Invalid
from mailsvc.core.settings import Organisation, Settings
from mailsvc.store import meta, units
from mailsvc.store.engine import Database
from mailsvc.store.tx import Tx

MADE = "demo_made"
CSV_NAME = "demo-accounts.csv"
_SYLLABLES = ("an", "binh", "cam", "dong", "giang", "hai", "khanh", "lam")
_MORE = ("mai", "nam", "phong", "quang", "sen", "tre", "vang", "xanh")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A line of demo-accounts.csv."""

    address: str
    password: str
    name: str
    unit: str
    role: str


def is_made(tx: Tx) -> bool:
    return bool(meta.get(tx, MADE))


def make(db: Database, settings: Settings, hasher: PasswordHasher, config: Path) -> list[DemoAccount]:
    """Make the demo organisation in one transaction and write DATA/demo-accounts.csv (readable by the owner only)."""
    units_file = (config / "demo-units.csv").read_bytes()
    people_file = (config / "demo-accounts.csv").read_bytes()
    passwords = [_password() for _ in people_file.splitlines()]
    with ThreadPoolExecutor(2) as pool:  # argon2 lets the interpreter go
        keys = list(pool.map(hasher.derive_now, passwords))
    secrets_of = list(zip(passwords, keys, strict=True))
    made = db.write_now(_make, settings.organisation, units_file, people_file, secrets_of)
    _write_csv(settings.folder / CSV_NAME, made)
    return made


def read_csv(folder: Path) -> list[DemoAccount]:
    """The accounts as written at the first start; empty when the file is gone."""
    try:
        with open(folder / CSV_NAME, encoding="utf-8", newline="") as file:
            return [DemoAccount(**row) for row in csv.DictReader(file)]
    except FileNotFoundError:
        return []


def _make(
    tx: Tx,
    organisation: Organisation,
    units_file: bytes,
    people_file: bytes,
    secrets_of: list[tuple[str, PasswordKeys]],
) -> list[DemoAccount]:
    domains = organisation.domains
    import_units(tx, domains, organisation.code, units_file)
    add_shared(
        tx,
        username="postmaster",
        kind="role",
        full_name="Quản trị thư điện tử",
        addresses=[f"{name}@{domain}" for domain in domains for name in ("postmaster", "abuse")],
        unit_code="",
    )
    names = {unit.code: unit.name for unit in units.listing(tx)}
    made = []
    for verdict, (password, keys) in zip(check_people(tx, domains, people_file), secrets_of, strict=False):
        if verdict.person is None:
            raise Invalid("Tệp tài khoản mẫu sai ở dòng %(line)s: %(reason)s", line=verdict.line, reason=verdict.reason)
        one = verdict.person
        add_person(tx, one, keys)
        made.append(DemoAccount(one.addresses[0], password, one.full_name, names[one.unit_code], "|".join(one.roles)))
    meta.put(tx, MADE, "1")
    return made


def _password() -> str:
    """Easy to type on a phone, some 49 bits."""
    words = [secrets.choice(_SYLLABLES + _MORE) for _ in range(9)]
    return "-".join(["".join(words[:3]), "".join(words[3:6]), f"{secrets.randbelow(10000):04d}", "".join(words[6:])])


def _write_csv(path: Path, made: Sequence[DemoAccount]) -> None:
    partial = path.with_suffix(".part")
    partial.touch(mode=0o600)
    with open(partial, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["address", "password", "name", "unit", "role"])
        writer.writerows([one.address, one.password, one.name, one.unit, one.role] for one in made)
    partial.replace(path)
