"""Papers of the past bear the names that units had then; what belongs to a unit that is no more keeps its last name."""

from __future__ import annotations

from datetime import date

import pytest

from mailsvc.accounts import units_over_time as over_time
from mailsvc.accounts.units_over_time import Facts, facts_of
from mailsvc.core.actor import Actor
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.reports import registers
from mailsvc.reports.periods import month_of
from mailsvc.reports.registers import Wanted
from mailsvc.reports.statistics import unit_figures
from mailsvc.store import accounts, units
from mailsvc.store.tx import Tx
from tests.office.outgoing_pages import Bureau
from tests.web.webhouse import Site, sample

OLD, NEW = "Sở Giáo dục và Đào tạo Tây Ninh", "Sở Giáo dục, Khoa học và Công nghệ Tây Ninh"
DAY_MS = 86_400_000


@pytest.fixture
def pages(house: Site) -> Bureau:
    return Bureau(house)


def administrator(house: Site) -> Actor:
    return Actor(house.office.db.read_now(accounts.with_role, "quan_tri", "2026-11-24")[0].id)


def rename(tx: Tx, actor: Actor, code: str, name: str, day: str) -> None:
    known = units.latest(tx, code)
    assert known is not None
    facts = facts_of(known)
    new = Facts(name, facts.kind, facts.parent_code, facts.notation, facts.email, facts.note)
    over_time.change(tx, actor, ["sogddt.tayninh.gov.vn", "tayninh.gov.vn"], code, new, day)


def test_registers_stamps_and_drafts_keep_the_names_of_their_day(pages: Bureau) -> None:
    house = pages.house
    house.deliver(sample("01-ext-bo.eml"))
    place = pages.issued("DV01")
    admin, clerk = administrator(house), house.account_id("daonth")
    unit = house.office.db.read_now(units.name, "GDTRH")
    house.office.db.write_now(rename, admin, "SGDDT", NEW, "2027-01-01")
    house.office.db.write_now(rename, admin, "GDTRH", "Phòng Trung học mới", "2027-01-01")
    house.clock.advance(60 * DAY_MS)  # January 2027
    read = house.office.db.read_now
    assert read(units.name, "SGDDT") == NEW
    assert read(registers.book, clerk, "SGDDT", Wanted("di", 2026)).organisation == OLD
    assert read(registers.book, clerk, "SGDDT", Wanted("di", 2027)).organisation == NEW
    assert NEW in read(registers.book, clerk, "SGDDT", Wanted("di", 2026)).mark  # the system that prints it now
    page = Bureau(house)["khuetm"].text(place)
    assert unit in page and "Phòng Trung học mới" not in page


def test_a_unit_that_is_no_more_keeps_its_name_and_its_clerks(pages: Bureau) -> None:
    house = pages.house
    pages.issued("DV01")
    admin = administrator(house)
    name = house.office.db.read_now(units.name, "GDTRH")
    house.office.db.write_now(over_time.dissolve, admin, "GDTRH", "2026-12-01", "VP")
    house.clock.advance(30 * DAY_MS)
    assert house.office.db.read_now(units.find, "GDTRH") is None
    assert house.office.db.read_now(organisation_of_unit, "GDTRH") == "SGDDT"
    figures = house.office.db.read_now(unit_figures, "SGDDT", month_of(date(2026, 11, 1)))
    assert all(one.name != one.code for one in figures)
    assert name in Bureau(house)["khuetm"].text("/danh-ba?tim=khuetm")
