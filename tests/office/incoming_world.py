"""The demo organisation as a running service with a clock that stands: web, SMTP and IMAP clients from outside."""

from __future__ import annotations

import asyncio
import email
import re
import smtplib
import ssl
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email import policy
from email.message import EmailMessage
from typing import Any, TypeVar

import httpx
from imapclient import IMAPClient
from lxml import html

from mailsvc.app import Service
from mailsvc.core.clock import OFFICE_ZONE, FixedClock
from mailsvc.documents.fields import Fields
from mailsvc.documents.register import register_paper
from mailsvc.documents.routing.orders import COOPERATE, INFORM, LEAD, Order
from mailsvc.mail.office import Office
from mailsvc.store import accounts, mailboxes, placements, routing, verify
from mailsvc.store.documents import Document
from mailsvc.store.routing import Flow, Line
from mailsvc.store.tx import Tx
from tests.web.webhouse import PASSWORD

T = TypeVar("T")
ORG = "SGDDT"
CLERKS = "vanthu@sogddt.tayninh.gov.vn"
OUTSIDE = "vpub.demo@vanban-demo.example"
WORK, DONE, RETURNED = "Văn bản/Việc của tôi", "Văn bản/Đã xong", "Văn bản/Trả lại"

FIELDS = Fields(
    type_name="Công văn",
    code="123/UBND-VX",
    issue_date="2026-11-20",
    issuer="Ủy ban nhân dân tỉnh Tây Ninh",
    subject="tăng cường phòng, chống tai nạn đuối nước trẻ em",
)


