"""Set-up from the address alone, as Thunderbird, Outlook and Apple's programs ask for it. RFC 8314 §4.5"""

from __future__ import annotations

import html
import plistlib
import random
import re
import subprocess
import uuid
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from mailsvc.core.settings import Setup, Tls
from mailsvc.http.setup_documents import REQUEST_SCHEMA, RESPONSE_SCHEMA
from mailsvc.net.tls import self_signed
from tests.web.webhouse import Site

DOMAIN = "sogddt.tayninh.gov.vn"
ALIAS = "tayninh.gov.vn"
HOST = "mail.sogddt.tayninh.gov.vn"
OUTLOOK = "{http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a}"


def question(address: str, schema: str = RESPONSE_SCHEMA, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<Autodiscover xmlns="{REQUEST_SCHEMA}"><Request>'
        f"<EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>{schema}</AcceptableResponseSchema>"
        "</Request></Autodiscover>"
    ).encode()


def ask_outlook(client: httpx.Client, body: bytes, path: str = "/autodiscover/autodiscover.xml") -> ElementTree.Element:
    answer = client.post(path, content=body, headers={"Content-Type": "text/xml; charset=utf-8"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/xml")
    return ElementTree.fromstring(answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/autoconfig/mail/config-v1.1.xml",
        f"/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=daonth@{DOMAIN}",
        f"/mail/config-v1.1.xml?emailaddress=daonth%40{ALIAS}",
        "/mail/config-v1.1.xml?emailaddress=%25EMAILADDRESS%25",
    ],
)
def test_thunderbird(site: Site, path: str) -> None:
    answer = site.client().get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    (provider,) = ElementTree.fromstring(answer.text)
    assert provider.get("id") == DOMAIN
    assert [one.text for one in provider.findall("domain")] == [DOMAIN, ALIAS]
    servers = [
        (one.get("type"), *(one.findtext(name) for name in ("hostname", "port", "socketType", "username")))
        for one in provider
        if one.tag.endswith("Server")
    ]
    assert servers == [
        ("imap", HOST, "993", "SSL", "%EMAILADDRESS%"),
        ("imap", HOST, "143", "STARTTLS", "%EMAILADDRESS%"),
        ("smtp", HOST, "465", "SSL", "%EMAILADDRESS%"),
        ("smtp", HOST, "587", "STARTTLS", "%EMAILADDRESS%"),
    ]


@pytest.mark.parametrize("path", ["/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"])
def test_outlook(site: Site, path: str) -> None:
    found = ask_outlook(site.client(), question(f"daonth@{ALIAS}"), path)
    account = found.find(f"{OUTLOOK}Response/{OUTLOOK}Account")
    assert account is not None
    assert account.findtext(f"{OUTLOOK}Action") == "settings"
    names = ("Type", "Server", "Port", "SSL", "Encryption", "LoginName", "AuthRequired")
    assert [
        tuple(one.findtext(OUTLOOK + name) for name in names) for one in account.findall(f"{OUTLOOK}Protocol")
    ] == [
        ("IMAP", HOST, "993", "on", "SSL", f"daonth@{ALIAS}", "on"),
        ("SMTP", HOST, "465", "on", "SSL", f"daonth@{ALIAS}", "on"),
    ]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "600"),
        (b"not xml", "600"),
        (b"<Autodiscover/>", "600"),
        (b"<Autodiscover><Request><EMailAddress>", "600"),
        (question("daonth"), "600"),
        (question(f"a b@{DOMAIN}"), "600"),
        (question("&b;", head=BOMB), "600"),
        (question("&a;", head=FILE), "600"),
        (question("x@elsewhere.example"), "500"),
        (question(f"daonth@{DOMAIN}", "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/x"), "601"),
    ],
)
def test_outlook_is_told_what_is_wrong(site: Site, body: bytes, code: str) -> None:
    found = ask_outlook(site.client(), body)
    (told,) = [one.text for one in found.iter() if one.tag.endswith("ErrorCode")]
    assert told == code
    assert "root:" not in ElementTree.tostring(found, "unicode")


@pytest.mark.parametrize("encoding", ["base64", "utf-7", "utf-32", "punycode", "idna", "x-nope", "rot13", "utf-16"])
def test_strange_encodings_are_no_xml(site: Site, encoding: str) -> None:
    body = question(f"daonth@{DOMAIN}").replace(b"utf-8", encoding.encode())
    found = ask_outlook(site.client(), body)
    assert [one.text for one in found.iter() if one.tag.endswith("ErrorCode")] == ["600"]


@pytest.mark.parametrize("seed", range(20))
def test_nonsense_is_answered(site: Site, seed: int) -> None:
    chance, client = random.Random(seed), site.client()
    whole = bytearray(question(f"daonth@{DOMAIN}"))
    for _ in range(20):
        some = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(some))
            some[at : at + chance.randint(0, 5)] = chance.randbytes(chance.randint(0, 3))
        assert client.post("/autodiscover/autodiscover.xml", content=bytes(some)).status_code == 200


