"""The whole service: a letter that comes in by SMTP is pushed to the mail client that waits. RFC 2177"""

from __future__ import annotations

import smtplib
import socket
import ssl

from tests.live import Live


class Talk:
    """IMAP over TLS, line by line."""

    def __init__(self, port: int) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._file = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20)).makefile("rwb")
        self.line()

    def line(self) -> str:
        return self._file.readline().decode().removesuffix("\r\n")

    def say(self, text: str) -> None:
        self._file.write(text.encode() + b"\r\n")
        self._file.flush()

    def until(self, start: str) -> list[str]:
        lines = [self.line()]
        while not lines[-1].startswith(start):
            assert lines[-1], lines
            lines.append(self.line())
        return lines

    def ok(self, text: str) -> list[str]:
        self.say("t " + text)
        lines = self.until("t ")
        assert lines[-1].startswith("t OK"), lines
        return lines


def test_a_letter_is_pushed(live: Live) -> None:
    user = live.users()[-1]
    client = Talk(live.port("imaps"))
    client.ok(f'LOGIN {user.address} "{user.password}"')
    exists = int(next(line for line in client.ok("SELECT INBOX") if line.endswith("EXISTS")).split()[1])
    client.say("i IDLE")
    assert client.line().startswith("+")
    with smtplib.SMTP("127.0.0.1", live.port("mx")) as smtp:
        head = f"From: a@x.example\r\nTo: {user.address}\r\nSubject: Xin chao\r\nMessage-ID: <push@x.example>"
        smtp.sendmail("a@x.example", [user.address], head + "\r\n\r\nhi\r\n")
    assert client.until("* ")[-1] == f"* {exists + 1} EXISTS"
    client.say("DONE")
    client.until("i OK")
    (fetched, *_) = client.ok(f"FETCH {exists + 1} (ENVELOPE)")
    assert '"Xin chao"' in fetched
    client.ok(f"STORE {exists + 1} +FLAGS.SILENT (\\Deleted)")
    client.ok("CLOSE")
