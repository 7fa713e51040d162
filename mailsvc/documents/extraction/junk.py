"""Plain signs of junk and phishing, for letters that would otherwise reach the clerk as ordinary mail."""

import re
from urllib.parse import urlsplit

from mailsvc.message.buffer import Buffer
from mailsvc.message.parts import part_text
from mailsvc.message.scan import Scan
from mailsvc.vietnamese.fold import fold

GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
_LINK = re.compile(
    r"""<a\s[^>]{0,500}?href\s*=\s*["']?\s*(https?://[^"'\s>]{1,500})[^>]{0,500}>(.{1,300}?)</a""", re.I | re.S
)
_SHOWN = re.compile(r"(?:https?://)?((?:[\w-]{1,63}\.){1,6}[a-z]{2,24})(?:[/:?\s]|$)", re.IGNORECASE)
_PASSWORD = re.compile(
    r"(?:nhap|xac nhan|cap nhat|cung cap|doi) (?:lai )?(?:mat khau|tai khoan)|(?:confirm|verify|"
    r"enter) your password"
)
_HTML_LIMIT = 200_000
_PAGES = 3


def junk_reason(data: Buffer, scan: Scan) -> str:
    """Why the letter is junk, for the log; empty when nothing speaks for it."""
    if GTUBE in scan.body_text:
        return "GTUBE"
    pages = [part for part in scan.parts if part.content_type == "text/html"][:_PAGES]
    if not pages:
        return ""
    false_links = any(_false_link(part_text(data, part, _HTML_LIMIT)[:_HTML_LIMIT]) for part in pages)
    if not false_links:
        return ""
    asks = bool(_PASSWORD.search(fold(scan.subject + "\n" + scan.body_text[:10_000])))
    elsewhere = _answers_elsewhere(scan)
    return "false link, asks for the password" if asks else "false link, answers go elsewhere" if elsewhere else ""


def _false_link(source: str) -> bool:
    """A link whose text shows one host and whose target is another."""
    for found in _LINK.finditer(source):
        shown = _SHOWN.match(re.sub(r"<[^>]*>", "", found[2]).strip())
        if shown is not None and not _same_site(shown[1], _host(found[1])):
            return True
    return False


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _same_site(first: str, second: str) -> bool:
    return _site(first) == _site(second)


def _site(host: str) -> str:
    labels = host.lower().rstrip(".").split(".")
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 4 else 2
    return ".".join(labels[-size:])


def _answers_elsewhere(scan: Scan) -> bool:
    found = re.search(r"^reply-to:.*?@([\w.-]+)", scan.head_text, re.IGNORECASE | re.MULTILINE)
    return found is not None and not _same_site(found[1], scan.from_address.rpartition("@")[2])
