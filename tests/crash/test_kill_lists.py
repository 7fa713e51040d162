"""SIGKILL while letters to an address list are delivered: every member has what was acknowledged, exactly once."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from mailsvc.core.clock import SystemClock
from mailsvc.store import accounts, groups
from mailsvc.store.engine import Database
from mailsvc.store.groups import ACCOUNT, PEOPLE, Group, Member
from mailsvc.store.tx import Tx
from tests.crash.test_kill import Sending, message_ids
from tests.live import Live

ROUNDS = (10, 30)
"""Acknowledged letters after which the service dies."""


def make_list(tx: Tx, address: str, username: str) -> None:
    account = accounts.by_username(tx, username)
    assert account is not None
    made = groups.put(tx, Group(0, address, "Góp ý", "", 0))
    groups.set_members(tx, made, [Member(ACCOUNT, str(account.id)), Member(PEOPLE, account.unit_code)])


@pytest.mark.crash
def test_every_member_has_each_acknowledged_letter_exactly_once(own_live: Live) -> None:
    live = own_live.start()
    user = live.user("chuyen_vien")
    address = "gop-y@" + user.address.partition("@")[2]
    assert live.stop() == 0
    database = Database(f"sqlite:///{live.data / 'mailsvc.db'}", SystemClock())
    database.write_now(make_list, address, user.username)
    database.close()
    live.start()
    others = [one for one in live.users() if one.unit == user.unit and one.username != user.username][:2]
    acknowledged: list[str] = []
    for number, kill_after in enumerate(ROUNDS):
        acknowledged += Sending(live, address, number).run(kill_after)
        live.start()
    for one in (user, *others):
        counted = Counter(name for _, name in message_ids(live, one))
        assert [name for name in acknowledged if counted[name] != 1] == []
        assert all(count == 1 for name, count in counted.items() if name.endswith("@crash.test>"))
    assert live.stop() == 0
    assert json.loads(live.cli("verify", "--deep", "--json").stdout)["findings"] == []
