"""The command line beside a running service: every command, with --json, and its errors."""

from __future__ import annotations

import imaplib
import json
import secrets
import smtplib
from pathlib import Path
from typing import Any

import pytest

from mailsvc.cli.main import common_first
from tests.live import Live
from tests.places import SAMPLES


def told(live: Live, *arguments: str, given: str = "") -> Any:
    done = live.cli(*arguments, "--json", given=given)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_units_and_accounts(live: Live) -> None:
    assert len(told(live, "unit", "list")) == 57
    rows = told(live, "account", "list", "--kind", "role")
    assert {row["username"] for row in rows} == {"vanthu", "postmaster"}


def test_an_account_from_its_making_to_its_end(live: Live) -> None:
    name = "thu" + secrets.token_hex(3)
    made = told(live, "account", "add", name, "--full-name", "Nguyễn Thị Thu", "--unit", "VP", "--role", "chuyen_vien",
                "--password-stdin", given="mật khẩu thứ nhất\n")  # fmt: skip
    assert made["address"] == f"{name}@sogddt.tayninh.gov.vn"
    assert signs_in(live, name, "mật khẩu thứ nhất")
    told(live, "account", "passwd", name, "--password-stdin", given="mat khau thu hai\n")
    assert not signs_in(live, name, "mật khẩu thứ nhất")
    assert signs_in(live, f"{name}@tayninh.gov.vn", "mat khau thu hai")
    names = {row["name"] for row in told(live, "mailbox", "list", name)}
    assert {"INBOX", "Đã gửi", "Thùng rác", "Dùng chung/vp"} <= names
    told(live, "account", "disable", name)
    assert not signs_in(live, name, "mat khau thu hai")
    told(live, "account", "disable", name, "--enable")
    assert signs_in(live, name, "mat khau thu hai")


def signs_in(live: Live, login: str, password: str) -> bool:
    with imaplib.IMAP4_SSL(live.host, live.port("imaps")) as client:
        try:
            return client.authenticate("PLAIN", lambda _: f"\0{login}\0{password}".encode())[0] == "OK"
        except imaplib.IMAP4.error:
            return False


def test_a_capability_is_switched_off_and_on_again(live: Live) -> None:
    name = "tat" + secrets.token_hex(3)
    told(live, "account", "add", name, "--full-name", "Tắt", "--password-stdin", given="x1-x2-x3-x4\n")
    assert told(live, "account", "capability", name, "qresync") == {"username": name, "off": ["QRESYNC"]}
    assert not {"QRESYNC"} & capabilities(live, name)
    assert told(live, "account", "capability", name) == {"username": name, "off": ["QRESYNC"]}
    assert told(live, "account", "capability", name, "QRESYNC", "--on")["off"] == []
    assert {"QRESYNC"} & capabilities(live, name)
    done = live.cli("account", "capability", name, "IMAP4rev1")
    assert (done.returncode, "QRESYNC" in done.stderr) == (1, True)


def capabilities(live: Live, login: str) -> set[str]:
    with imaplib.IMAP4_SSL(live.host, live.port("imaps")) as client:
        client.authenticate("PLAIN", lambda _: f"\0{login}\0x1-x2-x3-x4".encode())
        return set(client.capability()[1][0].decode().split())


def test_quota_is_told_to_the_sender(live: Live) -> None:
    name = "day" + secrets.token_hex(3)
    told(live, "account", "add", name, "--full-name", "Đầy", "--password-stdin", given="x1-x2-x3-x4\n")
    told(live, "account", "quota", name, "1")
    with smtplib.SMTP(live.host, live.port("mx")) as client:
        client.ehlo("x.test")
        client.mail("a@x.test", ["SIZE=3000000"])
        code, text = client.rcpt(f"{name}@sogddt.tayninh.gov.vn")
        assert (code, text.split()[0]) == (552, b"5.2.2")


def test_import_tells_each_line_and_writes_only_right_ones(live: Live, tmp_path: Path) -> None:
    name = "nhap" + secrets.token_hex(3)
    head = "username,email,alias,full_name,unit_code,position,roles,phone,active,note\n"
    file = tmp_path / "people.csv"
    good = f"{name},{name}@sogddt.tayninh.gov.vn,,Trần Nhập,VP,,chuyen_vien,,1,\n"
    file.write_text(head + good + "sai,sai@gmail.com,,Sai,VP,,chuyen_vien,,1,\n", "utf-8")
    checked = told(live, "account", "import", str(file))
    assert [row["verdict"] for row in checked] == ["ok", "error"]
    assert "gmail.com" in checked[1]["reason"]
    assert name not in {row["username"] for row in told(live, "account", "list")}
    applied = told(live, "account", "import", str(file), "--apply")
    assert signs_in(live, name, applied[0]["password"])


def test_a_message_is_described_without_its_text(live: Live) -> None:
    letter = (SAMPLES / "mail" / "17-html-doc-hai.eml").read_bytes()
    with smtplib.SMTP(live.host, live.port("mx")) as client:
        client.sendmail("a@x.test", ["postmaster@tayninh.gov.vn"], letter)
    about = told(live, "message", "show", "postmaster", "INBOX", "1")
    assert about["subject"].startswith("Thư <b>có mã</b>")
    assert "tracker.hostile" not in json.dumps(about)
    show = ("message", "show", "postmaster", "INBOX", "1", "--raw")
    assert live.cli(*show).returncode == 2
    admin = live.user("quan_tri")
    glass = ("--admin", admin.username, "--reason", "Thư lỗi, chủ hộp thư nhờ xem", "--password-stdin")
    assert live.cli(*show, *glass, given="sai\n").returncode == 1
    raw = live.cli(*show, *glass, given=admin.password + "\n").stdout
    assert raw.startswith("Return-Path: <a@x.test>")


