"""Address groups as administrators keep them: address, members, who may write there. Delivery is mail/lists.py."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from mailsvc.accounts import administering
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound, Phrase
from mailsvc.store import accounts, audit, groups, units
from mailsvc.store.accounts import Account
from mailsvc.store.groups import ACCOUNT, PEOPLE, UNIT, Group, Member
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.sort import name_key, sort_key

_LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_RESERVED = frozenset({"postmaster", "abuse", "mailer-daemon", "hostmaster", "webmaster", "noreply", "no-reply"})
"""Names that other servers write to, or that nobody answers to."""
LONGEST_NAME, LONGEST_NOTE = 120, 500
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Listed:
    """A group in the list, with the number of mailboxes that a letter to it reaches."""

    group: Group
    heads: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody or something that can be a member; `detail` tells like names apart."""

    member: Member
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a group can be made of. What is a member and exists no more stands first in `gone`, to be taken out."""

    people_of: tuple[Choice, ...]
    boxes: tuple[Choice, ...]
    persons: tuple[Choice, ...]
    gone: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """One group as it is now: its members as named, and the people and mailboxes a letter reaches, by name."""

    group: Group
    members: tuple[Member, ...]
    reached: tuple[Account, ...]


def listing(tx: Tx, actor: Actor) -> list[Listed]:
    """All groups by name. Raises Refused."""
    administering.require(tx, actor)
    found = [Listed(one, len(groups.accounts_of(tx, one.id))) for one in groups.listing(tx)]
    return sorted(found, key=lambda one: sort_key(one.group.name))


def opened(tx: Tx, actor: Actor, group_id: int) -> Opened:
    """Raises Refused, NotFound."""
    administering.require(tx, actor)
    group, reached = groups.get(tx, group_id), [accounts.get(tx, one) for one in groups.accounts_of(tx, group_id)]
    reached.sort(key=lambda one: (one.kind != "person", name_key(one.full_name)))
    return Opened(group, tuple(groups.members(tx, group_id)), tuple(reached))


def state(group: Group, members: Sequence[Member]) -> str:
    """Tells whether somebody has changed the group since it was shown; '' for a new one."""
    shown = (asdict(group), sorted((one.kind, one.member) for one in members))
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16] if group.id else ""


class Meanwhile(Invalid):
    """Somebody else has changed the group since the form was shown; `state` is that of what stands there now."""

    def __init__(self, state: str) -> None:
        super().__init__("Người khác vừa sửa nhóm này; chưa ghi gì. Xin xem nhóm ở thẻ khác, rồi lưu nếu vẫn muốn.")
        self.state = state


def choices(tx: Tx, actor: Actor, members: Sequence[Member] = ()) -> Choices:
    """What can be chosen, by name; `members` are those the group has. Raises Refused."""
    administering.require(tx, actor)
    known = {one.code: one for one in units.listing(tx)}
    everybody = [one for one in accounts.listing(tx) if one.active]
    heads = _heads(everybody, {one.code: one.parent_code for one in known.values()})
    in_order = sorted(known.values(), key=lambda one: sort_key(one.name))
    addresses = accounts.primary_addresses(tx)
    boxed = {one.unit_code for one in everybody if one.kind != "person"}
    persons = sorted((one for one in everybody if one.kind == "person"), key=lambda one: name_key(one.full_name))
    found = Choices(
        people_of=tuple(Choice(Member(PEOPLE, one.code), one.name, str(heads.get(one.code, 0))) for one in in_order),
        boxes=tuple(Choice(Member(UNIT, one.code), one.name, one.email) for one in in_order if one.code in boxed),
        persons=tuple(
            Choice(
                Member(ACCOUNT, str(one.id)),
                one.full_name,
                ", ".join(part for part in (one.position, one.unit_code, addresses.get(one.id, "")) if part),
            )
            for one in persons
        ),
    )
    offered = {one.member for part in (found.people_of, found.boxes, found.persons) for one in part}
    return replace(found, gone=tuple(_gone(tx, one) for one in members if one not in offered))


def _heads(everybody: Sequence[Account], parents: Mapping[str, str]) -> dict[str, int]:
    """How many people there are in each unit and below it; a circle in the data ends the climb."""
    found: dict[str, int] = {}
    for person in everybody:
        code, seen = person.unit_code if person.kind == "person" else "", set[str]()
        while code and code not in seen:
            seen.add(code)
            found[code] = found.get(code, 0) + 1
            code = parents.get(code, "")
    return found


def _gone(tx: Tx, member: Member) -> Choice:
    if member.kind == ACCOUNT:
        try:
            return Choice(member, accounts.get(tx, int(member.member)).full_name, "")
        except (NotFound, ValueError):
            return Choice(member, member.member, "")
    latest = units.latest(tx, member.member)
    return Choice(member, latest.name if latest else member.member, "")


def problems(
    tx: Tx, actor: Actor, domains: Sequence[str], wanted: Group, members: Sequence[Member]
) -> dict[str, Phrase]:
    """What is wrong with the group as it was typed, by field: name, address, note, members. Raises Refused."""
    administering.require(tx, actor)
    found: dict[str, Phrase] = {}
    if not wanted.name.strip():
        found["name"] = Phrase("Chưa đặt tên nhóm.")
    elif len(wanted.name) > LONGEST_NAME:
        found["name"] = Phrase("Tên nhóm dài quá %(longest)s ký tự.", longest=LONGEST_NAME)
    if len(wanted.note) > LONGEST_NOTE:
        found["note"] = Phrase("Ghi chú dài quá %(longest)s ký tự.", longest=LONGEST_NOTE)
    wrong = _address_problem(tx, domains, wanted)
    if wrong is not None:
        found["address"] = wrong
    if not members:
        found["members"] = Phrase("Chưa chọn ai; nhóm không có người thì thư gửi tới bị trả lại.")
    elif len(members) > groups.MOST_MEMBERS:
        found["members"] = Phrase("Một nhóm có nhiều nhất %(most)s dòng; hãy chọn cả đơn vị.", most=groups.MOST_MEMBERS)
    return found


def _address_problem(tx: Tx, domains: Sequence[str], wanted: Group) -> Phrase | None:
    local, _, domain = wanted.address.strip().lower().partition("@")
    if domain and domain not in domains:
        return Phrase("Nhóm nhận thư trong miền của cơ quan: %(domains)s.", domains=", ".join(domains))
    if not _LOCAL.fullmatch(local) or ".." in local:
        return Phrase("Địa chỉ chỉ gồm chữ a–z không dấu, số, dấu chấm, gạch ngang, ví dụ “truong-tieu-hoc”.")
    if local in _RESERVED:
        return Phrase("“%(local)s” dành riêng cho máy chủ thư; xin chọn tên khác.", local=local)
    owner = groups.owner_of(tx, canonical(domains, wanted.address), wanted.id)
    return Phrase("Địa chỉ này đã thuộc “%(owner)s”.", owner=owner) if owner else None


def canonical(domains: Sequence[str], address: str) -> str:
    """The address in the office's own domain, whichever of its domains was typed, or none."""
    return f"{address.strip().lower().partition('@')[0]}@{domains[0]}"


