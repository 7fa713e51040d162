"""The main job through the front doors of a running service: a letter comes in from outside, a colleague forwards it,
the clerk's mail client hears of it, the clerk enters it in the register on the web, finds it again and answers."""

from __future__ import annotations

import email
import json
import re
import smtplib
import ssl
import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from imapclient import IMAPClient
from lxml import html

from tests.live import DemoUser, Live
from tests.places import SAMPLES

CLERKS = "vanthu@sogddt.tayninh.gov.vn"
OUTSIDE = "vpub.demo@ubnd-demo.example"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A service of this module's own: the register begins at 1."""
    live = Live(tmp_path_factory.mktemp("day") / "data").start()
    yield live
    if live.process is not None:
        live.stop()


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def arrive(live: Live, recipient: str, data: bytes) -> None:
    """Mail from another server."""
    with smtplib.SMTP(live.host, live.port("mx"), timeout=20) as client:
        client.sendmail(OUTSIDE, [recipient], data)


def submit(live: Live, user: DemoUser, message: EmailMessage) -> None:
    """Mail that a person sends from a mail client."""
    with smtplib.SMTP(live.host, live.port("submission"), timeout=20) as client:
        client.starttls(context=unverified())
        client.login(user.username, user.password)
        client.send_message(message, user.address, [str(message["To"])])


def forwarded(user: DemoUser, original: bytes) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = user.address, CLERKS, "Fwd: gửi văn thư"
    message.set_content("Kính chuyển văn thư.")
    message.add_attachment(email.message_from_bytes(original), filename="thu-goc.eml")
    return message


class Browser:
    """A browser without JavaScript: pages and the forms on them."""

    def __init__(self, live: Live, user: DemoUser) -> None:
        self.client = httpx.Client(base_url=live.url, follow_redirects=True, timeout=30)
        self.page = html.fromstring(self.client.get("/").text)
        self.send({"ten": user.username, "mat_khau": user.password}, button=None)

    def open(self, path: str) -> html.HtmlElement:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text[:500]
        self.page = html.fromstring(answer.text)
        return self.page

    def send(self, values: dict[str, str], button: str | None) -> httpx.Response:
        """Fill in and send the form that has these fields (and a button with this text)."""
        for form in self.page.forms:
            texts = [one.text_content().strip() for one in form.iter("button")]
            pressed = button is None or any(one.startswith(button) for one in texts)
            if set(values) <= set(form.fields.keys()) and pressed:
                data = dict(form.fields) | values
                answer = self.client.request(form.method, form.action or str(self.page.base_url or ""), data=data)
                assert answer.status_code == 200, answer.text[:500]
                self.page = html.fromstring(answer.text)
                return answer
        raise AssertionError(f"no form with {list(values)} and {button}")


def text_of(page: html.HtmlElement) -> str:
    return " ".join(page.text_content().split())


def open_mail(live: Live, user: DemoUser) -> IMAPClient:
    client = IMAPClient(live.host, live.port("imaps"), ssl_context=unverified())
    client.login(user.username, user.password)
    return client


