"""Which clerk takes care of a letter that waits for the register: taken, or given by the Office (Article 8.1)."""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.documents import clerks, rights
from mailsvc.documents.following import people
from mailsvc.documents.rights import Act, Subject
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.store import accounts, audit, following, intake, meta
from mailsvc.store.intake import HELD, WAITING, Entry
from mailsvc.store.tx import Tx


def keeper(tx: Tx, entry: Entry, given_to: int | None) -> int | None:
    """The clerk who takes care of the letter now: to whom it was given, who brought it, or who is on duty.

    Somebody who is away is replaced by who stands in; None when that is no clerk, or nobody is left.
    """
    keepers = people.present(tx, people.clerks_of(tx, entry.org_code))
    for one in (given_to, entry.actor_id, on_duty(tx, entry.org_code)):
        found = [] if one is None else [clerk for clerk in people.present(tx, [one]) if clerk in keepers]
        if found:
            return found[0]
    return None


# ---- the clerk on duty --------------------------------------------------------------------------------------
def on_duty(tx: Tx, org_code: str) -> int | None:
    """The clerk who has every letter that was given to nobody; None when the Office named nobody."""
    return meta.get_int(tx, f"duty_clerk.{org_code}") or None


def set_duty(tx: Tx, who: Actor, org_code: str, clerk_id: int | None) -> None:
    """Name the clerk on duty (văn thư trực), or nobody. Raises Refused."""
    actor = rights.require(tx, who, Act.SUBMIT, Subject(org_code))
    if clerk_id is not None and clerk_id not in people.clerks_of(tx, org_code):
        raise Refused("Chỉ phân công văn thư của cơ quan. Căn cứ: Quy chế 1581/QĐ-SGDĐT Điều 8 khoản 1.")
    meta.set_int(tx, f"duty_clerk.{org_code}", clerk_id or 0)
    audit.record(tx, actor, "intake.duty", f"organisation/{org_code}", clerk=clerk_id)
    tx.wake("intake")


# ---- one letter ---------------------------------------------------------------------------------------------
def take(tx: Tx, who: Actor, entry_id: int) -> bool:
    """A clerk takes the letter into his care; whether that is new. Raises Refused."""
    entry = intake.get(tx, entry_id)
    actor = clerks.require_clerk(tx, who, entry.org_code)
    return _give(tx, actor, entry_id, actor.account_id or 0, "")


def give(tx: Tx, who: Actor, entry_id: int, clerk_id: int, note: str = "") -> bool:
    """Give the letter into a clerk's care: by the head of the Office, or from clerk to clerk. Raises Refused."""
    entry = intake.get(tx, entry_id)
    actor = rights.require(tx, who, Act.SUBMIT, Subject(entry.org_code, thing=f"intake/{entry_id}"))
    keepers = people.clerks_of(tx, entry.org_code)
    present = people.present(tx, [clerk_id])
    if clerk_id not in keepers or not present:
        raise Refused("Chỉ phân công cho văn thư của cơ quan. Căn cứ: Quy chế 1581/QĐ-SGDĐT Điều 8 khoản 1.")
    done = _give(tx, actor, entry_id, present[0], note.strip()[:500])
    if done and present[0] != actor.account_id:
        name = accounts.get(tx, actor.account_id or 0).full_name
        subject = "(nội dung được che)" if entry.status == HELD else entry.subject or "(không có chủ đề)"
        text = f"{name} phân công: {subject}\n{note}\n\nVào sổ tại /van-ban-den/cho-vao-so/{entry_id}.\n"
        notice.post(tx, present, Notice("entry", f"Được phân công vào sổ: {subject}", text))
    return done


def _give(tx: Tx, actor: Actor, entry_id: int, clerk_id: int, note: str) -> bool:
    if intake.get(tx, entry_id).status not in (WAITING, HELD):
        raise Refused("Thư này không còn chờ vào sổ.")
    if following.clerk_of_entries(tx, [entry_id]).get(entry_id) == clerk_id:
        return False
    following.give_entry(tx, entry_id, clerk_id, actor.account_id, note)
    audit.record(tx, actor, "intake.clerk", f"intake/{entry_id}", clerk=clerk_id, note=note)
    tx.wake("intake")
    return True
