"""Kept searches: which one counts, how deep they may go, and what they may not do. RFC 5466"""

from __future__ import annotations

from world import Client, World

from mailsvc.store import notes
from mailsvc.store.notes import SERVER, SHARED
from mailsvc.store.tx import Tx


def keep(client: Client, **filters: str) -> None:
    for name, value in filters.items():
        text = value.replace("\\", "\\\\").replace('"', '\\"')
        client.ok(f'SETMETADATA "" ("/private/filters/values/{name}" "{text}")')


def found(client: Client, keys: str) -> bytes:
    (line,) = client.ok(f"SEARCH {keys}")
    return line.removeprefix(b"* SEARCH").strip()


def opened(world: World) -> Client:
    client = world.login("an")
    for subject in ("một", "hai", "ba"):
        client.append(f"Subject: {subject}\r\n\r\n".encode())
    client.ok("SELECT INBOX")
    return client


def test_a_filter_stands_for_its_keys(world: World) -> None:
    client = opened(world)
    keep(client, a='OR SUBJECT "mot" SUBJECT "ba"', b="NOT FILTER a", c="OR FILTER b 1")
    assert found(client, "FILTER a") == b"1 3"
    assert found(client, "NOT FILTER A") == b"2"
    assert found(client, "(FILTER b) ALL") == b"2"
    assert found(client, "FILTER c UNSEEN") == b"1 2"
    assert client.ok("SORT (REVERSE SUBJECT) UTF-8 FILTER a") == [b"* SORT 1 3"]
    assert client.ok("THREAD ORDEREDSUBJECT UTF-8 FILTER b") == [b"* THREAD (2)"]


def test_ones_own_filter_counts_before_the_shared_one(world: World) -> None:
    client = opened(world)

    def share(tx: Tx) -> None:
        notes.put(tx, SERVER, SHARED, {"/shared/filters/values/x": b"2", "/shared/filters/values/y": b"3"})

    world.write(share)
    keep(client, x="1")
    assert found(client, "FILTER x") == b"1"
    assert found(client, "FILTER y") == b"3"
    client.ok('SETMETADATA "" ("/private/filters/values/x" NIL)')
    assert found(client, "FILTER x") == b"2"
    other = world.login("binh")
    other.ok("SELECT INBOX")
    assert found(other, "FILTER x") == b""


def test_loops_and_depths_are_undefined_filters(world: World) -> None:
    client = opened(world)
    keep(client, a="FILTER b", b="FILTER c", c="FILTER d", d="1", loop="OR 1 FILTER pool", pool="FILTER loop")
    assert found(client, "FILTER a") == b"1"
    assert client.fails("SEARCH FILTER loop").startswith(b"NO [UNDEFINED-FILTER loop]")
    keep(client, z="FILTER y", y="FILTER x", x="FILTER a")
    assert client.fails("SEARCH FILTER z").startswith(b"NO [UNDEFINED-FILTER ")
    assert client.fails("SEARCH RETURN (SAVE) FILTER none").startswith(b"NO [UNDEFINED-FILTER none]")


def test_filters_do_not_multiply_without_end(world: World) -> None:
    client = opened(world)
    keep(client, a="TEXT x", b=" ".join(["FILTER a"] * 60), c=" ".join(["FILTER b"] * 60))
    assert client.fails("SEARCH FILTER b").startswith(b"BAD")
    assert client.fails("SEARCH FILTER c").startswith(b"BAD")
    keep(client, many=" ".join(["TEXT x"] * 90))
    assert client.fails("SEARCH FILTER many FILTER many").startswith(b"BAD")
    assert found(client, "FILTER many") == b""


def test_the_deepest_search_there_is(world: World) -> None:
    client = opened(world)
    deep = "{}"
    for _ in range(20):
        deep = deep.format("FUZZY (NOT {} ALL)")
    keep(client, a=deep.format("1"), b=deep.format("FILTER a"), c=deep.format("FILTER b"), d=deep.format("FILTER c"))
    assert found(client, "FILTER d") == b"1"
    assert client.ok("SORT (RELEVANCY) UTF-8 FILTER d") == [b"* SORT 1"]
    assert len(client.ok("SEARCH RETURN (UPDATE ALL) " + deep.format("FILTER d"))) == 1


def test_what_is_no_search_is_not_kept(world: World) -> None:
    client = opened(world)
    for value in ("OR SMALLER 5", "", "ALL)", "FILTER a/b", "NOTHING"):
        assert client.fails(f'SETMETADATA "" ("/private/filters/values/x" "{value}")').startswith(b"BAD")
    client.ok('SETMETADATA "" ("/private/filters/descriptions/x" "chữ gì cũng được")')
    client.ok('SETMETADATA "INBOX" ("/private/filters/values/x" "not the server\'s")')
