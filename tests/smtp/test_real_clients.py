"""Programs that people use, sending through the doors: swaks, msmtp, curl, smtp-source."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.smtp.conftest import DOMAIN, PASSWORD, Doors

pytestmark = pytest.mark.client
SBIN = "/usr/sbin"


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=SBIN)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str, given: bytes = b"", code: int = 0) -> str:
    """Everything the program said; AssertionError when it did not end with `code`."""
    done = subprocess.run(command, input=given, capture_output=True, timeout=60)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == code, said
    return said


# ---- swaks ----
def swaks(doors: Doors, door: str, *arguments: str, code: int = 0) -> str:
    return run(
        program("swaks"), "--server", doors.address(door), "--helo", "client.example", "--timeout", "20", *arguments,
        code=code,
    )  # fmt: skip


def test_swaks_to_the_mx(doors: Doors) -> None:
    said = swaks(doors, "mx", "--from", "x@ngoai.example", "--to", f"an@{DOMAIN},binh@{DOMAIN}", "--body", "xin chào")
    assert "250 2.0.0 Accepted as" in said
    assert "xin chào" in doors.only("an").decode()


def test_swaks_pipelines(doors: Doors) -> None:
    swaks(doors, "mx", "--pipeline", "--from", "x@ngoai.example", "--to", f"an@{DOMAIN},ai@{DOMAIN},binh@{DOMAIN}")
    assert doors.only("an").split(b"\r\nDate:")[1] == doors.only("binh").split(b"\r\nDate:")[1]


def test_swaks_over_starttls_to_the_mx(doors: Doors) -> None:
    said = swaks(doors, "mx", "--tls", "--from", "x@ngoai.example", "--to", f"an@{DOMAIN}")
    assert "TLS started" in said
    assert b" with ESMTPS id " in doors.only("an")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize(("door", "tls"), [("submission", "--tls"), ("submissions", "--tls-on-connect")])
def test_swaks_submits(doors: Doors, mechanism: str, door: str, tls: str) -> None:
    swaks(
        doors, door, tls, "--auth", mechanism, "--auth-user", f"an@{DOMAIN}", "--auth-password", PASSWORD,
        "--from", f"an@{DOMAIN}", "--to", f"binh@{DOMAIN}",
    )  # fmt: skip
    assert b" with ESMTPSA id " in doors.only("binh")


def test_swaks_is_refused_without_login(doors: Doors) -> None:
    said = swaks(doors, "submission", "--tls", "--from", f"an@{DOMAIN}", "--to", f"binh@{DOMAIN}", code=23)
    assert "530 5.7.0 Authentication required" in said
    said = swaks(
        doors, "submission", "--auth", "PLAIN", "--auth-user", "an", "--auth-password", PASSWORD,
        "--to", f"an@{DOMAIN}", code=28,
    )  # fmt: skip
    assert PASSWORD not in said


def test_swaks_speaks_lmtp(doors: Doors) -> None:
    said = swaks(doors, "lmtp", "--protocol", "LMTP", "--from", "x@ngoai.example", "--to", f"an@{DOMAIN},binh@{DOMAIN}")
    assert said.count("250 2.1.5 Delivered") == 2


# ---- msmtp ----
@pytest.mark.parametrize("mechanism", ["scram-sha-256", "plain", "login"])
@pytest.mark.parametrize("door", ["submission", "submissions"])
def test_msmtp_submits(doors: Doors, tmp_path: Path, mechanism: str, door: str) -> None:
    """RFC 5802 and RFC 7677 with GNU SASL at the other end."""
    letter = f"From: an@{DOMAIN}\nTo: binh@{DOMAIN}\nSubject: msmtp\n\n.một dòng có dấu chấm\n..\n".encode()
    run(
        program("msmtp"), "--host=127.0.0.1", f"--port={doors.ports[door]}", "--tls=on", "--tls-certcheck=off",
        f"--tls-starttls={'on' if door == 'submission' else 'off'}", f"--auth={mechanism}", "--user=an",
        f"--passwordeval=printf '%s' '{PASSWORD}'", f"--from=an@{DOMAIN}", "--dsn-notify=success,failure",
        "--dsn-return=headers", f"binh@{DOMAIN}", given=letter,
    )  # fmt: skip
    stored = doors.only("binh").decode()
    assert stored.endswith("\r\n.một dòng có dấu chấm\r\n..\r\n")
    assert "with ESMTPSA id" in stored


def test_msmtp_with_a_wrong_password(doors: Doors) -> None:
    said = run(
        program("msmtp"), "--host=127.0.0.1", f"--port={doors.ports['submissions']}", "--tls=on", "--tls-starttls=off",
        "--tls-certcheck=off", "--auth=scram-sha-256", "--user=an", "--passwordeval=echo sai", f"--from=an@{DOMAIN}",
        f"binh@{DOMAIN}", given=b"Subject: x\n\nx\n", code=77,
    )  # fmt: skip
    assert "535 5.7.8" in said or "authentication" in said.lower()


def test_msmtp_asks_what_is_offered(doors: Doors) -> None:
    said = run(
        program("msmtp"), "--serverinfo", "--host=127.0.0.1", f"--port={doors.ports['submissions']}", "--tls=on",
        "--tls-starttls=off", "--tls-certcheck=off",
    )  # fmt: skip
    for word in ("SIZE", "PIPELINING", "DSN", "SCRAM-SHA-256"):
        assert word in said


# ---- curl ----
@pytest.mark.parametrize(("door", "scheme"), [("submission", "smtp"), ("submissions", "smtps")])
def test_curl_submits(doors: Doors, tmp_path: Path, door: str, scheme: str) -> None:
    letter = tmp_path / "letter"
    letter.write_bytes(f"From: an@{DOMAIN}\r\nSubject: curl\r\n\r\n.\r\n..\r\nx\r\n".encode())
    run(
        program("curl"), "-sS", "-k", "--ssl-reqd", "--url", f"{scheme}://{doors.address(door)}/client.example",
        "--user", f"an:{PASSWORD}", "--mail-from", f"an@{DOMAIN}", "--mail-rcpt", f"binh@{DOMAIN}",
        "--mail-rcpt", f"chi@{DOMAIN}", "--upload-file", str(letter),
    )  # fmt: skip
    assert doors.only("binh").endswith(b"\r\n\r\n.\r\n..\r\nx\r\n")
    assert doors.only("chi") == doors.only("binh")


def test_curl_at_the_speed_of_a_bad_line(doors: Doors, tmp_path: Path) -> None:
    """Slow but honest: the client sends at a fixed rate for longer than a read of a window takes."""
    letter = tmp_path / "letter"
    letter.write_bytes(b"Subject: slow\r\n\r\n" + b"0123456789abcdef\r\n" * 20_000)
    run(
        program("curl"), "-sS", "--limit-rate", "150k", "--url", f"smtp://{doors.address('mx')}/client.example",
        "--mail-from", "x@ngoai.example", "--mail-rcpt", f"an@{DOMAIN}", "--upload-file", str(letter),
    )  # fmt: skip
    assert doors.only("an").endswith(b"0123456789abcdef\r\n" * 20_000)


def test_curl_is_told_of_a_letter_that_is_too_large(doors: Doors, tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    with letter.open("wb") as file:
        file.truncate(doors.office.settings.smtp.max_size + 1)
    said = run(
        program("curl"), "-sS", "-v", "--url", f"smtp://{doors.address('mx')}/client.example",
        "--mail-from", "x@ngoai.example", "--mail-rcpt", f"an@{DOMAIN}", "--upload-file", str(letter), code=55,
    )  # fmt: skip
    assert "552 5.3.4" in said


# ---- smtp-source ----
@pytest.mark.parametrize(
    ("door", "options"),
    [("mx", []), ("mx", ["-d"]), ("lmtp", ["-L"]), ("lmtp", ["-L", "-d"])],
)
def test_smtp_source(doors: Doors, door: str, options: list[str]) -> None:
    run(
        program("smtp-source"), "-s", "10", "-m", "60", "-l", "3000", *options, "-f", "x@ngoai.example",
        "-t", f"an@{DOMAIN}", "-M", "client.example", doors.address(door),
    )  # fmt: skip
    assert len(doors.inbox("an")) == 60
