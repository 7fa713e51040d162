"""An answer about absence: what a person may say in it, and the letter it makes (RFC 5230 §5, RFC 3834 §3).

To whom it goes is decided in mail/vacation_answers.py.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Phrase
from mailsvc.documents import holding
from mailsvc.message import compose
from mailsvc.message.compose import Person, bare_subject, reply_references
from mailsvc.message.fieldwriter import plain_line
from mailsvc.store import accounts, audit, vacations
from mailsvc.store.tx import Tx
from mailsvc.store.vacations import Vacation

SUBJECT_LIMIT = 200
TEXT_LIMIT = 4000
LONGEST_DAYS = 366
EVERY_DAYS = 7  # RFC 3834 §2, RFC 5230 §4.1
PREFIX = "Vắng mặt: "
CLOSING = "Thư trả lời tự động; mỗi người nhận một lần trong 7 ngày."
_QUOTED = 150
# RFC 3834 §3.1.7; the other field is what answering programs from before the RFC look at.
_HEADERS = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person filled in. A day is None when there is none, or no day could be read."""

    on: bool
    first: date | None
    last: date | None
    subject: str
    text: str
    inside_only: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The letter that is answered, as far as the answer shows it: nothing of it beyond the subject."""

    sender: str
    subject: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()


def suggested(name: str, position: str) -> str:
    """The text a person begins with."""
    lines = ["Tôi đang vắng mặt nên chưa đọc được thư này, và sẽ trả lời khi trở lại làm việc.", "", name, position]
    return "\n".join(lines).strip()


def faults(terms: Terms, today: date) -> dict[str, Phrase]:
    """What is wrong, by field (`first`, `last`, `subject`, `text`); what is switched off may be half filled in."""
    found: dict[str, Phrase] = {}
    if len(terms.subject) > SUBJECT_LIMIT:
        found["subject"] = Phrase("Chủ đề dài quá %(most)s ký tự.", most=SUBJECT_LIMIT)
    if len(terms.text) > TEXT_LIMIT:
        found["text"] = Phrase("Nội dung dài quá %(most)s ký tự.", most=TEXT_LIMIT)
    if not terms.on:
        return found
    if not terms.text:
        found["text"] = Phrase("Xin viết vài chữ để người gửi biết khi nào bạn trả lời, việc gấp gọi ai.")
    return found | _day_faults(terms, today)


def _day_faults(terms: Terms, today: date) -> dict[str, Phrase]:
    found: dict[str, Phrase] = {}
    if terms.first is None:
        found["first"] = Phrase("Xin chọn ngày bắt đầu vắng.")
    if terms.last is None:
        found["last"] = Phrase("Xin chọn ngày vắng cuối cùng; hết ngày ấy việc trả lời tự tắt.")
    elif terms.last < today:
        found["last"] = Phrase("Ngày này đã qua; xin chọn hôm nay hoặc một ngày sau.")
    elif terms.first is not None and terms.last < terms.first:
        found["last"] = Phrase("Ngày cuối ở trước ngày đầu; xin xem lại hai ngày.")
    elif terms.first is not None and (terms.last - terms.first).days > LONGEST_DAYS:
        found["last"] = Phrase("Dài quá một năm; xin chọn ngày gần hơn rồi gia hạn sau.")
    return found


def save(tx: Tx, actor: Actor, terms: Terms) -> None:
    """Keep the person's answer. Raises Invalid with the first fault."""
    for fault in faults(terms, office_date(tx.now_ms)).values():
        raise Invalid(fault)
    account_id = actor.account_id or 0
    given = Vacation(
        active=int(terms.on),
        first_day=terms.first.isoformat() if terms.first else "",
        last_day=terms.last.isoformat() if terms.last else "",
        subject=plain_line(terms.subject),
        text=terms.text.strip(),
        inside_only=int(terms.inside_only),
        every_days=EVERY_DAYS,
    )
    before = vacations.find(tx, account_id)
    if before is not None and replace(before, version=0) == given:
        return
    vacations.put(tx, account_id, given)
    days = {"first": given.first_day, "last": given.last_day} if terms.on else {}
    audit.record(tx, actor, "vacation.on" if terms.on else "vacation.off", f"account/{account_id}", **days)


def switch(tx: Tx, actor: Actor, on: bool) -> None:
    """Turn the answer off, or back on as it was. Raises Invalid when its days are over or it was never written."""
    account_id = actor.account_id or 0
    found = vacations.find(tx, account_id)
    if on and (found is None or not found.text or found.last_day < office_date(tx.now_ms).isoformat()):
        raise Invalid("Những ngày vắng đã qua; xin chọn lại ngày.")
    if found is None or bool(found.active) == on:
        return
    vacations.switch(tx, account_id, int(on))
    audit.record(tx, actor, "vacation.on" if on else "vacation.off", f"account/{account_id}")


def current(tx: Tx, account_id: int) -> Vacation | None:
    """The answer that goes out today; None for somebody who is there."""
    found = vacations.find(tx, account_id)
    return found if found is not None and found.holds_on(office_date(tx.now_ms).isoformat()) else None


def letter(tx: Tx, account_id: int, away: Vacation, to: Answered) -> compose.Letter:
    """What goes out. RFC 5230 §5.2 to §5.8: from the person, to the sender, pointing at the letter it answers."""
    me = Person(accounts.get(tx, account_id).full_name, accounts.primary_address(tx, account_id))
    domain = me.address.rpartition("@")[2] or "localhost"
    parent = to.message_id if to.message_id.isascii() else ""
    return compose.Letter(
        sender=me,
        to=(Person("", to.sender),),
        subject=away.subject or subject_for(to.subject, me.name),
        text=body(away.text),
        message_id=f"<{secrets.token_hex(12)}@{domain}>",
        date_ms=tx.now_ms,
        in_reply_to=parent,
        references=reply_references(parent, [one for one in to.references if one.isascii()]) if parent else (),
        headers=_HEADERS,
    )


def body(text: str) -> str:
    """The text that goes out, with the line that says what it is (RFC 3834 §3.2: brief and plain)."""
    return f"{text}\n\n-- \n{CLOSING}\n"


def subject_for(answered: str, name: str) -> str:
    """The subject where the person gave none (RFC 3834 §3.1.5); one with a mark of secrecy is not repeated."""
    about = plain_line(bare_subject(answered))[:_QUOTED]
    return PREFIX + (name if not about or holding.screen(titles=[answered]) else about)
