"""Two people in one mailbox: rights that differ and end, flags of one's own, counters right for each."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from sqlalchemy import update
from world import Client, World, on_both

from mailsvc.core.clock import FixedClock
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import accounts, audit, mailbox_rights, mailboxes, units, verify
from mailsvc.store.schema import accounts as table
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

pytestmark = on_both
VP = "Dùng chung/vp"


@pytest.fixture
def unit(world: World) -> int:
    """The mailbox of a unit with two letters and the members an and binh; its account."""
    owner = world.add_account("vp", kind="unit")
    for person in (1, 2):
        world.write(accounts.grant, owner, person, can_read=True, can_send=True)
    client = enter(world, "an", select=False)
    client.append(b"Subject: 1\r\n\r\nmot\r\n", VP)
    client.append(b"Subject: 2\r\n\r\nhai\r\n", VP)
    return owner


@pytest.fixture
def an(world: World, unit: int) -> Client:
    return enter(world, "an")


@pytest.fixture
def binh(world: World, unit: int) -> Client:
    return enter(world, "binh")


@pytest.fixture(autouse=True)
def sound(world: World) -> Iterator[None]:
    """Whatever was done, the store holds together."""
    yield
    assert world.read(verify.structure) == []


def enter(world: World, username: str, *, select: bool = True) -> Client:
    client = world.login(username)
    client.ok("ENABLE IMAP4rev2 CONDSTORE")
    if select:
        client.ok(f'SELECT "{VP}"')
    return client


def flags(client: Client) -> list[str]:
    lines = client.ok("FETCH 1:* FLAGS")
    return [line.decode().split("FLAGS (")[1].rstrip(")") for line in lines if b"FETCH (FLAGS" in line]


def unseen(client: Client, name: str = VP) -> int:
    (line,) = [one for one in client.ok(f'STATUS "{name}" (UNSEEN)') if b"STATUS" in one]
    return int(line.rpartition(b" ")[2].rstrip(b")"))


def highest(world: World, unit: int) -> int:
    return world.read(mailboxes.by_name, unit, "INBOX").modseq


def test_seen_is_ones_own_and_the_rest_is_common(an: Client, binh: Client) -> None:
    an.ok("STORE 1 +FLAGS (\\Seen \\Flagged xong)")
    assert flags(an) == ["\\Seen \\Flagged xong", ""]
    assert flags(binh) == ["\\Flagged xong", ""]
    assert (unseen(an), unseen(binh)) == (1, 2)
    binh.ok("STORE 2 +FLAGS.SILENT (\\Seen)")
    binh.ok("STORE 1 -FLAGS.SILENT (\\Flagged)")
    assert (flags(an), flags(binh)) == (["\\Seen xong", ""], ["xong", "\\Seen"])
    an.ok("STORE 1 -FLAGS (\\Seen)")
    assert (unseen(an), unseen(binh)) == (2, 1)


def test_search_and_first_unseen_are_ones_own(world: World, an: Client, binh: Client) -> None:
    an.ok("UID FETCH 1 BODY[]")
    assert an.ok("SEARCH RETURN (ALL) UNSEEN")[-1].endswith(b"ALL 2")
    assert binh.ok("SEARCH RETURN (ALL) UNSEEN")[-1].endswith(b"ALL 1:2")
    assert an.ok("SEARCH RETURN (ALL) SEEN")[-1].endswith(b"ALL 1")
    for username, first in (("an", b"[UNSEEN 2]"), ("binh", b"[UNSEEN 1]")):
        old = world.login(username)
        assert any(first in line for line in old.ok('SELECT "D&APk-ng chung/vp"'))
        assert any(b"UNSEEN" in line for line in old.ok('LIST "" "D&APk-ng chung/vp" RETURN (STATUS (UNSEEN))'))


def test_a_private_change_is_told_to_ones_other_sessions_only(world: World, an: Client, binh: Client) -> None:
    other = enter(world, "an")
    other.send(b"i IDLE\r\n")
    assert other.line().startswith(b"+ ")
    binh.send(b"i IDLE\r\n")
    assert binh.line().startswith(b"+ ")
    an.ok("STORE 1 +FLAGS (\\Seen)")
    assert b"1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (" in other.line()
    an.ok("STORE 2 +FLAGS (\\Flagged)")
    assert b"2 FETCH (UID 2 FLAGS (\\Flagged) MODSEQ (" in other.line()
    assert b"2 FETCH (UID 2 FLAGS (\\Flagged) MODSEQ (" in binh.line()  # and nothing of the first


def test_mod_sequences_of_ones_own_flags(world: World, unit: int, an: Client, binh: Client) -> None:
    before = highest(world, unit)
    an.ok("STORE 1 +FLAGS (\\Seen)")
    after = highest(world, unit)
    assert after == before + 1
    (line,) = an.ok(f"FETCH 1:* (FLAGS) (CHANGEDSINCE {before})")
    assert line == b"* 1 FETCH (FLAGS (\\Seen) MODSEQ (%d))" % after
    assert binh.ok(f"FETCH 1:* (FLAGS) (CHANGEDSINCE {before})") == []
    assert an.ok(f"SEARCH RETURN (ALL) MODSEQ {after}")[-1].startswith(b"* ESEARCH (TAG ")
    assert b"ALL 1" in an.ok(f"SEARCH RETURN (ALL) MODSEQ {after}")[-1]
    assert an.command(f"STORE 1 (UNCHANGEDSINCE {before}) -FLAGS (\\Seen)")[1].startswith(b"OK [MODIFIED 1]")


def test_a_client_that_was_away_catches_up_with_its_own_flags(world: World, unit: int, an: Client) -> None:
    box = world.read(mailboxes.by_name, unit, "INBOX")
    an.ok("STORE 2 +FLAGS (\\Seen)")
    away = world.login("an")
    away.ok("ENABLE QRESYNC IMAP4rev2")
    lines = away.ok(f'SELECT "{VP}" (QRESYNC ({box.uidvalidity} {box.modseq}))')
    assert b"* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (%d))" % (box.modseq + 1) in lines


def test_what_one_puts_in_with_seen_is_unseen_for_others(world: World, an: Client, binh: Client) -> None:
    an.append(b"Subject: 3\r\n\r\n", VP, "(\\Seen \\Answered)")
    an.ok("COPY 1 INBOX")
    an.ok("NOOP")
    binh.ok("NOOP")
    assert flags(an)[-1] == "\\Seen \\Answered"
    assert flags(binh)[-1] == "\\Answered"
    an.ok("STORE 1 +FLAGS (\\Seen)")
    an.ok("COPY 1 INBOX")
    an.ok("SELECT INBOX")
    assert flags(an) == ["", "\\Seen"]


def test_what_others_have_read_stays_read_when_a_letter_moves(world: World, an: Client, binh: Client) -> None:
    binh.ok("STORE 1 +FLAGS (\\Seen)")
    an.ok(f'CREATE "{VP}/Hồ sơ"')
    an.ok(f'MOVE 1 "{VP}/Hồ sơ"')
    for client, seen in ((an, [""]), (binh, ["\\Seen"])):
        client.ok(f'SELECT "{VP}/Hồ sơ"')
        assert flags(client) == seen


def test_expunge_forgets_ones_own_flags(world: World, unit: int, an: Client, binh: Client) -> None:
    binh.ok("STORE 1:2 +FLAGS (\\Seen)")
    an.ok("STORE 1 +FLAGS (\\Deleted)")
    an.ok("EXPUNGE")
    assert (unseen(an), unseen(binh)) == (1, 0)


def test_which_flags_are_private_may_be_chosen(world: World, an: Client, binh: Client) -> None:
    entry = "/shared/vendor/mailsvc/private-flags"
    assert an.fails(f'SETMETADATA "{VP}" ({entry} "\\\\Seen \\\\Flagged")').startswith(b"NO [NOPERM]")
    world.write(accounts.add_role, 1, "truong_phong", "VP")
    world.write(_in_unit, "vp", "VP")
    assert an.fails(f'SETMETADATA "{VP}" ({entry} "\\\\Deleted")').startswith(b"NO [CANNOT]")
    an.ok(f'SETMETADATA "{VP}" ({entry} "\\\\Seen \\\\Flagged")')
    an.ok("STORE 1 +FLAGS (\\Flagged)")
    assert (flags(an)[0], flags(binh)[0]) == ("\\Flagged", "")
    an.ok(f'SETMETADATA "{VP}" ({entry} "")')
    an.ok("STORE 2 +FLAGS (\\Seen)")
    assert (flags(an), flags(binh)) == (["", "\\Seen"], ["", "\\Seen"])
    an.ok(f'SETMETADATA "{VP}" ({entry} NIL)')
    assert (unseen(an), unseen(binh)) == (1, 1)


def _in_unit(tx: Tx, username: str, code: str) -> None:
    tx.execute(update(table).where(table.c.username == username).values(unit_code=code))


def test_the_head_of_a_unit_says_who_may_do_what(world: World, unit: int, an: Client, binh: Client) -> None:
    assert an.fails(f'GETACL "{VP}"').startswith(b"NO [NOPERM]")
    world.write(_in_unit, "vp", "VP")
    world.write(accounts.add_role, 1, "truong_phong", "VP")
    (line,) = [one for one in an.ok(f'GETACL "{VP}"') if b"ACL" in one]
    assert b" $thanh_vien lrswipkxtecd" in line
    an.ok(f'SETACL "{VP}" $thanh_vien lrs')
    assert binh.fails("STORE 1 +FLAGS (\\Flagged)").startswith(b"NO [NOPERM]")
    an.ok(f'SETACL "{VP}" binh lrw')
    binh.ok("STORE 1 +FLAGS (\\Flagged)")
    an.ok(f'DELETEACL "{VP}" $thanh_vien')
    assert an.rest().startswith(b"* BYE ")  # the head was a member only
    an = enter(world, "an", select=False)
    assert an.ok(f'MYRIGHTS "{VP}"')[0].endswith(b" la")
    noted = world.read(audit.of, f"mailbox/{world.read(mailboxes.by_name, unit, 'INBOX').id}")
    assert [(one["action"], one["detail"]["identifier"], one["detail"]["after"]) for one in noted] == [
        ("mailbox.rights", "$thanh_vien", "lrs"),
        ("mailbox.rights", "binh", "lrw"),
        ("mailbox.rights", "$thanh_vien", ""),
    ]


def test_administrators_have_no_rights_on_others_mail(world: World, unit: int) -> None:
    quan_tri = world.add_account("quantri")
    world.write(accounts.add_role, quan_tri, "quan_tri", "")
    client = enter(world, "quantri", select=False)
    for name in (VP, "Hộp thư người khác/an"):
        assert client.fails(f'SELECT "{name}"').startswith(b"NO [NONEXISTENT]")
        assert client.fails(f'GETACL "{name}"').startswith(b"NO [NONEXISTENT]")
    assert not any(b"vp" in line for line in client.ok('LIST "" *'))


def test_a_right_taken_away_while_the_other_idles(world: World) -> None:
    an, binh = enter(world, "an", select=False), enter(world, "binh", select=False)
    an.ok("SETACL INBOX binh lrs")
    binh.ok('SELECT "Hộp thư người khác/an"')
    binh.send(b"i IDLE\r\n")
    assert binh.line().startswith(b"+ ")
    an.ok("SETACL INBOX binh lr")
    assert binh.line().startswith(b"* FLAGS ")
    assert b"PERMANENTFLAGS ()" in binh.line()
    an.ok("DELETEACL INBOX binh")
    assert binh.line().startswith(b"* BYE [UNAVAILABLE] ")
    assert binh.rest() == b""


def test_a_right_taken_away_between_commands(world: World) -> None:
    an, binh = enter(world, "an", select=False), enter(world, "binh", select=False)
    an.append(b"Subject: 1\r\n\r\n")
    an.ok("SETACL INBOX binh lrs")
    binh.ok('SELECT "Hộp thư người khác/an"')
    an.ok("DELETEACL INBOX binh")
    binh.send(b"x FETCH 1 BODY[]\r\n")
    assert binh.line().startswith(b"* BYE ")


def test_a_mailbox_is_closed_while_a_member_idles(world: World, unit: int, an: Client, binh: Client) -> None:
    an.send(b"i IDLE\r\n")
    assert an.line().startswith(b"+ ")
    world.write(accounts.set_active, unit, False)
    assert an.line().startswith(b"* BYE ")
    binh.send(b"x FETCH 1 BODY[]\r\n")
    assert binh.line().startswith(b"* BYE ")
    again = enter(world, "an", select=False)
    assert again.fails(f'SELECT "{VP}"')
    world.write(accounts.set_active, unit, True)
    assert again.ok(f'SELECT "{VP}"')


def test_a_delegation_ends_with_its_day(world: World, unit: int) -> None:
    clock = world.office.clock
    assert isinstance(clock, FixedClock)
    khanh = world.add_account("khanh")
    today = datetime.date(2026, 11, 24)
    world.write(accounts.grant, unit, khanh, can_read=True, can_send=False, valid_to=today.isoformat())
    client, idle = enter(world, "khanh"), enter(world, "khanh")
    idle.send(b"i IDLE\r\n")
    assert idle.line().startswith(b"+ ")
    clock.advance(86_400_000)
    client.send(b"x FETCH 1:* FLAGS\r\n")
    assert client.line().startswith(b"* BYE ")
    world.run(_tell(world, ("directory", 0)))  # what the doorkeeper does by itself every few seconds
    assert idle.line().startswith(b"* BYE ")
    again = enter(world, "khanh", select=False)
    assert again.fails(f'SELECT "{VP}"').startswith(b"NO [NONEXISTENT]")


async def _tell(world: World, topic: tuple[str, int]) -> None:
    world.office.db.bus.publish([topic])


def test_rights_written_until_a_day(world: World) -> None:
    clock = world.office.clock
    assert isinstance(clock, FixedClock)
    box = world.read(mailboxes.by_name, 1, "INBOX")
    world.write(mailbox_rights.put, box.id, "binh", "lr", "2026-11-24")
    binh = enter(world, "binh", select=False)
    binh.ok('EXAMINE "Hộp thư người khác/an"')
    clock.advance(86_400_000)
    binh.send(b"x NOOP\r\n")
    assert binh.line().startswith(b"* BYE ")


def test_roles_and_units_are_groups(world: World) -> None:
    khanh = world.add_account("khanh")
    world.write(accounts.add_role, khanh, "van_thu", "VP")
    world.write(_in_unit, "khanh", "VP")
    an = enter(world, "an", select=False)
    client = enter(world, "khanh", select=False)
    for group in ("$van_thu", "$van_thu@VP", "$don_vi@VP", "anyone"):
        world.write(_make_unit)
        an.ok(f"SETACL INBOX {group} lr")
        assert client.ok('MYRIGHTS "Hộp thư người khác/an"')[0].endswith(b" lr"), group
        an.ok(f"DELETEACL INBOX {group}")
        assert client.fails('MYRIGHTS "Hộp thư người khác/an"').startswith(b"NO [NONEXISTENT]")
    for group in ("$luu_tru", "$van_thu@GDTH"):
        assert group == "$luu_tru" or an.fails(f"SETACL INBOX {group} lr")
    an.ok("SETACL INBOX $luu_tru lr")
    assert client.fails('MYRIGHTS "Hộp thư người khác/an"').startswith(b"NO [NONEXISTENT]")


def _make_unit(tx: Tx) -> None:
    units.put(tx, Unit("VP", "Văn phòng", "phong", "", "", "", "2016-01-01", None, ""))


def test_those_who_see_it_can_open_it(world: World, unit: int) -> None:
    names = {seen.name for seen in world.read(office_mailboxes.readable, 2)}
    assert {"INBOX", VP, f"{VP}/Đã gửi"} <= names


def test_a_watcher_learns_that_a_delegation_ended(world: World, unit: int) -> None:
    clock = world.office.clock
    assert isinstance(clock, FixedClock)
    khanh = world.add_account("khanh")
    world.write(accounts.grant, unit, khanh, can_read=True, can_send=False, valid_to="2026-11-24")
    client = enter(world, "khanh", select=False)
    client.ok(f'NOTIFY SET (MAILBOXES "{VP}" (MessageNew MessageExpunge MailboxName))')
    clock.advance(86_400_000)
    world.run(_tell(world, ("directory", 0)))
    assert client.line() == f'* LIST (\\NonExistent) "/" "{VP}"'.encode()
