"""Children: answers, and what happens when one hangs or dies."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from mailsvc.http.child import HEAD
from mailsvc.http.helpers import HelperFailedError, Helpers
from tests.places import SAMPLES


def run(work: Any) -> Any:
    async def inside() -> Any:
        helpers = Helpers()
        try:
            return await work(helpers)
        finally:
            await helpers.close()

    return asyncio.run(inside())


def test_cleaning_in_a_child() -> None:
    async def work(helpers: Helpers) -> None:
        answer = await helpers.call("letter", "clean", {"pictures": {}}, "<p onclick=x>chào</p>".encode())
        assert answer.data.decode() == "<p>chào</p>"

    run(work)


def test_a_slow_child_is_killed_and_replaced() -> None:
    async def work(helpers: Helpers) -> None:
        deep = ("<font color=x" + ">" + "<b a=1>" * 120) * 2 + "<p>x" * 200_000
        with pytest.raises(HelperFailedError):
            await helpers.call("letter", "clean", {"pictures": {}}, deep.encode(), seconds=0.01)
        answer = await helpers.call("letter", "clean", {"pictures": {}}, b"<p>x</p>")
        assert answer.data == b"<p>x</p>"

    run(work)


def test_refused_input_leaves_the_child_alive() -> None:
    async def work(helpers: Helpers) -> None:
        for payload in (b"%PDF-1.7 broken", b"", b"\x00" * 1000):
            with pytest.raises(HelperFailedError):
                await helpers.call("pages", "pages", {"first": 0, "count": 1}, payload)
        lane = helpers._lanes["pages"]
        assert len(lane._free) == 1 and lane._free[0].calls == 3

    run(work)


def test_a_caller_who_leaves_takes_the_child_along() -> None:
    async def work(helpers: Helpers) -> None:
        data = (SAMPLES / "scan" / "qd-2016-quy-che-eoffice.pdf").read_bytes()
        task = asyncio.create_task(helpers.call("pages", "pages", {"first": 0, "count": 4}, data, seconds=20))
        await asyncio.sleep(0)
        while not helpers._lanes["pages"]._busy:  # noqa: ASYNC110 - nothing tells when the child has been started
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not helpers._lanes["pages"]._busy
        small = (SAMPLES / "pdf" / "cv-bgddt-khao-sat.pdf").read_bytes()
        answer = await helpers.call("pages", "pages", {"first": 0, "count": 1}, small, seconds=20)
        assert answer.about["total"] == 1

    run(work)


def test_pages_of_every_sample_are_small_pictures() -> None:
    async def work(helpers: Helpers) -> None:
        for path in sorted([*(SAMPLES / "pdf").glob("*.pdf"), *(SAMPLES / "scan").glob("*.pdf")]):
            answer = await helpers.call("pages", "pages", {"first": 0, "count": 1}, path.read_bytes(), seconds=20)
            picture = Image.open(io.BytesIO(answer.data))
            assert picture.format == "WEBP" and picture.width == 1100, path.name
            assert len(answer.data) < 400_000, (path.name, len(answer.data))

    run(work)


def test_the_child_refuses_unknown_tasks() -> None:
    async def work(helpers: Helpers) -> None:
        with pytest.raises(HelperFailedError, match="unknown"):
            await helpers.call("letter", "nothing", {}, b"")

    run(work)
    assert HEAD.size == 8
