"""The box “Vướng mắc”: problems in carrying out the regulation are told to the Office and answered (Article 13)."""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.documents import calendar
from mailsvc.documents.following import people
from mailsvc.documents.following.rules import rules_on
from mailsvc.documents.plain_words import require_open
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.store import accounts, audit, following
from mailsvc.store.following import TroubleReport
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.normal import nfc

LONGEST_TITLE, LONGEST = 300, 10_000
_TWICE_MS = 120_000


def tell(tx: Tx, who: Actor, title: str, text: str) -> int:
    """Tell the head of the Office of a problem; its id. Told twice (a double click) it is one. Raises Invalid."""
    person = accounts.get(tx, who.account_id or 0)
    heading, said = " ".join(nfc(title).split()), nfc(text).strip()
    if not heading:
        raise Invalid("Phải ghi vướng mắc là gì.")
    if len(heading) > LONGEST_TITLE or len(said) > LONGEST:
        raise Invalid(
            "Tiêu đề dài nhất %(longest_title)s, nội dung dài nhất %(longest)s ký tự.",
            longest_title=LONGEST_TITLE,
            longest=LONGEST,
        )
    require_open(said, heading)
    org_code = organisation_of_unit(tx, person.unit_code)
    for one in following.problems_of(tx, org_code, person_id=person.id, is_open=True):
        if (one.title, one.text) == (heading, said) and tx.now_ms - one.told_ms < _TWICE_MS:
            return one.id
    today = office_date(tx.now_ms)
    deadline = calendar.add_working_days(today, rules_on(today).problem_days)
    values = {"org_code": org_code, "person_id": person.id, "unit_code": person.unit_code, "told_ms": tx.now_ms}
    problem_id = following.add_problem(tx, values | {"title": heading, "text": said, "deadline": deadline.isoformat()})
    audit.record(tx, who, "problem.tell", f"problem/{problem_id}", title=heading)
    body = (
        f"{person.full_name} báo vướng mắc:\n{heading}\n\n{said}\n\n"
        f"Trả lời trước hết ngày {deadline:%d/%m/%Y} tại /vuong-mac/{problem_id} trên Văn phòng điện tử.\n"
    )
    chiefs = people.present(tx, people.chiefs_of(tx, org_code))
    notice.post(tx, chiefs, Notice("problem", f"Vướng mắc: {heading}", body, answers_to=person.id))
    tx.wake("tasks")
    return problem_id


def answer(tx: Tx, who: Actor, problem_id: int, text: str) -> None:
    """Answer as the head of the Office (or who stands in); the asker gets it by mail. Raises Refused, Invalid."""
    problem = following.get_problem(tx, problem_id)
    if not is_answerer(tx, who.account_id or 0, problem.org_code):
        raise Refused("Chỉ Chánh Văn phòng trả lời vướng mắc được. Căn cứ: Quy chế 1581/QĐ-SGDĐT Điều 13.")
    said = nfc(text).strip()
    if not said or len(said) > LONGEST:
        raise Invalid("Phải ghi câu trả lời, dài nhất %(longest)s ký tự.", longest=LONGEST)
    require_open(said)
    if not following.answer_problem(tx, problem_id, said, who.account_id or 0):
        raise Refused("Vướng mắc này đã được trả lời.")
    audit.record(tx, who, "problem.answer", f"problem/{problem_id}")
    name = accounts.get(tx, who.account_id or 0).full_name
    body = f"{name} trả lời vướng mắc “{problem.title}”:\n\n{said}\n"
    asker = people.present(tx, [problem.person_id])
    notice.post(
        tx, asker, Notice("problem", f"Trả lời vướng mắc: {problem.title}", body, answers_to=who.account_id)
    )
    tx.wake("tasks")


def is_answerer(tx: Tx, account_id: int, org_code: str) -> bool:
    """Whether the person is the head of the Office or its deputy, or stands in for the head today."""
    chiefs = people.chiefs_of(tx, org_code)
    deputies = people.with_roles(tx, org_code, ("pho_van_phong",))
    return account_id in (*chiefs, *deputies, *people.present(tx, chiefs))


def visible(tx: Tx, account_id: int, problem_id: int) -> TroubleReport:
    """The problem, for who told it and who answers. Raises NotFound for everybody else."""
    problem = following.get_problem(tx, problem_id)
    if problem.person_id != account_id and not is_answerer(tx, account_id, problem.org_code):
        raise NotFound("Không có vướng mắc này.")
    return problem
