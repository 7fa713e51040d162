"""Pictures of PDF pages, made when first asked for and kept by the hash of the file."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path

from mailsvc.core.errors import NotFound
from mailsvc.http.drawing_limits import PAGES
from mailsvc.http.helpers import HelperFailedError, Helpers
from mailsvc.mail.office import Office

log = logging.getLogger(__name__)

Load = Callable[[], Awaitable[bytes]]

FOLDER_BYTES = 512 * 1024 * 1024
SOURCE_BYTES = 64 * 1024 * 1024
SECONDS = 20.0
THUMBNAIL, SCREEN = 360, 1600
"""Pixels across and down."""
GLANCE_BYTES = 24 * 1024 * 1024
GLANCE_SECONDS = 8.0
_KEY = re.compile(r"[0-9a-f]{64}")
_LOCKS = 256


class Previews:
    """The cache folder and the child that fills it."""

    def __init__(self, office: Office, helpers: Helpers) -> None:
        self._office = office
        self._helpers = helpers
        self._folder = office.settings.folder / "cache" / "pages"
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()
        self._made = 0

    async def pages(self, sha256: str, load: Load) -> int:
        """How many pages the PDF has; 0 when it cannot be drawn. `load` gives its bytes when they are needed."""
        folder = self._of(sha256)
        async with self._lock(sha256):
            known = await self._office.work(_read, folder / "total")
            if known is None:
                await self._draw(folder, load, 0)
                known = await self._office.work(_read, folder / "total")
        return int(known or b"0")

    async def page(self, sha256: str, number: int, load: Load) -> bytes:
        """Page `number`, from 1, as WebP. Raises NotFound."""
        folder = self._of(sha256)
        path = folder / f"{number}.webp"
        async with self._lock(sha256):
            found = await self._office.work(_read, path)
            if found is None:
                await self._draw(folder, load, number - 1)
                found = await self._office.work(_read, path)
        if found is None:
            raise NotFound("Không xem trước được trang này; xin mở bản gốc.")
        return found

    async def thumbnail(self, sha256: str, load: Load, *, pdf: bool) -> bytes:
        """A small WebP of the first page, or of the picture. Raises NotFound when there is nothing to be seen."""
        path = self._of(sha256) / "thumb.webp"
        found = await self._office.work(_read, path)
        if found is None:
            source = await self.page(sha256, 1, load) if pdf else await load()
            if len(source) > SOURCE_BYTES:
                raise NotFound("Tệp này quá lớn để xem trước.")
            found = await self._picture(source, THUMBNAIL)
            await self._office.work(_keep, path.parent, {path.name: found})
            await self._tidy()
        return found

    async def picture(self, load: Load) -> bytes:
        """A picture made again as WebP, as large as a screen shows. Raises NotFound."""
        source = await load()
        if len(source) > SOURCE_BYTES:
            raise NotFound("Ảnh này quá lớn để xem trước; xin tải về.")
        return await self._picture(source, SCREEN)

    async def _picture(self, source: bytes, most: int) -> bytes:
        arguments = {"most": most, "beacons": True}
        try:
            answer = await self._helpers.call("pictures", "picture", arguments, source, seconds=SECONDS)
        except HelperFailedError as error:
            log.info("no picture: %s", error)
            raise NotFound("Không xem trước được ảnh này; xin tải về.") from error
        return answer.data

    async def glance(self, task: str, load: Load) -> str | None:
        """A Word or Excel file as cleaned HTML (`quick-word`, `quick-sheet`); None when it cannot be shown."""
        source = await load()
        if len(source) > GLANCE_BYTES:
            return None
        try:
            answer = await self._helpers.call("pages", task, {}, source, seconds=GLANCE_SECONDS)
        except HelperFailedError as error:
            log.info("no glance: %s", error)
            return None
        return answer.data.decode("utf-8", "replace")

    async def _draw(self, folder: Path, load: Load, first: int) -> None:
        data = await load()
        if first < 0 or len(data) > SOURCE_BYTES:
            return
        start = first - first % PAGES
        try:
            answer = await self._helpers.call("pages", "pages", {"first": start, "count": PAGES}, data, seconds=SECONDS)
        except HelperFailedError as error:
            log.info("no preview: %s", error)
            if error.final:
                await self._office.work(_keep, folder, {"total": b"0"})
            return
        images: dict[str, bytes] = {}
        at = 0
        for offset, size in enumerate(answer.about["sizes"]):
            images[f"{start + offset + 1}.webp"] = answer.data[at : at + size]
            at += size
        await self._office.work(_keep, folder, {**images, "total": b"%d" % int(answer.about["total"])})
        await self._tidy()

    async def _tidy(self) -> None:
        self._made += 1
        if self._made % 200 == 1:
            await self._office.work(_prune, self._folder, FOLDER_BYTES)

    def _of(self, sha256: str) -> Path:
        if not _KEY.fullmatch(sha256):
            raise NotFound("Không có tệp này.")
        return self._folder / sha256[:2] / sha256

    def _lock(self, sha256: str) -> asyncio.Lock:
        lock = self._locks.setdefault(sha256, asyncio.Lock())
        self._locks.move_to_end(sha256)
        while len(self._locks) > _LOCKS:
            oldest, other = next(iter(self._locks.items()))
            if other.locked():
                break
            del self._locks[oldest]
        return lock


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _keep(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files, each whole or not at all. A cache that cannot be written is no failure of the page."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            handle, temporary = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(temporary, folder / name)
    except OSError:
        log.exception("page pictures were not kept")


def _prune(folder: Path, limit: int) -> None:
    """Remove the oldest pictures until the folder is within its limit."""
    found = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in folder.rglob("*.webp"))
    total = sum(size for _, size, _ in found)
    for _, size, path in found:
        if total <= limit:
            return
        path.unlink(missing_ok=True)
        total -= size
