"""Servers that break off, fail at TLS, or want a login."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from outbound_world import DOMAIN, Play, Sockets, World
from outside import OFFERS, MailServer

from mailsvc.net.tls import ServerTls, self_signed


def context(folder: Path, name: str = "mx.ngoai.example") -> Any:
    """A server's TLS with a self-signed certificate of that name."""
    return ServerTls(self_signed(folder, [name], 1_795_496_400_000)).context


async def one(world: World) -> tuple[str, str]:
    """(state, reply) of the only row after an attempt."""
    if not await world.rows():
        await world.send("ai@ngoai.example")
    await world.attempt()
    (row,) = await world.rows()
    return row.state, row.last_reply


def test_cut_in_the_middle_of_the_letter(play: Play) -> None:
    async def story(world: World) -> None:
        an = await world.person("an")
        server = await world.server()
        server.script.cut_after = 100
        await world.send("ai@ngoai.example", account_id=an, body=b"line of text\r\n" * 100_000)
        state, reply = await one(world)
        assert state == "waiting" and reply.startswith("451 4.4.2 ")
        server.script.cut_after = None
        await world.after(1)
        assert len(server.letters) == 1 and await world.inbox(an) == []

    play(story)


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END"])
def test_hung_up_at_any_moment(play: Play, verb: str) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.replies[verb] = ["CLOSE"]
        assert (await one(world))[0] == "waiting"
        await world.after(1)
        assert len(server.letters) == 1 and await world.rows("waiting") == []

    play(story)


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize(
    ("said", "state"), [("451 4.3.0 not now", "waiting"), ("554 5.7.1 never", "failed"), ("421 4.3.2 bye", "waiting")]
)
def test_refused_at_any_moment(play: Play, verb: str, said: str, state: str) -> None:
    async def story(world: World) -> None:
        server = await world.server()
        server.script.always[verb] = said
        if verb == "EHLO" and state == "failed":
            server.script.always["HELO"] = said
        assert await one(world) == (state, said)

    play(story)


def test_a_tired_server_is_called_again(play: Play) -> None:
    """A server that closes after one letter says nothing about the next."""

    async def story(world: World) -> None:
        server = await world.server()
        for number in range(5):
            await world.send(f"n{number}@ngoai.example")
        server.script.replies["MAIL"] = ["250 ok", "250 ok", "250 ok", "250 ok", "421 4.7.0 enough"]
        await world.attempt()
        assert len(server.letters) == 5 and await world.rows("waiting") == []

    play(story)


def test_encrypted_where_offered(play: Play, tmp_path: Path) -> None:
    """With any certificate: RFC 7672 §1.3.1."""

    async def story(world: World) -> None:
        server = await world.server(tls=context(tmp_path, "somebody.else.example"))
        assert (await one(world))[0] == "sent"
        assert server.verbs == ["EHLO", "STARTTLS", "EHLO", "MAIL", "RCPT", "DATA", "QUIT"]

    play(story)