@dataclass
class Desk:
    """The office with all its doors on an event loop of its own thread; the test is the outside."""

    office: Office
    clock: FixedClock
    loop: asyncio.AbstractEventLoop | None = None
    service: Service | None = None
    clients: list[Any] = field(default_factory=list)

    # ---- straight at the work functions ----
    def write(self, fn: Any, *arguments: Any, **named: Any) -> Any:
        return self.office.db.write_now(fn, *arguments, **named)

    def read(self, fn: Any, *arguments: Any, **named: Any) -> Any:
        return self.office.db.read_now(fn, *arguments, **named)

    def __getitem__(self, username: str) -> int:
        return self.read(accounts.by_username, username).id  # type: ignore[no-any-return]

    def paper(self, **changes: str) -> Document:
        """A document in the register, entered by hand."""
        from dataclasses import replace

        return self.write(register_paper, self["daonth"], ORG, replace(FIELDS, **changes))  # type: ignore[no-any-return]

    def flow(self, document_id: int) -> Flow:
        return self.read(routing.flow, document_id)  # type: ignore[no-any-return]

    def lines(self, document_id: int) -> list[Line]:
        return self.read(routing.lines_of, document_id)  # type: ignore[no-any-return]

    def line(self, document_id: int, username: str) -> Line:
        """The latest line of a person or unit (by username of the account)."""
        wanted = self.read(accounts.by_username, username).id
        return [one for one in self.lines(document_id) if one.assignee_id == wanted][-1]

    def folder(self, username: str, name: str) -> list[str]:
        """Subjects of the letters in a folder."""
        return self.read(_subjects, username, name)  # type: ignore[no-any-return]

    def set_time(self, text: str) -> None:
        """`2026-11-24 08:30` at the office."""
        moment = datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE)
        self.clock.advance(int(moment.timestamp() * 1000) - self.clock.now_ms())

    # ---- doors ----
    def open_doors(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.service = Service(self.office)
        self.run(self.service.__aenter__())

    def close(self) -> None:
        """Whatever a test did, what the store holds is sound."""
        assert self.read(verify.structure) == []
        for client in self.clients:
            client()
        if self.service is not None and self.loop is not None:
            self.run(self.service.__aexit__(None, None, None))
            self.loop.call_soon_threadsafe(self.loop.stop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    @property
    def url(self) -> str:
        """Where the office's pages are, once its doors are open."""
        assert self.service is not None
        return f"http://127.0.0.1:{self.service.http.port}"

    def browser(self, username: str) -> Browser:
        made = Browser(self.url, username)
        self.clients.append(made.client.close)
        return made

    @contextmanager
    def mail(self, username: str) -> Iterator[IMAPClient]:
        assert self.service is not None
        client = IMAPClient("127.0.0.1", self.service.imap.ports["imaps"], ssl_context=_unverified())
        client.login(username, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def arrive(self, data: bytes, recipient: str = CLERKS) -> None:
        """Mail from another server."""
        assert self.service is not None
        with smtplib.SMTP("127.0.0.1", self.service.smtp.ports["mx"], timeout=20) as client:
            client.sendmail(OUTSIDE, [recipient], data)

    def submit(self, username: str, message: EmailMessage) -> None:
        """Mail that a person sends from a mail client."""
        assert self.service is not None
        with smtplib.SMTP("127.0.0.1", self.service.smtp.ports["submission"], timeout=20) as client:
            client.starttls(context=_unverified())
            client.login(username, PASSWORD)
            client.send_message(message)

    def letter_of(self, username: str, folder: str = WORK) -> EmailMessage:
        """The latest letter in a folder, as a mail client fetches it."""
        with self.mail(username) as client:
            client.select_folder(folder)
            uid = client.search()[-1]
            return email.message_from_bytes(client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"], policy=policy.default)

    def reply(self, username: str, original: EmailMessage, text: str, *files: tuple[str, bytes]) -> None:
        """Answer a letter as a mail client does."""
        message = EmailMessage()
        message["From"] = f"{username}@sogddt.tayninh.gov.vn"
        message["To"] = str(original["Reply-To"] or original["From"])
        message["Subject"] = "Re: " + " ".join(str(original["Subject"]).split())
        message["In-Reply-To"] = message["References"] = str(original["Message-ID"])
        message.set_content(text + "\n\nVào 08:00 24/11/2026, Văn thư đã viết:\n> Nội dung cũ\n")
        for name, data in files:
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        self.submit(username, message)


class Browser:
    """A browser without JavaScript: pages and the forms on them."""

    def __init__(self, url: str, username: str) -> None:
        self.client = httpx.Client(base_url=url, follow_redirects=True, timeout=30)
        self.answer = self.client.get("/dang-nhap")
        token = re.search(r'name="ma" value="([0-9a-f]{64})"', self.answer.text)
        assert token is not None
        data = {"ma": token[1], "ten": username, "mat_khau": PASSWORD, "tiep": "/"}
        self.answer = self.client.post("/dang-nhap", data=data)
        assert self.answer.status_code == 200, self.answer.text[:500]

    def open(self, path: str, status: int = 200) -> str:
        """Open a page; its text with single blanks."""
        self.answer = self.client.get(path)
        assert self.answer.status_code == status, self.answer.text[:2000]
        return self.text

    @property
    def page(self) -> html.HtmlElement:
        return html.fromstring(self.answer.text)

    @property
    def text(self) -> str:
        return " ".join(self.page.text_content().split())

    def form(self, action: str) -> dict[str, Any]:
        """What the form with that action would send as it is."""
        for form in self.page.forms:
            if (form.get("action") or "").endswith(action):
                return dict(form.form_values())
        actions = [form.get("action") for form in self.page.forms]
        raise AssertionError(f"no form {action}: {actions}")

    def send(self, action: str, status: int = 200, files: Any = None, **values: Any) -> str:
        """Fill in and send the form with that action; the text of the page that follows."""
        for form in self.page.forms:
            if (form.get("action") or "").endswith(action):
                break
        else:
            raise AssertionError(f"no form {action}: {[one.get('action') for one in self.page.forms]}")
        data = dict(form.form_values()) | values
        self.answer = self.client.post(str(form.get("action")), data=data, files=files)
        assert self.answer.status_code == status, self.answer.text[-3000:]
        return self.text


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _subjects(tx: Tx, username: str, name: str) -> list[str]:
    account = accounts.by_username(tx, username)
    assert account is not None
    box = mailboxes.find(tx, account.id, name)
    if box is None:
        return []
    return [row[1] for row in placements.rows(tx, box.id, 1, 1 << 40, ("uid", "subject"))]


def lead(receiver: str, deadline: str = "") -> Order:
    return Order(receiver, LEAD, deadline, "lead")


def cooperate(receiver: str, deadline: str = "") -> Order:
    return Order(receiver, COOPERATE, deadline, f"row-{receiver}")


def inform(receiver: str) -> Order:
    return Order(receiver, INFORM, "", f"row-{receiver}")


def day(text: str) -> date:
    return date.fromisoformat(text)
