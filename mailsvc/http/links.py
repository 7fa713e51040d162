"""Signed, short-lived addresses for what a sandboxed frame asks for without a cookie: pictures inside a letter."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from mailsvc.core.errors import NotFound
from mailsvc.store import meta
from mailsvc.store.tx import Tx

LIFE_MS = 15 * 60_000
_KEY = "web_link_key"
_MAC_BYTES = 16


@dataclass(frozen=True, slots=True)
class PictureLink:
    """A part of a stored message, until a moment. Who made the link had the right to read the message."""

    content_id: int
    part: int
    until_ms: int


def link_key(tx: Tx) -> bytes:
    """The installation's key for such links, made at first use (so: inside a write)."""
    found = meta.get(tx, _KEY)
    if not found:
        found = secrets.token_hex(32)
        meta.put(tx, _KEY, found)
    return bytes.fromhex(found)


def sign(key: bytes, link: PictureLink) -> str:
    """The link as URL-safe text."""
    text = f"{link.content_id}.{link.part}.{link.until_ms}".encode()
    return base64.urlsafe_b64encode(_mac(key, text) + text).decode().rstrip("=")


def check(key: bytes, token: str, now_ms: int) -> PictureLink:
    """What was signed. Raises NotFound when it was not, or its time is over."""
    try:
        raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise NotFound("Không có ảnh này.") from error
    mac, text = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, text)):
        raise NotFound("Không có ảnh này.")
    link = PictureLink(*(int(one) for one in text.split(b".")))
    if link.until_ms < now_ms:
        raise NotFound("Ảnh đã hết hạn xem; xin mở lại thư.")
    return link


def sign_text(key: bytes, purpose: str, text: str, until_ms: int) -> str:
    """Any text for one purpose, until a moment, as URL-safe text that nobody else can make."""
    packed = f"{purpose}\0{until_ms}\0{text}".encode()
    return base64.urlsafe_b64encode(_mac(key, packed) + packed).decode().rstrip("=")


def check_text(key: bytes, purpose: str, token: str, now_ms: int) -> str:
    """What was signed for that purpose. Raises NotFound when it was not, or its time is over."""
    try:
        raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        mac, packed = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(key, packed)):
            raise NotFound("Không có trang này.")
        known, until, text = packed.decode().split("\0", 2)
    except (binascii.Error, ValueError) as error:
        raise NotFound("Không có trang này.") from error
    if known != purpose or int(until) < now_ms:
        raise NotFound("Địa chỉ này đã hết hạn; xin mở lại thư.")
    return text


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()[:_MAC_BYTES]