def test_broken_tls_is_done_without(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server(offers=(*OFFERS, "STARTTLS"))
        assert (await one(world))[0] == "sent"
        assert server.verbs[:3] == ["EHLO", "STARTTLS", "EHLO"] and server.connections == 2

    play(story)


def test_starttls_refused(play: Play) -> None:
    async def story(world: World) -> None:
        server = await world.server(offers=(*OFFERS, "STARTTLS"))
        server.script.always["STARTTLS"] = "454 4.7.0 not today"
        assert (await one(world))[0] == "sent"
        assert server.connections == 1

    play(story)


class TestSmarthost:
    @pytest.fixture
    def queue_settings(self, sockets: Sockets, request: pytest.FixtureRequest) -> dict[str, Any]:
        given: dict[str, Any] = getattr(request, "param", {})
        login = {"smarthost_user": "mailsvc", "smarthost_password": "bí mật"}
        return {"smarthost": f"localhost:{sockets.mail_port}", "allow_private": False} | login | given

    @pytest.fixture(autouse=True)
    def trust(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The machine trusts the certificate of "localhost" that the tests use."""
        monkeypatch.setenv("SSL_CERT_FILE", str(self_signed(tmp_path / "good", ["localhost"], 1_795_496_400_000)))

    async def _start(self, world: World, tls: Any, auth: str = "AUTH PLAIN LOGIN", **known: Any) -> MailServer:
        server = MailServer("relay.example", (*OFFERS, *([auth] if auth else [])), tls)
        server.implicit_tls = bool(known.get("implicit"))
        world.servers.append(server)
        return await server.start(world.sockets.mail)

    def test_all_goes_there_over_tls_and_after_login(self, play: Play, tmp_path: Path) -> None:
        async def story(world: World) -> None:
            server = await self._start(world, context(tmp_path / "good", "localhost"))
            await world.send("ai@ngoai.example", "em@khac.example")
            await world.attempt()
            token = base64.b64encode("\0mailsvc\0bí mật".encode()).decode()
            assert server.said[3] == f"AUTH PLAIN {token}"
            assert server.letters[0].rcpts == ["RCPT TO:<ai@ngoai.example>", "RCPT TO:<em@khac.example>"]

        play(story)

    def test_login_the_other_way(self, play: Play, tmp_path: Path) -> None:
        async def story(world: World) -> None:
            server = await self._start(world, context(tmp_path / "good", "localhost"), "AUTH LOGIN CRAM-MD5")
            assert (await one(world))[0] == "sent"
            words = [base64.b64decode(line).decode() for line in server.said[4:6]]
            assert words == ["mailsvc", "bí mật"]

        play(story)

    @pytest.mark.parametrize("queue_settings", [{"smarthost_tls": "tls"}], indirect=True)
    def test_tls_from_the_first_octet(self, play: Play, tmp_path: Path) -> None:
        async def story(world: World) -> None:
            server = await self._start(world, context(tmp_path / "good", "localhost"), implicit=True)
            assert (await one(world))[0] == "sent"
            assert "STARTTLS" not in server.verbs and "AUTH" in server.verbs

        play(story)

    def test_a_wrong_certificate_gets_no_password(self, play: Play, tmp_path: Path) -> None:
        async def story(world: World) -> None:
            server = await self._start(world, context(tmp_path / "bad", "localhost"))
            state, reply = await one(world)
            assert state == "waiting" and reply.startswith("451 4.7.5 ")
            assert "AUTH" not in server.verbs and "MAIL" not in server.verbs

        play(story)

    def test_no_tls_no_password(self, play: Play) -> None:
        async def story(world: World) -> None:
            server = await self._start(world, None)
            state, reply = await one(world)
            assert state == "waiting" and reply.startswith("454 4.7.4 ")
            assert server.verbs == ["EHLO", "QUIT"]

        play(story)

    @pytest.mark.parametrize("queue_settings", [{"smarthost_tls": "none"}], indirect=True)
    def test_never_a_password_in_the_clear(self, play: Play) -> None:
        async def story(world: World) -> None:
            server = await self._start(world, None)
            assert (await one(world))[1].startswith("454 4.7.4 ")
            assert server.verbs == ["EHLO", "QUIT"]

        play(story)

    def test_a_wrong_password_loses_no_mail(self, play: Play, tmp_path: Path) -> None:
        async def story(world: World) -> None:
            an = await world.person("an")
            server = await self._start(world, context(tmp_path / "good", "localhost"))
            server.script.always["AUTH"] = "535 5.7.8 wrong"
            await world.send("ai@ngoai.example", account_id=an, sender=f"an@{DOMAIN}")
            state, reply = await one(world)
            assert state == "waiting" and reply == "454 4.7.8 535 wrong"
            assert await world.inbox(an) == []

        play(story)

    @pytest.mark.parametrize("queue_settings", [{"smarthost_user": "", "smarthost_tls": "none"}], indirect=True)
    def test_one_on_the_same_machine_may_bear_our_name(self, play: Play) -> None:
        async def story(world: World) -> None:
            server = await self._start(world, None)
            server.script.always["GREETING"] = f"220 {world.office.settings.organisation.host} ESMTP"
            assert (await one(world))[0] == "sent"

        play(story)
