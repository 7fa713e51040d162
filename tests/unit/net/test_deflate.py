"""The compression layer: what zlib on the other side understands, and how small it is at rest. RFC 4978, RFC 1951"""

from __future__ import annotations

import random
import zlib

import pytest

from mailsvc.net.deflate import DeflateLayer
from mailsvc.net.errors import TlsFailed


class Peer:
    """zlib as any client uses it: one stream in each direction for the whole connection."""

    def __init__(self) -> None:
        self.deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        self.inflate = zlib.decompressobj(-15)

    def says(self, data: bytes) -> bytes:
        return self.deflate.compress(data) + self.deflate.flush(zlib.Z_SYNC_FLUSH)

    def hears(self, data: bytes) -> bytes:
        return self.inflate.decompress(data)


def rested(layer: DeflateLayer) -> None:
    layer.rest()
    layer.rest()
    assert layer._deflate is None
    assert layer._inflate is None


def test_it_rests_between_any_two_octets_said() -> None:
    """Both streams go on where they were, whatever was dropped: small and large, new text and old."""
    chance = random.Random(1)
    layer, peer = DeflateLayer(), Peer()
    words = [chance.randbytes(chance.randint(1, 3000)) for _ in range(20)]
    for number in range(400):
        said = b"".join(chance.choices(words, k=chance.randint(1, 30)))
        if chance.random() < 0.5:
            sent, heard = peer.says(said), b""
            cut = chance.randint(0, len(sent))
            for piece in (sent[:cut], sent[cut:]):
                heard += layer.receive(piece)
                while layer.held:
                    heard += layer.receive(b"")
            assert heard == said, number
        else:
            assert peer.hears(layer.send(said)) == said, number
        if chance.random() < 0.3:
            rested(layer)


def test_it_does_not_rest_while_something_is_said() -> None:
    layer, peer = DeflateLayer(), Peer()
    peer.hears(layer.send(b"x" * 10_000))
    layer.rest()
    assert layer._deflate is not None
    layer.rest()
    assert layer._deflate is None


def test_a_push_to_a_resting_client_wakes_nothing() -> None:
    layer, peer = DeflateLayer(), Peer()
    assert peer.hears(layer.send(b"* 3 EXISTS\r\n")) == b"* 3 EXISTS\r\n"
    assert layer._deflate is None


def test_half_a_block_is_waited_for() -> None:
    layer, peer = DeflateLayer(), Peer()
    sent = peer.says(b"a NOOP\r\n" * 10)
    heard = layer.receive(sent[:-3])
    layer.rest()
    layer.rest()
    assert layer._inflate is not None
    assert heard + layer.receive(sent[-3:]) == b"a NOOP\r\n" * 10


def test_what_inflates_to_the_bound_exactly_is_not_stuck() -> None:
    """zlib may have taken all octets in and still owe some of a copy."""
    for size in (65_535, 65_536, 65_537, 65_700, 131_072, 131_300):
        layer, peer = DeflateLayer(), Peer()
        heard = layer.receive(peer.says(b"z" * size))
        while layer.held:
            heard += layer.receive(b"")
        assert len(heard) == size


def test_a_bomb_is_inflated_piece_by_piece() -> None:
    layer, peer = DeflateLayer(), Peer()
    data = peer.says(bytes(50_000_000))
    assert len(layer.receive(data)) == 65_536
    assert layer.held


def test_nonsense_ends_the_connection() -> None:
    with pytest.raises(TlsFailed):
        DeflateLayer().receive(b"a NOOP\r\n" * 5)


def test_the_end_of_the_stream_is_the_end() -> None:
    layer, peer = DeflateLayer(), Peer()
    assert layer.receive(peer.deflate.compress(b"bye") + peer.deflate.flush(zlib.Z_FINISH)) == b"bye"
    assert layer.ended
    assert peer.hears(layer.close()) == b""
    assert peer.inflate.eof
