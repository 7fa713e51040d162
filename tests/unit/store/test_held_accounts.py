"""Roles, addresses and grants of an account as rows: over time, changed, taken away; on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsvc.core.errors import NotFound
from mailsvc.store import accounts, grants, held_addresses, held_roles
from mailsvc.store.engine import Database
from mailsvc.store.tx import Tx


def made(tx: Tx, username: str, kind: str = "person") -> int:
    return accounts.create(tx, username=username, kind=kind, full_name=username.title()).id


def test_roles_over_time(both_db: Database) -> None:
    def act(tx: Tx) -> None:
        who, other = made(tx, "lannt"), made(tx, "binhtv")
        accounts.add_role(tx, who, "pho_phong", "VP", valid_from="2024-01-01", valid_to="2025-12-31")
        accounts.add_role(tx, who, "truong_phong", "VP", valid_from="2026-01-01", acting=True)
        new, old = held_roles.of_account(tx, who)
        assert (new.role, new.acting, old.role) == ("truong_phong", 1, "pho_phong")
        assert old.over("2026-01-01") and not old.over("2025-12-31") and not new.over("2099-01-01")
        assert old.meets("2025-12-31", None) and not old.meets("2026-01-01", None)
        assert old.meets("2020-01-01", "2024-01-01") and not old.meets("2020-01-01", "2023-12-31")
        assert held_roles.of_day(tx, "2025-06-01") == {who: {"pho_phong"}}
        before = new.state()
        held_roles.change(tx, replace(new, valid_to="2026-06-30", unit_code="KHTC", acting=0))
        changed = held_roles.get(tx, who, new.id)
        assert (changed.unit_code, changed.valid_to, changed.acting) == ("KHTC", "2026-06-30", 0)
        assert changed.state() != before
        with pytest.raises(NotFound):
            held_roles.get(tx, other, new.id)
        held_roles.remove(tx, changed)
        assert held_roles.of_account(tx, who) == [old]

    both_db.write_now(act)


def test_another_primary_address_and_one_less(both_db: Database) -> None:
    def act(tx: Tx) -> None:
        who, other = made(tx, "lannt"), made(tx, "binhtv")
        accounts.add_address(tx, who, "lannt@a.example", primary=True)
        accounts.add_address(tx, who, "lan@a.example")
        accounts.add_address(tx, other, "binh@a.example", primary=True)
        held_addresses.make_primary(tx, who, "lan@a.example")
        assert accounts.addresses_of(tx, who) == ["lan@a.example", "lannt@a.example"]
        held_addresses.remove(tx, other, "lannt@a.example")  # not his
        held_addresses.remove(tx, who, "lannt@a.example")
        assert accounts.primary_addresses(tx) == {who: "lan@a.example", other: "binh@a.example"}

    both_db.write_now(act)


def test_grants_are_seen_from_both_sides_and_taken(both_db: Database) -> None:
    def act(tx: Tx) -> None:
        who, box = made(tx, "lannt"), made(tx, "vp", "unit")
        accounts.grant(tx, box, who, can_read=True, can_send=False, valid_from="2026-01-01", valid_to="2026-02-01")
        (one,) = grants.of_owner(tx, box)
        assert grants.of_grantee(tx, who) == [one] and (one.can_send, one.valid_to) == (0, "2026-02-01")
        assert grants.take(tx, box, who) and not grants.take(tx, box, who)
        assert grants.of_owner(tx, box) == []

    both_db.write_now(act)