def test_lists_of_the_office(live: Live) -> None:
    assert isinstance(told(live, "queue", "list"), list)
    assert isinstance(told(live, "intake", "list"), list)
    assert isinstance(told(live, "register", "list", "--year", "1999"), list)
    assert told(live, "verify")["ok"] is True


def test_extract_reads_files_in_the_keys_of_the_samples(live: Live) -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))["files"]
    names = ["docx/cv-bao-cao-truc-tuyen.docx", "pdf/kl-tinh-uy.pdf", "mail/02-fwd-gmail.eml"]
    found = told(live, "extract", *(str(SAMPLES / name) for name in names))
    for name, one in zip(names, found, strict=True):
        for key in ("number", "notation", "code", "issue_date", "type_name", "subject", "issuer", "deadline"):
            assert one["document"][key] == expected[name]["document"][key]
    assert found[2]["class"] == "document"
    assert found[2]["forwarded"]["from"] == expected[names[2]]["forwarded"]["from"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["account", "passwd", "khong-co-ai", "--password-stdin"],
        ["account", "add", "Hoa Dấu", "--full-name", "x", "--password-stdin"],
        ["account", "add", "moi", "--full-name", "x", "--unit", "KHONGCO", "--password-stdin"],
        ["account", "add", "daonth", "--full-name", "x", "--password-stdin"],
        ["account", "add", "moi", "--full-name", "x", "--role", "sieu_nhan", "--password-stdin"],
        ["message", "show", "postmaster", "Không có", "1"],
        ["mailbox", "list", "khong-co-ai"],
    ],
)
def test_errors_are_one_line_for_a_person(live: Live, arguments: list[str]) -> None:
    done = live.cli(*arguments, given="mat-khau-thu\n")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_common_options_may_stand_anywhere() -> None:
    assert common_first(["account", "list", "--data", "x", "--json"]) == ["--data", "x", "account", "list", "--json"]
    assert common_first(["extract", "--", "--data"]) == ["extract", "--", "--data"]
    assert common_first(["verify", "--config=a", "--data=b"]) == ["--config=a", "--data=b", "verify"]


def test_dns_records(live: Live) -> None:
    """RFC 6186 §3: SRV records of both domains, beside what receiving and signing need."""
    rows = told(live, "dns", "records")
    found = {(row["name"], row["type"]): row["value"] for row in rows}
    host = "mail.sogddt.tayninh.gov.vn."
    for domain in ("sogddt.tayninh.gov.vn", "tayninh.gov.vn"):
        assert found[domain, "MX"] == f"10 {host}"
        assert found[f"_imaps._tcp.{domain}", "SRV"] == f"0 1 993 {host}"
        assert found[f"_submissions._tcp.{domain}", "SRV"] == f"0 1 465 {host}"
        assert found[f"_submission._tcp.{domain}", "SRV"] == f"10 1 587 {host}"
        assert found[f"_autodiscover._tcp.{domain}", "SRV"] == f"0 1 443 {host}"
        assert found[f"_pop3s._tcp.{domain}", "SRV"] == "0 0 0 ."
        assert found[f"autoconfig.{domain}", "CNAME"] == host
        assert found[domain, "TXT"].startswith("v=spf1 ")
        assert found[f"_dmarc.{domain}", "TXT"].startswith("v=DMARC1; ")
        assert found[f"mailsvc._domainkey.{domain}", "TXT"].startswith("v=DKIM1; ")
    text = live.cli("dns", "records").stdout
    strings = text.partition("mailsvc._domainkey.tayninh.gov.vn. IN TXT ( ")[2].partition(" )")[0].split('"')[1::2]
    assert "".join(strings) == found["mailsvc._domainkey.tayninh.gov.vn", "TXT"]
    assert max(map(len, strings)) <= 255


def test_rights_on_a_mailbox(live: Live) -> None:
    name = "quyen" + secrets.token_hex(3)
    told(live, "account", "add", name, "--full-name", "Quyền", "--password-stdin", given="x1-x2-x3-x4\n")
    everything = {row["who"]: row["rights"] for row in told(live, "mailbox", "acl", "list", "vanthu")}
    assert everything == {"$thanh_vien": "lrswipkxte", "$chanh_van_phong": "la"}
    told(live, "mailbox", "acl", "set", "vanthu", "INBOX", name, "lrs", "--until", "2099-12-31")
    rows = told(live, "mailbox", "acl", "list", "vanthu", "INBOX")
    assert {"who": name, "rights": "lrs", "until": "2099-12-31"} in rows
    assert {row["name"] for row in told(live, "mailbox", "list", name)} >= {"Dùng chung/vanthu"}
    assert live.cli("mailbox", "acl", "remove", "vanthu", "INBOX", name).returncode == 0
    assert "Dùng chung/vanthu" not in {row["name"] for row in told(live, "mailbox", "list", name)}
    for wrong in (("khong-ai", "lr"), (name, "Q"), (name, "lr", "--until", "mai")):
        assert live.cli("mailbox", "acl", "set", "vanthu", "INBOX", *wrong).returncode != 0


def test_incoming_documents(live: Live) -> None:
    assert isinstance(told(live, "incoming", "list", "--tab", "qua-han"), list)
    assert "Không có mục" in live.cli("incoming", "list", "--tab", "sai").stderr
    assert "Không có văn bản đến số 999999" in live.cli("incoming", "lines", "999999").stderr
