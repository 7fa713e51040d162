"""Pictures from other hosts: shown only when the reader wants them, and then fetched by us, never by the browser."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailsvc.core.errors import NotFound
from mailsvc.http import links
from mailsvc.http.helpers import HelperFailedError, Helpers
from mailsvc.net.dial import DialRules
from mailsvc.net.errors import NetError
from mailsvc.net.fetch import Bounds, fetch
from mailsvc.store import preferences
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

PREFERENCE = "anh_cua"
MOST_SENDERS = 300
_PICTURE, _SHOW = "anh", "hien"
_SHOW_MS = 60 * 60_000
_WIDEST = 1600
_LONGEST = 4000
_AT_ONCE = 6
_PLACE = re.compile(r'(?<=\s)src="tel:(\d{1,6})"')


@dataclass(slots=True)
class Gate:
    """Where pictures may be fetched from, and how many at once. The rules are the strict ones unless a test gives
    others."""

    rules: DialRules = field(default_factory=DialRules)
    bounds: Bounds = field(default_factory=Bounds)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))


def placed(html: str, addresses: Sequence[str], key: bytes, now_ms: int) -> str:
    """Cleaned HTML with signed addresses on this host where the cleaner left places."""

    def address(found: re.Match[str]) -> str:
        number = int(found[1])
        if number >= len(addresses) or len(addresses[number]) > _LONGEST:
            return 'src=""'
        return f'src="/anh/ngoai/{links.sign_text(key, _PICTURE, addresses[number], now_ms + links.LIFE_MS)}"'

    return _PLACE.sub(address, html)


def permission(key: bytes, content_id: int, now_ms: int) -> str:
    """What an address must hold so that the pictures of that letter are shown: a link from elsewhere cannot have it."""
    return links.sign_text(key, _SHOW, str(content_id), now_ms + _SHOW_MS)


def permits(key: bytes, token: str, content_id: int, now_ms: int) -> bool:
    try:
        return bool(token) and links.check_text(key, _SHOW, token, now_ms) == str(content_id)
    except NotFound:
        return False


async def picture(gate: Gate, helpers: Helpers, key: bytes, token: str, now_ms: int) -> bytes:
    """The picture as WebP, made again so that nothing but pixels gets through. Raises NotFound."""
    url = links.check_text(key, _PICTURE, token, now_ms)
    try:
        async with gate.turns:
            data = await fetch(url, gate.bounds, gate.rules)
        answer = await helpers.call("pictures", "picture", {"most": _WIDEST}, data, seconds=5.0)
    except (NetError, HelperFailedError) as error:
        log.info("no picture from elsewhere: %s", error)
        raise NotFound("Không lấy được ảnh này.") from error
    return answer.data


def remember(tx: Tx, account_id: int, address: str) -> None:
    """From now on pictures of this sender are shown. The oldest of too many is forgotten."""
    known = trusted(preferences.of(tx, account_id))
    kept = [one for one in known if one != address.lower()][-(MOST_SENDERS - 1) :]
    preferences.put(tx, account_id, {PREFERENCE: "\n".join([*kept, address.lower()])})


def forget(tx: Tx, account_id: int, address: str) -> None:
    """Take that back."""
    known = trusted(preferences.of(tx, account_id))
    preferences.put(tx, account_id, {PREFERENCE: "\n".join(one for one in known if one != address.lower())})


def trusted(chosen: Mapping[str, str]) -> list[str]:
    """The senders whose pictures the person always wants, from the person's preferences."""
    return [one for one in chosen.get(PREFERENCE, "").split("\n") if one]
