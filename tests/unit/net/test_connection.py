"""Connections over real sockets, on both loops."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loops import Run, both_loops

from mailsvc.net import connection, dial, wire
from mailsvc.net.connection import Connection
from mailsvc.net.deflate import DeflateLayer
from mailsvc.net.errors import (
    Disconnected,
    LineTooLong,
    PlaintextLeftover,
    ReadTimeout,
    TlsFailed,
    WriteTimeout,
)
from mailsvc.net.lines import LineBuffer
from mailsvc.net.listeners import Listener
from mailsvc.net.tls import ServerTls, opportunistic_context, self_signed, verifying_context

LOCAL = dial.DialRules(allow_private=True)


@pytest.fixture(scope="module")
def server_tls(tmp_path_factory: pytest.TempPathFactory) -> ServerTls:
    return ServerTls(self_signed(tmp_path_factory.mktemp("tls"), [], time.time_ns() // 1_000_000))


@asynccontextmanager
async def pair(
    *, tls: ServerTls | None = None, client_tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Connection, Connection]]:
    """The two ends of one connection: ours (server) and the peer's (client)."""
    arrived: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def handler(arriving: Connection) -> None:
        arrived.set_result(arriving)
        await done.wait()

    listener = Listener(handler, tls=tls)
    await listener.start()
    try:
        client = await dial.connect("127.0.0.1", listener.port, 5, client_tls, rules=LOCAL)
        server = await asyncio.wait_for(arrived, 5)
        yield server, client
        client.abort()
    finally:
        done.set()
        await listener.stop()


async def settle(reached: Callable[[], bool]) -> None:
    """Lets the loop turn until something holds."""
    while not reached():  # noqa: ASYNC110 - what is waited for makes no event
        await asyncio.sleep(0)


