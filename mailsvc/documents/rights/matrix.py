"""The matrix role × act with its conditions, from config/roles.toml. A faulty file stops the start, with the line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from mailsvc.core.errors import Invalid
from mailsvc.documents.extraction.catalogue import config_folder

FILE = "roles.toml"


class Act(StrEnum):
    """Every act of the office. Names and articles stand in config/roles.toml."""

    REGISTER = "register"
    CORRECT = "correct"
    SUBMIT = "submit"
    DIRECT = "direct"
    TRANSFER = "transfer"
    RETURN = "return"
    RECALL = "recall"
    ASK_EXTENSION = "ask_extension"
    EXTEND = "extend"
    REASSIGN = "reassign"
    REPORT = "report"
    CLOSE = "close"
    CONSENT_CLOSE = "consent_close"
    URGE = "urge"
    READ = "read"
    READ_REGISTER = "read_register"
    PRINT = "print"
    EXPORT = "export"
    READ_STATISTICS = "read_statistics"
    READ_AUDIT = "read_audit"
    DRAFT = "draft"
    SEND_DRAFT = "send_draft"
    APPROVE_CONTENT = "approve_content"
    ASK_OPINION = "ask_opinion"
    GIVE_OPINION = "give_opinion"
    CHECK_FORMAT = "check_format"
    SIGN = "sign"
    TAKE_NUMBER = "take_number"
    CANCEL_NUMBER = "cancel_number"
    SEAL = "seal"
    ISSUE = "issue"
    RECALL_ISSUED = "recall_issued"
    COPY = "copy"
    KEEP_PAPER = "keep_paper"
    FILE = "file"
    ARCHIVE = "archive"
    ASK_PURGE = "ask_purge"
    CONSENT_PURGE = "consent_purge"
    ASSIGN = "assign"
    ACKNOWLEDGE = "acknowledge"
    WITHDRAW = "withdraw"
    DAILY_REPORT = "daily_report"
    PUBLISH = "publish"
    DELEGATE = "delegate"
    DECIDE_HELD = "decide_held"
    SET_RULES = "set_rules"
    GIVE_FEEDBACK = "give_feedback"
    PROPOSE_RULES = "propose_rules"
    DECIDE_RULES = "decide_rules"
    ADMINISTER = "administer"
    BREAK_GLASS = "break_glass"


class Condition(StrEnum):
    """What must hold between the actor and the subject. `…_unit`: the unit of his post is named, not he himself."""

    ANY = "any"
    ORGANISATION = "organisation"
    KEEPER = "keeper"
    OWN_UNIT = "own_unit"
    LEAD = "lead"
    LEAD_UNIT = "lead_unit"
    COOPERATING = "cooperating"
    COOPERATING_UNIT = "cooperating_unit"
    INFORMED = "informed"
    INFORMED_UNIT = "informed_unit"
    DRAFTER = "drafter"
    SIGNATORY = "signatory"
    ASSIGNER = "assigner"
    ASKED = "asked"
    ASKED_UNIT = "asked_unit"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class ActRule:
    """One act: its name, the article it rests on, and for each role the conditions of which one must hold."""

    name: str
    rule: str
    who: Mapping[str, frozenset[Condition]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`roles`: code to name, in the order of the file."""

    roles: Mapping[str, str]
    acts: Mapping[Act, ActRule]


@lru_cache(maxsize=1)
def matrix() -> Matrix:
    """Read once. Raises Invalid."""
    with open(config_folder() / FILE, "rb") as file:
        return parsed(tomllib.load(file))


def parsed(data: Mapping[str, Any]) -> Matrix:
    """The matrix of a file's contents: every act is there, no role, act or condition is unknown. Raises Invalid."""
    roles: dict[str, str] = data.get("roles", {})
    given: dict[str, Any] = data.get("acts", {})
    unknown = sorted(set(given) - set(Act))
    missing = sorted(set(Act) - set(given))
    if unknown or missing:
        raise Invalid(
            "%(file)s: việc thừa %(unknown)s, việc thiếu %(missing)s.", file=FILE, unknown=unknown, missing=missing
        )
    return Matrix(roles, {Act(name): _act(name, one, roles) for name, one in given.items()})


def _act(name: str, given: Mapping[str, Any], roles: Mapping[str, str]) -> ActRule:
    where = f"{FILE}: acts.{name}"
    if not given.get("name") or not given.get("rule"):
        raise Invalid("%(where)s: thiếu name hoặc rule.", where=where)
    who: dict[str, frozenset[Condition]] = {}
    for role, conditions in given.get("who", {}).items():
        if role not in roles:
            raise Invalid("%(where)s: không có vai trò “%(role)s”.", where=where, role=role)
        wrong = [one for one in conditions if one not in set(Condition)]
        if wrong or not conditions:
            raise Invalid(
                "%(where)s.%(role)s: quan hệ %(wrong)s; được phép: %(condition)s.",
                where=where,
                role=role,
                wrong=wrong or "trống",
                condition=", ".join(Condition),
            )
        who[role] = frozenset(Condition(one) for one in conditions)
    return ActRule(given["name"], given["rule"], who)
