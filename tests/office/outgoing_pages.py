"""What people do on the pages of outgoing documents, with a browser without JavaScript."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import httpx

from tests.documents.making_pdf import scan_pdf
from tests.office.outgoing_world import word
from tests.web.webhouse import Site, token_of

Files = list[tuple[str, tuple[str, bytes, str]]]
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass
class Hand:
    """One person at a browser."""

    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def text(self, path: str) -> str:
        """The page, its entities resolved, blanks drawn together."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-2000:])
        return html.unescape(re.sub(r"\s+", " ", answer.text))

    def post(self, path: str, files: Files | None = None, **fields: str | list[str]) -> httpx.Response:
        """Send the form of a page that bears the person's token."""
        token = token_of(self.client.get("/van-ban-di/dang-xu-ly"))
        return self.client.post(path, data={"ma": token, **fields}, files=files)

    def does(self, path: str, files: Files | None = None, **fields: str | list[str]) -> None:
        answer = self.post(path, files, **fields)
        assert answer.status_code == 303, (path, answer.status_code, said(answer))


def said(answer: httpx.Response) -> str:
    """The words of refusal on a page."""
    found = re.findall(r'role="alert">(.*?)</(?:p|div)>', answer.text, re.S)
    return html.unescape(re.sub(r"<[^>]*>", "", " ".join(found))) or answer.text[-1500:]


def glance_of(page: str) -> str:
    """The address of what the Word file beside a document says."""
    found = re.search(r'<iframe class="letter-frame glance"[^>]* src="([^"]+)"', page)
    assert found is not None, page[-1500:]
    return found[1]


def original(*lines: str, name: str = "du-thao.docx") -> Files:
    return [("tep_goc", (name, word(*lines), WORD_TYPE))]


def scan() -> Files:
    return [("ban_ky", ("ban-ky.pdf", scan_pdf(), "application/pdf"))]


@dataclass
class Bureau:
    """The people an outgoing document passes, each at a browser."""

    house: Site

    def __post_init__(self) -> None:
        self._hands: dict[str, Hand] = {}

    def __getitem__(self, username: str) -> Hand:
        if username not in self._hands:
            self._hands[username] = Hand(self.house.signed_in(username))
        return self._hands[username]

    def draft(self, *lines: str, by: str = "khuetm", **fields: str) -> str:
        """A draft; the address of its page."""
        values = {
            "type_name": "Quyết định",
            "subject": "ban hành Kế hoạch kiểm tra chuyển đổi số",
            "signer": str(self.house.account_id("nganltt")),
            "recipients": "- Như Điều 3;\n- Lưu: VT, GDTrH.",
        }
        answer = self[by].post("/van-ban-di/moi", original(*lines), **values | fields)
        assert answer.status_code == 303, said(answer)
        return answer.headers["location"]

    def to_waiting(self, place: str, signer: str = "nganltt") -> None:
        """Through all approvals to the clerks' desk."""
        self["khuetm"].does(f"{place}/trinh")
        self["dungmh"].does(f"{place}/duyet")
        self["khuetm"].does(f"{place}/chuyen-the-thuc")
        self["lyhc"].does(f"{place}/the-thuc", phieu_page="Lề trái 32 mm")
        self[signer].does(f"{place}/ky")
        self["khuetm"].does(f"{place}/lay-so")

    def numbered(self, **fields: str) -> str:
        place = self.draft(**fields)
        self.to_waiting(place)
        self["daonth"].does(f"{place}/cap-so")
        return place

    def issued(self, *units: str, outside: str = "", **fields: str) -> str:
        place = self.numbered(**fields)
        self["daonth"].does(f"{place}/ban-ky", scan())
        self["daonth"].does(f"{place}/phat-hanh", don_vi=list(units), ngoai=outside)
        return place
