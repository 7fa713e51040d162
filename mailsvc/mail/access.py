"""Who may do what in a mailbox (RFC 4314).

The owner may do everything. For others count what is written on the mailbox and, where nothing else is written for
that identifier, the defaults: members (the grants) use a mailbox fully, the heads of a unit say who may do what in the
unit's mailbox. Administrators have no right by their role.

Identifiers: a username; `anyone`; `$role` and `$role@UNIT` for those who hold the role today; `$don_vi@UNIT` for the
people of a unit; `$thanh_vien` for those whom a grant lets in. With `-` in front the rights are taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailsvc.core.clock import office_date
from mailsvc.core.errors import NotFound, Phrase, Refused
from mailsvc.store import accounts, mailboxes, private_flags
from mailsvc.store import mailbox_rights as written
from mailsvc.store.accounts import Account
from mailsvc.store.flags import ANSWERED, DELETED, DRAFT, FLAGGED, SEEN
from mailsvc.store.mailbox_rights import Written
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

ALL = "lrswipkxtea"
"""Every right, in the order we write them."""
MEMBERS = "$thanh_vien"
ANYONE = "anyone"
UNIT_GROUP = "$don_vi@"
_KNOWN = "lrikxa"
"""Any of these lets one know that the mailbox exists (RFC 4314 §4 MYRIGHTS)."""
_OF_MEMBERS = "lrswipkxte"
_OF_HEADS = "la"
HEADS_OF_UNIT = ("truong_phong", "thu_truong_don_vi")
"""Roles that, held in a unit, look after the unit's mailbox."""
HEADS_OF_ROLE_MAILBOX = {"vanthu": ("chanh_van_phong",)}
_REASONS = {
    "l": Phrase("xem tên hộp thư này"),
    "r": Phrase("đọc hộp thư này"),
    "s": Phrase("đánh dấu đã đọc ở đây"),
    "w": Phrase("đặt cờ và nhãn ở đây"),
    "i": Phrase("đưa thư vào hộp thư này"),
    "k": Phrase("tạo hộp thư con ở đây"),
    "x": Phrase("xóa hay đổi tên hộp thư này"),
    "t": Phrase("đánh dấu xóa ở đây"),
    "e": Phrase("xóa hẳn thư ở đây"),
    "a": Phrase("xem và đổi quyền của hộp thư này"),
}


def ordered(letters: Iterable[str]) -> str:
    """The letters once each, in our order."""
    there = set(letters)
    return "".join(letter for letter in ALL if letter in there)


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: the identifiers that mean them everywhere, and the shared accounts that a grant opens to them."""

    account_id: int
    identifiers: frozenset[str]
    units_headed: frozenset[str]
    member_of: frozenset[int]

    def names_for(self, owner_id: int) -> frozenset[str]:
        """The identifiers that mean them on a mailbox of that owner."""
        return self.identifiers | {MEMBERS} if owner_id in self.member_of else self.identifiers


def person(tx: Tx, account_id: int) -> Person:
    """Raises NotFound."""
    account = accounts.get(tx, account_id)
    held = accounts.role_rows(tx, account_id, office_date(tx.now_ms).isoformat())
    names = {account.username, ANYONE}
    names |= {f"${one.role}" for one in held} | {f"${one.role}@{one.unit_code}" for one in held if one.unit_code}
    if account.unit_code:
        names.add(UNIT_GROUP + account.unit_code)
    heads = {one.unit_code for one in held if one.role in HEADS_OF_UNIT and one.unit_code}
    members = {owner.id for owner in accounts.shared_with(tx, account_id)}
    return Person(account_id, frozenset(names), frozenset(heads), frozenset(members))


def defaults(owner: Account) -> Written:
    """What holds on every mailbox of the account where nothing else is written."""
    found = {MEMBERS: _OF_MEMBERS}
    if owner.kind == "unit" and owner.unit_code:
        found |= {f"${role}@{owner.unit_code}": _OF_HEADS for role in HEADS_OF_UNIT}
    return found | {f"${role}": _OF_HEADS for role in HEADS_OF_ROLE_MAILBOX.get(owner.username, ())}


def resulting(names: Iterable[str], entries: Mapping[str, str]) -> str:
    """The rights of somebody with those identifiers: the union of theirs, less what is taken away."""
    names = set(names)
    given = {letter for name in names for letter in entries.get(name, "")}
    taken = {letter for name in names for letter in entries.get("-" + name, "")}
    return ordered(given - taken)


def entries(tx: Tx, owner: Account, mailbox_id: int) -> Written:
    """All that holds on the mailbox, written or by default, without the owner's own."""
    return defaults(owner) | written.of(tx, mailbox_id)


