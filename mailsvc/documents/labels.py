"""Words and limits of the register of incoming documents, from config/register.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailsvc.documents.extraction.catalogue import config_folder


@dataclass(frozen=True, slots=True)
class Labels:
    """Stored value to the words a person sees; `lengths`: field to the most characters the law provides for."""

    channels: Mapping[str, str]
    statuses: Mapping[str, str]
    urgencies: Mapping[str, str]
    file_roles: Mapping[str, str]
    fields: Mapping[str, str]
    lengths: Mapping[str, int]


@lru_cache(maxsize=1)
def labels() -> Labels:
    """Read once."""
    with open(config_folder() / "register.toml", "rb") as file:
        return Labels(**tomllib.load(file))
