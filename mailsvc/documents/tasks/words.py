"""Words and limits of tasks, from config/tasks.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailsvc.documents.extraction.catalogue import config_folder

SENT, WORKING, REPORTED, DONE, REFUSED, WITHDRAWN = "sent", "working", "reported", "done", "refused", "withdrawn"


@dataclass(frozen=True, slots=True)
class Words:
    """Stored value to the words a person sees; `limits`: name to a number; `rules`: act to the article it rests on;
    `mail`: act to the words an answer begins with."""

    limits: Mapping[str, int]
    states: Mapping[str, str]
    roles: Mapping[str, str]
    priorities: Mapping[str, str]
    grades: Mapping[str, str]
    rules: Mapping[str, str]
    mail: Mapping[str, list[str]]


@lru_cache(maxsize=1)
def words() -> Words:
    """Read once."""
    with open(config_folder() / "tasks.toml", "rb") as file:
        return Words(**tomllib.load(file))
