"""DNS against a real (small) server."""

from __future__ import annotations

import pytest
from dns_server import name_server
from loops import Run, both_loops

from mailsvc.net.errors import DnsUnavailable, NoSuchName, NullMx


@both_loops
def test_mx(run: Run) -> None:
    async def main() -> None:
        async with name_server() as (resolver, _):
            assert await resolver.mx("so.example") == [(10, "mx1.so.example"), (20, "mx2.so.example")]
            assert await resolver.mx("SO.example.") == [(10, "mx1.so.example"), (20, "mx2.so.example")]
            assert await resolver.mx("bare.example") == [(0, "bare.example")]  # RFC 5321 §5.1
            assert await resolver.mx("thư.example") == [(0, "xn--th-e0a.example")]
            with pytest.raises(NullMx):  # RFC 7505 §3
                await resolver.mx("nomail.example")
            for name in ("nobody.example", "only-txt.example", "bad..name", "x" * 64 + ".example", ""):
                with pytest.raises(NoSuchName):
                    await resolver.mx(name)

    run(main())


@both_loops
def test_addresses_and_text(run: Run) -> None:
    async def main() -> None:
        async with name_server() as (resolver, _):
            assert await resolver.addresses("mx1.so.example") == ["192.0.2.1", "2001:db8::1"]
            assert await resolver.addresses("alias.example") == ["192.0.2.3"]
            assert sorted(await resolver.txt("only-txt.example")) == [b"other", b"v=spf1 -all"]
            assert await resolver.txt("bare.example") == []
            assert await resolver.txt("nobody.example") == []
            assert await resolver.pointers("192.0.2.1") == []

    run(main())


@both_loops
def test_no_answer_is_not_no(run: Run) -> None:
    async def main() -> None:
        async with name_server(0.1) as (resolver, _):
            for name in ("silent.example", "broken.example"):
                for ask in (resolver.mx, resolver.addresses, resolver.txt):
                    with pytest.raises(DnsUnavailable):
                        await ask(name)

    run(main())


@both_loops
def test_answers_are_remembered(run: Run) -> None:
    async def main() -> None:
        async with name_server() as (resolver, answerer):
            await resolver.mx("so.example")
            await resolver.mx("so.example")
            assert answerer.asked == ["so.example."]

    run(main())
