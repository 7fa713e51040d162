"""R53: nobody lets others use his account; who stands in acts in his own name, "thừa ủy quyền của …", with dates."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import httpx
import pytest
from typer.testing import CliRunner

from mailsvc.cli.main import app
from mailsvc.core.actor import Actor
from mailsvc.core.clock import OFFICE_ZONE
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import register, rights
from mailsvc.documents.fields import Fields
from mailsvc.documents.rights import Act, Party, Relation, Subject, delegating
from mailsvc.documents.rights.delegating import Terms
from mailsvc.mail.office import Office
from mailsvc.store import accounts, audit, listing, mailboxes
from mailsvc.store.tx import Tx
from tests.web.webhouse import Site, token_of

DAY_MS = 86_400_000
PAPER = Fields(issuer="Bộ GDĐT", subject="Văn bản thứ nhất", code="1/BGDĐT-VP")


def person(office: Office, username: str) -> int:
    found = office.db.read_now(accounts.by_username, username)
    assert found is not None
    return found.id


def clerk_of(office: Office) -> int:
    return office.db.read_now(accounts.with_role, "van_thu", "2026-11-24")[0].id


def give(client: httpx.Client, principal: str, to: str, **changes: str) -> httpx.Response:
    form = {"kind": "uy_quyen", "principal": principal, "delegate": to, "valid_from": "24/11/2026",
            "valid_to": "26/11/2026", "basis": "Giấy ủy quyền số 5/GUQ-SGDĐT"}  # fmt: skip
    return client.post("/uy-quyen", data=form | changes | {"ma": token_of(client.get("/uy-quyen"))})


def subjects(tx: Tx, account_id: int) -> list[str]:
    box = mailboxes.by_name(tx, account_id, mailboxes.INBOX)
    return [one.subject for one in listing.page(tx, box.id, 0, 20)]


def test_r53_a_delegate_acts_in_his_own_account_and_the_timeline_says_for_whom(house: Site) -> None:
    office = house.office
    vt = office.db.read_now(accounts.get, clerk_of(office))
    officer = office.db.read_now(accounts.with_role, "chuyen_vien", "2026-11-24", "VP")[0]
    with pytest.raises(Refused):
        office.db.write_now(register.register_paper, officer.id, "SGDDT", PAPER)
    answer = give(house.signed_in(vt.username), vt.username, officer.username)
    assert answer.status_code == 303, answer.text
    made = office.db.write_now(register.register_paper, Actor(officer.id, door="web"), "SGDDT", PAPER)
    step = office.db.read_now(register.timeline, made.id)[-1]
    assert step.actor == f"{officer.full_name}, thừa ủy quyền của {vt.full_name}"
    row = office.db.read_now(audit.of, f"document/{made.id}")[-1]
    assert (row["actor_id"], row["on_behalf_of"], row["post"]) == (officer.id, vt.id, "van_thu@VP")
    for one in (vt.id, officer.id):
        assert f"Ủy quyền: {vt.full_name}" in office.db.read_now(subjects, one)


def test_r53_it_ends_with_its_last_day_and_when_it_is_revoked(house: Site) -> None:
    office = house.office
    vt = office.db.read_now(accounts.get, clerk_of(office))
    officer = office.db.read_now(accounts.with_role, "chuyen_vien", "2026-11-24", "VP")[0]
    client = house.signed_in(vt.username)
    give(client, vt.username, officer.username)
    may = (rights.may, Actor(officer.id), Act.REGISTER, Subject("SGDDT"))
    assert office.db.read_now(*may)
    house.clock.advance(2 * DAY_MS)  # the 26th still counts
    assert office.db.read_now(*may)
    house.clock.advance(DAY_MS)
    assert not office.db.read_now(*may)
    client = house.signed_in(vt.username)
    give(client, vt.username, officer.username, valid_from="27/11/2026", valid_to="30/11/2026")
    assert office.db.read_now(*may)
    data = {"ma": token_of(client.get("/uy-quyen")), "reason": "Đã đi làm lại"}
    assert client.post("/uy-quyen/2/thoi", data=data).status_code == 303
    assert not office.db.read_now(*may)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_to": "23/11/2026"}, "Đến ngày phải sau"),
        ({"valid_to": ""}, "phải có thời hạn"),
        ({"valid_from": "32/11/2026"}, "không phải là ngày"),
        ({"valid_from": "01/11/2026"}, "lùi về trước hôm nay"),
        ({"valid_to": "24/12/2027"}, "dài nhất một năm"),
        ({"basis": " "}, "căn cứ"),
        ({"delegate": "khong-co"}, "Chưa chọn đúng"),
    ],
)
def test_r53_what_is_wrong_is_said_and_nothing_typed_is_lost(house: Site, changes: dict[str, str], words: str) -> None:
    answer = give(house.signed_in("lyhc"), "lyhc", "vinhpt", **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert changes.get("basis", "Giấy ủy quyền số 5/GUQ-SGDĐT") in answer.text


def test_r53_nobody_gives_away_the_post_of_another(house: Site) -> None:
    officer = house.office.db.read_now(accounts.with_role, "chuyen_vien", "2026-11-24", "VP")[0]
    answer = give(house.signed_in(officer.username), "nganltt", officer.username)
    assert answer.status_code == 403
    assert "acts.delegate" in answer.text


def test_r53_an_authority_is_not_passed_on_and_administrators_get_none(office: Office) -> None:
    boss, deputy, third = person(office, "nganltt"), person(office, "phuocdh"), person(office, "uyennk")
    terms = Terms("uy_quyen", "2026-11-24", "2026-11-30", "GUQ 1")
    db = office.db
    db.write_now(delegating.delegate, Actor(boss), boss, deputy, terms)
    db.write_now(delegating.delegate, Actor(deputy), deputy, third, terms)
    roles = {(one.role, one.on_behalf_of) for one in db.read_now(rights.posts_of, third)}
    assert ("lanh_dao_so", deputy) in roles
    assert ("giam_doc", boss) not in roles
    admin = db.read_now(accounts.with_role, "quan_tri", "2026-11-24")[0].id
    with pytest.raises(Invalid, match="quản trị"):
        db.write_now(delegating.delegate, Actor(boss), boss, admin, terms)


def test_r53_a_delegation_may_cover_some_acts_only(office: Office) -> None:
    boss, deputy = person(office, "nganltt"), person(office, "vinhpt")
    terms = Terms("uy_quyen", "2026-11-24", "2026-11-30", "GUQ 2", role="giam_doc", acts="sign")
    office.db.write_now(delegating.delegate, Actor(boss), boss, deputy, terms)
    assert office.db.read_now(rights.may, Actor(deputy), Act.SIGN, Subject("SGDDT"))
    assert not office.db.read_now(rights.may, Actor(deputy), Act.DIRECT, Subject("SGDDT"))


def test_r53_what_is_meant_for_somebody_who_left_goes_to_the_substitute_or_back(house: Site) -> None:
    office, db = house.office, house.office.db
    officers = db.read_now(accounts.with_role, "chuyen_vien", "2026-11-24", "TCCB")
    leaver, heir, other = (one.id for one in officers[:3])
    basis = "Quyết định nghỉ hưu số 9"
    db.write_now(delegating.leave, Actor(person(office, "nganltt")), leaver, "2026-11-25", heir, basis)
    assert db.read_now(rights.substitute_of, leaver) == leaver
    house.clock.advance(2 * DAY_MS)
    assert db.read_now(rights.receiver, leaver)[0] == heir
    assert "nhận thay" in db.read_now(rights.receiver, leaver)[1]
    own = Subject("SGDDT", (Party(Relation.LEAD, account_id=leaver),))
    assert db.read_now(rights.may, Actor(heir), Act.REPORT, own)
    assert not db.read_now(rights.may, Actor(leaver), Act.REPORT, own)
    db.write_now(accounts.set_active, other, False)
    assert db.read_now(rights.substitute_of, other) is None
    with pytest.raises(Refused, match="chưa có người thay"):
        db.read_now(rights.receiver, other)


def test_r53_the_command_line_gives_lists_and_revokes(office: Office) -> None:
    def told(*arguments: str) -> object:
        done = CliRunner().invoke(app, ["--data", str(office.settings.folder), "delegation", *arguments, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    days = [(datetime.now(OFFICE_ZONE) + timedelta(days=n)).date().isoformat() for n in (0, 3)]
    terms = ("--from", days[0], "--to", days[1], "--basis", "GUQ 3", "--act", "sign")
    told("give", "nganltt", "phuocdh", *terms)
    (row,) = told("list")  # type: ignore[misc]
    assert (row["principal"], row["delegate"], row["acts"], row["to"]) == ("nganltt", "phuocdh", "sign", days[1])
    told("revoke", "1", "--reason", "Đã về")
    assert told("list") == []


def test_r53_substitutes_that_point_at_each_other_end_nowhere(office: Office) -> None:
    first, second = person(office, "phuocdh"), person(office, "uyennk")
    terms = Terms("thay_the", "2026-11-24", "2026-11-30", "Đi công tác")
    office.db.write_now(delegating.delegate, Actor(first), first, second, terms)
    assert office.db.read_now(rights.substitute_of, first) == second
    office.db.write_now(delegating.delegate, Actor(second), second, first, terms)
    assert office.db.read_now(rights.substitute_of, first) is None


def test_r53_an_acting_head_holds_the_post_for_the_time(office: Office) -> None:
    officer = office.db.read_now(accounts.with_role, "chuyen_vien", "2026-11-24", "TTR")[0].id
    subject = Subject("SGDDT", (Party(Relation.UNIT, unit_code="TTR"),))
    assert not office.db.read_now(rights.may, Actor(officer), Act.APPROVE_CONTENT, subject)

    def make_acting(tx: Tx) -> None:
        accounts.add_role(
            tx, officer, "truong_phong", "TTR", valid_from="2026-11-01", valid_to="2026-12-31", acting=True
        )

    office.db.write_now(make_acting)
    assert office.db.read_now(rights.may, Actor(officer), Act.APPROVE_CONTENT, subject)
    assert any(one.acting for one in office.db.read_now(rights.posts_of, officer))
    assert not any(one.acting for one in office.db.read_now(rights.posts_of, officer, "2027-01-01"))


def test_r53_a_clerk_who_left_keeps_no_register_through_the_clerks_mailbox(house: Site) -> None:
    office, db = house.office, house.office.db
    leaver, heir = db.read_now(accounts.with_role, "van_thu", "2026-11-24")[:2]
    assert any(one.username == "vanthu" for one in db.read_now(accounts.shared_with, leaver.id))
    db.write_now(delegating.leave, Actor(person(office, "nganltt")), leaver.id, "2026-11-24", heir.id, "QĐ 12")
    house.clock.advance(DAY_MS)
    assert db.read_now(rights.posts_of, leaver.id) == ()
    assert db.read_now(accounts.shared_with, leaver.id) == []
    with pytest.raises(Refused):
        db.write_now(register.register_paper, leaver.id, "SGDDT", PAPER)


def test_r53_an_acting_head_is_made_at_the_command_line(office: Office) -> None:
    officer = office.db.read_now(accounts.with_role, "chuyen_vien", "2026-11-24", "TTR")[0]
    command = ["--data", str(office.settings.folder), "account", "role", officer.username, "truong_phong"]
    wrong = CliRunner().invoke(app, [*command, "--from", "2026-12-31", "--to", "2026-11-01"])
    assert wrong.exit_code == 1
    done = CliRunner().invoke(app, [*command, "--from", "2026-11-01", "--to", "2026-12-31", "--acting", "--json"])
    assert done.exit_code == 0, done.output
    heads = [one for one in office.db.read_now(rights.posts_of, officer.id) if one.role == "truong_phong"]
    assert [(one.unit_code, one.acting) for one in heads] == [("TTR", True)]
    assert len(office.db.read_now(rights.posts_of, officer.id, "2027-01-01")) == 1


def test_the_last_administrator_neither_leaves_nor_is_closed_at_the_command_line(office: Office) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["--data", str(office.settings.folder), *arguments])
        return done.exit_code, done.output

    def administrators() -> list[str]:
        today = datetime.now(OFFICE_ZONE).date().isoformat()
        return [one.username for one in office.db.read_now(accounts.with_role, "quan_tri", today)]

    def leaving(who: str) -> tuple[int, str]:
        soon = (datetime.now(OFFICE_ZONE) + timedelta(days=3)).date().isoformat()
        return run("delegation", "leave", who, "uyennk", "--last-day", soon, "--basis", "QĐ 15")

    *others, last = administrators()
    assert others
    assert [run("account", "disable", one)[0] for one in others] == [0] * len(others)
    for code, said in (run("account", "disable", last), leaving(last)):
        assert code == 1 and "Phải còn ít nhất một quản trị" in said
    assert administrators() == [last]
    assert run("account", "disable", others[0], "--enable")[0] == 0
    assert leaving(last)[0] == 0  # the other one stays
    code, said = run("account", "disable", others[0])
    assert code == 1 and "Phải còn ít nhất một quản trị" in said
    assert run("account", "disable", "phuocdh")[0] == 0
