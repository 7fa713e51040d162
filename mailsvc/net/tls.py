"""TLS certificates and contexts: self-signed beginnings, reload without restart, what we accept from whom."""

from __future__ import annotations

import asyncio.sslproto
import datetime
import ipaddress
import os
import ssl
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 825
RENEW_DAYS = 30
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2; TLS 1.3 brings its own."""

ASYNCIO_TLS_BUFFER = 32 * 1024


def shrink_asyncio_tls(octets: int = ASYNCIO_TLS_BUFFER) -> None:
    """Makes asyncio's own TLS (`create_server(ssl=…)`, `start_tls`) hold a small read buffer for each connection.

    asyncio fills a buffer of 256 KiB with zeros for every TLS connection, so an idle one costs that much real
    memory. Two TLS records are enough: a longer burst takes more reads, nothing else changes. Call it once, before
    the first connection. `Connection` does its TLS itself and does not need it; uvicorn's HTTPS on asyncio does.
    uvloop only reserves its buffer, and touches the pages it uses.
    """
    asyncio.sslproto.SSLProtocol.max_size = octets


class ServerTls:
    """The server's context and certificate, reloadable in place.

    `context` is the same object for its whole life, so everything that listens with it follows a reload: new
    handshakes show the new certificate, running connections go on.
    """

    def __init__(self, certificate: Path, key: Path | None = None) -> None:
        """PEM files; without `key` the certificate's file holds both. Raises OSError, ssl.SSLError, ValueError."""
        self._certificate = certificate
        self._key = key or certificate
        self.context = server_context()
        self.end_point = b""
        self._stamp: object = None
        self._load()

    def reload_if_changed(self) -> bool:
        """Loads the files again if they have changed; whether they had. Blocking, some milliseconds.

        A pair that does not fit (a renewal half written) raises OSError, ssl.SSLError or ValueError, and the old
        certificate stays in use.
        """
        if self._stamp == self._files():
            return False
        self._load()
        return True

    def signed(self, data: bytes) -> bytes:
        """The data in a CMS signature of the certificate (RFC 5652 §5), DER. Blocking; raises OSError, ValueError."""
        chain = x509.load_pem_x509_certificates(self._certificate.read_bytes())
        key = serialization.load_pem_private_key(self._key.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError("only RSA and EC keys can sign")
        builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(chain[0], key, hashes.SHA256())
        for one in chain[1:]:
            builder = builder.add_certificate(one)
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])

    def _load(self) -> None:
        stamp = self._files()
        server_context().load_cert_chain(self._certificate, self._key)  # a trial: a failure halfway spoils a context
        end_point = end_point_of(self._certificate.read_bytes())
        self.context.load_cert_chain(self._certificate, self._key)
        self._stamp, self.end_point = stamp, end_point

    def _files(self) -> object:
        return tuple(
            (found.st_mtime_ns, found.st_ino, found.st_size) for found in (self._certificate.stat(), self._key.stat())
        )


def server_context() -> ssl.SSLContext:
    """TLS 1.2 and newer, forward secrecy, no compression, no renegotiation."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.num_tickets = 1
    return context


def opportunistic_context() -> ssl.SSLContext:
    """For delivery to any MX: encrypts with whoever answers (RFC 7672 §1.3.1 explains why names prove nothing)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def verifying_context(authorities: Path | None = None) -> ssl.SSLContext:
    """For a smarthost: certificate and name must be right. `authorities`: a PEM file instead of the system's."""
    context = ssl.create_default_context(cafile=str(authorities) if authorities else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def end_point_of(pem: bytes) -> bytes:
    """The tls-server-end-point channel binding of the first certificate in `pem` (RFC 5929 §4.1)."""
    certificate = x509.load_pem_x509_certificates(pem)[0]
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.MD5 | hashes.SHA1):
        algorithm = hashes.SHA256()
    return certificate.fingerprint(algorithm)


def self_signed(folder: Path, names: Iterable[str], now_ms: int) -> Path:
    """The PEM file (key and certificate, mode 0600) of a self-signed certificate in `folder`, made when needed.

    It is made anew when it is missing, unreadable, expires within 30 days, or lacks one of `names` (host names or
    addresses; localhost and loopback are always in). Raises OSError.
    """
    path = folder / "self-signed.pem"
    now = datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC)
    wanted = dict.fromkeys([*names, "localhost", "127.0.0.1", "::1"])
    if not _still_good(path, wanted, now):
        _write_private(path, _make(list(wanted), now))
    return path


def _still_good(path: Path, names: Iterable[str], now: datetime.datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
        known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, IndexError, x509.ExtensionNotFound):
        return False
    lasts = certificate.not_valid_after_utc - now > datetime.timedelta(days=RENEW_DAYS)
    return lasts and all(_general_name(name) in known for name in names)


def _make(names: list[str], now: datetime.datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS - 1))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode().lower())


def _write_private(path: Path, data: bytes) -> None:
    """Writes beside and renames, so that a reader sees the old file or the new one; never readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
