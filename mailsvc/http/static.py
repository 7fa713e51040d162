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
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
SHEET = "all.css"
_COMPRESSED = (".css", ".js", ".mjs", ".svg")


@dataclass(frozen=True, slots=True)
class _File:
    kind: str
    data: bytes
    packed: bytes


class StaticFiles:
    """All files of one folder and its subfolders, read once. They share one mark, so that a script finds the modules it
    imports beside itself."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, _File] = {}
        whole = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            kind = _TYPES.get(path.suffix)
            if kind is None:
                continue
            data = path.read_bytes()
            packed = gzip.compress(data, 9, mtime=0) if path.suffix in _COMPRESSED else b""
            name = path.relative_to(folder).as_posix()
            self._files[name] = _File(kind, data, packed)
            whole.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
        sheet = self._one_sheet()
        self._files[SHEET] = _File(_TYPES[".css"], sheet, gzip.compress(sheet, 9, mtime=0))
        self._mark = whole.hexdigest()[:12]

    def _one_sheet(self) -> bytes:
        """All style sheets as one, the order of the layers (app.css) first: pages follow each other without a full
        load, so every one needs them all, and one file comes sooner than eight."""
        sheets = (name for name in self._files if name.endswith(".css"))
        first = {"app.css": 0, "pages.css": 1, "outgoing.css": 2}
        names = sorted(sheets, key=lambda name: (first.get(name, len(first)), name))
        return b"\n".join(self._files[name].data for name in names)

    def address(self, name: str) -> str:
        """The address of a file by its name (`app.css`, `js/app.js`). Raises KeyError."""
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self._mark}/{name}"

    def route(self) -> Route:
        return Route("/static/{mark}/{name:path}", self._serve, methods=["GET"], name="static")

    async def _serve(self, request: Request) -> Response:
        found = self._files.get(request.path_params["name"])
        if found is None or request.path_params["mark"] != self._mark:
            raise NotFound("Không có tệp này.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(found.packed, media_type=found.kind, headers=headers)
        return Response(found.data, media_type=found.kind, headers=headers)
