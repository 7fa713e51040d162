"""Files of the face itself: style sheet, icons, script. Their addresses hold a hash, so browsers keep them for good."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mailsvc.core.errors import NotFound

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_COMPRESSED = (".css", ".js", ".svg")


@dataclass(frozen=True, slots=True)
class _File:
    kind: str
    data: bytes
    packed: bytes


class StaticFiles:
    """All files of one folder, read once."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, _File] = {}
        self._addresses: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            kind = _TYPES.get(path.suffix)
            if kind is None:
                continue
            data = path.read_bytes()
            packed = gzip.compress(data, 9, mtime=0) if path.suffix in _COMPRESSED else b""
            mark = hashlib.sha256(data).hexdigest()[:12]
            self._files[f"{mark}/{path.name}"] = _File(kind, data, packed)
            self._addresses[path.name] = f"/static/{mark}/{path.name}"

    def address(self, name: str) -> str:
        """The address of a file by its name. Raises KeyError."""
        return self._addresses[name]

    def route(self) -> Route:
        return Route("/static/{mark}/{name}", self._serve, methods=["GET"], name="static")

    async def _serve(self, request: Request) -> Response:
        found = self._files.get(f"{request.path_params['mark']}/{request.path_params['name']}")
        if found is None:
            raise NotFound("Không có tệp này.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(found.packed, media_type=found.kind, headers=headers)
        return Response(found.data, media_type=found.kind, headers=headers)
