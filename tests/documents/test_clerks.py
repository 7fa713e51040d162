"""Whose register it is, and who keeps it."""

from __future__ import annotations

from intake_world import FIELDS, ORG, World

from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.documents import clerks, register
from mailsvc.mail.office import Office
from mailsvc.store import accounts
from mailsvc.store.tx import Tx


def test_departments_use_the_register_of_their_organisation(world: World) -> None:
    read = world.office.db.read_now
    assert read(clerks.organisation_of_unit, "VP") == ORG
    assert read(clerks.organisation_of_unit, "SGDDT") == ORG
    assert read(clerks.organisation_of_unit, "DV01") == "DV01"
    assert read(clerks.organisation_of_unit, "") == ORG
    assert read(clerks.organisation_of_mailbox, world.inbox) == ORG


def test_an_office_without_units_uses_the_code_of_its_settings(office: Office) -> None:
    clerk = office.db.write_now(add_clerk)
    assert office.db.read_now(clerks.organisation_of, clerk) == office.settings.organisation.code
    made = office.db.write_now(register.register_paper, clerk, office.settings.organisation.code, FIELDS)
    assert made.arrival_number == 1


def add_clerk(tx: Tx) -> int:
    return add_person(tx, NewPerson("vt", "Văn thư", ("vt@sogddt.tayninh.gov.vn",), roles=("van_thu",)), None).id


def test_who_keeps_and_who_reads(world: World) -> None:
    read = world.office.db.read_now
    people = world.people
    keeps = {name for name, account_id in people.items() if read(clerks.is_clerk, account_id, ORG)}
    reads = {name for name, account_id in people.items() if read(clerks.may_read_register, account_id, ORG)}
    assert keeps == {"daonth", "locpv"}
    assert reads == {"daonth", "locpv", "nganltt"}
    assert read(clerks.is_clerk, people["vt.thptbausen"], "DV01")


def test_a_closed_account_keeps_nothing(world: World) -> None:
    world.office.db.write_now(accounts.set_active, world.clerk, False)
    assert not world.office.db.read_now(clerks.is_clerk, world.clerk, ORG)
    assert not world.office.db.read_now(clerks.may_read_register, world.clerk, ORG)
