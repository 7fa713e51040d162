"""The HTML of a letter behind the first wall, with addresses for the pictures that came along."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from mailsvc.http import links
from mailsvc.http.cleaning import SUMMARY
from mailsvc.http.helpers import HelperFailedError
from mailsvc.http.links import PictureLink
from mailsvc.http.visits import Visit
from mailsvc.message.scan import Part
from mailsvc.store.blobs import Buffer
from webmail import letters, remote_pictures
from webmail.i18n import _
from webmail.plaintext import MORE

log = logging.getLogger(__name__)

SECONDS = 4.0
KEPT = 32
KEPT_MS = 5 * 60_000
"""The page and the frame in it want the same; pictures must still be reachable when it is given again."""


@dataclass(frozen=True, slots=True)
class CleanBody:
    """`remote` counts pictures from elsewhere, shown or not; `trackers` those that only count readers; `links` are
    (host in the text, host it leads to) where they differ; `height` is in lines of text."""

    html: str
    remote: int
    trackers: int
    links: tuple[tuple[str, str], ...]
    height: int
    made_ms: int


    def shown(self) -> Markup:
        """The HTML with labels in the language of the request."""
        label = f"<summary>{escape(_(MORE))}</summary>"
        return Markup(self.html.replace(SUMMARY, label))  # noqa: S704 - it was cleaned


class BodyCache:
    """The bodies that were cleaned last, by content."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, bool], CleanBody] = OrderedDict()

    def get(self, content_id: tuple[int, bool], now_ms: int) -> CleanBody | None:
        found = self._kept.get(content_id)
        return found if found is not None and 0 <= now_ms - found.made_ms < KEPT_MS else None

    def put(self, content_id: tuple[int, bool], body: CleanBody) -> None:
        self._kept[content_id] = body
        self._kept.move_to_end(content_id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


async def cleaned(
    visit: Visit, content_id: int, data: Buffer, parts: Sequence[Part], *, remote: bool = False
) -> CleanBody | None:
    """The HTML fit to be framed, made in a child that can be killed; None when it is not fit to be shown. With `remote`
    pictures from elsewhere are there too, through our own host."""
    now_ms = visit.office.clock.now_ms()
    cache: BodyCache = visit.state.bodies
    found = cache.get((content_id, remote), now_ms)
    if found is not None:
        return found
    source = await visit.office.work(letters.html_of, data, letters.body_leaves(parts))
    arguments = {"pictures": await _picture_addresses(visit, content_id, parts), "remote": remote}
    try:
        answer = await visit.state.helpers.call(
            "letter", "clean", arguments, source.encode("utf-8", "replace"), seconds=SECONDS
        )
    except HelperFailedError as error:
        log.info("letter %d shown as text: %s", content_id, error)
        return None
    html, about = answer.data.decode("utf-8", "replace"), answer.about
    addresses = [str(one) for one in about.get("remote", [])]
    if remote and addresses:
        html = remote_pictures.placed(html, addresses, await link_key(visit), now_ms)
    links = tuple((str(shown), str(real)) for shown, real in about.get("links", []))
    body = CleanBody(html, len(addresses), int(about.get("trackers", 0)), links, int(about["height"]), now_ms)
    cache.put((content_id, remote), body)
    return body


async def _picture_addresses(visit: Visit, content_id: int, parts: Sequence[Part]) -> dict[str, str]:
    pictures = letters.pictures(parts)
    if not pictures:
        return {}
    key = await link_key(visit)
    until = visit.office.clock.now_ms() + links.LIFE_MS
    return {name: f"/anh/{links.sign(key, PictureLink(content_id, part, until))}" for name, part in pictures.items()}


async def link_key(visit: Visit) -> bytes:
    """The key of signed addresses, read once."""
    if not hasattr(visit.state, "link_key"):
        visit.state.link_key = await visit.office.db.write(links.link_key)
    key: bytes = visit.state.link_key
    return key
