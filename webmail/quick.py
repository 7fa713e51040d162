"""The usual next act for each thing in "Việc của tôi": one tap in the list, or the page where it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailsvc.documents.outgoing import states
from mailsvc.documents.routing.orders import COOPERATE, INFORM, LEAD, LEADER
from mailsvc.documents.work import HERE, WorkItem
from webmail.i18n import N_


@dataclass(frozen=True, slots=True)
class Quick:
    """One button of a line. `act` is carried out at once; without one, `address` is the page for it. `key`: what may
    be pressed while the line is chosen."""

    label: str
    icon: str
    key: str
    act: str = ""
    address: str = ""


KINDS = {
    "incoming": N_("Văn bản đến"),
    "request": N_("Đề nghị"),
    "task": N_("Việc được giao"),
    "task_given": N_("Việc đã giao"),
    "task_request": N_("Đề nghị"),
    "outgoing": N_("Văn bản đi"),
    "opinion": N_("Góp ý dự thảo"),
}
"""What an item is, in the words of the list."""


def acts(one: WorkItem) -> tuple[Quick, ...]:
    """What is usually done next with the item, the likeliest first. What is offered may still be refused."""
    if one.turn != HERE:
        return (Quick(N_("Đôn đốc"), "clock", "n", act="urge"),) if one.kind in ("incoming", "task_given") else ()
    return _ACTS[one.kind](one)


def _incoming(one: WorkItem) -> tuple[Quick, ...]:
    line = one.key.partition("/")[2]
    if one.state == "reported":
        return (Quick(N_("Kết thúc"), "check", "e", act="close"),)
    if one.state == "returned":
        return (Quick(N_("Đã xem"), "check", "e", act="seen"),)
    if one.role == LEADER:
        return (
            Quick(N_("Bút phê, chuyển"), "draft", "e", address=f"{one.address}/chi-dao"),
            Quick(N_("Lưu để biết"), "archive", "l", address=f"{one.address}/luu"),
        )
    if one.role == INFORM:
        return (Quick(N_("Đã đọc"), "check", "e", act="read"),)
    passing = Quick(N_("Chuyển"), "forward", "f", address=f"{one.address}?mo=chuyen-tiep-{line}#luot-{line}")
    longer = Quick(N_("Gia hạn"), "calendar", "h", address=f"{one.address}?mo=xin-gia-han-{line}#luot-{line}")
    done = Quick(N_("Đã xong"), "check", "e", act="done")
    return (done, passing, longer) if one.deadline and one.role in (LEAD, COOPERATE) else (done, passing)


def _task(one: WorkItem) -> tuple[Quick, ...]:
    done = Quick(N_("Đã xong"), "check", "e", act="done")
    longer = Quick(N_("Gia hạn"), "calendar", "h", address=f"{one.address}?mo=xin-gia-han#xu-ly")
    if one.unread:
        return (Quick(N_("Nhận việc"), "check", "e", act="accept"), longer)
    asking = Quick(N_("Xin ý kiến"), "reply", "y", address=f"{one.address}?mo=y-kien#xu-ly")
    return (done, longer, asking) if one.deadline else (done, asking)


def _given(one: WorkItem) -> tuple[Quick, ...]:
    if one.state == "refused":
        return (Quick(N_("Xem lý do"), "eye", "e", address=f"{one.address}?mo=van-giao#xu-ly"),)
    back = Quick(N_("Trả lại"), "reply", "t", address=f"{one.address}?mo=tra-lai#xu-ly")
    return (Quick(N_("Hoàn thành"), "check", "e", act="close"), back)


def _request(one: WorkItem) -> tuple[Quick, ...]:
    return (Quick(N_("Đồng ý"), "check", "e", act="grant"), Quick(N_("Xem, trả lời"), "eye", "t", address=one.address))


def _outgoing(one: WorkItem) -> tuple[Quick, ...]:
    back = Quick(N_("Trả lại"), "reply", "t", address=f"{one.address}?mo=tra-lai#xu-ly")
    asking = Quick(N_("Lấy ý kiến"), "people", "y", address=f"{one.address}?mo=lay-y-kien#xu-ly")
    found: dict[str, tuple[Quick, ...]] = {
        states.DRAFT: (Quick(N_("Trình phòng"), "sent", "e", act="submit"), asking),
        states.UNIT: (Quick(N_("Duyệt"), "check", "e", act="approve"), back),
        states.CONTENT: (Quick(N_("Chuyển thể thức"), "sent", "e", act="format"), asking),
        states.FORMAT: (Quick(N_("Kiểm tra thể thức"), "eye", "e", address=f"{one.address}#xu-ly"), back),
        states.LEADER: (Quick(N_("Ký ban hành"), "draft", "e", address=f"{one.address}?mo=ky#xu-ly"), back),
        states.SIGNED: (Quick(N_("Trình lấy số"), "sent", "e", act="number"),),
        states.WAITING: (Quick(N_("Cấp số"), "book", "e", address=f"{one.address}#xu-ly"), back),
        states.NUMBERED: (Quick(N_("Phát hành"), "sent", "e", address=f"{one.address}/phat-hanh"),),
    }
    return found.get(one.state, ())


def _opinion(one: WorkItem) -> tuple[Quick, ...]:
    return (
        Quick(N_("Đồng ý"), "check", "e", act="agree"),
        Quick(N_("Góp ý"), "reply", "t", address=f"{one.address}#y-kien"),
    )


_ACTS: dict[str, Callable[[WorkItem], tuple[Quick, ...]]] = {
    "incoming": _incoming,
    "request": _request,
    "task": _task,
    "task_given": _given,
    "task_request": _request,
    "outgoing": _outgoing,
    "opinion": _opinion,
}
