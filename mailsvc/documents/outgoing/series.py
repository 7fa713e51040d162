"""Number series as data (config/number_series.toml): which series a document counts in, and how its code is written.

Decree 30/2020, Article 15 and Appendix I: from 01 on 1 January, one series for paper and electronic together; how the
types are divided is decided by the head of the organisation, from a day on.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from mailsvc.core.errors import Invalid
from mailsvc.documents.extraction.catalogue import DocumentType, config_folder, type_of_abbreviation
from mailsvc.store.units import Unit

OUT, COPY = "di", "sao"
ANY = "*"


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a scheme. `key` names it in the store; `padding` is the fewest digits of a number."""

    key: str
    name: str
    padding: int

    def written(self, number: int, suffix: str = "") -> str:
        """`01`, `123`, `123a`."""
        return f"{number:0{self.padding}d}{suffix}"


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    name: str
    types: tuple[str, ...]
    per_type: bool
    copies: bool
    padding: int


@dataclass(frozen=True, slots=True)
class _Scheme:
    organisations: tuple[str, ...]
    valid_from: date
    rules: tuple[_Rule, ...]


@lru_cache(maxsize=1)
def _schemes() -> tuple[_Scheme, ...]:
    with open(config_folder() / "number_series.toml", "rb") as file:
        entries = tomllib.load(file)["scheme"]
    return tuple(_scheme(entry) for entry in entries)


def _scheme(entry: dict[str, Any]) -> _Scheme:
    rules = tuple(
        _Rule(
            code=one["code"],
            name=one["name"],
            types=tuple(one.get("types", ())),
            per_type=one.get("per_type", False),
            copies=one.get("copies", False),
            padding=one.get("padding", 2),
        )
        for one in entry["series"]
    )
    return _Scheme(tuple(entry["organisations"]), date.fromisoformat(entry["valid_from"]), rules)


def scheme_of(schemes: tuple[_Scheme, ...], org_code: str, day: date) -> _Scheme:
    """The newest scheme in force on the day that names the organisation, else the newest for all. Raises Invalid."""
    in_force = sorted((one for one in schemes if one.valid_from <= day), key=lambda one: one.valid_from, reverse=True)
    for name in (org_code, ANY):
        found = next((one for one in in_force if name in one.organisations), None)
        if found is not None:
            return found
    raise Invalid(
        "Chưa quy định dãy số của cơ quan %(org_code)s cho ngày %(day)s (number_series.toml).",
        org_code=org_code,
        day=f"{day:%d/%m/%Y}",
    )


def series_of(org_code: str, kind: DocumentType, day: date) -> Series:
    """The series a document of that type counts in. Raises Invalid when no series takes it."""
    rules = [one for one in scheme_of(_schemes(), org_code, day).rules if not one.copies]
    rule = next((one for one in rules if kind.name in one.types), None) or next(
        (one for one in rules if ANY in one.types), None
    )
    if rule is None:
        raise Invalid("Không dãy số nào nhận loại “%(kind)s” (number_series.toml).", kind=kind.name)
    if not rule.per_type:
        return Series(f"{OUT}/{rule.code}", rule.name, rule.padding)
    return Series(f"{OUT}/{rule.code}/{kind.abbreviation or kind.name}", kind.name, rule.padding)


def copy_series(org_code: str, day: date) -> Series:
    """The one series of all copies of the organisation (Decree 30/2020, Article 26). Raises Invalid."""
    rule = next((one for one in scheme_of(_schemes(), org_code, day).rules if one.copies), None)
    if rule is None:
        raise Invalid("Chưa quy định dãy số của bản sao (number_series.toml).")
    return Series(f"{COPY}/{rule.code}", rule.name, rule.padding)


def name_of(key: str, org_code: str, day: date) -> str:
    """What people call a stored series."""
    parts = key.split("/")
    rules = {one.code: one for one in scheme_of(_schemes(), org_code, day).rules}
    rule = rules.get(parts[1]) if len(parts) > 1 else None
    if rule is None:
        return key
    if len(parts) < 3:
        return rule.name
    kind = type_of_abbreviation(parts[2])
    return kind.name if kind is not None else parts[2]


def notation_of(kind: DocumentType, organisation: Unit, unit: Unit | None) -> str:
    """`QĐ-SGDĐT`; for a công văn `SGDĐT-VP`. Raises Invalid when an abbreviation is missing.

    Handbook §1.3: the type's abbreviation first, hyphens without blanks; a công văn carries the drafting unit.
    """
    if not organisation.notation:
        raise Invalid("Đơn vị “%(organisation)s” chưa có chữ viết tắt để ghi ký hiệu.", organisation=organisation.name)
    if kind.abbreviation:
        return f"{kind.abbreviation}-{organisation.notation}"
    if unit is None or unit.code == organisation.code or not unit.notation:
        return organisation.notation
    return f"{organisation.notation}-{unit.notation}"