def test_a_long_question_is_refused(site: Site) -> None:
    answer = site.client().post("/autodiscover/autodiscover.xml", content=question("x" * 20_000))
    assert answer.status_code == 413


def test_apple(site: Site) -> None:
    client = site.client()
    answer = client.get("/apple/mobileconfig", params={"email": f"Daonth@{DOMAIN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-apple-aspen-config"
    assert ".mobileconfig" in answer.headers["content-disposition"]
    profile = plistlib.loads(answer.content)
    (account,) = profile["PayloadContent"]
    assert len({str(uuid.UUID(one["PayloadUUID"])) for one in (profile, account)}) == 2
    assert (profile["PayloadType"], account["PayloadType"]) == ("Configuration", "com.apple.mail.managed")
    assert account["EmailAddress"] == account["IncomingMailServerUsername"] == f"daonth@{DOMAIN}"
    for word, port in (("Incoming", 993), ("Outgoing", 465)):
        assert account[f"{word}MailServerHostName"] == HOST
        assert account[f"{word}MailServerPortNumber"] == port
        assert account[f"{word}MailServerUseSSL"] is True
    again = client.get("/apple/mobileconfig", params={"email": f"daonth@{DOMAIN}"})
    assert again.content == answer.content  # it replaces the one before
    assert client.get("/apple/mobileconfig").status_code == 422
    for wrong in ("daonth", "daonth@elsewhere.example", f"<b>@{DOMAIN}\r\nX: y", f"a@{DOMAIN}@{DOMAIN}"):
        assert client.get("/apple/mobileconfig", params={"email": wrong}).status_code in (404, 422), wrong


def test_apples_profile_is_signed_with_the_certificate_of_the_office(site: Site, tmp_path: Path) -> None:
    """RFC 5652 §5, as the system's own openssl reads it. Without a certificate the profile is plain."""
    file = self_signed(tmp_path, [HOST], site.clock.now_ms())
    site.office.settings.__dict__["tls"] = Tls(certificate=str(file))
    answer = site.client().get("/apple/mobileconfig", params={"email": f"a@{DOMAIN}"})
    (tmp_path / "profile").write_bytes(answer.content)
    command = ["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", str(tmp_path / "profile")]
    found = plistlib.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert found["PayloadContent"][0]["EmailAddress"] == f"a@{DOMAIN}"


def test_nobody_learns_who_has_an_account(site: Site) -> None:
    client = site.client()
    for known, unknown in ((f"daonth@{DOMAIN}", f"nobody@{DOMAIN}"), (f"locpv@{DOMAIN}", f"-@{DOMAIN}")):
        one, other = (
            [
                client.get("/mail/config-v1.1.xml", params={"emailaddress": address}).text,
                client.post("/autodiscover/autodiscover.xml", content=question(address)).text.replace(address, ""),
                str(client.get("/apple/mobileconfig", params={"email": address}).status_code),
            ]
            for address in (known, unknown)
        )
        assert one == other


def test_foreign_addresses_get_nothing(site: Site) -> None:
    answer = site.client().get("/mail/config-v1.1.xml", params={"emailaddress": "x@elsewhere.example"})
    assert answer.status_code == 404


def test_public_hosts_and_ports_are_settings(site: Site) -> None:
    public = Setup(host="thu.example", imaps=1993, imap=0, submissions=0, submission=1587)
    site.office.settings.__dict__["setup"] = public
    text = site.client().get("/mail/config-v1.1.xml").text
    assert "<port>1993</port>" in text
    assert "<port>143</port>" not in text
    found = ask_outlook(site.client(), question(f"daonth@{DOMAIN}"))
    protocols = found.findall(f".//{OUTLOOK}Protocol")
    names = ("Server", "Port", "SSL", "Encryption")
    assert [tuple(one.findtext(OUTLOOK + name) for name in names) for one in protocols] == [
        ("thu.example", "1993", "on", "SSL"),
        ("thu.example", "1587", "off", "TLS"),
    ]


def test_a_program_inside_a_browser_may_ask(site: Site) -> None:
    """Thunderbird is one; what it asks for holds nothing of anybody."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
    assert site.client().get("/mail/config-v1.1.xml", headers=headers).status_code == 200


def test_a_person_finds_it_on_a_page(site: Site) -> None:
    client = site.signed_in("daonth")
    assert 'href="/phan-mem-thu"' in client.get("/viec").text
    text = client.get("/phan-mem-thu").text
    assert f"daonth@{DOMAIN}" in text
    assert HOST in text
    profile = re.search(r'href="(/apple/mobileconfig[^"]*)"', text)
    assert profile
    loaded = plistlib.loads(client.get(html.unescape(profile[1])).content)
    assert loaded["PayloadContent"][0]["EmailAddress"] == f"daonth@{DOMAIN}"
    assert site.client().get("/phan-mem-thu").status_code == 303
