"""Logins beyond what a dialog can show: SCRAM, what is switched off, silence. RFC 5802, RFC 7677, RFC 9051 §5.4"""

from __future__ import annotations

import base64
import hashlib
import hmac

from world import PASSWORD, Client, World, running

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.mail.office import Office


def scram(client: Client, username: str, password: str) -> bytes:
    """The client's side of SCRAM-SHA-256; the tagged reply. Asserts that the server proves itself."""

    def hmac_of(key: bytes, text: bytes) -> bytes:
        return hmac.new(key, text, hashlib.sha256).digest()

    bare = f"n={username},r=clientnonce".encode()
    client.send(b"s AUTHENTICATE SCRAM-SHA-256 " + base64.b64encode(b"n,," + bare) + b"\r\n")
    challenge = base64.b64decode(client.line().removeprefix(b"+ "))
    fields = dict(part.split(b"=", 1) for part in challenge.split(b","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields[b"s"]), int(fields[b"i"]))
    final = b"c=biws,r=" + fields[b"r"]
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
