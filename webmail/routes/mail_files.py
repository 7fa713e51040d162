"""Files of a letter, pictures of their pages, and the letter itself as a file."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.core.errors import NotFound, Refused
from mailsvc.http.files import file_response, shown_type
from mailsvc.http.visits import Visit, get
from mailsvc.message.attachments import Attachment
from webmail.opening import contained, open_letter
from webmail.pages import page


async def _file(visit: Visit) -> Attachment:
    opened = await open_letter(visit)
    found = await visit.office.work(contained, opened.data)
    number = visit.whole("number")
    if number >= len(found.files):
        raise NotFound("Thư này không có tệp đó.")
    chosen = found.files[number]
    if chosen.role == "blocked" or "executable" in chosen.hazards:
        raise Refused("Tệp này là chương trình nên không tải được từ trang này. Nếu thật cần, hãy hỏi quản trị.")
    return chosen


async def file(visit: Visit) -> Response:
    """The file to be stored; `?xem=1` shows PDF, PNG and JPEG in the browser."""
    chosen = await _file(visit)
    data = await visit.office.work(chosen.read)
    return file_response(data, chosen.name, show=visit.query("xem") == "1")


async def preview(visit: Visit) -> Response:
    """The pages of a PDF one below the other, as pictures."""
    chosen = await _file(visit)
    base = visit.request.url.path
    total = 0
    if shown_type(chosen.name) == "application/pdf":
        total = await visit.state.previews.pages(chosen.sha256, lambda: visit.office.work(chosen.read))
    folder = f"/thu/{visit.whole('mailbox')}/{visit.whole('uid')}"
    return await page(visit, "preview.html", file=chosen, base=base, total=total, back=folder, download=base[:-4])


async def page_picture(visit: Visit) -> Response:
    """One page as a picture."""
    chosen = await _file(visit)
    data = await visit.state.previews.page(chosen.sha256, visit.whole("page"), lambda: visit.office.work(chosen.read))
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


async def source(visit: Visit) -> Response:
    """The letter as it came, as an .eml file."""
    opened = await open_letter(visit)
    data = await visit.office.work(lambda: opened.data[:])
    name = (opened.line.subject.strip() or "thu")[:80]
    return file_response(data, f"{name}.eml")


ROUTES = (
    get("/thu/{mailbox}/{uid}/nguon.eml", source),
    get("/thu/{mailbox}/{uid}/tep/{number}", file),
    get("/thu/{mailbox}/{uid}/tep/{number}/xem", preview),
    get("/thu/{mailbox}/{uid}/tep/{number}/trang/{page}", page_picture),
)
