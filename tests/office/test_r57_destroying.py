"""R57: nothing is deleted without two people, and what was there stays provable."""

from __future__ import annotations

import json

import httpx
from typer.testing import CliRunner

from mailsvc.cli.main import app
from mailsvc.documents import history
from mailsvc.documents import register as work
from mailsvc.store import accounts, audit, contents, documents
from tests.office.test_r01_secrecy import inbox
from tests.office.test_r09_proof import enter
from tests.web.webhouse import Site, sample, token_of


def ask(client: httpx.Client, **changes: str) -> httpx.Response:
    form = {"direction": "den", "year": "2026", "number": "1", "reason": "Hết thời hạn bảo quản, biên bản số 3"}
    return client.post("/tieu-huy", data=form | changes | {"ma": token_of(client.get("/thu"))})


def decide(client: httpx.Client, consent: str, answer: str = "") -> httpx.Response:
    return client.post("/tieu-huy/1", data={"consent": consent, "answer": answer, "ma": token_of(client.get("/thu"))})


def verify(house: Site) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(app, ["--data", str(house.office.settings.folder), "verify", "--deep", "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_r57_one_asks_a_second_consents_and_register_history_and_hashes_stay(house: Site) -> None:
    clerk, address = enter(house)
    read = house.office.db.read_now
    before = read(documents.get, 1)
    file = read(documents.files_of, 1)[0]
    assert ask(clerk).status_code == 303
    assert clerk.get(address).status_code == 403  # soft-deleted meanwhile, for everybody
    assert decide(clerk, "1").status_code == 403  # never the same person
    assert decide(house.signed_in("lyhc"), "1").status_code == 303
    assert read(documents.get, 1) == before
    assert [one.sha256 for one in read(documents.files_of, 1)] == [file.sha256]
    assert clerk.get(f"{address}/tep/0").status_code == 403
    assert clerk.get(f"/thu/{house.inbox('vanthu')}/1").status_code == 404
    assert [one.kind for one in read(work.timeline, 1)][-2:] == ["purge_asked", "purged"]
    assert read(contents.get, file.content_id).subject == ""
    row = read(audit.of, "document/1")[-1]
    assert (row["action"], len(row["detail"]["sha256"])) == ("document.purged", 1)
    assert verify(house) == (0, verify(house)[1])
    house.deliver(sample("01-ext-bo.eml"))  # the same letter may come again, whole
    uid = 2
    assert clerk.get(f"/thu/{house.inbox('vanthu')}/{uid}").status_code == 200
    assert verify(house)[0] == 0


def test_r57_a_refusal_opens_it_again_and_says_why(house: Site) -> None:
    clerk, address = enter(house)
    ask(clerk)
    leader = house.signed_in("lyhc")
    assert decide(leader, "0").status_code == 422
    assert decide(leader, "0", "Còn trong thời hạn bảo quản").status_code == 303
    assert clerk.get(address).status_code == 200
    assert clerk.get(f"{address}/tep/0").status_code == 200
    assert "Đề nghị tiêu hủy số 1" in house.office.db.read_now(inbox, "daonth")
    assert decide(leader, "1").status_code == 422  # decided is decided
    assert ask(clerk).status_code == 303  # but it may be asked anew


def test_r57_who_stands_in_for_the_asker_is_no_second_person(house: Site) -> None:
    clerk, _ = enter(house)
    delegation = {
        "kind": "uy_quyen", "principal": "daonth", "delegate": "lyhc", "valid_from": "24/11/2026",
        "valid_to": "25/11/2026", "basis": "GUQ 8", "ma": token_of(clerk.get("/uy-quyen")),
    }  # fmt: skip
    assert clerk.post("/uy-quyen", data=delegation).status_code == 303
    ask(house.signed_in("lyhc"))  # asked in the clerk's place
    assert decide(house.signed_in("lyhc"), "1").status_code == 403


def test_r57_only_clerks_ask_and_only_heads_consent(house: Site) -> None:
    clerk, _ = enter(house)
    officer = house.office.db.read_now(accounts.with_role, "chuyen_vien", "2026-11-24")[0].username
    refused = ask(house.signed_in(officer))
    assert refused.status_code == 403 and "acts.ask_purge" in refused.text
    ask(clerk)
    other = [one.username for one in house.office.db.read_now(accounts.with_role, "van_thu", "2026-11-24")][-1]
    assert decide(house.signed_in(other), "1").status_code == 403


def test_r57_what_is_wrong_is_said(house: Site) -> None:
    clerk, _ = enter(house)
    for changes, words in (
        ({"number": "99"}, "Không có văn bản số 99"),
        ({"number": "x"}, "phải là số"),
        ({"reason": " "}, "lý do"),
    ):
        answer = ask(clerk, **changes)
        assert answer.status_code == 422
        assert words in answer.text


def test_r57_the_trail_is_open_to_inspectors_but_its_words_only_to_leaders(house: Site) -> None:
    enter(house)
    words = "Vào sổ văn bản đến, số đến 1/2026"
    assert words in house.signed_in("nganltt").get("/nhat-ky?vat=document/1").text
    admin = house.office.db.read_now(accounts.with_role, "quan_tri", "2026-11-24")[0].username
    page = house.signed_in(admin).get("/nhat-ky?vat=document/1").text
    assert "document.registered" in page and words not in page
    assert house.signed_in("vinhpt").get("/nhat-ky").status_code == 403
    assert history.VIEW not in page
