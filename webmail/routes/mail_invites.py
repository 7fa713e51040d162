"""Answering an invitation from the letter that brought it."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.core.errors import Invalid
from mailsvc.http.visits import Visit, post
from mailsvc.mail import invitations
from mailsvc.mail.invitations import Asked, Words
from webmail import invites
from webmail.i18n import N_, _, said
from webmail.opening import Placed, contained, open_letter
from webmail.pages import go
from webmail.routes.mail_read import letter_page

_ANSWERS = {"nhan": "ACCEPTED", "tu-choi": "DECLINED", "chua-chac": "TENTATIVE"}
_SUBJECTS = {
    "ACCEPTED": N_("Nhận lời: %(what)s"),
    "DECLINED": N_("Từ chối: %(what)s"),
    "TENTATIVE": N_("Chưa chắc: %(what)s"),
}
_TEXTS = {
    "ACCEPTED": N_("%(who)s nhận lời dự “%(what)s”, %(when)s."),
    "DECLINED": N_("%(who)s không dự được “%(what)s”, %(when)s."),
    "TENTATIVE": N_("%(who)s chưa chắc dự được “%(what)s”, %(when)s."),
}
_TOLD = {
    "ACCEPTED": N_("Đã trả lời người mời: nhận lời."),
    "DECLINED": N_("Đã trả lời người mời: từ chối."),
    "TENTATIVE": N_("Đã trả lời người mời: chưa chắc."),
}


async def answer(visit: Visit) -> Response:
    """Send the answer to who invited; it can be changed by answering again. A refusal is told on the invitation."""
    opened = await open_letter(visit)
    try:
        return await _answered(visit, opened)
    except Invalid as error:
        response = await letter_page(visit, opened, said(error))
        response.headers["HX-Push-Url"] = "false"  # the page stays that of the letter
        return response


async def _answered(visit: Visit, opened: Placed) -> Response:
    base = f"/thu/{opened.folder.id}/{opened.line.uid}"
    status = _ANSWERS.get(visit.field("tra_loi", 20))
    found = await visit.office.work(contained, opened.data)
    if status is None or found.invitation is None:
        raise Invalid("Thư này không có giấy mời để trả lời.")
    who = await invites.me(visit, opened, found.invitation)
    if who is None:
        raise Invalid("Tài khoản này không gửi thư được nên chưa trả lời được giấy mời.")
    what = found.invitation.summary or _("(không có tên)")
    words = Words(
        _(_SUBJECTS[status], what=what[:200]),
        _(_TEXTS[status], who=who.name or who.address, what=what, when=invites.when(found.invitation)) + "\n",
    )
    asked = Asked(opened.folder.guest, opened.folder.id, opened.line.uid, found.scan.message_id)
    invitation, account_id = found.invitation, visit.who.account.id
    sent = await invitations.answer(visit.office, account_id, asked, invitation, who, status, words)
    return go(visit, base, _(_TOLD[status]) if sent else _("Bạn đã trả lời như vậy rồi; không gửi lại."))


ROUTES = (post("/thu/{mailbox}/{uid}/loi-moi", answer),)
