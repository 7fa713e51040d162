"""Quản trị, Sức khỏe: DNS, backups, ticks, errors of the log, the database and its index, each in a sentence."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from mailsvc.core import log
from mailsvc.core.settings import Settings
from mailsvc.jobs import ticks
from mailsvc.mail.office import Office
from mailsvc.store import search
from tests.browsing import WIDTHS, look, open_page, sign_in
from tests.mail.outside import NameServer
from tests.web.webhouse import Site, token_of

PAGE = "/quan-tri"
ONE, TWO = "sogddt.tayninh.gov.vn", "tayninh.gov.vn"
HOUR = 3600


@pytest.fixture
def troubles() -> Iterator[log.Troubles]:
    """The handler that the service puts on the root logger."""
    root = logging.getLogger()
    log.troubles.forget()
    root.addHandler(log.troubles)
    yield log.troubles
    root.removeHandler(log.troubles)
    log.troubles.forget()


def let(site: Site, section: str, **values: Any) -> None:
    """Settings as an administrator would write them."""
    settings: Settings = site.office.settings
    changed = getattr(settings, section).model_copy(update=values)
    object.__setattr__(site.office, "settings", settings.model_copy(update={section: changed}))


@pytest.fixture
def zone(site: Site) -> Iterator[dict[tuple[str, str], list[str]]]:
    """What a real name server says, which the office asks."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    server = NameServer()
    site.run(server.start(sock))
    let(site, "queue", dns_server=f"127.0.0.1:{sock.getsockname()[1]}")
    yield server.zone
    site.loop.call_soon_threadsafe(server.stop)


def publish(zone: dict[tuple[str, str], list[str]]) -> None:
    """One domain is nearly right, of the other hardly anything is there."""
    zone[ONE, "MX"] = ["10 mail.sogddt.tayninh.gov.vn."]
    zone[ONE, "TXT"] = ['"v=spf1 mx -all"']
    zone[f"mailsvc._domainkey.{ONE}", "TXT"] = ['"v=DKIM1; p=KHAC"']
    zone[f"_dmarc.{ONE}", "TXT"] = ['"v=DMARC1; p=none"']
    zone[TWO, "TXT"] = ['"v=spf1 a ?all"']


def test_records_that_are_not_right_are_there_to_be_copied(site: Site, zone: dict[tuple[str, str], list[str]]) -> None:
    publish(zone)
    text = health(site)
    assert "Đúng: thư gửi về máy này." in text and "Khóa công bố khác khóa đang ký" in text
    assert "10 mail.sogddt.tayninh.gov.vn.</code>" in text  # of the other domain
    assert "v=DMARC1; p=none; rua=mailto:postmaster@tayninh.gov.vn</code>" in text
    assert "Đang có: v=spf1 a ?all" in text and f"MX {TWO}, SPF {TWO}" in text


def health(site: Site) -> str:
    answer = site.signed_in("admin").get(PAGE)
    assert answer.status_code == 200
    return answer.text


def test_a_name_server_that_does_not_answer_is_not_known(site: Site) -> None:
    let(site, "queue", dns_server="127.0.0.1:9")  # nobody there
    text = health(site)
    assert text.count("Chưa biết") >= 8 and "không trả lời kịp" in text
    assert "sogddt.tayninh.gov.vn" in text and "MX" in text and "DMARC" in text


def test_an_answer_is_kept_some_minutes_or_asked_for_again(site: Site, zone: dict[tuple[str, str], list[str]]) -> None:
    publish(zone)
    assert "Hỏi lúc 12:00" in health(site) and f"MX {ONE}" not in health(site)
    del zone[ONE, "MX"]
    site.clock.advance(9 * 60_000)
    assert "Hỏi lúc 12:00" in health(site) and f"MX {ONE}" not in health(site)
    client = site.signed_in("admin")
    answer = client.post(f"{PAGE}/dns", data={"ma": token_of(client.get(PAGE))})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#dns")
    assert "Hỏi lúc 12:09" in health(site) and f"MX {ONE}" in health(site)
    publish(zone)
    site.clock.advance(10 * 60_000)
    assert "Hỏi lúc 12:19" in health(site) and f"MX {ONE}" not in health(site)
    other = site.signed_in("phuongvh")
    assert other.post(f"{PAGE}/dns", data={"ma": token_of(other.get("/cai-dat"))}).status_code == 403


