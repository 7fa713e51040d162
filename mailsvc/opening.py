"""Opens the office without its doors: data folder, database brought up to date, keys.

The service, the command line and the tests all begin here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailsvc.accounts import second_factor
from mailsvc.auth.authenticate import Authenticator
from mailsvc.auth.passwords import Credentials, PasswordHasher
from mailsvc.auth.throttle import Throttle
from mailsvc.auth.vault import Vault
from mailsvc.core.clock import Clock, SystemClock
from mailsvc.core.settings import Settings
from mailsvc.documents import clerks
from mailsvc.mail import addresses, sharing
from mailsvc.mail.keep_up import fill_letter_keys
from mailsvc.mail.office import Office
from mailsvc.net import tls
from mailsvc.store import accounts, migrate, private_flags, ways_in
from mailsvc.store.blobs import FileBlobs
from mailsvc.store.engine import Database
from mailsvc.store.tx import Tx

log = logging.getLogger(__name__)

WORKERS = 4
APP_USE_MS = 600_000
"""How exactly it is known when a mail program last logged in."""


def open_office(settings: Settings, clock: Clock | None = None, hasher: PasswordHasher | None = None) -> Office:
    """The office without its doors. Makes what the data folder still lacks; brings the database up to date."""
    clock = clock or SystemClock()
    folder = settings.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # everybody's mail lies here
    spool = folder / "spool"
    spool.mkdir(exist_ok=True)
    migrate.upgrade(settings.database_url)
    db = Database(settings.database_url, clock)
    blobs = FileBlobs(folder / "blobs")
    fill_letter_keys(db, blobs)
    if db.read_now(clerks.main_organisation) != settings.organisation.code:
        db.write_now(clerks.set_main_organisation, settings.organisation.code)
    private = sharing.private_bits(list(settings.sharing.private_flags))
    if db.read_now(private_flags.default_bits) != private:
        db.write_now(private_flags.set_default, private)
    secret = _secret(folder)
    vault = _vault(db, secret)

    async def lookup(login: str) -> Credentials | None:
        return await db.glance(_credentials, settings.organisation.domains, login)

    seen: dict[int, int] = {}

    async def used(app_id: int, peer: str) -> None:
        now_ms = clock.now_ms()
        if now_ms - seen.get(app_id, 0) > APP_USE_MS:  # a phone logs in often: not each time is worth a commit
            seen[app_id] = now_ms
            await db.write(ways_in.used, app_id, peer)

    throttle = Throttle(clock, trusted=settings.web.trusted_proxies)
    authenticator = Authenticator(lookup, throttle, hasher or PasswordHasher(), secret, used=used)
    return Office(
        settings=settings,
        clock=clock,
        db=db,
        blobs=blobs,
        spool_folder=spool,
        authenticator=authenticator,
        workers=ThreadPoolExecutor(WORKERS, thread_name_prefix="work"),
        tls=_server_tls(settings, clock),
        vault=vault,
    )


def close_office(office: Office) -> None:
    """Finish what is under way in the store and let the threads go."""
    office.workers.shutdown()
    office.preparing.close()
    office.db.close()


def _credentials(tx: Tx, domains: list[str], login: str) -> Credentials | None:
    if "@" in login:
        account = addresses.find(tx, domains, login) if addresses.is_local(login, domains) else None
        return accounts.credentials(tx, account.username) if account else None
    return accounts.credentials(tx, login)


def _server_tls(settings: Settings, clock: Clock) -> tls.ServerTls:
    tls.shrink_asyncio_tls()
    if settings.tls.certificate:
        return tls.ServerTls(Path(settings.tls.certificate), Path(settings.tls.key) if settings.tls.key else None)
    names = [settings.organisation.host, "localhost", "127.0.0.1", *settings.organisation.domains]
    return tls.ServerTls(tls.self_signed(settings.folder, names, clock.now_ms()))


def _vault(db: Database, secret: bytes) -> Vault:
    """The vault, with all secrets of second factors in it: those from before it was there, too."""
    vault = Vault(secret)
    if db.read_now(second_factor.have_open):
        db.write_now(second_factor.lock_all, vault)
    lost = db.read_now(second_factor.lost, vault)
    if lost:
        log.error("the second factors of %d accounts were locked with another data/secret: bring it back", len(lost))
    return vault


def _secret(folder: Path) -> bytes:
    """The installation's own secret, made once."""
    path = folder / "secret"
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
    return path.read_bytes()
