"""Importing people who are there already: what differs is written, nothing else, and the same file again is nothing."""

from __future__ import annotations

import pytest

from mailsvc.accounts import importing, people
from mailsvc.accounts.importing import RowVerdict
from mailsvc.accounts.people import NewPerson
from mailsvc.accounts.updating import Change
from mailsvc.auth.passwords import PasswordHasher
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.mail import mailboxes
from mailsvc.mail.office import Office
from mailsvc.store import accounts, audit, held_roles
from mailsvc.store.engine import Database
from tests.places import SAMPLES

HEAD = ",".join(importing.PERSON_COLUMNS) + "\n"
OPERATOR = Actor(None, door="cli")
LAN = NewPerson("lannt", "Nguyễn Thị Lan", ("lannt@sogddt.tayninh.gov.vn",), "VP", "Chuyên viên", "0276 1",
                roles=("chuyen_vien",))  # fmt: skip


@pytest.fixture
def house(office: Office, quick_hasher: PasswordHasher) -> Office:
    domains = office.settings.organisation.domains
    office.db.write_now(importing.import_units, domains, "SGDDT", (SAMPLES / "org" / "units.csv").read_bytes())
    office.db.write_now(people.add_person, LAN, quick_hasher.derive_now("mot-mat-khau-dai"))
    return office


def row(*, name: str = "Nguyễn Thị Lan", unit: str = "VP", position: str = "Chuyên viên", roles: str = "chuyen_vien",
        alias: str = "", phone: str = "0276 1", username: str = "lannt", note: str = "") -> bytes:  # fmt: skip
    cells = (username, f"{username}@sogddt.tayninh.gov.vn", alias, name, unit, position, roles, phone, "1", note)
    return (HEAD + ",".join(cells) + "\n").encode()


def verdict(house: Office, data: bytes, actor_id: int | None = None) -> RowVerdict:
    (one,) = house.db.read_now(importing.check_people, house.settings.organisation.domains, data, actor_id)
    return one


def applied(house: Office, data: bytes) -> importing.Applied:
    return house.db.write_now(importing.apply, OPERATOR, house.settings.organisation.domains, data, {})


def lan(house: Office) -> accounts.Account:
    found = house.db.read_now(accounts.by_username, "lannt")
    assert found is not None
    return found


def test_the_same_again_changes_nothing(house: Office) -> None:
    one = verdict(house, row(note="chữ khác ở ghi chú"))
    assert (one.verdict, one.kind, one.changes) == ("ok", "same", ())
    assert applied(house, row()) == importing.Applied((), 0)


def test_what_differs_is_told_and_written(house: Office) -> None:
    before = lan(house)
    data = row(name="Nguyễn Thị Ngọc Lan", unit="KHTC", position="Kế toán", phone="0276 2",
               alias="lan@tayninh.gov.vn", roles="chuyen_vien|pho_phong")  # fmt: skip
    one = verdict(house, data)
    assert one.kind == "change"
    assert one.changes == (
        Change("full_name", ("Nguyễn Thị Lan",), ("Nguyễn Thị Ngọc Lan",)),
        Change("unit_code", ("VP",), ("KHTC",)),
        Change("position", ("Chuyên viên",), ("Kế toán",)),
        Change("phone", ("0276 1",), ("0276 2",)),
        Change("addresses", (), ("lan@tayninh.gov.vn",)),
        Change("roles", ("chuyen_vien",), ("chuyen_vien", "pho_phong")),
    )
    assert applied(house, data) == importing.Applied((), 1)
    now = lan(house)
    assert (now.full_name, now.unit_code, now.position, now.phone) == (
        "Nguyễn Thị Ngọc Lan",
        "KHTC",
        "Kế toán",
        "0276 2",
    )
    assert (now.credential_version, now.must_change) == (before.credential_version, 0)  # his password is his
    seen = {one.name for one in house.db.read_now(mailboxes.visible, now.id)}
    assert "Dùng chung/khtc" in seen and "Dùng chung/vp" not in seen
    today = office_date(house.clock.now_ms()).isoformat()
    held = {(one.role, one.unit_code) for one in house.db.read_now(accounts.role_rows, now.id, today)}
    assert held == {("chuyen_vien", "KHTC"), ("pho_phong", "KHTC")}
    assert len(house.db.read_now(held_roles.of_account, now.id)) == 3  # that of the old unit stays as history
    assert verdict(house, data).kind == "same"
    rows = len(house.db.read_now(audit.of, f"account/{now.id}"))
    assert applied(house, data) == importing.Applied((), 0)
    assert len(house.db.read_now(audit.of, f"account/{now.id}")) == rows and lan(house) == now


