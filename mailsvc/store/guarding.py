"""Objects opened in an emergency, items on hold for a mark of secrecy with their votes, and what is to be destroyed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store import late_texts, letter_keys, search
from mailsvc.store import placements as places
from mailsvc.store.schema import (
    content_bytes,
    contents,
    document_files,
    glasses,
    held_items,
    held_votes,
    outgoing_files,
    placements,
    purges,
    search_texts,
)
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class Glass:
    """An administrator may read `thing` until `until_ms`."""

    id: int
    admin_id: int
    thing: str
    owner_id: int | None
    reason: str
    opened_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Held:
    """An item on hold. `places`: JSON [[mailbox id, flags, keywords] …] of where the letter lay; `kept`: JSON of the
    columns of a draft that are blank meanwhile."""

    id: int
    org_code: str
    thing: str
    mark: str
    origin: str
    held_ms: int
    content_id: int | None
    places: str
    kept: str
    state: str
    decided_ms: int | None


@dataclass(frozen=True, slots=True)
class Vote:
    """`person_id`: the named person; `voter_id`: who gave the vote, somebody else where he stands in."""

    item_id: int
    person_id: int
    voter_id: int
    decision: str
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Purge:
    """A request to destroy the content of a thing. `state`: asked, refused, done."""

    id: int
    thing: str
    org_code: str
    reason: str
    asked_by: int
    asked_ms: int
    state: str
    decided_by: int | None
    decided_ms: int | None
    answer: str


_GLASS = [glasses.c[name] for name in Glass.__dataclass_fields__]
_HELD = [held_items.c[name] for name in Held.__dataclass_fields__]
_VOTE = [held_votes.c[name] for name in Vote.__dataclass_fields__]
_PURGE = [purges.c[name] for name in Purge.__dataclass_fields__]
_HELD_STATE = Prepared(
    select(held_items.c.state).where(held_items.c.thing == bindparam("thing")).order_by(held_items.c.id.desc()).limit(1)
)
_PURGE_STATE = Prepared(
    select(purges.c.state).where(purges.c.thing == bindparam("thing")).order_by(purges.c.id.desc()).limit(1)
)


# ---- emergencies --------------------------------------------------------------------------------------------
def add_glass(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(glasses).values(dict(values)).returning(glasses.c.id)).scalar_one())


def glass(tx: Tx, glass_id: int) -> Glass:
    """Raises NotFound."""
    row = tx.execute(select(*_GLASS).where(glasses.c.id == glass_id)).first()
    if row is None:
        raise NotFound("Không có lần mở khẩn cấp này.")
    return Glass(*row)


def open_glasses(tx: Tx, admin_id: int) -> list[Glass]:
    """What the administrator may read now."""
    statement = select(*_GLASS).where(glasses.c.admin_id == admin_id, glasses.c.until_ms > tx.now_ms)
    return [Glass(*row) for row in tx.execute(statement.order_by(glasses.c.id.desc()))]


# ---- holds --------------------------------------------------------------------------------------------------
def add_held(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(held_items).values(dict(values)).returning(held_items.c.id)).scalar_one())


def change_held(tx: Tx, item_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(update(held_items).where(held_items.c.id == item_id).values(dict(values)))


def held(tx: Tx, item_id: int) -> Held:
    """Raises NotFound."""
    row = tx.execute(select(*_HELD).where(held_items.c.id == item_id)).first()
    if row is None:
        raise NotFound("Không có mục tạm giữ này.")
    return Held(*row)


def held_of(tx: Tx, thing: str) -> Held | None:
    """The latest hold on the thing."""
    statement = select(*_HELD).where(held_items.c.thing == thing).order_by(held_items.c.id.desc()).limit(1)
    row = tx.execute(statement).first()
    return None if row is None else Held(*row)


def held_listing(tx: Tx, org_code: str, *, limit: int = 200) -> list[Held]:
    """Items of the organisation, those that wait first."""
    order = (held_items.c.state != "held", held_items.c.id.desc())
    statement = select(*_HELD).where(held_items.c.org_code == org_code).order_by(*order).limit(limit)
    return [Held(*row) for row in tx.execute(statement)]


def vote(tx: Tx, values: Mapping[str, Any]) -> None:
    """Give or change a named person's vote."""
    same = (held_votes.c.item_id == values["item_id"]) & (held_votes.c.person_id == values["person_id"])
    tx.execute(delete(held_votes).where(same))
    tx.execute(insert(held_votes).values(dict(values)))


