"""R9: what lies in the office equals the original; whoever changes it beside the office is found."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from mailsvc.cli.main import app
from mailsvc.documents import history
from mailsvc.store import audit
from tests.web.test_clerks_work import filled
from tests.web.webhouse import Site, sample

CHANGES = {
    "register": ("UPDATE documents SET subject = 'khác' WHERE id = 1", "its register entry was changed"),
    "file": (f"UPDATE document_files SET sha256 = '{'0' * 64}' WHERE document_id = 1", "was removed or exchanged"),
    "removed": ("PRAGMA foreign_keys=OFF; DELETE FROM documents WHERE id = 1", "is gone from the register"),
}


def enter(house: Site, name: str = "01-ext-bo.eml") -> tuple[httpx.Client, str]:
    """A letter comes in, its files are read and a clerk enters it; her browser and the document's address."""
    house.deliver(sample(name))
    house.read_files()
    client = house.signed_in("daonth")
    form = filled(client.get("/van-ban-den/cho-vao-so/1"))
    answer = client.post("/van-ban-den/cho-vao-so/1", data=form)
    return client, answer.headers["location"].partition("?")[0]


def database(house: Site) -> Path:
    return house.office.settings.folder / "mailsvc.db"


def verified(house: Site, *arguments: str) -> tuple[int, dict[str, object]]:
    """What `mailsvc audit verify` says."""
    done = CliRunner().invoke(app, ["--data", str(house.office.settings.folder), *arguments, "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_r09_every_act_and_view_lies_in_a_chain_that_verifies(house: Site) -> None:
    client, address = enter(house)
    assert client.get(address).status_code == 200
    assert client.get(address).status_code == 200  # a reload is no second view
    house.clock.advance(history.VIEW_MS + 1)
    assert client.get(address).status_code == 200
    acts = house.office.db.read_now(audit.of, "document/1")
    assert [one["action"] for one in acts] == [
        "document.received", "document.registered", "document.view", "document.view"
    ]  # fmt: skip
    assert {one["post"] for one in acts if one["action"] == "document.registered"} == {"van_thu@VP"}
    assert {one["source"] for one in acts[1:]} == {"web 127.0.0.1"}
    (viewer,) = house.office.db.read_now(history.viewers, 1)
    assert (viewer.name, viewer.times) == ("Nguyễn Thị Hồng Đào", 2)
    assert verified(house, "audit", "verify")[0] == 0
    assert verified(house, "verify", "--deep")[0] == 0


@pytest.mark.parametrize("change", CHANGES)
def test_r09_what_is_changed_beside_the_office_is_found(house: Site, change: str) -> None:
    enter(house)
    statements, found = CHANGES[change]
    with sqlite3.connect(database(house)) as connection:
        connection.execute("DROP TRIGGER document_events_no_delete")
        connection.executescript(statements)
    code, told = verified(house, "verify")
    assert code == 1
    assert any(found in str(one) for one in told["findings"]), told  # type: ignore[attr-defined]


def test_r09_one_flipped_byte_of_a_file_is_reported_when_it_is_read_and_when_it_is_verified(house: Site) -> None:
    client, address = enter(house)
    with sqlite3.connect(database(house)) as connection:
        content_id, data = connection.execute("SELECT content_id, data FROM content_bytes").fetchone()
        at = data.index(b"\r\n\r\n", data.index(b"attachment")) + 400
        flipped = data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]
        connection.execute("UPDATE content_bytes SET data = ? WHERE content_id = ?", (flipped, content_id))
    answer = client.get(f"{address}/tep/0")
    assert answer.status_code == 410
    assert "không còn đúng như khi được ghi" in answer.text
    assert [one["action"] for one in house.office.db.read_now(audit.of, f"content/{content_id}")] == ["file.damaged"]
    code, told = verified(house, "verify", "--deep")
    assert code == 1
    assert "do not have the SHA-256" in str(told["findings"])


def test_r09_a_printed_head_finds_a_cut_tail(house: Site) -> None:
    enter(house)
    _, head = verified(house, "audit", "head")
    (house.office.settings.folder / "audit-heads").unlink()  # and the copy on the machine is gone, too
    with sqlite3.connect(database(house)) as connection:
        last = connection.execute("SELECT id, previous FROM audit ORDER BY id DESC LIMIT 1").fetchone()
        connection.execute("DROP TRIGGER audit_no_delete")
        connection.execute("DELETE FROM audit WHERE id = ?", (last[0],))
        connection.execute("UPDATE audit_head SET count = count - 1, last_id = ?, hash = ?", (last[0] - 1, last[1]))
    code, told = verified(house, "audit", "verify", "--head", str(head["line"]))
    assert code == 1
    assert "the end of the chain was cut off" in str(told["findings"])