@both_loops
def test_lines_and_literals(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            assert server.peer == "127.0.0.1"
            assert server.peer_port == client.local_port
            client.write(b"a1 LOGIN {5}\r\nhe\0lo {3}\nabc\r\n\r\n")
            assert await server.read_line(100) == b"a1 LOGIN {5}"
            assert await server.read_exact(5) == b"he\0lo"
            assert await server.read_line(100) == b" {3}"
            chunks: list[bytes] = []
            await server.read_into(3, chunks.append)
            assert b"".join(chunks) == b"abc"
            assert await server.read_line(100) == b""
            assert await server.read_line(100) == b""
            server.write_many([b"* OK ", b"done\r\n"])
            assert await client.read_line(100) == b"* OK done"
            assert server.bytes_in == client.bytes_out == 31
            assert server.bytes_out == client.bytes_in == 11

    run(main())


@both_loops
def test_burst_is_read_without_waiting(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            client.write(b"".join(b"a%d NOOP\r\n" % number for number in range(1000)))
            await settle(lambda: server.buffered > 8_000)
            for number in range(1000):
                coroutine = server.read_line(100)
                with pytest.raises(StopIteration) as line:
                    coroutine.send(None)
                assert line.value.value == b"a%d NOOP" % number
            assert server.take_line(100) is None

    run(main())


@both_loops
def test_answers_to_a_burst_leave_together(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            for number in range(50):
                server.write(b"a%02d OK\r\n" % number)
            assert server.bytes_out == 0
            await asyncio.sleep(0)
            assert server.bytes_out == 50 * 8
            for number in range(50):
                assert await client.read_line(100) == b"a%02d OK" % number

    run(main())


@both_loops
def test_line_too_long_holds_no_memory(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):

            async def flood() -> None:
                client.write(b"tag9 ")
                for _ in range(64):
                    client.write(b"x" * 65536)
                    await client.drain()
                client.write(b"\r\na2 NOOP\r\n")

            flooding = asyncio.ensure_future(flood())
            with pytest.raises(LineTooLong) as caught:
                await server.read_line(8192)
            assert caught.value.head.startswith(b"tag9 ")
            assert await server.read_line(8192) == b"a2 NOOP"
            assert server.buffered == 0
            await flooding

    run(main())


@both_loops
def test_unread_input_is_bounded(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            client.write_timeout = 0.2
            with pytest.raises(WriteTimeout):
                for _ in range(1000):
                    client.write(b"x" * 65536)
                    await client.drain()
            assert server.buffered < wire.READ_HIGH + 512 * 1024

    run(main())


@both_loops
def test_large_literal_passes_whole(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            data = bytes(range(256)) * 20_000

            async def send() -> None:
                for at in range(0, len(data), 100_000):
                    client.write(data[at : at + 100_000])
                    await client.drain()

            sending = asyncio.ensure_future(send())
            assert await server.read_exact(len(data)) == data
            await sending
            client.write(b"skip me\r\nnext\r\n")
            await server.discard(9)
            assert await server.read_line(100) == b"next"

    run(main())


@both_loops
def test_reader_that_sleeps_is_cut(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            client._transport.pause_reading()  # type: ignore[union-attr]
            server.write_timeout = 0.1
            with pytest.raises(WriteTimeout):
                while True:
                    server.write(b"x" * 65536)
                    await server.drain()

    run(main())


@both_loops
def test_writer_that_never_drains_is_stopped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WRITE_LIMIT", 1024 * 1024)

    async def main() -> None:
        async with pair() as (server, client):
            client._transport.pause_reading()  # type: ignore[union-attr]
            for _ in range(200):
                server.write(b"x" * 65536)
            with pytest.raises(WriteTimeout):
                await server.drain()

    run(main())


@both_loops
def test_timeouts(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            server.read_timeout = 0.05
            with pytest.raises(ReadTimeout):
                await server.read_line(100)
            client.write(b"half a li")
            with pytest.raises(ReadTimeout):
                await server.read_line(100)
            server.read_timeout = 5.0
            client.write(b"ne\r\n")
            assert await server.read_line(100) == b"half a line"
            with pytest.raises(ReadTimeout):
                await server.wait_input(0.05)
            server.read_timeout = 0.05
            with pytest.raises(ReadTimeout):
                await server.read_exact(1)

    run(main())


@both_loops
def test_slow_but_steady_literal_is_not_cut(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            server.read_timeout = 0.6
            started = time.monotonic()

            async def trickle() -> None:
                for _ in range(6):
                    await client_pause()
                    client.write(b"x")

            async def client_pause() -> None:
                with pytest.raises(ReadTimeout):
                    await client.wait_input(0.15)

            trickling = asyncio.ensure_future(trickle())
            assert await server.read_exact(6) == b"x" * 6
            assert time.monotonic() - started > 0.8
            await trickling

    run(main())


@both_loops
def test_nudge_wakes_an_idle_reader(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            waiting = asyncio.ensure_future(server.wait_input())
            await asyncio.sleep(0)
            server.nudge()
            assert await waiting is False
            server.nudge()
            assert await server.wait_input() is False
            client.write(b"DONE\r\n")
            assert await server.wait_input() is True
            server.nudge()
            assert await server.read_line(100) == b"DONE"

    run(main())


@both_loops
def test_nudge_does_not_disturb_a_line(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            reading = asyncio.ensure_future(server.read_line(100))
            await asyncio.sleep(0)
            server.nudge()
            await asyncio.sleep(0)
            client.write(b"DONE\r\n")
            assert await reading == b"DONE"

    run(main())


@both_loops
def test_cancelled_read_loses_nothing(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            reading = asyncio.ensure_future(server.read_line(100))
            await asyncio.sleep(0)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            client.write(b"DONE\r\n")
            assert await server.read_line(100) == b"DONE"

    run(main())


@both_loops
def test_two_readers_are_a_mistake(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            reading = asyncio.ensure_future(server.read_line(100))
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError):
                await server.read_line(100)
            client.write(b"one\r\n")
            assert await reading == b"one"

    run(main())


@both_loops
def test_half_closed_peer_still_gets_its_answers(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            client.write(b"a NOOP\r\nb LOGOUT\r\n")
            client.flush()
            client._transport.write_eof()  # type: ignore[union-attr]
            assert await server.read_line(100) == b"a NOOP"
            await settle(lambda: server.gone)
            assert await server.read_line(100) == b"b LOGOUT"
            with pytest.raises(Disconnected):
                await server.read_line(100)
            server.write(b"* BYE\r\n")
            server.close()
            assert await client.read_line(100) == b"* BYE"
            with pytest.raises(Disconnected):
                await client.read_line(100)

    run(main())


@both_loops
def test_lost_connection_is_told_to_reader_and_writer(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            reading = asyncio.ensure_future(server.read_line(100))
            await asyncio.sleep(0)
            client.abort()
            with pytest.raises(Disconnected):
                await reading
            with pytest.raises(Disconnected):
                while True:
                    server.write(b"x" * 65536)
                    await server.drain()
            await server.aclose()

    run(main())


@both_loops
def test_last_words_are_not_lost_to_a_reset(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            for _ in range(40):
                client.write(b"x" * 65536)
            client.write(b"\r\n")
            client.flush()
            with pytest.raises(LineTooLong):
                await server.read_line(100)
            server.write(b"* BYE line too long\r\n")
            server.close()
            server.write(b"nothing goes after that")
            server.flush()
            await client.drain()
            assert await client.read_line(100) == b"* BYE line too long"
            with pytest.raises(Disconnected, match="the peer has closed"):
                await client.read_line(100)
            client.close()
            await server.aclose()

    run(main())


@both_loops
def test_peer_that_does_not_leave_is_cut(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.05)

    async def main() -> None:
        async with pair() as (server, client):
            server.close()
            await server.aclose()  # comes back although the client keeps its side open
            assert server.gone
            with pytest.raises(Disconnected):
                await client.read_line(100)

    run(main())


@both_loops
def test_closing_with_much_unsent_is_bounded(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            client._transport.pause_reading()  # type: ignore[union-attr]
            server.write(b"x" * 20_000_000)
            await server.aclose(within=0.05)

    run(main())


@both_loops
def test_what_is_written_during_the_handshake_follows_it(run: Run, server_tls: ServerTls) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            server.begin_tls(server_tls.context)
            server.write(b"* OK ready\r\n")
            server.flush()
            shaking = asyncio.ensure_future(server.handshake())
            await client.start_tls(opportunistic_context(), server_side=False)
            await shaking
            await server.drain()
            assert await client.read_line(100) == b"* OK ready"

    run(main())


async def upgraded(server: Connection, client: Connection, tls: ServerTls) -> None:
    """STARTTLS as a door and a client do it."""
    client.write(b"a STARTTLS\r\n")
    assert await server.read_line(100) == b"a STARTTLS"

    async def client_side() -> None:
        assert await client.read_line(100) == b"a OK"
        await client.start_tls(opportunistic_context(), server_side=False)

    async with asyncio.TaskGroup() as group:
        group.create_task(client_side())
        group.create_task(server.start_tls(tls.context, go_ahead=b"a OK\r\n", end_point=tls.end_point))  # type: ignore


@both_loops
def test_starttls(run: Run, server_tls: ServerTls) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            await upgraded(server, client, server_tls)
            assert server.tls is not None
            assert server.tls.version == "TLSv1.3"
            assert server.tls.end_point == server_tls.end_point
            data = bytes(range(256)) * 4_000
            client.write(b"{1024000}\r\n" + data)
            assert await server.read_line(100) == b"{1024000}"
            assert await server.read_exact(len(data)) == data
            server.write(data)
            sending = asyncio.ensure_future(server.drain())
            assert await client.read_exact(len(data)) == data
            await sending
            server.close()
            with pytest.raises(Disconnected):
                await client.read_line(100)

    run(main())


@both_loops
@pytest.mark.parametrize("leftover", [b"b LOGIN x y\r\n", b"b", b"\n"])
def test_starttls_refuses_buffered_plaintext(run: Run, server_tls: ServerTls, leftover: bytes) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            client.write(b"a STARTTLS\r\n" + leftover)
            assert await server.read_line(100) == b"a STARTTLS"
            with pytest.raises(PlaintextLeftover):
                await server.start_tls(server_tls.context, go_ahead=b"a OK\r\n")
            assert server.bytes_out == 0

    run(main())


@both_loops
def test_starttls_client_refuses_buffered_plaintext(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            server.write(b"220 go ahead\r\n250 injected\r\n")
            assert await client.read_line(100) == b"220 go ahead"
            with pytest.raises(PlaintextLeftover):
                await client.start_tls(opportunistic_context(), server_side=False)

    run(main())


@both_loops
def test_plaintext_injected_after_the_go_ahead_breaks_the_handshake(run: Run, server_tls: ServerTls) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            client.write(b"a STARTTLS\r\n")
            await server.read_line(100)
            client.write(b"b LOGIN x y\r\nc SELECT INBOX\r\n")
            with pytest.raises(TlsFailed):
                await server.start_tls(server_tls.context, go_ahead=b"a OK\r\n")
            with pytest.raises(TlsFailed):
                await server.read_line(100)

    # The client's octets may come before or after the change of layer; both ways end it.
    async def either() -> None:
        try:
            await main()
        except PlaintextLeftover:
            return

    run(either())


@both_loops
def test_tls_from_the_first_octet_verifies(run: Run, server_tls: ServerTls) -> None:
    async def main() -> None:
        trusted = verifying_context(server_tls._certificate)
        async with pair(tls=server_tls, client_tls=trusted) as (server, client):
            client.write(b"hello\r\n")
            assert await server.read_line(100) == b"hello"
        with pytest.raises(TlsFailed, match=r"certificate|self"):
            async with pair(tls=server_tls, client_tls=verifying_context()):
                pass

    run(main())


@both_loops
def test_handshake_has_a_deadline(run: Run, server_tls: ServerTls) -> None:
    async def main() -> None:
        async with pair() as (server, _):
            with pytest.raises(ReadTimeout):
                await server.start_tls(server_tls.context, within=0.05)

    run(main())


@both_loops
def test_tls_peer_that_sleeps_is_bounded(run: Run, server_tls: ServerTls) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            await upgraded(server, client, server_tls)
            client._transport.pause_reading()  # type: ignore[union-attr]
            server.write_timeout = 0.1
            with pytest.raises(WriteTimeout):
                while True:
                    server.write(b"x" * 65536)
                    await server.drain()

    run(main())


@both_loops
@pytest.mark.parametrize("encrypted", [False, True])
def test_deflate_on_top(run: Run, server_tls: ServerTls, encrypted: bool) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            if encrypted:
                await upgraded(server, client, server_tls)
            server.push_layer(DeflateLayer())
            client.push_layer(DeflateLayer())
            client.write(b"a FETCH 1:* FLAGS\r\n")
            assert await server.read_line(100) == b"a FETCH 1:* FLAGS"
            data = b"* 1 FETCH (FLAGS (\\Seen))\r\n" * 40_000
            before = server.bytes_out
            server.write(data)
            sending = asyncio.ensure_future(server.drain())
            assert await client.read_exact(len(data)) == data
            assert server.bytes_out - before < len(data) // 20
            await sending
            server.close()
            with pytest.raises(Disconnected):
                await client.read_line(100)

    run(main())


@both_loops
def test_inflating_is_bounded(run: Run) -> None:
    async def main() -> None:
        async with pair() as (server, client):
            server.push_layer(DeflateLayer())
            client.push_layer(DeflateLayer())
            client.write(b"\0" * 50_000_000)  # 50 KB on the wire
            await settle(lambda: server.buffered > 0)
            assert server.buffered < 1_000_000
            await server.discard(50_000_000)

    run(main())


def test_loops_in_two_threads_do_not_mix_their_octets() -> None:
    async def main(mark: bytes) -> None:
        async with pair() as (server, client):
            for _ in range(300):
                client.write(mark * 20_000 + b"\r\n")
                assert await server.read_line(30_000) == mark * 20_000

    with ThreadPoolExecutor(2) as threads:
        for running in [threads.submit(asyncio.run, main(mark)) for mark in (b"a", b"b")]:
            running.result(20)


line_bytes = st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b"").rstrip(b"\r"))


@given(st.lists(line_bytes, max_size=12), st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_lines_do_not_depend_on_segments(lines: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(line + b"\r\n" for line in lines)
    buffer, seen, at = LineBuffer(), [], 0
    for cut in [*cuts, len(stream)]:
        buffer.feed(stream[at : at + cut])
        at += cut
        while (line := buffer.take_line(30)) is not None:
            seen.append(line)
    assert seen == lines


@given(st.lists(st.binary(max_size=60), max_size=20), st.integers(0, 20))
def test_line_buffer_is_bounded(segments: list[bytes], limit: int) -> None:
    buffer, stream, seen = LineBuffer(), b"".join(segments), []
    for segment in segments:
        buffer.feed(segment)
        while True:
            try:
                line = buffer.take_line(limit)
            except LineTooLong:
                seen.append(None)
                continue
            if line is None:
                break
            seen.append(line)
        assert len(buffer) <= limit + 1
    expected = [line.removesuffix(b"\r") for line in stream.split(b"\n")[:-1]]
    assert [line for line in seen if line is not None] == [line for line in expected if len(line) <= limit]
