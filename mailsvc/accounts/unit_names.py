"""Shared mailboxes of units bear their unit's name: renamed with it, at once or on the day it is to be another."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from mailsvc.accounts import facts
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.store import accounts, audit, meta, unit_uses, units
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

_FOLLOWED = "unit_names_day"
"""Under this name the store keeps the last day whose new names the mailboxes bear."""


def follow(tx: Tx, actor: Actor | None, before: Unit | None, now: Unit | None) -> None:
    """The unit's shared mailboxes that bear its former name bear the new one; names chosen by hand stay."""
    if before is None or now is None or before.name == now.name:
        return
    for one in unit_uses.accounts_of(tx, now.code):
        if one.kind == "unit" and one.full_name == before.name:
            account = accounts.get(tx, one.id)
            facts.write(tx, account, replace(facts.of(account), full_name=now.name))
            audit.record(tx, actor, "account.change", f"account/{one.id}", full_name=[before.name, now.name])


def is_due(tx: Tx) -> bool:
    """Whether a day has begun since the names were followed last."""
    return meta.get(tx, _FOLLOWED) < office_date(tx.now_ms).isoformat()


def follow_days(tx: Tx) -> None:
    """Follow the names that have become others since this was done last, up to today's; each is followed once."""
    last, today = meta.get(tx, _FOLLOWED), office_date(tx.now_ms).isoformat()
    for before, after in pairwise(units.everything(tx)):
        if before.code == after.code and last < after.valid_from <= today:
            follow(tx, None, before, after)
    meta.put(tx, _FOLLOWED, today)
