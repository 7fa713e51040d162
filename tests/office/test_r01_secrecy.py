"""R1: no state secret passes. No field for a degree of secrecy; what bears a mark is held for two named people."""

from __future__ import annotations

import json
import re
from email.message import EmailMessage

import httpx
import pytest
from typer.testing import CliRunner

from mailsvc.cli.main import app
from mailsvc.documents import holding
from mailsvc.store import accounts, audit, guarding, intake, listing, mailboxes
from mailsvc.store.schema import metadata
from mailsvc.store.tx import Tx
from tests.places import REPOSITORY
from tests.web.webhouse import PASSWORD, Site, sample, token_of

TWO = ("nganltt", "lyhc")  # Giám đốc, Chánh Văn phòng
INNOCENT = (
    "Đổi mật khẩu hộp thư", "Tập huấn bảo mật thông tin", "Quy chế bảo vệ bí mật nhà nước", "Mật độ trường lớp",
    "Danh mục bí mật nhà nước ngành giáo dục", "Bảo mật đề thi", "Mật ong quê", "Cài đặt mật mã thư",
)  # fmt: skip
MARKED = ("TỐI MẬT: Kế hoạch", "Tuyệt mật [TUYỆT MẬT]", "(MẬT) Báo cáo tình hình", "Độ mật: Tối mật - phương án")


def letter(subject: str, text: str = "Kính gửi.", *, name: str = "cv.pdf") -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Văn phòng <vp@vanban-demo.example>", "vanthu@sogddt.tayninh.gov.vn"
    message["Subject"], message["Message-ID"] = subject, f"<{abs(hash(subject + text))}@demo>"
    message.set_content(text)
    message.add_attachment(b"%PDF-1.4 demo", maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


def inbox(tx: Tx, username: str) -> list[str]:
    account = accounts.by_username(tx, username)
    assert account is not None
    box = mailboxes.by_name(tx, account.id, mailboxes.INBOX)
    return [one.subject for one in listing.page(tx, box.id, 0, 50)]


def entries(house: Site, status: str) -> list[intake.Entry]:
    return house.office.db.read_now(intake.listing, "SGDDT", (status,), limit=100)


# ---- no field -----------------------------------------------------------------------------------------------
def test_r01_no_field_for_a_degree_of_secrecy_anywhere() -> None:
    suspicious = re.compile(r"secrecy_|secret_level|security_level|do_mat|domat|degree_of|confidential|classified")
    columns = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns]
    assert [one for one in columns if suspicious.search(one)] == []
    found = []
    for path in [*REPOSITORY.glob("webmail/**/*.html"), *REPOSITORY.glob("webmail/**/*.py")]:
        for name in re.findall(r'name="([\w-]+)"', path.read_text("utf-8")):
            if re.search(r"secre|do[-_]?mat|\bmat\b", name):
                found.append(f"{path.name}: {name}")
    assert found == []
    options = (REPOSITORY / "config").glob("*.toml")
    for path in options:
        assert not re.search(r"^\s*(?:toi|tuyet)_mat\s*=", path.read_text("utf-8"), re.MULTILINE), path.name


# ---- held and told ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("subject", MARKED)
def test_r01_a_marked_letter_is_out_of_sight_and_the_two_are_told(house: Site, subject: str) -> None:
    house.deliver(letter(subject))
    house.read_files()
    (entry,) = entries(house, "held")
    assert (entry.subject, entry.mailbox_id) == ("", None)
    assert house.office.db.read_now(inbox, "vanthu") == []
    for username in TWO:
        (told,) = house.office.db.read_now(inbox, username)
        assert told == "Khẩn: tạm giữ mục số 1, chờ hai người quyết định"
    client = house.signed_in(house.office.db.read_now(accounts.with_role, "van_thu", "2026-11-24")[0].username)
    assert client.get("/tam-giu").status_code == 403
    assert client.get("/tam-giu/1?xem=1").status_code == 403


@pytest.mark.parametrize("subject", INNOCENT)
def test_r01_innocent_words_pass(house: Site, subject: str) -> None:
    house.deliver(letter(subject + " năm 2026"))
    house.read_files()
    assert entries(house, "held") == []
    assert holding.screen(titles=[subject], text=f"Kính gửi,\n{subject}.\n") == ""


