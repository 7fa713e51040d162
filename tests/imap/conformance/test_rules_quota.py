"""Quotas: RFC 9208."""

from __future__ import annotations

from typing import Any

import pytest
from speaker import Speaker, speaker
from world import World, on_both

from mailsvc.store import accounts, audit, verify

pytestmark = on_both
LETTER = b"Subject: 1\r\n\r\n" + b"x" * 1000 + b"\r\n"


@pytest.fixture
def an(world: World) -> Speaker:
    """An administrator."""
    world.write(accounts.add_role, 1, "quan_tri", "")
    return speaker(world)


@pytest.fixture
def binh(world: World) -> Speaker:
    return speaker(world, "binh")


def quota(client: Speaker, command: str) -> dict[bytes, tuple[int, int]]:
    ((_, flat),) = client.ok(command).of(b"QUOTA")
    return {flat[at]: (flat[at + 1], flat[at + 2]) for at in range(0, len(flat), 3)}


def put(client: Speaker, name: str = "INBOX") -> Any:
    return client.do(b"APPEND %s {%d+}\r\n%s" % (name.encode(), len(LETTER), LETTER))


def test_limits_replace_all_earlier_ones(an: Speaker, binh: Speaker, world: World) -> None:  # RFC 9208 §4.1.3
    assert quota(an, "SETQUOTA binh (STORAGE 10 MESSAGE 3)") == {b"STORAGE": (0, 10), b"MESSAGE": (0, 3)}
    assert quota(an, "SETQUOTA binh (MESSAGE 2)") == {b"MESSAGE": (0, 2)}
    assert quota(binh, "GETQUOTA binh") == {b"MESSAGE": (0, 2)}
    assert quota(an, "SETQUOTA binh ()") == {}
    noted = world.read(audit.of, "account/2")
    set_ = [(one["detail"]["storage_kib"], one["detail"]["messages"]) for one in noted]
    assert set_ == [(10, 3), (None, 2), (None, None)]


def test_zero_is_nothing_at_all(an: Speaker, binh: Speaker) -> None:  # RFC 9208 §3.1.2
    for limit in ("STORAGE 0", "MESSAGE 0"):
        quota(an, f"SETQUOTA binh ({limit})")
        assert put(binh).code == [b"OVERQUOTA"]


@pytest.mark.parametrize("wrong", ["(STORAGE x)", "STORAGE 10", "(STORAGE 1 STORAGE 2)", "(STORAGE -1)"])
def test_wrong_limits_are_bad(an: Speaker, wrong: str) -> None:
    an.bad(f"SETQUOTA binh {wrong}")


def test_what_cannot_be_limited_is_refused(an: Speaker) -> None:
    an.no("SETQUOTA binh (MAILBOX 3)", "CANNOT")
    an.no("SETQUOTA nobody (MESSAGE 3)", "NONEXISTENT")


def test_only_administrators_set_and_see_others(an: Speaker, binh: Speaker) -> None:  # RFC 9208 §8
    binh.no("SETQUOTA binh (MESSAGE 3)", "NOPERM")
    binh.no("GETQUOTA an", "NONEXISTENT")
    assert binh.no("GETQUOTA an").text.replace(b'"an"', b"") == binh.no("GETQUOTA nn").text.replace(b'"nn"', b"")
    assert quota(an, "GETQUOTA binh") == {}


def test_a_mailbox_that_is_not_there_has_a_root(binh: Speaker) -> None:  # RFC 9208 §4.1.2
    assert binh.ok("GETQUOTAROOT nothing").of(b"QUOTAROOT") == [[b"nothing", b"binh"]]


def test_storage_counts_by_1024_octets(an: Speaker, binh: Speaker) -> None:  # RFC 9208 §5.1
    quota(an, "SETQUOTA binh (STORAGE 2)")
    assert put(binh).status == b"OK"
    assert quota(binh, "GETQUOTA binh") == {b"STORAGE": (1, 2)}
    assert put(binh).status == b"OK"
    assert put(binh).code == [b"OVERQUOTA"]
    binh.ok("SELECT INBOX")
    assert binh.no("COPY 1 INBOX").code == [b"OVERQUOTA"]
    binh.ok("STORE 1 +FLAGS (\\Deleted)")
    binh.ok("EXPUNGE")
    assert put(binh).status == b"OK"


def test_messages_count_over_all_mailboxes(an: Speaker, binh: Speaker) -> None:  # RFC 9208 §5.2
    quota(an, "SETQUOTA binh (MESSAGE 2)")
    binh.ok("CREATE a")
    assert [put(binh, name).status for name in ("INBOX", "a")] == [b"OK", b"OK"]
    assert put(binh).code == [b"OVERQUOTA"]
    binh.ok("SELECT INBOX")
    binh.ok("MOVE 1 a")
    assert quota(binh, "GETQUOTA binh") == {b"MESSAGE": (2, 2)}
    binh.ok("SELECT a")
    assert binh.no("COPY 1 INBOX").code == [b"OVERQUOTA"]


def test_a_unit_has_its_own_quota(an: Speaker, binh: Speaker, world: World) -> None:  # RFC 9208 §3.2
    unit = world.add_account("vp", kind="unit")
    world.write(accounts.grant, unit, 2, can_read=True, can_send=False)
    quota(an, "SETQUOTA vp (MESSAGE 1)")
    name = '"D&APk-ng chung/vp"'
    assert put(binh, name).status == b"OK"
    assert put(binh, name).code == [b"OVERQUOTA"]
    assert put(binh).status == b"OK"
    reply = binh.ok(f"GETQUOTAROOT {name}")
    assert reply.of(b"QUOTAROOT") == [[name[1:-1].encode(), b"vp"]]
    assert reply.of(b"QUOTA") == [[b"vp", [b"MESSAGE", 1, 1]]]
    assert quota(binh, "GETQUOTA vp") == {b"MESSAGE": (1, 1)}
    an.no(f"GETQUOTAROOT {name}", "NONEXISTENT")  # an administrator, and not a member
    assert world.read(verify.structure) == []