def of(tx: Tx, account_id: int, box: Mailbox) -> str:
    """The rights of the account on the mailbox."""
    return ALL if box.account_id == account_id else on(tx, account_id, box.id, box.account_id)


def on(tx: Tx, account_id: int, mailbox_id: int, owner_id: int) -> str:
    """The same, for one who is not the owner. Nobody has rights on the mailboxes of a closed account."""
    owner = accounts.get(tx, owner_id)
    if not owner.active:
        return ""
    return resulting(person(tx, account_id).names_for(owner_id), entries(tx, owner, mailbox_id))


def guest(tx: Tx, account_id: int, box: Mailbox) -> Guest | None:
    """The account as a guest of the mailbox; None for its owner, who may do everything."""
    if box.account_id == account_id:
        return None
    return Guest(account_id, on(tx, account_id, box.id, box.account_id), private_flags.private_bits(tx, box))


def again(tx: Tx, known: Guest | None, mailbox_id: int, needed: str = "") -> Guest | None:
    """A guest as things stand in this transaction; None for the owner.

    Raises NotFound when the mailbox is gone, Refused when one of the needed rights is missing.
    """
    if known is None:
        return None
    now = guest(tx, known.account_id, mailboxes.get(tx, mailbox_id))
    if now is not None:
        demand(now.rights, needed)
    return now


def flag_bits(letters: str) -> int:
    """The system flags that one with these rights may set and clear (RFC 4314 §4); keywords go with “w”."""
    bits = ANSWERED | FLAGGED | DRAFT if "w" in letters else 0
    return bits | (SEEN if "s" in letters else 0) | (DELETED if "t" in letters else 0)


def owners_for(tx: Tx, who: Person) -> list[Account]:
    """Other accounts with mailboxes in which the person may have rights, by username."""
    ids = set(who.member_of) | written.owners_naming(tx, sorted(who.identifiers))
    if who.units_headed or not who.identifiers.isdisjoint(_HEADS_BY_ROLE):
        ids |= {one.id for one in accounts.listing(tx) if not who.identifiers.isdisjoint(defaults(one))}
    found = [accounts.get(tx, owner_id) for owner_id in ids - {who.account_id}]
    return sorted((one for one in found if one.active), key=lambda one: one.username)


_HEADS_BY_ROLE = frozenset(f"${role}" for roles in HEADS_OF_ROLE_MAILBOX.values() for role in roles)


def of_all(tx: Tx, who: Person, owner: Account) -> dict[int, str]:
    """The person's rights on those mailboxes of another account that have rights written on them; under 0 their rights
    on all the others."""
    names, base = who.names_for(owner.id), defaults(owner)
    found = {0: resulting(names, base)}
    for mailbox_id, some in written.of_account(tx, owner.id).items():
        found[mailbox_id] = resulting(names, base | some)
    return found


def may_know(letters: str) -> bool:
    """Whether one with these rights may know that the mailbox exists."""
    return any(letter in letters for letter in _KNOWN)


def check(letters: str, needed: str, name: str) -> None:
    """Raises Refused for a right that is missing; NotFound where not even the mailbox's existence may be known."""
    missing = [letter for letter in needed if letter not in letters]
    if not missing:
        return
    if "l" not in letters:
        raise NotFound("Không có hộp thư “%(name)s”.", name=name)
    raise Refused(refusal(missing[0]))


def expect(tx: Tx, account_id: int, box: Mailbox, needed: str) -> str:
    """The account's rights on a mailbox that it knows of. Raises Refused when one of the needed is missing."""
    letters = of(tx, account_id, box)
    demand(letters, needed)
    return letters


def demand(letters: str, needed: str) -> None:
    """Raises Refused with the reason when one of the needed rights is missing."""
    for letter in needed:
        if letter not in letters:
            raise Refused(refusal(letter))


def refusal(letter: str) -> Phrase:
    """What a person is told who lacks the right."""
    reason = _REASONS.get(letter) or Phrase("làm việc này")
    return Phrase("Bạn không có quyền %(reason)s (thiếu quyền “%(letter)s”).", reason=reason, letter=letter)