def test_r01_a_mark_inside_a_file_is_found_too(house: Site) -> None:
    house.deliver(sample("11-dau-mat-trong-van-ban.eml"))
    assert len(house.office.db.read_now(inbox, "vanthu")) == 1
    house.read_files()
    assert len(entries(house, "held")) == 1
    assert house.office.db.read_now(inbox, "vanthu") == []


# ---- the two decide -----------------------------------------------------------------------------------------
def decide(client: httpx.Client, decision: str, reason: str = "Đã xem kỹ") -> httpx.Response:
    data = {"ma": token_of(client.get("/tam-giu/1")), "decision": decision, "reason": reason}
    return client.post("/tam-giu/1", data=data)


def test_r01_release_needs_both_and_brings_the_letter_back(house: Site) -> None:
    house.deliver(letter("(MẬT) Báo cáo tình hình"))
    first, second = (house.signed_in(one) for one in TWO)
    assert decide(first, "release").status_code == 303
    assert decide(first, "release").status_code == 303  # the same person twice is one voice
    assert len(entries(house, "held")) == 1
    assert decide(second, "remove").status_code == 303  # of another mind: it stays
    assert len(entries(house, "held")) == 1
    assert decide(second, "release").status_code == 303
    house.read_files()
    (entry,) = entries(house, "waiting")
    assert entry.subject == "(MẬT) Báo cáo tình hình"
    assert house.office.db.read_now(inbox, "vanthu") == ["(MẬT) Báo cáo tình hình"]
    acts = [one["action"] for one in house.office.db.read_now(audit.of, f"intake/{entry.id}")]
    assert acts.count("held.vote") == 4
    assert "held.release" in acts


def test_r01_removal_needs_both_and_leaves_nothing_of_the_content(house: Site) -> None:
    house.deliver(letter("TỐI MẬT: Kế hoạch", "Từ khóa rất riêng xyzzy."))
    first = house.signed_in(TWO[0])
    page = first.get("/tam-giu/1?xem=1")
    assert "xyzzy" in page.text  # the two must see what they decide about
    assert decide(first, "remove", "").status_code == 422
    decide(first, "remove")
    done = CliRunner().invoke(
        app,
        ["--data", str(house.office.settings.folder), "held", "decide", "1", "remove", "--as", TWO[1], "--reason",
         "Đúng là bí mật, đã lập biên bản", "--password-stdin", "--json"],
        input=PASSWORD + "\n",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["state"] == "removed"
    assert entries(house, "dismissed")[0].reason.startswith("Gỡ khỏi hệ thống")
    item = house.office.db.read_now(guarding.held, 1)
    assert house.office.db.read_now(guarding.places_of, item.content_id or 0) == []
    verified = CliRunner().invoke(app, ["--data", str(house.office.settings.folder), "verify", "--deep", "--json"])
    assert verified.exit_code == 0, verified.output
    house.deliver(letter("TỐI MẬT: Kế hoạch", "Từ khóa rất riêng xyzzy."))  # sent once more: held once more
    assert len(entries(house, "held")) == 1


def test_r01_the_two_are_named_by_a_rule(house: Site) -> None:
    client = house.signed_in("lyhc")
    form = {
        "name": "secrecy.holders",
        "value": "phuocdh\nvinhpt",
        "valid_from": "24/11/2026",
        "reason": "Phân công lại",
    }
    token = {"ma": token_of(client.get("/quy-dinh"))}
    assert client.post("/quy-dinh", data=form | token | {"value": "phuocdh"}).status_code == 422
    assert client.post("/quy-dinh", data=form | token).status_code == 303
    house.deliver(letter("TỐI MẬT: Kế hoạch"))
    assert len(house.office.db.read_now(inbox, "phuocdh")) == 1
    assert house.office.db.read_now(inbox, "nganltt") == []
    assert house.signed_in("nganltt").get("/tam-giu/1").status_code == 403
    assert house.signed_in("vinhpt").get("/tam-giu/1").status_code == 200