def test_an_empty_cell_says_nothing(house: Office) -> None:
    assert verdict(house, row(position="", phone="", roles="")).kind == "same"


def test_a_whole_organisation_comes_in_twice(house: Office, quick_hasher: PasswordHasher) -> None:
    domains, data = house.settings.organisation.domains, (SAMPLES / "org" / "accounts.csv").read_bytes()
    keys = quick_hasher.derive_now("mot-mat-khau-dai")
    names = [one.username for one in house.db.read_now(importing.check_people, domains, data)]
    first = house.db.write_now(importing.apply, OPERATOR, domains, data, dict.fromkeys(names, keys))
    assert (len(first.made), first.changed) == (160, 0)
    kinds = {one.kind for one in house.db.read_now(importing.check_people, domains, data)}
    assert kinds == {"same"}
    assert house.db.write_now(importing.apply, OPERATOR, domains, data, {}) == importing.Applied((), 0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (row(name="Trần Văn Bình"), "là của Nguyễn Thị Lan"),
        (row(username="vp"), "hộp thư chung"),
        (row(alias="vanthu@tayninh.gov.vn"), "đã thuộc Văn thư"),
        (row(username="moinv", name="Mới", alias="lannt@tayninh.gov.vn"), "đã thuộc Nguyễn Thị Lan (lannt)"),
    ],
)
def test_who_is_somebody_else_is_not_written_over(house: Office, data: bytes, said: str) -> None:
    one = verdict(house, data)
    assert one.kind == "error" and said in one.reason
    before = lan(house)
    assert applied(house, data) == importing.Applied((), 0) and lan(house) == before


def test_two_rows_do_not_share_an_address(house: Office) -> None:
    second = row(username="haitt", name="Trần Thị Hai", alias="chung@tayninh.gov.vn").decode().split("\n", 1)[1]
    data = row(username="motnv", name="Ngô Văn Một", alias="chung@sogddt.tayninh.gov.vn") + second.encode()
    first, other = house.db.read_now(importing.check_people, house.settings.organisation.domains, data)
    assert (first.kind, other.kind) == ("new", "error") and "dòng của “motnv”" in other.reason


def test_nobody_gives_himself_rights_by_a_file(house: Office) -> None:
    one = verdict(house, row(roles="chuyen_vien|van_thu"), lan(house).id)
    assert one.kind == "error" and "Không tự giao quyền" in one.reason
    assert verdict(house, row(phone="0909"), lan(house).id).kind == "change"


def test_an_administrator_who_moves_stays_one(house: Office) -> None:
    house.db.write_now(people.give_role, lan(house).id, "quan_tri", "VP")
    assert applied(house, row(unit="KHTC", roles="chuyen_vien|quan_tri")).changed == 1
    assert house.db.read_now(accounts.roles_of, lan(house).id) == {"chuyen_vien", "quan_tri"}
    assert verdict(house, row(unit="KHTC", roles="chuyen_vien|quan_tri")).kind == "same"


def test_passwords_that_were_never_seen_are_given_again(both_db: Database, quick_hasher: PasswordHasher) -> None:
    domains = ["sogddt.tayninh.gov.vn"]
    both_db.write_now(importing.import_units, domains, "SGDDT", (SAMPLES / "org" / "units.csv").read_bytes())
    data = row() + row(username="binhtv", name="Trần Văn Bình").partition(b"\n")[2]
    first, second = (quick_hasher.derive_now(one) for one in ("mat-khau-mot-mot", "mat-khau-hai-hai"))
    done = both_db.write_now(importing.apply, OPERATOR, domains, data, {"lannt": first, "binhtv": first})
    assert [one.username for one in done.made] == ["lannt", "binhtv"] and not done.renewed
    ids = {one.username: one.id for one in both_db.read_now(accounts.listing, "person")}
    both_db.write_now(accounts.set_password, ids["binhtv"], first)  # his own by now
    verdicts = both_db.read_now(importing.check_people, domains, data)
    assert [(one.kind, one.waiting) for one in verdicts] == [("same", True), ("same", False)]
    assert both_db.write_now(importing.apply, OPERATOR, domains, data, {}) == importing.Applied((), 0)
    again = both_db.write_now(importing.apply, OPERATOR, domains, data, {"lannt": second, "binhtv": second})
    assert [one.username for one in again.renewed] == ["lannt"] and not again.made
    held = {one: both_db.read_now(accounts.credentials, one) for one in ids}
    assert held["lannt"] and held["lannt"].argon2 == second.argon2
    assert held["binhtv"] and held["binhtv"].argon2 == first.argon2
    assert both_db.read_now(audit.of, f"account/{ids['lannt']}")[-1]["action"] == "account.password.reset"
