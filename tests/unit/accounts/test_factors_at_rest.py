"""Secrets of authenticator apps lie locked; open ones from before are locked at the start; a lost key is told."""

from __future__ import annotations

import json
import logging

import pytest
from typer.testing import CliRunner

from mailsvc.accounts import second_factor
from mailsvc.accounts.people import NewPerson, add_person
from mailsvc.auth import totp
from mailsvc.auth.vault import Vault
from mailsvc.cli.main import app
from mailsvc.core.actor import Actor
from mailsvc.core.clock import FixedClock
from mailsvc.mail.office import Office
from mailsvc.opening import close_office, open_office
from mailsvc.store import ways_in
from mailsvc.store.engine import Database

OURS, THEIRS = Vault(b"ours"), Vault(b"theirs")


def people(db: Database, *names: str) -> list[int]:
    return [db.write_now(add_person, NewPerson(name, name, (f"{name}@so.example",)), None).id for name in names]


def enrol(db: Database, clock: FixedClock, account_id: int) -> tuple[bytes, list[str]]:
    """(the secret, recovery codes); a minute later, so that the next code is another."""
    secret = db.write_now(second_factor.begin, OURS, account_id)
    code = totp.code_at(secret, totp.step_of(clock.now_ms()))
    codes = db.write_now(second_factor.confirm, OURS, Actor(account_id), code, b"")
    clock.advance(60_000)
    return secret, codes


def right(db: Database, vault: Vault, clock: FixedClock, account_id: int, secret: bytes) -> second_factor.Checked:
    code = totp.code_at(secret, totp.step_of(clock.now_ms()))
    return db.write_now(second_factor.check, vault, account_id, code)


def test_secrets_lie_locked_each_for_its_account(both_db: Database, clock: FixedClock) -> None:
    one, other = people(both_db, "an", "binh")
    secret, _ = enrol(both_db, clock, one)
    second, _ = enrol(both_db, clock, other)
    lying = dict(both_db.read_now(ways_in.factor_secrets))
    assert secret not in lying[one] and second not in lying[other]
    assert right(both_db, OURS, clock, one, secret).right
    both_db.write_now(lambda tx: ways_in.change_factor(tx, other, secret=lying[one]))  # as somebody with the database
    assert right(both_db, OURS, clock, other, secret) == second_factor.Checked(False, lost=True)


def test_a_secret_is_shown_again_until_it_is_confirmed(both_db: Database, clock: FixedClock) -> None:
    (one,) = people(both_db, "an")
    secret = both_db.write_now(second_factor.begin, OURS, one)
    assert both_db.write_now(second_factor.begin, OURS, one) == secret
    assert both_db.read_now(second_factor.waiting, OURS, one) == secret
    assert both_db.read_now(second_factor.waiting, THEIRS, one) is None
    assert both_db.write_now(second_factor.begin, THEIRS, one) != secret  # a new one where the old cannot be read


def test_open_secrets_of_before_are_locked_once(both_db: Database, clock: FixedClock) -> None:
    one, other = people(both_db, "an", "binh")
    secret, _ = enrol(both_db, clock, one)
    old = totp.new_secret()
    both_db.write_now(ways_in.begin_factor, other, old)
    both_db.write_now(lambda tx: ways_in.change_factor(tx, other, confirmed_ms=1))
    assert both_db.read_now(second_factor.have_open)
    assert both_db.write_now(second_factor.lock_all, OURS) == 1
    assert not both_db.read_now(second_factor.have_open) and both_db.write_now(second_factor.lock_all, OURS) == 0
    assert right(both_db, OURS, clock, one, secret).right and right(both_db, OURS, clock, other, old).right


def test_with_another_secret_only_recovery_codes_are_left(both_db: Database, clock: FixedClock) -> None:
    (one,) = people(both_db, "an")
    secret, codes = enrol(both_db, clock, one)
    assert both_db.read_now(second_factor.lost, OURS) == []
    assert both_db.read_now(second_factor.lost, THEIRS) == [one]
    assert right(both_db, THEIRS, clock, one, secret).lost
    assert both_db.write_now(second_factor.check, THEIRS, one, codes[0]) == second_factor.Checked(True, recovery=True)


def test_the_start_locks_what_lies_open_and_tells_of_a_lost_secret(
    office: Office, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    (one,) = people(office.db, "an")
    old = totp.new_secret()
    office.db.write_now(ways_in.begin_factor, one, old)
    office.db.write_now(lambda tx: ways_in.change_factor(tx, one, confirmed_ms=1))
    again = open_office(office.settings, clock)
    assert right(again.db, again.vault, clock, one, old).right and not caplog.records
    close_office(again)
    (office.settings.folder / "secret").write_bytes(b"another")
    with caplog.at_level(logging.ERROR):
        close_office(open_office(office.settings, clock))
    assert "1 accounts were locked with another data/secret" in caplog.text
    command = ["--data", str(office.settings.folder), "account", "factor-off", "an", "--json"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0 and json.loads(done.stdout) == {"username": "an", "second_factor": False}
    assert not office.db.read_now(ways_in.has_factor, one)
