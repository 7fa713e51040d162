"""Large bytes as files: the spool where they grow, and what is durable when they are adopted."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from mailsvc.core.errors import Busy
from mailsvc.mail.letter import from_spool
from mailsvc.store import blobs
from mailsvc.store.blobs import FileBlobs, Spool

LETTER = b"Subject: x\r\n\r\n" + b"y" * 100


@pytest.mark.parametrize("memory_limit", [10, 1000])
def test_a_closed_spool_is_no_empty_letter(tmp_path: Path, memory_limit: int) -> None:
    """A worker may come to the spool after its connection was cut: nothing must be delivered then."""
    spool = Spool(tmp_path, memory_limit)
    spool.write(LETTER)
    spool.close()
    with pytest.raises(Busy):
        from_spool(spool, FileBlobs(tmp_path / "blobs"), hashlib.sha256(LETTER).digest())
    assert not list(tmp_path.glob("in-*"))


def adopt(folder: Path, store: FileBlobs) -> None:
    with Spool(folder, 10) as spool:
        spool.write(LETTER)
        store.adopt(spool.finish(), hashlib.sha256(LETTER).digest())


def test_a_blob_that_is_there_already_is_made_durable_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever put it there may have been stopped between the renaming and the fsync of the folder."""
    synced: list[Path] = []

    def seen(folder: Path) -> None:
        synced.append(folder)
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)

    monkeypatch.setattr(blobs, "sync_folder", seen)
    adopt(tmp_path, FileBlobs(tmp_path / "blobs"))
    inner = tmp_path / "blobs" / hashlib.sha256(LETTER).hexdigest()[:2]
    assert synced == [inner, tmp_path / "blobs"]
    synced.clear()
    adopt(tmp_path, FileBlobs(tmp_path / "blobs"))
    assert synced == [inner, tmp_path / "blobs"]
    assert [len(file.read_bytes()) for file in inner.iterdir()] == [len(LETTER)]


def test_nobody_else_on_the_machine_reads_the_data_folder(office: object, tmp_path: Path) -> None:
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
