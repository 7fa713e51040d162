"""The zones of the office's domains, asked of a real name server: right, missing, other, several, not known."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from outbound_world import Play, World

from mailsvc.mail import dns_check
from mailsvc.mail.dns_check import Finding

ONE, TWO = "so.example", "tinh.example"
KEY = "v=DKIM1; k=rsa; p=MIIBIjAN"


@pytest.fixture
def organisation() -> dict[str, Any]:
    return {"domains": [ONE, TWO]}


async def states(world: World, dkim: str = KEY) -> dict[tuple[str, str], str]:
    return {(one.domain, one.kind): one.state for one in await found(world, dkim)}


async def found(world: World, dkim: str = KEY, seconds: float = 5.0) -> list[Finding]:
    return await dns_check.check(world.office.settings, dkim, seconds)


def publish(world: World, domain: str, *, mx: str, spf: list[str], dkim: list[str], dmarc: list[str]) -> None:
    selector = world.office.settings.dkim.selector
    zone = world.names.zone
    zone[domain, "MX"] = [mx]
    zone[domain, "TXT"] = ['"other=1"', *(f'"{one}"' for one in spf)]
    zone[f"{selector}._domainkey.{domain}", "TXT"] = [f'"{one}"' for one in dkim]
    zone[f"_dmarc.{domain}", "TXT"] = [f'"{one}"' for one in dmarc]


def test_right_and_other(play: Play) -> None:
    async def story(world: World) -> None:
        host = world.office.settings.organisation.host
        publish(
            world, ONE, mx=f"5 {host}.", spf=["v=spf1 ip4:192.0.2.1 mx -all"], dkim=["v=DKIM1; p=MIIB IjAN"],
            dmarc=["v=DMARC1; p=reject"],
        )  # fmt: skip
        publish(
            world, TWO, mx="5 mx.khac.example.", spf=["v=spf1 include:khac.example ?all"], dkim=["v=DKIM1; p=KHAC"],
            dmarc=["v=DMARC1; p=sai"],
        )  # fmt: skip
        told = await states(world)
        assert {told[ONE, kind] for kind in ("MX", "SPF", "DKIM", "DMARC")} == {"right"}
        assert {told[TWO, kind] for kind in ("MX", "SPF", "DKIM", "DMARC")} == {"other"}
        (mx,) = [one for one in await found(world) if (one.domain, one.kind) == (TWO, "MX")]
        assert mx.found == ("5 mx.khac.example",) and mx.wanted.value == f"10 {host}."
        assert (ONE, "DKIM") not in await states(world, dkim="")

    play(story)


def test_missing_and_several(play: Play) -> None:
    async def story(world: World) -> None:
        world.names.zone[ONE, "A"] = ["192.0.2.1"]
        two = ["v=spf1 mx -all", "v=spf1 mx ~all"]
        publish(world, TWO, mx="0 .", spf=two, dkim=[KEY, KEY + "x"], dmarc=["v=DMARC1; p=none"] * 1)
        told = await states(world)
        assert {told[ONE, kind] for kind in ("MX", "SPF", "DKIM", "DMARC")} == {"missing"}
        assert (told[TWO, "MX"], told[TWO, "SPF"], told[TWO, "DKIM"]) == ("other", "several", "several")

    play(story)


def test_no_answer_is_no_error_and_takes_its_time_once(play: Play) -> None:
    async def story(world: World) -> None:
        world.names.silent |= {ONE, f"_dmarc.{TWO}"}
        told = await states(world)
        assert told[ONE, "MX"] == told[ONE, "SPF"] == told[TWO, "DMARC"] == "unknown"
        assert told[ONE, "DMARC"] == "missing"
        world.names.stop()  # nobody answers any more: all eight wait at the same time
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert {one.state for one in await found(world, KEY + "2", 0.5)} == {"unknown"}
        assert loop.time() - began < 8 * 0.5

    play(story)
