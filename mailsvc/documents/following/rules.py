"""The rules of following up, from config/reminders.toml: versions with the day each comes into force."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any

from mailsvc.core.errors import Invalid
from mailsvc.documents.extraction.catalogue import config_folder

FILE = "reminders.toml"
OWNER, HEAD, ASSIGNER, CHIEF, CLERKS = "owner", "head", "assigner", "chief", "clerks"
_WHO = frozenset({OWNER, HEAD, ASSIGNER, CHIEF, CLERKS})
_LIMITS = frozenset({"next_day", "next_morning", "hours"})


@dataclass(frozen=True, slots=True)
class Step:
    """A reminder `day` working days from the deadline, to whom."""

    day: int
    to: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A limit of working time: when it ends, when it is announced and to whom, who hears that it has passed.

    `limit`: next_day, next_morning, or hours (then after `hours`); what is urgent has `urgent_hours`.
    """

    name: str
    limit: str
    hours: float
    urgent_hours: float
    warn_hours: float
    to: frozenset[str]
    late_to: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the file. `steps` by day; the last is repeated `repeat_times` times every `repeat_days`."""

    valid_from: date
    send_from: time
    steps: tuple[Step, ...]
    repeat_days: int
    repeat_times: int
    clocks: Mapping[str, ClockRule]
    digest_at: time
    digest_until: time
    urge_pause_hours: float
    urge_most_per_day: int
    problem_days: int
    daily_roles: tuple[str, ...]
    pack_weekday: int
    pack_at: time
    pack_roles: tuple[str, ...]
    pack_heads_of: tuple[str, ...]
    judging_rule: str

    @property
    def furthest(self) -> int:
        """How many working days before a deadline the first reminder goes out."""
        return max(0, *(-step.day for step in self.steps))


def rules_on(day: date) -> Rules:
    """The rules in force on that day; before the first version those of the first."""
    known = _versions()
    fitting = [one for one in known if one.valid_from <= day]
    return fitting[-1] if fitting else known[0]


@lru_cache(maxsize=1)
def _versions() -> tuple[Rules, ...]:
    with open(config_folder() / FILE, "rb") as file:
        return parsed(tomllib.load(file))


def parsed(data: Mapping[str, Any]) -> tuple[Rules, ...]:
    """The versions of a file's contents, by day. Raises Invalid with the place of what is wrong."""
    try:
        found = sorted((_rules(one) for one in data["version"]), key=lambda one: one.valid_from)
    except (KeyError, TypeError, AttributeError) as error:
        raise Invalid("%(file)s: thiếu hoặc sai %(error)s.", file=FILE, error=error) from error
    if not found:
        raise Invalid("%(file)s: chưa có [[version]] nào.", file=FILE)
    return tuple(found)


def _rules(given: Mapping[str, Any]) -> Rules:
    steps = sorted((Step(one["day"], _who(one["to"])) for one in given["step"]), key=lambda step: step.day)
    digest, urge, packs = given["digest"], given["urge"], given["packs"]
    return Rules(
        valid_from=given["valid_from"],
        send_from=given["send_from"],
        steps=tuple(steps),
        repeat_days=given["repeat"]["every"],
        repeat_times=given["repeat"]["times"],
        clocks={name: _clock(one) for name, one in given["clock"].items()},
        digest_at=digest["at"],
        digest_until=digest["until"],
        urge_pause_hours=urge["pause_hours"],
        urge_most_per_day=urge["most_per_day"],
        problem_days=given["problems"]["days"],
        daily_roles=tuple(given["daily"]["roles"]),
        pack_weekday=packs["weekday"],
        pack_at=packs["at"],
        pack_roles=tuple(packs["to"]),
        pack_heads_of=tuple(packs["to_head_of"]),
        judging_rule=given["judging"]["rule"],
    )


def _clock(given: Mapping[str, Any]) -> ClockRule:
    if given["limit"] not in _LIMITS:
        raise Invalid(
            "%(file)s: limit = %(limit)s; được phép: %(limits)s.",
            file=FILE,
            limit=repr(given["limit"]),
            limits=", ".join(sorted(_LIMITS)),
        )
    return ClockRule(
        given["name"], given["limit"], given["hours"], given["urgent_hours"], given["warn_hours"],
        _who(given["to"]), _who(given["late_to"]),
    )  # fmt: skip


def _who(given: list[str]) -> frozenset[str]:
    if wrong := set(given) - _WHO:
        raise Invalid(
            "%(file)s: không có người nhận %(wrong)s; được phép: %(who)s.",
            file=FILE,
            wrong=sorted(wrong),
            who=", ".join(sorted(_WHO)),
        )
    return frozenset(given)
