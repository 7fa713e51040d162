"""The regulation (quy chế): versions with days, acknowledgement by everybody, opinions by article, amendment.

The Office opens a round of opinions and answers them (Article 15.2); the Chief of Office proposes a version, the
Director decides and publishes it (Article 15.3); everybody acknowledges, the named heads first of all (Decision,
Articles 2 and 3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import rights, rules
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.mail import notice
from mailsvc.reports.sheets import Report, Table
from mailsvc.store import accounts, audit, units
from mailsvc.store import regulations as store
from mailsvc.store.accounts import Account
from mailsvc.store.regulations import Opinion, Regulation, Round
from mailsvc.store.tx import Tx

PROPOSED, REFUSED, PUBLISHED = "proposed", "refused", "published"
PAGE = "/quy-che"
HEADS = ("chanh_van_phong", "truong_phong", "thu_truong_don_vi")
ANSWERS = {"tiep_thu": "Tiếp thu", "mot_phan": "Tiếp thu một phần", "giai_trinh": "Giải trình"}
WHOLE = "Toàn văn"
_ARTICLE = re.compile(r"^(Điều \d+)\.\s*(.*)$", re.MULTILINE)
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a version: "Điều 8", its title and its text; what stands before the first one is WHOLE."""

    name: str
    title: str
    text: str


def articles(text: str) -> list[Article]:
    """The articles of a text in order."""
    marks = list(_ARTICLE.finditer(text))
    first = marks[0].start() if marks else len(text)
    found = [Article(WHOLE, "", text[:first].strip())]
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        found.append(Article(mark[1], mark[2].strip(), text[mark.end() : end].strip()))
    return found


# ---- versions -----------------------------------------------------------------------------------------------
def current(tx: Tx, on: date | None = None) -> Regulation | None:
    """The version in force on that day (default today)."""
    return store.on(tx, (on or office_date(tx.now_ms)).isoformat())


def propose(tx: Tx, who: Actor, title: str, text: str, grounds: str) -> int:
    """The Chief of Office proposes a version. Raises Refused, Invalid."""
    actor = rights.require(tx, who, Act.PROPOSE_RULES, _office(tx))
    if not title.strip() or not grounds.strip():
        raise Invalid("Phải ghi tên văn bản và lý do đề xuất.")
    if not _ARTICLE.search(text) or len(text) > _LONGEST:
        raise Invalid("Nội dung phải có các điều, mỗi điều bắt đầu bằng “Điều N.” ở đầu dòng.")
    values = {"title": title.strip(), "text": text.strip(), "grounds": grounds.strip(), "state": PROPOSED}
    made = store.add(tx, values | {"proposed_by": actor.account_id, "proposed_ms": tx.now_ms})
    audit.record(tx, actor, "regulation.propose", f"regulation/{made}", grounds=grounds.strip())
    words = f"{title.strip()}\nLý do: {grounds.strip()}\nXem và quyết định ở {PAGE}/{made}.\n"
    notice.tell(tx, _with_role(tx, "giam_doc"), "Đề xuất sửa đổi quy chế", words)
    return made


def publish(tx: Tx, who: Actor, regulation_id: int, number: str, valid_from: str) -> Regulation:
    """The Director decides: the version is in force from that day, everybody is asked to acknowledge it."""
    found, actor = _to_decide(tx, who, regulation_id)
    if not number.strip():
        raise Invalid("Phải ghi số, ký hiệu quyết định ban hành.")
    day = _day(valid_from)
    if day < office_date(tx.now_ms):
        raise Invalid("Ngày hiệu lực không được trước ngày ký.")
    decided = {"decided_by": actor.account_id, "decided_ms": tx.now_ms}
    values = {"state": PUBLISHED, "number": number.strip(), "valid_from": day.isoformat()}
    store.change(tx, regulation_id, values | decided)
    audit.record(tx, actor, "regulation.publish", f"regulation/{regulation_id}", **values)
    words = (
        f"{found.title}, ban hành kèm theo {number.strip()}, có hiệu lực từ {day:%d/%m/%Y}.\n"
        f"Mọi người đọc và xác nhận ở {PAGE} (Quy chế Điều 7 khoản 1).\n"
    )
    notice.tell(tx, [one.id for one in _people(tx)], f"Ban hành: {found.title}", words)
    return store.get(tx, regulation_id)


def refuse(tx: Tx, who: Actor, regulation_id: int, reason: str) -> None:
    """The Director does not agree. Raises Refused, Invalid without a reason."""
    found, actor = _to_decide(tx, who, regulation_id)
    if not reason.strip():
        raise Invalid("Phải ghi lý do không đồng ý.")
    decided = {"decided_by": actor.account_id, "decided_ms": tx.now_ms}
    store.change(tx, regulation_id, {"state": REFUSED, "answer": reason.strip(), **decided})
    audit.record(tx, actor, "regulation.refuse", f"regulation/{regulation_id}", reason=reason.strip())
    if found.proposed_by is not None:
        notice.tell(tx, [found.proposed_by], "Đề xuất sửa đổi quy chế không được đồng ý", f"Lý do: {reason.strip()}\n")


