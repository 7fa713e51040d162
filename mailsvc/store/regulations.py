"""The regulation: its versions, who has acknowledged which, and the opinions on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from mailsvc.core.errors import AlreadyThere, NotFound
from mailsvc.store.schema import acknowledgements, feedback, feedback_rounds, regulations
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Regulation:
    """A version of the regulation. `state`: proposed, refused, published; in force from `valid_from` (ISO day)."""

    id: int
    title: str
    text: str
    number: str
    valid_from: str | None
    state: str
    grounds: str
    proposed_by: int | None
    proposed_ms: int
    decided_by: int | None
    decided_ms: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class Round:
    """A round of opinions (đợt góp ý) on a version, open until `last_day` inclusive."""

    id: int
    regulation_id: int
    title: str
    last_day: str
    anonymous: int
    opened_by: int | None
    opened_ms: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion on an article, with the Office's answer: tiep_thu, mot_phan or giai_trinh."""

    id: int
    round_id: int
    article: str
    text: str
    author_id: int | None
    unit_code: str
    at_ms: int
    answer_kind: str
    answer: str
    answered_by: int | None
    answered_ms: int | None


_REGULATION = [regulations.c[name] for name in Regulation.__dataclass_fields__]
_ROUND = [feedback_rounds.c[name] for name in Round.__dataclass_fields__]
_OPINION = [feedback.c[name] for name in Opinion.__dataclass_fields__]


# ---- versions -----------------------------------------------------------------------------------------------
def add(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(regulations).values(dict(values)).returning(regulations.c.id)).scalar_one())


def change(tx: Tx, regulation_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(update(regulations).where(regulations.c.id == regulation_id).values(dict(values)))


def get(tx: Tx, regulation_id: int) -> Regulation:
    """Raises NotFound."""
    row = tx.execute(select(*_REGULATION).where(regulations.c.id == regulation_id)).first()
    if row is None:
        raise NotFound("Không có bản quy chế này.")
    return Regulation(*row)


def listing(tx: Tx) -> list[Regulation]:
    """All versions, latest first."""
    return [Regulation(*row) for row in tx.execute(select(*_REGULATION).order_by(regulations.c.id.desc()))]


def on(tx: Tx, day: str) -> Regulation | None:
    """The version in force on that day."""
    statement = (
        select(*_REGULATION)
        .where(regulations.c.state == "published", regulations.c.valid_from <= day)
        .order_by(regulations.c.valid_from.desc(), regulations.c.id.desc())
        .limit(1)
    )
    row = tx.execute(statement).first()
    return None if row is None else Regulation(*row)


# ---- acknowledgements ---------------------------------------------------------------------------------------
def acknowledge(tx: Tx, regulation_id: int, person_id: int, post: str) -> bool:
    """Whether it was the first time."""
    if has_acknowledged(tx, regulation_id, person_id):
        return False
    values = {"regulation_id": regulation_id, "person_id": person_id, "at_ms": tx.now_ms, "post": post}
    tx.execute(insert(acknowledgements).values(values))
    return True


def has_acknowledged(tx: Tx, regulation_id: int, person_id: int) -> bool:
    same = (acknowledgements.c.regulation_id == regulation_id) & (acknowledgements.c.person_id == person_id)
    return tx.execute(select(acknowledgements.c.person_id).where(same)).first() is not None


def acknowledged(tx: Tx, regulation_id: int) -> dict[int, int]:
    """Person to the moment of the acknowledgement."""
    columns = (acknowledgements.c.person_id, acknowledgements.c.at_ms)
    rows = tx.execute(select(*columns).where(acknowledgements.c.regulation_id == regulation_id))
    return {row[0]: row[1] for row in rows}


# ---- opinions -----------------------------------------------------------------------------------------------
def add_round(tx: Tx, values: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(feedback_rounds).values(dict(values)).returning(feedback_rounds.c.id)).scalar_one())


def round_of(tx: Tx, round_id: int) -> Round:
    """Raises NotFound."""
    row = tx.execute(select(*_ROUND).where(feedback_rounds.c.id == round_id)).first()
    if row is None:
        raise NotFound("Không có đợt góp ý này.")
    return Round(*row)


def rounds(tx: Tx) -> list[Round]:
    """All rounds, latest first."""
    return [Round(*row) for row in tx.execute(select(*_ROUND).order_by(feedback_rounds.c.id.desc()))]


def add_opinion(tx: Tx, values: Mapping[str, Any]) -> int:
    """Raises AlreadyThere when the person has said the same on the article."""
    same = (feedback.c.round_id == values["round_id"]) & (feedback.c.author_id == values["author_id"])
    same &= (feedback.c.article == values["article"]) & (feedback.c.text == values["text"])
    if tx.execute(select(feedback.c.id).where(same)).first() is not None:
        raise AlreadyThere("Góp ý này đã được ghi.")
    return int(tx.execute(insert(feedback).values(dict(values)).returning(feedback.c.id)).scalar_one())


def answer_opinion(tx: Tx, opinion_id: int, values: Mapping[str, Any]) -> None:
    tx.execute(update(feedback).where(feedback.c.id == opinion_id).values(dict(values)))


def opinion(tx: Tx, opinion_id: int) -> Opinion:
    """Raises NotFound."""
    row = tx.execute(select(*_OPINION).where(feedback.c.id == opinion_id)).first()
    if row is None:
        raise NotFound("Không có góp ý này.")
    return Opinion(*row)


def opinions(tx: Tx, round_id: int) -> list[Opinion]:
    """The opinions of a round in the order they came."""
    statement = select(*_OPINION).where(feedback.c.round_id == round_id).order_by(feedback.c.id)
    return [Opinion(*row) for row in tx.execute(statement)]
