"""One outgoing document: its page, its files, and the acts on its way to the receivers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from mailsvc.core.errors import Invalid
from mailsvc.documents.outgoing import (
    copying,
    deciding,
    draft,
    linking,
    numbers,
    paper,
    receipts,
    taking_back,
    undoing,
)
from mailsvc.documents.outgoing.copying import CopyOrder
from mailsvc.documents.outgoing.packing import SIGNED
from mailsvc.documents.outgoing.words import words
from mailsvc.http.visits import Visit, get, post, upload
from mailsvc.store.documents import Document
from mailsvc.store.ways_back import new_token
from webmail import forms, outdesk, papers
from webmail.i18n import N_, _
from webmail.outdesk import PLACE

Act = Callable[[Visit, Document], Awaitable[Any]]


async def document(visit: Visit) -> Response:
    """The document with everything about it."""
    return await outdesk.show(visit, await outdesk.asked(visit))


async def file(visit: Visit) -> Response:
    return await papers.download(visit, await outdesk.paper(visit))


async def glance(visit: Visit) -> Response:
    return await papers.glance(visit, await outdesk.paper(visit))


async def page_picture(visit: Visit) -> Response:
    return await papers.picture(visit, await outdesk.paper(visit))


def _act(name: str, act: Act, text: str) -> Callable[[Visit], Awaitable[Response]]:
    """The page of a form that does one thing."""

    async def endpoint(visit: Visit) -> Response:
        found = await outdesk.asked(visit)
        return await outdesk.done(visit, found, name, act(visit, found), _(text), _UNDOING.get(name, ""))

    return endpoint


def _kept(name: str, deed: Callable[..., Any], text: str) -> Callable[[Visit], Awaitable[Response]]:
    """The same for an act with a reason that can be taken back."""

    async def endpoint(visit: Visit) -> Response:
        found, token = await outdesk.asked(visit), new_token()
        reason, author = visit.field("ly_do"), visit.who.account.id
        work = visit.office.db.write(undoing.kept, author, found.id, token, deed, visit.actor, found.id, reason)
        return await outdesk.done(visit, found, name, work, _(text), token=token)

    return endpoint


# ---- approvals ----------------------------------------------------------------------------------------------
async def _submit(visit: Visit, found: Document) -> None:
    await visit.office.db.write(deciding.submit, visit.actor, found.id)


async def _take_back(visit: Visit, found: Document) -> None:
    await visit.office.db.write(taking_back.take_back, visit.actor, found.id)


async def _approve_content(visit: Visit, found: Document) -> None:
    await visit.office.db.write(deciding.approve_content, visit.actor, found.id, visit.field("y_kien"))


async def _ask(visit: Visit, found: Document) -> None:
    people = forms.ids(visit, "nguoi")
    due = _day(visit, "han")
    question = visit.field("noi_dung")
    await visit.office.db.write(deciding.ask_opinions, visit.actor, found.id, people, question, due)


async def _opinion(visit: Visit, found: Document) -> None:
    asked = visit.field("luot", 15)
    if not (asked.isascii() and asked.isdigit()):
        raise Invalid("Trang này đã cũ; xin tải lại.")
    verdict, text = visit.field("ket_luan", 20), visit.field("noi_dung", 10_000)
    await visit.office.db.write(deciding.give_opinion, visit.actor, int(asked), verdict, text)


async def _to_format(visit: Visit, found: Document) -> None:
    await visit.office.db.write(deciding.send_to_format, visit.actor, found.id, visit.field("ly_do"))


async def _approve_format(visit: Visit, found: Document) -> None:
    sheet = {name: visit.field(f"phieu_{name}", 500) for name in words().format_sheet}
    await visit.office.db.write(deciding.approve_format, visit.actor, found.id, sheet, visit.field("y_kien"))


async def _sign(visit: Visit, found: Document) -> None:
    await visit.office.db.write(deciding.sign, visit.actor, found.id, visit.field("y_kien"))


async def _link(visit: Visit, found: Document) -> None:
    kind, code, year = visit.field("quan_he", 20), visit.field("so", 60), visit.field("nam", 4)
    if not (year.isascii() and year.isdigit()):
        raise Invalid("Năm phải là số.")
    await visit.office.db.write(linking.link, visit.actor, found.id, kind, code, int(year))


# ---- the clerks' desk ---------------------------------------------------------------------------------------
def _day(visit: Visit, name: str) -> str | None:
    """An ISO day; None when empty. Raises Invalid."""
    text = visit.field(name, 20)
    found = forms.calendar_day(text)
    if text and found is None:
        raise Invalid("“%(text)s” không phải là ngày.", text=text)
    return found.isoformat() if found is not None else None


async def _request_number(visit: Visit, found: Document) -> None:
    await visit.office.db.write(numbers.request_number, visit.actor, found.id)


async def _give_number(visit: Visit, found: Document) -> None:
    _day(visit, "ngay")
    day = forms.calendar_day(visit.field("ngay", 20))
    await visit.office.db.write(numbers.give_number, visit.actor, found.id, day)


async def _insert_number(visit: Visit, found: Document) -> None:
    day, after = forms.calendar_day(visit.field("ngay", 20)), visit.field("sau_so", 9)
    if day is None or not (after.isascii() and after.isdigit()):
        raise Invalid("Ghi số đứng trước (chỉ chữ số) và ngày của văn bản.")
    await visit.office.db.write(numbers.insert_number, visit.actor, found.id, int(after), day, visit.field("ly_do"))


async def _cancel_number(visit: Visit, found: Document) -> None:
    await visit.office.db.write(numbers.cancel_number, visit.actor, found.id, visit.field("ly_do"))


async def _attach(visit: Visit, found: Document) -> None:
    files = await outdesk.packed(visit, found.subject, (("ban_ky", SIGNED),))
    if files is None:
        raise Invalid("Chưa chọn tệp PDF.")
    await visit.office.db.write(draft.attach_signed, visit.actor, found.id, files)


async def _remind(visit: Visit, found: Document) -> None:
    domains = visit.office.settings.organisation.domains
    await visit.office.db.write(receipts.remind, visit.actor, domains, found.id)


async def _recall(visit: Visit, found: Document) -> None:
    domains = visit.office.settings.organisation.domains
    await visit.office.db.write(linking.recall, visit.actor, domains, found.id, visit.field("ly_do"))


async def _copy(visit: Visit, found: Document) -> None:
    numbers_of = {name: visit.field(name, 9) for name in ("nguoi_ky", "so_luong", "tu_ban")}
    if not all(not one or (one.isascii() and one.isdigit()) for one in numbers_of.values()):
        raise Invalid("Số lượng bản phải là số.")
    order = CopyOrder(
        form=visit.field("hinh_thuc", 5),
        signer=int(numbers_of["nguoi_ky"] or 0),
        sign_form=visit.field("cach_ky", 5),
        recipients=visit.field("noi_nhan"),
        amount=int(numbers_of["so_luong"] or 1),
        purpose=visit.field("ghi_chu"),
        excerpt=visit.field("phan"),
        of_copy=int(numbers_of["tu_ban"]) if numbers_of["tu_ban"] else None,
    )
    await visit.office.db.write(copying.make, visit.actor, found.id, order)


# ---- the paper version --------------------------------------------------------------------------------------
async def _submit_paper(visit: Visit, found: Document) -> None:
    await visit.office.db.write(paper.submit_paper, visit.actor, found.id)


async def _approve_paper(visit: Visit, found: Document) -> None:
    await visit.office.db.write(paper.approve_paper, visit.actor, found.id, visit.field("y_kien"))


async def _keep_paper(visit: Visit, found: Document) -> None:
    state, place = visit.field("tinh_trang", 20), visit.field("noi_luu", 200)
    await visit.office.db.write(paper.keep_paper, visit.actor, found.id, state, place)


_FORMS: tuple[tuple[str, Act, str], ...] = (
    ("trinh", _submit, N_("Đã trình lãnh đạo đơn vị.")),
    ("lay-lai", _take_back, N_("Đã lấy lại dự thảo.")),
    ("duyet", _approve_content, N_("Đã duyệt nội dung.")),
    ("lay-y-kien", _ask, N_("Đã gửi lấy ý kiến.")),
    ("y-kien", _opinion, N_("Đã gửi ý kiến.")),
    ("chuyen-the-thuc", _to_format, N_("Đã chuyển Văn phòng kiểm tra thể thức.")),
    ("the-thuc", _approve_format, N_("Đã duyệt thể thức, trình người ký.")),
    ("ky", _sign, N_("Đã ký.")),
    ("quan-he", _link, N_("Đã ghi quan hệ văn bản.")),
    ("lay-so", _request_number, N_("Đã trình lấy số; văn thư đã nhận tệp Word.")),
    ("cap-so", _give_number, N_("Đã cấp số.")),
    ("so-chen", _insert_number, N_("Đã cấp số chen.")),
    ("huy-so", _cancel_number, N_("Đã hủy số; số này không dùng lại.")),
    ("nhac", _remind, N_("Đã nhắc nơi nhận chưa mở.")),
    ("thu-hoi", _recall, N_("Đã thu hồi và báo các nơi nhận.")),
    ("sao", _copy, N_("Đã lấy số bản sao.")),
    ("ban-giay/trinh", _submit_paper, N_("Đã ghi trình ký bản giấy.")),
    ("ban-giay/duyet", _approve_paper, N_("Đã duyệt thể thức bản giấy.")),
    ("ban-giay/luu", _keep_paper, N_("Đã ghi bản giấy.")),
)
_UNDOING = {"trinh": "lay-lai", "chuyen-the-thuc": "lay-lai"}
"""Forms that the next page offers to undo, and the form that does."""

ROUTES = (
    get(PLACE, document),
    get(PLACE + "/tep/{file}", file),
    get(PLACE + "/tep/{file}/nhanh", glance),
    get(PLACE + "/tep/{file}/trang/{page}", page_picture),
    *(post(f"{PLACE}/{name}", _act(name, act, text)) for name, act, text in _FORMS),
    post(PLACE + "/tra-lai", _kept("tra-lai", deciding.send_back, N_("Đã trả lại người soạn thảo."))),
    post(PLACE + "/bo", _kept("bo", draft.drop, N_("Đã bỏ dự thảo."))),
    upload(PLACE + "/ban-ky", _act("ban-ky", _attach, N_("Đã đưa bản ký/scan."))),
)
