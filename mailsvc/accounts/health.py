"""What those who look after the house are told of it: plain facts, without judging them."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from cryptography import x509

from mailsvc.accounts import administering
from mailsvc.core import log
from mailsvc.core.actor import Actor
from mailsvc.core.errors import MailsvcError
from mailsvc.core.log import Trouble
from mailsvc.core.settings import Settings
from mailsvc.core.ticking import Tick
from mailsvc.mail.dns_check import Answer
from mailsvc.mail.office import Office
from mailsvc.mailauth import dkim_sign
from mailsvc.store import measures, queue
from mailsvc.store.tx import Tx

FILES = 10_000
"""Files of the backup folder that are looked at."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What is known of backups: the `folder` that is set ('' for none), and when its newest file was written."""

    folder: str
    newest_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """How the house is. Sizes in octets; `certificate_days` None for a certificate that was made here."""

    waiting: queue.Counts
    database_size: int
    to_index: int
    disk_free: int
    disk_total: int
    certificate_days: int | None
    backup: Backup
    dns: Answer
    ticks: tuple[Tick, ...]
    troubles: tuple[Trouble, ...]


async def facts(office: Office, actor: Actor) -> Facts:
    """All of them, each asked for at the same time. Raises Refused for everybody but administrators."""
    waiting, database_size, to_index = await office.db.read(_counted, actor)
    looked = office.work(_looked, office.settings)
    (disk, days, backup), dns = await asyncio.gather(looked, _dns(office))
    return Facts(
        waiting, database_size, to_index, disk.free, disk.total, days, backup, dns,
        tuple(office.ticks.all()), tuple(log.troubles.latest()),
    )  # fmt: skip


async def ask_again(office: Office, actor: Actor) -> None:
    """What the zones say is asked for anew when the facts are wanted next. Raises Refused."""
    await office.db.read(administering.require, actor)
    office.dns.forget()


def _counted(tx: Tx, actor: Actor) -> tuple[queue.Counts, int, int]:
    administering.require(tx, actor)
    return queue.counts(tx), measures.database_size(tx), measures.to_index(tx)


def _looked(settings: Settings) -> tuple[shutil._ntuple_diskusage, int | None, Backup]:
    return shutil.disk_usage(settings.folder), _certificate_days(settings), newest_backup(settings.backup.folder)


def _certificate_days(settings: Settings) -> int | None:
    path = settings.tls.certificate
    if not path:
        return None
    found = x509.load_pem_x509_certificate(Path(path).read_bytes())
    return (found.not_valid_after_utc - datetime.now(UTC)).days


def newest_backup(folder: str) -> Backup:
    """The newest file in the folder and the folders in it."""
    if not folder:
        return Backup("")
    moments = [int(file.stat().st_mtime * 1000) for file in islice(_files(folder), FILES)]
    return Backup(folder, max(moments, default=None))


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(entry.path)
                elif entry.is_file(follow_symlinks=False) and entry.stat().st_size:
                    yield entry
    except OSError:
        return  # not there, or not for our eyes: nothing is known of backups then


async def _dns(office: Office) -> Answer:
    try:
        dkim = await office.work(_dkim_record, office.settings)
    except (MailsvcError, OSError):
        dkim = ""  # a key that cannot be used is told of in the log
    return await office.dns.get(office.settings, dkim, office.clock.now_ms())


def _dkim_record(settings: Settings) -> str:
    if not settings.dkim.enabled:
        return ""
    return dkim_sign.dns_record(dkim_sign.load_or_make(settings.folder, settings.dkim.selector))
