"""Words of outgoing documents as people see them, from config/outgoing.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailsvc.documents.extraction.catalogue import config_folder


@dataclass(frozen=True, slots=True)
class Words:
    """Stored value to what is shown; `sign_forms`: KT., TL. … to their names; `limits`: working days."""

    limits: Mapping[str, int]
    states: Mapping[str, str]
    steps: Mapping[str, str]
    file_roles: Mapping[str, str]
    sign_forms: Mapping[str, str]
    opinions: Mapping[str, str]
    paper: Mapping[str, str]
    relations: Mapping[str, str]
    copies: Mapping[str, str]
    format_sheet: Mapping[str, str]


@lru_cache(maxsize=1)
def words() -> Words:
    """Read once."""
    with open(config_folder() / "outgoing.toml", "rb") as file:
        data = tomllib.load(file)
    forms = {one["code"]: one["name"] for one in data.pop("sign_form")}
    return Words(sign_forms=forms, **data)
