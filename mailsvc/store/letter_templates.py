"""Texts kept for writing (mẫu thư): a person's own, and those that a unit shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from mailsvc.core.errors import NotFound
from mailsvc.store.schema import letter_templates
from mailsvc.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Template:
    """`account_id` is the person, or the shared mailbox whose members all use it."""

    id: int
    account_id: int
    name: str
    subject: str
    html: str
    changed_ms: int


_COLUMNS = [letter_templates.c[name] for name in Template.__dataclass_fields__]


def of_accounts(tx: Tx, account_ids: Sequence[int]) -> list[Template]:
    """The templates of those accounts, by name."""
    statement = select(*_COLUMNS).where(letter_templates.c.account_id.in_(list(account_ids)))
    return [Template(*row) for row in tx.execute(statement.order_by(letter_templates.c.name, letter_templates.c.id))]


def get(tx: Tx, template_id: int) -> Template:
    """Raises NotFound."""
    row = tx.execute(select(*_COLUMNS).where(letter_templates.c.id == template_id)).first()
    if row is None:
        raise NotFound("Không có mẫu thư này.")
    return Template(*row)


def put(tx: Tx, template_id: int | None, account_id: int, name: str, subject: str, html: str) -> int:
    """Add a template, or change one; its number."""
    values = {"account_id": account_id, "name": name, "subject": subject, "html": html, "changed_ms": tx.now_ms}
    if template_id is not None:
        tx.execute(update(letter_templates).where(letter_templates.c.id == template_id).values(values))
        return template_id
    return int(tx.execute(insert(letter_templates).values(values).returning(letter_templates.c.id)).scalar_one())


def remove(tx: Tx, template_id: int) -> None:
    tx.execute(delete(letter_templates).where(letter_templates.c.id == template_id))
