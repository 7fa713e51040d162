"""Rules of the office (quy định vận hành) and what they were on a day (regulation, Article 15.1).

config/office-rules.toml names them with their first values; the office sets others from a day on. What happened is
judged by the rule of its own day: `value(tx, name, on=that_day)`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.documents import rights
from mailsvc.documents.extraction.catalogue import config_folder
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.store import accounts, audit
from mailsvc.store import rules as store
from mailsvc.store.rules import Setting
from mailsvc.store.tx import Tx

FILE = "office-rules.toml"
HOLDERS = "secrecy.holders"
KINDS = ("number", "flag", "choice", "texts", "people", "days")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the file names it. `values`: (first ISO day, value), rising."""

    name: str
    about: str
    kind: str
    article: str
    values: tuple[tuple[str, Any], ...]
    choices: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def known() -> Mapping[str, Rule]:
    """All rules by name, read once. Raises Invalid for a faulty file."""
    with open(config_folder() / FILE, "rb") as file:
        return parsed(tomllib.load(file))


def parsed(data: Mapping[str, Any]) -> Mapping[str, Rule]:
    """The rules of a file's contents. Raises Invalid with the name of the rule that is wrong."""
    found: dict[str, Rule] = {}
    for one in data.get("rule", []):
        name = one.get("name", "?")
        values = sorted((str(row["from"]), row["value"]) for row in one.get("values", []))
        choices = tuple(one.get("choices", ()))
        if one.get("kind") not in KINDS or not values or not one.get("article") or name in found:
            raise Invalid(
                "%(file)s: quy định “%(name)s” thiếu hoặc trùng tên, kind, article, values.", file=FILE, name=name
            )
        rule = Rule(name, one["about"], one["kind"], one["article"], tuple(values), choices)
        for _, value in values:
            _check_shape(rule, value)
        found[name] = rule
    return found


def value(tx: Tx, name: str, on: date | str | None = None) -> Any:
    """The value of the rule on that day (default: today at the office). Raises NotFound for an unknown rule."""
    rule = _rule(name)
    day = _iso(tx, on)
    setting = store.on(tx, name, day)
    given = [one for one in rule.values if one[0] <= day] or [rule.values[0]]
    if setting is None or setting.valid_from < given[-1][0]:
        return given[-1][1]
    return json.loads(setting.value)


def set_value(tx: Tx, who: Actor, name: str, new: Any, valid_from: str, reason: str) -> None:
    """Give the rule a value from a day on, today or later. Raises Refused, NotFound, Invalid."""
    rule = _rule(name)
    actor = rights.require(tx, who, Act.SET_RULES, rights.of_organisation(main_organisation(tx), f"rule/{name}"))
    if not reason.strip():
        raise Invalid("Phải ghi lý do đổi quy định.")
    day = _day(valid_from)
    if day < office_date(tx.now_ms):
        raise Invalid("Ngày hiệu lực không được trước hôm nay: việc đã qua xét theo quy định cũ.")
    _check_shape(rule, new)
    _check_people(tx, rule, new)
    before = value(tx, name, day)
    store.add(tx, name, day.isoformat(), json.dumps(new, ensure_ascii=False), reason.strip(), actor.account_id)
    detail = {"before": before, "after": new, "valid_from": day.isoformat(), "reason": reason.strip()}
    audit.record(tx, actor, "rule.set", f"rule/{name}", **detail)


def history(tx: Tx, name: str) -> list[Setting]:
    """What the office has set, latest first."""
    return store.history(tx, _rule(name).name)


def read_text(name: str, text: str) -> Any:
    """A value as people type it: a line for each text or login, `loại = số ngày` lines, có/không. Raises Invalid."""
    rule = _rule(name)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if rule.kind == "number":
        return _number(rule, text.strip())
    if rule.kind == "flag":
        return {"có": True, "không": False}.get(text.strip().lower(), text)
    if rule.kind == "days":
        pairs = (line.rpartition("=") for line in lines)
        return {key.strip(): _number(rule, number.strip()) for key, _, number in pairs}
    return lines if rule.kind in ("texts", "people") else text.strip()


def shown(rule: Rule, one: Any) -> str:
    """The value in the form that `read_text` reads."""
    if rule.kind == "flag":
        return "có" if one else "không"
    if rule.kind == "days":
        return "\n".join(f"{key} = {number}" for key, number in one.items())
    return "\n".join(one) if isinstance(one, list) else str(one)


def _rule(name: str) -> Rule:
    if name not in known():
        raise NotFound("Không có quy định “%(name)s”; có: %(known)s.", name=name, known=", ".join(known()))
    return known()[name]


def _number(rule: Rule, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Invalid("%(about)s: “%(text)s” không phải là số.", about=rule.about, text=text)
    return int(text)


def _check_shape(rule: Rule, given: Any) -> None:
    """Raises Invalid when the value is not of the rule's kind."""
    fits = {
        "number": isinstance(given, int) and not isinstance(given, bool) and given >= 0,
        "flag": isinstance(given, bool),
        "choice": given in rule.choices,
        "texts": isinstance(given, list) and all(isinstance(one, str) and one for one in given),
        "people": isinstance(given, list) and all(isinstance(one, str) for one in given),
        "days": isinstance(given, dict) and all(isinstance(one, int) and one >= 0 for one in given.values()),
    }
    if not fits[rule.kind]:
        wanted = f"một trong: {', '.join(rule.choices)}" if rule.choices else rule.kind
        raise Invalid(
            "%(about)s: giá trị “%(given)s” không đúng (%(wanted)s).", about=rule.about, given=given, wanted=wanted
        )


def _check_people(tx: Tx, rule: Rule, given: Any) -> None:
    for login in given if rule.kind == "people" else ():
        account = accounts.by_username(tx, login)
        if account is None or account.kind != "person" or not account.active:
            raise Invalid("%(about)s: không có người “%(login)s” đang làm việc.", about=rule.about, login=login)
        subject = rights.of_organisation(main_organisation(tx))
        if rule.name == HOLDERS and not rights.may(tx, Actor(account.id), Act.DECIDE_HELD, subject):
            raise Invalid(
                "%(about)s: %(full_name)s không có vai trò được quyết định việc này.",
                about=rule.about,
                full_name=account.full_name,
            )
    if rule.name == HOLDERS and len(set(given)) not in (0, 2):
        raise Invalid("%(about)s: phải đúng hai người.", about=rule.about)


def _iso(tx: Tx, on: date | str | None) -> str:
    if on is None:
        return office_date(tx.now_ms).isoformat()
    return on if isinstance(on, str) else on.isoformat()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Ngày hiệu lực: “%(text)s” không phải là ngày.", text=text) from error
