"""The two named people decide about an item on hold: it goes on (no secret after all), or leaves the system.

Both must say the same. Who stands in for one of them cannot speak for both.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import history, holding, intake, rights
from mailsvc.documents.holding import HELD, RELEASED, REMOVED
from mailsvc.documents.rights import Act
from mailsvc.mail import notice
from mailsvc.store import accounts, audit, contents, documents, guarding, outgoing
from mailsvc.store import intake as entries
from mailsvc.store.guarding import Held, Vote
from mailsvc.store.tx import Tx

RELEASE, REMOVE = "release", "remove"
DECISIONS = {RELEASE: "Không phải bí mật, cho đi tiếp", REMOVE: "Gỡ khỏi hệ thống"}


def look(tx: Tx, who: Actor, item_id: int) -> tuple[Held, list[Vote]]:
    """The item for one of the two. Raises NotFound, Refused."""
    item = guarding.held(tx, item_id)
    _require_seat(tx, who, item)
    return item, guarding.votes(tx, item_id)


def note_look(tx: Tx, who: Actor, item_id: int) -> None:
    """Note that one of the two has read what is held."""
    item, _ = look(tx, who, item_id)
    audit.record(tx, who, "held.read", item.thing, item=item_id)


def decide(tx: Tx, who: Actor, item_id: int, decision: str, reason: str) -> Held:
    """One vote; with the second of the same mind it is done. Raises NotFound, Refused, Invalid."""
    item = guarding.held(tx, item_id)
    actor, seat = _require_seat(tx, who, item)
    if item.state != HELD:
        raise Invalid("Mục này đã được quyết định.")
    if decision not in DECISIONS:
        raise Invalid("Phải chọn cho đi tiếp hay gỡ khỏi hệ thống.")
    if not reason.strip():
        raise Invalid("Phải ghi lý do quyết định.")
    others = [one for one in guarding.votes(tx, item_id) if one.person_id != seat]
    if any(one.voter_id == actor.account_id for one in others):
        raise Refused("Phải có hai người; bạn đã quyết định một lần. Căn cứ: %(RULE)s.", RULE=holding.RULE)
    vote = {"item_id": item_id, "person_id": seat, "voter_id": actor.account_id, "decision": decision}
    guarding.vote(tx, vote | {"reason": reason.strip(), "at_ms": tx.now_ms})
    audit.record(tx, actor, "held.vote", item.thing, item=item_id, decision=decision, reason=reason.strip())
    if any(one.decision == decision for one in others):
        _carry_out(tx, actor, item, decision, reason.strip())
    return guarding.held(tx, item_id)


def _require_seat(tx: Tx, who: Actor, item: Held) -> tuple[Actor, int]:
    """The actor and the named person he speaks for."""
    actor = rights.require(tx, who, Act.DECIDE_HELD, rights.of_organisation(item.org_code))
    mine = holding.seats(tx, who, item.org_code)
    if not mine:
        names = " và ".join(one.full_name for one in holding.holders(tx, item.org_code))
        raise Refused("Chỉ %(names)s xem và quyết định mục tạm giữ. Căn cứ: %(RULE)s.", names=names, RULE=holding.RULE)
    given = {one.person_id: one.voter_id for one in guarding.votes(tx, item.id)}
    free = [one for one in mine if given.get(one, who.account_id) == who.account_id]
    return actor, (free or list(mine))[0]


def _carry_out(tx: Tx, actor: Actor, item: Held, decision: str, reason: str) -> None:
    state = RELEASED if decision == RELEASE else REMOVED
    guarding.change_held(tx, item.id, {"state": state, "decided_ms": tx.now_ms})
    kind, _, number = item.thing.partition("/")
    found = _OUTCOMES[kind](tx, actor, item, int(number), decision, reason)
    gone = sorted({*found, *([] if item.content_id is None else [item.content_id])}) if decision == REMOVE else []
    digests = [guarding.destroy_content(tx, one) for one in gone]
    audit.record(tx, actor, f"held.{decision}", item.thing, item=item.id, sha256=digests)
    words = f"Mục tạm giữ số {item.id}: {DECISIONS[decision].lower()}. Lý do: {reason}\n"
    notice.tell(tx, [one.id for one in holding.holders(tx, item.org_code)], f"Đã quyết định mục số {item.id}", words)
    tx.wake("intake")


def _entry(tx: Tx, actor: Actor, item: Held, entry_id: int, decision: str, reason: str) -> list[int]:
    """A letter that waits for the register: back into it, or dismissed without its content."""
    values: dict[str, Any] = {"reason": reason, "status": entries.WAITING}
    if decision == RELEASE:
        values |= intake.read_again(released=True) | _place_of(tx, item)
    else:
        who = accounts.get(tx, actor.account_id or 0).full_name
        values |= {
            "status": entries.DISMISSED,
            "reason": f"Gỡ khỏi hệ thống ({who}): {reason}",
            "extract_state": "done",
        }
        entries.put_files(tx, entry_id, ())
    version = entries.get(tx, entry_id).version
    entries.change(tx, entry_id, values, version=version)
    return []


def _place_of(tx: Tx, item: Held) -> dict[str, int]:
    """Where the letter of a released entry lies again."""
    if item.content_id is None:
        return {}
    back = holding.bring_back(tx, item, contents.get(tx, item.content_id).size)
    mailbox_id = next((one for one in back if intake.is_intake(tx, one)), next(iter(back), None))
    return {} if mailbox_id is None else {"mailbox_id": mailbox_id, "uid": back[mailbox_id]}


def _document(tx: Tx, actor: Actor, item: Held, document_id: int, decision: str, reason: str) -> list[int]:
    """A draft, or a document found out after it was entered: its number and metadata stay. The contents of its files,
    those of earlier versions, too."""
    if decision == RELEASE:
        if item.content_id is not None:
            holding.bring_back(tx, item, contents.get(tx, item.content_id).size)
        if item.kept != "{}":
            documents.change(tx, document_id, json.loads(item.kept))
    else:
        guarding.change_held(tx, item.id, {"kept": "{}"})
    kind = "released" if decision == RELEASE else "removed"
    words = f"Hai người có trách nhiệm quyết định: {DECISIONS[decision].lower()}. Lý do: {reason}"
    history.note(tx, actor, document_id, kind, words)
    drafted = [one.content_id for one in outgoing.files_of(tx, document_id)]
    return drafted + [one.content_id for one in documents.files_of(tx, document_id)]


_OUTCOMES: dict[str, Callable[[Tx, Actor, Held, int, str, str], list[int]]] = {"intake": _entry, "document": _document}
