"""Finding letters in all folders: operators, marks, what may be seen, and the form that writes the query."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest

from mailsvc.mail.query import Term, parse, span
from mailsvc.store.flags import FLAGGED, SEEN
from tests.web.test_mail_list_forms import ADDRESS, act, box, put, rows
from tests.web.webhouse import Site, sample
from webmail import mail_search
from webmail.marks import excerpt, marked

SAMPLES = (
    ("từ:lan đến:phòng", (Term("from", "lan"), Term("to", "phòng"))),
    ("TU:lan DEN: phòng", (Term("from", "lan"), Term("to", "phòng"))),
    ("from:lan to:phòng", (Term("from", "lan"), Term("to", "phòng"))),
    ('chủ đề:"học bạ" subject:số', (Term("subject", "học bạ"), Term("subject", "số"))),
    ("chu  de:a tiêu đề:b", (Term("subject", "a"), Term("subject", "b"))),
    ("tệp:pdf filename:xls", (Term("filename", "pdf"), Term("filename", "xls"))),
    ('-rác -"cụm từ" -from:x', (Term("text", "rác", False), Term("text", "cụm từ", False), Term("from", "x", False))),
    ('"chưa xong', (Term("text", "chưa xong"),)),
    ("http://a.vn họp:sáng e-mail", (Term("text", "http://a.vn"), Term("text", "họp:sáng"), Term("text", "e-mail"))),
    ('"chưa đọc"', (Term("text", "chưa đọc"),)),
    ('- : -- ""', (Term("text", ":"),)),
)  # fmt: skip


@pytest.mark.parametrize(("text", "terms"), SAMPLES)
def test_words_are_taken_apart(text: str, terms: tuple[Term, ...]) -> None:
    for form in ("NFC", "NFD"):
        assert parse(unicodedata.normalize(form, text)).terms == terms  # type: ignore[arg-type]


def test_states_days_and_sizes() -> None:
    query = parse('chưa đọc is:starred có:tệp sau:01/11/2026 trước:12/2026 trong:"Lưu trữ" in:inbox lớn hơn:5MB')
    assert (query.flags_clear, query.flags_set, query.attachments) == (SEEN, FLAGGED, True)
    assert (query.since, query.before) == (date(2026, 11, 1), date(2026, 12, 1))
    assert query.folders == ("Lưu trữ", "inbox") and query.larger == 5 << 20 and not query.terms
    assert parse("larger: 300KB nhỏ hơn:2").larger == 300 << 10 and parse("nhỏ hơn:2").smaller == 2 << 20
    assert parse("-is:unread").flags_set == SEEN and parse("-has:attachment").attachments is False
    assert parse("trước:32/13/2026 là:gì có:x lớn hơn:to").problems == (
        ("before", "32/13/2026"), ("is", "gì"), ("has", "x"), ("larger", "to"),
    )  # fmt: skip
    assert span("2026") == (date(2026, 1, 1), date(2027, 1, 1)) and span("12/2026") == (
        date(2026, 12, 1),
        date(2027, 1, 1),
    )
    assert span("29/02/2026") is None and span("9999") is None and parse("x" * 5000).terms[0].text == "x" * 400
    assert parse("").empty and parse("là:gì").empty and not parse("là:sao").empty


def test_found_words_are_marked_however_they_are_written() -> None:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "Khảo sát <học> Đường")
        shown = str(marked(text, ("khao sat", "duong")))
        assert unicodedata.normalize("NFC", shown) == "<mark>Khảo sát</mark> &lt;học&gt; <mark>Đường</mark>"
    assert str(marked("aaa", ("aa",))) == "<mark>aaa</mark>" and str(marked("<b>", ("",))) == "&lt;b&gt;"
    assert excerpt("mot " * 50 + "Cần tìm\nở đây", ("can tim",)).startswith("… ")


def test_every_folder_is_searched_and_named(site: Site) -> None:
    put(site, 1, subject="Khao sat truong", body="noi dung mot")
    put(site, 2, subject="Hop giao ban", body="cuoi thu co nhac khao sat nhe")
    put(site, 3, subject="Khac han")
    client, inbox = site.signed_in("daonth"), site.inbox("daonth")
    act(client, f"/thu/{inbox}/viec", thu=f"{inbox}-2", viec="luu-tru")
    page = client.get("/thu/tim?q=khảo+sat")
    assert page.status_code == 200 and len(rows(client.get("/thu/tim?q=khao+sat"))) == 2
    found = client.get("/thu/tim?q=khao+sat")
    assert (
        "<mark>Khao</mark> <mark>sat</mark>" in found.text and "nhac <mark>khao</mark> <mark>sat</mark>" in found.text
    )
    assert 'chip where">Lưu trữ<' in found.text and "2 thư, mới nhất trước" in found.text
    for query, count in (
        ("khao sat trong:inbox", 1), ('trong:"luu tru"', 1), ("từ:a1@b", 1), ("from:nguyen -tu:a1", 2),
        ("chủ đề:khao", 1),
        ('"sat nhe"', 1), ("-khao", 1), ("đến:daonth", 0),
        ("is:unread", 3), ("là:sao", 0), ("có:tệp", 0),
        ("sau:23/11/2026", 3), ("trước:2020", 0), ("lớn hơn:1MB", 0), ("larger:1b", 3), ("a1@b khao", 1),
    ):  # fmt: skip
        assert len(rows(client.get("/thu/tim", params={"q": query}))) == count, query
    assert "Không có thư mục “zz”" in client.get("/thu/tim?q=trong:zz").text
    assert "Không hiểu ngày “abc”" in client.get("/thu/tim?q=sau:abc").text


def test_a_row_shows_the_place_where_it_was_found(site: Site) -> None:
    put(site, 1, subject="An trua", body="Chi, trua nay phong em di an bun, chi di cung nhe, chieu em nop bieu mau sau")
    put(site, 2, subject="Bieu mau", body="Kinh gui quy phong, xin gui theo thu nay mot tep bieu mau de dien")
    found = site.signed_in("daonth").get("/thu/tim?q=bieu+mau").text
    assert "… di cung nhe, chieu em nop <mark>bieu</mark> <mark>mau</mark> sau" in found
    assert "Kinh gui quy phong, xin gui theo thu nay" in found  # its subject has shown why


def test_all_that_match_are_moved_and_brought_back(site: Site) -> None:
    for n in range(60):
        put(site, n, subject=f"Quang cao {n}" if n % 2 else f"Viec {n}")
    client, inbox = site.signed_in("daonth"), site.inbox("daonth")
    done = act(client, "/thu/viec", **{"tat-ca": "1", "tim": "quang cao", "viec": "thu-rac", "ve": "/thu"})
    assert "Đã chuyển 30 thư vào “Thư rác”" in done.text
    assert (box(site, "Thư rác").messages, box(site, "INBOX").messages) == (30, 30)
    act(client, "/thu/viec", thu=[f"{box(site, 'Thư rác').id}-1", f"{inbox}-1"], viec="sao")
    assert len(rows(client.get("/thu/tim?q=la:sao"))) == 2
    done = act(client, f"/thu/{inbox}/viec", **{"tat-ca": "1", "tim": "viec", "viec": "da-doc"})
    assert "Đã đánh dấu 30 thư" in done.text


def test_pages_of_an_answer_follow_one_another(site: Site) -> None:
    for n in range(117):
        put(site, n)
    client = site.signed_in("daonth")
    seen: list[str] = []
    address = "/thu/tim?q=thu+so"
    while address:
        page = client.get(address)
        seen += re.findall(r'data-code="([\d-]+)"', page.text)
        following = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 117


def test_files_are_found_by_name_and_shown(site: Site) -> None:
    for name in ("01-ext-bo.eml", "09-thu-ca-nhan.eml"):
        site.deliver(sample(name), ADDRESS)
    client = site.signed_in("daonth")
    page = client.get("/thu/tim", params={"q": "có:tệp"})
    assert len(rows(page)) == 1 and "file-chip" in page.text
    name = re.search(r'file-chip">.*?class="cut">([^<]+)<', page.text, re.DOTALL)
    assert name is not None
    ending = name[1].rpartition(".")[2]
    assert len(rows(client.get("/thu/tim", params={"q": f"tệp:{ending}"}))) == 1
    assert len(rows(client.get("/thu/tim", params={"q": "tệp:khong-co-ten-nay"}))) == 0


def test_the_form_writes_the_query(site: Site) -> None:
    client = site.signed_in("daonth")
    fields = {
        "ky": "1", "chua": "khảo sát", "tu": "Nguyễn Lan", "chu_de": "học", "tu_ngay": "2026-11-01",
        "den_ngay": "2026-11-30", "trong": "Lưu trữ", "lon_hon": "5MB", "co_tep": "1", "chua_doc": "1",
        "khong": "rác thải",
    }  # fmt: skip
    query = client.get("/thu/tim", params=fields, follow_redirects=True).url.params["q"]
    asked = parse(query)
    assert asked.problems == () and asked.words == ("khảo", "sát", "Nguyễn Lan", "học")
    assert (asked.since, asked.before) == (date(2026, 11, 1), date(2026, 12, 1))
    assert asked.folders == ("Lưu trữ",) and asked.attachments and asked.flags_clear == SEEN and asked.larger == 5 << 20
    assert [term.text for term in asked.terms if not term.wanted] == ["rác", "thải"]


def test_the_palette_finds_letters(site: Site) -> None:
    put(site, 1, subject="Khao sat truong")
    hits = site.office.db.read_now(mail_search.find, site.account_id("daonth"), "khảo sat từ:a1", 5)
    assert not hits  # with marks it is exact
    (hit,) = site.office.db.read_now(mail_search.find, site.account_id("daonth"), "khao sat từ:a1", 5)
    assert hit.title == "Khao sat truong" and hit.address == f"/thu/{site.inbox('daonth')}/1"
    assert not site.office.db.read_now(mail_search.find, site.account_id("nganltt"), "khao sat", 5)
