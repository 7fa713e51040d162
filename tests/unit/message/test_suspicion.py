"""Signs of deceit: each is found where it is, and ordinary letters show none."""

from __future__ import annotations

import pytest

from mailsvc.message.addresses import addresses
from mailsvc.message.attachments import attachments
from mailsvc.message.scan import scan
from mailsvc.message.suspicion import Evidence, host_in, organisation, skeleton, suspicions
from tests.places import SAMPLES

OWN = ("sogddt.tayninh.gov.vn", "tayninh.edu.vn")
PEOPLE = frozenset({"lam thi thu ngan", "pham van loc"})


def kinds(name: str = "Ai Đó", address: str = "ai@truong.example", **more: object) -> list[str]:
    return [one.kind for one in suspicions(Evidence(name, address, OWN, people=PEOPLE, **more))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("sogddt-tayninh.gov.vn.example.com", ["look-alike"]),
        ("sogddt.tayninh.com", ["look-alike"]),
        ("sogdđt.tayninh.gov.vn", ["look-alike"]),
        ("s0gddt.tayninh.gov.vn", ["look-alike"]),
        ("soggdt.tayninh.gov.vn", ["look-alike"]),
        ("sоgddt.tayninh.gov.vn", ["look-alike"]),  # a Cyrillic o
        ("xn--sgddt-jye.tayninh.gov.vn", ["look-alike"]),
        ("xn--pple-43d.com", ["strange-letters"]),
        ("thư.sogddt.tayninh.gov.vn", []),
        ("sogddt.tayninh.gov.vn", []),
        ("sogddt.longan.gov.vn", []),
        ("moet.gov.vn", []),
        ("tayninh.gov.vn", []),
        ("gmail.com", []),
        ("trườnghọc.vn", []),
    ],
)
def test_domains_that_look_like_ours(domain: str, expected: list[str]) -> None:
    assert kinds(address=f"a@{domain}") == expected


def test_names_that_claim_another_address() -> None:
    assert kinds("giamdoc@sogddt.tayninh.gov.vn", "x@la.example") == ["name-address"]
    assert kinds("Lâm Thị Thu Ngân", "x@la.example") == ["name-person"]
    assert kinds("Lâm Thị Thu Ngân", "nganltt@sogddt.tayninh.gov.vn") == []
    assert kinds("Hỗ trợ sogddt.tayninh.gov.vn", "x@la.example") == ["name-house"]
    assert kinds("an@truong.example", "an@mail.truong.example") == []
    assert kinds("Ngân", "x@la.example") == []


def test_our_own_address_from_outside() -> None:
    assert kinds(address="nganltt@sogddt.tayninh.gov.vn", outside=True) == ["own-domain"]
    assert kinds(address="nganltt@sogddt.tayninh.gov.vn") == []


def test_answers_and_links_that_lead_elsewhere() -> None:
    assert kinds(reply_to=("thu.thap@la.example",)) == ["reply-elsewhere"]
    assert kinds(reply_to=("khac@phong.truong.example",)) == []
    assert kinds(reply_to=("x@la.example",), bulk=True) == []
    assert kinds(links=(("eoffice.sogddt.tayninh.gov.vn", "eoffice-login.example"),)) == ["link-elsewhere"]
    assert kinds(links=(("www.moet.gov.vn", "moet.gov.vn"),)) == []
    assert kinds(links=(("bao.vn", "click.tin.example"),), bulk=True) == []
    assert kinds(links=(("sogddt.tayninh.gov.vn", "click.tin.example"),), bulk=True) == ["link-elsewhere"]


def test_files_that_are_risky_from_a_stranger() -> None:
    for name, hazards in (("a.exe", ("executable",)), ("a.zip", ("encrypted",)), ("bang.xlsm", ())):
        assert kinds(known=False, files=((name, hazards),)) == ["risky-file"]
        assert kinds(known=True, files=((name, hazards),)) == []
    assert kinds(known=False, files=(("bao-cao.docx", ()),)) == []


def test_hosts_in_texts() -> None:
    assert host_in(" https://Eoffice.Sogddt.Tayninh.gov.vn/dang-nhap?x=1 ") == "eoffice.sogddt.tayninh.gov.vn"
    assert host_in("sogddt.tayninh.gov.vn") == "sogddt.tayninh.gov.vn"
    assert host_in("báo cáo.docx") == "" and host_in("bao-cao.docx") == "" and host_in("Bấm vào đây") == ""
    assert host_in("1.2.3") == "" and host_in("x" * 5000) == ""
    assert organisation("a.b.tayninh.gov.vn") == "tayninh.gov.vn" and organisation("a.b.example.com") == "example.com"
    assert skeleton("раураl") == skeleton("paypal")


def test_no_ordinary_letter_raises_an_alarm() -> None:
    deceitful = {"10-lua-dao-mat-khau.eml"}
    risky = {"04-tep-thuc-thi.eml", "04-zip-nguy-hiem.eml"}
    for path in sorted((SAMPLES / "mail").glob("*.eml")):
        data = path.read_bytes()
        scanned = scan(data)
        head = [line.partition(":") for line in scanned.head_text.split("\n")]
        answers = next((value for name, _, value in head if name.strip().lower() == "reply-to"), "")
        files = tuple((one.name, one.hazards) for one in attachments(data, scanned))
        evidence = Evidence(
            scanned.from_name, scanned.from_address, OWN, _people(answers),
            bulk=bool(scanned.auto.list_id or scanned.auto.unsubscribe), known=False, files=files,
        )  # fmt: skip
        found = [one.kind for one in suspicions(evidence)]
        if path.name in deceitful:
            assert "look-alike" in found and "reply-elsewhere" in found, found
        elif path.name in risky:
            assert set(found) <= {"risky-file"}, (path.name, found)
        else:
            assert found == [], (path.name, found)


def _people(text: str) -> tuple[str, ...]:
    return tuple(one.mailbox for one in addresses(text.strip().encode()))
