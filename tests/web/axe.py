"""axe-core on a page that a browser shows, in both themes. Letters in their frames are not ours to judge."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

_RUN = """async () => {
  const found = await axe.run(document, {iframes: false, resultTypes: ['violations'], preload: false});
  return found.violations.flatMap(one => one.nodes.map(node =>
    `${one.id}: ${node.html.slice(0, 160)} ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}`));
}"""


@cache
def _source() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is shown now, in the light and in the dark theme."""
    if page.evaluate("typeof window.axe") == "undefined":
        page.evaluate("() => {" + _source() + "\n}")
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{scheme}: {one}" for one in page.evaluate(_RUN)]
    page.emulate_media(color_scheme="light")
    return found
