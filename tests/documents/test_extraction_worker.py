"""The reading process survives what strangers send, and is killed when it does not come back."""

import io
import os
import signal
import zipfile
from collections.abc import Iterator

import pytest

from mailsvc.documents.extraction import worker
from mailsvc.documents.extraction.reading import Reading
from mailsvc.documents.extraction.worker import Pool
from tests.documents.making import docx_table, package, paragraph
from tests.documents.papers import PAPERS

LETTER = docx_table(PAPERS["letter of another province"])


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(size=1)
    yield made
    made.close()


def code(reading: Reading) -> str:
    return reading.proposal.code if reading.proposal is not None else ""


def word(document: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
    return stream.getvalue()


HOSTILE = {
    "bomb": word(b"<w>" + b" " * (26 * 1024 * 1024) + b"</w>"),
    "entities": word(b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'),
    "deep": word(b"<a>" * 100_000 + b"</a>" * 100_000),
    "wide": package("<w:p/>" * 300_000),
    "one long line": package(paragraph("Số " * 400_000)),
    "many tables": package("<w:tbl><w:tr><w:tc>" * 60 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 60),
    "broken zip": LETTER[: len(LETTER) // 2],
    "broken pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj trailer<</Root 1 0 R>>",
    "endless pdf": b"%PDF-1.7\n" + b"1 0 obj[" + b"[" * 200_000,
    "pdf tree in a circle": b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_give_nothing_and_leave_the_reader_fit(pool: Pool, name: str) -> None:
    assert pool.read(HOSTILE[name], timeout=15).proposal is None
    assert code(pool.read(LETTER)) == "345/SGDĐT-GDTrH"


def test_a_killed_reader_is_replaced(pool: Pool) -> None:
    pool.read(LETTER)
    os.kill(pool._idle[0]._process.pid, signal.SIGKILL)
    assert pool.read(LETTER) == Reading("docx")
    assert code(pool.read(LETTER)) == "345/SGDĐT-GDTrH"


def test_a_stopped_reader_is_killed_in_time(pool: Pool) -> None:
    pool.read(LETTER)
    process = pool._idle[0]._process
    os.kill(process.pid, signal.SIGSTOP)
    assert pool.read(LETTER, timeout=0.3) == Reading("docx")
    assert process.returncode == -signal.SIGKILL


def test_other_files_do_not_reach_the_reader() -> None:
    untouched = Pool(size=1)
    assert untouched.read(b"MZ something") == Reading()
    assert untouched._idle == []


def test_the_service_asks_the_pool_of_its_process() -> None:
    proposal = worker.extract_file("cv.docx", LETTER)
    worker.close()
    assert proposal is not None and proposal.signer.name == "Phan Đình Hoà"
