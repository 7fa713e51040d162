"""The office's rules for incoming documents and the words of their states, from config/routing.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mailsvc.core.errors import Phrase
from mailsvc.documents.extraction.catalogue import config_folder

FILE = "routing.toml"


@dataclass(frozen=True, slots=True)
class SubmitRule:
    """Whom a document is submitted to by default, who may receive it, and within how many working days."""

    roles: tuple[str, ...]
    positions: tuple[str, ...]
    receivers: frozenset[str]
    working_days: int
    urgent_working_days: int
    rule: str


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    cooperate_within_lead: bool
    on_working_days: bool
    most_days: int
    rule: str


@dataclass(frozen=True, slots=True)
class ClosingRule:
    needs_file: bool
    file_roles: frozenset[str]
    rule: str


@dataclass(frozen=True, slots=True)
class ScanRule:
    """What a scan of a paper must be: dots per inch, in colour, PDF version (14: 1.4)."""

    dpi: int
    colour: bool
    pdf_version: int
    rule: str


@dataclass(frozen=True, slots=True)
class Words:
    """Stored value to the words a person sees."""

    states: Mapping[str, str]
    lines: Mapping[str, str]
    roles: Mapping[str, str]
    kinds: Mapping[str, str]
    requests: Mapping[str, str]
    paper: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """All of the file. `transfer_types`: what clerks may transfer without a direction, `*` for everything.

    `mail`: act to the words a reply begins with; `folders`: kind of a mailbox to its name.
    """

    submit: SubmitRule
    transfer_types: frozenset[str]
    transfer_rule: str
    direct_rule: str
    deadlines: DeadlineRule
    closing: ClosingRule
    scan: ScanRule
    lines: Mapping[str, str]
    mail: Mapping[str, tuple[str, ...]]
    folders: Mapping[str, str]
    words: Words


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Read once."""
    with open(config_folder() / FILE, "rb") as file:
        return _rules(tomllib.load(file))


def _rules(data: Mapping[str, Any]) -> Rules:
    submit, closing = data["submit"], data["closing"]
    return Rules(
        submit=SubmitRule(
            tuple(submit["roles"]),
            tuple(submit["positions"]),
            frozenset(submit["receivers"]),
            submit["working_days"],
            submit["urgent_working_days"],
            submit["rule"],
        ),
        transfer_types=frozenset(data["transfer"]["types"]),
        transfer_rule=data["transfer"]["rule"],
        direct_rule=data["direct"]["rule"],
        deadlines=DeadlineRule(**data["deadlines"]),
        closing=ClosingRule(closing["needs_file"], frozenset(closing["file_roles"]), closing["rule"]),
        scan=ScanRule(**data["scan"]),
        lines=data["lines"],
        mail={act: tuple(words) for act, words in data["mail"].items()},
        folders=data["folders"],
        words=Words(**data["words"]),
    )


def because(rule: str, setting: str) -> Phrase:
    """The end of a refusal: which article and which setting refuse it."""
    return Phrase("Căn cứ: %(rule)s; thiết lập %(setting)s trong %(file)s.", rule=rule, setting=setting, file=FILE)