def test_backups_are_as_old_as_their_newest_file(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "sao-luu"
    assert "Chưa có bản sao lưu nào được biết tới." in health(site)
    let(site, "backup", folder=str(folder))
    assert "trống hoặc không đọc được" in health(site)
    (folder / "dem").mkdir(parents=True)
    (folder / "dem" / "rong.tar").touch()
    assert "trống hoặc không đọc được" in health(site)  # an empty file is no backup
    for hours, told in ((70, "Bản mới nhất cách đây 2 ngày."), (30, "30 giờ"), (3, "Bản mới nhất cách đây 3 giờ.")):
        file = folder / "dem" / f"{hours}.tar"
        file.write_bytes(b"x")
        moment = site.clock.now_ms() / 1000 - hours * HOUR
        os.utime(file, (moment, moment))
        text = health(site)
        assert told in text and ("Lẽ ra mới hơn 26 giờ" in text) is (hours > 26)


def test_ticks_that_are_late_or_failed(site: Site) -> None:
    assert "không chạy việc nào theo giờ" in health(site)
    for name, minutes, _ in ticks.TICKS:
        site.office.ticks.expect(name, minutes * 60_000, site.clock.now_ms())

    assert "vừa khởi động" in health(site)

    async def works(office: Office) -> None: ...

    async def fails(office: Office) -> None:
        raise ValueError("x")

    for name, _, _ in ticks.TICKS:
        site.run(ticks.run(site.office, name, works))
    assert f"{len(ticks.TICKS)} việc chạy đúng giờ." in health(site)
    with pytest.raises(ValueError, match="x"):
        site.run(ticks.run(site.office, "receipts", fails))
    assert "1 việc lần cuối bị lỗi." in health(site)
    site.clock.advance(30 * 60_000)
    text = health(site)
    assert "việc trễ giờ" in text and "trễ, lần cuối 12:00" in text
    assert "Nhắc hạn, thư đầu giờ, báo cáo" in text


def test_errors_without_secrets_and_without_words_of_others(site: Site, troubles: log.Troubles) -> None:
    assert "Không có lỗi nào" in health(site)
    logging.getLogger("mailsvc.mail.lane").error("smarthost refused us, password=bi-mat-lam")
    logging.getLogger("mailsvc.smtp").warning("a warning is no error")
    try:
        raise ValueError("Subject: Chuyen rieng tu")
    except ValueError:
        logging.getLogger("mailsvc.documents").exception("the entry 7 cannot be read\nSubject: Chuyen rieng tu")
        logging.getLogger("thu_vien").exception("Subject: Chuyen rieng tu")
    text = health(site)
    assert "smarthost refused us, password=***" in text and "bi-mat-lam" not in text
    assert "the entry 7 cannot be read: ValueError" in text and "thu_vien" in text
    assert "Chuyen rieng tu" not in text and "a warning" not in text
    for number in range(100):
        logging.getLogger("mailsvc.x").error("error %d", number)
    text = health(site)
    assert "error 99" in text and "error 70" in text and "error 69" not in text


def test_the_database_and_its_index(site: Site) -> None:
    while site.office.db.write_now(search.index_pending, 256):
        pass
    assert "Mọi thư đã vào chỉ mục." in health(site)
    site.deliver(b"Subject: x\r\n\r\ny\r\n", "daonth@sogddt.tayninh.gov.vn")
    text = health(site)
    waiting = not site.office.settings.store.url  # PostgreSQL keeps its index with each row
    assert ("1 thư chờ vào chỉ mục." if waiting else "Mọi thư đã vào chỉ mục.") in text and "chưa kể thư lớn" in text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_pictures(
    site: Site,
    browser: Browser,
    pictures: Path,
    troubles: log.Troubles,
    zone: dict[tuple[str, str], list[str]],
    width: int,
    height: int,
) -> None:
    publish(zone)
    for name, minutes, _ in ticks.TICKS:
        site.office.ticks.expect(name, minutes * 60_000, site.clock.now_ms())
        site.office.ticks.ran(name, site.clock.now_ms(), failed=name == "receipts")
    logging.getLogger("mailsvc.mail.lane").error("[4F2C9A] unexpected failure in outbound lane")
    page = open_page(browser, width, height)
    sign_in(page, site, "admin")
    page.goto(site.url + PAGE)
    look(page, pictures, "quan-tri-suc-khoe")
    page.locator(".dns-record [data-ready]").first.click()
    page.wait_for_selector("text=Đã chép giá trị.")
