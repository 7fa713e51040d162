"""Pictures from elsewhere and signs of deceit: blocked first, fetched by us when wanted, never from our own network."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image

from mailsvc.net.dial import DialRules
from mailsvc.net.fetch import Bounds
from tests.web.webhouse import Site, sample, token_of
from webmail.remote_pictures import Gate

OWN = "phuongvh@sogddt.tayninh.gov.vn"


def png(width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


class Elsewhere:
    """Another web server, on loopback; what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        data, kind = png(), "image/png"
        if to.path.startswith("/chuyen"):
            to.send_response(302)
            to.send_header("Location", to.path.partition("=")[2])
            to.end_headers()
            return
        if to.path.startswith("/svg"):
            data, kind = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"
        elif to.path.startswith("/to"):
            data = b"\x89PNG\r\n\x1a\n" + b"x" * 3_000_000
        elif to.path.startswith("/bom"):
            data = png(1, 1)[:16] + (60000).to_bytes(4, "big") * 2 + png()[24:]
        elif to.path.startswith("/tung-khuc"):
            to.send_response(200)
            to.send_header("Transfer-Encoding", "chunked")
            to.end_headers()
            to.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data))
            return
        to.send_response(200)
        to.send_header("Content-Type", kind)
        to.send_header("Content-Length", str(len(data)))
        to.end_headers()
        to.wfile.write(data)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.server.shutdown()
    made.server.server_close()


def html_letter(html: str, sender: str = "Bản Tin <tin@bao.example>", more: str = "") -> bytes:
    head = f"From: {sender}\r\nTo: {OWN}\r\nSubject: Ảnh\r\n{more}Content-Type: text/html; charset=utf-8\r\n\r\n"
    return (head + html).encode()


def opened(site: Site, html: str) -> tuple[str, str]:
    uid = site.deliver(html_letter(html), OWN)
    base = f"/thu/{site.inbox('phuongvh')}/{uid}"
    return base, site.signed_in("phuongvh").get(base).text


def shown(site: Site, html: str, wish: str = "") -> tuple[str, str]:
    """The page and the body after "Hiện ảnh"."""
    client = site.signed_in("phuongvh")
    base, _ = opened(site, html)
    token = token_of(client.get(base))
    answer = client.post(f"{base}/anh", data={"ma": token, "nho": wish})
    assert answer.status_code == 303 and "?anh=" in answer.headers["location"]
    page = client.get(answer.headers["location"]).text
    frame = re.search(r'<iframe[^>]* src="([^"]+)"', page)
    assert frame is not None
    return page, client.get(frame[1]).text


def allow(site: Site, bounds: Bounds | None = None) -> None:
    gate = Gate(DialRules(allow_private=True), bounds or Bounds())
    site.door.application.state.picture_gate = gate


def test_pictures_wait_until_they_are_wanted(site: Site, elsewhere: Elsewhere) -> None:
    allow(site)
    base, page = opened(site, f'<p>Tin</p><img src="{elsewhere.url}/a.png" alt="Sân trường">')
    assert "Đã chặn 1 ảnh" in page
    body = site.signed_in("phuongvh").get(base + "/noi-dung").text
    assert elsewhere.url not in body and "/anh/ngoai/" not in body and 'alt="Sân trường"' in body
    assert elsewhere.asked == []
    forged = site.signed_in("phuongvh").get(base + "?anh=1").text
    assert "Đã chặn 1 ảnh" in forged  # a link from elsewhere cannot turn them on


def test_wanted_pictures_come_through_our_house(site: Site, elsewhere: Elsewhere) -> None:
    allow(site)
    page, body = shown(site, f'<p>Tin</p><img src="{elsewhere.url}/a.png?x=1&amp;y=2" width="40">')
    assert "Đã chặn" not in page and elsewhere.url not in body
    address = re.search(r'src="(/anh/ngoai/[\w-]+)"', body)
    assert address is not None
    answer = site.client().get(address[1], headers={"sec-fetch-site": "cross-site", "cookie": "a=b"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(answer.content)).size == (40, 30)
    ((path, fields),) = elsewhere.asked
    assert path == "/a.png?x=1&y=2" and not {"cookie", "referer", "x-forwarded-for"} & {*fields}
    broken = address[1][:-3] + ("AAA" if not address[1].endswith("AAA") else "BBB")
    assert site.client().get(broken).status_code == 404
    site.clock.advance(16 * 60_000)
    assert site.client().get(address[1]).status_code == 404


def test_nothing_inside_the_house_is_asked(site: Site, elsewhere: Elsewhere) -> None:
    """By default no private address is dialled, however it is written."""
    port = elsewhere.server.server_port
    hosts = ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "127.1", "0.0.0.0")
    html = "".join(f'<img src="http://{host}:{port}/a.png">' for host in hosts) + '<img src="http://100.64.0.1/a.png">'
    _, body = shown(site, html)
    found = re.findall(r'src="(/anh/ngoai/[\w-]+)"', body)
    assert len(found) == len(hosts) + 1
    for address in found:
        assert site.client().get(address).status_code == 404
    assert elsewhere.asked == []


def picture(site: Site, url: str) -> int:
    _, body = shown(site, f'<p>x</p><img src="{url}">')
    address = re.search(r'src="(/anh/ngoai/[\w-]+)"', body)
    assert address is not None
    return site.client().get(address[1]).status_code


