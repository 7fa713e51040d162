"""Receivers of a document: a person, or a unit with its mailbox and its head; and who stands in for them today."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import rights
from mailsvc.documents.rights.units import organisation_of_unit
from mailsvc.documents.routing.rules import because, rules
from mailsvc.store import accounts, receivers, units
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit

UNIT, PERSON = "u:", "p:"
# Who works with what lies in the mailbox of a unit.
HEADS = ("truong_phong", "pho_phong", "chanh_van_phong", "pho_van_phong", "thu_truong_don_vi", "van_thu_don_vi")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets a line. `meant_for` is who was chosen, when `remark` says why somebody else gets it."""

    account_id: int
    name: str
    unit_code: str = ""
    meant_for: int | None = None
    remark: str = ""


def find(tx: Tx, key: str) -> Receiver:
    """The receiver of a list's key: `u:GDTRH` or `p:17`. A substitute where the person is away.

    Raises Invalid for a key of nobody, Refused for who has left and has nobody in the place.
    """
    if key.startswith(UNIT):
        return _unit(tx, key.removeprefix(UNIT))
    number = key.removeprefix(PERSON)
    if not key.startswith(PERSON) or not (number.isascii() and number.isdigit() and len(number) < 16):
        raise Invalid("Chưa chọn người hoặc đơn vị nhận.")
    return person(tx, int(number))


def person(tx: Tx, account_id: int) -> Receiver:
    """The person, or who stands in today. Raises Refused, NotFound."""
    meant = accounts.get(tx, account_id)
    if meant.kind != "person":
        raise Invalid("“%(full_name)s” không phải là một người; hãy chọn đơn vị.", full_name=meant.full_name)
    found, remark = rights.receiver(tx, account_id)
    if found == account_id:
        return Receiver(account_id, meant.full_name)
    return Receiver(found, accounts.get(tx, found).full_name, meant_for=account_id, remark=remark)


def _unit(tx: Tx, code: str) -> Receiver:
    unit = units.find(tx, code)
    if unit is None:
        raise Invalid("Không có đơn vị “%(code)s” (hoặc đã giải thể, đổi tên).", code=code)
    shared = receivers.unit_account(tx, code)
    if shared is not None:
        return Receiver(shared, unit.name, unit_code=code)
    head = head_of(tx, code)
    if head is None:
        raise Refused(
            "%(unit)s chưa có hộp thư đơn vị và chưa có người đứng đầu: không chuyển được. %(because)s",
            unit=unit.name,
            because=because(rules().direct_rule, "tài khoản đơn vị"),
        )
    return Receiver(head.id, unit.name, unit_code=code)


def head_of(tx: Tx, unit_code: str) -> Account | None:
    """Who leads the unit today, a deputy when there is no head."""
    day = office_date(tx.now_ms).isoformat()
    for role in HEADS:
        found = accounts.with_role(tx, role, day, unit_code)
        if found:
            return found[0]
    return None


def desks_of(tx: Tx, account_id: int) -> list[int]:
    """The accounts whose work is the person's: own, those stood in for, the mailboxes of units led."""
    posts = rights.posts_of(tx, account_id)
    led = sorted({post.unit_code for post in posts if post.role in HEADS and post.unit_code})
    instead = [post.on_behalf_of for post in posts if post.on_behalf_of is not None and _covers_work(post.acts)]
    return list(dict.fromkeys([account_id, *instead, *(receivers.unit_accounts(tx, led) if led else ())]))


def _covers_work(acts: frozenset[str]) -> bool:
    """Whether a delegation of only those acts (all when empty) brings the principal's work along."""
    return not acts or bool(acts & {"direct", "report", "close"})


def default_director(tx: Tx, org_code: str) -> Account | None:
    """Whom a document of the organisation is submitted to when nobody is chosen (config/routing.toml, submit)."""
    rule = rules().submit
    for role in rule.roles:
        found = [one for one in directors(tx, org_code, (role,)) if one.active]
        ranked = sorted(found, key=lambda one: _rank(one.position, rule.positions))
        if ranked:
            return ranked[0]
    return None


def directors(tx: Tx, org_code: str, roles: tuple[str, ...] = ()) -> list[Account]:
    """Who may receive a submission in the organisation, leaders first."""
    day = office_date(tx.now_ms).isoformat()
    wanted = roles or tuple(role for role in _ORDER if role in rules().submit.receivers)
    found: dict[int, Account] = {}
    for role in wanted:
        some = [one for one in accounts.with_role(tx, role, day) if organisation_of_unit(tx, one.unit_code) == org_code]
        found |= {one.id: one for one in sorted(some, key=lambda one: _rank(one.position, rules().submit.positions))}
    return list(found.values())


_ORDER = ("giam_doc", "lanh_dao_so", "thu_truong_don_vi", "chanh_van_phong", "pho_van_phong")


def _rank(position: str, positions: tuple[str, ...]) -> int:
    return positions.index(position) if position in positions else len(positions)


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a list of receivers."""

    key: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers: units, and people by the name of their unit."""

    units: tuple[Choice, ...]
    people: tuple[tuple[str, tuple[Choice, ...]], ...]


def choices(tx: Tx, org_code: str, unit_code: str = "", but: int | None = None) -> Choices:
    """Units and people of the organisation (units with registers of their own as units only), or the people of one
    unit; without the account `but`."""
    known = units.listing(tx)
    if unit_code:
        shown = [one for one in known if one.code == unit_code]
        return Choices((), _people(tx, shown, but))
    inside = [one for one in known if one.code != org_code and organisation_of_unit(tx, one.code) == org_code]
    below = [one for one in known if one.parent_code == org_code and one not in inside]
    offered = tuple(Choice(f"{UNIT}{one.code}", one.name, one.notation) for one in [*inside, *below])
    own = [one for one in known if one.code == org_code]
    return Choices(offered, _people(tx, [*own, *inside], but))


def _people(tx: Tx, shown: list[Unit], but: int | None) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    found: dict[str, list[Choice]] = {one.code: [] for one in shown}
    for one in receivers.people(tx, [unit.code for unit in shown]):
        if one.id != but:
            found[one.unit_code].append(Choice(f"{PERSON}{one.id}", one.full_name, one.position))
    return tuple((unit.name, tuple(found[unit.code])) for unit in shown if found[unit.code])
