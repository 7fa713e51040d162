"""The whole service: submitted by a mail client, signed, sent on; stopped and killed while it sends."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage

import dkim
import pytest
from outbound_world import Sockets
from outside import MailServer, NameServer

from mailsvc.mailauth import dkim_sign
from tests.live import DemoUser, Live

SECONDS = 90


def letter(user: DemoUser, *recipients: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = user.address, ", ".join(recipients)
    message["Subject"] = "V/v báo cáo thống kê"
    message.set_content("Kính gửi các trường.\n", cte="8bit")
    return message


def submit(live: Live, user: DemoUser, *recipients: str) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP_SSL("127.0.0.1", live.port("submissions"), context=context) as client:
        client.login(user.address, user.password)
        client.send_message(letter(user, *recipients), mail_options=["BODY=8BITMIME"])


@contextlib.asynccontextmanager
async def _servers(live: Live, sockets: Sockets) -> AsyncIterator[MailServer]:
    """The service is told of the servers, and started."""
    names = await NameServer().start(sockets.names)
    server = await MailServer().start(sockets.mail)
    names.domain("ngoai.example", (10, server.name, "127.0.0.1"))
    live.environ |= {
        "MAILSVC_QUEUE__DNS_SERVER": f"127.0.0.1:{sockets.names_port}",
        "MAILSVC_QUEUE__SMTP_PORT": str(sockets.mail_port),
        "MAILSVC_QUEUE__ALLOW_PRIVATE": "true",
    }
    await asyncio.to_thread(live.start)
    try:
        yield server
    finally:
        names.stop()
        await server.stop()


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(SECONDS):
            await story()

    asyncio.run(bounded())


@pytest.mark.crash
def test_killed_while_sending_loses_nothing(own_live: Live, sockets: Sockets) -> None:
    async def story() -> None:
        async with _servers(own_live, sockets) as server:
            user = own_live.users()[0]
            server.script.hold["DATA"] = server.script.hold["MAIL"] = asyncio.Event()
            await asyncio.to_thread(submit, own_live, user, "ai@ngoai.example", "em@ngoai.example")
            await server.wait_for("MAIL")
            await asyncio.to_thread(own_live.kill)
            server.script.hold["MAIL"].set()
            server.reached.pop("END", None)
            await asyncio.to_thread(own_live.start)
            await server.wait_for("END")
            await asyncio.to_thread(own_live.stop)
            (taken,) = server.letters
            assert taken.rcpts == ["RCPT TO:<ai@ngoai.example>", "RCPT TO:<em@ngoai.example>"]
            key = dkim_sign.load_or_make(own_live.data, "mailsvc")
            assert dkim.verify(taken.data, dnsfunc=lambda name, timeout=5: dkim_sign.dns_record(key).encode())

    run(story)


def test_stopping_does_not_wait_for_servers_that_hang(own_live: Live, sockets: Sockets) -> None:
    async def story() -> None:
        async with _servers(own_live, sockets) as server:
            server.script.hold["GREETING"] = asyncio.Event()
            await asyncio.to_thread(submit, own_live, own_live.users()[0], "ai@ngoai.example")
            await server.wait_for("GREETING")
            before = time.monotonic()
            assert await asyncio.to_thread(own_live.stop) == 0
            assert time.monotonic() - before < 5.0
            assert "Traceback" not in own_live.log

    run(story)
