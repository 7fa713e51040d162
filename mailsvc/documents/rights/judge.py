"""May this actor do that with this subject? `require` also says in which of his posts he does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mailsvc.core.actor import Actor, Post
from mailsvc.core.errors import Phrase, Refused
from mailsvc.documents.rights.matrix import FILE, Act, ActRule, Condition, matrix
from mailsvc.documents.rights.posts import CLERKS, posts_of
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.store import guarding
from mailsvc.store.tx import Tx


class Relation(StrEnum):
    """How a party stands to a subject. `UNIT`: the unit it belongs to (drafting, in charge); `OWNER`: its owner."""

    LEAD = "lead"
    COOPERATING = "cooperating"
    INFORMED = "informed"
    DRAFTER = "drafter"
    SIGNATORY = "signatory"
    ASSIGNER = "assigner"
    ASKED = "asked"
    UNIT = "unit"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Party:
    """A person (`account_id`) or a unit (`unit_code`) that has to do with a subject; a person's line names no unit."""

    relation: Relation
    account_id: int | None = None
    unit_code: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act is about: of which organisation's registers, and who has to do with it. `thing`: "document/7"."""

    org_code: str
    parties: tuple[Party, ...] = field(default=())
    thing: str = ""


_UNIT_CONDITIONS = {
    Condition.LEAD_UNIT: Relation.LEAD,
    Condition.COOPERATING_UNIT: Relation.COOPERATING,
    Condition.INFORMED_UNIT: Relation.INFORMED,
    Condition.ASKED_UNIT: Relation.ASKED,
    Condition.OWN_UNIT: Relation.UNIT,
}
_PERSON_CONDITIONS = {
    Condition.LEAD: Relation.LEAD,
    Condition.COOPERATING: Relation.COOPERATING,
    Condition.INFORMED: Relation.INFORMED,
    Condition.ASKED: Relation.ASKED,
    Condition.DRAFTER: Relation.DRAFTER,
    Condition.SIGNATORY: Relation.SIGNATORY,
    Condition.ASSIGNER: Relation.ASSIGNER,
    Condition.SELF: Relation.OWNER,
}


def may(tx: Tx, actor: Actor, act: Act, subject: Subject) -> bool:
    """Whether the act is allowed."""
    return _fitting_post(tx, actor, act, subject) is not None


def require(tx: Tx, actor: Actor, act: Act, subject: Subject) -> Actor:
    """The actor in the post that lets him do it; own posts go before those held for others. The office itself may.

    Raises Refused with the article and the setting that refuse it.
    """
    if actor.account_id is None:
        return actor
    if subject.thing and act is not Act.DECIDE_HELD:
        _require_free(tx, subject.thing)
    post = _fitting_post(tx, actor, act, subject)
    if post is None:
        raise Refused(refusal(tx, actor, act))
    return actor.with_post(post)


def _require_free(tx: Tx, thing: str) -> None:
    """Nobody does anything with what is on hold for a mark of secrecy, is to be destroyed, or was."""
    closed = guarding.is_closed(tx, thing)
    if closed == "held":
        raise Refused(
            "Mục này đang tạm giữ vì có dấu hiệu bí mật nhà nước, chờ hai người có trách nhiệm quyết định. "
            "Căn cứ: Quy chế Điều 7 khoản 2; thiết lập secrecy.holders."
        )
    if closed:
        raise Refused(
            "Nội dung văn bản này đã hoặc đang được đề nghị tiêu hủy; chỉ còn số và dòng trong sổ đăng ký. "
            "Căn cứ: Quy chế Điều 12 khoản 5."
        )


def refusal(tx: Tx, actor: Actor, act: Act) -> Phrase:
    """The sentence about an act that is not allowed."""
    known = matrix()
    rule: ActRule = known.acts[act]
    roles = ", ".join(dict.fromkeys(known.roles.get(post.role, post.role) for post in _posts(tx, actor)))
    allowed = ", ".join(known.roles[role] for role in known.roles if role in rule.who)
    return Phrase(
        "Bạn không được %(name)s ở đây (%(roles)s). Việc này của: %(allowed)s. "
        "Căn cứ: %(rule)s; thiết lập acts.%(act)s trong %(file)s.",
        name=rule.name,
        roles=roles or Phrase("chưa có vai trò"),
        allowed=allowed,
        rule=rule.rule,
        act=act,
        file=FILE,
    )


def _fitting_post(tx: Tx, actor: Actor, act: Act, subject: Subject) -> Post | None:
    rule = matrix().acts[act]
    for post in _posts(tx, actor):
        conditions = rule.who.get(post.role, frozenset())
        if post.acts and act not in post.acts:
            continue
        if any(_holds(tx, one, actor, post, subject) for one in conditions):
            return post
    return None


def _posts(tx: Tx, actor: Actor) -> tuple[Post, ...]:
    """The posts that may be looked at. One that the actor says he acts in must still be his."""
    if actor.account_id is None:
        return ()
    held = posts_of(tx, actor.account_id)
    return held if actor.post is None else tuple(one for one in held if one == actor.post)


def _holds(tx: Tx, condition: Condition, actor: Actor, post: Post, subject: Subject) -> bool:
    if condition is Condition.ANY:
        return True
    if condition in _UNIT_CONDITIONS:
        relation = _UNIT_CONDITIONS[condition]
        return any(
            one.relation is relation and one.account_id is None and one.unit_code == post.unit_code != ""
            for one in subject.parties
        )
    if condition in _PERSON_CONDITIONS:
        relation = _PERSON_CONDITIONS[condition]
        person = actor.account_id if post.on_behalf_of is None else post.on_behalf_of
        return any(one.relation is relation and one.account_id == person for one in subject.parties)
    own = organisation_of_unit(tx, post.unit_code) == subject.org_code
    return own and (condition is Condition.ORGANISATION or post.role in CLERKS)
