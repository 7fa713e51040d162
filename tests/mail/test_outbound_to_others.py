"""To receivers that are not the tests' own: aiosmtpd, and the front door of another service of ours."""

from __future__ import annotations

import asyncio
import email
import email.policy
import imaplib
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from outbound_world import DOMAIN, Play, Sockets, World

from tests.live import Live


class Kept:
    """An aiosmtpd handler that keeps what it is given."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 kept"


def test_aiosmtpd(play: Play) -> None:
    async def story(world: World) -> None:
        kept = Kept()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(kept, enable_SMTPUTF8=True, hostname="mx", loop=loop), "127.0.0.2", world.sockets.mail_port
        )
        world.names.domain("ngoai.example", (10, "mx.ngoai.example", "127.0.0.2"))
        await world.send("ai@ngoai.example", "em@ngoai.example", body=b".\r\n.dot\r\nend\r\n")
        await world.attempt()
        server.close()
        assert [row.last_reply for row in await world.rows("sent")] == ["250 2.0.0 kept"] * 2
        (envelope,) = kept.envelopes
        assert envelope.rcpt_tos == ["ai@ngoai.example", "em@ngoai.example"]
        assert isinstance(envelope.content, bytes) and envelope.content.endswith(b"\r\n\r\n.\r\n.dot\r\nend\r\n")

    play(story)


class TestOurOwn:
    """A partner office runs the same service: its MX takes the letter, its IMAP shows it."""

    @pytest.fixture
    def organisation(self) -> dict[str, Any]:
        return {"domains": ["doi-tac.example"], "host": "mail.doi-tac.example"}

    @pytest.fixture
    def queue_settings(self, live: Live, sockets: Sockets) -> dict[str, Any]:
        return {"smtp_port": live.port("mx")}

    def test_from_queue_to_inbox(self, play: Play, live: Live) -> None:
        user = next(one for one in live.users() if one.address.endswith(DOMAIN))

        async def story(world: World) -> None:
            world.names.domain(DOMAIN, (10, "mail.sogddt.tayninh.gov.vn", "127.0.0.1"))
            await world.send(
                user.address, f"khong.he.co@{DOMAIN}", sender="ai@doi-tac.example", subject="Thu lien co quan"
            )
            await world.attempt()
            rows = await world.rows()
            assert {row.recipient: row.state for row in rows} == {
                user.address: "sent", f"khong.he.co@{DOMAIN}": "failed",
            }  # fmt: skip

        play(story)
        client = imaplib.IMAP4_SSL("127.0.0.1", live.port("imaps"))
        client.login(user.address, user.password)
        client.select("INBOX")
        _, found = client.search(None, "SUBJECT", '"Thu lien co quan"')
        number = found[0].split()[-1]
        _, data = client.fetch(number, "(BODY.PEEK[])")
        client.logout()
        message = email.message_from_bytes(data[0][1], policy=email.policy.default)
        assert message["Return-Path"] == "<ai@doi-tac.example>"
        assert "from mail.doi-tac.example" in message["Received"]
        assert message.get_content().strip() == "Xin chào."
