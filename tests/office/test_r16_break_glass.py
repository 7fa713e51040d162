"""R16: personal mail is personal. Administrators read nothing but in an emergency that owner and leader are told of."""

from __future__ import annotations

import httpx
import pytest

from mailsvc.accounts import break_glass
from mailsvc.store import accounts, audit
from tests.office.test_r01_secrecy import inbox, letter
from tests.web.webhouse import Site, token_of

REASON = "Thư báo lỗi phông chữ, chủ hộp thư nhờ kiểm tra"


def opened(client: httpx.Client, **changes: str) -> httpx.Response:
    form = {"login": "phuocdh", "mailbox": "INBOX", "uid": "1", "reason": REASON, "year": "2026", "number": ""}
    return client.post("/mo-khan-cap", data=form | changes | {"ma": token_of(client.get("/mo-khan-cap"))})


@pytest.fixture
def admin(house: Site) -> httpx.Client:
    house.deliver(letter("Chuyện riêng", "Nội dung riêng tư."), "phuocdh@sogddt.tayninh.gov.vn")
    found = house.office.db.read_now(accounts.with_role, "quan_tri", "2026-11-24")[0]
    return house.signed_in(found.username)


def test_r16_an_administrator_cannot_open_a_mailbox(house: Site, admin: httpx.Client) -> None:
    assert admin.get(f"/thu/{house.inbox('phuocdh')}/1").status_code == 404
    assert admin.get("/mo-khan-cap/1").status_code == 404
    assert admin.get("/van-ban-den").status_code == 403


def test_r16_break_glass_tells_owner_and_leader_at_once_and_every_reading_is_noted(
    house: Site, admin: httpx.Client
) -> None:
    answer = opened(admin)
    assert answer.status_code == 303, answer.text
    for username in ("phuocdh", "nganltt"):
        assert any(one.startswith("Mở khẩn cấp: ") for one in house.office.db.read_now(inbox, username)), username
    read = admin.get(answer.headers["location"])
    assert "Nội dung riêng tư" in read.text or b"MIME" in read.content
    acts = house.office.db.read_now(audit.listing, actions=("glass.",))
    assert [one["action"] for one in acts] == ["glass.read", "glass.open"]
    assert acts[1]["detail"]["reason"] == REASON
    assert acts[1]["post"] == "quan_tri@KTCNTT"


def test_r16_it_ends_by_itself_and_is_nobody_elses(house: Site, admin: httpx.Client) -> None:
    address = opened(admin).headers["location"]
    others = house.office.db.read_now(accounts.with_role, "quan_tri", "2026-11-24")
    assert house.signed_in(others[1].username).get(address).status_code == 403
    assert house.signed_in("nganltt").get(address).status_code == 403
    house.clock.advance(30 * 60_000)
    refused = admin.get(address)
    assert refused.status_code == 403
    assert "hết thời gian" in refused.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "xem"}, "ghi rõ lý do"),
        ({"uid": "99"}, "Không có thư UID 99"),
        ({"uid": "x"}, "phải là số"),
        ({"login": "khong-co"}, "Không có tài khoản"),
        ({"login": "", "number": "7"}, "Không có văn bản đến số 7"),
    ],
)
def test_r16_what_is_wrong_is_said_and_opens_nothing(
    house: Site, admin: httpx.Client, changes: dict[str, str], words: str
) -> None:
    answer = opened(admin, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert house.office.db.read_now(audit.listing, actions=("glass.",)) == []


def test_r16_nobody_but_administrators_breaks_glass(house: Site, admin: httpx.Client) -> None:
    del admin
    client = house.signed_in("lyhc")
    assert client.get("/mo-khan-cap").status_code == 403
    data = {"ma": token_of(client.get("/uy-quyen")), "login": "phuocdh", "uid": "1", "reason": REASON}
    assert client.post("/mo-khan-cap", data=data).status_code == 403


def test_r16_leaders_of_a_school_are_its_own(house: Site) -> None:
    teacher = house.office.db.read_now(accounts.with_role, "van_thu_don_vi", "2026-11-24")[0]
    (leader,) = house.office.db.read_now(break_glass.leaders, teacher)
    assert leader.unit_code == teacher.unit_code
