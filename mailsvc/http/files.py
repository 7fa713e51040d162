"""Files from letters and documents, sent so that a browser stores them and never runs them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from mailsvc.http.headers import FILE_POLICY

SHOWN = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
"""What may be shown in the browser. The type comes from this table, never from the letter."""
_SIGNATURES = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
_PDF_HEAD = 1024


def extension(name: str) -> str:
    """The file name's extension in lower case, with its dot; '' without one."""
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem and len(last) <= 10 else ""


def shown_type(name: str) -> str:
    """The type a file of this name is shown with, '' when it is only ever downloaded."""
    return SHOWN.get(extension(name), "")


def picture_type(data: bytes) -> str:
    """The type of a raster picture by its first bytes, '' for anything else."""
    kinds = (kind for kind in _SIGNATURES if kind.startswith("image/"))
    return next((kind for kind in kinds if data.startswith(_SIGNATURES[kind])), "")


def file_response(data: bytes, name: str, *, show: bool = False) -> Response:
    """The file to be stored; with `show`, in the browser when its name and its first bytes say PDF, PNG or JPEG."""
    kind = shown_type(name) if show else ""
    if kind and not _begins_right(data, kind):
        kind = ""
    headers = {
        "Content-Disposition": disposition("inline" if kind else "attachment", name),
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=kind or "application/octet-stream", headers=headers)


def disposition(word: str, name: str) -> str:
    """A Content-Disposition value; the name is given in ASCII and, for everything else, in UTF-8 (RFC 6266 §4.3)."""
    clean = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name).strip(" .") or "tep"
    plain = clean.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    return f"{word}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def _begins_right(data: bytes, kind: str) -> bool:
    if kind == "application/pdf":
        return b"%PDF-" in data[:_PDF_HEAD]
    return data.startswith(_SIGNATURES[kind])
