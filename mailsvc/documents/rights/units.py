"""Which organisation's registers serve a unit."""

from __future__ import annotations

from mailsvc.store import meta, units
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

DEPARTMENT = "phong"  # a unit without registers of its own: its documents pass through the organisation's clerks
_MAIN = "organisation"


def main_organisation(tx: Tx) -> str:
    """The code of the organisation whose office this is, as the settings say."""
    return meta.get(tx, _MAIN)


def set_main_organisation(tx: Tx, code: str) -> None:
    """Make the setting known to the transactions."""
    meta.put(tx, _MAIN, code)


def organisation_of_unit(tx: Tx, unit_code: str) -> str:
    """The code of the organisation whose registers serve the unit: the unit itself or the nearest one above it that
    is no department. For an account outside all units the office's own."""
    unit = (units.find(tx, unit_code) or units.latest(tx, unit_code)) if unit_code else None  # what is no more had one
    seen: set[str] = set()
    while unit is not None and unit.kind == DEPARTMENT and unit.code not in seen:
        seen.add(unit.code)
        unit = units.find(tx, unit.parent_code)
    return unit.code if unit is not None else main_organisation(tx)


def units_of_organisation(tx: Tx, org_code: str) -> dict[str, Unit]:
    """The organisation and its departments by code: the units whose documents pass through its clerks."""
    known = {unit.code: unit for unit in units.listing(tx)}
    found = {org_code: known[org_code]} if org_code in known else {}
    grown = True
    while grown:
        more = {
            unit.code: unit
            for unit in known.values()
            if unit.kind == DEPARTMENT and unit.parent_code in found and unit.code not in found
        }
        found |= more
        grown = bool(more)
    return found
