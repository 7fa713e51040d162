"""The trace fields in front of a message: Return-Path and Received (RFC 5321 §4.4). Pure."""

from __future__ import annotations

from functools import lru_cache

from mailsvc.core.clock import office_datetime
from mailsvc.mail.envelope import Client
from mailsvc.smtp.grammar import is_host_name

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def return_path(sender: str) -> bytes:
    return f"Return-Path: <{sender}>\r\n".encode()


def received(client: Client, host: str, word: str, transaction_id: str, recipient: str, at_ms: int) -> bytes:
    """The time stamp. `recipient` is '' unless it is the only one: more than one would tell on blind copies."""
    lines = [f"Received: from {_from(client)}", f" by {host} with {word} id {transaction_id}"]
    if client.cipher:
        lines[1] += f" tls {client.cipher}"  # RFC 8314 §4.3
    lines.append(f" for <{recipient}>; {mail_date(at_ms)}" if recipient else f" ; {mail_date(at_ms)}")
    return "\r\n".join(lines).encode() + b"\r\n"


def mail_date(at_ms: int) -> str:
    """'Mon, 23 Nov 2026 08:05:09 +0700', in the office's zone."""
    return _date(at_ms // 1000)


@lru_cache(maxsize=4)
def _date(seconds: int) -> str:
    at = office_datetime(seconds * 1000)
    day = f"{_DAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year}"
    return f"{day} {at.hour:02}:{at.minute:02}:{at.second:02} +0700"


def _from(client: Client) -> str:
    """The name the client gave, if it is one, and the address we saw."""
    literal = _literal(client.ip)
    name = client.helo if is_host_name(client.helo) else literal or "unknown"
    return f"{name} ({literal})" if literal else name


def _literal(ip: str) -> str:
    if not ip:
        return ""
    return f"[IPv6:{ip}]" if ":" in ip else f"[{ip}]"


def cipher_name(openssl_name: str) -> str:
    """OpenSSL's name of a cipher suite as the IANA registry has it ('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')."""
    if openssl_name.startswith("TLS_"):
        return openssl_name
    parts = openssl_name.replace("AES128", "AES-128").replace("AES256", "AES-256").split("-")
    key_exchange = 2 if parts[0] in ("ECDHE", "DHE") else 0
    words = [*parts[:key_exchange], "WITH", *parts[key_exchange:]] if key_exchange else ["RSA", "WITH", *parts]
    if words[-1] == "POLY1305":
        words.append("SHA256")
    return "TLS_" + "_".join(words)