def save(
    tx: Tx, actor: Actor, domains: Sequence[str], wanted: Group, members: Sequence[Member], seen: str = ""
) -> int:
    """Add the group (id 0) or change the one the form showed (`seen`: its state); its id. Raises Refused, Invalid,
    NotFound, AlreadyThere, Meanwhile."""
    wrong = problems(tx, actor, domains, wanted, members)
    if wrong:
        raise Invalid(next(iter(wrong.values())))
    before = set(groups.members(tx, wanted.id)) if wanted.id else set()
    now = state(groups.get(tx, wanted.id), list(before)) if wanted.id else ""
    if now != seen:
        raise Meanwhile(now)
    clean = replace(wanted, address=canonical(domains, wanted.address), name=wanted.name.strip())
    group_id = groups.put(tx, clean)
    groups.set_members(tx, group_id, members)
    audit.record(
        tx,
        actor,
        "group.change" if wanted.id else "group.add",
        f"group/{group_id}",
        address=clean.address,
        name=clean.name,
        inside_only=bool(clean.inside_only),
        added=_named(set(members) - before),
        removed=_named(before - set(members)),
    )
    return group_id


def _named(members: set[Member]) -> list[str]:
    return sorted(f"{one.kind}/{one.member}" for one in members)


def remove(tx: Tx, actor: Actor, group_id: int) -> Group:
    """Take the group away; letters to its address are refused from now on. Raises Refused, NotFound."""
    administering.require(tx, actor)
    group, members = groups.get(tx, group_id), groups.members(tx, group_id)
    groups.remove(tx, group_id)
    audit.record(
        tx, actor, "group.remove", f"group/{group_id}",
        address=group.address, name=group.name, removed=_named(set(members)),
    )  # fmt: skip
    return group


def read_member(text: str) -> Member:
    """`account:12`, `unit:VP`, `people:VP`. Raises NotFound."""
    kind, _, member = text.partition(":")
    numbered = member.isascii() and member.isdigit() and len(member) <= _DIGITS
    if kind not in (ACCOUNT, UNIT, PEOPLE) or not member or (kind == ACCOUNT and not numbered):
        raise NotFound("Trang này đã cũ; xin tải lại.")
    return Member(kind, member[:60])
