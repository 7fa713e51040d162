"""Names for what is being typed into an address field: groups, units, people, and those one has written to lately."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`kind`: group, list (one with an address), unit, person or recent; `count` is how many a group or list reaches,
    1 for the others."""

    kind: str
    name: str
    address: str
    detail: str
    count: int = 1


def suggest(tx: Tx, domains: Sequence[str], account_id: int, typed: str) -> list[Suggestion]:
    """What fits the words typed, without regard to marks; for nothing typed, the latest correspondents."""
    words = fold(typed).split()
    known = _accounts(tx)
    recent = _recent(tx, account_id, {one.address.lower(): one for one in known})
    if not words:
        return recent[:MOST]
    found = [(_rank(words, one), one) for one in (*_groups(tx, domains), *recent, *known)]
    fitting = sorted(((rank, one) for rank, one in found if rank), key=lambda pair: (-pair[0], pair[1].name))
    unique: dict[str, Suggestion] = {}
    for _, one in fitting:
        unique.setdefault(one.address.lower(), one)
    return list(unique.values())[:MOST]


def _rank(words: Sequence[str], one: Suggestion) -> int:
    """0: does not fit. Every word must begin a word of the name, the address or the detail."""
    name, address = fold(one.name).split(), one.address.lower()
    place = [*name, *fold(one.detail).split(), *address.replace("@", " ").replace(".", " ").split(), address]
    if not all(any(part.startswith(word) for part in place) for word in words):
        return 0
    kinds = {"group": 3, "list": 3, "recent": 3, "unit": 2, "person": 1}
    own_name = bool(name) and one.kind == "person" and name[-1].startswith(words[-1])  # people go by their last word
    return 1 + kinds[one.kind] + (3 if own_name else 0) + (4 if address.startswith(words[0]) else 0)


def _groups(tx: Tx, domains: Sequence[str]) -> list[Suggestion]:
    found = [Suggestion("group", one.title, one.address, "", len(one.members)) for one in groups.listing(tx, domains)]
    reached = ((one, len(address_lists.accounts_of(tx, one.id))) for one in address_lists.listing(tx))
    return found + [Suggestion("list", one.name, one.address, "", heads) for one, heads in reached if heads]


def _accounts(tx: Tx) -> list[Suggestion]:
    names = units.names(tx)
    found = []
    for account, address in correspondents.accounts(tx):
        kind = "person" if account.kind == "person" else "unit"
        unit = names.get(account.unit_code, "")
        detail = ", ".join(one for one in (account.position, unit) if one) if kind == "person" else ""
        found.append(Suggestion(kind, account.full_name, address, detail))
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
                unique[one.address] = Suggestion("recent", name, one.address, found.detail if found else "")
    return list(unique.values())
