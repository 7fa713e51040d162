"""What leads out of a letter: pictures on other hosts, those that only count readers, links that lead elsewhere than
they say. Works on HTML that the cleaner has written, and runs with it in the killable child."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from mailsvc.message.suspicion import host_in

_IMAGE = re.compile(r"<img\b[^>]*?>")
_PLACE = re.compile(r'\ssrc="tel:(\d{1,6})"')
_SIZE = re.compile(r'\b(?:width|height)="(\d{1,4})(?:px)?"')
_STYLE = re.compile(r'\bstyle="([^"]*)"')
_HIDDEN = re.compile(
    r"display:\s*none|(?:^|[;\s])(?:max-)?(?:width|height):\s*[0-3](?:\.\d+)?(?:px)?\s*(?:;|$)", re.IGNORECASE
)
_BEACON = re.compile(
    r"/(?:open|o|track|trk|pixel|px|beacon|wf/open|e/o|email/open|imp)(?:\.(?:php|gif|png|aspx?|ashx))?(?:[/?]|$)"
    r"|[/._-](?:pixel|beacon|spacer|tracker|tracking|trackopen|openrate)[/._?-]|\bgoogle-analytics\.com|/collect\?",
    re.IGNORECASE,
)
_TINY = 3
_LINK = re.compile(r'<a\b[^>]*?\shref="(https?://[^"]{1,4000})"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_MOST_LINKS = 500
_MOST_TOLD = 10
MOST_PICTURES = 200


@dataclass(frozen=True, slots=True)
class Sifted:
    """`addresses` are those of pictures that may be shown."""

    html: str
    addresses: tuple[str, ...]
    trackers: int


def sifted(html: str, addresses: Sequence[str], wanted: bool) -> Sifted:
    """The HTML with places (src="tel:n", n in the answer's addresses) for the pictures elsewhere if they are wanted."""
    kept: list[str] = []
    trackers = 0

    def judged(found: re.Match[str]) -> str:
        nonlocal trackers
        tag = found[0]
        place = _PLACE.search(tag)
        if place is None:
            return tag
        address = addresses[int(place[1])] if int(place[1]) < len(addresses) else ""
        if is_tracker(tag, address):
            trackers += 1
            return ""
        kept.append(address)
        there = wanted and len(kept) <= MOST_PICTURES
        return _PLACE.sub(f' src="tel:{len(kept) - 1}"' if there else "", tag)

    return Sifted(_IMAGE.sub(judged, html), tuple(kept), trackers)


def is_tracker(tag: str, address: str) -> bool:
    """Whether the picture is too small to be seen, hidden, or at an address as programs that count readers use."""
    sizes = [int(one) for one in _SIZE.findall(tag)]
    if (sizes and max(sizes) <= _TINY) or 0 in sizes or 1 in sizes:
        return True
    style = _STYLE.search(tag)
    if style and _HIDDEN.search(unescape(style[1])):
        return True
    split = urlsplit(address) if address.isascii() else None
    return split is not None and bool(_BEACON.search(f"//{split.netloc}{split.path}?{split.query}"))


def differing_links(html: str) -> tuple[tuple[str, str], ...]:
    """(host in the text, host it leads to) of links whose text is an address with another host."""
    found: list[tuple[str, str]] = []
    for number, link in enumerate(_LINK.finditer(html)):
        if number >= _MOST_LINKS or len(found) >= _MOST_TOLD:
            break
        shown = host_in(unescape(_TAG.sub("", link[2])))
        try:
            real = (urlsplit(unescape(link[1])).hostname or "").lower()
        except ValueError:
            real = "?"
        if shown and real and shown != real:
            found.append((shown, real))
    return tuple(found)
