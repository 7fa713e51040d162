"""Certificates and contexts."""

from __future__ import annotations

import asyncio
import asyncio.sslproto
import datetime
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mailsvc.net import dial, tls
from mailsvc.net.connection import Connection
from mailsvc.net.layers import TlsLayer
from mailsvc.net.listeners import Listener

NOW_MS = int(datetime.datetime.now(datetime.UTC).timestamp() * 1000)
DAY_MS = 86_400_000


def names_of(pem: Path) -> x509.SubjectAlternativeName:
    certificate = x509.load_pem_x509_certificate(pem.read_bytes())
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def test_self_signed_is_private_and_names_the_host(tmp_path: Path) -> None:
    pem = tls.self_signed(tmp_path / "tls", ["mail.so.example", "thư.example", "192.0.2.1"], NOW_MS)
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600
    names = names_of(pem)
    assert names.get_values_for_type(x509.DNSName) == ["mail.so.example", "xn--th-e0a.example", "localhost"]
    assert [str(found) for found in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1", "127.0.0.1", "::1"]
    certificate = x509.load_pem_x509_certificate(pem.read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= datetime.timedelta(days=825)


def test_self_signed_is_kept_while_it_serves(tmp_path: Path) -> None:
    first = tls.self_signed(tmp_path, ["a.example"], NOW_MS).read_bytes()
    assert tls.self_signed(tmp_path, ["a.example"], NOW_MS + 700 * DAY_MS).read_bytes() == first
    assert tls.self_signed(tmp_path, ["a.example"], NOW_MS + 800 * DAY_MS).read_bytes() != first
    second = tls.self_signed(tmp_path, ["b.example"], NOW_MS).read_bytes()
    assert tls.self_signed(tmp_path, ["b.example"], NOW_MS).read_bytes() == second != first
    (tmp_path / "self-signed.pem").write_bytes(b"rubbish")
    assert tls.self_signed(tmp_path, ["b.example"], NOW_MS).read_bytes() != second


def test_end_point_is_the_hash_of_the_certificate(tmp_path: Path) -> None:
    pem = tls.self_signed(tmp_path, [], NOW_MS).read_bytes()
    expected = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256())
    assert tls.end_point_of(pem) == expected  # RFC 5929 §4.1


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> TlsLayer:
    """The client's side after a handshake on memory."""
    ours = TlsLayer(server, server_side=True)
    theirs = TlsLayer(client, server_side=False, server_hostname="localhost")
    theirs.receive(b"")
    for _ in range(4):
        ours.receive(theirs.reply())
        theirs.receive(ours.reply())
    assert ours.ready
    assert theirs.ready
    return theirs


def test_reload_in_place(tmp_path: Path) -> None:
    pem = tls.self_signed(tmp_path, ["a.example"], NOW_MS)
    server = tls.ServerTls(pem)
    context, before = server.context, server.end_point
    assert not server.reload_if_changed()
    tls.self_signed(tmp_path, ["b.example"], NOW_MS)
    assert server.reload_if_changed()
    assert server.context is context
    assert server.end_point != before
    shown = handshake(server.context, tls.opportunistic_context()).peer_certificate()
    assert x509.load_der_x509_certificate(shown).fingerprint(hashes.SHA256()) == server.end_point


def test_broken_renewal_leaves_the_old_certificate(tmp_path: Path) -> None:
    first = tls.self_signed(tmp_path / "a", [], NOW_MS).read_bytes()
    second = tls.self_signed(tmp_path / "b", [], NOW_MS).read_bytes()
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(first[first.index(b"-----BEGIN CERT") :])
    key.write_bytes(first)
    server = tls.ServerTls(certificate, key)
    before = server.end_point
    certificate.write_bytes(second[second.index(b"-----BEGIN CERT") :])  # the key has not come yet
    with pytest.raises((OSError, ValueError)):
        server.reload_if_changed()
    assert server.end_point == before
    shown = handshake(server.context, tls.opportunistic_context()).peer_certificate()
    assert x509.load_der_x509_certificate(shown).fingerprint(hashes.SHA256()) == before
    key.write_bytes(second)
    assert server.reload_if_changed()


def test_old_protocol_versions_are_refused(tmp_path: Path) -> None:
    server = tls.ServerTls(tls.self_signed(tmp_path, [], NOW_MS))
    assert server.context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert server.context.options & ssl.OP_NO_RENEGOTIATION
    assert server.context.options & ssl.OP_NO_COMPRESSION
    client = tls.opportunistic_context()
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    assert handshake(server.context, client).info().version == "TLSv1.2"


def test_memory_of_a_layer_does_not_grow_with_traffic(tmp_path: Path) -> None:
    """A large send goes out in several records, so no buffer ever holds all of it."""
    server = tls.ServerTls(tls.self_signed(tmp_path, [], NOW_MS))
    ours = TlsLayer(server.context, server_side=True)
    theirs = TlsLayer(tls.opportunistic_context(), server_side=False)
    theirs.receive(b"")
    for _ in range(4):
        ours.receive(theirs.reply())
        theirs.receive(ours.reply())
    sent = ours.send(bytes(100_000))
    assert theirs.receive(sent) == bytes(100_000)
    records, at = 0, 0
    while at < len(sent):
        at += 5 + int.from_bytes(sent[at + 3 : at + 5])
        records += 1
    assert records > 100_000 // 16_384


def test_asyncio_buffer_can_be_shrunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio.sslproto.SSLProtocol, "max_size", 256 * 1024)
    tls.shrink_asyncio_tls()
    server_tls = tls.ServerTls(tls.self_signed(tmp_path, [], NOW_MS))

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(1_000_000))
        await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_tls.context)
        async with server, asyncio.timeout(20):
            port = server.sockets[0].getsockname()[1]
            rules = dial.DialRules(allow_private=True)
            client = await dial.connect("127.0.0.1", port, 5, tls.opportunistic_context(), rules=rules)
            client.write(bytes(1_000_000))
            assert await client.read_exact(1_000_000) == bytes(1_000_000)
            client.abort()

    asyncio.run(main())


def test_client_hello_with_the_connection_is_not_plaintext(tmp_path: Path) -> None:
    """A client quick enough that its first octets come before the handler has begun."""
    server_tls = tls.ServerTls(tls.self_signed(tmp_path, [], NOW_MS))
    seen: list[bytes] = []

    async def handler(connection: Connection) -> None:
        seen.append(await connection.read_line(100))

    async def main() -> None:
        listener = Listener(handler, tls=server_tls)
        await listener.start()
        rules = dial.DialRules(allow_private=True)
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            for _ in range(50):
                group.create_task(talk(listener.port, rules))
        await listener.stop()

    async def talk(port: int, rules: dial.DialRules) -> None:
        client = await dial.connect("127.0.0.1", port, 10, tls.opportunistic_context(), rules=rules)
        client.write(b"hello\r\n")
        with pytest.raises(Exception, match="closed"):
            await client.read_line(100)

    asyncio.run(main())
    assert seen == [b"hello"] * 50
