"""Pages of tasks and figures in a real browser, at the width of a desk and of a phone."""

from __future__ import annotations

import pytest

from mailsvc.documents.following import problems
from mailsvc.documents.tasks import doing, giving, requests
from mailsvc.documents.tasks.giving import NewTask
from tests.browsing import WIDTHS, chromium, look, open_page, sign_in
from tests.office.following_world import actor, tick
from tests.office.incoming_world import Desk
from tests.office.test_r29_statistics import a_week
from tests.places import REPOSITORY

pytestmark = pytest.mark.browser

_PAGES = {
    "lyhc": (
        "/thong-ke", "/thong-ke/don-vi?ma=GDTRH", "/thong-ke/qua-han", "/thong-ke/giao-ban", "/thong-ke/giao-ban/1",
        "/thong-ke/thi-dua", "/vuong-mac", "/vuong-mac/1", "/bao-cao-ngay", "/van-ban-den/phan-cong",
    ),
    "dungmh": ("/cong-viec?muc=giao", "/cong-viec/moi", "/cong-viec/5", "/cong-viec/5/phieu"),
    "khuetm": ("/viec", "/cong-viec", "/cong-viec/1", "/bao-cao-ngay"),
}  # fmt: skip


def test_pages_fit_desks_and_phones(open_desk: Desk) -> None:
    desk, pictures = open_desk, REPOSITORY / "test-results" / "web"
    pictures.mkdir(parents=True, exist_ok=True)
    a_week(desk)
    content = "Rà soát kế hoạch của 12 trường, nêu rõ trường nào chưa đạt và hướng xử lý."
    new = NewTask("Tham mưu kế hoạch ôn tập tốt nghiệp", content, desk["khuetm"], (desk["hand"],), "30/11/2026",
                  "khan", advisory=True)  # fmt: skip
    task = desk.write(giving.send, actor(desk, "dungmh"), new)
    desk.write(doing.progress, actor(desk, "khuetm"), task.id, 40, "Đã có số liệu của 8 trường.")
    desk.write(requests.ask_extension, actor(desk, "khuetm"), task.id, "02/12/2026", "Chờ số liệu của 4 trường.")
    desk.write(problems.tell, actor(desk, "khuetm"), "Không ký số được", "Thẻ chứng thư số hết hạn từ tuần trước.")
    tick(desk)
    url = desk.url
    with chromium() as browser:
        for width, height in WIDTHS:
            for username, pages in _PAGES.items():
                page = open_page(browser, width, height)
                sign_in(page, desk, username)
                for address in pages:
                    answer = page.goto(url + address, wait_until="networkidle")
                    assert answer is not None and answer.status == 200, address
                    name = address.strip("/").replace("/", "-").partition("?")[0]
                    look(page, pictures, f"theo-doi-{name}-{username}")