def votes(tx: Tx, item_id: int) -> list[Vote]:
    statement = select(*_VOTE).where(held_votes.c.item_id == item_id).order_by(held_votes.c.id)
    return [Vote(*row) for row in tx.execute(statement)]


# ---- destruction --------------------------------------------------------------------------------------------
def add_purge(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(purges).values(dict(values)).returning(purges.c.id)).scalar_one())


def change_purge(tx: Tx, purge_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(update(purges).where(purges.c.id == purge_id).values(dict(values)))


def purge(tx: Tx, purge_id: int) -> Purge:
    """Raises NotFound."""
    row = tx.execute(select(*_PURGE).where(purges.c.id == purge_id)).first()
    if row is None:
        raise NotFound("Không có đề nghị tiêu hủy này.")
    return Purge(*row)


def purge_of(tx: Tx, thing: str) -> Purge | None:
    """The latest request about the thing."""
    statement = select(*_PURGE).where(purges.c.thing == thing).order_by(purges.c.id.desc()).limit(1)
    row = tx.execute(statement).first()
    return None if row is None else Purge(*row)


def purge_listing(tx: Tx, org_code: str, limit: int = 200) -> list[Purge]:
    statement = select(*_PURGE).where(purges.c.org_code == org_code).order_by(purges.c.id.desc()).limit(limit)
    return [Purge(*row) for row in tx.execute(statement)]


def places_of(tx: Tx, content_id: int) -> list[tuple[int, int, int, str]]:
    """Where the content lies in all mailboxes: (mailbox id, UID, flags, keywords)."""
    columns = (placements.c.mailbox_id, placements.c.uid, placements.c.flags, placements.c.keywords)
    statement = select(*columns).where(placements.c.content_id == content_id)
    return [(row[0], row[1], row[2], row[3]) for row in tx.execute(statement.order_by(*columns[:2]))]


def destroy_content(tx: Tx, content_id: int) -> str:
    """Take the letter out of all mailboxes and destroy its bytes and texts; the SHA-256 it had, for the audit trail.

    The row stays under another digest, so that the same letter may come again. Its blob is then one that no content
    names and is collected as such.
    """
    for mailbox_id, uid, _, _ in places_of(tx, content_id):
        places.expunge(tx, mailbox_id, [uid])
    digest = bytes(tx.execute(select(contents.c.digest).where(contents.c.id == content_id)).scalar_one())
    late_texts.make_one(tx, content_id)
    search.remove(tx, content_id)
    letter_keys.empty(tx, content_id)
    empty = {"head": "", "body": "", "head_folded": None, "body_folded": None}
    tx.execute(update(search_texts).where(search_texts.c.content_id == content_id).values(empty))
    tx.execute(delete(content_bytes).where(content_bytes.c.content_id == content_id))
    blank = dict.fromkeys(("subject", "from_name", "to_text", "preview"), "")
    structures = dict.fromkeys(("envelope", "body", "bodystructure", "parts"), b"")
    instead = hashlib.sha256(f"destroyed content {content_id}".encode()).digest()
    values = {**blank, **structures, "digest": instead, "purged_ms": tx.now_ms}
    tx.execute(update(contents).where(contents.c.id == content_id).values(values))
    return digest.hex()


def users_of(tx: Tx, content_id: int) -> list[int]:
    """The documents that have a file in the content, by id."""
    statement = (
        select(document_files.c.document_id)
        .where(document_files.c.content_id == content_id)
        .union(select(outgoing_files.c.document_id).where(outgoing_files.c.content_id == content_id))
    )
    return sorted(tx.execute(statement).scalars())


def is_closed(tx: Tx, thing: str) -> str:
    """Why nobody may open the thing now: `held`, `purge` (asked or done), or ''."""
    state = tx.row(_HELD_STATE, thing=thing)
    if state is not None and state[0] == "held":
        return "held"
    state = tx.row(_PURGE_STATE, thing=thing)
    return "purge" if state is not None and state[0] in ("asked", "done") else ""
