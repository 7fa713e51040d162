"""R61: rules are data with days; what happened is judged by the rule of its own day."""

from __future__ import annotations

import json

import httpx
import pytest
from typer.testing import CliRunner

from mailsvc.cli.main import app
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.documents import rules
from mailsvc.documents.outgoing import gate
from mailsvc.store import audit
from mailsvc.store import outgoing as store
from tests.office.incoming_world import Desk
from tests.office.outgoing_world import World
from tests.web.webhouse import PASSWORD, Site, token_of

RULE = "deadline.default_days"


def change(client: httpx.Client, **changes: str) -> httpx.Response:
    form = {"name": RULE, "value": "* = 10\nCông điện = 1", "valid_from": "01/12/2026", "reason": "Nhiều văn bản"}
    return client.post("/quy-dinh", data=form | changes | {"ma": token_of(client.get("/quy-dinh"))})


def test_r61_a_changed_rule_counts_from_its_day_and_never_backwards(house: Site) -> None:
    read = house.office.db.read_now
    before = read(rules.value, RULE)
    assert change(house.signed_in("lyhc")).status_code == 303
    assert read(rules.value, RULE) == before
    assert read(rules.value, RULE, "2026-11-30") == before
    assert read(rules.value, RULE, "2026-12-01") == {"*": 10, "Công điện": 1}
    house.clock.advance(8 * 86_400_000)  # 2 December
    assert read(rules.value, RULE) == {"*": 10, "Công điện": 1}
    assert read(rules.value, RULE, "2026-11-25") == before  # an old event, the old rule
    page = house.signed_in("phuocdh").get("/quy-dinh?ngay=25/11/2026")
    assert "Công văn = 5" in page.text
    row = read(audit.of, f"rule/{RULE}")[0]
    assert (row["detail"]["before"], row["detail"]["after"]) == (before, {"*": 10, "Công điện": 1})


def test_r61_a_later_decision_for_the_same_day_counts_and_the_earlier_stays_written(house: Site) -> None:
    client = house.signed_in("nganltt")
    change(client)
    change(client, value="* = 12", reason="Sửa lại")
    assert house.office.db.read_now(rules.value, RULE, "2026-12-05") == {"*": 12}
    assert [one.reason for one in house.office.db.read_now(rules.history, RULE)] == ["Sửa lại", "Nhiều văn bản"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_from": "23/11/2026"}, "không được trước hôm nay"),
        ({"valid_from": "hôm nay"}, "không phải là ngày"),
        ({"value": "Công văn = nhiều"}, "không phải là số"),
        ({"reason": ""}, "lý do"),
        ({"name": "gate.word_file", "value": "đôi khi"}, "một trong: stop, warn"),
        ({"name": "glass.minutes", "value": "-5"}, "không phải là số"),
    ],
)
def test_r61_what_is_wrong_is_said_and_what_was_typed_stays(house: Site, changes: dict[str, str], words: str) -> None:
    answer = change(house.signed_in("lyhc"), **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert changes.get("value", "Công điện = 1") in answer.text


def test_r61_only_director_and_chief_of_office_set_rules(house: Site) -> None:
    answer = change(house.signed_in("phuocdh"))
    assert answer.status_code == 403
    assert "acts.set_rules" in answer.text


def test_r61_the_command_line_sets_after_the_persons_password(house: Site) -> None:
    data = str(house.office.settings.folder)
    arguments = ["--data", data, "rule", "set", "glass.minutes", "15", "--from", "2099-01-01", "--reason", "Ngắn hơn",
                 "--as", "lyhc", "--password-stdin", "--json"]  # fmt: skip
    assert CliRunner().invoke(app, arguments, input="sai\n").exit_code == 1
    done = CliRunner().invoke(app, arguments, input=PASSWORD + "\n")
    assert done.exit_code == 0, done.output
    listed = CliRunner().invoke(app, ["--data", data, "rule", "list", "--day", "2099-01-02", "--json"])
    assert {row["name"]: row["value"] for row in json.loads(listed.stdout)}["glass.minutes"] == 15


def test_r61_a_faulty_file_is_refused() -> None:
    good = {
        "name": "a",
        "about": "A",
        "kind": "number",
        "article": "Điều 1",
        "values": [{"from": "2016-01-01", "value": 1}],
    }
    assert rules.parsed({"rule": [good]})["a"].values == (("2016-01-01", 1),)
    for wrong in ({"kind": "x"}, {"values": []}, {"values": [{"from": "2016-01-01", "value": "x"}]}, {"article": ""}):
        with pytest.raises(Invalid):
            rules.parsed({"rule": [good | wrong]})
    with pytest.raises(Invalid):
        rules.parsed({"rule": [good, good]})


# ---- rules that others judge by -----------------------------------------------------------------------------
def test_r61_the_gate_before_a_number_stops_or_lets_pass_by_the_rule_of_the_day(bureau: World) -> None:
    db = bureau.office.db
    document = bureau.begin()
    bureau.to_signed(document)
    flow = bureau.flow(document)
    db.write_now(store.change, document.id, {"signed_version": flow.version})
    words = {one.setting: one.ok for one in db.read_now(gate.checks, document.id)}
    assert words["gate.word_file"] is True
    waiting = bureau.begin()
    with pytest.raises(gate.GateClosed, match=r"thiết lập gate\.format_approved"):
        db.read_now(gate.require_open, waiting.id)
    for name in ("gate.format_approved", "gate.word_file"):
        db.write_now(rules.set_value, Actor(bureau["lyhc"]), name, "warn", "2026-11-24", "Thử nghiệm")
    with pytest.raises(gate.GateClosed) as closed:
        db.read_now(gate.require_open, waiting.id)
    assert [one.setting for one in closed.value.checks] == [""]  # the signature is no matter of rules


def test_r61_the_form_of_a_direction_proposes_phrases_and_deadline_by_the_rule(open_desk: Desk) -> None:
    document = open_desk.paper(type_name="Công văn", deadline="")
    leader = open_desk.browser("nganltt")
    leader.open(f"/xu-ly/{document.id}/chi-dao")
    assert leader.form("/chi-dao")["lead_han"] in ("01/12/2026", "2026-12-01")  # five working days from the 24th
    assert "Dự họp và báo cáo lại nội dung." in leader.text
    for name, value in (("phrases.direction", ["Làm ngay."]), (RULE, {"*": 9})):
        open_desk.write(rules.set_value, Actor(open_desk["lyhc"]), name, value, "2026-11-25", "Đổi")
    leader.open(f"/xu-ly/{document.id}/chi-dao")
    assert "Làm ngay." not in leader.text
    open_desk.set_time("2026-11-25 08:00")
    leader = open_desk.browser("nganltt")
    leader.open(f"/xu-ly/{document.id}/chi-dao")
    assert "Làm ngay." in leader.text
    assert leader.form("/chi-dao")["lead_han"] in ("01/12/2026", "2026-12-01")  # it came under the old rule