def load_first(tx: Tx, title: str, text: str, number: str, valid_from: str) -> int:
    """The version that was decided before there was this system, as its text came to us."""
    if store.listing(tx):
        raise Invalid("Đã có quy chế; bản mới phải do Chánh Văn phòng đề xuất, Giám đốc quyết định.")
    values = {"title": title, "text": text.strip(), "number": number, "valid_from": _day(valid_from).isoformat()}
    made = store.add(tx, values | {"state": PUBLISHED, "grounds": "Bản đang có hiệu lực", "proposed_ms": tx.now_ms})
    audit.record(tx, None, "regulation.load", f"regulation/{made}", number=number, valid_from=valid_from)
    return made


def _to_decide(tx: Tx, who: Actor, regulation_id: int) -> tuple[Regulation, Actor]:
    found = store.get(tx, regulation_id)
    actor = rights.require(tx, who, Act.DECIDE_RULES, _office(tx))
    if actor.account_id is None:
        raise Refused("Quyết định phải có tên Giám đốc.")
    if found.state != PROPOSED:
        raise Invalid("Bản này đã được quyết định.")
    return found, actor


# ---- acknowledgement ----------------------------------------------------------------------------------------
def acknowledge(tx: Tx, who: Actor, regulation_id: int) -> bool:
    """The person has read it and will carry it out; whether it was the first time. Nobody can do it for another."""
    found = store.get(tx, regulation_id)
    if found.state != PUBLISHED or who.account_id is None:
        raise Invalid("Chỉ xác nhận bản đã ban hành.")
    posts = [one for one in rights.posts_of(tx, who.account_id) if one.on_behalf_of is None]
    first = store.acknowledge(tx, regulation_id, who.account_id, posts[0].label if posts else "")
    if first:
        audit.record(tx, who, "regulation.acknowledge", f"regulation/{regulation_id}")
    return first


