"""Files of a letter, pictures of their pages, and the letter itself as a file."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response, StreamingResponse

from mailsvc.core.errors import NotFound, Refused
from mailsvc.http.files import disposition, extension, file_response
from mailsvc.http.headers import FILE_POLICY
from mailsvc.http.visits import Visit, get
from mailsvc.message.attachments import Attachment
from mailsvc.message.charsets import decode_text
from webmail import glances, letters
from webmail.opening import contained, open_letter
from webmail.packing import packed
from webmail.pages import page

ZIP_BYTES = 256 * 1024 * 1024
"""Decoded octets of all files that are packed together."""
_LEFT_OUT = ("blocked", "signature", "container")
_UNUSABLE = {"executable", "encrypted", "unreadable", "ratio", "total", "count", "depth"}
TEXT_SHOWN = 400_000
_WAYS = {
    ".pdf": "pages",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"), "picture"),
    **dict.fromkeys((".txt", ".csv", ".log", ".md", ".ics"), "text"),
    ".docx": "word",
    ".xlsx": "sheet",
    ".eml": "letter",
}
SOURCE_SHOWN = 256 * 1024
"""Octets of a letter shown as they came."""


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


async def all_files(visit: Visit) -> Response:
    """Every file of the letter that may be stored, in one archive, sent while it is packed."""
    opened = await open_letter(visit)
    found = await visit.office.work(contained, opened.data)
    chosen = [one for one in found.files if one.role not in _LEFT_OUT and not {*one.hazards} & _UNUSABLE]
    if not chosen:
        raise NotFound("Thư này không có tệp nào tải được.")
    if sum(one.size for one in chosen) > ZIP_BYTES:
        raise Refused("Các tệp cộng lại quá lớn để gói chung. Xin tải từng tệp; thư vẫn nguyên.")
    name = (opened.line.subject.strip() or "tep-dinh-kem")[:80]
    headers = {
        "Content-Disposition": disposition("attachment", f"{name}.zip"),
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(packed(chosen), media_type="application/zip", headers=headers)


async def preview(visit: Visit) -> Response:
    """The file to be looked at: pages or a picture as pictures, text as text, Word and Excel in a frame."""
    chosen = await _file(visit)
    base = visit.request.url.path
    way = _WAYS.get(extension(chosen.name), "")
    total, text, inner = 0, "", None
    if way == "pages":
        total = await visit.state.previews.pages(chosen.sha256, lambda: visit.office.work(chosen.read))
    elif way == "text":
        text = await visit.office.work(lambda: decode_text(chosen.read()[:TEXT_SHOWN], ""))
    elif way == "letter":
        inner = await visit.office.work(lambda: letters.attached(chosen.read()))
    return await page(
        visit,
        "preview.html",
        file=chosen,
        way=way,
        total=total,
        text=text,
        inner=inner,
        back=f"/thu/{visit.whole('mailbox')}/{visit.whole('uid')}",
        download=base[:-4],
    )


async def glance(visit: Visit) -> Response:
    """What a Word or Excel file says, for the sandboxed frame of its preview."""
    chosen = await _file(visit)
    task = glances.TASKS.get(extension(chosen.name))
    if task is None:
        raise NotFound("Tệp này không xem nhanh được.")
    return await glances.framed(visit, task, lambda: visit.office.work(chosen.read))


async def thumbnail(visit: Visit) -> Response:
    """The file small, for its card."""
    chosen = await _file(visit)
    way = _WAYS.get(extension(chosen.name), "")
    if way not in ("pages", "picture"):
        raise NotFound("Tệp này không có hình nhỏ.")
    load = partial(visit.office.work, chosen.read)
    data = await visit.state.previews.thumbnail(chosen.sha256, load, pdf=way == "pages")
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


async def picture(visit: Visit) -> Response:
    """A picture as large as a screen shows, made again."""
    chosen = await _file(visit)
    if _WAYS.get(extension(chosen.name)) != "picture":
        raise NotFound("Tệp này không phải là ảnh.")
    data = await visit.state.previews.picture(partial(visit.office.work, chosen.read))
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


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


async def source_page(visit: Visit) -> Response:
    """The letter as it came, to be looked at: the head whole, the beginning of the body."""
    opened = await open_letter(visit)
    data = await visit.office.work(lambda: opened.data[: SOURCE_SHOWN + 1])
    head, _blank, rest = data.partition(b"\r\n\r\n")
    return await page(
        visit,
        "mail_source.html",
        back=f"/thu/{opened.folder.id}/{opened.line.uid}",
        subject=opened.line.subject,
        size=opened.line.size,
        head=_as_text(head),
        text=_as_text(rest[:SOURCE_SHOWN]),
        cut=len(data) > SOURCE_SHOWN,
    )


def _as_text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\0", "\N{SYMBOL FOR NULL}")


ROUTES = (
    get("/thu/{mailbox}/{uid}/tat-ca.zip", all_files),
    get("/thu/{mailbox}/{uid}/nguon", source_page),
    get("/thu/{mailbox}/{uid}/nguon.eml", source),
    get("/thu/{mailbox}/{uid}/tep/{number}", file),
    get("/thu/{mailbox}/{uid}/tep/{number}/xem", preview),
    get("/thu/{mailbox}/{uid}/tep/{number}/nhanh", glance),
    get("/thu/{mailbox}/{uid}/tep/{number}/nho", thumbnail),
    get("/thu/{mailbox}/{uid}/tep/{number}/anh", picture),
    get("/thu/{mailbox}/{uid}/tep/{number}/trang/{page}", page_picture),
)
