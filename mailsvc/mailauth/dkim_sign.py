"""DKIM signatures on outgoing mail: rsa-sha256, relaxed/relaxed. RFC 6376 §3, RFC 6376 §5

Canonicalisation is dkimpy's, fed in pieces so that a large letter is never copied whole; the RSA step is
cryptography's, some thirty times faster.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from dkim.canonicalization import Relaxed, compress_whitespace, strip_trailing_whitespace

from mailsvc.core.errors import Invalid
from mailsvc.message.addresses import addresses
from mailsvc.message.headers import fields, values

KEY_BITS = 2048
_TXT_STRING = 255
"""Octets in one string of a TXT record. RFC 1035 §3.3"""

# Signed once more often than they occur, so that none can be added on the way. RFC 6376 §8.15
OVERSIGNED = (
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"reply-to",
    b"mime-version", b"content-type", b"content-transfer-encoding",
)  # fmt: skip
SIGNED = (
    b"in-reply-to", b"references", b"auto-submitted", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
"""Signed where they occur."""


class Signer:
    """Signs letters of the own domains with one key."""

    def __init__(self, key: rsa.RSAPrivateKey, selector: str, domains: Sequence[str]) -> None:
        self._key = key
        self._selector = selector
        self._domains = frozenset(domains)

    def sign(self, header: bytes, body: Iterable[bytes], now_ms: int) -> bytes:
        """The DKIM-Signature field, CRLF included; b'' when From is not of a domain of ours.

        `header` is the header block without the empty line, `body` the rest in pieces, with CRLF line ends, both as
        they go out. Sign once; the field is good for every recipient.
        """
        domain = from_domain(header)
        if domain not in self._domains:
            return b""
        pairs = [(one.name, header[one.value_start : one.end]) for one in fields(header)]
        names = _names([name.lower() for name, _ in pairs])
        field = self._field(domain, names, body_hash(body), now_ms)
        digest = hashlib.sha256()
        dkim.hash_headers(digest, Relaxed, Relaxed.canonicalize_headers(pairs), names, (b"DKIM-Signature", field), {})
        signature = self._key.sign(digest.digest(), padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        return b"DKIM-Signature:" + field + _folded(base64.b64encode(signature)) + b"\r\n"

    def _field(self, domain: str, names: Sequence[bytes], digest: bytes, now_ms: int) -> bytes:
        """The value up to b=, folded. RFC 6376 §3.5"""
        ascii_domain = domain.encode("ascii") if domain.isascii() else domain.encode("idna")
        lines = [
            b" v=1; a=rsa-sha256; c=relaxed/relaxed;",
            b"d=" + ascii_domain + b"; s=" + self._selector.encode() + b";",
            b"t=%d; bh=%s;" % (now_ms // 1000, base64.b64encode(digest)),
            b"h=" + _folded_names(names) + b";",
            b"b=",
        ]
        return b"\r\n\t".join(lines)


def from_domain(header: bytes) -> str:
    """The domain of the From field in lower case; '' without exactly one From field, or with authors of several."""
    found = [value for name, value in values(header) if name.lower() == b"from"]
    if len(found) != 1:
        return ""
    boxes = [one.mailbox for one in addresses(found[0])]
    domains = {box.rpartition("@")[2].lower() for box in boxes if box}
    return domains.pop() if len(domains) == 1 else ""


def body_hash(body: Iterable[bytes]) -> bytes:
    """SHA-256 of the body, relaxed; empty lines at its end do not count. RFC 6376 §3.4.4"""
    digest = hashlib.sha256()
    line_ends = 0  # those that count only when something follows
    started = False
    for lines in _whole_lines(body):
        # Blanks are joined first: taken away first, a long run of them would cost quadratic time.
        text: bytes = strip_trailing_whitespace(compress_whitespace(lines))
        bare = text.rstrip(b"\r\n")
        if bare:
            digest.update(b"\r\n" * line_ends)
            digest.update(bare)
            line_ends, started = 0, True
        line_ends += (len(text) - len(bare)) // 2
    if started:
        digest.update(b"\r\n")
    return digest.digest()


def _whole_lines(body: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets in pieces that end with a line, the last one perhaps not."""
    held: list[bytes] = []
    for chunk in body:
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join((*held, chunk[:end]))
            held = []
        held.append(chunk[end:])
    yield b"".join(held)


def _names(present: Sequence[bytes]) -> tuple[bytes, ...]:
    names: list[bytes] = []
    for name in OVERSIGNED:
        names += [name] * (present.count(name) + 1)
    for name in SIGNED:
        names += [name] * present.count(name)
    return tuple(names)


def _folded_names(names: Sequence[bytes]) -> bytes:
    lines = [b""]
    for name in names:
        word = name if not lines[0] else b":" + name
        if len(lines[-1]) + len(word) > 70:
            lines.append(b"")
        lines[-1] += word
    return b"\r\n\t ".join(lines)


def _folded(text: bytes) -> bytes:
    return b"\r\n\t ".join(text[at : at + 70] for at in range(0, len(text), 70))


# ---- the key ------------------------------------------------------------------------------------------------
def key_file(folder: Path, selector: str) -> Path:
    """Where the key of a selector lies in the data folder."""
    return folder / "dkim" / f"{selector}.pem"


def load_or_make(folder: Path, selector: str) -> rsa.RSAPrivateKey:
    """The key of the selector, made when there is none (2048 bits, mode 0600). Raises Invalid, OSError."""
    path = key_file(folder, selector)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_key(path, rsa.generate_private_key(65537, KEY_BITS))
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise Invalid("Khóa DKIM %(path)s không đọc được.", path=path) from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 1024:
        raise Invalid("Khóa DKIM %(path)s phải là khóa RSA từ 1024 bit.", path=path)
    return key


def _write_key(path: Path, key: rsa.RSAPrivateKey) -> None:
    """A key is whole or not there; of two that are made at once the first stays."""
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    beside = path.with_suffix(f".{os.getpid()}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def dns_record(key: rsa.RSAPrivateKey) -> str:
    """The value of the TXT record, on one line. RFC 6376 §3.6.1"""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()


def dns_text(key: rsa.RSAPrivateKey, selector: str, domains: Sequence[str]) -> str:
    """The lines for the zones of the domains, ready to be pasted by IT."""
    strings = quoted_strings(dns_record(key))
    return "".join(f"{selector}._domainkey.{domain}. IN TXT {strings}\n" for domain in domains)


def quoted_strings(record: str) -> str:
    """The value of a TXT record as a zone file writes it, in strings that DNS can hold (RFC 1035 §3.3.14)."""
    strings = " ".join(f'"{record[at : at + _TXT_STRING]}"' for at in range(0, len(record), _TXT_STRING))
    return f"( {strings} )"
