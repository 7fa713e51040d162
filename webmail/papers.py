"""Files of entries and documents: their bytes, pictures of their pages, their text."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.errors import Damaged, NotFound
from mailsvc.documents import proof
from mailsvc.http.files import extension, file_response
from mailsvc.http.helpers import HelperFailedError
from mailsvc.http.visits import Visit
from mailsvc.message.scan import scan
from mailsvc.store import contents
from mailsvc.store.blobs import Buffer
from webmail import glances, letters

log = logging.getLogger(__name__)

_TEXT_LIMIT = 200_000
_FIRST = ("main", "signed", "scan", "original", "edxml", "annex", "other")


@dataclass(frozen=True, slots=True)
class Paper:
    """A file and where it lies. `number` is its place in the address, `address` that of the file itself."""

    number: int
    name: str
    size: int
    sha256: str
    role: str
    content_id: int
    path: str
    address: str

    @property
    def kind(self) -> str:
        """pdf, docx, xlsx, picture or '' (only to be downloaded)."""
        found = extension(self.name)
        if found in (".png", ".jpg", ".jpeg"):
            return "picture"
        return found[1:] if found == ".pdf" or found in glances.TASKS else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The paper beside the form: `pages` pictures of a PDF, a `glance` of a Word or Excel file in a frame, or the
    `text` of a letter; none of them when it can only be downloaded."""

    paper: Paper | None
    pages: int = 0
    text: str = ""
    glance: bool = False


def choose(papers: Sequence[Paper], wanted: str) -> Paper | None:
    """The paper that was asked for by number, else the likeliest main document."""
    if wanted.isascii() and wanted.isdigit():
        found = next((one for one in papers if one.number == int(wanted)), None)
        if found is not None:
            return found
    visible = [one for one in papers if one.kind not in ("", "xlsx")]
    ranked = sorted(visible, key=lambda one: (_FIRST.index(one.role) if one.role in _FIRST else 9, one.kind != "pdf"))
    return ranked[0] if ranked else None


async def show(visit: Visit, paper: Paper | None, content_id: int | None) -> Shown:
    """What can be shown of the paper; without one, the text of the letter."""
    if paper is None:
        text = await letter_text(visit, content_id) if content_id is not None else ""
        return Shown(None, text=text)
    if paper.kind == "pdf":
        return Shown(paper, pages=await visit.state.previews.pages(paper.sha256, loader(visit, paper)))
    return Shown(paper, glance=paper.kind in ("docx", "xlsx"))


async def letter_text(visit: Visit, content_id: int) -> str:
    """The body of the letter as text."""
    data = await visit.office.db.read(contents.load, visit.office.blobs, content_id)
    return await visit.office.work(_letter_text, data)


def _letter_text(data: Buffer) -> str:
    return letters.text_of(data, letters.body_leaves(scan(data).parts))[:_TEXT_LIMIT]


async def word_text(visit: Visit, paper: Paper) -> str:
    """The words of a .docx without their form; '' when they cannot be read."""
    data = await loader(visit, paper)()
    try:
        answer = await visit.state.helpers.call("letter", "word", {}, data, seconds=8.0)
    except HelperFailedError as error:
        log.info("no text of %s: %s", paper.sha256, error)
        return ""
    text: str = answer.data.decode("utf-8", "replace")[:_TEXT_LIMIT]
    return text


def loader(visit: Visit, paper: Paper) -> Callable[[], Awaitable[bytes]]:
    """Gives the bytes of the paper when they are needed. It raises Damaged for a file that is not what it was."""

    async def load() -> bytes:
        data = await visit.office.db.read(contents.load, visit.office.blobs, paper.content_id)
        try:
            return await visit.office.work(proof.read_file, data, paper.path, paper.sha256, paper.name)
        except Damaged:
            thing = f"content/{paper.content_id}"
            log.error("file %s of %s is not what it was", paper.path, thing)
            await visit.office.db.write(proof.report_damage, visit.actor, thing, paper.path, paper.sha256)
            raise

    return load


def paper_of(papers: Sequence[Paper], number: int) -> Paper:
    """Raises NotFound."""
    found = next((one for one in papers if one.number == number), None)
    if found is None:
        raise NotFound("Không có tệp này.")
    return found


async def download(visit: Visit, paper: Paper) -> Response:
    """The file itself; `?xem=1` in the browser where its kind allows."""
    return file_response(await loader(visit, paper)(), paper.name, show=visit.query("xem") == "1")


async def glance(visit: Visit, paper: Paper) -> Response:
    """What a Word or Excel file says, for the sandboxed frame beside the document. Raises NotFound for other files."""
    task = glances.TASKS.get(extension(paper.name))
    if task is None:
        raise NotFound("Tệp này không xem nhanh được.")
    return await glances.framed(visit, task, loader(visit, paper))


async def picture(visit: Visit, paper: Paper) -> Response:
    """One page of a PDF as a picture."""
    data = await visit.state.previews.page(paper.sha256, visit.whole("page"), loader(visit, paper))
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})