@pytest.mark.client
def test_the_clerks_day(service: Live) -> None:
    live, colleague, clerk = service, service.user("chuyen_vien"), service.user("van_thu")
    original = (SAMPLES / "mail" / "01-ext-ubnd-tinh.eml").read_bytes()

    # A letter from outside comes to a colleague, who reads it in a mail client and forwards it to the clerks.
    arrive(live, colleague.address, original)
    with open_mail(live, colleague) as mail:
        assert mail.select_folder("INBOX")[b"EXISTS"] == 1
        raw = mail.fetch([1], ["BODY[]"])[1][b"BODY[]"]
    assert raw.startswith(b"Return-Path: <" + OUTSIDE.encode())
    assert email.message_from_bytes(raw)["Message-ID"] == email.message_from_bytes(original)["Message-ID"]

    # The clerk's mail client hears of it while it idles.
    with open_mail(live, clerk) as mail:
        mail.select_folder("Dùng chung/vanthu")
        mail.idle()
        submit(live, colleague, forwarded(colleague, raw))
        assert (1, b"EXISTS") in mail.idle_check(timeout=20)
        mail.idle_done()

    # On the web it waits with what it is and whence it came, already filled in.
    browser = Browser(live, clerk)
    listed = wait_for_proposal(live, browser, "2314/UBND-KGVX")
    assert "đuối nước" in listed
    browser.open(entry_links(browser.page)[0])
    form = next(one for one in browser.page.forms if "subject" in one.fields or "trich_yeu" in one.fields)
    filled = dict(form.fields)
    assert "2314/UBND-KGVX" in filled.values()
    subject_field = "subject" if "subject" in filled else "trich_yeu"
    assert filled[subject_field].startswith("tăng cường phòng, chống tai nạn đuối nước")

    # Confirmed: number 1 of the year.
    browser.send({subject_field: filled[subject_field]}, button="Lưu vào sổ")
    assert "Số đến" in text_of(browser.page)
    assert [row["arrival_number"] for row in register(live)] == [1]
    found = text_of(browser.open("/van-ban-den?tim=duoi+nuoc"))
    assert "2314/UBND-KGVX" in found
    assert "2314/UBND-KGVX" not in text_of(browser.open("/van-ban-den?tim=khong+co+dau"))

    # The mail shows it too, and the chain holds after a restart.
    with open_mail(live, clerk) as mail:
        mail.select_folder("Dùng chung/vanthu")
        assert b"$VaoSo" in mail.get_flags([1])[1]
    assert live.stop() == 0
    live.start()
    assert [row["code"] for row in register(live)] == ["2314/UBND-KGVX"]
    checked = json.loads(live.cli("verify", "--deep", "--json").stdout)
    assert checked["findings"] == []


@pytest.mark.client
def test_filing_in_the_folder_opens_an_entry(service: Live) -> None:
    clerk = service.user("van_thu")
    before = len(waiting(service))
    with open_mail(service, clerk) as mail:
        for name in ("01-ext-bo.eml", "09-thu-ca-nhan.eml", "12-thu-bao-loi-dsn.eml"):
            mail.append("INBOX", (SAMPLES / "mail" / name).read_bytes())
        mail.select_folder("INBOX")
        mail.copy([1, 2, 3], "Văn bản đến/Chờ vào sổ")
    rows = waiting(service)
    assert len(rows) == before + 1
    assert rows[0]["channel"] == "folder"
    assert rows[0]["subject"].startswith("Công văn 5120/BGDĐT-GDPT")


@pytest.mark.client
def test_the_answer_waits_in_the_queue_for_the_outside(service: Live) -> None:
    clerk = service.user("van_thu")
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = clerk.address, "vpub@khong-co.invalid", "Trả lời công văn 2314"
    answer.set_content("Đã nhận.")
    submit(service, clerk, answer)
    queued = json.loads(service.cli("queue", "list", "--json").stdout)
    assert [row["recipient"] for row in queued] == ["vpub@khong-co.invalid"] or told_at_once(service, clerk)


def told_at_once(live: Live, clerk: DemoUser) -> bool:
    """A name server that says at once that there is no such domain makes a report instead of a wait."""
    with open_mail(live, clerk) as mail:
        mail.select_folder("INBOX")
        return bool(mail.search(["SUBJECT", "Undeliver"]) or mail.search(["FROM", "MAILER-DAEMON"]))


def wait_for_proposal(live: Live, browser: Browser, code: str) -> str:
    """The list of what waits, once the worker has read the files of the entry."""
    end = time.monotonic() + 30
    while not any((row["proposal"].get("document") or {}).get("code") == code for row in waiting(live)):
        assert time.monotonic() < end, waiting(live)
    return text_of(browser.open("/van-ban-den/cho-vao-so"))


def entry_links(page: html.HtmlElement) -> list[str]:
    links = [str(link) for _, _, link, _ in page.iterlinks()]
    return [link for link in links if re.fullmatch(r"/van-ban-den/cho-vao-so/\d+", link)]


def register(live: Live) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(live.cli("register", "list", "--json").stdout)
    return rows


def waiting(live: Live) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(live.cli("intake", "list", "--json").stdout)
    return rows
