"""R17, R62, R63, R64: the regulation is published, acknowledged, commented on by article and amended by decision."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile

import httpx
import pytest
from typer.testing import CliRunner

from mailsvc.cli.main import app
from mailsvc.documents import regulation
from mailsvc.store import accounts, audit
from tests.office.test_r01_secrecy import inbox
from tests.places import REPOSITORY
from tests.web.webhouse import Site, token_of

TITLE = "Quy chế quản lý, vận hành và sử dụng hệ thống văn phòng điện tử"
TEXT = (REPOSITORY / "config" / "quy-che-1581.txt").read_text("utf-8")
LATER_MS = 86_400_000


@pytest.fixture
def town(house: Site) -> Site:
    """The house with the regulation of 2016 in force."""
    file = str(REPOSITORY / "config" / "quy-che-1581.txt")
    done = CliRunner().invoke(
        app,
        ["--data", str(house.office.settings.folder), "regulation", "load", file, "--title", TITLE,
         "--number", "1581/QĐ-SGDĐT", "--from", "2016-08-22", "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["articles"] == 12
    return house


def send(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    return client.post(path, data=form | {"ma": token_of(client.get("/quy-che"))})


def first_with(house: Site, role: str) -> str:
    return house.office.db.read_now(accounts.with_role, role, "2026-11-24")[0].username


# ---- acknowledgement (R17, R64) -----------------------------------------------------------------------------
def test_r17_who_has_not_acknowledged_is_reminded_on_every_page_until_he_does(town: Site) -> None:
    client = town.signed_in("phuocdh")
    assert "Bạn chưa xác nhận quy chế" in client.get("/uy-quyen").text
    assert "Điều 12" in client.get("/quy-che").text
    assert send(client, "/quy-che/1/xac-nhan").status_code == 303
    assert "Bạn chưa xác nhận quy chế" not in client.get("/uy-quyen").text
    assert send(client, "/quy-che/1/xac-nhan").status_code == 303  # twice is once
    acts = [one["action"] for one in town.office.db.read_now(audit.of, "regulation/1")]
    assert acts.count("regulation.acknowledge") == 1


def test_r64_the_list_of_those_who_have_not_acknowledged_names_heads_first(town: Site) -> None:
    for username in ("nganltt", "lyhc"):
        send(town.signed_in(username), "/quy-che/1/xac-nhan")
    page = town.signed_in("lyhc").get("/quy-che").text
    people = [one for one in town.office.db.read_now(accounts.listing, "person") if one.active]
    assert f"{len(people) - 2} người chưa xác nhận" in page
    rows = json.loads(
        CliRunner().invoke(app, ["--data", str(town.office.settings.folder), "regulation", "missing", "--json"]).stdout
    )
    assert len(rows) == len(people) - 2
    heads = [row["head"] for row in rows]
    assert heads == sorted(heads, reverse=True)
    assert sum(heads) == 9 + 45  # departments and units; the Chief of Office has acknowledged
    assert "người chưa xác nhận" not in town.signed_in("phuocdh").get("/quy-che").text
    assert send(town.signed_in("lyhc"), "/quy-che/1/nhac").status_code == 303
    assert any("Nhắc xác nhận" in one for one in town.office.db.read_now(inbox, "phuocdh"))
    assert not any("Nhắc xác nhận" in one for one in town.office.db.read_now(inbox, "nganltt"))


# ---- opinions (R62) -----------------------------------------------------------------------------------------
def open_round(town: Site, **changes: str) -> httpx.Response:
    form = {"title": "Góp ý sửa đổi quy chế năm 2026", "last_day": "30/11/2026"}
    return send(town.signed_in("lyhc"), "/quy-che/gop-y", **(form | changes))


OPINIONS = (
    ("Điều 8", "Văn phòng trả lời thể thức trong một ngày làm việc."),
    ("Điều 8", "Thêm mẫu phiếu kiểm tra thể thức."),
    ("Điều 10", "Ghi rõ giờ nghỉ trưa."),
    ("Điều 5", "Chỉ dùng một miền thư."),
    ("Toàn văn", "Sửa lỗi chính tả; thêm <b>phụ lục</b> & biểu mẫu."),
)


def test_r62_five_opinions_make_a_table_of_five_rows_in_word(town: Site) -> None:
    assert open_round(town).status_code == 303
    assert any("Lấy ý kiến" in one for one in town.office.db.read_now(inbox, "vinhpt"))
    voices = [first_with(town, role) for role in ("truong_phong", "chuyen_vien", "thu_truong_don_vi", "van_thu")]
    for number, (article, text) in enumerate(OPINIONS):
        client = town.signed_in(voices[number % len(voices)])
        assert send(client, "/quy-che/gop-y/1", article=article, text=text).status_code == 303
    office = town.signed_in("lyhc")
    assert send(office, "/quy-che/gop-y/1/1/tra-loi", kind="tiep_thu", answer="Đã đưa vào khoản 2").status_code == 303
    assert send(office, "/quy-che/gop-y/1/4/tra-loi", kind="giai_trinh", answer="").status_code == 422
    assert (
        send(office, "/quy-che/gop-y/1/4/tra-loi", kind="giai_trinh", answer="Hai miền do UBND quy định").status_code
        == 303
    )
    data = office.get("/quy-che/gop-y/1/tong-hop.docx").content
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        document = package.read("word/document.xml").decode()
    rows = re.findall(r"<w:tr[ >].*?</w:tr>", document, re.DOTALL)
    assert len(rows) == 1 + 5
    texts = [html.unescape(re.sub(r"<[^>]+>", " ", row)) for row in rows]
    assert "Nội dung góp ý" in texts[0] and "Đơn vị" in texts[0] and "Tiếp thu, giải trình" in texts[0]
    assert "Toàn văn" in texts[1] and "<b>phụ lục</b> & biểu mẫu" in texts[1]
    assert "Điều 5" in texts[2] and "Giải trình: Hai miền do UBND quy định" in texts[2]
    assert "Tiếp thu: Đã đưa vào khoản 2" in texts[3]


def test_r62_opinions_are_named_unless_the_rule_lets_them_be_nameless(town: Site) -> None:
    assert open_round(town, anonymous="1").status_code == 422
    open_round(town)
    client = town.signed_in(first_with(town, "chuyen_vien"))
    refused = send(client, "/quy-che/gop-y/1", article="Điều 8", text="Giấu tên", nameless="1")
    assert refused.status_code == 422
    assert "Giấu tên" in refused.text  # nothing typed is lost
    rule = {"name": "feedback.anonymous", "value": "có", "valid_from": "24/11/2026", "reason": "Để mọi người nói thẳng"}
    assert send(town.signed_in("nganltt"), "/quy-dinh", **rule).status_code == 303
    assert open_round(town, anonymous="1").status_code == 303
    assert send(client, "/quy-che/gop-y/2", article="Điều 8", text="Giấu tên", nameless="1").status_code == 303
    assert "Không ghi tên" in town.signed_in("lyhc").get("/quy-che/gop-y/2").text
    assert town.office.db.read_now(audit.of, "feedback/1")[0]["actor_id"] is None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"article": "Điều 99", "text": "x"}, "không có “Điều 99”"),
        ({"article": "Điều 8", "text": " "}, "Chưa ghi nội dung"),
        ({"article": "Điều 8", "text": "Nói hai lần"}, "đã được ghi"),
    ],
)
def test_r62_what_is_wrong_with_an_opinion_is_said(town: Site, form: dict[str, str], words: str) -> None:
    open_round(town)
    client = town.signed_in("phuocdh")
    send(client, "/quy-che/gop-y/1", article="Điều 8", text="Nói hai lần")
    answer = send(client, "/quy-che/gop-y/1", **form)
    assert answer.status_code == 422
    assert words in answer.text


def test_r62_a_round_ends_with_its_last_day_and_only_the_office_sees_all(town: Site) -> None:
    open_round(town)
    client = town.signed_in(first_with(town, "chuyen_vien"))
    send(client, "/quy-che/gop-y/1", article="Điều 8", text="Ý của chuyên viên")
    other = town.signed_in("vinhpt")
    assert "Ý của chuyên viên" not in other.get("/quy-che/gop-y/1").text
    assert other.get("/quy-che/gop-y/1/tong-hop.docx").status_code == 403
    assert "Ý của chuyên viên" in town.signed_in("lyhc").get("/quy-che/gop-y/1").text
    town.clock.advance(7 * LATER_MS)
    late = town.signed_in("phuocdh")
    answer = send(late, "/quy-che/gop-y/1", article="Điều 8", text="Muộn")
    assert answer.status_code == 422 and "hết hạn" in answer.text


# ---- amendment (R63) ----------------------------------------------------------------------------------------
def propose(town: Site, who: str = "lyhc", text: str = "") -> httpx.Response:
    amended = text or TEXT.replace("từ 07 giờ", "từ 07 giờ 00 phút")
    return send(town.signed_in(who), "/quy-che/de-xuat", title=TITLE, grounds="Theo góp ý năm 2026", text=amended)


def publish(town: Site, who: str, number: str = "99/QĐ-SGDĐT", day: str = "01/12/2026") -> httpx.Response:
    return send(town.signed_in(who), "/quy-che/2/ban-hanh", number=number, valid_from=day)


def test_r63_chief_of_office_proposes_director_decides_everybody_acknowledges_anew(town: Site) -> None:
    send(town.signed_in("phuocdh"), "/quy-che/1/xac-nhan")
    answer = propose(town)
    assert answer.headers["location"] == "/quy-che/2"
    assert any("Đề xuất sửa đổi" in one for one in town.office.db.read_now(inbox, "nganltt"))
    assert publish(town, "nganltt").status_code == 303
    read = town.office.db.read_now
    now = read(regulation.current)
    assert now is not None and now.id == 1  # until its day
    town.clock.advance(7 * LATER_MS)
    now = read(regulation.current)
    assert now is not None and (now.id, now.number, "07 giờ 00 phút" in now.text) == (2, "99/QĐ-SGDĐT", True)
    assert "Bạn chưa xác nhận quy chế" in town.signed_in("phuocdh").get("/uy-quyen").text
    assert any("Ban hành:" in one for one in read(inbox, "phuocdh"))
    old = town.signed_in("phuocdh").get("/quy-che/1")
    assert old.status_code == 200 and "1581/QĐ-SGDĐT" in old.text


@pytest.mark.parametrize("who", ["lyhc", "phuocdh", "vinhpt", "admin"])
def test_r63_nobody_but_the_director_publishes(town: Site, who: str) -> None:
    propose(town)
    username = first_with(town, "quan_tri") if who == "admin" else who
    answer = publish(town, username)
    assert answer.status_code == 403
    assert "acts.decide_rules" in answer.text


@pytest.mark.parametrize("who", ["nganltt", "phuocdh", "vinhpt"])
def test_r63_nobody_but_the_chief_of_office_proposes(town: Site, who: str) -> None:
    assert propose(town, who).status_code == 403


def test_r63_a_refused_proposal_stays_written_and_the_proposer_is_told(town: Site) -> None:
    propose(town)
    director = town.signed_in("nganltt")
    assert send(director, "/quy-che/2/khong-dong-y", reason="").status_code == 422
    assert send(director, "/quy-che/2/khong-dong-y", reason="Chưa lấy đủ ý kiến").status_code == 303
    assert any("không được đồng ý" in one for one in town.office.db.read_now(inbox, "lyhc"))
    assert "Chưa lấy đủ ý kiến" in town.signed_in("lyhc").get("/quy-che/2").text
    assert publish(town, "nganltt").status_code == 422
    assert town.signed_in("phuocdh").get("/quy-che/2").status_code == 403


@pytest.mark.parametrize(("number", "day"), [("", "01/12/2026"), ("9/QĐ", "23/11/2026"), ("9/QĐ", "mai")])
def test_r63_a_publication_needs_number_and_day(town: Site, number: str, day: str) -> None:
    propose(town)
    assert publish(town, "nganltt", number, day).status_code == 422
    found = town.office.db.read_now(regulation.current)
    assert found is not None and found.id == 1


def test_r63_a_text_without_articles_is_no_regulation_and_is_not_lost(town: Site) -> None:
    answer = propose(town, text="Chỉ một đoạn văn.")
    assert answer.status_code == 422
    assert "Chỉ một đoạn văn." in answer.text
