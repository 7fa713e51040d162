"""Names for what is being typed into an address field: groups, units, people, and those one has written to lately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailsvc.mail import groups, senders
from mailsvc.mail.writing import people_of
from mailsvc.store import correspondents, units
from mailsvc.store import groups as address_lists
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold

MOST = 10
RECENT = 400
"""Letters of "Đã gửi" that are looked at, newest first."""


UNITS = 6
"""Places that units and their people take of these, while others fit too."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`kind`: group, people (those of a unit), list (one with an address), unit, person or recent. `count` is how many
    a group or list reaches, 1 for the others; `heads` how many people work in a unit."""

    kind: str
    name: str
    address: str
    detail: str
    count: int = 1
    heads: int = 0


def suggest(tx: Tx, domains: Sequence[str], account_id: int, typed: str) -> list[Suggestion]:
    """What fits the words typed, without regard to marks: groups first, the large ones at the head, then units, then
    people. For nothing typed, the latest correspondents."""
    words = fold(typed).split()
    known = _accounts(tx)
    recent = _recent(tx, account_id, {one.address.lower(): one for one in known})
    if not words:
        return recent[:MOST]
    found = [(_rank(words, one), one) for one in (*_groups(tx, domains), *recent, *known)]
    fitting = [(rank, one) for rank, one in found if rank]
    fitting.sort(key=lambda pair: (-pair[0], -pair[1].count, pair[1].name))
    unique: dict[str, Suggestion] = {}
    for _, one in fitting:
        unique.setdefault(one.address.lower(), one)
    return _mixed(words, list(unique.values()))


def _mixed(words: Sequence[str], ranked: Sequence[Suggestion]) -> list[Suggestion]:
    """The first of them; a word that many schools share leaves room for the people who bear it."""
    of_units = [one for one in ranked if one.kind in ("unit", "people")]
    named = [one for one in ranked if one not in of_units and _begin(words, fold(one.name).split())]
    left_out = of_units[max(UNITS, MOST - len(named)) :]
    return [one for one in ranked if one not in left_out][:MOST]


def _rank(words: Sequence[str], one: Suggestion) -> int:
    """0: does not fit. Every word must begin a word of the name, the address or the detail."""
    name, address = fold(one.name).split(), one.address.lower()
    place = [*name, *fold(one.detail).split(), *address.replace("@", " ").replace(".", " ").split(), address]
    if not _begin(words, place):
        return 0
    kinds = {"group": 3, "list": 3, "recent": 3, "unit": 3, "people": 2, "person": 1}
    first = {"group": 20, "list": 20, "people": 10, "unit": 10} if _begin(words, name) else {}
    own_name = bool(name) and one.kind == "person" and name[-1].startswith(words[-1])  # people go by their last word
    by_address = 4 if address.startswith(words[0]) and not first.get(one.kind) else 0
    return 1 + kinds[one.kind] + first.get(one.kind, 0) + (3 if own_name else 0) + by_address


def _begin(words: Sequence[str], place: Sequence[str]) -> bool:
    return all(any(part.startswith(word) for part in place) for word in words)


def _groups(tx: Tx, domains: Sequence[str]) -> list[Suggestion]:
    found = [
        Suggestion("people" if one.of_unit else "group", one.title, one.address, "", len(one.members))
        for one in groups.listing(tx, domains)
    ]
    reached = ((one, len(address_lists.accounts_of(tx, one.id))) for one in address_lists.listing(tx))
    return found + [Suggestion("list", one.name, one.address, "", heads) for one, heads in reached if heads]


def _accounts(tx: Tx) -> list[Suggestion]:
    names = units.names(tx)
    listed = correspondents.accounts(tx)
    heads = Counter(account.unit_code for account, _address in listed if account.kind == "person")
    found = []
    for account, address in listed:
        unit = names.get(account.unit_code, "")
        if account.kind == "person":
            detail = ", ".join(one for one in (account.position, unit) if one)
            found.append(Suggestion("person", account.full_name, address, detail))
        else:
            found.append(Suggestion("unit", account.full_name, address, "", heads=heads[account.unit_code]))
    return found


def _recent(tx: Tx, account_id: int, known: Mapping[str, Suggestion]) -> list[Suggestion]:
    """Those the person's latest letters went to, latest first, by the name the office knows them by."""
    box = senders.find_place(tx, account_id, senders.SENT)
    if box is None:
        return []
    unique: dict[str, Suggestion] = {}
    for shown in correspondents.latest(tx, box.id, RECENT):
        for one in people_of(shown.encode()):
            if one.address not in unique and not groups.is_group(one.address):
                found = known.get(one.address)
                name = found.name if found else one.name.title() or one.address
                detail, heads = (found.detail, found.heads) if found else ("", 0)
                unique[one.address] = Suggestion("recent", name, one.address, detail, heads=heads)
    return list(unique.values())
