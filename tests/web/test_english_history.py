"""Histories in English: the house's sentences are said, what people wrote and what is stored stays as it is."""

from __future__ import annotations

from contextvars import copy_context

import pytest

from mailsvc.core.actor import Actor
from mailsvc.documents import register
from mailsvc.documents.fields import Fields
from mailsvc.documents.routing import directing
from mailsvc.documents.routing.orders import LEAD, Order
from mailsvc.store import documents, preferences
from tests.web.webhouse import Site
from webmail import i18n
from webmail.history_words import retold

LINES = {
    "Nhận bản giấy.": "Received on paper.",
    "Nhận thư của Hà <ha@x.vn>: “Mời (họp)” (Chuyển tiếp).": "Mail from Hà <ha@x.vn>: “Mời (họp)” (Forwarded).",
    "Vào sổ văn bản đến, số đến 12/2026.": "Entered in the register of incoming documents, arrival number 12/2026.",
    "Sửa Trích yếu: “a; b: “c” d” thành “e”; Ký hiệu: “” thành “UBND”. Lý do: gõ nhầm": (
        "Changed Summary: “a; b: “c” d” to “e”; Symbol: “” to “UBND”. Reason: gõ nhầm"
    ),
    "Bút phê: “Giao phòng. Chủ trì: làm gấp.”. Chủ trì: Phòng GDTrH (hạn 30/11/2026). Phối hợp: A, B.": (
        "Direction: “Giao phòng. Chủ trì: làm gấp.”. Lead: Phòng GDTrH (due 30/11/2026). Cooperating: A, B."
    ),
    "Lưu để biết. Văn thư chuyển. Nhận để biết: A.": (
        "Filed for information. Transferred by the clerk. For information: A."
    ),
    "Trần Minh Khuê: Giao lại: “bận”. Chủ trì: B.": "Trần Minh Khuê: Reassigned: “bận”. Lead: B.",
    "Đang xử lý, 50 %. Đã nhận việc.": "In progress, 50 %. Đã nhận việc.",  # the second is his own words
    "Đã rút lượt của Trần Minh Khuê. nhầm": "Withdrawn: the turn of Trần Minh Khuê. nhầm",
    "Đồng ý xin gia hạn đến 30/11/2026. Cố lên": "Granted until 30/11/2026: asks for more time. Cố lên",
    "Kết thúc văn bản (phối hợp xong).": "Document closed (cooperation is done).",
    "Bản giấy: đã lưu (tủ 3).": "Paper: filed (tủ 3).",
    "Ý kiến: Đồng ý. Sửa câu 2": "Opinion: Agrees. Sửa câu 2",
    "Ý kiến: Tôi đồng ý": "Opinion: Tôi đồng ý",
    "Trả lại ở bước “Kiểm tra thể thức”. Lý do: sai lề": "Returned at the step “Format check”. Reason: sai lề",
    "Cấp số 12/QĐ-SGDĐT, ngày 24/11/2026.": "Number 12/QĐ-SGDĐT given, dated 24/11/2026.",
    "Cấp số 12a/QĐ-SGDĐT, ngày 24/11/2026 (số chen, lý do: sót).": (
        "Number 12a/QĐ-SGDĐT given, dated 24/11/2026 (inserted, reason: sót)."
    ),
    "Phiên bản 2: bỏ bớt tệp.": "Version 2: files left out.",
    "Thay thế văn bản 12/QĐ-SGDĐT ngày 01/02/2026.": "Replaces the document 12/QĐ-SGDĐT ngày 01/02/2026.",
    "Giao việc cho A (chủ trì), B (phối hợp).": "Task given to A (lead), B (cooperating).",
    "Kết thúc: hoàn thành tốt. Cảm ơn": "Closed: done well. Cảm ơn",
    "Một câu không ai biết.": "Một câu không ai biết.",
    "Sửa" + " “" * 1900: "Sửa" + " “" * 1900,
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_said_in_english(line: str) -> None:
    assert retold(line) == line
    assert copy_context().run(_in_english, line) == LINES[line]


def _in_english(line: str) -> str:
    i18n.speak(i18n.ENGLISH)
    return retold(line)


def test_the_page_of_a_document_tells_its_history_in_english(site: Site) -> None:
    clerk, leader = site.account_id("daonth"), site.account_id("nganltt")
    fields = Fields(issuer="UBND", subject="Về việc thử", code="1/UBND")
    document = site.office.db.write_now(register.register_paper, clerk, "SGDDT", fields)
    orders = [Order("u:GDTRH", LEAD, "30/11/2026", "lead")]
    site.office.db.write_now(directing.direct, Actor(leader), document.id, "Làm ngay.", orders, version=1)
    page = site.signed_in("daonth").get("/van-ban-den/2026/1").text
    assert "Vào sổ văn bản đến, số đến 1/2026." in page and "Bút phê: “Làm ngay.”" in page
    site.office.db.write_now(preferences.put, clerk, {"language": "en"})
    page = site.signed_in("daonth").get("/van-ban-den/2026/1").text
    assert "arrival number 1/2026." in page and "Direction: “Làm ngay.”. Lead:" in page and "(due 30/11/2026)" in page
    assert "Bút phê: “" not in page
    stored = [one.text for one in site.office.db.read_now(documents.events_of, document.id)]
    assert any(one.startswith("Bút phê: “Làm ngay.”") for one in stored)
