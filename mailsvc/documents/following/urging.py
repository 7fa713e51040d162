"""Urging by hand (đôn đốc): the Office, a leader or the assigner reminds at once; not too often (Article 8.4)."""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import NotFound, Refused
from mailsvc.documents import calendar, history, rights
from mailsvc.documents.calendar import HOUR_MS
from mailsvc.documents.following import people, sources
from mailsvc.documents.following.due import Due
from mailsvc.documents.following.reminders import day_words
from mailsvc.documents.following.rules import FILE, OWNER, Rules, rules_on
from mailsvc.documents.rights import Act, Party, Relation, Subject
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.store import accounts, audit, following, routing, tasks
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.normal import nfc

LONGEST = 1000


def urge(tx: Tx, who: Actor, kind: str, number: int, words: str = "") -> int:
    """Remind whoever is to do the open item (`task`, `line` …) at once; how many people were told.

    Raises NotFound when nothing is open there, Refused for who may not urge and for urging too often.
    """
    due = sources.find(tx, kind, number)
    if due is None:
        raise NotFound("Việc này đã xong hoặc không có; không cần đôn đốc.")
    actor = rights.require(tx, who, Act.URGE, subject(due.org_code, due.unit_code, due.assigner_id))
    rules = rules_on(office_date(tx.now_ms))
    _require_pause(tx, due, rules)
    _require_measure(tx, actor, rules)
    said = nfc(words).strip()[:LONGEST]
    told = people.told(tx, due, {OWNER})
    claims = [following.claim(tx, due.thing, f"urge@{tx.now_ms}", one, actor.account_id) for one in told]
    content_id = notice.post(tx, told, _notice(tx, due, actor, said))
    if content_id is not None:
        following.keep_mail(tx, [one for one in claims if one is not None], content_id)
    _note(tx, due, actor, said)
    return len(told)


def subject(org_code: str, unit_code: str, assigner_id: int | None) -> Subject:
    """What is urged: by the Office and leaders of the organisation, the heads of the unit, and who gave it."""
    parties = [Party(Relation.UNIT, unit_code=unit_code), Party(Relation.LEAD, unit_code=unit_code)]
    if assigner_id is not None:
        parties.append(Party(Relation.ASSIGNER, account_id=assigner_id))
    return Subject(org_code, tuple(parties))


def _require_pause(tx: Tx, due: Due, rules: Rules) -> None:
    last_ms = following.last_urged_ms(tx, due.thing)
    if last_ms is None:
        return
    passed = calendar.working_time_between(last_ms, tx.now_ms)
    if passed < rules.urge_pause_hours * HOUR_MS:
        raise Refused(
            "Việc này vừa được đôn đốc; hai lần phải cách nhau %(urge_pause_hours)s giờ làm việc. Căn cứ: Quy "
            "chế Điều 8 khoản 4; thiết lập urge.pause_hours trong %(file)s.",
            urge_pause_hours=f"{rules.urge_pause_hours:g}",
            file=FILE,
        )


def _require_measure(tx: Tx, actor: Actor, rules: Rules) -> None:
    begin_ms = calendar.midnight(office_date(tx.now_ms))
    if following.urged_since(tx, actor.account_id or 0, begin_ms) >= rules.urge_most_per_day:
        raise Refused(
            "Hôm nay bạn đã đôn đốc %(urge_most_per_day)s lần; mai làm tiếp. Thiết lập urge.most_per_day trong "
            "%(file)s.",
            urge_most_per_day=rules.urge_most_per_day,
            file=FILE,
        )


def _notice(tx: Tx, due: Due, actor: Actor, said: str) -> Notice:
    name = accounts.get(tx, actor.account_id or 0).full_name
    when = f"{day_words(due.deadline, office_date(tx.now_ms))}." if due.deadline else ""
    lines = [f"{name} đôn đốc:", due.title, *([when[:1].upper() + when[1:]] if when else [])]
    lines += ["", said] if said else []
    lines += ["", f"Xem và xử lý tại {due.address} trên Văn phòng điện tử."]
    text = "\n".join(lines) + "\n"
    return Notice("urge", f"Đôn đốc: {due.title}", text, due.content_id, actor.account_id, urgent=True)


def _note(tx: Tx, due: Due, actor: Actor, said: str) -> None:
    """Into the timeline of what is urged, and the audit trail."""
    words = f"Đôn đốc. {said}".strip()
    if due.kind in ("task", "unacknowledged"):
        task_id = int(due.address.rpartition("/")[2])
        tasks.add_event(tx, task_id, actor.account_id, "urged", words)
    elif due.kind in ("line", "unread"):
        history.note(tx, actor, routing.line(tx, due.id).document_id, "urged", words)
    elif due.kind == "submit":
        history.note(tx, actor, due.id, "urged", words)
    audit.record(tx, actor, "urge", due.thing, words=said)
    tx.wake("tasks")