def test_only_pictures_of_a_reasonable_size_get_through(site: Site, elsewhere: Elsewhere) -> None:
    allow(site, Bounds(octets=1_000_000))
    assert picture(site, f"{elsewhere.url}/tung-khuc.png") == 200
    assert picture(site, f"{elsewhere.url}/chuyen?den=/a.png") == 200
    for path in ("/svg.svg", "/to.png", "/bom.png", "/chuyen?den=" * 5 + "/a.png"):
        assert picture(site, elsewhere.url + path) == 404, path
    assert picture(site, f"{elsewhere.url}/chuyen?den=file:///etc/passwd") == 404


def test_pictures_that_count_readers_are_taken_out_and_counted(site: Site, elsewhere: Elsewhere) -> None:
    allow(site)
    html = (
        "<p>Tin</p>"
        f'<img src="{elsewhere.url}/x.gif" width="1" height="1"><img src="{elsewhere.url}/y.png" style="display:none">'
        f'<img src="{elsewhere.url}/track/open.php?id=7"><img src="{elsewhere.url}/anh.png" width="300">'
    )
    page, body = shown(site, html)
    assert "Đã bỏ 3 điểm ảnh theo dõi" in page and body.count("/anh/ngoai/") == 1


def test_a_sender_can_be_trusted_once_and_for_all_and_no_longer(site: Site, elsewhere: Elsewhere) -> None:
    html = f'<p>x</p><img src="{elsewhere.url}/a.png">'
    page, _ = shown(site, html, "luon")
    assert "Từ nay luôn hiện ảnh" in page
    client = site.signed_in("phuongvh")
    base, page = opened(site, html)
    assert "Đã chặn" not in page and "?anh=" in page
    client.post(f"{base}/anh", data={"ma": token_of(client.get(base)), "nho": "thoi"})
    assert "Đã chặn 1 ảnh" in client.get(base).text
    shown(site, html, "luon")
    false = html_letter(html, "Bản Tin <tin@bao.example>", "Reply-To: ke.la@la.example\r\n")
    doubtful = client.get(f"/thu/{site.inbox('phuongvh')}/{site.deliver(false, OWN)}").text
    assert "Đã chặn 1 ảnh" in doubtful and "Luôn hiện ảnh" not in doubtful


# ---- signs of deceit ----------------------------------------------------------------------------------------
def test_the_phishing_sample_is_warned_of_in_plain_words(site: Site) -> None:
    uid = site.deliver(sample("10-lua-dao-mat-khau.eml"))
    page = site.signed_in("daonth").get(f"/thu/{site.inbox('vanthu')}/{uid}").text
    assert "Hãy cẩn thận với thư này" in page
    assert "nhưng thật ra dẫn đến eoffice-login.example" in page and "đừng nhập mật khẩu" in page
    assert "gần giống tên miền" in page and "thư trả lời sẽ đến thu.thap@mail-la.example" in page


def test_somebody_with_the_directors_name_from_outside(site: Site) -> None:
    false = html_letter("<p>Chuyển tiền gấp</p>", "Lâm Thị Thu Ngân <ngan@la.example>")
    client, box = site.signed_in("phuongvh"), site.inbox("phuongvh")
    assert "như người trong cơ quan" in client.get(f"/thu/{box}/{site.deliver(false, OWN)}").text
    true = html_letter("<p>Họp</p>", "Lâm Thị Thu Ngân <nganltt@sogddt.tayninh.gov.vn>")
    assert "Hãy cẩn thận" not in client.get(f"/thu/{box}/{site.deliver(true, OWN)}").text


def test_our_own_address_through_the_door_for_strangers(site: Site) -> None:
    host = site.office.settings.organisation.host
    trace = f"Received: from x ([192.0.2.7])\r\n by {host} with %s id 1\r\n ; Mon, 23 Nov 2026 08:05:09 +0700\r\n"
    letter = html_letter("<p>Họp</p>", "Ngân <nganltt@sogddt.tayninh.gov.vn>")
    client, box = site.signed_in("phuongvh"), site.inbox("phuongvh")
    outside = client.get(f"/thu/{box}/{site.deliver((trace % 'ESMTPS').encode() + letter, OWN)}").text
    assert "từ máy chủ bên ngoài gửi đến" in outside
    inside = client.get(f"/thu/{box}/{site.deliver((trace % 'ESMTPSA').encode() + letter, OWN)}").text
    assert "Hãy cẩn thận" not in inside


def test_a_program_from_a_stranger(site: Site) -> None:
    first = site.deliver(sample("04-tep-thuc-thi.eml"))
    page = site.signed_in("daonth").get(f"/thu/{site.inbox('vanthu')}/{first}").text
    assert "chưa từng gửi thư" in page


def test_ordinary_samples_raise_no_alarm(site: Site) -> None:
    client, box = site.signed_in("daonth"), site.inbox("vanthu")
    for name in (
        "01-ext-bo.eml", "01-ext-truong-scan.eml", "01-ext-ubnd-tinh.eml", "02-fwd-gmail.eml", "03-nhieu-van-ban.eml",
        "08-lich-moi-hop.eml", "09-thu-ca-nhan.eml", "09-tra-loi-thu.eml", "10-ban-tin.eml", "12-tra-loi-tu-dong.eml",
    ):  # fmt: skip
        assert "Hãy cẩn thận" not in client.get(f"/thu/{box}/{site.deliver(sample(name))}").text, name