def must_acknowledge(tx: Tx, account_id: int) -> bool:
    """Whether the person is to be reminded on every page."""
    found = current(tx)
    if found is None or store.has_acknowledged(tx, found.id, account_id):
        return False
    return bool(rules.value(tx, "regulation.must_acknowledge"))


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody who has not acknowledged; `head`: one of those the decision names (Articles 3)."""

    person: Account
    unit: str
    head: bool


def missing(tx: Tx, regulation_id: int) -> list[Missing]:
    """Who has not acknowledged the version yet, heads first, by unit."""
    done = store.acknowledged(tx, regulation_id)
    names = units.names(tx)
    found = [
        Missing(one, names.get(one.unit_code, one.unit_code), bool(accounts.roles_of(tx, one.id) & set(HEADS)))
        for one in _people(tx)
        if one.id not in done
    ]
    return sorted(found, key=lambda one: (not one.head, one.person.unit_code, one.person.username))


def remind(tx: Tx, who: Actor, regulation_id: int) -> int:
    """Remind everybody who has not acknowledged; how many."""
    actor = rights.require(tx, who, Act.PROPOSE_RULES, _office(tx))
    found = store.get(tx, regulation_id)
    people = [one.person.id for one in missing(tx, regulation_id)]
    audit.record(tx, actor, "regulation.remind", f"regulation/{regulation_id}", count=len(people))
    return notice.tell(tx, people, f"Nhắc xác nhận: {found.title}", f"Xin đọc và xác nhận ở {PAGE}.\n")


# ---- opinions -----------------------------------------------------------------------------------------------
def open_round(tx: Tx, who: Actor, title: str, last_day: str, *, anonymous: bool = False) -> int:
    """Open a round of opinions on the version in force; everybody is told. Raises Refused, Invalid."""
    actor = rights.require(tx, who, Act.PROPOSE_RULES, _office(tx))
    found = current(tx)
    if found is None:
        raise Invalid("Chưa có quy chế nào đang có hiệu lực để góp ý.")
    day = _day(last_day)
    if day < office_date(tx.now_ms):
        raise Invalid("Hạn góp ý không được trước hôm nay.")
    if not title.strip():
        raise Invalid("Phải ghi tên đợt góp ý.")
    if anonymous and not rules.value(tx, "feedback.anonymous"):
        raise Invalid("Góp ý không ghi tên chưa được phép (thiết lập feedback.anonymous).")
    values = {"regulation_id": found.id, "title": title.strip(), "last_day": day.isoformat()}
    values |= {"anonymous": int(anonymous), "opened_by": actor.account_id, "opened_ms": tx.now_ms}
    made = store.add_round(tx, values)
    audit.record(tx, actor, "feedback.open", f"feedback_round/{made}", last_day=day.isoformat())
    words = f"{title.strip()}. Góp ý từng điều ở {PAGE}/gop-y/{made}, hạn {day:%d/%m/%Y}.\n"
    notice.tell(tx, [one.id for one in _people(tx)], f"Lấy ý kiến: {title.strip()}", words)
    return made


def give_opinion(tx: Tx, who: Actor, round_id: int, article: str, text: str, *, nameless: bool = False) -> int:
    """Say something on an article while the round is open. Raises Refused, Invalid, AlreadyThere."""
    actor = rights.require(tx, who, Act.GIVE_FEEDBACK, _office(tx))
    asked = store.round_of(tx, round_id)
    if office_date(tx.now_ms).isoformat() > asked.last_day:
        raise Invalid("Đợt góp ý đã hết hạn ngày %(day)s.", day=f"{date.fromisoformat(asked.last_day):%d/%m/%Y}")
    if article not in [one.name for one in articles(store.get(tx, asked.regulation_id).text)]:
        raise Invalid("Quy chế không có “%(article)s”.", article=article)
    if not text.strip():
        raise Invalid("Chưa ghi nội dung góp ý.")
    if nameless and not asked.anonymous:
        raise Invalid("Đợt này góp ý phải ghi tên (thiết lập feedback.anonymous).")
    account = accounts.get(tx, actor.account_id or 0)
    values = {"round_id": round_id, "article": article, "text": text.strip(), "at_ms": tx.now_ms}
    shown = {"author_id": None, "unit_code": ""} if nameless else {
        "author_id": account.id, "unit_code": account.unit_code
    }  # fmt: skip
    made = store.add_opinion(tx, values | shown)
    audit.record(tx, None if nameless else actor, "feedback.give", f"feedback/{made}", article=article)
    return made


def answer(tx: Tx, who: Actor, opinion_id: int, kind: str, text: str) -> None:
    """The Office says what becomes of an opinion. Raises Refused, Invalid."""
    actor = rights.require(tx, who, Act.PROPOSE_RULES, _office(tx))
    if kind not in ANSWERS:
        raise Invalid("Phải chọn tiếp thu, tiếp thu một phần hoặc giải trình.")
    if kind != "tiep_thu" and not text.strip():
        raise Invalid("Không tiếp thu hoàn toàn thì phải ghi giải trình.")
    values = {"answer_kind": kind, "answer": text.strip(), "answered_by": actor.account_id, "answered_ms": tx.now_ms}
    store.answer_opinion(tx, opinion_id, values)
    audit.record(tx, actor, "feedback.answer", f"feedback/{opinion_id}", kind=kind, text=text.strip())


def synthesis(tx: Tx, who: Actor, round_id: int) -> Report:
    """The table of a round (nội dung góp ý – đơn vị – tiếp thu, giải trình), for reports.sheets. Raises Refused."""
    rights.require(tx, who, Act.PROPOSE_RULES, _office(tx))
    asked = store.round_of(tx, round_id)
    order = {one.name: n for n, one in enumerate(articles(store.get(tx, asked.regulation_id).text))}
    found = sorted(store.opinions(tx, round_id), key=lambda one: (order.get(one.article, 0), one.id))
    rows = tuple((n, one.article, one.text, _by(tx, one), _answered(one)) for n, one in enumerate(found, 1))
    columns = ("STT", "Điều", "Nội dung góp ý", "Đơn vị, người góp ý", "Tiếp thu, giải trình")
    line = f"{asked.title} (hạn {date.fromisoformat(asked.last_day):%d/%m/%Y})"
    return Report("BẢNG TỔNG HỢP Ý KIẾN GÓP Ý", (line,), (Table(f"{len(rows)} ý kiến", columns, rows),))


def is_open(tx: Tx, asked: Round) -> bool:
    return office_date(tx.now_ms).isoformat() <= asked.last_day


def _by(tx: Tx, one: Opinion) -> str:
    if one.author_id is None:
        return "Không ghi tên"
    unit = units.name(tx, one.unit_code, office_date(one.at_ms).isoformat())
    return f"{unit} ({accounts.get(tx, one.author_id).full_name})"


def _answered(one: Opinion) -> str:
    if not one.answer_kind:
        return ""
    return ANSWERS[one.answer_kind] + (f": {one.answer}" if one.answer else "")


# ---- helpers ------------------------------------------------------------------------------------------------
def _office(tx: Tx) -> rights.Subject:
    return rights.of_organisation(main_organisation(tx))


def _people(tx: Tx) -> list[Account]:
    return [one for one in accounts.listing(tx, "person") if one.active]


def _with_role(tx: Tx, role: str) -> list[int]:
    return [one.id for one in accounts.with_role(tx, role, office_date(tx.now_ms).isoformat())]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("“%(text)s” không phải là ngày.", text=text) from error
