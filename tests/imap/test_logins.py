"""Logins beyond what a dialog can show: SCRAM, what is switched off, silence. RFC 5802, RFC 7677, RFC 9051 §5.4"""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from world import PASSWORD, Client, World, running

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.mail.office import Office


def scram(client: Client, username: str, password: str, gs2: bytes = b"n,,", binding: bytes = b"") -> bytes:
    """The client's side of SCRAM-SHA-256, -PLUS with `binding`; the tagged reply. The server must prove itself."""

    def hmac_of(key: bytes, text: bytes) -> bytes:
        return hmac.new(key, text, hashlib.sha256).digest()

    bare = f"n={username},r=clientnonce".encode()
    name = b"SCRAM-SHA-256-PLUS" if gs2.startswith(b"p=") else b"SCRAM-SHA-256"
    client.send(b"s AUTHENTICATE %s %s\r\n" % (name, base64.b64encode(gs2 + bare)))
    line = client.line()
    if not line.startswith(b"+ "):
        return line
    challenge = base64.b64decode(line.removeprefix(b"+ "))
    fields = dict(part.split(b"=", 1) for part in challenge.split(b","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields[b"s"]), int(fields[b"i"]))
    final = b"c=" + base64.b64encode(gs2 + binding) + b",r=" + fields[b"r"]
    text = bare + b"," + challenge + b"," + final
    client_key = hmac_of(salted, b"Client Key")
    signature = hmac_of(hashlib.sha256(client_key).digest(), text)
    proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    client.send(base64.b64encode(final + b",p=" + base64.b64encode(proof)) + b"\r\n")
    line = client.line()
    if line.startswith(b"+ "):
        verifier = base64.b64decode(line.removeprefix(b"+ "))
        assert verifier == b"v=" + base64.b64encode(hmac_of(hmac_of(salted, b"Server Key"), text))
        client.send(b"\r\n")
        line = client.line()
    return line


def test_scram(world: World) -> None:
    client = world.connect("imaps")
    client.line()
    assert scram(client, "an", "wrong").startswith(b"s NO [AUTHENTICATIONFAILED]")
    assert scram(client, "nobody", PASSWORD).startswith(b"s NO [AUTHENTICATIONFAILED]")
    assert scram(client, "an", PASSWORD).startswith(b"s OK [CAPABILITY ")
    client.ok("SELECT INBOX")


def end_point(client: Client) -> bytes:
    """RFC 5929 §4.1; our certificate is signed with SHA-256."""
    return hashlib.sha256(client._socket.getpeercert(binary_form=True)).digest()  # type: ignore[attr-defined]


@pytest.mark.parametrize("door", ["imaps", "imap"])
def test_scram_bound_to_the_channel(world: World, door: str) -> None:
    client = world.connect(door)
    client.line()
    if door == "imap":
        assert b"-PLUS" not in b"".join(client.ok("CAPABILITY"))
        assert scram(client, "an", PASSWORD, b"p=tls-server-end-point,,", b"x").startswith(b"s NO ")
        client.ok("STARTTLS")
        client.start_tls()
    assert b"AUTH=SCRAM-SHA-256-PLUS" in b"".join(client.ok("CAPABILITY")).split()
    for gs2, binding in (
        (b"p=tls-server-end-point,,", bytes(32)),  # somebody with another certificate stands between us
        (b"p=tls-server-end-point,,", b""),
        (b"p=tls-unique,,", end_point(client)),
        (b"y,,", b""),  # somebody has taken -PLUS out of the list (RFC 5802 §6)
    ):
        assert scram(client, "an", PASSWORD, gs2, binding).startswith(b"s NO [AUTHENTICATIONFAILED]"), gs2
    reply = scram(client, "an", PASSWORD, b"p=tls-server-end-point,,", end_point(client))
    assert reply.startswith(b"s OK [CAPABILITY ")
    client.ok("SELECT INBOX")


def test_a_client_that_knows_no_binding_is_right_where_there_is_none(world: World) -> None:
    client = world.connect()
    client.line()
    assert scram(client, "an", PASSWORD, b"y,,").startswith(b"s OK ")


def test_an_address_is_a_login_name_too(world: World) -> None:
    client = world.connect()
    client.line()
    client.ok(f'LOGIN an@{world.office.settings.primary_domain} "{PASSWORD}"')


def test_silence_ends_the_session(world: World) -> None:
    client = world.login("an")
    client.ok("SELECT INBOX")
    assert world.door is not None
    (session,) = world.door.keeper.sessions
    assert session.connection.read_timeout == 1800
    session.connection.read_timeout = 0.05
    client.send(b"i IDLE\r\n")
    assert client.line().startswith(b"+")
    assert client.line().startswith(b"* BYE")
    assert client.rest() == b""


def test_stopping_says_goodbye(office: Office, quick_hasher: PasswordHasher) -> None:
    with running(office, quick_hasher) as world:
        world.add_account("an")
        client = world.login("an")
        assert world.door is not None
        world.run(world.door.stop())
        assert client.line().startswith(b"* BYE [UNAVAILABLE]")
        assert client.rest() == b""
