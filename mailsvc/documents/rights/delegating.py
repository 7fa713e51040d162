"""Delegation (ủy quyền), substitutes (thay thế), hand-over of leavers (bàn giao), acting heads (quyền, phụ trách).

So that nobody lets others use his account (regulation, Article 12.1): who stands in acts in his own name and account,
"thừa ủy quyền của …" in every timeline. An authority is written, limited in time, and never passed on (Decree
30/2020, Article 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mailsvc.accounts import administering
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid
from mailsvc.documents.rights.judge import Party, Relation, Subject, require
from mailsvc.documents.rights.matrix import Act, matrix
from mailsvc.documents.rights.posts import DELEGATION_WORDS
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.mail import notice
from mailsvc.store import accounts, audit, delegations
from mailsvc.store.accounts import Account
from mailsvc.store.delegations import AUTHORITY, HANDOVER, SUBSTITUTE, Delegation
from mailsvc.store.tx import Tx

KINDS = {AUTHORITY: "Ủy quyền", SUBSTITUTE: "Thay khi vắng mặt", HANDOVER: "Bàn giao khi nghỉ, chuyển công tác"}
_LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Terms:
    """What is delegated: see store.delegations.Delegation. Days are ISO."""

    kind: str
    valid_from: str
    valid_to: str | None
    basis: str
    role: str = ""
    unit_code: str = ""
    acts: str = ""


def delegate(tx: Tx, who: Actor, principal_id: int, delegate_id: int, terms: Terms) -> int:
    """Let one person act in the place of another; both are told by mail. The id of the delegation.

    Raises Refused, Invalid with what is wrong.
    """
    principal, delegate_to = accounts.get(tx, principal_id), accounts.get(tx, delegate_id)
    actor = require(tx, who, Act.DELEGATE, subject_of(tx, principal))
    _check_people(tx, principal, delegate_to)
    _check_terms(tx, terms)
    values = {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
    made = delegations.add(
        tx, principal_id=principal_id, delegate_id=delegate_id, created_by=actor.account_id, **values
    )
    audit.record(tx, actor, "delegation.give", f"delegation/{made}", principal=principal_id, to=delegate_id, **values)
    _tell(tx, principal, delegate_to, terms)
    tx.wake("account", delegate_id)
    return made


def revoke(tx: Tx, who: Actor, delegation_id: int, reason: str) -> None:
    """End a delegation now. Raises NotFound, Refused, Invalid without a reason."""
    one = delegations.get(tx, delegation_id)
    principal = accounts.get(tx, one.principal_id)
    actor = require(tx, who, Act.DELEGATE, subject_of(tx, principal))
    if not reason.strip():
        raise Invalid("Phải ghi lý do thôi ủy quyền.")
    delegations.revoke(tx, delegation_id, actor.account_id)
    audit.record(tx, actor, "delegation.revoke", f"delegation/{delegation_id}", reason=reason.strip())
    words = f"{KINDS[one.kind]} của {principal.full_name} đã thôi từ lúc này. Lý do: {reason.strip()}\n"
    notice.tell(tx, (one.principal_id, one.delegate_id), f"Thôi {KINDS[one.kind].lower()}", words)
    tx.wake("account", one.delegate_id)


def leave(tx: Tx, who: Actor, account_id: int, last_day: str, substitute_id: int, basis: str) -> int:
    """Somebody leaves: the roles end with the last day, the open work is the substitute's from the day after.

    Raises as `delegate`, and Refused for the last administrator.
    """
    first = _day(last_day, "Ngày làm việc cuối") + timedelta(days=1)
    made = delegate(tx, who, account_id, substitute_id, Terms(HANDOVER, first.isoformat(), None, basis))
    delegations.set_posts_of_day(tx, made, last_day)
    administered = administering.administers(tx, account_id)
    accounts.end_roles(tx, account_id, last_day)
    if administered:
        administering.keep_one(tx)
    accounts.end_grants(tx, account_id, last_day)
    audit.record(tx, who, "account.leave", f"account/{account_id}", last_day=last_day, substitute=substitute_id)
    return made


def subject_of(tx: Tx, account: Account) -> Subject:
    """A person as what an act is about: whose he is, and of which unit."""
    parties = (Party(Relation.OWNER, account.id), Party(Relation.UNIT, unit_code=account.unit_code))
    return Subject(organisation_of_unit(tx, account.unit_code), parties, f"account/{account.id}")


def in_force(tx: Tx, on_date: str | None = None) -> list[Delegation]:
    """The delegations of the day (default today)."""
    return delegations.listing(tx, on_date or office_date(tx.now_ms).isoformat())


# ---- checks -------------------------------------------------------------------------------------------------
def _check_people(tx: Tx, principal: Account, delegate_to: Account) -> None:
    if principal.id == delegate_to.id:
        raise Invalid("Không ủy quyền cho chính mình.")
    if principal.kind != "person" or delegate_to.kind != "person":
        raise Invalid("Chỉ ủy quyền giữa người với người, không cho hộp thư chung.")
    if not delegate_to.active:
        raise Invalid("Tài khoản của %(full_name)s đã khóa, không nhận ủy quyền được.", full_name=delegate_to.full_name)
    if "quan_tri" in accounts.roles_of(tx, delegate_to.id):
        raise Invalid("Không ủy quyền cho người quản trị hệ thống: quản trị không được xem nội dung (Quy chế Điều 12).")


def _check_terms(tx: Tx, terms: Terms) -> None:
    if terms.kind not in KINDS:
        raise Invalid("Không có loại ủy quyền “%(kind)s”; có: %(kinds)s.", kind=terms.kind, kinds=", ".join(KINDS))
    if not terms.basis.strip():
        raise Invalid("Phải ghi căn cứ (số văn bản, lý do) của việc ủy quyền.")
    first = _day(terms.valid_from, "Từ ngày")
    if first < office_date(tx.now_ms):
        raise Invalid("Từ ngày: không ủy quyền lùi về trước hôm nay.")
    if terms.valid_to is None and terms.kind != HANDOVER:
        raise Invalid("Đến ngày: ủy quyền, cử người thay phải có thời hạn (Nghị định 30/2020/NĐ-CP Điều 13).")
    if terms.valid_to is not None:
        last = _day(terms.valid_to, "Đến ngày")
        if last < first:
            raise Invalid("Đến ngày phải sau hoặc bằng từ ngày.")
        if (last - first).days > _LONGEST_DAYS:
            raise Invalid("Ủy quyền dài nhất một năm; hết hạn thì ủy quyền lại.")
    if terms.role and terms.role not in matrix().roles:
        raise Invalid("Không có vai trò “%(role)s”.", role=terms.role)
    wrong = [one for one in terms.acts.split() if one not in set(Act)]
    if wrong:
        raise Invalid("Không có việc “%(wrong)s” để ủy quyền.", wrong=", ".join(wrong))


def _day(text: str, what: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("%(what)s: “%(text)s” không phải là ngày.", what=what, text=text) from error


def _tell(tx: Tx, principal: Account, delegate_to: Account, terms: Terms) -> None:
    until = f"đến {_shown(terms.valid_to)}" if terms.valid_to else "cho đến khi thôi"
    acts = ", ".join(matrix().acts[Act(one)].name for one in terms.acts.split()) or "mọi việc của chức danh"
    words = (
        f"{delegate_to.full_name} làm {DELEGATION_WORDS[terms.kind]} {principal.full_name}, "
        f"từ {_shown(terms.valid_from)} {until}.\nPhạm vi: {acts}.\nCăn cứ: {terms.basis.strip()}\n\n"
        "Người nhận dùng tài khoản của chính mình; không ai được đưa mật khẩu cho người khác "
        "(Quy chế Điều 12 khoản 1, 2).\n"
    )
    notice.tell(tx, (principal.id, delegate_to.id), f"{KINDS[terms.kind]}: {principal.full_name}", words)


def _shown(iso: str | None) -> str:
    return "/".join(reversed((iso or "").split("-")))
