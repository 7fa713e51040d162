"""Address lists in the store, on each database: whose an address is, and who is in a list."""

from __future__ import annotations

import pytest

from mailsvc.core.errors import AlreadyThere, Invalid
from mailsvc.store import accounts, groups, units
from mailsvc.store.engine import Database
from mailsvc.store.groups import ACCOUNT, MOST_MEMBERS, PEOPLE, UNIT, Group, Member
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

LIST = Group(0, "nhom@so.example", "Nhóm", "", 1)


def office(tx: Tx) -> dict[str, int]:
    for code, parent in (("A", ""), ("B", "A"), ("C", "")):
        units.put(tx, Unit(code, code, "phong", parent, "", "", "1900-01-01", None, ""))
    made = {}
    for name, kind, unit in (("a1", "person", "A"), ("b1", "person", "B"), ("c1", "person", "C"), ("hop", "unit", "B")):
        made[name] = accounts.create(tx, username=name, kind=kind, full_name=name, unit_code=unit).id
        accounts.add_address(tx, made[name], f"{name}@so.example", primary=True)
    return made


def test_members_of_all_kinds_each_once(both_db: Database) -> None:
    made = both_db.write_now(office)
    group = both_db.write_now(groups.put, LIST)
    assert both_db.read_now(groups.accounts_of, group) == []
    wanted = [Member(PEOPLE, "A"), Member(PEOPLE, "B"), Member(UNIT, "B"), Member(ACCOUNT, str(made["a1"]))]
    both_db.write_now(groups.set_members, group, [*wanted, Member(ACCOUNT, "khong phai so")])
    assert both_db.read_now(groups.accounts_of, group) == sorted((made["a1"], made["b1"], made["hop"]))
    assert len(both_db.read_now(groups.accounts_of, group, 2)) == 2
    both_db.write_now(accounts.set_active, made["b1"], False)
    assert both_db.read_now(groups.accounts_of, group) == sorted((made["a1"], made["hop"]))
    assert [one.id for one in both_db.read_now(groups.naming_unit, "B")] == [group]
    assert both_db.read_now(groups.naming_unit, "C") == []


def test_an_address_is_one_persons_or_one_lists(both_db: Database) -> None:
    made = both_db.write_now(office)
    group = both_db.write_now(groups.put, LIST)
    with pytest.raises(AlreadyThere, match="a1"):
        both_db.write_now(groups.put, Group(0, "a1@so.example", "Khác", "", 1))
    with pytest.raises(AlreadyThere, match="Nhóm"):
        both_db.write_now(groups.put, Group(0, LIST.address, "Khác", "", 1))
    for address in (LIST.address, "NHOM@kia.example"):
        with pytest.raises(AlreadyThere, match="nhóm “Nhóm”"):
            both_db.write_now(accounts.add_address, made["a1"], address)
    both_db.write_now(accounts.add_address, made["a1"], "nho_@so.example")  # a mark of LIKE, not a pattern here
    assert both_db.write_now(groups.put, Group(group, LIST.address, "Tên mới", "", 0)) == group


def test_a_list_has_bounds(both_db: Database) -> None:
    group = both_db.write_now(groups.put, LIST)
    with pytest.raises(Invalid, match="1000"):
        both_db.write_now(groups.set_members, group, [Member(ACCOUNT, str(one)) for one in range(MOST_MEMBERS + 1)])
    assert both_db.read_now(groups.members, group) == []
