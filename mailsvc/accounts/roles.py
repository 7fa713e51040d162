"""Roles over time: given, corrected and ended by administrators, never to themselves; what is past stays."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

from mailsvc.accounts import administering, people
from mailsvc.accounts.people import Term
from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import AlreadyThere, Invalid, Refused
from mailsvc.store import audit, held_roles, units
from mailsvc.store.held_roles import HeldRole
from mailsvc.store.tx import Tx


def give(tx: Tx, actor: Actor, account_id: int, role: str, unit_code: str, term: Term) -> None:
    """Give the person a role. Raises Refused, NotFound, Invalid, AlreadyThere when he has it there in that time."""
    administering.person(tx, actor, account_id)
    administering.for_others(actor, account_id)
    _check_unit(tx, unit_code)
    people.checked(term)
    _check_time(tx, account_id, role, unit_code, term)
    people.give_role(tx, account_id, role, unit_code, term)
    audit.record(tx, actor, "account.role", f"account/{account_id}", role=role, unit=unit_code, **asdict(term))


def correct(tx: Tx, actor: Actor, account_id: int, role_id: int, seen: str, unit_code: str, term: Term) -> None:
    """Put right where and when the person holds a role; `seen`: the state of the row as it was shown. Raises Refused,
    NotFound, Invalid, AlreadyThere."""
    administering.person(tx, actor, account_id)
    administering.for_others(actor, account_id)
    held = held_roles.get(tx, account_id, role_id)
    if held.state() != seen:
        raise Invalid("Người khác vừa sửa vai trò này, nay là như ở trên; chưa ghi gì. Xin xem lại rồi lưu.")
    if unit_code != held.unit_code:
        _check_unit(tx, unit_code)
    people.checked(term)
    _check_time(tx, account_id, held.role, unit_code, term, but=held.id)
    new = replace(
        held, unit_code=unit_code, valid_from=term.valid_from, valid_to=term.valid_to, acting=int(term.acting)
    )
    held_roles.change(tx, new)
    _follow(tx, new)
    audit.record(tx, actor, "account.role.correct", f"account/{account_id}", before=_told(held), after=_told(new))


def end(tx: Tx, actor: Actor, account_id: int, role_id: int, last_day: str) -> None:
    """The role ends with that day. Raises Refused, NotFound, Invalid; also for one that is over already."""
    administering.person(tx, actor, account_id)
    held = held_roles.get(tx, account_id, role_id)
    people.checked(Term(held.valid_from, last_day))
    if account_id == actor.account_id and held.valid_to is not None and last_day > held.valid_to:
        raise Refused("Không tự giao quyền cho mình được; nhờ quản trị khác làm.")
    new = replace(held, valid_to=last_day)
    held_roles.change(tx, new)
    _follow(tx, new)
    audit.record(tx, actor, "account.role.end", f"account/{account_id}", before=_told(held), after=_told(new))


def end_now(tx: Tx, actor: Actor, account_id: int, role_id: int) -> None:
    """The role holds no more from today on; one that has not held a whole day yet is taken away. Raises as `end`."""
    administering.person(tx, actor, account_id)
    held = held_roles.get(tx, account_id, role_id)
    yesterday = (office_date(tx.now_ms) - timedelta(days=1)).isoformat()
    if held.valid_from <= yesterday:
        end(tx, actor, account_id, role_id, yesterday)
        return
    held_roles.remove(tx, held)
    _follow(tx, held)
    audit.record(tx, actor, "account.role.remove", f"account/{account_id}", before=_told(held))


def _follow(tx: Tx, held: HeldRole) -> None:
    """What the role opens follows it; the house keeps an administrator."""
    people.follow_role(tx, held.account_id, held.role)
    if held.role == people.ADMINISTRATOR:
        administering.keep_one(tx)


def _check_unit(tx: Tx, unit_code: str) -> None:
    if unit_code and units.find(tx, unit_code) is None:
        raise Invalid("Không có đơn vị “%(unit_code)s”.", unit_code=unit_code)


def _check_time(tx: Tx, account_id: int, role: str, unit_code: str, term: Term, *, but: int = 0) -> None:
    for one in held_roles.of_account(tx, account_id):
        same = (one.role, one.unit_code) == (role, unit_code) and one.id != but
        if same and one.meets(term.valid_from, term.valid_to):
            raise AlreadyThere("Người này đã có vai trò ấy ở đơn vị ấy trong thời gian đó; xin sửa dòng đang có.")


def _told(held: HeldRole) -> dict[str, object]:
    return {name: value for name, value in asdict(held).items() if name not in ("id", "account_id")}
